package design_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/design"
)

func TestPointsGatherTrials(t *testing.T) {
	traj := tree(t, map[string]any{"a": 0, "b": 0.0, "sim.trial": 0})
	require.NoError(t, traj.Explore(trajectory.Grid{
		trajectory.Over("a", trajectory.Values(1, 2)),
		trajectory.Over("trial", trajectory.Trials(3)),
		trajectory.Over("b", trajectory.Values(0.5, 1.5)),
	}))
	points, err := design.Points(traj, "trial")
	require.NoError(t, err)
	assert.Equal(t, []trajectory.Point{
		{Values: []any{1, 0.5}, Runs: []int{0, 2, 4}},
		{Values: []any{1, 1.5}, Runs: []int{1, 3, 5}},
		{Values: []any{2, 0.5}, Runs: []int{6, 8, 10}},
		{Values: []any{2, 1.5}, Runs: []int{7, 9, 11}},
	}, points)
	got := design.Aggregate(points, func(run int) (float64, bool) { return float64(run), run != 3 })
	assert.Equal(t, 3, got[0].N)
	assert.Equal(t, 2.0, got[0].Mean)
	assert.Equal(t, 2, got[1].N)
	assert.Equal(t, 3.0, got[1].Mean)

	alone := tree(t, map[string]any{"trial": 0})
	require.NoError(t, alone.Explore(trajectory.Over("trial", trajectory.Trials(3))))
	points, err = design.Points(alone, "trial")
	require.NoError(t, err)
	assert.Equal(t, []trajectory.Point{{Runs: []int{0, 1, 2}}}, points)

	for _, name := range []string{"a", "nothing"} {
		_, err = design.Points(tree(t, map[string]any{"a": 1}), name)
		assert.Error(t, err)
	}
}

// TestSummarize compares with scipy: t.interval(.95, 3, mean, std/2).
func TestSummarize(t *testing.T) {
	s := design.Summarize([]float64{1, 2, 4, 8})
	assert.Equal(t, 4, s.N)
	assert.Equal(t, 3.75, s.Mean)
	assert.InDelta(t, 3.095695936834452, s.Std, 1e-14)
	assert.InDelta(t, -1.1759430482311535, s.Low, 1e-9)
	assert.InDelta(t, 8.675943048231154, s.High, 1e-9)
	assert.Equal(t, "3.75 ± 4.9 (n=4)", s.String())

	one := design.Summarize([]float64{5})
	assert.Equal(t, 5.0, one.Mean)
	assert.True(t, math.IsNaN(one.Std) && math.IsNaN(one.Low) && math.IsNaN(one.High))
	none := design.Summarize(nil)
	assert.True(t, math.IsNaN(none.Mean))
	assert.Equal(t, "5 (n=1)", one.String())
}

// TestIntervalsCover counts how often the interval of ten numbers holds the true
// mean: 95 % of 4000 times, with a standard deviation of 0.0034.
func TestIntervalsCover(t *testing.T) {
	const n, size = 4000, 10
	x := floats(t, design.Random{N: n * size, Seed: 11, Factors: []design.Factor{design.Normal("x", 3, 2)}})
	hits := 0
	for i := range n {
		if s := design.Summarize(x[i*size : (i+1)*size]); s.Low <= 3 && 3 <= s.High {
			hits++
		}
	}
	assert.InDelta(t, 0.95, float64(hits)/n, 4*0.0034)
}
