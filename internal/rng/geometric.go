package rng

import (
	"math"

	"galvani/internal/kernel"
)

// maxJump is the largest number of failures that is told apart from more.
const maxJump = 1 << 62

// Geometric fills dst with numbers of failures before the first success of
// trials that succeed with probability p, dst[i] for element first+i:
// floor(log(u) / log(1-p)), at most 2^62. They are 0 for p >= 1, and 2^62 for
// p <= 0 or NaN.
func (s Stream) Geometric(dst []int64, p float64, step int64, draw uint32, first int64) {
	var buf [256]float64
	for len(dst) > 0 {
		u := buf[:min(len(buf), len(dst))]
		s.Uniform(u, step, draw, first)
		for i, x := range u {
			dst[i] = geometric(x, p)
		}
		dst = dst[len(u):]
		first += int64(len(u))
	}
}

// geometric returns floor(log(u) / log(1-p)), at most maxJump.
func geometric(u, p float64) int64 {
	switch {
	case p >= 1:
		return 0
	case !(p > 0):
		return maxJump
	}
	j := math.Floor(kernel.Log(u) / kernel.Log1p(-p))
	if j < maxJump {
		return int64(j)
	}
	return maxJump
}
