package kernel

import (
	"math"
	"math/bits"
)

// The constants of Philox4x32: two multipliers, and the two Weyl increments
// that the key grows by from round to round.
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85
)

// PhiloxBlock returns the Philox4x32-10 block of a key and a counter:
//
//	for range 10 {
//		h0, l0 := hi and lo half of M0 * ctr[0]
//		h1, l1 := hi and lo half of M1 * ctr[2]
//		ctr = {h1 ^ ctr[1] ^ key[0], l1, h0 ^ ctr[3] ^ key[1], l0}
//		key = {key[0] + W0, key[1] + W1}
//	}
//
// J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers:
// as easy as 1, 2, 3. SC11, 2011.
func PhiloxBlock(key [2]uint32, ctr [4]uint32) [4]uint32 {
	c0, c1, c2, c3 := ctr[0], ctr[1], ctr[2], ctr[3]
	k0, k1 := key[0], key[1]
	for range 10 {
		h0, l0 := bits.Mul32(philoxM0, c0)
		h1, l1 := bits.Mul32(philoxM1, c2)
		c0, c1, c2, c3 = h1^c1^k0, l1, h0^c3^k1, l0
		k0 += philoxW0
		k1 += philoxW1
	}
	return [4]uint32{c0, c1, c2, c3}
}

// philoxPair returns the blocks of two counters at once: a processor works on
// both while each of them waits for its own multiplications.
func philoxPair(key [2]uint32, a, b uint32, ctr [3]uint32) (a01, a23, b01, b23 uint64) {
	a0, a1, a2, a3 := uint64(a), uint64(ctr[0]), uint64(ctr[1]), uint64(ctr[2])
	b0, b1, b2, b3 := uint64(b), a1, a2, a3
	k0, k1 := key[0], key[1]
	for range 10 {
		p, q := philoxM0*a0, philoxM1*a2
		r, s := philoxM0*b0, philoxM1*b2
		a0, a1 = q>>32^a1^uint64(k0), uint64(uint32(q))
		a2, a3 = p>>32^a3^uint64(k1), uint64(uint32(p))
		b0, b1 = s>>32^b1^uint64(k0), uint64(uint32(s))
		b2, b3 = r>>32^b3^uint64(k1), uint64(uint32(r))
		k0 += philoxW0
		k1 += philoxW1
	}
	return a0 | a1<<32, a2 | a3<<32, b0 | b1<<32, b2 | b3<<32
}

// philoxGo is
//
//	for i := range len(dst) / 4 {
//		copy(dst[4*i:], PhiloxBlock(key, {first + i, ctr[0], ctr[1], ctr[2]}))
//	}
func philoxGo(dst []uint32, key [2]uint32, ctr [3]uint32, first uint32) {
	wholeBlocks(len(dst))
	for ; len(dst) >= 8; dst = dst[8:] {
		a01, a23, b01, b23 := philoxPair(key, first, first+1, ctr)
		dst[0], dst[1], dst[2], dst[3] = uint32(a01), uint32(a01>>32), uint32(a23), uint32(a23>>32)
		dst[4], dst[5], dst[6], dst[7] = uint32(b01), uint32(b01>>32), uint32(b23), uint32(b23>>32)
		first += 2
	}
	if len(dst) > 0 {
		b := PhiloxBlock(key, [4]uint32{first, ctr[0], ctr[1], ctr[2]})
		copy(dst, b[:])
	}
}

// wholeBlocks panics if n words are not a whole number of Philox blocks.
func wholeBlocks(n int) {
	if n%4 != 0 {
		panic("kernel: philox needs whole blocks of four words")
	}
}

// uniformGo is
//
//	for i := range dst {
//		e := first + i
//		w := PhiloxBlock(key, {e / 2, ctr[0], ctr[1], ctr[2]})
//		dst[i] = UnitOpen(w[2*(e%2)] | w[2*(e%2)+1]<<32)
//	}
func uniformGo(dst []float64, key [2]uint32, ctr [3]uint32, first int64) {
	if first&1 != 0 && len(dst) > 0 {
		w := PhiloxBlock(key, [4]uint32{uint32(first >> 1), ctr[0], ctr[1], ctr[2]})
		dst[0] = UnitOpen(uint64(w[2]) | uint64(w[3])<<32)
		dst = dst[1:]
		first++
	}
	block := uint32(first >> 1)
	for ; len(dst) >= 4; dst = dst[4:] {
		a01, a23, b01, b23 := philoxPair(key, block, block+1, ctr)
		dst[0], dst[1], dst[2], dst[3] = UnitOpen(a01), UnitOpen(a23), UnitOpen(b01), UnitOpen(b23)
		block += 2
	}
	if len(dst) > 0 {
		var rest [4]float64
		a01, a23, b01, b23 := philoxPair(key, block, block+1, ctr)
		rest[0], rest[1], rest[2], rest[3] = UnitOpen(a01), UnitOpen(a23), UnitOpen(b01), UnitOpen(b23)
		copy(dst, rest[:])
	}
}

// UnitOpen returns (bits>>12 + 0.5) * 2^-52: the middle of one of 2^52 equal
// parts of the interval (0, 1). All of these are exact, none is 0 or 1, and x
// is among them when 1-x is. (One bit more would round to 1 at the upper end.)
func UnitOpen(bits uint64) float64 {
	return math.Float64frombits(bits>>12|0x3FF0000000000000) - (1 - 0x1p-53)
}

// philoxKeys returns the keys of all rounds, two words each, in the lower
// halves of 64 bits as the assembly wants them.
func philoxKeys(key [2]uint32) (keys [20]uint64) {
	k0, k1 := key[0], key[1]
	for i := 0; i < len(keys); i += 2 {
		keys[i], keys[i+1] = uint64(k0), uint64(k1)
		k0 += philoxW0
		k1 += philoxW1
	}
	return keys
}
