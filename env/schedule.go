package env

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"galvani/trajectory"
)

// An outcome is what became of one execution of a run: the row of the run and,
// if it is done, its results.
type outcome struct {
	trajectory.RunRecord
	err error // of a failed run
}

// A crew executes runs, several at once.
type crew struct {
	workers   int
	stopAfter int // failures after which no run is started; 0 is never
	view      func(index int) (*trajectory.Run, error)
	run       func(ctx context.Context, r *trajectory.Run) error
	ended     func(outcome) // called by the worker when a run has ended
	now       func() time.Time
}

// work executes the pending runs, one after another in the order given, and
// returns when all have ended. After ctx is cancelled none is started, and a
// running one that gives up is cancelled, not failed.
func (c *crew) work(ctx context.Context, pending []int) {
	var next, failures atomic.Int64
	var wg sync.WaitGroup
	var worker func()
	worker = func() {
		// A run that ends its goroutine (runtime.Goexit) takes this one with it:
		// another goes on in its place.
		finished := false
		defer func() {
			if finished {
				wg.Done()
			} else {
				go worker()
			}
		}()
		for {
			if c.stopAfter > 0 && failures.Load() >= int64(c.stopAfter) || ctx.Err() != nil {
				break
			}
			i := int(next.Add(1)) - 1
			if i >= len(pending) {
				break
			}
			c.execute(ctx, pending[i], &failures)
		}
		finished = true
	}
	for range min(c.workers, len(pending)) {
		wg.Add(1)
		go worker()
	}
	wg.Wait()
}

var errGoexit = errors.New("the run ended its goroutine (runtime.Goexit)")

// execute executes one run. Whatever the run does, ended hears of it.
func (c *crew) execute(ctx context.Context, index int, failures *atomic.Int64) {
	o := outcome{err: errGoexit}
	o.Info = trajectory.RunInfo{Index: index, State: trajectory.Failed, Start: c.now()}
	var r *trajectory.Run
	defer func() { // runs after a Goexit as well
		if v := recover(); v != nil {
			o.Info.State, o.err, o.Info.Stack = trajectory.Failed, &PanicError{Value: v}, frames(string(debug.Stack()))
		}
		o.Info.Finish = c.now()
		if r != nil {
			o.Info.Seed, o.Info.Summary = r.Seed(), r.Summary()
		}
		switch o.Info.State {
		case trajectory.Done:
			o.Records = r.Records()
		case trajectory.Failed:
			o.Info.Error = oneLine(o.err.Error())
			failures.Add(1)
		}
		c.ended(o)
	}()
	r, err := c.view(index)
	if err == nil {
		err = c.run(ctx, r)
	}
	o.err = err
	switch {
	case err == nil:
		o.Info.State = trajectory.Done
	case ctx.Err() != nil:
		// What a run returns while the sweep is being stopped is no failure of
		// its own: it will be run again.
		o.Info.State = trajectory.Cancelled
	}
}
