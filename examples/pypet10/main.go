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
	"galvani/trajectory/table"
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
	return e.Run(ctx, t, env.Func(multiply), env.Finally(func(ctx context.Context, t *trajectory.Trajectory) error {
		// All values, in the order of the runs.
		zs, err := trajectory.FromRuns[int](t, "z")
		if err != nil {
			return err
		}
		for _, z := range zs[max(0, len(zs)-3):] {
			fmt.Fprintf(e.Stdout(), "run %d: z=%d\n", z.Index, z.Value)
		}
		return draw(ctx, e, t)
	}))
}

func multiply(_ context.Context, r *trajectory.Run) error {
	x, errX := trajectory.Get[int](r, "x")
	y, errY := trajectory.Get[int](r, "y")
	return errors.Join(errX, errY, r.AddResult("z", x*y, trajectory.Comment("I am the product of two reals!")))
}

// draw makes a picture of z over x and y.
func draw(ctx context.Context, e *env.Environment, t *trajectory.Trajectory) error {
	all, err := table.New(ctx, t, table.Options{Results: []string{"z"}})
	if err != nil {
		return err
	}
	z, err := all.Grid("z", table.ArrayOptions{}) // its dimensions are x and y
	if err != nil {
		return err
	}
	fmt.Fprintln(e.Stdout(), z)
	o := plot.HeatmapOptions{XLabel: z.Dims[1].Name, YLabel: z.Dims[0].Name, Label: z.Name}
	for i := range length {
		o.X, o.Y = append(o.X, float64(i)), append(o.Y, float64(i))
		o.Values = append(o.Values, z.Values[i*length:(i+1)*length])
	}
	figure, err := plot.Heatmap(o)
	if err != nil {
		return err
	}
	return figure.Save(e.Path("z.png"))
}
