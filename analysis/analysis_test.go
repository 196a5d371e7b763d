package analysis_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"galvani/analysis"
)

// four neurons, ten steps of 1 ms; neuron 3 is silent.
func small() analysis.Spikes {
	return analysis.Spikes{
		Steps:   []int64{0, 0, 1, 3, 4, 4, 5, 9},
		Neurons: []int32{0, 1, 0, 0, 0, 2, 1, 1},
		DT:      1e-3, N: 4,
	}
}

func TestNewBins(t *testing.T) {
	for _, c := range []struct {
		start, stop, width, dt float64
		want                   analysis.Bins
	}{
		{0.5, 2.5, 0.1, 1e-4, analysis.Bins{Start: 5000, Width: 1000, N: 20}},
		{0, 1, 0.3, 0.1, analysis.Bins{Start: 0, Width: 3, N: 3}}, // the rest is left out
		{0, 0.3, 0.3, 0.1, analysis.Bins{Start: 0, Width: 3, N: 1}},
		{-0.1, 0.1, 0.1, 0.1, analysis.Bins{Start: -1, Width: 1, N: 2}},
	} {
		got, err := analysis.NewBins(c.start, c.stop, c.width, c.dt)
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
	}
	for _, c := range []struct {
		start, stop, width, dt float64
		msg                    string
	}{
		{0.5, 0.55, 0.1, 1e-4, "no window of 0.1 s fits between 0.5 s and 0.55 s"},
		{0, 1, 0, 1e-4, "positive width"},
		{0, 1, -0.1, 1e-4, "positive width"},
		{0, 1, 0.00015, 1e-4, "width 0.00015 s is not a multiple"},
		{0.00005, 1, 0.1, 1e-4, "start 5e-05 s is not a multiple"},
		{0, 1, 0.1, 0, "positive time"},
		{0, 1, 0.1, math.NaN(), "positive time"},
		{math.NaN(), 1, 0.1, 0.1, "out of range"},
		{0, math.Inf(1), 0.1, 0.1, "out of range"},
		{0, 1e12, 1e-3, 1e-3, "too many"},
	} {
		_, err := analysis.NewBins(c.start, c.stop, c.width, c.dt)
		assert.ErrorContains(t, err, c.msg)
	}
}

func TestCount(t *testing.T) {
	c, err := analysis.Count(small(), analysis.Bins{Start: 1, Width: 3, N: 2}, nil) // steps 1-3, 4-6
	require.NoError(t, err)
	assert.Equal(t, []int32{0, 1, 2, 3}, c.Neurons)
	assert.Equal(t, []int64{2, 1}, c.Row(0))
	assert.Equal(t, []int64{0, 1}, c.Row(1))
	assert.Equal(t, []int64{0, 1}, c.Row(2))
	assert.Equal(t, []int64{0, 0}, c.Row(3))
	assert.Equal(t, int64(5), c.Total())

	c, err = analysis.Count(small(), analysis.Bins{Start: 1, Width: 3, N: 2}, []int32{1, 7, 0, -1, 1})
	require.NoError(t, err)
	assert.Equal(t, []int32{1, 0, 1}, c.Neurons)
	assert.Equal(t, []int64{0, 1}, c.Row(0))
	assert.Equal(t, []int64{2, 1}, c.Row(1))
	assert.Equal(t, []int64{0, 1}, c.Row(2))

	c, err = analysis.Count(small(), analysis.Bins{Width: 1, N: 1}, []int32{})
	require.NoError(t, err)
	assert.Empty(t, c.Neurons)
}

func TestBadInput(t *testing.T) {
	bins := analysis.Bins{Width: 1, N: 10}
	for _, c := range []struct {
		change func(*analysis.Spikes, *analysis.Bins)
		msg    string
	}{
		{func(s *analysis.Spikes, b *analysis.Bins) { s.Steps = s.Steps[1:] }, "7 steps but 8 neurons"},
		{func(s *analysis.Spikes, b *analysis.Bins) { s.Neurons[2] = 4 }, "spike 2 is of neuron 4, but the population has 4"},
		{func(s *analysis.Spikes, b *analysis.Bins) { s.Neurons[2] = -1 }, "spike 2 is of neuron -1"},
		{func(s *analysis.Spikes, b *analysis.Bins) { s.DT = 0 }, "positive time"},
		{func(s *analysis.Spikes, b *analysis.Bins) { s.DT = math.Inf(1) }, "positive time"},
		{func(s *analysis.Spikes, b *analysis.Bins) { *s = analysis.Spikes{DT: 1, N: -1} }, "population of -1"},
		{func(s *analysis.Spikes, b *analysis.Bins) { b.N = 0 }, "0 windows of 1 steps"},
		{func(s *analysis.Spikes, b *analysis.Bins) { b.N = -1 }, "want at least one"},
		{func(s *analysis.Spikes, b *analysis.Bins) { b.Width = 0 }, "want at least one"},
		{func(s *analysis.Spikes, b *analysis.Bins) { b.Width = math.MaxInt64 / 2 }, "out of range"},
		{func(s *analysis.Spikes, b *analysis.Bins) { b.Start = math.MaxInt64 }, "out of range"},
	} {
		s, b := small(), bins
		c.change(&s, &b)
		_, err := analysis.Count(s, b, nil)
		assert.ErrorContains(t, err, c.msg)
		_, err = analysis.PopulationRate(s, b)
		assert.ErrorContains(t, err, c.msg)
		ff, err := analysis.MeanFanoFactor(s, b, nil)
		assert.ErrorContains(t, err, c.msg)
		assert.True(t, math.IsNaN(ff))
		_, err = analysis.FanoFactors(s, b, nil)
		assert.ErrorContains(t, err, c.msg)
		_, err = analysis.Rates(s, b)
		assert.Error(t, err)
		_, err = analysis.MeanRate(s, b)
		assert.Error(t, err)
	}
	_, err := analysis.Count(small(), analysis.Bins{Width: 1, N: math.MaxInt32}, nil)
	assert.ErrorContains(t, err, "too many")
	_, err = analysis.CVs(analysis.Spikes{Steps: []int64{1}, DT: 1})
	assert.Error(t, err)
}

