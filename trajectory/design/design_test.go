package design_test

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/design"
)

// all lists the values of a range.
func all(r trajectory.Range) []any {
	out := make([]any, r.Len())
	for i := range out {
		out[i] = r.At(i)
	}
	return out
}

// columns lists the values of a design by parameter.
func columns(t testing.TB, d trajectory.Design) map[string][]any {
	t.Helper()
	list, err := d.Columns()
	require.NoError(t, err)
	out := map[string][]any{}
	for _, c := range list {
		require.NotContains(t, out, c.Name)
		out[c.Name] = all(c.Range)
	}
	return out
}

func floats(t testing.TB, d trajectory.Design) []float64 {
	t.Helper()
	list, err := d.Columns()
	require.NoError(t, err)
	require.Len(t, list, 1)
	out := make([]float64, list[0].Range.Len())
	for i := range out {
		out[i] = list[0].Range.At(i).(float64)
	}
	return out
}

func tree(t testing.TB, params map[string]any) *trajectory.Trajectory {
	t.Helper()
	traj, err := trajectory.New("test", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	for name, v := range params {
		require.NoError(t, traj.AddParameter(name, v))
	}
	return traj
}

func TestSequenceIsNeurolibs(t *testing.T) {
	traj := tree(t, map[string]any{"a": 10, "b": 20})
	d := design.Sequence{Of: traj, Parts: []trajectory.Design{
		trajectory.Over("a", trajectory.Values(1, 2)),
		trajectory.Over("b", trajectory.Values(3, 4, 5)),
	}}
	assert.Equal(t, map[string][]any{"a": {1, 2, 10, 10, 10}, "b": {20, 20, 3, 4, 5}}, columns(t, d))
	require.NoError(t, traj.Explore(d))
	assert.Equal(t, 5, traj.Len())

	d.Baseline = true
	assert.Equal(t, map[string][]any{"a": {10, 1, 2, 10, 10, 10}, "b": {20, 20, 20, 3, 4, 5}}, columns(t, d))
}

func TestSequenceOfDesigns(t *testing.T) {
	traj := tree(t, map[string]any{"x.a": 0, "x.b": 0, "c": "none", "trial": 0})
	d := design.WithTrials(design.Sequence{Of: traj, Parts: []trajectory.Design{
		trajectory.Zip{trajectory.Over("a", trajectory.Values(1, 2)), trajectory.Over("b", trajectory.Values(3, 4))},
		trajectory.Over("c", trajectory.Values("one")),
	}}, "trial", 2)
	assert.Equal(t, map[string][]any{
		"a": {1, 1, 2, 2, 0, 0}, "b": {3, 3, 4, 4, 0, 0}, "c": {"none", "none", "none", "none", "one", "one"}, "trial": {0, 1, 0, 1, 0, 1},
	}, columns(t, d))
	require.NoError(t, traj.Explore(d))
}

func TestSequenceRefuses(t *testing.T) {
	traj := tree(t, map[string]any{"x.a": 0})
	a := trajectory.Over("a", trajectory.Values(1))
	for name, d := range map[string]trajectory.Design{
		"no trajectory":  design.Sequence{Parts: []trajectory.Design{a}},
		"no parts":       design.Sequence{Of: traj},
		"nil part":       design.Sequence{Of: traj, Parts: []trajectory.Design{nil}},
		"unknown name":   design.Sequence{Of: traj, Parts: []trajectory.Design{trajectory.Over("q", trajectory.Values(1))}},
		"empty range":    design.Sequence{Of: traj, Parts: []trajectory.Design{trajectory.Over("a", trajectory.Values[int]())}},
		"the same twice": design.Sequence{Of: traj, Parts: []trajectory.Design{a, trajectory.Over("x.a", trajectory.Values(1))}},
	} {
		_, err := d.Columns()
		assert.Error(t, err, name)
	}
}

func TestPyRatesGrid(t *testing.T) {
	d := trajectory.Grid{design.Linspace("eta_op", -5.0, 5.0, 5), design.Linspace("eta_iin", -5, 5, 5)}
	c := columns(t, d)
	five := []any{-5.0, -2.5, 0.0, 2.5, 5.0}
	require.Len(t, c["eta_op"], 25)
	for i := range 25 {
		assert.Equal(t, five[i/5], c["eta_op"][i])
		assert.Equal(t, five[i%5], c["eta_iin"][i])
	}
}

func TestAxesWithUnits(t *testing.T) {
	q := func(texts ...string) []any {
		var out []any
		for _, s := range texts {
			out = append(out, quantity.MustParse(s))
		}
		return out
	}
	for name, c := range map[string]struct {
		got  design.Axis
		want []any
	}{
		"linspace":          {design.Linspace("x", "5 ms", "20 ms", 4), q("5 ms", "10 ms", "15 ms", "20 ms")},
		"linspace in SI":    {design.Linspace("x", quantity.MustParse("1 V"), quantity.MustParse("3 V"), 3), q("1 V", "2 V", "3 V")},
		"two units":         {design.Linspace("x", "500 mV", "1.5 V", 3), q("0.5 V", "1 V", "1.5 V")},
		"quantity and text": {design.Linspace("x", quantity.MustParse("1 V"), "3 V", 3), q("1 V", "2 V", "3 V")},
		"arange":            {design.Arange("x", "1 nA", "2 nA", "0.5 nA"), q("1 nA", "1.5 nA")},
		"logspace":          {design.Logspace("x", "1 pA", "1 nA", 4), q("1 pA", "10 pA", "100 pA", "1 nA")},
		"product":           {design.Linspace("x", "2*nS*mV", "4*nS*mV", 2), q("2*nS*mV", "4*nS*mV")},
		"texts of numbers":  {design.Linspace("x", "1", "2", 3), []any{1.0, 1.5, 2.0}},
		"logspace numbers":  {design.Logspace("x", 1, 1000, 4), []any{1.0, 10.0, 100.0, 1000.0}},
		"logspace root":     {design.Logspace("x", 5, 20, 3), []any{5.0, 10.0, 20.0}},
		"one":               {design.Logspace("x", 5, 20, 1), []any{5.0}},
		"integers":          {design.Integers("x", -1, 6, 3), []any{-1, 2, 5}},
		"integers of one":   {design.Integers("x", 4, 4, 1), []any{4}},
		"widest integers":   {design.Integers("x", math.MinInt, math.MaxInt, math.MaxInt), []any{math.MinInt, -1, math.MaxInt - 1}},
	} {
		got := columns(t, c.got)["x"]
		require.Len(t, got, len(c.want), name)
		for i, v := range got {
			if w, ok := c.want[i].(quantity.Quantity); ok {
				g := v.(quantity.Quantity)
				assert.Equal(t, w.Dimension(), g.Dimension(), name)
				if name == "product" || name == "logspace" { // the last digit of 2 * (nS*mV) is not that of 2*nS*mV
					assert.InEpsilon(t, w.SI(), g.SI(), 1e-15, name)
					continue
				}
			}
			assert.Equal(t, c.want[i], v, "%s: value %d", name, i)
		}
	}
}

func TestAxesRefuse(t *testing.T) {
	for name, d := range map[string]trajectory.Design{
		"units differ":            design.Linspace("x", "1 ms", "2 mV", 3),
		"number and quantity":     design.Linspace("x", 1, "2 mV", 3),
		"no such unit":            design.Linspace("x", "1 parsec", "2 parsec", 3),
		"no bound":                design.Linspace("x", []int{1}, 2, 3),
		"not a number":            design.Linspace("x", math.NaN(), 2, 3),
		"infinite":                design.Linspace("x", "inf", 2, 3),
		"infinite with unit":      design.Linspace("x", "1e308 GV", "1e308 GV", 3),
		"no points":               design.Linspace("x", 1, 2, 0),
		"no points with units":    design.Linspace("x", "1 V", "2 V", -1),
		"no step":                 design.Arange("x", 0, 1, 0),
		"empty arange":            design.Arange("x", "1 V", "0 V", "1 V"),
		"logarithm of zero":       design.Logspace("x", 0, 1, 3),
		"logspace backwards":      design.Logspace("x", 2, 1, 3),
		"logspace of nothing":     design.Logspace("x", 1, 2, 0),
		"integers backwards":      design.Integers("x", 2, 1, 1),
		"integers without a step": design.Integers("x", 1, 2, 0),
		"too many integers":       design.Integers("x", math.MinInt, math.MaxInt, 1),
		"no parameter":            design.Linspace("x", 1, 2, 3).For(),
		"the zero axis":           design.Axis{},
		"nil range":               design.Over("x", nil),
	} {
		_, err := d.Columns()
		assert.Error(t, err, name)
	}
	_, err := design.Linspace("x", "1 ms", "2 mV", 3).Columns()
	assert.ErrorIs(t, err, quantity.ErrMismatch)
	assert.ErrorContains(t, err, `"x"`)
}

func TestMatch(t *testing.T) {
	traj := tree(t, map[string]any{
		"e.tau": 1.0, "i.tau": 2.0, "i.noise_tau": 3.0, "tau": 4.0, "tau_m": 5.0, "n": 6.0,
	})
	require.NoError(t, traj.AddConfig("tau", 7.0))
	for _, c := range []struct {
		pattern string
		filters []design.Filter
		star    string
		want    []string
	}{
		{pattern: "*tau", want: []string{"e.tau", "i.noise_tau", "i.tau", "tau"}},
		{pattern: "*tau", filters: []design.Filter{design.Except("noise")}, want: []string{"e.tau", "i.tau", "tau"}},
		{pattern: "*tau", filters: []design.Filter{design.Except("noise"), design.Except("e.*")}, want: []string{"i.tau", "tau"}},
		{star: "*tau|noise", want: []string{"e.tau", "i.tau", "tau"}},
		{star: "*tau|noise|e.*", want: []string{"i.tau", "tau"}},
		{pattern: "*.tau", want: []string{"e.tau", "i.tau"}},
		{pattern: "?.tau", want: []string{"e.tau", "i.tau"}},
		{pattern: "[!e].tau", want: []string{"i.tau"}},
		{pattern: "[e-f]*", want: []string{"e.tau"}},
		{pattern: "tau", want: []string{"tau"}},
		{pattern: "*", want: []string{"e.tau", "i.noise_tau", "i.tau", "n", "tau", "tau_m"}},
	} {
		m := design.Match(traj, c.pattern, c.filters...)
		if c.star != "" {
			m = design.Star(traj, c.star)
		}
		names, err := m.Names()
		require.NoError(t, err, c.pattern)
		for i := range c.want {
			c.want[i] = "parameters." + c.want[i]
		}
		assert.Equal(t, c.want, names, c.pattern+c.star)
	}
	d := trajectory.Grid{
		design.Star(traj, "*tau|noise").Over(trajectory.Values(10.0, 20.0)),
		design.Over("n", trajectory.Values(1.0, 2.0)),
	}
	require.NoError(t, traj.Explore(d))
	assert.Equal(t, 4, traj.Len())
	assert.Equal(t, []string{"parameters.e.tau", "parameters.i.tau", "parameters.tau", "parameters.n"}, traj.Explored())
}

func TestMatchRefuses(t *testing.T) {
	traj := tree(t, map[string]any{"e.tau": 1.0})
	for _, m := range []design.Matched{
		design.Match(traj, "x*"), design.Match(traj, "tau"), design.Match(tree(t, nil), "*"), design.Match(traj, "*tau", design.Except("tau")),
	} {
		_, err := m.Names()
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
		_, err = m.Over(trajectory.Values(1.0)).Columns()
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
		_, err = design.Random{N: 1, Factors: []design.Factor{m.Drawn(design.Uniform("", 0, 1))}}.Columns()
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
	}
	for _, m := range []design.Matched{
		design.Match(traj, ""), design.Match(nil, "*"), design.Match(traj, "[a"), design.Match(traj, "x/*"), design.Match(traj, `\*`),
		design.Match(traj, "*", design.Except("")), design.Match(traj, "*", design.Except("[")),
		design.Star(traj, ""), design.Star(traj, "*|"), design.Star(traj, "|x"), design.Star(traj, "*|[x"),
	} {
		_, err := m.Names()
		assert.Error(t, err)
		assert.False(t, errors.Is(err, trajectory.ErrNotFound))
	}
}

// TestLargeDesignsCostNoMemory plans a hundred million points of each kind.
func TestLargeDesignsCostNoMemory(t *testing.T) {
	traj := tree(t, map[string]any{"x": 0.0, "y": 0.0, "n": 0})
	factors := []design.Factor{design.Uniform("x", 0, 1), design.Normal("y", 0, 1), design.Whole("n", 1, 9)}
	const n = 100_000_000
	for name, d := range map[string]trajectory.Design{
		"grid":     trajectory.Grid{design.Linspace("x", 0, 1, 10_000), design.Linspace("y", 0, 1, 10_000)},
		"sequence": design.Sequence{Of: traj, Parts: []trajectory.Design{design.Linspace("x", 0, 1, n/2), design.Linspace("y", 0, 1, n/2)}},
		"random":   design.Random{N: n, Factors: factors},
		"latin":    design.LatinHypercube{N: n, Factors: factors},
		"sobol":    design.Sobol{N: n, Factors: factors, Scramble: design.Owen},
		"subset":   design.Subset{Of: trajectory.Grid{design.Linspace("x", 0, 1, 10_000), design.Linspace("y", 0, 1, 10_000)}, N: n},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		list, err := d.Columns()
		runtime.ReadMemStats(&after)
		require.NoError(t, err, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100_000), "%s allocates", name)
		for _, c := range list {
			assert.Equal(t, n, c.Range.Len(), name)
			assert.NotNil(t, c.Range.At(n-1), name)
		}
	}
}

