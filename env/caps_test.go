package env

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// fakeMachine is as busy as its fields say.
type fakeMachine struct{ memory, limit, swap, cpu, own, free, total atomic.Uint64 }

func (f *fakeMachine) machine() machine {
	return machine{
		memory: func() (uint64, uint64, error) { return f.memory.Load(), f.limit.Load(), nil },
		swap:   func() (float64, error) { return float64(f.swap.Load()), nil },
		cpu:    func() (float64, error) { return float64(f.cpu.Load()), nil },
		own:    f.own.Load,
		disk:   func(string) (uint64, uint64, error) { return f.free.Load(), f.total.Load(), nil },
	}
}

func TestGateHoldsRunsBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		caps Caps
		busy func(*fakeMachine)
		says string
	}{
		"memory": {Caps{Memory: 80}, func(f *fakeMachine) { f.memory.Store(81) }, "memory in use is 81 % (the limit is 80 %)"},
		"swap":   {Caps{Swap: 50}, func(f *fakeMachine) { f.swap.Store(60) }, "swap in use is 60 % (the limit is 50 %)"},
		"cpu":    {Caps{CPU: 90}, func(f *fakeMachine) { f.cpu.Store(99) }, "CPU in use is 99 % (the limit is 90 %)"},
		"all": {Caps{Memory: 80, Swap: 50, CPU: 90}, func(f *fakeMachine) { f.memory.Store(99); f.swap.Store(99); f.cpu.Store(99) },
			"memory in use is 99 % (the limit is 80 %), swap in use is 99 % (the limit is 50 %), CPU in use is 99 % (the limit is 90 %)"},
		// One runs, which has taken 5 of its 30; one more will take another 30.
		"expected memory": {Caps{Memory: 80, RunMemory: 30}, func(f *fakeMachine) { f.memory.Store(30); f.own.Store(5) }, "memory in use is 85 % (the limit is 80 %)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f fakeMachine
			f.limit.Store(100)
			var said []string
			g := newGate(c.caps, f.machine(), func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) })
			g.enter(t.Context())
			c.busy(&f)
			g.leave()
			g.measured = time.Time{}
			g.enter(t.Context()) // nothing is running: there is no use in waiting
			assert.Empty(t, said)

			passed := make(chan struct{})
			go func() {
				g.enter(t.Context())
				close(passed)
			}()
			select {
			case <-passed:
				require.Fail(t, "it passes though the machine is busy")
			case <-time.After(50 * time.Millisecond):
			}
			f.memory.Store(0)
			f.own.Store(0)
			f.swap.Store(0)
			f.cpu.Store(0)
			<-passed
			assert.Equal(t, []string{c.says + ": no run is started until it is less or none is running"}, said)

			c.busy(&f)
			g.measured = time.Time{}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			g.enter(ctx) // does not wait
		})
	}
	assert.Nil(t, newGate(Caps{Memory: 100}, machine{}, nil), "no limit")
	(*gate)(nil).enter(t.Context())
	(*gate)(nil).leave()
}

func TestGateOpensWhenNothingRunsAnyMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // with a clock of its own
		var f fakeMachine
		f.limit.Store(100)
		f.memory.Store(99)
		g := newGate(Caps{Memory: 50}, f.machine(), func(string, ...any) {})
		g.enter(t.Context())
		began := time.Now()
		for range 50 {
			time.AfterFunc(time.Millisecond, g.leave)
			g.enter(t.Context())
		}
		assert.Equal(t, 50*time.Millisecond, time.Since(began), "it looks now and then only")
	})
}

func TestGateWarnsTenTimesAtMost(t *testing.T) {
	t.Parallel()
	var f fakeMachine
	f.limit.Store(100)
	said := 0
	g := newGate(Caps{Memory: 50}, f.machine(), func(string, ...any) { said++ })
	g.running.Store(1)
	for range 30 {
		f.memory.Store(60)
		g.measured = time.Time{}
		assert.True(t, g.busy())
		assert.True(t, g.busy())
		f.memory.Store(40)
		g.measured = time.Time{}
		assert.False(t, g.busy())
	}
	assert.Equal(t, maxWarnings+1, said)
}

func TestGateTakesNothingForALimitThatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such file")
	g := newGate(Caps{Memory: 1, Swap: 1, CPU: 1}, machine{
		memory: func() (uint64, uint64, error) { return 9, 10, broken },
		swap:   func() (float64, error) { return 99, broken },
		cpu:    func() (float64, error) { return 99, broken },
	}, nil)
	g.running.Store(1)
	assert.False(t, g.busy())
}

