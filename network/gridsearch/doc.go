// Package gridsearch simulates a model at many points of its parameter space at
// once: all parametrisations are copies in one network, side by side in the lanes
// of the same vectors, as PyRates' grid_search has it.
//
//	search, err := gridsearch.New(gridsearch.Spec{
//		Model: func(b *network.Builder) error {
//			g := b.Group("node", 1, neuron.Spec{Equations: "dr/dt = (eta + input - r)/tau : 1\neta : 1\ninput : 1",
//				Constants: equation.Constants{"tau": quantity.MustParse("10 ms")}})
//			g.Set("eta", 0.5)
//			return b.Err()
//		},
//		Grid: trajectory.Grid{
//			trajectory.Over("tau", trajectory.Values(quantity.MustParse("5 ms"), quantity.MustParse("10 ms"))),
//			trajectory.Over("eta", trajectory.Linspace(-5, 5, 5)), // the last axis changes fastest
//		},
//		Map:      map[string][]string{"eta": {"node/eta"}, "tau": {"node/tau"}},
//		Inputs:   map[string]gridsearch.Input{"node/input": {Values: signal}},
//		Outputs:  map[string]string{"r": "node/r"},
//		Duration: quantity.MustParse("1 s"), Sampling: quantity.MustParse("1 ms"),
//	})
//	res, err := search.Run(ctx)
//	r := res.Series("r", 3) // of the fourth point, whose parameters are res.Copies[3].Values
//
// # The model
//
// The model is a function that describes one copy with the methods of a network's
// Builder: groups, initial values, connections. It is called once. A group of N
// neurons becomes one of K*N lanes for K points; lane k*N + i is neuron i of copy k.
// Connections are drawn once and repeated inside every copy, initial values (also
// random ones) are computed once and the same in every copy. In the texts i and N mean the
// number of a neuron in its copy and the size of a copy.
//
// Populations that are coupled by their rates and not by spikes are one group with
// one system of equations, whose variables carry the name of the population:
// dr_pc/dt, dr_iin/dt, with the weights as parameters (w_iin_pc*r_iin). Synapses act on
// spikes.
//
// # Names
//
// A variable is named OBJECT/VARIABLE, such as "node/eta". For [Spec.Map] that is a
// variable of a group (a parameter, or a differential variable, whose initial value is
// meant), a constant of a group's Spec, or of a projection its weight, PROJECTION/w, or one of
// its constants. Values from the map come last: they take the place of
// what the model sets, and initial values that the model computes from a parameter use
// the model's own value of it.
//
// # One network or many
//
// A point gives the same bits whether it is simulated alone or beside
// others, in whatever number: for that, constants that the map refers to are parameters
// with a value per lane in either case. So a sweep with package env can
// be executed in batches of any size ([Search.Experiment]) and its results do not
// depend on it. A copy that runs away to infinity fails alone.
//
// # Concurrency
//
// A [Search] does not change after New; any number of goroutines may run it at
// the same time. [Results] belong to the caller.
//
// # Caveats
//
// What the map sets is the same for all neurons of a copy. Which synapses
// there are, their delays and the sizes of groups are the same in all copies. Chance during a
// run (rand() in equations, thresholds, resets and synaptic statements) is drawn lane by
// lane and so differs between copies: such models can be run in batches, but not be
// compared with single runs, and an Experiment refuses them unless its batches are of one
// point. Native updates see lanes, see neuron.Step. A model has no monitors and no operations:
// outputs and inputs are named in the Spec. The package never reads the clock; for the time
// that a search took, set Spec.Clock.
package gridsearch
