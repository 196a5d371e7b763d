package rng

import (
	"math/bits"

	"galvani/internal/kernel"
)

// Sequence draws numbers one after another. It is a source for math/rand/v2.
//
// The blocks of a sequence have the counters (i, i>>32, id, id>>32). A key that
// serves a [Stream] must not serve a Sequence.
type Sequence struct {
	key   Key
	id    uint64
	block uint64
	words [4]uint32
	left  int // words not yet used

	normal float64 // the second number of a pair, if kept
	kept   bool
}

// NewSequence returns the sequence of that number under a key.
func NewSequence(key Key, id uint64) *Sequence {
	return &Sequence{key: key, id: id}
}

// Uint64 returns 64 random bits.
func (s *Sequence) Uint64() uint64 {
	if s.left == 0 {
		s.words = kernel.PhiloxBlock(s.key, [4]uint32{uint32(s.block), uint32(s.block >> 32), uint32(s.id), uint32(s.id >> 32)})
		s.block++
		s.left = 4
	}
	w := s.words[4-s.left:]
	s.left -= 2
	return word64(w[0], w[1])
}

// Uniform returns a number from the open interval (0, 1).
func (s *Sequence) Uniform() float64 { return kernel.UnitOpen(s.Uint64()) }

// Normal returns a standard normal number.
func (s *Sequence) Normal() float64 {
	if s.kept {
		s.kept = false
		return s.normal
	}
	u := s.Uniform()
	pair := kernel.NormalPair(u, s.Uniform())
	s.normal, s.kept = pair[1], true
	return pair[0]
}

// IntN returns a number from 0 to n-1, all equally likely. It panics if n < 1.
func (s *Sequence) IntN(n int64) int64 {
	if n < 1 {
		panic("rng: IntN needs a positive bound")
	}
	// The high word of bits*n is uniform once the few low words that would make
	// some results likelier are refused (D. Lemire, ACM TOMACS 29, 2019).
	bound := uint64(n)
	hi, lo := bits.Mul64(s.Uint64(), bound)
	if lo < bound {
		for refuse := -bound % bound; lo < refuse; {
			hi, lo = bits.Mul64(s.Uint64(), bound)
		}
	}
	return int64(hi)
}

// Geometric returns the number of failures before the first success of trials
// that succeed with probability p: floor(log(u) / log(1-p)), at most 2^62. It
// is 0 for p >= 1, and 2^62 for p <= 0 or NaN.
func (s *Sequence) Geometric(p float64) int64 {
	return jump(kernel.Log(s.Uniform()), logFailure(p))
}

// Binomial returns the number of successes among n trials that succeed with
// probability p. See [Stream.Binomial].
func (s *Sequence) Binomial(n int64, p float64) int64 {
	d := newBinomial(n, p)
	return d.draw(s.Uniform(), s)
}
