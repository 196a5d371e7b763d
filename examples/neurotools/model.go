package main

import (
	"context"
	"errors"

	"galvani/equation"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/synapse"
	"galvani/trajectory"
	"galvani/trajectory/paramset"
)

// experiment is what a run needs of its parameters.
type experiment struct {
	neurons   int
	dt, tstop quantity.Quantity
	constants equation.Constants
}

// read takes the parameters of a point out of the set.
func read(point *paramset.Set) (experiment, error) {
	var bad []error
	get := func(path string) quantity.Quantity {
		q, err := paramset.Get[quantity.Quantity](point, path)
		bad = append(bad, err)
		return q
	}
	x := experiment{dt: get("sim.dt"), tstop: get("sim.tstop"), constants: equation.Constants{
		"tau_m": get("cells.tau_m"), "cm": get("cells.cm"), "tau_refrac": get("cells.tau_refrac"),
		"v_rest": get("cells.v_rest"), "v_reset": get("cells.v_reset"), "v_thresh": get("cells.v_thresh"),
		"tau_e": get("cells.synE.tau"), "E_e": get("cells.synE.E"), "w_e": get("input.w_exc"), "rate_e": get("input.rate"),
		"tau_i": get("cells.synI.tau"), "E_i": get("cells.synI.E"), "w_i": get("input.w_inh"), "rate_i": get("input.rate_inh"),
	}}
	var err error
	x.neurons, err = paramset.Get[int](point, "neurons")
	return x, errors.Join(append(bad, err)...)
}

// simulate is one run: the rate of the neurons under their input.
func simulate(ctx context.Context, r *trajectory.Run) error {
	point, err := paramset.FromRun(r, "")
	if err != nil {
		return err
	}
	x, err := read(point)
	if err != nil {
		return err
	}
	net := network.New(network.Options{Seed: r.Seed(), DT: x.dt})
	g := net.Group("cells", x.neurons, neuron.Spec{
		Equations: `
			dv/dt = (v_rest - v)/tau_m + (g_e*(E_e - v) + g_i*(E_i - v))/cm : volt (unless refractory)
			dg_e/dt = -g_e/tau_e : siemens
			dg_i/dt = -g_i/tau_i : siemens`,
		Threshold: "v > v_thresh", Reset: "v = v_reset", Refractory: "tau_refrac",
		Constants: x.constants,
	})
	g.Set("v", "v_rest")
	for _, in := range []struct{ name, rate, onPre string }{{"exc", "rate_e", "g_e += w_e"}, {"inh", "rate_i", "g_i += w_i"}} {
		source := net.Group(in.name, x.neurons, neuron.Spec{Equations: "x : 1", Threshold: "rand() < " + in.rate + "*dt", Constants: x.constants})
		net.Connect("input_"+in.name, source, g, synapse.Spec{OnPre: in.onPre, OneToOne: true, Constants: x.constants})
	}
	spikes := monitor.Spikes(g, monitor.Options{})
	net.Record(spikes)
	if err := net.RunFor(ctx, x.tstop); err != nil {
		return err
	}
	rec := spikes.Recording(net)
	return r.AddResult("firing_rate", float64(rec.Total())/float64(rec.N)/net.Time())
}
