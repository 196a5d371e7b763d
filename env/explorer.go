package env

import (
	"context"
	"errors"
	"fmt"

	"galvani/trajectory"
)

// An Explorer chooses the points of a search by the results of those that have been run.
// Package env/adaptive has some.
type Explorer interface {
	// Next returns the points to be run next, nil when the search is over. Done are all runs
	// that have ended, by rising index; at first there are none. It has to be a function of
	// done, like a [PostProcessor]: the explorer of a process that goes on with a search has
	// not seen how it began.
	Next(done []Outcome) (trajectory.Design, error)
}

// Explore lets an explorer choose the points of the sweep. The first ones are those that
// the trajectory explores, or the explorer's own if it explores nothing yet.
func Explore(x Explorer) Option {
	return func(o *options) {
		o.explorer = x
		o.post = append(o.post, func(_ context.Context, _ *trajectory.Trajectory, done []Outcome) (trajectory.Design, error) {
			return x.Next(done)
		})
	}
}

// begin explores the first points of an explorer.
func (s *sweep) begin() error {
	if s.explorer == nil || len(s.t.Explored()) > 0 {
		return nil
	}
	design, err := s.explorer.Next(nil)
	if err == nil && design == nil {
		err = errors.New("there are none")
	}
	if err == nil {
		err = s.t.Explore(design)
	}
	if err != nil {
		return fmt.Errorf("env: the explorer's first points: %w", err)
	}
	return nil
}