func TestThisMachine(t *testing.T) {
	t.Parallel()
	m := thisMachine()
	used, limit, err := m.memory()
	require.NoError(t, err)
	assert.Positive(t, used)
	assert.Greater(t, limit, used)
	free, total, err := m.disk(t.TempDir())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, total, free)
	_, _, err = m.disk(filepath.Join(t.TempDir(), "nowhere"))
	assert.Error(t, err)
	percent, err := m.swap()
	require.NoError(t, err)
	assert.True(t, percent >= 0 && percent <= 100)
	_, err = m.cpu()
	require.NoError(t, err)
	assert.Positive(t, m.own())
}

func TestRoomForResults(t *testing.T) {
	t.Parallel()
	var f fakeMachine
	now := time.Unix(1000, 0)
	r := room{dir: "/data", space: f.machine().disk, started: now}
	f.total.Store(1e9)
	f.free.Store(1e9/100 - 1)
	err := r.check(now)
	require.ErrorIs(t, err, ErrDiskFull)
	assert.EqualError(t, err, "the disk is nearly full: 10 MB are free where the results go, 10 MB have to be")
	assert.NoError(t, r.check(now.Add(roomEvery/2)), "it is not asked that often")
	f.free.Store(1e9 / 100)
	assert.NoError(t, r.check(now.Add(2*roomEvery)))
	f.total.Store(1e15)
	f.free.Store(defaultReserve)
	assert.NoError(t, r.check(now.Add(4*roomEvery)))
	r.reserve = 1e9
	assert.ErrorIs(t, r.check(now.Add(6*roomEvery)), ErrDiskFull)
	r.space = func(string) (uint64, uint64, error) { return 0, 0, os.ErrInvalid }
	assert.NoError(t, r.check(now.Add(8*roomEvery)), "what is not known is no reason")
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	var f fakeMachine
	now := time.Unix(1000, 0)
	shard := filepath.Join(t.TempDir(), "shard")
	require.NoError(t, os.WriteFile(shard, make([]byte, 3000), 0o644))
	r := room{dir: "/data", space: f.machine().disk, started: now}
	f.free.Store(1e12)
	r.wrote(shard, 3)
	text, _ := r.estimate(now.Add(time.Minute), 2, 97, 0.5)
	assert.Empty(t, text, "too few runs")
	r.wrote(shard, 3)
	text, _ = r.estimate(now, 2, 94, 0.5)
	assert.Empty(t, text, "too early")
	text, _ = r.estimate(now.Add(time.Minute), 2, 94, 10)
	assert.Empty(t, text, "it is over in a moment")
	text, warning := r.estimate(now.Add(time.Minute), 2, 94, 0.5)
	assert.Equal(t, "after 6 runs: 1 kB each on disk, about 194 kB for all, 3 min 08 s to go", text)
	assert.False(t, warning)
	text, _ = r.estimate(now.Add(time.Hour), 2, 94, 0.5)
	assert.Empty(t, text, "once is enough")
	r.told = false
	f.free.Store(1e5)
	text, warning = r.estimate(now.Add(time.Minute), 2, 94, 0)
	assert.Equal(t, "after 6 runs: 1 kB each on disk, about 194 kB for all; but only 100 kB are free there", text)
	assert.True(t, warning)
	assert.Equal(t, "999 B", size(999))
	assert.Equal(t, "2.5e+03 TB", size(2.5e15))
}

func TestDiskNearlyFullInTheMiddle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var f fakeMachine
	f.total.Store(1e12)
	f.free.Store(1e12)
	sweep := func(n int, run func(i int)) (*Environment, error) {
		e, err := New(Options{Out: dir, Workers: 2})
		require.NoError(t, err)
		e.machine = f.machine()
		tr, err := e.Trajectory("sweep", trajectory.Options{Seed: 5})
		require.NoError(t, err)
		require.NoError(t, errors.Join(tr.AddParameter("x", 0), tr.Explore(trajectory.Over("x", trajectory.Trials(n)))))
		return e, e.Run(t.Context(), tr, Func(func(_ context.Context, r *trajectory.Run) error {
			run(r.Index())
			return r.AddResult("y", r.Index())
		}))
	}
	_, err := sweep(100_000, func(i int) {
		if i == 10 {
			f.free.Store(1e6)
		}
		time.Sleep(time.Millisecond)
	})
	require.ErrorIs(t, err, ErrDiskFull)
	assert.Regexp(t, `^env: stopped with \d+ of 100000 runs finished: the disk is nearly full: 1 MB are free where the results go, 256 MB|268 MB have to be; the same command goes on when there is room$`, err.Error())
	_, err = sweep(100_000, func(int) { assert.Fail(t, "there is no room for it") })
	assert.ErrorIs(t, err, ErrDiskFull)
}
