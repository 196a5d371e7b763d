// Pypet01 is pypet's example 01, first steps: explore two parameters, store their
// product for every combination, and read one of the results again.
//
//	go run ./examples/pypet01 -out /tmp/pypet01
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
	return &env.Program{Name: "pypet01", About: "Multiplies two numbers: pypet's example 01.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Multiplication", trajectory.Options{Comment: "The first example!"})
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
		z, err := trajectory.Get[int](t, "run_00000001.z")
		fmt.Fprintln(e.Stdout(), "The result of run_00000001 is:", z)
		return err
	}))
}

func multiply(_ context.Context, r *trajectory.Run) error {
	p, err := trajectory.Bind[struct {
		X int `param:"x"`
		Y int `param:"y"`
	}](r, "parameters")
	if err != nil {
		return err
	}
	comment := "" // pypet keeps a comment that repeats only with the first run
	if r.Index() == 0 {
		comment = "Result of our simulation!"
	}
	return r.AddResult("z", p.X*p.Y, trajectory.Comment(comment))
}
