package plot

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticks  ticks
		lo, hi float64
		want   string
	}{
		{ticks{about: 8}, 0, 2500, "0 500 1000 1500 2000 2500"},
		{ticks{about: 6}, 0, 10, "0 2 4 6 8 10"},
		{ticks{about: 6}, -70.3, -49, "−70 −65 −60 −55 −50"},
		{ticks{about: 8}, 0.958, 2.442, "1.0 1.2 1.4 1.6 1.8 2.0 2.2 2.4"},
		{ticks{about: 4}, 0, 0.3, "0 0.1 0.2 0.3"},
		{ticks{about: 6}, 0.1 + 0.2, 0.6, "0.30 0.35 0.40 0.45 0.50 0.55 0.60"},
		{ticks{about: 6}, -0.5, 0.5, "−0.4 −0.2 0 0.2 0.4"},
		{ticks{about: 6, whole: true}, -0.5, 2.5, "0 1 2"},
		{ticks{about: 6}, -0.5, 2.5, "−0.5 0 0.5 1.0 1.5 2.0 2.5"},
		{ticks{about: 5}, 0, 5e-9, "0 1e−09 2e−09 3e−09 4e−09 5e−09"},
		{ticks{about: 4}, 1e7, 1.2e7, "1.00e+07 1.05e+07 1.10e+07 1.15e+07 1.20e+07"},
		{ticks{about: 3, silent: true}, 0, 3, "   "},
		{ticks{about: 3}, 1e16, 1e16 + 2, ""},
		{ticks{about: 3}, -math.MaxFloat64, math.MaxFloat64, ""},
		{ticks{about: 3}, 0, 1e-300, ""},
		{ticks{about: 3}, math.NaN(), 1, ""},
	} {
		var labels []string
		for _, tick := range c.ticks.Ticks(c.lo, c.hi) {
			labels = append(labels, tick.Label)
			assert.True(t, c.lo <= tick.Value && tick.Value <= c.hi)
		}
		if want := strings.ReplaceAll(c.want, "−", "\u2212"); c.ticks.silent {
			assert.Equal(t, []string{"", "", "", ""}, labels)
		} else {
			assert.Equal(t, want, strings.Join(labels, " "), "%v to %v", c.lo, c.hi)
		}
	}
}

// Ticks of any axis are few, rising and 1, 2 or 5 times a power of ten apart.
func FuzzTicks(f *testing.F) {
	f.Add(0.0, 1.0, 5)
	f.Add(-70.6e-3, 1e9, 8)
	f.Fuzz(func(t *testing.T, lo, hi float64, about int) {
		about = 1 + (about&0x7fffffff)%10
		list := ticks{about: about}.Ticks(lo, hi)
		require.LessOrEqual(t, len(list), about+2)
		for i := 1; i < len(list); i++ {
			require.Greater(t, list[i].Value, list[i-1].Value)
			require.NotEqual(t, list[i].Label, list[i-1].Label)
		}
	})
}

// What is left of a trace spans the same pixels in every column as all of it.
func TestThin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n, columns = 5000, 37
	steps, values := make([]int64, n), make([]float64, n)
	for k := range steps {
		steps[k] = int64(k)*3 + 100
		values[k] = r.NormFloat64()
		if 1000 <= k && k < 1500 || k == 3000 {
			values[k] = math.NaN()
		}
	}
	shown := limits{600, 13000}
	column := func(k int) int {
		return int(math.Floor((float64(steps[k]) - shown.min) / (shown.max - shown.min) * columns))
	}
	full, thinned := map[int]limits{}, map[int]limits{}
	add := func(m map[int]limits, k int) {
		l, ok := m[column(k)]
		if !ok {
			l = nothing()
		}
		l.add(values[k])
		m[column(k)] = l
	}
	for k := range steps {
		if s := float64(steps[k]); shown.min <= s && s <= shown.max && !math.IsNaN(values[k]) {
			add(full, k)
		}
	}
	runs := thin(steps, 1, values, shown, columns)
	require.Len(t, runs, 3, "two gaps")
	points := 0
	for _, run := range runs {
		for i, k := range run {
			require.False(t, math.IsNaN(values[k]))
			if i > 0 {
				require.Greater(t, k, run[i-1])
			}
			if s := float64(steps[k]); shown.min <= s && s <= shown.max {
				add(thinned, k)
			}
			points++
		}
	}
	assert.Equal(t, full, thinned)
	assert.LessOrEqual(t, points, 4*(columns+4))
	// One value on either side of what is shown, so that the line reaches the edges.
	first, last := runs[0][0], runs[2][len(runs[2])-1]
	assert.Less(t, float64(steps[first]), shown.min)
	assert.GreaterOrEqual(t, float64(steps[first+1]), shown.min)
	assert.Greater(t, float64(steps[last]), shown.max)
	assert.LessOrEqual(t, float64(steps[last-1]), shown.max)

	assert.Empty(t, thin(nil, 1, nil, shown, columns))
	assert.Equal(t, [][]int{{0, 1, 2}}, thin([]int64{0, 6000, 20000}, 1, []float64{1, 2, 3}, shown, columns))
}

func TestMeanAndError(t *testing.T) {
	mean, deviation := meanAndError([]float64{1, 2, math.NaN(), 3, 4})
	assert.Equal(t, 2.5, mean)
	assert.InDelta(t, math.Sqrt(5./3)/2, deviation, 1e-15)
	mean, deviation = meanAndError([]float64{3})
	assert.Equal(t, 3.0, mean)
	assert.True(t, math.IsNaN(deviation))
	mean, _ = meanAndError(nil)
	assert.True(t, math.IsNaN(mean))
}
