package rng

import "galvani/internal/kernel"

// Stream draws from the stream of a key on one path of the kernels. A number
// is addressed by a time step, a draw (the how-manieth number that one element
// needs in that step, or what it is for) and the element's index. The bits
// depend on that address alone, not on the path nor on how a range of elements
// is split into calls.
type Stream struct {
	Key    Key
	Kernel *kernel.Set
}

// counter returns words 1 to 3 of the Philox counter of a draw in a step; word
// 0 counts the blocks.
func counter(step int64, draw uint32) [3]uint32 {
	return [3]uint32{draw, uint32(step), uint32(uint64(step) >> 32)}
}

// Uniform fills dst with numbers from the open interval (0, 1); dst[i] is the
// number of element first+i. They are odd multiples of 2^-53.
func (s Stream) Uniform(dst []float64, step int64, draw uint32, first int64) {
	s.Kernel.Uniform(dst, s.Key, counter(step, draw), first)
}

// Normal fills dst with standard normal numbers; dst[i] is the number of
// element first+i. Elements 2k and 2k+1 are made from the same two uniform
// numbers of the stream by the method of Box and Muller, so that the tails
// reach out to 8.57 standard deviations.
func (s Stream) Normal(dst []float64, step int64, draw uint32, first int64) {
	if first&1 != 0 && len(dst) > 0 {
		dst[0] = s.normalPair(step, draw, first-1)[1]
		dst = dst[1:]
		first++
	}
	pairs := len(dst) &^ 1
	s.Uniform(dst[:pairs], step, draw, first)
	s.Kernel.Normal(dst[:pairs], dst[:pairs])
	if pairs < len(dst) {
		dst[pairs] = s.normalPair(step, draw, first+int64(pairs))[0]
	}
}

// normalPair returns the normal numbers of elements e and e+1; e is even.
func (s Stream) normalPair(step int64, draw uint32, e int64) [2]float64 {
	w := kernel.PhiloxBlock(s.Key, blockCounter(uint32(e>>1), counter(step, draw)))
	return kernel.NormalPair(kernel.UnitOpen(word64(w[0], w[1])), kernel.UnitOpen(word64(w[2], w[3])))
}

// blockCounter puts a block's index in front of the other counter words.
func blockCounter(block uint32, c [3]uint32) [4]uint32 {
	return [4]uint32{block, c[0], c[1], c[2]}
}

// word64 joins two words, low half first.
func word64(lo, hi uint32) uint64 { return uint64(lo) | uint64(hi)<<32 }