// TestValuesArePure asks for values in another order and from many goroutines.
func TestValuesArePure(t *testing.T) {
	traj := tree(t, map[string]any{"x": 0.0, "y": 0.0})
	factors := []design.Factor{design.LogUniform("x", 1, 2), design.Gamma("y", 2, 1)}
	for name, d := range map[string]trajectory.Design{
		"random":   design.Random{N: 300, Seed: 1, Factors: factors},
		"latin":    design.LatinHypercube{N: 300, Seed: 1, Factors: factors},
		"sobol":    design.Sobol{N: 300, Seed: 1, Factors: factors, Scramble: design.Owen},
		"subset":   design.Subset{Of: trajectory.Grid{design.Linspace("x", 0, 1, 20), design.Linspace("y", 0, 1, 20)}, N: 300},
		"sequence": design.Sequence{Of: traj, Parts: []trajectory.Design{design.Linspace("x", 0, 1, 300)}},
	} {
		list, err := d.Columns()
		require.NoError(t, err)
		again := columns(t, d)
		var wg sync.WaitGroup
		for _, c := range list {
			for range 4 {
				wg.Go(func() {
					for i := c.Range.Len() - 1; i >= 0; i-- {
						if c.Range.At(i) != again[c.Name][i] {
							t.Errorf("%s: value %d of %s", name, i, c.Name)
						}
					}
				})
			}
		}
		wg.Wait()
	}
}

