package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	o := &options{batch: 10, trials: 2, basket: 4, pyramidal: 3, tstop: 170, overwrite: true}
	return &env.Program{
		Name: "hnnbatch", About: "Simulates evoked responses for combinations of weights: hnn-core's batch simulation.",
		Flags: o.register, Run: o.run,
	}
}

// options are the values of the flags.
type options struct {
	batch, trials     int
	basket, pyramidal int
	tstop             float64
	zip, overwrite    bool
	save              string
	smooth            bool
}

func (o *options) register(fs *flag.FlagSet) {
	fs.IntVar(&o.batch, "batch", o.batch, "simulations in a batch file")
	fs.BoolVar(&o.overwrite, "overwrite", o.overwrite, "write batch files that are there already")
	fs.IntVar(&o.basket, "basket", o.basket, "how many weights of the basket cells' drive")
	fs.IntVar(&o.pyramidal, "pyr", o.pyramidal, "how many weights of the pyramidal cells' drive")
	fs.IntVar(&o.trials, "trials", o.trials, "simulations of each point")
	fs.Float64Var(&o.tstop, "tstop", o.tstop, "duration of a simulation in ms")
	fs.BoolVar(&o.zip, "zip", false, "take the weights by index instead of all combinations")
	fs.StringVar(&o.save, "save", "", "`recordings` to keep: "+strings.Join(recordings, ", "))
	fs.BoolVar(&o.smooth, "smooth", true, "smooth the dipole before its peaks are looked for")
}

func (o *options) run(ctx context.Context, e *env.Environment) error {
	var kept []string
	for name := range strings.SplitSeq(o.save, ",") {
		if name = strings.TrimSpace(name); name != "" {
			kept = append(kept, name)
		}
		if name != "" && !slices.Contains(recordings, name) {
			return fmt.Errorf("-save %s: there is no such recording (there are %s)", name, strings.Join(recordings, ", "))
		}
	}
	if o.batch < 1 || o.trials < 1 {
		return fmt.Errorf("-batch %d and -trials %d have to be positive", o.batch, o.trials)
	}
	t, err := e.Trajectory("hnnbatch", trajectory.Options{Comment: "Evoked responses for combinations of weights", Seed: 1})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddStruct("drive", drive{Basket: 0.8, Pyramidal: 1.3}),
		t.AddStruct("simulation", simulation{TStop: o.tstop, DT: 0.025}),
		t.AddStruct("dipole", dipole{Scale: 1, Window: 30, Smooth: o.smooth}),
		t.AddParameter("trial", 0, trajectory.Comment("which of several simulations of a point")),
		t.Explore(o.design()),
	)
	if err != nil {
		return err
	}
	options := []env.Option{
		env.Cosmetic("batch", "overwrite"), env.Summary(peaks),
		env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
			return errors.Join(show(e, t), o.writeBatches(e, t, kept))
		}),
	}
	if len(kept) > 0 {
		options = append(options, env.KeepRaw(kept...))
	}
	return e.Run(ctx, t, env.Func(simulate), options...)
}

// design is hnn-core's param_grid.
func (o *options) design() trajectory.Design {
	weights := trajectory.Grid{
		trajectory.Over("weight_basket", trajectory.Linspace(0.5, 1.4, o.basket)),
		trajectory.Over("weight_pyr", trajectory.Linspace(0.9, 1.7, o.pyramidal)),
	}
	trials := trajectory.Over("trial", trajectory.Trials(o.trials))
	if o.zip {
		return trajectory.Grid{trajectory.Zip(weights), trials}
	}
	return append(weights, trials)
}

// show prints the summary statistics.
func show(e *env.Environment, t *trajectory.Trajectory) error {
	done, err := env.Outcomes(t)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.Stdout(), "weight_basket  weight_pyr  trial  min_peak  max_peak  at_ms  spikes")
	for _, o := range done {
		if !o.Done() {
			continue
		}
		s, errS := trajectory.Bind[summary](o, "results.runs.$.peaks")
		weights, errW := trajectory.Bind[drive](o, "parameters.drive")
		trial, errT := trajectory.Get[int](o, "trial")
		if err := errors.Join(errS, errW, errT); err != nil {
			return err
		}
		fmt.Fprintf(e.Stdout(), "%13.2f  %10.2f  %5d  %8.1f  %8.1f  %5.1f  %6d\n", weights.Basket, weights.Pyramidal, trial, s.Min, s.Max, s.At, s.Spikes)
	}
	return nil
}
