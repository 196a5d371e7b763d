package kernel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/internal/kernel"
)

// An elementwise is a kernel that computes dst[i] from element i of each of its
// sources.
type elementwise struct {
	name    string
	sources int
	call    func(k *kernel.Set, dst []float64, s [4][]float64)
}

// factors of the linear combinations under test.
var factors = [5]float64{0.97, -1.5, 1e-3, 3, -0.25}

// elementwises lists all kernels of that kind.
func elementwises() []elementwise {
	type set = kernel.Set
	unary := func(name string, f func(*set) func(dst, a []float64)) elementwise {
		return elementwise{name, 1, func(k *set, dst []float64, s [4][]float64) { f(k)(dst, s[0]) }}
	}
	binary := func(name string, f func(*set) func(dst, a, b []float64)) elementwise {
		return elementwise{name, 2, func(k *set, dst []float64, s [4][]float64) { f(k)(dst, s[0], s[1]) }}
	}
	all := []elementwise{
		{"Fill", 0, func(k *set, dst []float64, _ [4][]float64) { k.Fill(dst, 1.25) }},
		unary("Copy", func(k *set) func(dst, a []float64) { return k.Copy }),
		binary("Add", func(k *set) func(dst, a, b []float64) { return k.Add }),
		binary("Sub", func(k *set) func(dst, a, b []float64) { return k.Sub }),
		binary("Mul", func(k *set) func(dst, a, b []float64) { return k.Mul }),
		binary("Div", func(k *set) func(dst, a, b []float64) { return k.Div }),
		binary("Min", func(k *set) func(dst, a, b []float64) { return k.Min }),
		binary("Max", func(k *set) func(dst, a, b []float64) { return k.Max }),
		binary("Pow", func(k *set) func(dst, a, b []float64) { return k.Pow }),
		unary("Neg", func(k *set) func(dst, a []float64) { return k.Neg }),
		unary("Abs", func(k *set) func(dst, a []float64) { return k.Abs }),
		unary("Sqrt", func(k *set) func(dst, a []float64) { return k.Sqrt }),
		unary("Exp", func(k *set) func(dst, a []float64) { return k.Exp }),
		unary("Expm1", func(k *set) func(dst, a []float64) { return k.Expm1 }),
		unary("Log", func(k *set) func(dst, a []float64) { return k.Log }),
		unary("Sin", func(k *set) func(dst, a []float64) { return k.Sin }),
		unary("Cos", func(k *set) func(dst, a []float64) { return k.Cos }),
		unary("Tanh", func(k *set) func(dst, a []float64) { return k.Tanh }),
		unary("Floor", func(k *set) func(dst, a []float64) { return k.Floor }),
		unary("Ceil", func(k *set) func(dst, a []float64) { return k.Ceil }),
		unary("Trunc", func(k *set) func(dst, a []float64) { return k.Trunc }),
		unary("Sign", func(k *set) func(dst, a []float64) { return k.Sign }),
		unary("Flush", func(k *set) func(dst, a []float64) { return k.Flush }),
		binary("LT", func(k *set) func(dst, a, b []float64) { return k.LT }),
		binary("LE", func(k *set) func(dst, a, b []float64) { return k.LE }),
		binary("GT", func(k *set) func(dst, a, b []float64) { return k.GT }),
		binary("GE", func(k *set) func(dst, a, b []float64) { return k.GE }),
		binary("EQ", func(k *set) func(dst, a, b []float64) { return k.EQ }),
		binary("NE", func(k *set) func(dst, a, b []float64) { return k.NE }),
		binary("And", func(k *set) func(dst, a, b []float64) { return k.And }),
		binary("Or", func(k *set) func(dst, a, b []float64) { return k.Or }),
		unary("Not", func(k *set) func(dst, a []float64) { return k.Not }),
		{"Select", 3, func(k *set, dst []float64, s [4][]float64) { k.Select(dst, s[0], s[1], s[2]) }},
	}
	for n := range 4 {
		all = append(all,
			elementwise{fmt.Sprintf("Lin/terms=%d", n+1), n + 1, func(k *set, dst []float64, s [4][]float64) {
				k.Lin[n](dst, &factors, s[0], s[1], s[2], s[3])
			}},
			elementwise{fmt.Sprintf("LinFlush/terms=%d", n+1), n + 1, func(k *set, dst []float64, s [4][]float64) {
				k.LinFlush[n](dst, &factors, s[0], s[1], s[2], s[3])
			}},
			elementwise{fmt.Sprintf("LinOnto/terms=%d", n+1), n + 1, func(k *set, dst []float64, s [4][]float64) {
				k.LinOnto[n](dst, &factors, s[0], s[1], s[2], s[3])
			}},
			elementwise{fmt.Sprintf("LinOntoFlush/terms=%d", n+1), n + 1, func(k *set, dst []float64, s [4][]float64) {
				k.LinOntoFlush[n](dst, &factors, s[0], s[1], s[2], s[3])
			}})
	}
	return all
}