func TestExploreDrawnQuantities(t *testing.T) {
	traj := tree(t, map[string]any{"tau": quantity.MustParse("10 ms"), "n": 1, "method": "euler", "g": 1.0})
	require.NoError(t, traj.Explore(design.LatinHypercube{N: 8, Seed: 3, Factors: []design.Factor{
		design.LogUniform("tau", "5 ms", "20 ms"), design.Whole("n", 10, 17), design.Choice("method", "euler", "heun"), design.Normal("g", 5, 1),
	}}))
	var n []int
	methods := map[string]int{}
	for i := range 8 {
		r, err := traj.Run(i)
		require.NoError(t, err)
		tau, err := trajectory.Get[quantity.Quantity](r, "tau")
		require.NoError(t, err)
		ms, err := tau.In("ms")
		require.NoError(t, err)
		assert.True(t, 5 <= ms && ms <= 20)
		k, err := trajectory.Get[int](r, "n")
		require.NoError(t, err)
		n = append(n, k)
		m, err := trajectory.Get[string](r, "method")
		require.NoError(t, err)
		methods[m]++
	}
	slices.Sort(n)
	assert.Equal(t, []int{10, 11, 12, 13, 14, 15, 16, 17}, n, "a Latin hypercube takes every level of equal weight equally often")
	assert.Equal(t, map[string]int{"euler": 4, "heun": 4}, methods)
}

