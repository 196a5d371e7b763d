// Pypet05 is pypet's example 05: the Lorenz attractor from three initial conditions, and a
// class of parameters of the program's own, which holds a function with its source code.
//
//	go run ./examples/pypet05 -out /tmp/pypet05
package main

import (
	"context"
	"errors"
	"fmt"

	"galvani/env"
	"galvani/examples/internal/euler"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet05", About: "Integrates the Lorenz attractor: pypet's example 05.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Example_05_Euler_Integration", trajectory.Options{
		Comment: "Go for Euler!", Kinds: []trajectory.Kind{euler.Kind()},
	})
	if err != nil {
		return err
	}
	err = errors.Join(
		addParameters(t),
		t.AddDerived("diff_eq", euler.Lorenz(), trajectory.Comment("Source code of our equation!")),
		t.Explore(trajectory.Over("initial_conditions", trajectory.Values(
			[]float64{0.01, 0.01, 0.01}, []float64{2.02, 0.02, 0.02}, []float64{42.0, 4.2, 0.42}))),
	)
	if err != nil {
		return err
	}
	if err := e.Run(ctx, t, env.Func(euler.Run)); err != nil {
		return err
	}
	return analyse(ctx, e, t.Name())
}

func addParameters(t *trajectory.Trajectory) error {
	return errors.Join(
		t.AddParameter("steps", 10000, trajectory.Comment("Number of time steps to simulate")),
		t.AddParameter("dt", 0.01, trajectory.Comment("Step size")),
		t.AddParameter("initial_conditions", []float64{0, 0, 0},
			trajectory.Comment("Our initial conditions, as default we will start from origin!")),
		t.AddParameter("func_params.sigma", 10.0),
		t.AddParameter("func_params.beta", 8.0/3.0),
		t.AddParameter("func_params.rho", 28.0),
		t.Annotate("parameters.func_params", "info", "This group contains as default the original values chosen by Edward Lorenz in 1963. "+
			"Check it out on wikipedia (https://en.wikipedia.org/wiki/Lorenz_attractor)!"),
	)
}

// analyse opens the file as if it came from elsewhere.
func analyse(ctx context.Context, e *env.Environment, name string) error {
	open := func(kinds ...trajectory.Kind) (*trajectory.Trajectory, error) {
		return trajectory.Open(ctx, e.File(name), trajectory.OpenOptions{Stores: env.Stores(), Kinds: kinds})
	}
	// Nobody has to know our class of parameters to read the file: its items are there.
	t, err := open()
	if err != nil {
		return err
	}
	defer t.Close()
	unknown, err := t.Parameter("diff_eq")
	if err != nil {
		return err
	}
	items, _ := unknown.Value().(trajectory.Items)
	fmt.Fprintf(e.Stdout(), "Without the class %s there is a value of type %T called data.\n", unknown.Class(), items["data"])
	// With the class it is a function again.
	if t, err = open(euler.Kind()); err != nil {
		return err
	}
	defer t.Close()
	f, err := trajectory.Get[euler.Function](t, "diff_eq")
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout(), " ---------- The source code of your function ----------\n%v", f)
	return euler.Draw(t, e.Path("lorenz.png"))
}
