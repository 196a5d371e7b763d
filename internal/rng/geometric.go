package rng

import (
	"math"
	"unsafe"

	"galvani/internal/kernel"
)

// maxJump is the largest number of failures that is told apart from more.
const maxJump = 1 << 62

// Geometric fills dst with numbers of failures before the first success of
// trials that succeed with probability p, dst[i] for element first+i:
// floor(log(u) / log(1-p)), at most 2^62. They are 0 for p >= 1, and 2^62 for
// p <= 0 or NaN.
func (s Stream) Geometric(dst []int64, p float64, step int64, draw uint32, first int64) {
	logq := logFailure(p)
	u := asFloats(dst)
	s.Uniform(u, step, draw, first)
	s.Kernel.Log(u, u)
	for i, l := range u {
		dst[i] = jump(l, logq)
	}
}

// logFailure returns the logarithm of the probability of failure: -Inf if there
// is none, -0 if there is nothing else.
func logFailure(p float64) float64 {
	switch {
	case p >= 1:
		return math.Inf(-1)
	case p > 0:
		return kernel.Log1p(-p)
	}
	return math.Copysign(0, -1)
}

// jump returns floor(logu / logq), at most maxJump; logu < 0.
func jump(logu, logq float64) int64 {
	if j := math.Floor(logu / logq); j < maxJump {
		return int64(j)
	}
	return maxJump
}

// asFloats returns the memory of integers as floats: a place for the numbers
// that they are made from, one by one, without another buffer.
func asFloats(dst []int64) []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(dst))), len(dst))
}
