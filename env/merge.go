package env

import (
	"context"
	"errors"
	"fmt"
	"time"

	"galvani/trajectory"
)

// mergeNotice is how long putting the results together may take without a word.
const mergeNotice = time.Second

// merge assembles the trajectory file, unless it is there with all runs.
func (s *sweep) merge(ctx context.Context) error {
	if s.published+s.taken+s.foreign == 0 && s.merged(ctx) {
		if len(s.failed) == 0 {
			s.env.say("finished before: nothing to run")
		}
		return nil
	}
	if s.env.o.Progress != progressNone {
		slow := time.AfterFunc(mergeNotice, func() { s.env.say("putting the results together in %s", s.path) })
		defer slow.Stop()
	}
	report, err := trajectory.Merge(ctx, s.dir, s.store, s.path, trajectory.MergeOptions{PerRunGroups: s.groups})
	switch {
	case errors.Is(err, trajectory.ErrCorrupt):
		return corrupt(err)
	case err != nil:
		return fmt.Errorf("env: all runs are saved in %s, but the results cannot be put together: %w; the same command tries again", s.dir, err)
	}
	if ended := report.Runs[trajectory.Done] + report.Runs[trajectory.Failed]; ended != s.t.Len() {
		return fmt.Errorf("env: %s has %d finished runs, want %d; the same command runs the rest", s.path, ended, s.t.Len())
	}
	return nil
}

// merged tells whether the trajectory file has what the runs folder has. It
// compares runs, not times of files, which a clock set back would deceive.
func (s *sweep) merged(ctx context.Context) bool {
	r, err := s.store.Open(ctx, s.path, s.t.Name())
	if err != nil {
		return false
	}
	defer r.Close()
	rows, err := r.Runs()
	known := s.board.standings()
	if err != nil || len(rows) != len(known) || !r.Header().Time.Equal(s.plan.Header.Time) {
		return false
	}
	for i, row := range rows {
		if on := known[i]; on.Index != row.Index || on.State != row.State || on.Attempt != row.Attempt || on.Seed != row.Seed {
			return false
		}
	}
	return true
}

// callFinally calls the functions of Finally with the merged trajectory.
func (s *sweep) callFinally(ctx context.Context) (err error) {
	if len(s.finally) == 0 {
		return nil
	}
	t, err := trajectory.Open(ctx, s.path, trajectory.OpenOptions{Stores: Stores(), Kinds: s.t.Kinds(), Name: s.t.Name()})
	if err != nil {
		return fmt.Errorf("env: opening the results: %w", err)
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	for _, f := range s.finally {
		if ferr := f(ctx, t); ferr != nil {
			err = errors.Join(err, fmt.Errorf("env: after the runs: %w", ferr))
		}
	}
	return err
}

// corrupt adds what to do about a damaged file of the runs folder.
func corrupt(err error) error {
	return fmt.Errorf("%w; remove that file: its runs are run again", err)
}
