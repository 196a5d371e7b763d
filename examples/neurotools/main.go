// Neurotools sweeps parameters that are described in files, as NeuroTools does it: sets
// within sets, one file in another, ranges, distributions and references.
//
// Neurons are driven by excitatory and inhibitory Poisson input. The files name the rates and
// the balances of the input to be tried, and a distribution of the weights: of each point
// several realisations are simulated.
//
//	go run ./examples/neurotools -realisations 5
//	go run ./examples/neurotools -params my.param
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"gonum.org/v1/gonum/stat"

	"galvani/brianparam"
	"galvani/env"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/paramset"
)

//go:embed *.param
var files embed.FS

func main() { program().Main() }

func program() *env.Program {
	file, realisations := "", 3
	return &env.Program{
		Name:    "neurotools",
		About:   "Sweeps a hierarchical set of parameters with ranges and distributions, as NeuroTools describes them.",
		Example: "neurotools -realisations 5\nneurotools -params my.param -out results/mine",
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&file, "params", "", "read the parameters from `FILE` instead of the built-in one")
			f.IntVar(&realisations, "realisations", realisations, "simulate each point with `N` samples of the distributions")
		},
		Run: func(ctx context.Context, e *env.Environment) error { return run(ctx, e, file, realisations) },
	}
}

func run(ctx context.Context, e *env.Environment, file string, realisations int) error {
	set, err := load(file)
	if err != nil {
		return err
	}
	t, err := e.Trajectory("neurotools", trajectory.Options{Kinds: brianparam.Kinds(), Seed: 1})
	if err != nil {
		return err
	}
	sweep := paramset.Sweep{Realisations: realisations, Seed: t.Seed()}
	if err := set.AddTo(t, "", sweep); err != nil {
		return err
	}
	design, err := set.Design("", sweep)
	if err != nil {
		return err
	}
	if err := t.Explore(design); err != nil {
		return err
	}
	// What the flags decide is in the parameters and their ranges.
	return e.Run(ctx, t, env.Func(simulate), env.Cosmetic("params", "realisations"), env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
		return report(e.Stdout(), t, sweep)
	}))
}

// load reads the set and finds out whether all its points are possible.
func load(file string) (*paramset.Set, error) {
	builtIn, err := paramset.LoadFS(files, "experiment.param")
	if err != nil || file == "" {
		return builtIn, err
	}
	set, err := paramset.Load(file)
	if err != nil {
		return nil, err
	}
	wanted := schema()
	for point := range set.Outer() {
		for sample := range point.Realize(0, 1) {
			resolved, err := sample.Resolve()
			if err != nil {
				return nil, err
			}
			if err := wanted.Validate(resolved); err != nil {
				return nil, err
			}
		}
	}
	return set, nil
}

// schema is what the experiment has to know. Times, voltages and so on have to be such.
func schema() *paramset.Schema {
	c := paramset.NewSchema().Require("neurons", paramset.OfType[int](), paramset.Between(1, 1_000_000)).AllowOthers()
	for _, like := range []struct {
		unit  string
		paths []string
	}{
		{"ms", []string{"sim.dt", "sim.tstop", "cells.tau_refrac", "cells.tau_m", "cells.synE.tau", "cells.synI.tau"}},
		{"mV", []string{"cells.v_thresh", "cells.v_reset", "cells.v_rest", "cells.synE.E", "cells.synI.E"}},
		{"pF", []string{"cells.cm"}},
		{"nS", []string{"input.w_exc", "input.w_inh"}},
		{"Hz", []string{"input.rate", "input.rate_inh"}},
	} {
		for _, path := range like.paths {
			c = c.Require(path, inUnit(like.unit))
		}
	}
	return c
}

func inUnit(unit string) paramset.Check {
	return func(value any) error {
		q, ok := value.(quantity.Quantity)
		if !ok {
			return fmt.Errorf("want a quantity such as \"5 %s\"", unit)
		}
		_, err := q.In(unit)
		return err
	}
}

// report prints the set as it is found in the trajectory, its realisations, and the rates at
// the points that its ranges span.
func report(w io.Writer, t *trajectory.Trajectory, sweep paramset.Sweep) error {
	set, err := paramset.FromTrajectory(t, "")
	if err != nil {
		return err
	}
	fmt.Fprintln(w, set)
	for point := range set.Realize(sweep.Seed, sweep.Realisations) {
		for _, path := range set.DistPaths() {
			v, err := point.Value(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%s = %v\n", path, v)
		}
	}
	shape, paths := set.Dimensions()
	fmt.Fprintf(w, "\n%v points along %v, %d realisations: %d runs\n", shape, paths, sweep.Realisations, t.Len())
	return table(w, t, set)
}

// table prints the mean rate at each point and its deviation over the realisations.
func table(w io.Writer, t *trajectory.Trajectory, set *paramset.Set) error {
	rates := map[string][]float64{} // by the place of the point in the ranges
	var places []string
	values := map[string]*paramset.Set{}
	for i := range t.Len() {
		r, err := t.Run(i)
		if err != nil {
			return err
		}
		rate, err := trajectory.Get[float64](r, "firing_rate")
		if errors.Is(err, trajectory.ErrNotFound) {
			continue // the run failed
		}
		point, errP := paramset.FromRun(r, "")
		if err := errors.Join(err, errP); err != nil {
			return err
		}
		index, err := set.Index(point)
		if err != nil {
			return err
		}
		place := fmt.Sprint(index)
		if values[place] == nil {
			values[place], places = point, append(places, place)
		}
		rates[place] = append(rates[place], rate)
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, paths := set.Dimensions()
	for _, path := range paths {
		fmt.Fprintf(out, "%s\t", path)
	}
	fmt.Fprint(out, "rate [Hz]\tdeviation\t\n")
	for _, place := range places {
		for _, path := range paths {
			v, err := values[place].Value(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%v\t", v)
		}
		mean, std := stat.PopMeanStdDev(rates[place], nil)
		fmt.Fprintf(out, "%.1f\t%.1f\t\n", mean, std)
	}
	return out.Flush()
}
