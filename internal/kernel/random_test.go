package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/internal/kernel"
)

// TestPhiloxKnownAnswers uses the vectors for philox4x32-10 of Random123.
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = math.MaxUint32
	for _, c := range []struct {
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		require.Equal(t, c.want, kernel.PhiloxBlock(c.key, c.ctr))
		eachPath(t, func(t *testing.T, k *kernel.Set) {
			// The block at every place that it can have in a run of blocks.
			for before := range uint32(40) {
				got := make([]uint32, 4*60)
				k.Philox(got, c.key, [3]uint32(c.ctr[1:]), c.ctr[0]-before)
				require.Equal(t, c.want[:], got[4*before:4*before+4])
			}
		})
	}
}

func TestPhilox(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		for blocks := range 70 {
			key, ctr, first := [2]uint32{1, uint32(blocks)}, [3]uint32{7, 8, 1 << 31}, uint32(math.MaxUint32-30)
			whole := make([]uint32, 4*blocks+8)
			dst := whole[4 : 4+4*blocks]
			k.Philox(dst, key, ctr, first)
			for i := range blocks {
				want := kernel.PhiloxBlock(key, [4]uint32{first + uint32(i), ctr[0], ctr[1], ctr[2]})
				require.Equal(t, want[:], dst[4*i:4*i+4], "block %d of %d", i, blocks)
			}
			require.Equal(t, make([]uint32, 4), whole[:4])
			require.Equal(t, make([]uint32, 4), whole[4+4*blocks:])
		}
		require.Panics(t, func() { k.Philox(make([]uint32, 3), [2]uint32{}, [3]uint32{}, 0) })
	})
}

// TestUniform holds every path and every split of a range against the
// definition.
func TestUniform(t *testing.T) {
	key, ctr := [2]uint32{3, 4}, [3]uint32{5, 6, 7}
	element := func(e int64) float64 {
		w := kernel.PhiloxBlock(key, [4]uint32{uint32(e / 2), ctr[0], ctr[1], ctr[2]})
		lo, hi := w[2*(e%2)], w[2*(e%2)+1]
		return (float64((uint64(hi)<<32|uint64(lo))>>12) + 0.5) * 0x1p-52
	}
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		for _, n := range lengths() {
			for _, first := range []int64{0, 1, 2, 3, 1<<33 - 5000} {
				if n > 200 && first > 3 {
					continue
				}
				dst, whole := guarded(n, n%8)
				k.Uniform(dst, key, ctr, first)
				for i := range dst {
					if want := element(first + int64(i)); want != dst[i] {
						t.Fatalf("n=%d first=%d: element %d is %v, want %v", n, first, i, dst[i], want)
					}
				}
				requireGuards(t, whole, n, n%8)
			}
		}
	})
}

func TestUnitOpen(t *testing.T) {
	require.Equal(t, 0x1p-53, kernel.UnitOpen(0))
	require.Equal(t, 1-0x1p-53, kernel.UnitOpen(math.MaxUint64))
	require.Equal(t, 0.5+0x1p-53, kernel.UnitOpen(1<<63))
}

// unitValues returns n numbers from (0, 1), many of them at its ends and where
// the quadrants of an angle meet.
func unitValues(r *rand.Rand, n, off int) []float64 {
	u, _ := guarded(n, off)
	for i := range u {
		switch r.IntN(8) {
		case 0:
			u[i] = 0x1p-53 * float64(2*r.IntN(3)+1)
		case 1:
			u[i] = 1 - 0x1p-53*float64(2*r.IntN(3)+1)
		case 2:
			u[i] = float64(r.IntN(8))/8 + 0x1p-53
		default:
			u[i] = kernel.UnitOpen(r.Uint64())
		}
	}
	return u
}

func TestNormal(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, n := range lengths() {
			n &^= 1
			u := unitValues(r, n, n%8)
			want := make([]float64, n)
			for i := 0; i < n; i += 2 {
				pair := kernel.NormalPair(u[i], u[i+1])
				copy(want[i:], pair[:])
				// The definition, within the errors of the functions involved.
				radius := math.Sqrt(-2 * math.Log(u[i]))
				sin, cos := math.Sincos(2 * math.Pi * u[i+1])
				require.InDelta(t, radius*cos, pair[0], 2e-15*radius)
				require.InDelta(t, radius*sin, pair[1], 2e-15*radius)
			}
			dst, whole := guarded(n, (n+3)%8)
			k.Normal(dst, u)
			requireSame(t, want, dst)
			requireGuards(t, whole, n, (n+3)%8)
			k.Normal(u, u)
			requireSame(t, want, u, "in place")
		}
		require.Panics(t, func() { k.Normal(make([]float64, 3), make([]float64, 4)) })
	})
}

func TestJumps(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, n := range lengths() {
			for _, p := range []float64{0.5, 0.1, 1e-3, 1e-300, 0x1p-1074} {
				u := unitValues(r, n, n%8)
				logq := kernel.Log1p(-p)
				dst, whole := guardedInts(n, (n+5)%8)
				k.Jumps(dst, u, logq, 2048)
				for i := range u {
					want := min(math.Floor(kernel.Log(u[i])/logq), 2048)
					require.EqualValues(t, want, dst[i], "u=%v p=%v", u[i], p)
				}
				requireIntGuards(t, whole, n, (n+5)%8)
			}
		}
	})
}

func TestBelow(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, n := range lengths() {
			for _, threshold := range []uint16{0, 1, 0x1FFF, 0x7FFF, 0x8000, 0x8001, 0xFFFF} {
				words := make([]uint32, n)
				var want []int32
				tie := false
				for i := range words {
					words[i] = r.Uint32()
					if r.IntN(100) == 0 {
						words[i] = uint32(threshold)<<16 | uint32(threshold-1)
					}
					for h, v := range []uint16{uint16(words[i]), uint16(words[i] >> 16)} {
						if v < threshold {
							want = append(want, 5+int32(2*i+h))
						}
						tie = tie || v == threshold
					}
				}
				idx, whole := guardedInts(2*n, n%8)
				got, gotTie := k.Below(idx, words, threshold, 5)
				require.Equal(t, len(want), got)
				require.Equal(t, tie, gotTie)
				for i := range want {
					if want[i] != idx[i] {
						t.Fatalf("n=%d: hit %d is %d, want %d", n, i, idx[i], want[i])
					}
				}
				requireIntGuards(t, whole, 2*n, n%8)
			}
		}
	})
}
