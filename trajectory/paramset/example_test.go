package paramset_test

import (
	"fmt"
	"testing/fstest"

	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/paramset"
)

func Example() {
	p, err := paramset.Parse(`{
		"sim": {"dt": "0.1 ms", "tstop": "1 s"},
		"cells": {"tau_m": ParameterRange([10, 15, 20], units="ms"), "cm": 0.25},
	}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	dt, err := paramset.Get[quantity.Quantity](p, "sim.dt")
	fmt.Println(dt.SI(), err)
	for point := range p.Inner() {
		tau, _ := paramset.Get[quantity.Quantity](point, "cells.tau_m")
		fmt.Println(tau)
	}
	_, err = paramset.Get[float64](p, "cells.tau")
	fmt.Println(err)
	// Output:
	// 0.0001 <nil>
	// 10 ms
	// 15 ms
	// 20 ms
	// paramset: cells.tau: cells has no "tau" (it has tau_m, cm): not found
}

func ExampleRange_Mul() {
	tau, _ := paramset.NewRangeIn("ms", 10, 15, 20)
	twice, _ := tau.Mul(2)
	fmt.Println(twice)
	fmt.Println(twice.In("ms"))
	// Output:
	// ParameterRange([20, 30, 40], units="ms")
	// [20 30 40] <nil>
}

func ExampleSet_Inner() {
	p, _ := paramset.Parse(`{"x": 999, "y": ParameterRange([10, 20]), "z": ParameterRange([-1, 0, 1])}`)
	for point := range p.Inner() {
		fmt.Println(point.Map())
	}
	// Output:
	// map[x:999 y:10 z:-1]
	// map[x:999 y:20 z:-1]
	// map[x:999 y:10 z:0]
	// map[x:999 y:20 z:0]
	// map[x:999 y:10 z:1]
	// map[x:999 y:20 z:1]
}

func ExampleSet_Pretty() {
	p, _ := paramset.ParseTOML("dt = \"0.1 ms\"\n[syn]\nE = -75.0\nw = \"= NormalDist(mean=2, std=0.5)\"\n")
	fmt.Println(p)
	// Output:
	// {
	//   "dt": "0.1 ms",
	//   "syn": {
	//     "E": -75.0,
	//     "w": NormalDist(mean=2.0,std=0.5),
	//   },
	// }
}

func ExampleSet_Resolve() {
	p, _ := paramset.Parse(`{"N_e": 4000, "N_i": ref("N_e") / 4, "exc": {"tau": "15 ms"}, "inh": ref("exc")}`)
	r, err := p.Resolve()
	fmt.Println(r.Flatten("."), err)
	// Output:
	// map[N_e:4000 N_i:1000 exc.tau:15 ms inh.tau:15 ms] <nil>
}

func ExampleSet_Realize() {
	p, _ := paramset.Parse(`{"w": UniformDist(min=1, max=3), "n": 5}`)
	for point := range p.Realize(42, 3) {
		w, _ := paramset.Get[float64](point, "w")
		fmt.Println(w >= 1 && w < 3)
	}
	// Output:
	// true
	// true
	// true
}

func ExampleSet_Diff() {
	a, _ := paramset.Parse(`{"dt": 0.1, "cells": {"tau": 10, "cm": 0.25}}`)
	b, _ := paramset.Parse(`{"dt": 0.1, "cells": {"tau": 15, "cm": 0.25}, "seed": 1}`)
	here, there := a.Diff(b)
	fmt.Println(here.Map(), there.Map())
	// Output: map[cells:map[tau:10]] map[cells:map[tau:15] seed:1]
}

func ExampleLoadFS() {
	files := fstest.MapFS{
		"main.toml":  {Data: []byte("dt = 0.1\nexc = \"= url('exc.param')\"\n")},
		"exc.param":  {Data: []byte("{'tau_m': 10.0, 'v_rest': -70.0}  # as NeuroTools has it\n")},
		"wrong.toml": {Data: []byte("dt = 0.1\ntau = \"= ParameterRange(5)\"\n")},
	}
	p, err := paramset.LoadFS(files, "main.toml")
	fmt.Println(p.Flatten("."), err)
	_, err = paramset.LoadFS(files, "wrong.toml")
	fmt.Println(err)
	// Output:
	// map[dt:0.1 exc.tau_m:10 exc.v_rest:-70] <nil>
	// paramset: wrong.toml:2:10: ParameterRange: value is the number 5 (want a list): wrong type
}

func ExampleSet_Design() {
	p, _ := paramset.Parse(`{"N": 4000, "R_ee": ParameterRange([1.0, 2.5]), "trial": ParameterRange([0, 1]), "R_ii": ref("R_ee") / 2}`)
	t, _ := trajectory.New("sweep", trajectory.Options{})
	sweep := paramset.Sweep{}
	if err := p.AddTo(t, "model", sweep); err != nil {
		fmt.Println(err)
		return
	}
	design, err := p.Design("model", sweep)
	if err == nil {
		err = t.Explore(design)
	}
	fmt.Println(t.Len(), err)
	for i := range t.Len() {
		run, _ := t.Run(i)
		point, _ := paramset.FromRun(run, "model")
		fmt.Println(point.Map())
	}
	// Output:
	// 4 <nil>
	// map[N:4000 R_ee:1 R_ii:0.5 trial:0]
	// map[N:4000 R_ee:1 R_ii:0.5 trial:1]
	// map[N:4000 R_ee:2.5 R_ii:1.25 trial:0]
	// map[N:4000 R_ee:2.5 R_ii:1.25 trial:1]
}

func ExampleSchema() {
	schema := paramset.NewSchema().
		Require("N_e", paramset.OfType[int](), paramset.Between(1, 100_000)).
		Require("clustersize", paramset.OfType[int]()).
		Allow("rule", paramset.OneOf("all", "one")).
		Rule("N_e is a multiple of clustersize", func(s *paramset.Set) error {
			n, _ := paramset.Get[int](s, "N_e")
			size, _ := paramset.Get[int](s, "clustersize")
			if n%size != 0 {
				return fmt.Errorf("%d neurons are left over", n%size)
			}
			return nil
		})
	p, _ := paramset.Parse(`{"N_e": 4000, "clustersize": ParameterRange([80, 90]), "rule": "all"}`)
	fmt.Println(schema.Validate(p))
	// Output: paramset: N_e is a multiple of clustersize: at clustersize = 90: 40 neurons are left over
}

func ExampleParseTable() {
	table, _ := paramset.ParseTable(`
		#     tau   E
		AMPA  1.5   0
		GABA  10  -75
	`)
	e, _ := table.Column("E")
	fmt.Println(e.Map())
	fmt.Println(table.Transpose())
	// Output:
	// map[AMPA:0 GABA:-75]
	// #	AMPA	GABA
	// tau	1.5	10.0
	// E	0.0	-75.0
}
