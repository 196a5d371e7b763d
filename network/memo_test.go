package network

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// world is what one run would read.
type world map[string]any

func (w world) look(k readKey) any { return fingerprint(w[k.name]) }

// building returns a build that reads names in order and makes a new value each
// time it is carried out.
func (w world) building(count *atomic.Int64, names ...string) buildFunc[*string] {
	return func(note func(readKey, any)) (made[*string], error) {
		text := ""
		for _, n := range names {
			k := readKey{readParameter, n}
			note(k, w.look(k))
			text += fmt.Sprint(n, "=", w[n], " ")
		}
		count.Add(1)
		return made[*string]{&text, int64(len(text))}, nil
	}
}

func TestMemoSharesWhatReadsTheSame(t *testing.T) {
	m := newMemo[*string](Sharing{})
	var built atomic.Int64
	do := func(slot int, w world, names ...string) *string {
		p, err := m.do(t.Context(), slot, w.look, w.building(&built, names...))
		require.NoError(t, err)
		return p
	}
	a := do(0, world{"R": 1.0, "N": 5}, "R", "N")
	assert.Same(t, a, do(0, world{"R": 1.0, "N": 5}, "R", "N"))
	assert.Same(t, a, do(0, world{"R": 1.0, "N": 5, "other": 3}, "R", "N"), "what was not read does not matter")
	assert.NotSame(t, a, do(0, world{"R": 1.2, "N": 5}, "R", "N"))
	assert.NotSame(t, a, do(0, world{"R": math.Copysign(0, -1)}, "R"))
	assert.NotSame(t, do(0, world{"R": 0.0}, "R"), do(0, world{"R": math.Copysign(0, -1)}, "R"))
	assert.NotSame(t, a, do(1, world{"R": 1.0, "N": 5}, "R", "N"), "another component")
	s := m.snapshot()
	assert.EqualValues(t, 5, s.Built)
	assert.EqualValues(t, built.Load(), s.Built)
	assert.EqualValues(t, 3, s.Shared)
	assert.Equal(t, 5, s.Kept)
}

func TestMemoOff(t *testing.T) {
	m := newMemo[*string](Sharing{Off: true})
	var built atomic.Int64
	w := world{"R": 1.0}
	for range 3 {
		_, err := m.do(t.Context(), 0, w.look, w.building(&built, "R"))
		require.NoError(t, err)
	}
	assert.EqualValues(t, 3, built.Load())
	assert.Equal(t, SharingStats{}, m.snapshot())
}

func TestMemoBounds(t *testing.T) {
	for name, test := range map[string]struct {
		bounds  Sharing
		kept    int
		evicted int64
	}{
		"builds":              {Sharing{Builds: 2}, 2, 3},
		"bytes":               {Sharing{Bytes: 8}, 2, 3},
		"one above the bound": {Sharing{Bytes: 3}, 1, 4},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemo[*string](test.bounds)
			var built atomic.Int64
			for r := range 5 {
				w := world{"R": r}
				_, err := m.do(t.Context(), 0, w.look, w.building(&built, "R")) // four bytes each
				require.NoError(t, err)
			}
			s := m.snapshot()
			assert.Equal(t, test.kept, s.Kept)
			assert.Equal(t, test.evicted, s.Evicted)
			assert.EqualValues(t, 4*test.kept, s.Bytes)
			if test.kept == 2 { // the last two are there, and used keeps
				for _, r := range []int{3, 0, 3} {
					w := world{"R": r}
					_, err := m.do(t.Context(), 0, w.look, w.building(&built, "R"))
					require.NoError(t, err)
				}
				assert.EqualValues(t, 6, built.Load())
			}
		})
	}
}

// Many runs at once: one build per distinct value, everybody gets the same.
func TestMemoBuildsOnceUnderConcurrency(t *testing.T) {
	m := newMemo[*string](Sharing{})
	var built atomic.Int64
	var group sync.WaitGroup
	results := make([]*string, 60)
	for i := range results {
		group.Go(func() {
			w := world{"N": 7, "R": i % 3}
			p, err := m.do(t.Context(), 0, w.look, func(note func(readKey, any)) (made[*string], error) {
				note(readKey{readParameter, "N"}, w.look(readKey{readParameter, "N"}))
				for range 20 {
					runtime.Gosched()
				}
				return w.building(&built, "N", "R")(note)
			})
			assert.NoError(t, err)
			results[i] = p
		})
	}
	group.Wait()
	assert.EqualValues(t, 3, built.Load())
	for i, p := range results {
		assert.Same(t, results[i%3], p)
	}
}

