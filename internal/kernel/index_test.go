package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/internal/kernel"
)

// guardedInts returns n integers off elements behind a guard band of sentinels.
func guardedInts(n, off int) (slice, whole []int32) {
	whole = make([]int32, n+off+2*guard)
	for i := range whole {
		whole[i] = -1000 - int32(i)
	}
	return whole[guard+off : guard+off+n : guard+off+n], whole
}

// requireIntGuards says that nothing around n integers has been written to.
func requireIntGuards(t *testing.T, whole []int32, n, off int) {
	t.Helper()
	for i, x := range whole {
		if (i < guard+off || i >= guard+off+n) && x != -1000-int32(i) {
			t.Fatalf("n=%d offset=%d: element %d outside of the slice was overwritten", n, off, i-guard-off)
		}
	}
}

func TestFind(t *testing.T) {
	special := specials()
	type set = kernel.Set
	searches := []struct {
		name string
		hit  func(v, x float64) bool
		find func(k *set) func(idx []int32, a []float64, x float64, base int32) int
	}{
		{"GT", func(v, x float64) bool { return v > x }, func(k *set) func([]int32, []float64, float64, int32) int { return k.FindGT }},
		{"GE", func(v, x float64) bool { return v >= x }, func(k *set) func([]int32, []float64, float64, int32) int { return k.FindGE }},
		{"LT", func(v, x float64) bool { return v < x }, func(k *set) func([]int32, []float64, float64, int32) int { return k.FindLT }},
		{"LE", func(v, x float64) bool { return v <= x }, func(k *set) func([]int32, []float64, float64, int32) int { return k.FindLE }},
		{"NonZero", func(v, _ float64) bool { return v != 0 }, func(k *set) func([]int32, []float64, float64, int32) int {
			return func(idx []int32, a []float64, _ float64, base int32) int { return k.FindNonZero(idx, a, base) }
		}},
	}
	fills := map[string]func(r *rand.Rand, x float64) float64{
		"mixed":  func(r *rand.Rand, x float64) float64 { return value(r, special) },
		"equal":  func(r *rand.Rand, x float64) float64 { return x },
		"above":  func(r *rand.Rand, x float64) float64 { return math.Inf(1) },
		"below":  func(r *rand.Rand, x float64) float64 { return math.Inf(-1) },
		"NaN":    func(r *rand.Rand, x float64) float64 { return math.NaN() },
		"zero":   func(r *rand.Rand, x float64) float64 { return math.Copysign(0, float64(r.IntN(2))-0.5) },
		"sparse": func(r *rand.Rand, x float64) float64 { return []float64{x - 1, x + 1}[1/(1+r.IntN(50))] },
	}
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		for _, s := range searches {
			for name, fill := range fills {
				r := rand.New(rand.NewPCG(5, 6))
				for _, n := range lengths() {
					x := []float64{0, 1, -2.5, math.Inf(1), math.NaN()}[r.IntN(5)]
					off := r.IntN(8)
					a, _ := guarded(n, off)
					base := int32(r.IntN(3)) * 1_000_000_000
					var want []int32
					for i := range a {
						a[i] = fill(r, x)
						if s.hit(a[i], x) {
							want = append(want, base+int32(i))
						}
					}
					before := append([]float64(nil), a...)
					idx, whole := guardedInts(n, (off+3)%8)
					got := s.find(k)(idx, a, x, base)
					require.Equal(t, len(want), got, "%s %s n=%d", s.name, name, n)
					for i := range want {
						if want[i] != idx[i] {
							t.Fatalf("%s %s n=%d: hit %d is %d, want %d", s.name, name, n, i, idx[i], want[i])
						}
					}
					requireIntGuards(t, whole, n, (off+3)%8)
					requireSame(t, before, a, "source modified")
				}
			}
			require.Panics(t, func() { s.find(k)(make([]int32, 1), make([]float64, 2), 0, 0) })
		}
	})
}

// indices draws n indices below size: all over, at the ends, or all the same.
func indices(r *rand.Rand, n, size int) []int32 {
	idx := make([]int32, n)
	kind := r.IntN(4)
	for i := range idx {
		switch kind {
		case 0:
			idx[i] = int32(r.IntN(size))
		case 1:
			idx[i] = int32(r.IntN(2) * (size - 1))
		case 2:
			idx[i] = int32(i % size)
		default:
			idx[i] = int32(size / 2)
		}
	}
	return idx
}

