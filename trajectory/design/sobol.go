package design

import (
	"fmt"
	"math/bits"

	"galvani/internal/rng"
	"galvani/trajectory"
)

// Scramble is how a Sobol sequence is made random without losing its evenness.
type Scramble int

const (
	// Plain is the sequence as it is. Its first point is At(0) of all factors.
	Plain Scramble = iota
	// DigitalShift flips the same random digits of all points of a dimension.
	DigitalShift
	// Owen also makes each flip depend on all digits before it (A. Owen: Randomly
	// permuted (t,m,s)-nets and (t,s)-sequences. 1995), with which the error of a
	// mean over a smooth function falls nearly as N^-1.5.
	Owen
)

// Sobol is the first N points of the Sobol sequence, which fill the space of
// up to 53 factors more evenly than random points do: of the first 2^m points, and of every
// 2^m after them, exactly one lies in each of 2^m equal parts of every
// factor, and of every rectangle that halving makes of the first two factors' plane.
// So N should be a power of two. Differences between dimensions are smallest in front: put
// the factors that matter most first.
type Sobol struct {
	N       int
	Factors []Factor
	// Skip leaves out that many points at the beginning. To keep the evenness it must be a
	// multiple of a power of two that is no less than N; other designs go on with points that
	// these have not used.
	Skip     int
	Scramble Scramble
	Seed     uint64 // of the scrambling
}

// digits is the length of a number of the sequence, in binary digits.
const digits = 32

// Columns computes the points. Those of a larger N begin with those of a
// smaller one.
func (s Sobol) Columns() ([]trajectory.Axis, error) {
	switch {
	case len(s.Factors) > sobolDimensions:
		return nil, fmt.Errorf("design: a Sobol sequence of %d factors (at most %d)", len(s.Factors), sobolDimensions)
	case s.Skip < 0 || s.Skip > 1<<digits-maxPoints:
		return nil, fmt.Errorf("design: a Sobol sequence without its first %d points (want 0 to %d)", s.Skip, 1<<digits-maxPoints)
	case s.Scramble < Plain || s.Scramble > Owen:
		return nil, fmt.Errorf("design: %d is no way to scramble a Sobol sequence", s.Scramble)
	}
	return draw("a Sobol sequence", s.N, s.Factors, func(k int, f Factor) func(int) float64 {
		v := directionNumbers(k)
		key := rng.NewSequence(rng.NewKey(s.Seed, "design", "sobol", f.names[0]), 0).Uint64()
		return func(i int) float64 {
			x := v.at(uint32(s.Skip + i))
			switch s.Scramble {
			case DigitalShift:
				x ^= uint32(key)
			case Owen:
				x = owen(x, key)
			default:
				return float64(x) / (1 << digits)
			}
			return (float64(x) + 0.5) / (1 << digits)
		}
	})
}

type direction [digits]uint32

// directionNumbers are those of dimension k, from 0, by the recurrence of its
// polynomial.
func directionNumbers(k int) direction {
	var v direction
	if k == 0 {
		for i := range v {
			v[i] = 1 << (digits - 1 - i)
		}
		return v
	}
	d := directions[k-1]
	for i := range v {
		if i < d.degree {
			v[i] = d.first[i] << (digits - 1 - i)
			continue
		}
		v[i] = v[i-d.degree] ^ v[i-d.degree]>>d.degree
		for j := 1; j < d.degree; j++ {
			if d.middle>>(d.degree-1-j)&1 != 0 {
				v[i] ^= v[i-j]
			}
		}
	}
	return v
}

// at is number i, in the order of the Gray code, in which neighbours differ in
// one direction.
func (v *direction) at(i uint32) uint32 {
	var x uint32
	for g := i ^ i>>1; g != 0; g &= g - 1 {
		x ^= v[bits.TrailingZeros32(g)]
	}
	return x
}

// owen flips each digit of x by a random bit that belongs to the digits before it.
func owen(x uint32, key uint64) uint32 {
	var flips uint32
	for i := range digits {
		// The digits before it with a one in front: no two places of the tree
		// of all digits have the same number.
		place := uint64(1)<<i | uint64(x)>>(digits-i)
		if coin(key, place) {
			flips |= 1 << (digits - 1 - i)
		}
	}
	return x ^ flips
}