// A run that turns out to read something else does not wait for the end of a
// build under way.
func TestMemoStopsWaitingAtTheFirstDifference(t *testing.T) {
	m := newMemo[*string](Sharing{})
	var built atomic.Int64
	reading, differed := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		w := world{"N": 7, "R": 1}
		_, err := m.do(context.Background(), 0, w.look, func(note func(readKey, any)) (made[*string], error) {
			note(readKey{readParameter, "N"}, fingerprint(7))
			close(reading)
			note(readKey{readParameter, "R"}, fingerprint(1))
			<-differed // the other run finishes while this build is under way
			return w.building(&built)(note)
		})
		assert.NoError(t, err)
	})
	<-reading
	w := world{"N": 7, "R": 2}
	_, err := m.do(t.Context(), 0, w.look, w.building(&built, "N", "R"))
	require.NoError(t, err)
	close(differed)
	group.Wait()
	assert.EqualValues(t, 2, built.Load())
}

// However small the bounds, what does not change is built once.
func TestMemoKeepsTheLastBuildOfEveryComponent(t *testing.T) {
	m := newMemo[*string](Sharing{Builds: 1, Bytes: 1})
	var built atomic.Int64
	for r := range 5 {
		w := world{"N": 7, "R": r}
		for slot, names := range [][]string{{"N"}, {"N", "R"}, {}, {"N"}} {
			_, err := m.do(t.Context(), slot, w.look, w.building(&built, names...))
			require.NoError(t, err)
		}
	}
	assert.EqualValues(t, 1+5+1+1, built.Load())
	assert.Equal(t, 4, m.snapshot().Kept)
}

func TestMemoForgetsFailures(t *testing.T) {
	m := newMemo[*string](Sharing{})
	var built atomic.Int64
	w := world{"R": 1}
	sick := errors.New("sick")
	waiting := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_, err := m.do(context.Background(), 0, w.look, func(note func(readKey, any)) (made[*string], error) {
			close(waiting)
			return made[*string]{}, sick
		})
		assert.ErrorIs(t, err, sick)
	})
	<-waiting
	p, err := m.do(t.Context(), 0, w.look, w.building(&built, "R")) // waits or not: builds for itself
	require.NoError(t, err)
	assert.Equal(t, "R=1 ", *p)
	group.Wait()

	w = world{"R": 2}
	assert.Panics(t, func() {
		_, _ = m.do(t.Context(), 0, w.look, func(func(readKey, any)) (made[*string], error) { panic("broken") })
	})
	p, err = m.do(t.Context(), 0, w.look, w.building(&built, "R"))
	require.NoError(t, err)
	assert.Equal(t, "R=2 ", *p)
	assert.Empty(t, m.flights)
}

func TestMemoWaitingCanBeCancelled(t *testing.T) {
	m := newMemo[*string](Sharing{})
	w := world{"R": 1}
	under, end := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_, _ = m.do(context.Background(), 0, w.look, func(func(readKey, any)) (made[*string], error) {
			close(under)
			<-end
			return made[*string]{}, nil
		})
	})
	<-under
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := m.do(ctx, 0, w.look, func(func(readKey, any)) (made[*string], error) {
		t.Error("built although the same build is under way")
		return made[*string]{}, nil
	})
	assert.ErrorIs(t, err, context.Canceled)
	close(end)
	group.Wait()
}

func TestFingerprint(t *testing.T) {
	type pair struct{ A, B float64 }
	same := []any{1, 1.5, "x", []float64{1, 2}, pair{1, 2}, map[string]any{"a": 1, "b": 2}, nil, math.NaN()}
	for i, a := range same {
		for j, b := range same {
			assert.Equal(t, i == j, fingerprint(a) == fingerprint(b), "%v and %v", a, b)
		}
	}
	assert.NotEqual(t, fingerprint(int32(1)), fingerprint(int64(1)))
	assert.NotEqual(t, fingerprint([]float64{1, 2}), fingerprint([]float64{1, math.Nextafter(2, 3)}))
}
