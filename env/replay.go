package env

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"galvani/trajectory"
)

// replay executes chosen runs here and now and tells what becomes of them. Nothing is
// written, so that it can be done while the sweep goes on, and with any program. A
// run that is finished has to give the results that are saved.
func (s *sweep) replay(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	s.t.Lock()
	if plan, err := trajectory.ReadPlan(s.dir); err == nil {
		_ = s.follow(plan) // of another sweep there is nothing to follow
	}
	runs, err := selectRuns(s.t, s.env.o.Only)
	if err != nil {
		return fmt.Errorf("env: -only: %w", err)
	}
	saved := s.savedResults()
	st := newStopper(ctx, s.env.o.Grace, s.env.deadline)
	defer st.close()
	next := 0
	var failed []*RunError
	c := crew{
		// One after another: what they say is not mixed up, and neither is a profile.
		slots: 1, timeout: s.env.o.Timeout, grace: s.env.o.Grace, view: s.t.Run, now: time.Now,
		run:  func(ctx context.Context, r *trajectory.Run) error { return s.executeIn(ctx, r, &scope{aloud: true}) },
		mark: func(int, string) {}, excuses: st.excuses, deaf: s.deaf,
		take: func(context.Context) (task, bool, error) {
			if next == len(runs) {
				return task{}, false, nil
			}
			next++
			return task{run: runs[next-1]}, true, nil
		},
		ended: func(o outcome) {
			if f := s.tellReplay(o, saved); f != nil {
				failed = append(failed, f)
			}
		},
	}
	if err := c.work(st.launch, st.runs); err != nil {
		return err
	}
	if err := context.Cause(st.launch); err != nil {
		return fmt.Errorf("env: stopped: %w", err)
	}
	s.env.say("nothing of this was saved")
	if len(failed) > 0 {
		return &SweepError{Failed: failed, Runs: len(runs), replayed: true}
	}
	return nil
}

// tellReplay says what became of a run.
func (s *sweep) tellReplay(o outcome, saved func(int) ([]trajectory.Record, error)) *RunError {
	e, run := s.env, o.Info.Index
	f := &RunError{Index: run, Name: runName(run), Params: params(o.Info), Err: o.err, Stack: o.Info.Stack}
	switch o.Info.State {
	case trajectory.Cancelled:
		return nil
	case trajectory.Failed:
		e.say("%v", f)
		if f.Stack != "" {
			e.con.printf("%s", f.Stack)
		}
		return f
	}
	e.say("run %d (%s), seed %d: done in %s", run, f.Params, o.Info.Seed, span(o.Info.Finish.Sub(o.Info.Start)))
	for _, r := range o.Records {
		e.say("  %s", recordLine(r))
	}
	before, err := saved(run)
	if err == nil && before != nil {
		err = sameRecords(before, o.Records)
		if err == nil {
			e.say("these are the results that are saved")
		}
	}
	if err != nil {
		f.Err = err
		e.say("%v", f)
		return f
	}
	return nil
}

// savedResults returns a function that reads what the sweep on disk has of a run; nil
// if there is nothing, or the sweep there is another one.
func (s *sweep) savedResults() func(run int) ([]trajectory.Record, error) {
	none := func(int) ([]trajectory.Record, error) { return nil, nil }
	plan, err := trajectory.ReadPlan(s.dir)
	if err != nil || len(s.differences(plan, trajectory.Identity{Args: s.arguments()})) > 0 {
		return none
	}
	paths, err := trajectory.Shards(s.dir)
	if err != nil {
		return none
	}
	return func(run int) ([]trajectory.Record, error) {
		for _, path := range paths {
			shard, err := trajectory.OpenShard(path)
			if err != nil {
				return nil, err
			}
			i := slices.IndexFunc(shard.Runs(), func(r trajectory.RunInfo) bool { return r.Index == run && r.State == trajectory.Done })
			if i < 0 {
				shard.Close()
				continue
			}
			records, err := shard.Load(run, false)
			return records, errors.Join(err, shard.Close())
		}
		return nil, nil
	}
}

// sameRecords compares two lists of nodes that are sorted by name.
func sameRecords(saved, now []trajectory.Record) error {
	for i := range max(len(saved), len(now)) {
		switch {
		case i >= len(now) || i < len(saved) && saved[i].Name < now[i].Name:
			return fmt.Errorf("env: %s is saved, but the run gives none", saved[i].Name)
		case i >= len(saved) || now[i].Name < saved[i].Name:
			return fmt.Errorf("env: the run gives %s, but none is saved", now[i].Name)
		case !saved[i].Equal(now[i]):
			return fmt.Errorf("env: %s is not what is saved", now[i].Name)
		}
	}
	return nil
}

// recordLine is a node in a line: scalars with their values, all else with its size.
func recordLine(r trajectory.Record) string {
	var parts []string
	for _, it := range r.Items {
		switch v, err := trajectory.Decode(it.Data); {
		case err != nil:
			parts = append(parts, it.Name)
		case it.Data.Coll == trajectory.Scalar && it.Data.Shape == nil:
			parts = append(parts, fmt.Sprintf("%s = %s", it.Name, clip(fmt.Sprint(v), 60)))
		default:
			parts = append(parts, fmt.Sprintf("%s%v", it.Name, it.Data.Shape))
		}
	}
	return r.Name + ": " + strings.Join(parts, ", ")
}
