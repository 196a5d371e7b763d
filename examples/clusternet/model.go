package main

import (
	"galvani/equation"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

// CNNeuronGroup makes the two populations.
//
// Expects the parameter simulation.scale. Adds "neurons_e" and "neurons_i" (*neuron.Group).
type CNNeuronGroup struct{ network.Base }

type model struct {
	Eqs        string            `param:"eqs" comment:"The differential equation for the neuron model. POST will be replaced by e or i. V is clamped while refractory"`
	Synaptic   synaptic          `param:"synaptic"`
	VTh        float64           `param:"V_th" comment:"Threshold value"`
	ResetFunc  string            `param:"reset_func" comment:"String representation of reset function"`
	Refractory quantity.Quantity `param:"refractory" comment:"Absolute refractory period"`
	NE         int               `param:"N_e" comment:"Amount of excitatory neurons"`
	NI         int               `param:"N_i" comment:"Amount of inhibitory neurons"`
	TauE       quantity.Quantity `param:"tau_e" comment:"Membrane time constant, excitatory"`
	TauI       quantity.Quantity `param:"tau_i" comment:"Membrane time constant, inhibitory"`
	MuEMin     float64           `param:"mu_e_min" comment:"Lower bound for bias, excitatory"`
	MuEMax     float64           `param:"mu_e_max" comment:"Upper bound for bias, excitatory"`
	MuIMin     float64           `param:"mu_i_min" comment:"Lower bound for bias, inhibitory"`
	MuIMax     float64           `param:"mu_i_max" comment:"Upper bound for bias, inhibitory"`
}

type synaptic struct {
	Eqs   string            `param:"eqs" comment:"The differential equation for the synapses. PRE will be replaced by i or e depending on the source population"`
	Tau1  quantity.Quantity `param:"tau1" comment:"The rise time"`
	Tau2E quantity.Quantity `param:"tau2_e" comment:"The decay time, excitatory"`
	Tau2I quantity.Quantity `param:"tau2_i" comment:"The decay time, inhibitory"`
}

const modelEqs = `dV/dt = 1.0/tau_POST * (mu - V) + I_syn : 1 (unless refractory)
mu : 1
I_syn = - I_syn_i + I_syn_e : Hz
`

const synapticEqs = `I_syn_PRE = x_PRE/(tau2_PRE - tau1_PRE) : Hz
dx_PRE/dt = -(normalization_PRE*y_PRE + x_PRE)*invtau1_PRE : 1
dy_PRE/dt = -y_PRE*invtau2_PRE : 1
`

// AddParameters adds the group model.
func (CNNeuronGroup) AddParameters(t *trajectory.Trajectory) error {
	scale, err := trajectory.Get[float64](t, "simulation.scale")
	if err != nil {
		return err
	}
	return t.AddStruct("model", model{
		Eqs: modelEqs,
		Synaptic: synaptic{
			Eqs: synapticEqs, Tau1: quantity.MustParse("1 ms"),
			Tau2E: quantity.MustParse("3 ms"), Tau2I: quantity.MustParse("2 ms"),
		},
		VTh: 1.0, ResetFunc: "V = 0.0", Refractory: quantity.MustParse("5 ms"),
		NE: int(4000 * scale), NI: int(1000 * scale),
		TauE: quantity.MustParse("15 ms"), TauI: quantity.MustParse("10 ms"),
		MuEMin: 1.1, MuEMax: 1.2, MuIMin: 1.0, MuIMax: 1.05,
	})
}

// Build makes the groups. Bias and starting voltage are drawn for every run anew.
func (CNNeuronGroup) Build(b *network.Build) error {
	p := network.Bind[model](b, "model")
	i := b.Group("neurons_i", p.NI, p.spec("i", p.TauI, p.MuIMin, p.MuIMax))
	e := b.Group("neurons_e", p.NE, p.spec("e", p.TauE, p.MuEMin, p.MuEMax))
	for _, g := range []*neuron.Group{i, e} {
		g.Set("mu", "mu_min + (mu_max - mu_min)*rand()")
		g.Set("V", "rand()")
		network.Put(b, g.Name(), g)
	}
	return b.Err()
}

// spec describes the neurons of population post: their own equations, and the
// synaptic ones for input from i and from e.
func (p model) spec(post string, tau quantity.Quantity, muMin, muMax float64) neuron.Spec {
	eqs := equation.Template(p.Eqs, map[string]string{"POST": post})
	constants := equation.Constants{"tau_" + post: tau, "V_th": p.VTh, "refractory": p.Refractory, "mu_min": muMin, "mu_max": muMax}
	for _, source := range []struct {
		pre  string
		tau2 quantity.Quantity
	}{{"i", p.Synaptic.Tau2I}, {"e", p.Synaptic.Tau2E}} {
		replace := map[string]string{"PRE": source.pre}
		eqs += equation.Template(p.Synaptic.Eqs, replace)
		constants["tau1_"+source.pre] = p.Synaptic.Tau1
		constants["tau2_"+source.pre] = source.tau2
		constants["invtau1_"+source.pre] = equation.Template("1/tau1_PRE", replace)
		constants["invtau2_"+source.pre] = equation.Template("1/tau2_PRE", replace)
		constants["normalization_"+source.pre] = equation.Template("(tau1_PRE - tau2_PRE)/tau2_PRE", replace)
	}
	return neuron.Spec{
		Equations: eqs, Constants: constants, Method: "euler",
		Threshold: "V > V_th", Reset: p.ResetFunc, Refractory: "refractory",
	}
}
