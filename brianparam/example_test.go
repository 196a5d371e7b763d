package brianparam_test

import (
	"fmt"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
)

func Example() {
	t, err := trajectory.New("example", trajectory.Options{Kinds: brianparam.Kinds()})
	if err != nil {
		panic(err)
	}
	if err := t.AddParameter("neuron.tau", quantity.MustParse("15 ms"), trajectory.Comment("membrane time constant")); err != nil {
		panic(err)
	}
	for r, err := range t.Records() {
		if err != nil {
			panic(err)
		}
		for _, it := range r.Items {
			fmt.Println(r.Name, r.Class, it.Name)
			for _, c := range it.Data.Columns {
				fmt.Println(c.Name, c.Data.Values)
			}
		}
	}
	// Output:
	// parameters.neuron.tau Brian2Parameter data__brn2__
	// unit [1. * second]
	// value [0.015]
}
