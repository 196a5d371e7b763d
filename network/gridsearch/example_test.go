package gridsearch_test

import (
	"context"
	"fmt"
	"os"

	"galvani/equation"
	"galvani/network"
	"galvani/network/gridsearch"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

func ExampleSearch_Run() {
	search, err := gridsearch.New(gridsearch.Spec{
		Name: "leaky",
		Model: func(b *network.Builder) error {
			b.Group("cell", 1, neuron.Spec{
				Equations: "dV/dt = (mu - V)/tau : 1\nmu : 1",
				Threshold: "V > 1", Reset: "V = 0",
				Constants: equation.Constants{"tau": quantity.MustParse("20 ms")},
			})
			return b.Err()
		},
		Grid: trajectory.Grid{
			trajectory.Over("tau", trajectory.Values(quantity.MustParse("10 ms"), quantity.MustParse("20 ms"))),
			trajectory.Over("drive", trajectory.Linspace(1.1, 1.5, 3)), // changes fastest
		},
		Map:      map[string][]string{"drive": {"cell/mu"}, "tau": {"cell/tau"}},
		Outputs:  map[string]string{"spikes": "cell/spikes"},
		Duration: quantity.MustParse("1 s"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := search.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := res.WriteMap(os.Stdout); err != nil {
		fmt.Println(err)
	}
	for k, s := range res.Output("spikes").Spikes {
		fmt.Println(res.Copies[k].Name, s.Total())
	}
	// Output:
	// copy,tau,drive
	// leaky_0,10 ms,1.1
	// leaky_1,10 ms,1.3
	// leaky_2,10 ms,1.5
	// leaky_3,20 ms,1.1
	// leaky_4,20 ms,1.3
	// leaky_5,20 ms,1.5
	// leaky_0 41
	// leaky_1 68
	// leaky_2 90
	// leaky_3 20
	// leaky_4 34
	// leaky_5 45
}
