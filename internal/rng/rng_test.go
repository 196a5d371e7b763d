package rng_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"galvani/internal/kernel"
	"galvani/internal/rng"
)

var _ rand.Source = (*rng.Sequence)(nil)

func ExampleStream() {
	s := rng.Stream{Key: rng.NewKey(42, "neurons", "v"), Kernel: kernel.Best()}
	whole, part := make([]float64, 6), make([]float64, 2)
	s.Uniform(whole, 100, 0, 0)
	s.Uniform(part, 100, 0, 3)
	fmt.Println(whole[3] == part[0], whole[4] == part[1])
	// Output: true true
}

func ExampleTargets() {
	s := rng.Stream{Key: rng.NewKey(42, "synapses", "connect"), Kernel: kernel.Best()}
	targets, err := rng.NewTargets(s, 0.1)
	if err != nil {
		fmt.Println(err)
		return
	}
	row, block := uint32(7), uint32(0)
	list := targets.Append(nil, row, block, 0, 40)
	fmt.Println(len(list) < 40, list[0] < list[1])
	// Output: true true
}

func eachPath(t *testing.T, f func(t *testing.T, k *kernel.Set)) {
	for _, k := range kernel.Available() {
		t.Run("path="+k.Name, func(t *testing.T) { f(t, k) })
	}
}

// TestGolden pins numbers of every kind. Do not change them: experiments are
// repeated by them.
func TestGolden(t *testing.T) {
	key := rng.NewKey(1, "group", "variable")
	assert.Equal(t, goldenKey, key)
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		s := rng.Stream{Key: key, Kernel: k}
		floats, ints := make([]float64, 3), make([]int64, 6)
		s.Uniform(floats, 5, 1, 10)
		assert.Equal(t, goldenUniform, floats)
		s.Normal(floats, 5, 1, 10)
		assert.Equal(t, goldenNormal, floats)
		s.Geometric(ints, 0.1, 5, 1, 10)
		assert.Equal(t, goldenGeometric, ints)
		s.Binomial(ints, 100, 0.03, 5, 1, 10)
		assert.Equal(t, goldenBinomialSmall, ints)
		s.Binomial(ints, 1000, 0.7, 5, 1, 10)
		assert.Equal(t, goldenBinomialLarge, ints)
		for p, want := range goldenTargets {
			targets, err := rng.NewTargets(s, p)
			require.NoError(t, err)
			assert.Equal(t, want, targets.Append(nil, 3, 2, 0, 60), p)
		}
	})
	s := rng.NewSequence(key, 9)
	assert.Equal(t, goldenSequence, []any{s.Uint64(), s.Uniform(), s.Normal(), s.IntN(1000), s.Geometric(0.01), s.Binomial(50, 0.5), s.Normal()})
}

func TestNewKey(t *testing.T) {
	seen := map[rng.Key][]string{}
	for _, names := range [][]string{
		nil, {""}, {"", ""}, {"a"}, {"ab"}, {"a", "b"}, {"b", "a"}, {"abcdefgh"}, {"abcdefgh", ""}, {"abcdefg", "h"},
		{"abcdefghi"}, {"a\x00"}, {"\x00a"}, {"neurons_e", "mu"}, {"neurons_i", "mu"},
	} {
		for seed := range uint64(3) {
			key := rng.NewKey(seed, names...)
			assert.NotContains(t, seen, key, "%d %q", seed, names)
			seen[key] = names
			assert.Equal(t, key, rng.NewKey(seed, names...))
		}
	}
}

// TestSplit says that any element of any stream is the same on every path and
// however the range is split.
func TestSplit(t *testing.T) {
	const n = 300
	type draw struct {
		name string
		f    func(s rng.Stream, first int64, n int) []float64
	}
	floats := func(f func(s rng.Stream, dst []float64, first int64)) func(rng.Stream, int64, int) []float64 {
		return func(s rng.Stream, first int64, n int) []float64 {
			dst := make([]float64, n)
			f(s, dst, first)
			return dst
		}
	}
	ints := func(f func(s rng.Stream, dst []int64, first int64)) func(rng.Stream, int64, int) []float64 {
		return func(s rng.Stream, first int64, n int) []float64 {
			dst, out := make([]int64, n), make([]float64, n)
			f(s, dst, first)
			for i, x := range dst {
				out[i] = float64(x)
			}
			return out
		}
	}
	const step = 1<<40 + 3
	for _, d := range []draw{
		{"uniform", floats(func(s rng.Stream, dst []float64, first int64) { s.Uniform(dst, step, 2, first) })},
		{"normal", floats(func(s rng.Stream, dst []float64, first int64) { s.Normal(dst, step, 2, first) })},
		{"geometric", ints(func(s rng.Stream, dst []int64, first int64) { s.Geometric(dst, 0.03, step, 2, first) })},
		{"binomial/small", ints(func(s rng.Stream, dst []int64, first int64) { s.Binomial(dst, 40, 0.9, step, 2, first) })},
		{"binomial/large", ints(func(s rng.Stream, dst []int64, first int64) { s.Binomial(dst, 400, 0.3, step, 2, first) })},
	} {
		t.Run(d.name, func(t *testing.T) {
			key := rng.NewKey(3)
			want := d.f(rng.Stream{Key: key, Kernel: kernel.Go()}, 0, n)
			eachPath(t, func(t *testing.T, k *kernel.Set) {
				s := rng.Stream{Key: key, Kernel: k}
				r := rand.New(rand.NewPCG(1, 1))
				for range 200 {
					lo := r.IntN(n)
					hi := lo + r.IntN(n-lo+1)
					require.Equal(t, want[lo:hi], d.f(s, int64(lo), hi-lo), "%d to %d", lo, hi)
				}
			})
		})
	}
}

