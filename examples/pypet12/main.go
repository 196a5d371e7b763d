// Pypet12 is pypet's example 12, sharing data between processes: all runs write into one
// array, which becomes a result when they have ended.
//
// pypet cannot resume such a sweep, because its list is lost with the process that held
// it. This array lies beside the finished runs, for any number of processes.
//
//	go run ./examples/pypet12 -out /tmp/pypet12
package main

import (
	"context"
	"errors"
	"fmt"

	"galvani/env"
	"galvani/trajectory"
	"galvani/trajectory/shared"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet12", About: "Shares an array between runs: pypet's example 12.", Run: run}
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
	m := &multiplication{dir: shared.Dir(e.File(t.Name()))}
	return e.Run(ctx, t, m, env.Finally(func(ctx context.Context, t *trajectory.Trajectory) error {
		defer m.z.Close()
		return m.collect(ctx, e, t)
	}))
}

// multiplication is an experiment that opens the array once for all its runs.
type multiplication struct {
	dir string
	z   *shared.Array[int64]
}

// Prepare makes the array, or opens what another process or an earlier call has made.
func (m *multiplication) Prepare(_ context.Context, t *trajectory.Trajectory) (err error) {
	m.z, err = shared.CreateArray[int64](m.dir, "z", t.Len())
	return err
}

// Run writes an element. It is on disk before the run counts as done.
func (m *multiplication) Run(_ context.Context, r *trajectory.Run) error {
	x, errX := trajectory.Get[int](r, "x")
	y, errY := trajectory.Get[int](r, "y")
	if err := errors.Join(errX, errY); err != nil {
		return err
	}
	return errors.Join(m.z.WriteAt([]int64{int64(x * y)}, r.Index()), m.z.Sync())
}

// collect makes the array a result in the trajectory's file.
func (m *multiplication) collect(ctx context.Context, e *env.Environment, t *trajectory.Trajectory) error {
	if !t.Contains("results.z") { // else the same command was called again
		all, err := m.z.View()
		if err != nil {
			return err
		}
		err = errors.Join(all.AddTo(t, "z"), trajectory.Save(ctx, t, env.Stores()[0], e.File(t.Name())))
		if err != nil {
			return err
		}
	}
	z, err := trajectory.Get[[]int64](t, "z")
	fmt.Fprintln(e.Stdout(), z)
	return err
}
