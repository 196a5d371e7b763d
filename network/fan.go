package network

import (
	"math/bits"
	"slices"
)

// fan is several successive steps that wait for spikes of the same group in the same
// step, as the projections of a clustered network do, each for those of another range
// of neurons. It finds those that a handful of spikes concern without asking all.
type fan struct {
	lo, hi  int        // steps
	segment []uint16   // by neuron
	masks   [][]uint64 // by segment: the steps that its spikes concern
	active  []uint64   // those of the current tick
}

// fanFrom is the number of steps from which on a fan is quicker than asking each.
const fanFrom = 4

// newFans finds the fans among the steps and notes each at its first step.
func (p *plan) newFans() {
	for lo := 0; lo < len(p.steps); {
		hi := max(p.steps[lo].skip, lo+1)
		s := &p.steps[lo]
		everywhere := func(s step) bool { return s.Lo >= s.Hi }
		if hi-lo >= fanFrom && s.Wake != nil && !slices.ContainsFunc(p.steps[lo:hi], everywhere) {
			s.fan = newFan(p.steps[lo:hi], lo)
		}
		lo = hi
	}
}

// newFan is nil if there are too many different ranges.
func newFan(steps []step, lo int) *fan {
	var cuts []int32
	for _, s := range steps {
		cuts = append(cuts, s.Lo, s.Hi)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	if len(cuts) >= 1<<16 {
		return nil
	}
	words := (len(steps) + 63) / 64
	f := &fan{lo: lo, hi: lo + len(steps), segment: make([]uint16, cuts[len(cuts)-1]), active: make([]uint64, words)}
	f.masks = append(f.masks, make([]uint64, words)) // of neurons before the first range
	for c, from := range cuts[:len(cuts)-1] {
		mask := make([]uint64, words)
		for k, s := range steps {
			if s.Lo <= from && from < s.Hi {
				mask[k/64] |= 1 << (k % 64)
			}
		}
		f.masks = append(f.masks, mask)
		for i := from; i < cuts[c+1]; i++ {
			f.segment[i] = uint16(c + 1)
		}
	}
	return f
}

// run carries out the steps that the spikes concern, in their order.
func (f *fan) run(steps []step, spikes []int32, now int64) error {
	clear(f.active)
	for _, i := range spikes {
		if int(i) >= len(f.segment) {
			break
		}
		for w, mask := range f.masks[f.segment[i]] {
			f.active[w] |= mask
		}
	}
	var failed error
	for w, word := range f.active {
		for ; word != 0; word &= word - 1 {
			if err := steps[f.lo+w*64+bits.TrailingZeros64(word)].run(now); err != nil && failed == nil {
				failed = err
			}
		}
	}
	return failed
}

// run does the whole of a step on the calling goroutine.
func (s *step) run(now int64) error {
	if s.Part != nil {
		s.Part(now, 0)
	}
	if s.Whole != nil {
		return s.Whole(now)
	}
	return nil
}

// waits reports whether a step waits for the same spikes as another.
func (s *step) waits(t *step) bool {
	return s.Wake == t.Wake && s.Delay == t.Delay && s.every == t.every
}