// TestStreamsDiffer says that step, draw and key each lead to other numbers.
func TestStreamsDiffer(t *testing.T) {
	first := func(key rng.Key, step int64, draw uint32) float64 {
		dst := make([]float64, 1)
		rng.Stream{Key: key, Kernel: kernel.Go()}.Uniform(dst, step, draw, 0)
		return dst[0]
	}
	seen := map[float64]bool{}
	n := 0
	for seed := range uint64(3) {
		for _, step := range []int64{0, 1, -1, 1 << 32} {
			for draw := range uint32(3) {
				seen[first(rng.NewKey(seed), step, draw)] = true
				n++
			}
		}
	}
	assert.Len(t, seen, n)
}

// likely says that a statistic is neither too large nor too small to have come
// about by chance: both probabilities exceed 1e-4. With fixed seeds the outcome
// never changes.
func likely(t *testing.T, p float64, what ...any) {
	t.Helper()
	assert.Greater(t, p, 1e-4, what...)
	assert.Less(t, p, 1-1e-4, what...)
}

// chiSquare tests counts against expected ones; classes that expect fewer than
// 10 are joined with the next.
func chiSquare(t *testing.T, counts []int, expected []float64, what ...any) {
	t.Helper()
	statistic, classes := 0.0, 0
	c, e := 0.0, 0.0
	for i := range counts {
		c += float64(counts[i])
		e += expected[i]
		if e >= 10 {
			statistic += (c - e) * (c - e) / e
			classes++
			c, e = 0, 0
		}
	}
	require.Greater(t, classes, 1)
	likely(t, distuv.ChiSquared{K: float64(classes - 1)}.Survival(statistic), what...)
}

// moments tests mean and variance of n numbers against a distribution's, with
// the fourth central moment for the error of the variance.
func moments(t *testing.T, x []float64, mean, variance, fourth float64, what ...any) {
	t.Helper()
	n := float64(len(x))
	m, v := 0.0, 0.0
	for _, y := range x {
		m += y / n
		v += (y - mean) * (y - mean) / n
	}
	likely(t, distuv.UnitNormal.CDF((m-mean)/math.Sqrt(variance/n)), append([]any{"mean"}, what...)...)
	likely(t, distuv.UnitNormal.CDF((v-variance)/math.Sqrt((fourth-variance*variance)/n)), append([]any{"variance"}, what...)...)
}

const many = 200_000

func TestUniformDistribution(t *testing.T) {
	s := rng.Stream{Key: rng.NewKey(11, "uniform"), Kernel: kernel.Best()}
	x := make([]float64, many)
	s.Uniform(x, 0, 0, 0)
	moments(t, x, 0.5, 1.0/12, 1.0/80)
	const classes = 1000
	counts, expected := make([]int, classes), make([]float64, classes)
	pairs := make([]int, classes) // of the two numbers of a block, modulo 1
	for i, y := range x {
		counts[int(y*classes)]++
		expected[i%classes]++
		if i%2 == 0 {
			pairs[int(math.Mod(y+x[i+1], 1)*classes)]++
			pairs[int(math.Mod(2*y+x[i+1], 1)*classes)]++
		}
	}
	chiSquare(t, counts, expected)
	chiSquare(t, pairs, expected, "pairs")
}

func TestNormalDistribution(t *testing.T) {
	s := rng.Stream{Key: rng.NewKey(12, "normal"), Kernel: kernel.Best()}
	x := make([]float64, many)
	s.Normal(x, 0, 0, 0)
	moments(t, x, 0, 1, 3)
	const classes = 400
	counts, expected := make([]int, classes), make([]float64, classes)
	product := make([]float64, many/2)
	for i, y := range x {
		counts[min(int(distuv.UnitNormal.CDF(y)*classes), classes-1)]++
		expected[i%classes]++
		if i%2 == 0 {
			product[i/2] = y * x[i+1]
		}
	}
	chiSquare(t, counts, expected)
	moments(t, product, 0, 1, 9, "of the product of a pair")

	// The tails, by their probability beyond 3 and 4 standard deviations.
	for _, z := range []float64{3, 4} {
		beyond := 0
		for _, y := range x {
			if math.Abs(y) > z {
				beyond++
			}
		}
		expect := many * 2 * distuv.UnitNormal.Survival(z)
		likely(t, distuv.Poisson{Lambda: expect}.CDF(float64(beyond)), z, beyond, expect)
	}
}