// specials are the values at which functions change their ways.
func specials() []float64 {
	list := []float64{
		0, 1, 0.5, 2, 3, 22, 40, 700, 709.782712893384, 710, 744.4400719213812, 745.1332191019412, 746, 800,
		math.Inf(1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64,
		0x1p-1022, 0x0.fffffffffffffp-1022, 0x1p-1074, 0x1p-537, kernel.Tiny, math.Nextafter(kernel.Tiny, 0),
		math.Pi, math.Pi / 2, math.Pi / 4, math.Ln2, math.Ln2 / 2, math.Sqrt2, math.Sqrt2 / 2,
		0x1p51, 0x1p52, 0x1p53, 0x1p62, 0x1p63, 0x1p-27, 0x1p-54, math.Nextafter(1, 0), math.Nextafter(1, 2),
		math.Nextafter(0.5, 0), 1.5, 2.5, 1e5, 1e300, 1e-300,
	}
	for _, x := range list {
		list = append(list, -x)
	}
	return list
}

// value draws a number: special, of any bits, or ordinary.
func value(r *rand.Rand, special []float64) float64 {
	switch r.IntN(8) {
	case 0, 1:
		return special[r.IntN(len(special))]
	case 2:
		return math.Float64frombits(r.Uint64())
	case 3:
		return 1000 * (r.Float64() - 0.5)
	}
	return 4 * (r.Float64() - 0.5)
}

const guard = 16

// guarded returns n elements that start off elements behind a place of good
// alignment, with guard bands around them in the second result.
func guarded(n, off int) (slice, whole []float64) {
	whole = make([]float64, n+off+2*guard)
	for i := range whole {
		whole[i] = math.Float64frombits(0x7FF8_0000_DEAD_0000 + uint64(i))
	}
	return whole[guard+off : guard+off+n : guard+off+n], whole
}

// requireGuards says that nothing around n elements has been written to.
func requireGuards(t *testing.T, whole []float64, n, off int) {
	t.Helper()
	for i, x := range whole {
		if i >= guard+off && i < guard+off+n {
			continue
		}
		if math.Float64bits(x) != 0x7FF8_0000_DEAD_0000+uint64(i) {
			t.Fatalf("n=%d offset=%d: element %d outside of the slice was overwritten", n, off, i-guard-off)
		}
	}
}

// same says whether two numbers have the same bits or both are NaN.
func same(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// requireSame says that two slices have the same bits.
func requireSame(t *testing.T, want, got []float64, context ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		if !same(want[i], got[i]) {
			t.Fatalf("%v: element %d of %d: want %v (%x), got %v (%x)", context, i, len(want),
				want[i], math.Float64bits(want[i]), got[i], math.Float64bits(got[i]))
		}
	}
}

// lengths of the slices under test.
func lengths() []int {
	list := []int{5003}
	for n := range 201 {
		list = append(list, n)
	}
	return list
}

// eachPath runs a test on every path that the processor has.
func eachPath(t *testing.T, f func(t *testing.T, k *kernel.Set)) {
	for _, k := range kernel.Available() {
		t.Run("path="+k.Name, func(t *testing.T) { f(t, k) })
	}
}

// TestElementwise holds all paths of all element-wise kernels against the
// reference applied to one element at a time.
func TestElementwise(t *testing.T) {
	special := specials()
	reference := kernel.Go()
	for _, op := range elementwises() {
		t.Run(op.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T, k *kernel.Set) {
				r := rand.New(rand.NewPCG(1, 2))
				for _, n := range lengths() {
					for off := range 8 {
						var sources, copies [4][]float64
						for s := range op.sources {
							sources[s], _ = guarded(n, (off+3*s)%8)
							for i := range sources[s] {
								sources[s][i] = value(r, special)
							}
							copies[s] = append([]float64(nil), sources[s]...)
						}
						want := make([]float64, n)
						for i := range want {
							var one [4][]float64
							for s := range op.sources {
								one[s] = copies[s][i : i+1]
							}
							op.call(reference, want[i:i+1], one)
						}
						dst, whole := guarded(n, (off+5)%8)
						op.call(k, dst, sources)
						requireSame(t, want, dst, "offset", off, sources)
						requireGuards(t, whole, n, (off+5)%8)
						for s := range op.sources {
							requireSame(t, copies[s], sources[s], "source", s, "modified")
						}
						// In place, onto each of the sources.
						for s := range op.sources {
							dst, whole := guarded(n, off)
							copy(dst, copies[s])
							aliased := sources
							aliased[s] = dst
							op.call(k, dst, aliased)
							requireSame(t, want, dst, "in place of source", s)
							requireGuards(t, whole, n, off)
						}
						if n > 64 && off == 0 && n%16 != 0 {
							break // all offsets where tails can differ, one elsewhere
						}
					}
				}
			})
		})
	}
}