func TestIndexed(t *testing.T) {
	special := specials()
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		r := rand.New(rand.NewPCG(8, 9))
		for _, n := range lengths() {
			for _, size := range []int{1, 7, 300} {
				off := r.IntN(8)
				idx := indices(r, n, size)
				column := make([]float64, size)
				for i := range column {
					column[i] = value(r, special)
				}
				src, _ := guarded(n, off)
				for i := range src {
					src[i] = value(r, special)
				}
				target := func() (dst, whole []float64) {
					dst, whole = guarded(size, off)
					copy(dst, column)
					return dst, whole
				}
				x := value(r, special)

				dst, whole := guarded(n, off)
				k.Gather(dst, column, idx)
				for i, j := range idx {
					requireSame(t, column[j:j+1], dst[i:i+1])
				}
				requireGuards(t, whole, n, off)

				want := append([]float64(nil), column...)
				for i, j := range idx {
					want[j] = src[i]
				}
				dst, whole = target()
				k.Scatter(dst, idx, src)
				requireSame(t, want, dst, "Scatter")
				requireGuards(t, whole, size, off)

				want = append(want[:0], column...)
				for _, j := range idx {
					want[j] = x
				}
				dst, whole = target()
				k.ScatterConst(dst, idx, x)
				requireSame(t, want, dst, "ScatterConst")
				requireGuards(t, whole, size, off)

				want = append(want[:0], column...)
				for _, j := range idx {
					want[j] += x
				}
				dst, whole = target()
				k.AddAt(dst, idx, x)
				requireSame(t, want, dst, "AddAt")
				requireGuards(t, whole, size, off)

				want = append(want[:0], column...)
				for i, j := range idx {
					want[j] += src[i]
				}
				dst, whole = target()
				k.AddAtEach(dst, idx, src)
				requireSame(t, want, dst, "AddAtEach")
				requireGuards(t, whole, size, off)

				steps := make([]int64, size)
				for i := range steps {
					steps[i] = int64(r.Uint64())
				}
				got := make([]int64, n)
				k.GatherI64(got, steps, idx)
				for i, j := range idx {
					require.Equal(t, steps[j], got[i])
				}
				k.ScatterConstI64(steps, idx, -7)
				for _, j := range idx {
					require.EqualValues(t, -7, steps[j])
				}
			}
		}
		require.Panics(t, func() { k.Gather(make([]float64, 2), make([]float64, 2), make([]int32, 1)) })
		require.Panics(t, func() { k.Scatter(make([]float64, 2), make([]int32, 2), make([]float64, 1)) })
		require.Panics(t, func() { k.AddAtEach(make([]float64, 2), make([]int32, 2), make([]float64, 1)) })
	})
}

// TestAddAtOrder says that repeated targets add up in the order of the list:
// here the result depends on it.
func TestAddAtOrder(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		dst := []float64{1}
		k.AddAtEach(dst, make([]int32, 3), []float64{1e100, -1e100, 1})
		require.Equal(t, []float64{1}, dst)
		k.AddAtEach(dst, make([]int32, 3), []float64{1, 1e100, -1e100})
		require.Equal(t, []float64{0}, dst)
	})
}

func TestNonFinite(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, n := range lengths() {
			a, _ := guarded(n, n%8) // with NaN around
			for i := range a {
				a[i] = []float64{0, math.MaxFloat64, -math.MaxFloat64, 1}[r.IntN(4)]
			}
			require.Equal(t, -1, k.NonFinite(a), n)
			for range min(n, 5) {
				at := r.IntN(n)
				old := a[at]
				a[at] = []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[r.IntN(3)]
				require.Equal(t, at, k.NonFinite(a), n)
				last := a[n-1]
				a[n-1] = math.NaN()
				require.Equal(t, at, k.NonFinite(a), "the first of two counts")
				a[n-1] = last
				a[at] = old
			}
		}
	})
}

func TestSum(t *testing.T) {
	special := specials()
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, n := range lengths() {
			for _, mixed := range []bool{false, true} {
				a, _ := guarded(n, n%8)
				var s [16]float64
				for i := range a {
					a[i] = math.Exp(10 * r.NormFloat64())
					if mixed {
						a[i] = value(r, special)
					}
					s[i%16] += a[i]
				}
				for w := 8; w > 0; w /= 2 {
					for i := range w {
						s[i] += s[i+w]
					}
				}
				requireSame(t, s[:1], []float64{k.Sum(a)}, n, mixed)
			}
		}
		require.Equal(t, uint64(0), math.Float64bits(k.Sum([]float64{math.Copysign(0, -1)})), "an empty partial sum is +0")
	})
}