func TestGeometricDistribution(t *testing.T) {
	s := rng.Stream{Key: rng.NewKey(13, "geometric"), Kernel: kernel.Best()}
	for _, p := range []float64{0.9, 0.5, 0.1, 0.01} {
		x := make([]int64, many)
		s.Geometric(x, p, 0, 0, 0)
		counts, expected := make([]int, 2000), make([]float64, 2000)
		for _, y := range x {
			counts[min(y, 1999)]++
		}
		for k := range expected {
			expected[k] = many * p * math.Pow(1-p, float64(k))
		}
		chiSquare(t, counts, expected, p)
	}
	x := make([]int64, 4)
	for p, want := range map[float64]int64{1: 0, 2: 0, 0: 1 << 62, -1: 1 << 62, math.NaN(): 1 << 62, 1e-300: 1 << 62} {
		s.Geometric(x, p, 0, 0, 0)
		assert.Equal(t, []int64{want, want, want, want}, x, p)
	}
}

func TestBinomialDistribution(t *testing.T) {
	s := rng.Stream{Key: rng.NewKey(14, "binomial"), Kernel: kernel.Best()}
	for i, c := range []struct {
		n int64
		p float64
	}{{1, 0.3}, {10, 0.5}, {1000, 0.001}, {1000, 0.016}, {1000, 0.0161}, {100, 0.9}, {40, 0.5}, {300, 0.3}, {10000, 0.2}, {1_000_000, 0.999}} {
		x := make([]int64, many)
		s.Binomial(x, c.n, c.p, int64(i), 0, 0)
		d := distuv.Binomial{N: float64(c.n), P: c.p}
		sd := math.Sqrt(d.Variance())
		low := max(int64(d.Mean()-12*sd)-1, 0)
		size := min(int64(24*sd)+3, c.n-low+1)
		counts, expected := make([]int, size), make([]float64, size)
		for _, y := range x {
			require.True(t, y >= 0 && y <= c.n)
			counts[min(max(y-low, 0), size-1)]++
		}
		for k := range expected {
			expected[k] = many * d.Prob(float64(low)+float64(k))
		}
		chiSquare(t, counts, expected, c)
	}
	x := make([]int64, 2)
	for _, c := range []struct {
		n    int64
		p    float64
		want int64
	}{{0, 0.5, 0}, {-3, 0.5, 0}, {10, 0, 0}, {10, -1, 0}, {10, 1, 10}, {10, 7, 10}, {10, math.NaN(), 0}, {1 << 40, 1, 1 << 40}, {5, 1e-320, 0}} {
		s.Binomial(x, c.n, c.p, 0, 0, 0)
		assert.Equal(t, []int64{c.want, c.want}, x, c)
	}
}

func TestSequence(t *testing.T) {
	a, b, other := rng.NewSequence(rng.NewKey(1), 5), rng.NewSequence(rng.NewKey(1), 5), rng.NewSequence(rng.NewKey(1), 6)
	for range 10 {
		x := a.Uint64()
		assert.Equal(t, x, b.Uint64())
		assert.NotEqual(t, x, other.Uint64())
	}
	counts, expected := make([]int, 7), make([]float64, 7)
	x := make([]float64, many)
	for i := range x {
		x[i] = a.Normal()
		counts[a.IntN(7)]++
		expected[i%7]++
	}
	moments(t, x, 0, 1, 3)
	chiSquare(t, counts, expected)
	assert.Zero(t, a.IntN(1))
	for range 100 {
		y := a.IntN(math.MaxInt64)
		assert.True(t, y >= 0 && y < math.MaxInt64)
	}
	assert.Panics(t, func() { a.IntN(0) })
	assert.Equal(t, int64(20), a.Binomial(20, 1))
	r := rand.New(a)
	assert.Less(t, r.IntN(10), 10)
}

// TestAllocations says that drawing allocates nothing.
func TestAllocations(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		s := rng.Stream{Key: rng.NewKey(1), Kernel: k}
		floats, ints := make([]float64, 101), make([]int64, 101)
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			s.Uniform(floats, 1, 2, 3)
			s.Normal(floats, 1, 2, 3)
			s.Geometric(ints, 0.1, 1, 2, 3)
			s.Binomial(ints, 10, 0.1, 1, 2, 3)
			s.Binomial(ints, 1000, 0.1, 1, 2, 3)
		}))
		list := make([]int32, 0, rng.BlockWidth)
		for _, p := range []float64{0.01, 0.3} {
			targets, err := rng.NewTargets(s, p)
			require.NoError(t, err)
			assert.Zero(t, testing.AllocsPerRun(10, func() { targets.Append(list, 1, 2, 3, rng.BlockWidth) }))
		}
	})
}
