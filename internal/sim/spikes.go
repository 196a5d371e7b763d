package sim

import (
	"math"
	"slices"
)

// Spikes is the history of the spikes of a group: for each of the last steps
// the neurons that spiked, in rising order. It holds the spikes in flight of all
// projections from the group.
type Spikes struct {
	steps []int64   // the step that each slot holds, none for an empty slot
	slots [][]int32 // a power of two of them; step k is in slot k&(len-1)
}

// none marks an empty slot. It is no step, and no step less a delay.
const none = math.MinInt64

// NewSpikes makes a history that reaches back over the given number of steps
// before the one that is being computed.
func NewSpikes(delay int) *Spikes {
	s := &Spikes{}
	s.Reach(delay)
	return s
}

// Reach makes the history reach back over at least so many steps. What it holds
// stays.
func (s *Spikes) Reach(delay int) {
	n := 1
	for n < delay+1 {
		n *= 2
	}
	if n <= len(s.slots) {
		return
	}
	old := *s
	s.steps = slices.Repeat([]int64{none}, n)
	s.slots = make([][]int32, n)
	for k, step := range old.steps {
		if step != none {
			s.steps[step&int64(n-1)], s.slots[step&int64(n-1)] = step, old.slots[k]
		}
	}
}

// At is the list of neurons that spiked in a step. It is empty for steps out of
// reach and valid until the history comes round to the slot again.
func (s *Spikes) At(step int64) []int32 {
	k := step & int64(len(s.slots)-1)
	if s.steps[k] != step {
		return nil
	}
	return s.slots[k]
}

// Put stores a copy of a step's spikes.
func (s *Spikes) Put(step int64, neurons []int32) {
	k := step & int64(len(s.slots)-1)
	s.steps[k] = step
	s.slots[k] = append(s.slots[k][:0], neurons...)
}

// Append adds neurons to the spikes of a step, which begins with the first call.
func (s *Spikes) Append(step int64, neurons []int32) {
	k := step & int64(len(s.slots)-1)
	if s.steps[k] != step {
		s.steps[k] = step
		s.slots[k] = s.slots[k][:0]
	}
	s.slots[k] = append(s.slots[k], neurons...)
}

// Reserve makes room for n spikes in every slot, so that storing as many takes
// no memory later.
func (s *Spikes) Reserve(n int) {
	for k, slot := range s.slots {
		s.slots[k] = slices.Grow(slot[:len(slot):len(slot)], max(0, n-len(slot)))
	}
}

// Depth is how many steps the history can hold, a power of two.
func (s *Spikes) Depth() int { return len(s.slots) }

// Steps lists the steps of which the history holds spikes, in rising order. Steps
// that are out of reach of the last one are left out.
func (s *Spikes) Steps() []int64 {
	last := slices.Max(s.steps)
	var steps []int64
	for _, step := range s.steps {
		if step != none && last-step < int64(len(s.steps)) {
			steps = append(steps, step)
		}
	}
	slices.Sort(steps)
	return steps
}

// Clone is a deep copy; nil for nil.
func (s *Spikes) Clone() *Spikes {
	if s == nil {
		return nil
	}
	c := NewSpikes(len(s.slots) - 1)
	c.CopyFrom(s)
	return c
}

// CopyFrom forgets all and takes what t holds.
func (s *Spikes) CopyFrom(t *Spikes) {
	s.Reach(len(t.slots) - 1)
	for k := range s.steps {
		s.steps[k] = none
		s.slots[k] = s.slots[k][:0]
	}
	for _, step := range t.Steps() {
		s.Put(step, t.At(step))
	}
}
