package env

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// exploring makes a trajectory of n runs.
func exploring(t testing.TB, n int) *trajectory.Trajectory {
	t.Helper()
	tr, err := trajectory.New("sweep", trajectory.Options{Seed: 5})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("x", 0))
	values := make([]int, n)
	for i := range values {
		values[i] = i
	}
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Values(values...))))
	tr.Lock()
	return tr
}

// gathering is a crew whose outcomes are gathered by index.
func gathering(t testing.TB, n, workers int, run func(ctx context.Context, i int) error) (*crew, func() map[int]outcome) {
	var mu sync.Mutex
	got := map[int]outcome{}
	tr := exploring(t, n)
	next := 0
	c := &crew{slots: workers, grace: time.Hour, now: time.Now, view: tr.Run, mark: func(int, string) {}, deaf: func(int) {}, excuses: func(error) bool { return false },
		take: func(context.Context) (task, bool, error) {
			mu.Lock()
			defer mu.Unlock()
			next++
			return task{run: next - 1}, next <= n, nil
		},
		run: func(ctx context.Context, r *trajectory.Run) error { return run(ctx, r.Index()) },
		ended: func(o outcome) {
			mu.Lock()
			defer mu.Unlock()
			_, twice := got[o.Info.Index]
			assert.False(t, twice, "run %d ended twice", o.Info.Index)
			got[o.Info.Index] = o
		}}
	return c, func() map[int]outcome { mu.Lock(); defer mu.Unlock(); return got }
}

func TestCrewOutlivesBadRuns(t *testing.T) {
	before := runtime.NumGoroutine()
	mine := errors.New("mine")
	c, got := gathering(t, 40, 3, func(_ context.Context, i int) error {
		switch i {
		case 3:
			return mine
		case 5:
			panic("at the disco")
		case 7, 8, 9, 10, 11:
			runtime.Goexit()
		case 12:
			var p *int
			*p = 1
		}
		return nil
	})
	require.NoError(t, c.work(context.Background(), context.Background()))
	ends := got()
	require.Len(t, ends, 40)
	for i, o := range ends {
		bad := slices.Contains([]int{3, 5, 7, 8, 9, 10, 11, 12}, i)
		assert.Equal(t, bad, o.Info.State == trajectory.Failed, "run %d is %s", i, o.Info.State)
		assert.Equal(t, bad, o.err != nil)
		assert.NotZero(t, o.Info.Seed)
		assert.False(t, o.Info.Finish.Before(o.Info.Start))
	}
	assert.ErrorIs(t, ends[3].err, mine)
	assert.Equal(t, "panic: at the disco", ends[5].Info.Error)
	assert.True(t, strings.HasPrefix(ends[5].Info.Stack, "galvani/env.TestCrewOutlivesBadRuns"), "stack starts where it happened:\n%s", ends[5].Info.Stack)
	assert.NotContains(t, ends[5].Info.Stack, "0x")
	assert.ErrorIs(t, ends[8].err, errGoexit)
	var fault runtime.Error
	assert.ErrorAs(t, ends[12].err, &fault)
	for wait := 0; runtime.NumGoroutine() > before && wait < 10_000; wait++ {
		time.Sleep(time.Millisecond) // a goroutine that is done may take a moment to go
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines are left over")
}

func TestCrewRunsAsManyAtOnceAsThereAreWorkers(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int64
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	c, got := gathering(t, 20, 4, func(context.Context, int) error {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == 4 {
			open() // all four are inside
		}
		<-gate
		now.Add(-1)
		return nil
	})
	require.NoError(t, c.work(context.Background(), context.Background()))
	assert.Len(t, got(), 20)
	assert.EqualValues(t, 4, most.Load())
}

func TestCrewStopsAfterFailures(t *testing.T) {
	t.Parallel()
	c, got := gathering(t, 100, 1, func(_ context.Context, i int) error {
		if i%10 == 9 {
			return errors.New("no")
		}
		return nil
	})
	c.stopAfter = 3
	require.NoError(t, c.work(context.Background(), context.Background()))
	assert.Len(t, got(), 30)
}

func TestCrewStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	st := newStopper(ctx, time.Hour, time.Time{})
	defer st.close()
	started := make(chan int, 2)
	c, got := gathering(t, 100, 2, func(ctx context.Context, i int) error {
		started <- i
		<-ctx.Done()
		if i == 0 {
			return nil // it was finished just then
		}
		return ctx.Err()
	})
	c.excuses = st.excuses
	go func() {
		<-started
		<-started
		cancel()
	}()
	require.NoError(t, c.work(st.launch, st.runs))
	ends := got()
	require.Len(t, ends, 2)
	assert.Equal(t, trajectory.Done, ends[0].Info.State)
	assert.Equal(t, trajectory.Cancelled, ends[1].Info.State)
}

func TestOwnCancellationIsAFailure(t *testing.T) {
	t.Parallel()
	c, got := gathering(t, 1, 1, func(ctx context.Context, _ int) error {
		ctx, cancel := context.WithTimeout(ctx, time.Nanosecond)
		defer cancel()
		<-ctx.Done()
		return ctx.Err()
	})
	require.NoError(t, c.work(context.Background(), context.Background()))
	assert.Equal(t, trajectory.Failed, got()[0].Info.State)
	assert.ErrorIs(t, got()[0].err, context.DeadlineExceeded)
}
