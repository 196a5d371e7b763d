// Pypet06 is pypet's example 06, presetting: a parameter gets another value before it is
// added, so that what is added after it depends on the choice.
//
//	go run ./examples/pypet06 -out /tmp/pypet06
//	go run ./examples/pypet06 -out /tmp/pypet06-lorenz -system diff_lorenz
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"galvani/env"
	"galvani/examples/internal/euler"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	var system string
	return &env.Program{
		Name:  "pypet06",
		About: "Chooses an attractor by presetting a parameter and integrates it: pypet's example 06.",
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&system, "system", "diff_roessler", "diff_lorenz or diff_roessler")
		},
		Run: func(ctx context.Context, e *env.Environment) error { return run(ctx, e, system) },
	}
}

func run(ctx context.Context, e *env.Environment, system string) error {
	t, err := e.Trajectory("Example_06_Euler_Integration", trajectory.Options{
		Comment: "Go for Euler!", Kinds: []trajectory.Kind{euler.Kind()},
	})
	if err != nil {
		return err
	}
	// The parameter is not there yet. What addParameters sets it to will not count.
	if err := t.Preset("diff_name", system); err != nil {
		return err
	}
	err = errors.Join(
		addParameters(t),
		t.Explore(trajectory.Over("initial_conditions", trajectory.Values(
			[]float64{0.01, 0.01, 0.01}, []float64{2.02, 0.02, 0.02}, []float64{42.0, 4.2, 0.42}))),
	)
	if err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(euler.Run), env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
		f, err := trajectory.Get[euler.Function](t, "diff_eq")
		if err != nil {
			return err
		}
		fmt.Fprintf(e.Stdout(), " ---------- The source code of your function ----------\n%v", f)
		return euler.Draw(t, e.Path(system+".png"))
	}))
}

// addParameters adds the parameters of the system that diff_name names, the Lorenz
// attractor if nobody has chosen another.
func addParameters(t *trajectory.Trajectory) error {
	err := errors.Join(
		t.AddParameter("steps", 10000, trajectory.Comment("Number of time steps to simulate")),
		t.AddParameter("dt", 0.01, trajectory.Comment("Step size")),
		t.AddParameter("initial_conditions", []float64{0, 0, 0},
			trajectory.Comment("Our initial conditions, as default we will start from origin!")),
		t.AddParameter("diff_name", "diff_lorenz", trajectory.Comment("Name of our differential equation")),
	)
	if err != nil {
		return err
	}
	name, err := trajectory.Get[string](t, "diff_name")
	if err != nil {
		return err
	}
	source := trajectory.Comment("Source code of our equation!")
	switch name {
	case "diff_lorenz":
		return errors.Join(
			t.AddParameter("func_params.sigma", 10.0),
			t.AddParameter("func_params.beta", 8.0/3.0),
			t.AddParameter("func_params.rho", 28.0),
			t.AddDerived("diff_eq", euler.Lorenz(), source),
		)
	case "diff_roessler":
		return errors.Join(
			t.AddParameter("func_params.a", 0.1),
			t.AddParameter("func_params.c", 14.0),
			t.AddDerived("diff_eq", euler.Roessler(), source),
		)
	}
	return fmt.Errorf("unknown system %q: want diff_lorenz or diff_roessler", name)
}
