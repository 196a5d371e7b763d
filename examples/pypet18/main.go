// Pypet18 is pypet's example 18, many runs: results are sorted into sets of 1000 runs with
// the wildcard $set, and looked up in the file again.
//
//	go run ./examples/pypet18 -out /tmp/pypet18
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
	return &env.Program{Name: "pypet18", About: "Sorts 2500 runs into sets of 1000: pypet's example 18.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Multiplication", trajectory.Options{Comment: "Contains many runs"})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddParameter("x", 1, trajectory.Comment("I am the first dimension!")),
		t.AddParameter("y", 1, trajectory.Comment("I am the second dimension!")),
		t.Explore(trajectory.Grid{
			trajectory.Over("x", trajectory.Trials(50)), // 0, 1, … 49
			trajectory.Over("y", trajectory.Trials(50)),
		}),
	)
	if err != nil {
		return err
	}
	if err := e.Run(ctx, t, env.Func(multiply)); err != nil {
		return err
	}
	return lookUp(ctx, e, t.Name())
}

func multiply(_ context.Context, r *trajectory.Run) error {
	x, errX := trajectory.Get[int](r, "x")
	y, errY := trajectory.Get[int](r, "y")
	// $set is run_set_00002 for the runs 2000 to 2999, $ the run itself.
	return errors.Join(errX, errY, r.AddResult("$set.$.z", x*y,
		trajectory.Comment("Result of our simulation sorted into buckets of 1000 runs each!")))
}

// lookUp opens the file. Nothing is read from it but what is asked for.
func lookUp(ctx context.Context, e *env.Environment, name string) error {
	t, err := trajectory.Open(ctx, e.File(name), trajectory.OpenOptions{Stores: env.Stores()})
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := t.Run(2042)
	if err != nil {
		return err
	}
	// In the view of a run the wildcards stand for what they stood for in the run.
	z, err := trajectory.Get[int](r, "results.crunset.crun.z")
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout(), "The result of run %d is:\n%d\n", r.Index(), z)
	// Elsewhere they can be spelled out, or abbreviated.
	z, err = trajectory.Get[int](t, "results.run_set_00002.r_2044.z")
	fmt.Fprintf(e.Stdout(), "The result of run %d is:\n%d\n", 2044, z)
	return err
}
