package env

import (
	"context"
	"errors"
	"fmt"
	"time"

	"galvani/trajectory"
)

// A PostProcessor looks at the results of all runs that have ended, by rising index,
// and returns the points to be run next; nil if it adds none. See [PostProcess].
type PostProcessor func(ctx context.Context, t *trajectory.Trajectory, done []Outcome) (trajectory.Design, error)

// PostProcess adds a function that is called when every run has ended. The trajectory
// that it is handed is opened from what is on disk: all results can be read, and nothing
// that is changed in it is kept. A design that it returns is for exactly the parameters that
// are explored; its points are added behind the others ([trajectory.Trajectory.Expand]), executed,
// and the function is called again, until it adds nothing. Of several functions the first one that
// adds points has them executed before the next is called.
//
// It has to be a function of the results: not of the time, nor of what it was called with
// before. Then a sweep that was interrupted in any phase goes on as if it had not been. What
// it has added is durable before the first of the new runs is executed and is not asked for again.
//
// Failed runs are among the outcomes. After an error the results so far are put
// together, functions of [Finally] are not called, and the same command calls it again.
func PostProcess(f PostProcessor) Option {
	return func(o *options) { o.post = append(o.post, f) }
}

// An Outcome is a run that has ended. It is a [trajectory.Getter] for what belongs to the
// run: its values of explored parameters and its results.
type Outcome struct {
	Index   int
	State   trajectory.State // done or failed
	Seed    uint64
	Attempt int
	Error   string // of a failed run

	run *trajectory.Run
}

// Node finds a node of the run; see [trajectory.Run.Node].
func (o Outcome) Node(path string) (trajectory.Node, error) {
	if o.run == nil {
		return nil, fmt.Errorf("env: an outcome that belongs to no trajectory: %w", trajectory.ErrNotFound)
	}
	return o.run.Node(path)
}

// Done tells whether the run has results.
func (o Outcome) Done() bool { return o.State == trajectory.Done }

// Outcomes are the runs of a trajectory that have ended, by rising index. Results are
// read when they are asked for.
func Outcomes(t *trajectory.Trajectory) ([]Outcome, error) {
	all := make([]Outcome, 0, t.Len())
	for i := range t.Len() {
		info, err := t.RunInfo(i)
		if err != nil {
			return nil, err
		}
		if info.State != trajectory.Done && info.State != trajectory.Failed {
			continue
		}
		o := Outcome{Index: i, State: info.State, Seed: info.Seed, Attempt: info.Attempt, Error: info.Error}
		if o.run, err = t.Run(i); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// executeAll executes the runs of the sweep and those that post-processing adds, until it
// adds none. It returns how many were not begun, as after too many failures, what was wrong
// with post-processing, and what ended everything.
func (s *sweep) executeAll(ctx context.Context) (left int, post, err error) {
	defer s.endHosts()
	for {
		if left, _ = s.board.count(); left > 0 {
			if err := s.reuse(ctx); err != nil {
				return 0, nil, err
			}
			left, _ = s.board.count()
		}
		if left > 0 {
			if err := s.execute(ctx); err != nil {
				return 0, nil, err
			}
			if left, _ = s.board.count(); left > 0 {
				return left, nil, nil
			}
		}
		if s.tooManyFailed() {
			return 0, nil, nil
		}
		grown, post, err := s.grow(ctx)
		if ctx.Err() != nil {
			return 0, nil, s.stopped(ctx)
		}
		if !grown {
			return 0, post, err
		}
	}
}

// endHosts ends the processes on other machines, which serve all rounds.
func (s *sweep) endHosts() {
	if s.hosts != nil {
		s.hosts.end()
	}
}

// tooManyFailed tells whether StopAfter ends the sweep.
func (s *sweep) tooManyFailed() bool { return s.stopAfter > 0 && s.broke >= s.stopAfter }

// grow asks for more points and makes a further generation of the plan of them; false if
// there are none. What is wrong with post-processing is told apart from what else fails.
func (s *sweep) grow(ctx context.Context) (grown bool, post, err error) {
	if len(s.post) == 0 {
		return false, nil, nil
	}
	design, err := s.postProcess(ctx)
	if err != nil {
		return false, fmt.Errorf("env: post-processing: %w", err), nil
	}
	if design == nil {
		return false, nil, nil
	}
	if err := s.t.Expand(design); err != nil {
		return false, fmt.Errorf("env: post-processing adds points that cannot be run: %w", err), nil
	}
	plan, err := s.plan.Next(s.t, trajectory.Identity{Build: s.board.build(), Args: s.arguments()})
	if err != nil {
		return false, nil, err
	}
	if err := trajectory.WritePlan(s.dir, plan); err != nil {
		return false, nil, fmt.Errorf("env: the points that post-processing adds cannot be saved: %w; the same command goes on", err)
	}
	s.goOnWith(plan)
	return true, nil, nil
}

// postProcess calls the functions of PostProcess up to one that adds points.
func (s *sweep) postProcess(ctx context.Context) (d trajectory.Design, err error) {
	t, err := trajectory.Open(ctx, s.path, trajectory.OpenOptions{Stores: Stores(), Kinds: s.t.Kinds(), Name: s.t.Name()})
	if err != nil {
		return nil, fmt.Errorf("opening the results: %w", err)
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	done, err := Outcomes(t)
	if err != nil {
		return nil, err
	}
	if len(done) != s.t.Len() {
		return nil, fmt.Errorf("%d of %d runs can be read", len(done), s.t.Len())
	}
	for _, f := range s.post {
		if d, err = f(ctx, t, done); d != nil || err != nil {
			return d, err
		}
	}
	return nil, nil
}

// goOnWith makes a further generation of the plan the one that is executed.
func (s *sweep) goOnWith(plan *trajectory.Plan) {
	s.added = plan.Header.Length - s.plan.Header.Length
	s.plan = plan
	s.board.grow(plan)
}

// sayAdded says that runs were added, but not of each of very many small steps.
func (s *sweep) sayAdded() {
	if now := time.Now(); now.Sub(s.said) > lineEvery {
		s.said = now
		s.env.say("%d runs are added: %d in all", s.added, s.t.Len())
	}
}

// end lets workers go that wait for runs to be added. If it cannot be noted they wait
// until this process ends.
func (s *sweep) end() {
	if len(s.post) > 0 {
		s.over = true
		_ = s.writeLaunch()
	}
}
