package main

import (
	"time"

	"galvani/equation"
	"galvani/network"
	"galvani/network/gridsearch"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

// equations are the firing rate r and the mean potential v of each population. A
// population is coupled to itself with J and to the other one with J and w.
const equations = `
dr_pc/dt  = delta/(pi*tau**2) + 2*r_pc*v_pc/tau : Hz
dv_pc/dt  = (v_pc**2 + eta_pc + input)/tau + J_e_pc*r_pc - J_i_pc*w_iin_pc*r_iin - tau*(pi*r_pc)**2 : 1
dr_iin/dt = delta/(pi*tau**2) + 2*r_iin*v_iin/tau : Hz
dv_iin/dt = (v_iin**2 + eta_iin)/tau - J_i_iin*r_iin + J_e_iin*w_pc_iin*r_pc - tau*(pi*r_iin)**2 : 1
eta_pc  : 1
eta_iin : 1
input   : 1  # to PC only
`

// net3 is PyRates' circuit of that name. Populations that are coupled by their rates are one
// system of equations.
func net3(b *network.Builder) error {
	g := b.Group("net3", 1, neuron.Spec{
		Equations: equations,
		Constants: equation.Constants{
			"tau": quantity.MustParse("1 s"), "delta": 1.0,
			"J_e_pc": 15.0, "J_i_pc": 2.0, "J_e_iin": 12.0, "J_i_iin": 2.0,
			"w_pc_iin": 5.0, "w_iin_pc": 5.0,
		},
		Method: "euler",
	})
	g.Set("eta_pc", -5)
	g.Set("eta_iin", -1)
	return b.Err()
}

// spec is the search: 25 points for 5 s in 50 000 steps, of which every tenth is kept.
func spec() gridsearch.Spec {
	input := make([]float64, 50000)
	for i := range input {
		input[i] = 1
	}
	return gridsearch.Spec{
		Name:  "Net3",
		Model: net3,
		Grid: trajectory.Grid{
			trajectory.Over("eta_iin", trajectory.Linspace(-5, 5, 5)),
			trajectory.Over("eta_op", trajectory.Linspace(-5, 5, 5)),
		},
		Map:      map[string][]string{"eta_op": {"net3/eta_pc"}, "eta_iin": {"net3/eta_iin"}},
		Inputs:   map[string]gridsearch.Input{"net3/input": {Values: input}},
		Outputs:  map[string]string{"r_pc": "net3/r_pc", "r_iin": "net3/r_iin"},
		Duration: quantity.MustParse("5 s"), DT: quantity.MustParse("0.1 ms"), Sampling: quantity.MustParse("1 ms"),
		Clock: time.Now,
	}
}