func TestFanoFactor(t *testing.T) {
	for _, c := range []struct {
		counts []int64
		want   float64
	}{
		{[]int64{1, 2, 3}, 1. / 3}, // mean 2, variance 2/3
		{[]int64{0, 4}, 2},         // mean 2, variance 4
		{[]int64{5, 5, 5, 5}, 0},
		{[]int64{0, 0, 0}, 0},
		{[]int64{0, 0, 0, 1}, 0.75}, // mean 1/4, variance 3/16
		{[]int64{7}, 0},
	} {
		assert.Equal(t, c.want, analysis.FanoFactor(c.counts), c.counts)
	}
	assert.True(t, math.IsNaN(analysis.FanoFactor(nil)))
}

func TestFanoFactors(t *testing.T) {
	bins := analysis.Bins{Width: 5, N: 2} // counts: (4 0), (1 2), (1 0), (0 0)
	ff, err := analysis.FanoFactors(small(), bins, nil)
	require.NoError(t, err)
	assert.Equal(t, []float64{2, 1. / 6, 0.5, 0}, ff)

	mean, err := analysis.MeanFanoFactor(small(), bins, nil)
	require.NoError(t, err)
	assert.Equal(t, (2+1./6+0.5+0)/4, mean)

	// Neurons that do not exist must not count as silent ones.
	mean, err = analysis.MeanFanoFactor(small(), bins, []int32{0, 2, 3, 4, 5, 499})
	require.NoError(t, err)
	assert.Equal(t, 2.5/3, mean)

	// The selected neuron is silent: not a number, and it says so.
	mean, err = analysis.MeanFanoFactor(small(), bins, []int32{3})
	assert.ErrorIs(t, err, analysis.ErrNoSpikes)
	assert.True(t, math.IsNaN(mean))
	mean, err = analysis.MeanFanoFactor(analysis.Spikes{DT: 1e-4, N: 10}, bins, nil)
	assert.ErrorIs(t, err, analysis.ErrNoSpikes)
	assert.True(t, math.IsNaN(mean))
	// Spikes before and behind the windows do not count.
	_, err = analysis.MeanFanoFactor(analysis.Spikes{Steps: []int64{4, 10}, Neurons: []int32{0, 0}, DT: 1, N: 1}, analysis.Bins{Start: 5, Width: 5, N: 1}, nil)
	assert.ErrorIs(t, err, analysis.ErrNoSpikes)

	mean, err = analysis.MeanFanoFactor(small(), bins, []int32{8, 9})
	assert.ErrorContains(t, err, "none of which is among the 4")
	assert.NotErrorIs(t, err, analysis.ErrNoSpikes)
	assert.True(t, math.IsNaN(mean))
}

// In seconds, 12000*1e-4 and 24000*1e-4 lie below the edges 0.5+7*0.1 and 0.5+19*0.1 that they are
// on, so binning times would put these spikes into the windows before.
func TestSpikesOnWindowEdges(t *testing.T) {
	dt, start, width := 1e-4, 0.5, 0.1
	bins, err := analysis.NewBins(start, 2.5, width, dt)
	require.NoError(t, err)
	for b := range 21 {
		step := 5000 + 1000*int64(b)
		c, err := analysis.Count(analysis.Spikes{Steps: []int64{step - 1, step}, Neurons: []int32{0, 0}, DT: dt, N: 1}, bins, nil)
		require.NoError(t, err)
		want := make([]int64, 20)
		if b > 0 {
			want[b-1]++
		}
		if b < 20 {
			want[b]++
		}
		assert.Equal(t, want, c.Row(0), "step %d", step)
	}
	for _, b := range []int64{7, 19} {
		step := 5000 + 1000*b
		assert.Less(t, float64(float64(step)*dt), start+float64(float64(b)*width), "the trap this test is about")
	}
}

