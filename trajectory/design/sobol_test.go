package design_test

import (
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory/design"
)

// TestSobolsFirstPoints compares with scipy 1.10's Sobol(d=6, scramble=False).
func TestSobolsFirstPoints(t *testing.T) {
	want := [][]float64{
		{0, 0, 0, 0, 0, 0},
		{0.5, 0.5, 0.5, 0.5, 0.5, 0.5},
		{0.75, 0.25, 0.25, 0.25, 0.75, 0.75},
		{0.25, 0.75, 0.75, 0.75, 0.25, 0.25},
		{0.375, 0.375, 0.625, 0.875, 0.375, 0.125},
		{0.875, 0.875, 0.125, 0.375, 0.875, 0.625},
		{0.625, 0.125, 0.875, 0.625, 0.625, 0.875},
		{0.125, 0.625, 0.375, 0.125, 0.125, 0.375},
	}
	assert.Equal(t, want, matrix(t, design.Sobol{N: 8, Factors: units(6)}))
	assert.Equal(t, want[3:], matrix(t, design.Sobol{N: 5, Skip: 3, Factors: units(6)}))
}

// TestSobolsLaterPoints compares with scipy 1.10 in all dimensions.
func TestSobolsLaterPoints(t *testing.T) {
	point := matrix(t, design.Sobol{N: 1, Skip: 1000, Factors: units(53)})[0]
	assert.Equal(t, []float64{
		0.2197265625, 0.0966796875, 0.5185546875, 0.6767578125, 0.2802734375, 0.9072265625, 0.0458984375, 0.8994140625,
		0.5009765625, 0.0693359375, 0.0849609375, 0.2548828125, 0.1611328125, 0.3837890625, 0.1435546875, 0.3701171875,
		0.7197265625, 0.3447265625, 0.9912109375, 0.7255859375, 0.5224609375, 0.5498046875, 0.9501953125, 0.5400390625,
		0.5830078125, 0.9072265625, 0.0400390625, 0.9794921875, 0.0595703125, 0.3408203125, 0.1474609375, 0.1455078125,
		0.2958984375, 0.5927734375, 0.8017578125, 0.7705078125, 0.8486328125, 0.8310546875, 0.3076171875, 0.4794921875,
		0.9130859375, 0.2548828125, 0.9599609375, 0.7021484375, 0.8408203125, 0.0927734375, 0.8720703125, 0.9189453125,
		0.9990234375, 0.4794921875, 0.3525390625, 0.5166015625, 0.7529296875,
	}, point)
	point = matrix(t, design.Sobol{N: 1, Skip: 123456, Factors: units(53)})[0]
	assert.Equal(t, []float64{0.02649688720703125, 0.18274688720703125, 0.15715789794921875, 0.13437652587890625},
		[]float64{point[0], point[1], point[19], point[52]})
}

// net tells whether the first 2^m points of the dimensions are a (t, m, s)-net: every
// box that halving makes and that has the volume 2^(t-m) holds 2^t of them.
func net(points [][]float64, dims []int, m, t int) bool {
	halvings := make([]int, len(dims))
	var boxes func(k, left int) bool
	boxes = func(k, left int) bool {
		if k < len(dims)-1 {
			for h := range left + 1 {
				halvings[k] = h
				if !boxes(k+1, left-h) {
					return false
				}
			}
			return true
		}
		halvings[k] = left
		count := map[[4]int]int{}
		for _, p := range points[:1<<m] {
			var box [4]int
			for j, d := range dims {
				box[j] = int(p[d] * float64(int(1)<<halvings[j]))
			}
			count[box]++
		}
		if len(count) != 1<<(m-t) {
			return false
		}
		for _, n := range count {
			if n != 1<<t {
				return false
			}
		}
		return true
	}
	return boxes(0, m-t)
}

