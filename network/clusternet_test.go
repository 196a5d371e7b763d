package network_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
)

// clusterSize is the number of excitatory neurons in a cluster.
const clusterSize = 100

const clusternetEquations = `
dV/dt = 1.0/tau_POST * (mu - V) + I_syn : 1
mu : 1 (constant)
I_syn = - I_syn_i + I_syn_e : Hz`

const synapticEquations = `
I_syn_PRE = x_PRE/(tau2_PRE - tau1) : Hz
dx_PRE/dt = -(normalization_PRE*y_PRE + x_PRE)/tau1 : 1
dy_PRE/dt = -y_PRE/tau2_PRE : 1`

// clusternet is the network of Litwin-Kumar and Doiron (2012) with the constants of
// pypet's Brian 2 example.
type clusternet struct {
	e, i             *neuron.Group
	spikesE, spikesI *monitor.SpikeMonitor
}

func ms(x float64) quantity.Quantity { return quantity.New(x*1e-3, quantity.DimTime) }

func clusternetSpec(post string, tau float64) neuron.Spec {
	text := equation.Template(clusternetEquations, map[string]string{"POST": post})
	for _, pre := range []string{"i", "e"} {
		text += equation.Template(synapticEquations, map[string]string{"PRE": pre})
	}
	return neuron.Spec{
		Equations: text,
		Constants: equation.Constants{
			"tau1": ms(1), "tau2_e": ms(3), "tau2_i": ms(2), "tau_" + post: ms(tau),
			"normalization_e": "(tau1 - tau2_e)/tau2_e", "normalization_i": "(tau1 - tau2_i)/tau2_i",
			"V_th": 1.0,
		},
		Threshold: "V >= V_th", Reset: "V = 0", Refractory: "5 ms",
	}
}

// addClusternet builds the network; monitors record spikes if record is set, else
// they count.
func addClusternet(b *network.Builder, scale, ree float64, record bool) clusternet {
	var c clusternet
	f := 1 / math.Sqrt(scale)
	c.e = b.Group("neurons_e", int(2000*scale), clusternetSpec("e", 15))
	c.i = b.Group("neurons_i", int(500*scale), clusternetSpec("i", 10))
	c.e.Set("mu", "1.1 + 0.1*rand()")
	c.i.Set("mu", "1.0 + 0.05*rand()")
	c.e.Set("V", "rand()")
	c.i.Set("V", "rand()")
	connect := func(name string, pre, post neuron.View, variable string, weight, p float64) {
		b.Connect(name, pre, post, synapse.Spec{OnPre: variable + " += w", Weight: weight * f, P: p, Condition: "i != j"})
	}
	connect("S_ii", c.i, c.i, "y_i", 0.027, 0.25)
	connect("S_ei", c.i, c.e, "y_i", 0.032, 0.25)
	connect("S_ie", c.e, c.i, "y_e", 0.009, 0.25)
	if ree <= 1 {
		connect("S_ee", c.e, c.e, "y_e", 0.012, 0.1)
	} else {
		n := float64(c.e.N())
		out := 0.1 * n / (ree*clusterSize + n - clusterSize)
		for k, cluster := range c.e.Chunks(clusterSize) {
			connect(fmt.Sprintf("S_ee_in%02d", k), cluster, cluster, "y_e", 0.012*2.5, out*ree)
			if lo := k * clusterSize; lo > 0 {
				connect(fmt.Sprintf("S_ee_low%02d", k), cluster, c.e.Slice(0, lo), "y_e", 0.012, out)
			}
			if hi := (k + 1) * clusterSize; hi < c.e.N() {
				connect(fmt.Sprintf("S_ee_high%02d", k), cluster, c.e.Slice(hi, c.e.N()), "y_e", 0.012, out)
			}
		}
	}
	c.spikesE = monitor.Spikes(c.e, monitor.Options{CountsOnly: !record})
	c.spikesI = monitor.Spikes(c.i, monitor.Options{CountsOnly: !record})
	b.Record(c.spikesE, c.spikesI)
	return c
}

func BenchmarkClusternet(b *testing.B) {
	for _, ree := range []float64{1, 2.5} {
		for _, set := range kernel.Available() {
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("ree=%v/impl=%s/workers=%d", ree, set.Name, workers), func(b *testing.B) {
					net := network.New(network.Options{Seed: 1, Kernel: set.Name, Workers: workers})
					c := addClusternet(&net.Builder, 1, ree, true)
					require.NoError(b, net.Run(context.Background(), "200 ms"))
					before := c.spikesE.Recording(net).Total()
					for b.Loop() {
						require.NoError(b, net.Run(context.Background(), "1 s"))
					}
					b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/bio-s")
					b.ReportMetric(float64(c.spikesE.Recording(net).Total()-before)/float64(b.N)/2000, "Hz")
				})
			}
		}
	}
}
