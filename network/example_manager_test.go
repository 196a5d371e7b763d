package network_test

import (
	"context"
	"errors"
	"fmt"

	"galvani/brianparam"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

// Neurons is a component: it adds parameters and makes a group of them.
type Neurons struct{ network.Base }

type cells struct {
	N   int               `param:"n" comment:"number of neurons"`
	Tau quantity.Quantity `param:"tau" comment:"membrane time constant"`
}

func (Neurons) AddParameters(t *trajectory.Trajectory) error {
	return t.AddStruct("cells", cells{N: 10, Tau: quantity.MustParse("10 ms")})
}

func (Neurons) Build(b *network.Build) error {
	p := network.Bind[cells](b, "cells")
	g := b.Group("cells", p.N, neuron.Spec{
		Equations: "dv/dt = (2 - v)/tau : 1", Threshold: "v > 1", Reset: "v = 0",
		Constants: map[string]any{"tau": p.Tau},
	})
	network.Put(b, "cells", g)
	return b.Err()
}

// Counter is an analyser: it records the second subrun and adds a result.
type Counter struct{ network.Base }

func (Counter) AddToNetwork(s *network.Subrun) error {
	if s.Order() == 1 {
		s.Record("monitors.spikes", monitor.Spikes(network.Get[*neuron.Group](s, "cells"), monitor.Options{}))
	}
	return s.Err()
}

func (Counter) Analyse(s *network.Subrun) error {
	if s.Last() {
		s.Result("spikes", int(s.Spikes("monitors.spikes").Total()))
	}
	return s.Err()
}

// Timing is the runner: it says how long the subruns are.
type Timing struct{ network.RunnerBase }

func (Timing) AddParameters(t *trajectory.Trajectory) error {
	return errors.Join(
		t.AddParameter("simulation.durations.warm_up", quantity.MustParse("50 ms"), trajectory.Annotate("order", 0)),
		t.AddParameter("simulation.durations.measurement", quantity.MustParse("100 ms"), trajectory.Annotate("order", 1)),
	)
}

// An experiment of one component and one analyser, run for two time constants.
// A program leaves the loop to package env, which runs the points in parallel and stores the results.
func ExampleManager() {
	m, err := network.NewManager(Timing{}, network.Components{Neurons{}}, network.Analysers{Counter{}})
	check(err)
	t, err := trajectory.New("example", trajectory.Options{Kinds: brianparam.Kinds()})
	check(err)
	check(m.AddParameters(t))
	check(t.Explore(trajectory.Over("cells.tau", trajectory.Values(quantity.MustParse("10 ms"), quantity.MustParse("20 ms")))))
	check(m.Prepare(context.Background(), t))
	for i := range t.Len() {
		r, err := t.Run(i)
		check(err)
		check(m.Run(context.Background(), r))
		spikes, err := trajectory.Get[int](r, "spikes")
		check(err)
		fmt.Println(r.Summary(), spikes)
	}
	// Output:
	// tau: 10 ms 140
	// tau: 20 ms 70
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