func TestSobolIsANet(t *testing.T) {
	for _, scramble := range []design.Scramble{design.Plain, design.DigitalShift, design.Owen} {
		for _, seed := range []uint64{1, 2} {
			for _, skip := range []int{0, 3 * 512} {
				points := matrix(t, design.Sobol{N: 512, Skip: skip, Factors: units(53), Scramble: scramble, Seed: seed})
				for m := range 10 {
					for d := range 53 {
						require.True(t, net(points, []int{d}, m, 0), "dimension %d, m %d", d, m)
					}
					assert.True(t, net(points, []int{0, 1}, m, 0), "m %d", m)
					// The sum of the degrees of the polynomials less one bounds t (Sobol 1967).
					if m >= 1 {
						assert.True(t, net(points, []int{0, 1, 2}, m, 1), "m %d", m)
					}
					if m >= 3 {
						assert.True(t, net(points, []int{0, 1, 2, 3}, m, 3), "m %d", m)
					}
				}
				assert.False(t, net(points, []int{0, 1, 2, 3}, 9, 0), "the test of a net finds that it is none")
			}
		}
	}
}

// TestScramblingIsUniform looks at where one point goes under many seeds. The
// statistic has 15 degrees of freedom; 37.7 is passed once in a thousand.
func TestScramblingIsUniform(t *testing.T) {
	const seeds = 8000
	for _, scramble := range []design.Scramble{design.DigitalShift, design.Owen} {
		var count [16]float64
		for seed := range uint64(seeds) {
			x := matrix(t, design.Sobol{N: 1, Skip: 5, Factors: units(2), Scramble: scramble, Seed: seed})[0]
			count[4*int(4*x[0])+int(4*x[1])]++
		}
		chi := 0.0
		for _, n := range count {
			chi += (n - seeds/16) * (n - seeds/16) / (seeds / 16)
		}
		assert.Less(t, chi, 37.7)
	}
}

// TestScrambledMeansAreExact integrates a smooth function of six factors.
func TestScrambledMeansAreExact(t *testing.T) {
	f := func(p []float64) float64 {
		y := 1.0
		for k, x := range p {
			y *= 1 + (x-0.5)/float64(k+1)
		}
		return y // 1 on average, with a standard deviation of 0.37
	}
	deviation := func(scramble design.Scramble, random bool) float64 {
		sum := 0.0
		for seed := range uint64(20) {
			points := matrix(t, design.Sobol{N: 1024, Factors: units(6), Scramble: scramble, Seed: seed})
			if random {
				points = matrix(t, design.Random{N: 1024, Factors: units(6), Seed: seed})
			}
			mean := 0.0
			for _, p := range points {
				mean += f(p) / 1024
			}
			sum += (mean - 1) * (mean - 1)
		}
		return math.Sqrt(sum / 20)
	}
	random := deviation(design.Plain, true)
	assert.InDelta(t, 0.37/32, random, 0.006)
	assert.Less(t, deviation(design.DigitalShift, false), random/20)
	assert.Less(t, deviation(design.Owen, false), random/50)
}

func TestPolynomialsArePrimitive(t *testing.T) {
	seen := map[int]bool{}
	for i, d := range design.Directions() {
		p := 1<<d.Degree | d.Middle<<1 | 1
		assert.False(t, seen[p], "polynomial %b comes twice", p)
		seen[p] = true
		// x generates all 2^degree - 1 elements of the field.
		order, x := 1, 2
		for x >= 1<<d.Degree {
			x ^= p
		}
		for ; x != 1; order++ {
			if x <<= 1; x >= 1<<d.Degree {
				x ^= p
			}
		}
		assert.Equal(t, 1<<d.Degree-1, order, "row %d: %b", i, p)
		require.Len(t, d.First, d.Degree)
		for j, m := range d.First {
			assert.EqualValues(t, 1, m&1)
			assert.LessOrEqual(t, bits.Len32(m), j+1)
		}
	}
	assert.Len(t, seen, 52, "all primitive polynomials up to degree 8")
}
