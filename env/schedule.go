package env

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/pprof"
	"slices"
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

// A crew executes runs, several at once: one in each of its slots.
type crew struct {
	slots     int
	stopAfter int           // failures after which no run is started; 0 is never
	timeout   time.Duration // after which a run is cancelled; 0 is never
	grace     time.Duration // that a cancelled run has to return
	take      func(ctx context.Context) (task, bool, error)
	view      func(index int) (*trajectory.Run, error)
	run       func(ctx context.Context, r *trajectory.Run) error
	mark      func(slot int, text string) // notes what a slot does
	ended     func(outcome)               // is told when a run has ended
	excuses   func(error) bool            // the sweep is being stopped, and a run returns this for it
	deaf      func(run int)               // is told when a run is given up because it does not return
	now       func() time.Time

	runs     context.Context // of the runs
	launch   context.Context // no run is started after it is cancelled
	stop     context.CancelCauseFunc
	failures atomic.Int64
	alone    sync.RWMutex // held for writing by a run that is executed alone
	serving  sync.WaitGroup

	mu      sync.Mutex
	running []*execution // by slot
	broken  error        // of take
}

// An execution is one run that a slot executes. It is settled once: by the goroutine
// that executes it, or by who loses patience with it.
type execution struct {
	task
	slot    int
	start   time.Time
	timer   *time.Timer // nil without a timeout
	unlock  func()
	settled atomic.Bool
}

// longestPatience is how long runs have to return when their context is cancelled
// because the sweep is being stopped; by then they have had the grace.
const longestPatience = 10 * time.Second

// ErrTimeout is the reason of a run that took longer than it may.
var ErrTimeout = errors.New("timed out")

var errGoexit = errors.New("the run ended its goroutine (runtime.Goexit)")

// work executes runs until there are none or ctx is cancelled, and returns when all
// have ended. Their own context is runs, so that they may go on for a while after ctx
// is cancelled. Those that have not returned a while after that either are given up.
func (c *crew) work(ctx, runs context.Context) error {
	c.runs = runs
	c.launch, c.stop = context.WithCancelCause(ctx)
	defer c.stop(nil)
	c.running = make([]*execution, c.slots)
	over := make(chan struct{})
	defer close(over)
	context.AfterFunc(runs, func() {
		select {
		case <-over:
		case <-time.After(min(c.grace, longestPatience)):
			c.giveUpAll()
		}
	})
	c.serving.Add(c.slots)
	for slot := range c.slots {
		go c.serve(slot)
	}
	c.serving.Wait()
	return c.broken
}

// serve executes runs in a slot, one after another. A run that ends its goroutine
// (runtime.Goexit) takes this one with it, and one that is given up keeps it: then
// another goroutine goes on with the slot.
func (c *crew) serve(slot int) {
	finished, replaced := false, false
	defer func() {
		switch {
		case finished:
			c.serving.Done()
		case !replaced:
			go c.serve(slot)
		}
	}()
	for c.launch.Err() == nil && !replaced {
		t, ok, err := c.take(c.launch)
		if err != nil {
			c.mu.Lock()
			c.broken = errors.Join(c.broken, err)
			c.mu.Unlock()
			c.stop(err)
		}
		if !ok {
			break
		}
		c.execute(slot, t, &replaced)
	}
	finished = !replaced
}

// execute executes one run and tells what became of it, unless it was given up
// meanwhile.
func (c *crew) execute(slot int, t task, givenUp *bool) {
	x := &execution{task: t, slot: slot}
	if t.alone {
		c.alone.Lock()
		x.unlock = c.alone.Unlock
	} else {
		c.alone.RLock()
		x.unlock = c.alone.RUnlock
	}
	if c.launch.Err() != nil { // it was while this one waited for others to end
		x.unlock()
		return
	}
	ctx := c.runs
	if c.timeout > 0 {
		var cancel context.CancelCauseFunc
		ctx, cancel = context.WithCancelCause(ctx)
		defer cancel(nil)
		x.timer = time.AfterFunc(c.timeout, func() {
			cancel(ErrTimeout)
			time.AfterFunc(c.grace, func() { c.giveUp(x, fmt.Errorf("%w after %v, and it does not return", ErrTimeout, c.timeout)) })
		})
	}
	x.start = c.now()
	c.mu.Lock()
	c.running[slot] = x
	c.mu.Unlock()
	o := outcome{err: errGoexit}
	o.Info.State = trajectory.Failed
	var r *trajectory.Run
	defer func() { // runs after a Goexit as well
		if v := recover(); v != nil {
			o.Info.State, o.err, o.Info.Stack = trajectory.Failed, &PanicError{Value: v}, frames(string(debug.Stack()))
		}
		if x.settled.CompareAndSwap(false, true) {
			c.settle(x, o, r)
		} else {
			*givenUp = true
		}
	}()
	r, err := c.view(t.run)
	if err == nil {
		err = t.doomed
	}
	if err == nil {
		c.mark(slot, runMark(t.run, t.attempt))
		// Goroutines that the run starts inherit the label: when one of them
		// crashes the process, it is known which run to blame.
		pprof.Do(ctx, pprof.Labels("run", runMark(t.run, t.attempt)), func(ctx context.Context) { err = c.run(ctx, r) })
	}
	o.err = err
	var crashed *CrashError
	switch {
	case err == nil:
		o.Info.State = trajectory.Done
	case errors.As(err, &crashed):
		o.Info.Stack = crashed.stack()
	case context.Cause(ctx) == ErrTimeout:
		o.err = fmt.Errorf("%w after %v: %w", ErrTimeout, c.timeout, err)
	case c.excuses(err):
		o.Info.State = trajectory.Cancelled // it will be run again
	}
}

// settle tells what became of an execution.
func (c *crew) settle(x *execution, o outcome, r *trajectory.Run) {
	if x.timer != nil {
		x.timer.Stop()
	}
	o.Info.Index, o.Info.Attempt, o.Info.Start, o.Info.Finish = x.run, x.attempt, x.start, c.now()
	if r != nil {
		o.Info.Seed, o.Info.Summary = r.Seed(), r.Summary()
	}
	switch o.Info.State {
	case trajectory.Done:
		o.Records = r.Records()
	case trajectory.Failed:
		o.Info.Error = oneLine(o.err.Error())
		if n := c.failures.Add(1); c.stopAfter > 0 && n >= int64(c.stopAfter) {
			c.stop(nil)
		}
	}
	c.mark(x.slot, idle)
	c.mu.Lock()
	c.running[x.slot] = nil
	c.mu.Unlock()
	c.ended(o)
	x.unlock()
}

// giveUp settles an execution that does not return: as failed of a reason, or
// without one as cancelled. Its goroutine is left to itself, since nothing can end it
// from outside, and another one goes on with the slot.
func (c *crew) giveUp(x *execution, reason error) {
	if !x.settled.CompareAndSwap(false, true) {
		return
	}
	o := outcome{err: reason}
	o.Info.State = trajectory.Cancelled
	if reason != nil {
		o.Info.State = trajectory.Failed
	}
	r, err := c.view(x.run)
	if err != nil {
		r = nil
	}
	c.deaf(x.run)
	c.settle(x, o, r)
	c.serve(x.slot)
}

// giveUpAll gives up what still runs.
func (c *crew) giveUpAll() {
	c.mu.Lock()
	all := slices.Clone(c.running)
	c.mu.Unlock()
	for _, x := range all {
		if x != nil {
			go c.giveUp(x, nil)
		}
	}
}
