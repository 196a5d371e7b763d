package env

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"galvani/trajectory"
)

// basis is the generation of a plan that the set-up is to be compared with: the one of as
// many runs, or else the first, which is what programs set up.
func (s *sweep) basis(plan *trajectory.Plan) (*trajectory.Plan, error) {
	if plan.Generation == 0 || plan.Header.Length == s.t.Len() {
		return plan, nil
	}
	first, err := trajectory.ReadPlanAt(s.dir, 0)
	if err != nil || first.Header.Length == s.t.Len() {
		return first, err
	}
	for g := 1; g < plan.Generation; g++ {
		p, err := trajectory.ReadPlanAt(s.dir, g)
		if err != nil || p.Header.Length == s.t.Len() {
			return p, err
		}
	}
	return first, nil
}

// follow adds the points to the trajectory that the plan has been given since the sweep began.
func (s *sweep) follow(plan *trajectory.Plan) error {
	if plan.Generation == 0 {
		return nil
	}
	return s.t.Follow(plan)
}

// grow makes room for the runs of a further generation of the plan.
func (b *board) grow(plan *trajectory.Plan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := len(b.runs)
	for range plan.Header.Length - first {
		b.runs = append(b.runs, standing{latest: -1})
		b.left++
	}
	b.plan = plan
	for k, r := range b.rounds { // of a process that knew of these runs before this one
		for _, i := range r.Runs {
			if i >= first && i < len(b.runs) {
				b.runs[i].wanted++
				b.runs[i].round = int32(k + 1)
			}
		}
	}
}

// errAhead says that a shard is to be read later.
var errAhead = errors.New("env: the shard holds runs that this process has not come to yet")

// ahead tells whether a shard belongs to a further generation of the plan.
func (b *board) ahead(digest string) bool {
	plan, err := trajectory.ReadPlan(b.dir)
	if err != nil || plan.Generation <= b.plan.Generation {
		return false
	}
	_, ours := plan.Covers(b.plan.Digest)
	_, its := plan.Covers(digest)
	return ours && its
}

// serveGrowth executes a share of the runs that post-processing adds, in a worker: it is
// the main process that adds them.
func (s *sweep) serveGrowth(ctx context.Context) error {
	if len(s.post) == 0 {
		return nil
	}
	mains := ledger{dir: filepath.Join(s.dir, mainsDir)}
	last := ""
	for wait := pollFirst; !s.tooManyFailed(); {
		plan, err := trajectory.ReadPlanAt(s.dir, s.plan.Generation+1)
		if err == nil {
			if err := s.t.Follow(plan); err != nil {
				return err
			}
			s.goOnWith(plan)
			if err := s.execute(ctx); err != nil {
				return err
			}
			wait = pollFirst
			continue
		}
		if !errors.Is(err, trajectory.ErrNotFound) {
			return err
		}
		if l, err := readLaunch(s.dir); err == nil && l.Over {
			return nil
		}
		if last, err = newest(&mains, last); err != nil {
			return err
		}
		if v, _, err := s.others.look(last); last == "" || err == nil && (v == absent || v == lost) {
			return nil // whoever starts the sweep again goes on with it
		}
		select {
		case <-ctx.Done():
			return s.stopped(ctx)
		case <-time.After(wait):
			wait = min(2*wait, pollLast)
		}
	}
	return nil
}

// newest reads a ledger to its end and returns its last entry.
func newest(l *ledger, last string) (string, error) {
	for {
		text, ok, err := l.read()
		if err != nil || !ok {
			return last, err
		}
		last = string(text)
	}
}
