package rng

// Key names a random stream: the key of Philox4x32.
type Key [2]uint32

// NewKey returns the key of a stream: a 64-bit hash of a seed and of names,
// usually those of an object and of a variable. Different seeds or names give
// unrelated streams.
func NewKey(seed uint64, names ...string) Key {
	h := mix(seed)
	for _, name := range names {
		// The length goes in first, so that "ab", "c" differs from "a", "bc".
		h = mix(h ^ uint64(len(name)))
		for len(name) > 0 {
			var word uint64
			n := min(8, len(name))
			for i := range n {
				word |= uint64(name[i]) << (8 * i)
			}
			h = mix(h ^ word)
			name = name[n:]
		}
	}
	return Key{uint32(h), uint32(h >> 32)}
}

// mix is a bijection of the 64-bit numbers in which every bit of the input
// turns about half of the output's bits: an odd constant is added, then
// multiplications carry low bits up and shifts bring high bits down. The
// constants are those of SplitMix64 (G. Steele, D. Lea, C. Flood: Fast
// splittable pseudorandom number generators. OOPSLA, 2014).
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