// TestLengths says that a source that is too short panics on every path.
func TestLengths(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		for _, op := range elementwises() {
			for s := range op.sources {
				var sources [4][]float64
				for i := range op.sources {
					sources[i] = make([]float64, 8)
				}
				sources[s] = sources[s][:7]
				require.PanicsWithValue(t, "kernel: slice of 7 elements where at least 8 are needed", func() { op.call(k, make([]float64, 8), sources) }, op.name)
			}
		}
	})
}

func TestAtMost(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, n := range lengths() {
			for _, limit := range []int64{0, 17, -3, math.MaxInt64, math.MinInt64} {
				a := make([]int64, n)
				want := make([]float64, n)
				for i := range a {
					switch r.IntN(4) {
					case 0:
						a[i] = int64(r.Uint64())
					case 1:
						a[i] = limit
					default:
						a[i] = limit + r.Int64N(5) - 2
					}
					if a[i] <= limit {
						want[i] = 1
					}
				}
				dst, whole := guarded(n, n%8)
				k.AtMost(dst, a, limit)
				requireSame(t, want, dst)
				requireGuards(t, whole, n, n%8)
			}
		}
		require.Panics(t, func() { k.AtMost(make([]float64, 2), make([]int64, 1), 0) })
	})
}

// FuzzElementwise compares all paths of all element-wise kernels on arbitrary
// bits.
func FuzzElementwise(f *testing.F) {
	f.Add(uint64(0x3FF0000000000000), uint64(0x8000000000000001), uint64(0x7FF0000000000001), uint8(3), uint8(1))
	f.Add(uint64(0x4086232BDD7ABCD2), uint64(0xC0874910D52D3052), uint64(0x03D5B1ED2F1A9D2B), uint8(17), uint8(5))
	ops := elementwises()
	sets := kernel.Available()
	f.Fuzz(func(t *testing.T, x, y, z uint64, n, off uint8) {
		length := int(n)
		var sources [4][]float64
		for s := range sources {
			sources[s], _ = guarded(length, (int(off)+s)%8)
			for i := range sources[s] {
				// Neighbours of the given numbers, and products of their bits.
				b := []uint64{x, y, z, x ^ y, x * (y | 1)}[(i+s)%5]
				sources[s][i] = math.Float64frombits(b + uint64(i/5))
			}
		}
		for _, op := range ops {
			want := make([]float64, length)
			op.call(sets[0], want, sources)
			for _, k := range sets[1:] {
				got := make([]float64, length)
				op.call(k, got, sources)
				requireSame(t, want, got, op.name, k.Name)
			}
		}
	})
}

// TestModerate compares the paths where no argument is special, so that all
// lanes take the same way.
func TestModerate(t *testing.T) {
	sets := kernel.Available()
	r := rand.New(rand.NewPCG(2, 3))
	const n = 20_000
	for _, op := range elementwises() {
		if op.sources == 0 {
			continue
		}
		for _, span := range []float64{1e-6, 1, 20, 600, 0x1p19} {
			var s [4][]float64
			for i := range s {
				s[i] = make([]float64, n)
				for j := range s[i] {
					s[i][j] = span * (2*r.Float64() - 1)
				}
			}
			want, got := make([]float64, n), make([]float64, n)
			op.call(sets[0], want, s)
			for _, k := range sets[1:] {
				op.call(k, got, s)
				requireSame(t, want, got, op.name, k.Name, span)
			}
		}
	}
}
