// Pypet08 is pypet's example 08: find the runs whose parameters satisfy a condition.
//
//	go run ./examples/pypet08 -out /tmp/pypet08
package main

import (
	"context"
	"errors"
	"fmt"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet08", About: "Finds runs by their parameters: pypet's example 08.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Example08", trajectory.Options{Comment: "Another example!"})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddParameter("x", 1, trajectory.Comment("I am the first dimension!")),
		t.AddParameter("y", 1, trajectory.Comment("I am the second dimension!")),
		t.Explore(trajectory.Grid{
			trajectory.Over("x", trajectory.Values(1, 2, 3, 4)),
			trajectory.Over("y", trajectory.Values(6, 7, 8)),
		}),
	)
	if err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(multiply), env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
		fmt.Fprintln(e.Stdout(), "The run names and results for parameter combinations with x==2 or y==8:")
		found, err := t.FindRuns([]string{"x", "y"}, func(v []any) bool { return v[0] == 2 || v[1] == 8 })
		for _, i := range found {
			err = errors.Join(err, show(e, t, i))
		}
		return err
	}))
}

// point is a point of the parameter space.
type point struct {
	X int `param:"x"`
	Y int `param:"y"`
}

func multiply(_ context.Context, r *trajectory.Run) error {
	p, err := trajectory.Bind[point](r, "parameters")
	if err != nil {
		return err
	}
	comment := "" // pypet keeps a comment that repeats only with the first run
	if r.Index() == 0 {
		comment = "I am the product of two reals!"
	}
	return r.AddResult("z", p.X*p.Y, trajectory.Comment(comment))
}

// show prints a run as it is seen from inside.
func show(e *env.Environment, t *trajectory.Trajectory, i int) error {
	r, err := t.Run(i)
	if err != nil {
		return err
	}
	p, err := trajectory.Bind[point](r, "parameters")
	if err != nil {
		return err
	}
	z, err := trajectory.Get[int](r, "crun.z")
	fmt.Fprintf(e.Stdout(), "%s: x=%d, y=%d, z=%d\n", r.Name(), p.X, p.Y, z)
	return err
}
