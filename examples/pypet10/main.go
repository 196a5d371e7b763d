// Pypet10 is pypet's example 10: collect a result from all runs, here to draw it over
// both explored parameters.
//
//	go run ./examples/pypet10 -out /tmp/pypet10
package main

import (
	"context"
	"errors"
	"fmt"

	"galvani/env"
	"galvani/plot"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet10", About: "Collects a result from all runs and draws it: pypet's example 10.", Run: run}
}

// length is how many values each parameter takes.
const length = 12

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Example10", trajectory.Options{Comment: "Another example!"})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddParameter("x", 1, trajectory.Comment("I am the first dimension!")),
		t.AddParameter("y", 1, trajectory.Comment("I am the second dimension!")),
		t.Explore(trajectory.Grid{
			trajectory.Over("x", trajectory.Trials(length)), // 0, 1, … 11
			trajectory.Over("y", trajectory.Trials(length)),
		}),
	)
	if err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(multiply), env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
		return draw(e, t)
	}))
}

func multiply(_ context.Context, r *trajectory.Run) error {
	x, errX := trajectory.Get[int](r, "x")
	y, errY := trajectory.Get[int](r, "y")
	return errors.Join(errX, errY, r.AddResult("z", x*y, trajectory.Comment("I am the product of two reals!")))
}

// draw makes a picture of z over x and y.
func draw(e *env.Environment, t *trajectory.Trajectory) error {
	zs, err := trajectory.FromRuns[int](t, "z")
	if err != nil {
		return err
	}
	if len(zs) != length*length {
		return fmt.Errorf("z of %d runs: want %d", len(zs), length*length)
	}
	// The last axis of a grid changes fastest, so the runs of one x follow each other.
	mesh := make([][]float64, length)
	axis := make([]float64, length)
	for i, z := range zs {
		mesh[i/length] = append(mesh[i/length], float64(z.Value))
		axis[i%length] = float64(i % length)
	}
	for _, row := range mesh {
		fmt.Fprintln(e.Stdout(), row)
	}
	figure, err := plot.Heatmap(plot.HeatmapOptions{X: axis, Y: axis, Values: mesh, XLabel: "y", YLabel: "x", Label: "z"})
	if err != nil {
		return err
	}
	return figure.Save(e.Path("z.png"))
}
