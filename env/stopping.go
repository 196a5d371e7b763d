package env

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// defaultGrace is how long runs may go on when the sweep is being stopped, and how
// long one that is told to stop has to return.
const (
	defaultGrace  = 10 * time.Second
	shortestGrace = 50 * time.Millisecond
)

// ErrDeadline is the cause of stopping a sweep because its time is over.
var ErrDeadline = errors.New("the time is over")

// errGone is the cause of stopping because the runs folder is not there any more.
var errGone = errors.New("the runs folder was removed")

// A stopper ends the execution of runs: in good order when there is time for it,
// which is to start none any more and let those running finish for a while.
type stopper struct {
	launch context.Context // until it is cancelled runs are started
	runs   context.Context // until it is cancelled they may go on
	stop   func(error)     // cancels launch
	close  func()
}

// newStopper makes one that follows ctx. A deadline of 0 is none.
func newStopper(ctx context.Context, grace time.Duration, deadline time.Time) *stopper {
	var s stopper
	var stop, cancel context.CancelCauseFunc
	s.launch, stop = context.WithCancelCause(ctx)
	s.runs, cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	s.stop = func(err error) { stop(err) }
	done := make(chan struct{})
	context.AfterFunc(s.launch, func() {
		if s.gently() {
			select {
			case <-done:
			case <-time.After(grace):
			}
		}
		cancel(context.Cause(s.launch))
	})
	var timer *time.Timer
	if !deadline.IsZero() {
		// What runs then has the grace, and is over by the deadline.
		timer = time.AfterFunc(time.Until(deadline)-grace, func() { stop(ErrDeadline) })
	}
	s.close = func() {
		if timer != nil {
			timer.Stop()
		}
		close(done)
		stop(nil)
		cancel(nil)
	}
	return &s
}

// gently tells whether what stopped the sweep leaves time.
func (s *stopper) gently() bool {
	cause := context.Cause(s.launch)
	return errors.Is(cause, ErrInterrupted) || errors.Is(cause, ErrDeadline) || errors.Is(cause, ErrDiskFull)
}

// excuses tells whether an error that a run returns is no failure of its own, since
// the sweep is being stopped. Runs may listen to the context of the whole program.
func (s *stopper) excuses(err error) bool {
	return s.launch.Err() != nil && (s.runs.Err() != nil || !s.gently() || errors.Is(err, context.Canceled))
}

// stopped tells why the sweep is not finished; nil if nothing stopped it.
func (s *sweep) stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	left, _ := s.board.count()
	cause := context.Cause(ctx)
	err := fmt.Errorf("env: stopped with %d of %d runs finished: %w", s.t.Len()-left, s.t.Len(), cause)
	if errors.Is(cause, ErrDiskFull) {
		err = fmt.Errorf("%w; the same command goes on when there is room", err)
	}
	return err
}

// gone is called when the runs folder is not there any more.
func (s *sweep) gone(error) {
	s.mu.Lock()
	stop := s.stop
	s.mu.Unlock()
	if stop != nil {
		stop(errGone)
	}
}

// deaf says that a run does not return though it was told to.
func (s *sweep) deaf(run int) {
	s.env.say("run %d does not return: it is given up, but goes on using processor and memory until the program ends", run)
}