func TestRates(t *testing.T) {
	over := analysis.Bins{Width: 5, N: 2}
	rates, err := analysis.Rates(small(), over)
	require.NoError(t, err)
	assert.Equal(t, []float64{400, 300, 100, 0}, rates)
	mean, err := analysis.MeanRate(small(), over)
	require.NoError(t, err)
	assert.Equal(t, 200.0, mean)
	population, err := analysis.PopulationRate(small(), over)
	require.NoError(t, err)
	assert.Equal(t, []float64{300, 100}, population)
	none, err := analysis.MeanRate(analysis.Spikes{DT: 1}, over)
	require.NoError(t, err)
	assert.True(t, math.IsNaN(none))
}

func TestIntervals(t *testing.T) {
	intervals, err := analysis.Intervals(small())
	require.NoError(t, err)
	assert.Equal(t, [][]float64{{1e-3, 2e-3, 1e-3}, {5e-3, 4e-3}, nil, nil}, intervals)

	cv, err := analysis.CVs(small())
	require.NoError(t, err)
	assert.InDelta(t, math.Sqrt(2)/4, cv[0], 1e-15) // mean 4/3, variance 2/9
	assert.InDelta(t, 1./9, cv[1], 1e-15)           // mean 4.5, deviation 0.5
	assert.True(t, math.IsNaN(cv[2]))
	assert.True(t, math.IsNaN(cv[3]))
	assert.Zero(t, analysis.CV([]float64{2, 2, 2}))
	assert.True(t, math.IsNaN(analysis.CV([]float64{2})))

	s := small()
	s.Steps[2] = 0 // neuron 0 twice in a step
	_, err = analysis.Intervals(s)
	assert.ErrorContains(t, err, "spike 2 of neuron 0 is in step 0")
}

func TestMoments(t *testing.T) {
	assert.Equal(t, 2.5, analysis.Mean([]float64{1, 2, 3, 4}))
	assert.Equal(t, math.Sqrt(5./3), analysis.StdDev([]float64{1, 2, 3, 4}))
	assert.Equal(t, math.Sqrt(5./3)/2, analysis.StdErr([]float64{1, 2, 3, 4}))
	for _, f := range []func([]float64) float64{analysis.Mean, analysis.StdDev, analysis.StdErr} {
		assert.True(t, math.IsNaN(f(nil)))
	}
	assert.True(t, math.IsNaN(analysis.StdDev([]float64{1})))
	// The sum goes by index: in any other order the small ones would survive or vanish differently.
	assert.Equal(t, 0.25, analysis.Mean([]float64{1e16, 1, -1e16, 1}))

	r := rand.New(rand.NewPCG(1, 2))
	x, counts, floats := make([]float64, 1000), make([]int64, 1000), make([]float64, 1000)
	for i := range x {
		x[i] = r.NormFloat64()
		counts[i] = r.Int64N(20)
		floats[i] = float64(counts[i])
	}
	assert.InEpsilon(t, stat.Mean(x, nil), analysis.Mean(x), 1e-12)
	assert.InEpsilon(t, stat.StdDev(x, nil), analysis.StdDev(x), 1e-12)
	mean, variance := stat.PopMeanVariance(floats, nil)
	assert.InEpsilon(t, variance/mean, analysis.FanoFactor(counts), 1e-12)
}

// Whatever the windows, each spike inside them is counted exactly once.
func FuzzCount(f *testing.F) {
	f.Add(int64(0), int64(5), 2, int64(3), int64(11))
	f.Add(int64(-7), int64(1), 20, int64(-7), int64(13))
	f.Fuzz(func(t *testing.T, start, width int64, n int, a, b int64) {
		if n > 1000 {
			n %= 1000
		}
		s := analysis.Spikes{Steps: []int64{a, b, start}, Neurons: []int32{0, 1, 1}, DT: 1, N: 2}
		c, err := analysis.Count(s, analysis.Bins{Start: start, Width: width, N: n}, nil)
		if err != nil {
			return
		}
		var inside int64
		for _, step := range s.Steps {
			if step >= start && (step-start < 0 || (step-start)/width < int64(n)) && step-start >= 0 {
				inside++
			}
		}
		assert.Equal(t, inside, c.Total())
	})
}

func Example() {
	s := analysis.Spikes{
		Steps:   []int64{5000, 5400, 6100, 6101, 7900},
		Neurons: []int32{0, 1, 0, 0, 1},
		DT:      1e-4, N: 3,
	}
	bins, err := analysis.NewBins(0.5, 0.8, 0.1, s.DT)
	if err != nil {
		fmt.Println(err)
		return
	}
	ff, err := analysis.FanoFactors(s, bins, nil)
	fmt.Printf("%.3f %v\n", ff, err)
	mean, err := analysis.MeanFanoFactor(s, bins, []int32{0, 1})
	fmt.Printf("%.3f %v\n", mean, err)
	// Output:
	// [0.667 0.333 0.000] <nil>
	// 0.500 <nil>
}

func BenchmarkMeanFanoFactor(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	s := analysis.Spikes{DT: 1e-4, N: 2000}
	for step := range int64(25000) {
		s.Steps = append(s.Steps, step)
		s.Neurons = append(s.Neurons, r.Int32N(2000))
	}
	for b.Loop() {
		if _, err := analysis.MeanFanoFactor(s, analysis.Bins{Start: 5000, Width: 1000, N: 20}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
