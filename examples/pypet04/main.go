// Pypet04 is pypet's example 04, multiprocessing: 400 runs on several processors.
//
// Runs go on side by side in one process, and more processes can help at any time, also
// from other machines that share the folder. Ctrl-C, kill -9 or a power cut cost
// the runs in progress; the same command goes on with the rest:
//
//	go build -o /tmp/pypet04 ./examples/pypet04
//	/tmp/pypet04 -out /tmp/mp -workers 4 -pause 50ms
//	/tmp/pypet04 worker /tmp/mp/Example_04_MP.hdf5.runs
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	var pause time.Duration
	return &env.Program{
		Name:    "pypet04",
		About:   "Multiplies 400 pairs of numbers on several processors: pypet's example 04.",
		Example: "pypet04 -workers 4 -pause 50ms",
		Flags: func(f *flag.FlagSet) {
			f.DurationVar(&pause, "pause", 0, "how long each multiplication takes, to have time for Ctrl-C")
		},
		Run: func(ctx context.Context, e *env.Environment) error { return run(ctx, e, pause) },
	}
}

func run(ctx context.Context, e *env.Environment, pause time.Duration) error {
	t, err := e.Trajectory("Example_04_MP", trajectory.Options{Comment: "Multiprocessing example!"})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddParameter("x", 1.0, trajectory.Comment("I am the first dimension!")),
		t.AddParameter("y", 1.0, trajectory.Comment("I am the second dimension!")),
		t.Explore(trajectory.Grid{
			trajectory.Over("x", trajectory.Arange(0, 20, 1)),
			trajectory.Over("y", trajectory.Arange(0, 20, 1)),
		}),
	)
	if err != nil {
		return err
	}
	multiply := func(ctx context.Context, r *trajectory.Run) error {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		x, errX := trajectory.Get[float64](r, "x")
		y, errY := trajectory.Get[float64](r, "y")
		return errors.Join(errX, errY, r.AddResult("z", x*y, trajectory.Comment("I am the product of two reals!")))
	}
	// The pause is no part of what the results depend on, so it may change from call to call.
	return e.Run(ctx, t, env.Func(multiply), env.Cosmetic("pause"),
		env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
			zs, err := trajectory.FromRuns[float64](t, "z")
			sum := 0.0
			for _, z := range zs {
				sum += z.Value
			}
			fmt.Fprintf(e.Stdout(), "%d products, %v in total\n", len(zs), sum)
			return err
		}))
}
