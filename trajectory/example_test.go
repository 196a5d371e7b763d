package trajectory_test

import (
	"fmt"
	"os"
	"time"

	"galvani/trajectory"
)

// Two parameters explored over a grid; every run multiplies them.
func Example() {
	t, err := trajectory.New("multiplication", trajectory.Options{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	t.AddParameter("x", 0, trajectory.Comment("first factor"))
	t.AddParameter("y", 0, trajectory.Comment("second factor"))
	err = t.Explore(trajectory.Grid{
		trajectory.Over("x", trajectory.Values(1, 2)),
		trajectory.Over("y", trajectory.Values(6, 7, 8)),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range t.Len() {
		r, _ := t.Run(i)
		x, _ := trajectory.Get[int](r, "x")
		y, _ := trajectory.Get[int](r, "y")
		r.AddResult("z", x*y)
		z, _ := r.Node("z")
		fmt.Println(z)
	}
	// Output:
	// Result results.runs.run_00000000.z: z=6
	// Result results.runs.run_00000001.z: z=7
	// Result results.runs.run_00000002.z: z=8
	// Result results.runs.run_00000003.z: z=12
	// Result results.runs.run_00000004.z: z=14
	// Result results.runs.run_00000005.z: z=16
}

// A group of parameters is a struct.
func ExampleBind() {
	type model struct {
		N   int     `param:"N_e" comment:"number of excitatory neurons"`
		Tau float64 `param:"tau" unit:"ms"`
	}
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddStruct("model", model{N: 2000, Tau: 15})
	t.Set("model.tau", 20.0)
	m, err := trajectory.Bind[model](t, "model")
	fmt.Printf("%+v %v\n", m, err)
	// Output: {N:2000 Tau:20} <nil>
}

// Names lead to the shallowest node; what is not there is an error with a hint.
func ExampleTrajectory_Node() {
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddParameter("connections.R_ee", 2.5)
	t.AddParameter("connections.detail.R_ee", 3.5)
	for _, path := range []string{"R_ee", "detail.R_ee", "par.connections.R_ee", "R_e"} {
		n, err := t.Node(path)
		fmt.Println(n, err)
	}
	// Output:
	// <Parameter> parameters.connections.R_ee: 2.5 <nil>
	// <Parameter> parameters.connections.detail.R_ee: 3.5 <nil>
	// <Parameter> parameters.connections.R_ee: 2.5 <nil>
	// <nil> trajectory: there is no "R_e" below the root: not found; did you mean parameters.connections.R_ee?
}

// The values that numpy's arange has.
func ExampleArange() {
	r := trajectory.Arange(1, 2.6, 0.4)
	for i := range r.Len() {
		fmt.Println(r.At(i))
	}
	// Output:
	// 1
	// 1.4
	// 1.7999999999999998
	// 2.1999999999999997
}

// What a trajectory is, in lines to be compared.
func ExampleDump() {
	now := func() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) }
	t, _ := trajectory.New("small", trajectory.Options{Seed: 7, Now: now})
	t.AddParameter("tau", 0.1, trajectory.Comment("time constant"))
	trajectory.Dump(os.Stdout, t)
	// Output:
	// 	#comment	str	""
	// 	#length	int	1
	// 	#name	str	"small"
	// 	#seed	uint64	7
	// #run_00000000	seed	uint64	0
	// #run_00000000	state	str	"pending"
	// parameters	#group	name	standard
	// parameters.tau	#comment	str	"time constant"
	// parameters.tau	#leaf	name	Parameter
	// parameters.tau	data	TABLE{data:SCALAR:float[1]}	{"data":[0.1]}
}

func ExampleTrajectory_Expand() {
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddParameter("x", 0)
	t.Explore(trajectory.Over("x", trajectory.Values(1, 2)))
	plan, _ := trajectory.NewPlan(t, trajectory.Identity{}) // written, and both runs executed

	err := t.Expand(trajectory.Over("x", trajectory.Values(8)))
	next, _ := plan.Next(t, plan.Identity) // to be written beside it
	r, _ := t.Run(2)
	fmt.Println(err, t.Len(), r.Summary(), next.Generation)
	// Output: <nil> 3 x: 8 1
}

func ExampleTrajectory_Check() {
	type model struct {
		N       int     `param:"N" min:"1"`
		Cluster int     `param:"clustersize"`
		P       float64 `param:"p" min:"0" max:"1"`
	}
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddStruct("model", model{N: 100, Cluster: 80, P: 1.5})
	t.Rule("clusters divide the neurons", func(g trajectory.Getter) error {
		m, err := trajectory.Bind[model](g, "model")
		if err == nil && m.N%m.Cluster != 0 {
			err = fmt.Errorf("%d neurons in clusters of %d", m.N, m.Cluster)
		}
		return err
	})
	fmt.Println(t.Check())
	// Output:
	// trajectory: parameters.model.p is 1.5, want at most 1: breaks a rule
	// trajectory: clusters divide the neurons: breaks a rule: 100 neurons in clusters of 80
}

func ExampleJSON() {
	type options struct {
		Depth int
		Names []string
	}
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddParameter("options", options{Depth: 3, Names: []string{"a"}})
	p, _ := t.Parameter("options")
	o, err := trajectory.Get[options](t, "options")
	fmt.Println(p)
	fmt.Println(o.Depth, err)
	// Output:
	// <Parameter> parameters.options: {"Depth":3,"Names":["a"]}
	// 3 <nil>
}

func ExampleGroup_Walk() {
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddParameter("model.tau", 10.5)
	t.AddParameter("seed", 1)
	for name := range t.Root().Walk(trajectory.Walk{MaxDepth: 2}) {
		fmt.Println(name)
	}
	// Output:
	// parameters
	// parameters.model
	// parameters.seed
}

func ExampleCSR() {
	m, _ := trajectory.NewCSR(2, 3, []trajectory.Entry[float64]{{Row: 0, Column: 2, Value: 1.5}, {Row: 1, Column: 0, Value: -2}})
	t, _ := trajectory.New("net", trajectory.Options{})
	t.AddResult("weights", m)
	back, err := trajectory.Get[trajectory.CSR[float64]](t, "weights")
	fmt.Println(trajectory.Dense(back).Data, err)
	// Output: [0 0 1.5 -2 0 0] <nil>
}
