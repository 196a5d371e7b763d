package main

import (
	"fmt"
	"math"

	"galvani/equation"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
)

// The clustered network of Litwin-Kumar and Doiron (2012) with the constants of
// pypet's Brian 2 example, the same work as in floor/floor.c.

const clusterSize = 100

const neuronEquations = `
dV/dt = 1.0/tau*(mu - V) + I_syn : 1
mu : 1 (constant)
I_syn = I_syn_e - I_syn_i : Hz`

const synapticEquations = `
I_syn_PRE = x_PRE/(tau2_PRE - tau1) : Hz
dx_PRE/dt = -(normalization_PRE*y_PRE + x_PRE)/tau1 : 1
dy_PRE/dt = -y_PRE/tau2_PRE : 1`

// spec describes the neurons of one of the two groups.
func spec(tau string) neuron.Spec {
	text := neuronEquations
	for _, pre := range []string{"i", "e"} {
		text += equation.Template(synapticEquations, map[string]string{"PRE": pre})
	}
	return neuron.Spec{
		Equations: text,
		Constants: equation.Constants{
			"tau": quantity.MustParse(tau), "tau1": quantity.MustParse("1 ms"),
			"tau2_e": quantity.MustParse("3 ms"), "normalization_e": "(tau1 - tau2_e)/tau2_e",
			"tau2_i": quantity.MustParse("2 ms"), "normalization_i": "(tau1 - tau2_i)/tau2_i",
		},
		Threshold: "V >= 1", Reset: "V = 0", Refractory: "5 ms",
	}
}

// model is the network with its handles.
type model struct {
	net              *network.Network
	e, i             *neuron.Group
	spikesE, spikesI *monitor.SpikeMonitor
	synapses         []*synapse.Synapses
}

// newModel builds the network; nothing is checked before Err or the first run.
func newModel(scale, ree float64, o network.Options) *model {
	m := &model{net: network.New(o)}
	m.e = m.net.Group("neurons_e", int(2000*scale), spec("15 ms"))
	m.i = m.net.Group("neurons_i", int(500*scale), spec("10 ms"))
	m.e.Set("mu", "1.1 + 0.1*rand()")
	m.i.Set("mu", "1.0 + 0.05*rand()")
	m.e.Set("V", "rand()")
	m.i.Set("V", "rand()")

	connect := func(name string, pre, post neuron.View, y string, weight, p float64) {
		m.synapses = append(m.synapses, m.net.Connect(name, pre, post, synapse.Spec{
			OnPre: y + " += w", Weight: weight / math.Sqrt(scale), P: p, Condition: "i != j",
		}))
	}
	connect("ii", m.i, m.i, "y_i", 0.027, 0.25)
	connect("ei", m.i, m.e, "y_i", 0.032, 0.25)
	connect("ie", m.e, m.i, "y_e", 0.009, 0.25)
	if ree == 1 {
		connect("ee", m.e, m.e, "y_e", 0.012, 0.1)
	} else {
		out := 0.1 * float64(m.e.N()) / (ree*clusterSize + float64(m.e.N()) - clusterSize)
		for k, cluster := range m.e.Chunks(clusterSize) {
			connect(fmt.Sprintf("ee_in%02d", k), cluster, cluster, "y_e", 0.012*2.5, out*ree)
			connect(fmt.Sprintf("ee_out%02d", k), cluster, m.e.Except(cluster), "y_e", 0.012, out)
		}
	}
	m.spikesE, m.spikesI = monitor.Spikes(m.e, monitor.Options{}), monitor.Spikes(m.i, monitor.Options{})
	m.net.Record(m.spikesE, m.spikesI)
	return m
}

// nSynapses is the number of synapses of all projections.
func (m *model) nSynapses() int {
	n := 0
	for _, s := range m.synapses {
		n += s.N()
	}
	return n
}

// seconds is a duration as a quantity.
func seconds(s float64) quantity.Quantity { return quantity.New(s, quantity.DimTime) }

// sourceSpec is a neuron that spikes in every step, targetSpec one that never
// does and costs next to nothing.
var (
	sourceSpec = neuron.Spec{Equations: "v : 1", Threshold: "v < 1"}
	targetSpec = neuron.Spec{Equations: "y : 1"}
)
