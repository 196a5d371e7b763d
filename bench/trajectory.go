package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
	"galvani/trajectory/table"
)

// What the sweep of the case trajectory is: runs with scalar results, which
// workers publish so many at a time.
const (
	sweepRuns    = 100_000
	sweepScalars = 10
	sweepShard   = 2500
)

// storage measures a sweep of runs that cost nothing, from the plan to its table, in elapsed
// time since much of it is waiting for the disk; and access to nodes of a large tree.
func storage(ctx context.Context, r *report) error {
	var plan, merge, table, cpu []float64
	for range r.repeats {
		s, err := newSweep()
		if err != nil {
			return err
		}
		start := cpuTime()
		times, err := s.measure(ctx)
		s.remove()
		if err != nil {
			return err
		}
		plan, merge, table = append(plan, times[0]), append(merge, times[1]), append(table, times[2])
		cpu = append(cpu, (cpuTime() - start).Seconds())
	}
	for i, name := range []string{"plan_s", "store_and_merge_s", "table_read_s", "all_three_cpu_s"} {
		if err := r.add(name, "s", [][]float64{plan, merge, table, cpu}[i]...); err != nil {
			return err
		}
	}
	return access(r)
}

// sweep is one in a folder of its own.
type sweep struct {
	dir  string
	t    *trajectory.Trajectory
	plan *trajectory.Plan
}

func newSweep() (*sweep, error) {
	dir, err := os.MkdirTemp("", "galvani-sweep-")
	return &sweep{dir: dir}, err
}

func (s *sweep) remove() { os.RemoveAll(s.dir) }

func (s *sweep) file() string { return filepath.Join(s.dir, "sweep.hdf5") }

// measure returns the seconds that planning, storing with merging, and reading took.
func (s *sweep) measure(ctx context.Context) (seconds [3]float64, err error) {
	for i, step := range []func(context.Context) error{s.makePlan, s.storeAndMerge, s.readTable} {
		start := time.Now()
		if err := step(ctx); err != nil {
			return seconds, err
		}
		seconds[i] = time.Since(start).Seconds()
	}
	return seconds, nil
}

func (s *sweep) makePlan(context.Context) error {
	var err error
	if s.t, err = trajectory.New("sweep", trajectory.Options{Seed: 1}); err != nil {
		return err
	}
	for _, name := range []string{"x", "y"} {
		if err := s.t.AddParameter(name, 0.0); err != nil {
			return err
		}
	}
	err = s.t.Explore(trajectory.Grid{
		trajectory.Over("x", trajectory.Linspace(0, 1, sweepRuns/100)), trajectory.Over("y", trajectory.Linspace(0, 1, 100)),
	})
	if err != nil {
		return err
	}
	s.t.Lock()
	if s.plan, err = trajectory.NewPlan(s.t, trajectory.Identity{}); err != nil {
		return err
	}
	return trajectory.WritePlan(trajectory.RunsDir(s.file()), s.plan)
}

func (s *sweep) storeAndMerge(ctx context.Context) error {
	names := make([]string, sweepScalars)
	for k := range names {
		names[k] = fmt.Sprintf("stats.v%d", k)
	}
	random := rand.New(rand.NewPCG(1, 2))
	var batch []trajectory.RunRecord
	for i := range sweepRuns {
		run, err := s.t.Run(i)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := run.AddResult(name, random.Float64()); err != nil {
				return err
			}
		}
		info := trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: run.Seed(), Summary: run.Summary()}
		batch = append(batch, trajectory.RunRecord{Info: info, Records: run.Records()})
		if len(batch) == sweepShard || i == sweepRuns-1 {
			if _, err := trajectory.WriteShard(trajectory.RunsDir(s.file()), s.plan, batch...); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	_, err := trajectory.Merge(ctx, trajectory.RunsDir(s.file()), hdf5.New(hdf5.Options{}), s.file(), trajectory.MergeOptions{})
	return err
}

// readTable opens the file and reads its table, as a program that was just started does.
func (s *sweep) readTable(ctx context.Context) error {
	open := trajectory.OpenOptions{Stores: []trajectory.Store{hdf5.New(hdf5.Options{})}}
	t, err := table.Read(ctx, s.file(), open, table.Options{})
	if err != nil {
		return err
	}
	if t.Rows() != sweepRuns {
		return fmt.Errorf("the table has %d rows, want %d", t.Rows(), sweepRuns)
	}
	if want := sweepScalars + 5; len(t.Columns()) != want { // run, state, seed, x, y
		return fmt.Errorf("the table has %d columns, want %d", len(t.Columns()), want)
	}
	return nil
}

// access finds parameters in a tree of 10^4.
func access(r *report) error {
	t, err := trajectory.New("large", trajectory.Options{})
	if err != nil {
		return err
	}
	for i := range 10_000 {
		if err := t.AddParameter(fmt.Sprintf("group%02d.sub.p%d", i/100, i), i); err != nil {
			return err
		}
	}
	t.Lock()
	for _, one := range []struct{ metric, path string }{
		{"access_full_name_ns", "parameters.group42.sub.p4242"},
		{"access_shortcut_ns", "p4242"},
	} {
		var failed error
		ns := r.perOp(func(n int) {
			for range n {
				if _, err := t.Node(one.path); err != nil {
					failed = err
				}
			}
		})
		if failed != nil {
			return failed
		}
		if err := r.add(one.metric, "ns", ns...); err != nil {
			return err
		}
	}
	return nil
}