func TestDistinct(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		r      trajectory.Range
		values []any
		at     []int
	}{
		"ints":       {trajectory.Values(3, 1, 3), []any{3, 1}, []int{0, 1, 0}},
		"types":      {trajectory.Values[any](1, 1.0, "1", int8(1)), []any{1, 1.0, "1", int8(1)}, []int{0, 1, 2, 3}},
		"zeros":      {trajectory.Values(0.0, math.Copysign(0, -1), 0), []any{0.0, math.Copysign(0, -1)}, []int{0, 1, 0}},
		"quantities": {trajectory.Values(quantity.MustParse("1 s"), quantity.MustParse("1 m"), quantity.MustParse("1000 ms")), []any{quantity.MustParse("1 s"), quantity.MustParse("1 m")}, []int{0, 1, 0}},
		"slices":     {trajectory.Values([]float64{1, 2}, []float64{1}, []float64{1, 2}), []any{[]float64{1, 2}, []float64{1}}, []int{0, 1, 0}},
	} {
		values, at := design.Distinct(c.r)
		assert.Equal(t, c.values, values, name)
		assert.Equal(t, c.at, at, name)
	}
	_, at := design.Distinct(trajectory.Values(nan, 1.0, nan))
	assert.Equal(t, []int{0, 1, 0}, at)
	values, at := design.Distinct(nil)
	assert.Empty(t, values)
	assert.Empty(t, at)
}

// TestExpanding goes on with the points of a sequence where an exploration has ended.
func TestExpanding(t *testing.T) {
	factors := []design.Factor{design.Uniform("x", 0, 1), design.Uniform("y", 0, 1)}
	for name, part := range map[string]func(n, skip int) trajectory.Design{
		"random": func(n, skip int) trajectory.Design { return design.Random{N: n, Skip: skip, Factors: factors} },
		"sobol": func(n, skip int) trajectory.Design {
			return design.Sobol{N: n, Skip: skip, Factors: factors, Scramble: design.Owen}
		},
	} {
		traj := tree(t, map[string]any{"x": 0.0, "y": 0.0})
		require.NoError(t, traj.Explore(part(8, 0)))
		require.NoError(t, traj.Expand(part(24, 8)))
		p, err := traj.Parameter("y")
		require.NoError(t, err)
		assert.Equal(t, columns(t, part(32, 0))["y"], all(p.Range()), name)
	}
}
