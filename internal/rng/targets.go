package rng

import (
	"fmt"
	"math"

	"galvani/internal/kernel"
)

// BlockWidth is the largest number of candidates in one block of [Targets].
const BlockWidth = 2048

// plainFrom is the probability from which on trials are made one by one. Below
// it, jumping from success to success is cheaper.
const plainFrom = 0.125

// Draws of the streams of a Targets.
const (
	drawTrials uint32 = iota
	drawTies
)

// Targets chooses the targets of random connections: every candidate is chosen
// with probability p, independently of all others. Candidates come in blocks of
// at most [BlockWidth], and what is chosen in a block depends on the key, the
// row, the block and p alone.
//
// For p >= 1/8 every candidate has a trial of its own: 16 random bits are
// compared with those of p, and where they are equal 48 more bits decide, which
// is exact for every such p. For smaller p the gaps between successes are drawn
// from the geometric distribution, floor(log(u) / log(1-p)).
type Targets struct {
	kernel    *kernel.Set
	key       Key
	p         float64
	threshold uint64  // p * 2^64
	logq      float64 // log(1-p)
	words     []uint32
	u         []float64
	jumps     []int32
	hits      []int32
}

// NewTargets makes ready to choose targets with probability p. The result
// holds buffers: it serves one goroutine at a time.
func NewTargets(s Stream, p float64) (*Targets, error) {
	if !(p >= 0 && p <= 1) {
		return nil, fmt.Errorf("rng: probability of a connection must be between 0 and 1, got %v", p)
	}
	t := &Targets{kernel: s.Kernel, key: s.Key, p: p}
	switch {
	case p == 0 || p == 1:
	case p >= plainFrom:
		t.threshold = uint64(math.Ldexp(p, 64))
		t.words = make([]uint32, BlockWidth/2)
		t.hits = make([]int32, BlockWidth)
	default:
		t.logq = kernel.Log1p(-p)
		// Enough jumps at once for nearly all blocks, in whole groups of the kernels.
		expected := float64(BlockWidth * p)
		n := (int(expected+float64(1.5*math.Sqrt(expected))) + 16) &^ 15
		t.u = make([]float64, n)
		t.jumps = make([]int32, n)
	}
	return t, nil
}

// Append appends base+i for every chosen candidate i of a block of width
// candidates (at most [BlockWidth]) to dst, in rising order.
func (t *Targets) Append(dst []int32, row, block uint32, base int32, width int) []int32 {
	if width < 0 || width > BlockWidth {
		panic("rng: width of a block of targets out of range")
	}
	switch {
	case t.p == 0:
		return dst
	case t.p == 1:
		for i := range width {
			dst = append(dst, base+int32(i))
		}
		return dst
	case t.threshold != 0:
		return t.appendTrials(dst, row, block, base, width)
	}
	return t.appendJumps(dst, row, block, base, width)
}

// appendJumps goes from success to success.
func (t *Targets) appendJumps(dst []int32, row, block uint32, base int32, width int) []int32 {
	ctr := [3]uint32{drawTrials, row, block}
	at := int32(-1)
	for first := int64(0); ; first += int64(len(t.u)) {
		t.kernel.Uniform(t.u, t.key, ctr, first)
		t.kernel.Jumps(t.jumps, t.u, t.logq, int32(width))
		for _, j := range t.jumps {
			at += 1 + j
			if int(at) >= width {
				return dst
			}
			dst = append(dst, base+at)
		}
	}
}

// appendTrials tries every candidate.
func (t *Targets) appendTrials(dst []int32, row, block uint32, base int32, width int) []int32 {
	words := t.words[:(width+7)/8*4]
	t.kernel.Philox(words, t.key, [3]uint32{drawTrials, row, block}, 0)
	n, tie := t.kernel.Below(t.hits, words, uint16(t.threshold>>48), 0)
	hits := t.hits[:n]
	if tie {
		hits = t.resolve(words, row, block)
	}
	for len(hits) > 0 && int(hits[len(hits)-1]) >= width {
		hits = hits[:len(hits)-1]
	}
	for _, h := range hits {
		dst = append(dst, base+h)
	}
	return dst
}

// resolve repeats the trials of a block in which 16 bits were not enough. It
// is needed for one block in thirty.
func (t *Targets) resolve(words []uint32, row, block uint32) []int32 {
	n := 0
	for i := range 2 * len(words) {
		high := uint64(words[i/2]>>(16*(i%2))) & 0xFFFF
		hit := high < t.threshold>>48
		if high == t.threshold>>48 {
			w := kernel.PhiloxBlock(t.key, [4]uint32{uint32(i), drawTies, row, block})
			hit = word64(w[0], w[1])>>16 < t.threshold&(1<<48-1)
		}
		if hit {
			t.hits[n] = int32(i)
			n++
		}
	}
	return t.hits[:n]
}
