package sim_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/sim"
)

func TestColumnsAreAlignedAndPadded(t *testing.T) {
	for n := range 40 {
		c := sim.NewColumn(n)
		require.Len(t, c, n)
		require.Zero(t, cap(c)%8, "room for whole vectors")
		require.GreaterOrEqual(t, cap(c), n)
		if cap(c) > 0 {
			require.Zero(t, uintptr(unsafe.Pointer(unsafe.SliceData(c[:cap(c)])))%64)
		}
		for _, x := range c[:cap(c)] {
			require.Zero(t, x)
		}
	}
}

func TestSharesCoverEverythingOnce(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 63, 100, 1000, 1001} {
		for workers := 1; workers < 12; workers++ {
			at := 0
			for w := range workers {
				lo, hi := sim.Share(n, w, workers)
				require.Equal(t, at, lo)
				require.LessOrEqual(t, lo, hi)
				if w < workers-1 && hi < n {
					require.Zero(t, hi%8, "a cache line has one owner")
				}
				at = hi
			}
			require.Equal(t, n, at)
		}
	}
}

// TestSpikesAgainstAMap writes random histories that are enlarged on the way.
func TestSpikesAgainstAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		s := sim.NewSpikes(0)
		want := map[int64][]int32{}
		reach := 0
		for step := int64(0); step < 200; step++ {
			if r.IntN(20) == 0 {
				reach += r.IntN(6)
				s.Reach(reach)
			}
			var neurons []int32
			for i := range int32(20) {
				if r.IntN(8) == 0 {
					neurons = append(neurons, i)
				}
			}
			if r.IntN(10) > 0 { // a group may sit a step out
				cut := r.IntN(len(neurons) + 1)
				s.Put(step, neurons[:cut])
				s.Append(step, neurons[cut:])
				want[step] = neurons
			}
			if r.IntN(30) == 0 {
				s = s.Clone()
			}
		}
		for _, step := range s.Steps() {
			require.Greater(t, step, int64(199-s.Depth()-10))
			require.Truef(t, slices.Equal(want[step], s.At(step)), "step %d: %v, want %v", step, s.At(step), want[step])
		}
		for d := range int64(reach + 1) {
			if _, ok := want[199-d]; ok && s.Depth() > reach {
				require.Len(t, s.At(199-d), len(want[199-d]))
			}
		}
		assert.Empty(t, s.At(-1))
		assert.Empty(t, s.At(1<<40))
	}
	assert.Nil(t, (*sim.Spikes)(nil).Clone())
}

func TestSpikesReachBack(t *testing.T) {
	for delay := range 20 {
		s := sim.NewSpikes(delay)
		for step := int64(0); step < 100; step++ {
			s.Put(step, []int32{int32(step)})
			if old := step - int64(delay); old >= 0 {
				require.Equal(t, []int32{int32(old)}, s.At(old), "delay %d", delay)
			}
		}
	}
}

func TestState(t *testing.T) {
	s := sim.NewState(3)
	v := s.AddColumn("V")
	s.AddShared("level")[0] = 4
	s.AddCounter("last", 3)[1] = 7
	s.Spikes = sim.NewSpikes(2)
	s.Spikes.Put(5, []int32{1})
	v[2] = 1.5
	assert.Equal(t, []float64{0, 0, 1.5}, s.Float64("V"))
	assert.Equal(t, []float64{4}, s.Float64("level"))
	assert.Equal(t, []int64{0, 7, 0}, s.Int64("last"))
	assert.Nil(t, s.Float64("W"))
	assert.Nil(t, s.Int64("W"))
	assert.Nil(t, (*sim.State)(nil).Float64("V"))
	assert.Nil(t, (*sim.State)(nil).Int64("V"))

	c := s.Clone()
	require.NoError(t, c.Fits(s))
	v[2], s.Float64("level")[0], s.Int64("last")[1] = 9, 9, 9
	s.Spikes.Put(6, []int32{0, 2})
	assert.Equal(t, 1.5, c.Float64("V")[2])
	s.CopyFrom(c)
	assert.Equal(t, []float64{0, 0, 1.5}, v)
	assert.Equal(t, 4.0, s.Float64("level")[0])
	assert.Equal(t, int64(7), s.Int64("last")[1])
	assert.Equal(t, []int64{5}, s.Spikes.Steps())

	for _, other := range []func(*sim.State){
		func(o *sim.State) { o.N = 4 },
		func(o *sim.State) { o.Spikes = nil },
		func(o *sim.State) { o.AddColumn("W") },
		func(o *sim.State) { o.AddShared("W") },
		func(o *sim.State) { o.Counters[0].Name = "first" },
		func(o *sim.State) { o.Counters[0].Data = nil },
	} {
		o := s.Clone()
		other(o)
		assert.Error(t, o.Fits(s))
	}
}

func TestSlots(t *testing.T) {
	for s := sim.Start; s <= sim.End; s++ {
		parsed, err := sim.ParseSlot(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, parsed)
	}
	_, err := sim.ParseSlot("noon")
	assert.ErrorContains(t, err, "thresholds")
	assert.Equal(t, "slot 99", sim.Slot(99).String())
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{"e": true, "monitors.spikes_e": true, "e[0:5]_spikes": true, "": false, "a b": false, "a\n": false, `"`: false} {
		assert.Equal(t, ok, sim.CheckName(name) == nil, "%q", name)
	}
}

func ExampleEntry_String() {
	fmt.Println(sim.Entry{Slot: sim.Synapses, Order: -1, Name: "ee_pre"})
	// Output: synapses             order=-1  ee_pre
}
