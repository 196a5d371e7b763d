package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"galvani/env"
	"galvani/trajectory"
)

// sweepWorkers is how many runs the case sweep executes at once.
const sweepWorkers = 2

// sweeps measures what the environment costs: sweeps of runs that do nothing but leave
// scalars behind, in elapsed time from the plan to the merged file.
func sweeps(ctx context.Context, r *report) error {
	r.workers = sweepWorkers
	defer func() { r.workers = 0 }()
	for _, one := range []struct {
		runs, scalars int
		name, unit    string
		scale         float64 // of a second
	}{
		{20_000, 1, "overhead_us_per_run", "us", 1e6 / 20_000},
		{sweepRuns, sweepScalars, "total_s_100000_runs_of_10_scalars", "s", 1},
	} {
		seconds := make([]float64, r.repeats)
		for i := range seconds {
			var err error
			if seconds[i], err = tinyRuns(ctx, one.runs, one.scalars); err != nil {
				return err
			}
		}
		if err := r.add(one.name, one.unit, scaled(seconds, 1/one.scale)...); err != nil {
			return err
		}
	}
	return nil
}

// tinyRuns returns the seconds that a sweep takes.
func tinyRuns(ctx context.Context, runs, scalars int) (float64, error) {
	dir, err := os.MkdirTemp("", "galvani-sweep-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	e, err := env.New(env.Options{Name: "sweep", Out: dir, Workers: sweepWorkers})
	if err != nil {
		return 0, err
	}
	names := make([]string, scalars)
	for k := range names {
		names[k] = fmt.Sprintf("stats.v%d", k)
	}
	start := time.Now()
	t, err := e.Trajectory("sweep", trajectory.Options{Seed: 1})
	if err != nil {
		return 0, err
	}
	if err := t.AddParameter("x", 0.0); err != nil {
		return 0, err
	}
	if err := t.Explore(trajectory.Over("x", trajectory.Linspace(0, 1, runs))); err != nil {
		return 0, err
	}
	err = e.Run(ctx, t, env.Func(func(_ context.Context, run *trajectory.Run) error {
		x, err := trajectory.Get[float64](run, "x")
		if err != nil {
			return err
		}
		for k, name := range names {
			if err := run.AddResult(name, x*float64(k+1)); err != nil {
				return err
			}
		}
		return nil
	}))
	return time.Since(start).Seconds(), err
}
