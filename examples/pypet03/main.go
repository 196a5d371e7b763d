// Pypet03 is pypet's example 03: two trajectories that explore overlapping regions are
// merged into one, and points that both have explored are kept once.
//
//	go run ./examples/pypet03 -out /tmp/pypet03
package main

import (
	"context"
	"errors"
	"fmt"

	"galvani/env"
	"galvani/trajectory"
	"galvani/trajectory/merge"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet03", About: "Merges two trajectories: pypet's example 03.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	first, err := explore(ctx, e, "Traj1", "I will be increased!", trajectory.Values(1.0, 2.0, 3.0, 4.0), trajectory.Values(6.0, 7.0, 8.0))
	if err != nil {
		return err
	}
	second, err := explore(ctx, e, "Traj2", "I am going to be merged into some other trajectory!", trajectory.Values(3.0, 4.0, 5.0, 6.0), trajectory.Values(7.0, 8.0, 9.0))
	if err != nil {
		return err
	}
	// The other trajectory goes away: there are copies of both files.
	_, err = merge.Merge(ctx, first, merge.Options{RemoveDuplicates: true, MoveData: true, DeleteOther: true}, second)
	if err != nil {
		return err
	}
	t, err := trajectory.Open(ctx, first.Path, trajectory.OpenOptions{Stores: env.Stores()})
	if err != nil {
		return err
	}
	defer t.Close()
	for i := range t.Len() {
		if err := show(e, t, i); err != nil {
			return err
		}
	}
	return nil
}

// point is a point of the parameter space.
type point struct {
	X float64 `param:"x"`
	Y float64 `param:"y"`
}

// explore runs one of the sweeps and says where its results are.
func explore(ctx context.Context, e *env.Environment, name, comment string, x, y trajectory.Range) (merge.Stored, error) {
	t, err := e.Trajectory(name, trajectory.Options{Comment: comment})
	if err != nil {
		return merge.Stored{}, err
	}
	err = errors.Join(
		t.AddParameter("x", 1.0, trajectory.Comment("I am the first dimension!")),
		t.AddParameter("y", 1.0, trajectory.Comment("I am the second dimension!")),
		t.Explore(trajectory.Grid{trajectory.Over("x", x), trajectory.Over("y", y)}),
	)
	if err != nil {
		return merge.Stored{}, err
	}
	return merge.Stored{Store: env.Stores()[0], Path: e.File(name)}, e.Run(ctx, t, env.Func(multiply))
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
	z, err := trajectory.Get[float64](r, "crun.z")
	fmt.Fprintf(e.Stdout(), "%s: x=%f, y=%f, z=%f\n", r.Name(), p.X, p.Y, z)
	return err
}
