package paramset_test

import (
	"math"
	"slices"
	"testing"

	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

func TestRange(t *testing.T) {
	r := paramset.MustRange(1, 3, 5, 7, 9)
	assert.Equal(t, "ParameterRange([1, 3, 5, 7, 9])", r.String())
	assert.Equal(t, 5, r.Len())
	var values []any
	for i, v := range r.All() {
		assert.Equal(t, len(values), i)
		values = append(values, v)
	}
	assert.Equal(t, []any{1, 3, 5, 7, 9}, values)
	inMV, err := paramset.NewRangeIn("mV", 1, 3, 5, 7, 9)
	require.NoError(t, err)
	assert.Equal(t, `ParameterRange([1, 3, 5, 7, 9], units="mV")`, inMV.String())
	assert.Equal(t, "mV", inMV.Unit())
	assert.False(t, r.Equal(inMV))
	inV, err := paramset.NewRangeIn("V", 1, 2)
	require.NoError(t, err)
	thousands, err := paramset.NewRangeIn("mV", 1000, 2000)
	require.NoError(t, err)
	assert.True(t, thousands.Equal(inV))
	assert.True(t, inMV.Equal(paramset.MustRange(q("1 mV"), q("3 mV"), q("5 mV"), q("7 mV"), q("9 mV"))))
	assert.False(t, r.Equal(paramset.MustRange(1, 3)))

	for _, err := range []error{
		second(paramset.NewRange[int]()),
		second(paramset.NewRange(any(r))),
		second(paramset.NewRangeIn("mV", "x")),
		second(paramset.NewRange(make(chan int))),
		second(r.Add("x")),
		second(r.Add(r)),
		second(r.Add(paramset.Ref("x"))),
		second(paramset.Values[string](r)),
		second(paramset.Map(r, func(s string) string { return s })),
	} {
		require.ErrorIs(t, err, paramset.ErrType)
	}
	_, err = paramset.NewRangeIn("furlong", 1)
	require.ErrorIs(t, err, quantity.ErrUnknownUnit)
	_, err = inMV.Add(1)
	require.ErrorIs(t, err, quantity.ErrMismatch)
	_, err = inMV.In("ms")
	require.ErrorIs(t, err, quantity.ErrMismatch)
	assert.Panics(t, func() { paramset.MustRange[int]() })
}

func TestRangeArithmetic(t *testing.T) {
	r := paramset.MustRange(10, 15, 20)
	inMS, err := paramset.NewRangeIn("ms", 10, 15, 20)
	require.NoError(t, err)
	for _, c := range []struct {
		got  paramset.Range
		err  error
		want string
	}{
		rangeCase(r.Mul(2))("ParameterRange([20, 30, 40])"),
		rangeCase(r.Mul(0.5))("ParameterRange([5.0, 7.5, 10.0])"),
		rangeCase(r.Add(1))("ParameterRange([11, 16, 21])"),
		rangeCase(r.Sub(10))("ParameterRange([0, 5, 10])"),
		rangeCase(r.Div(4))("ParameterRange([2.5, 3.75, 5.0])"),
		rangeCase(r.Pow(2))("ParameterRange([100, 225, 400])"),
		rangeCase(r.Mul(q("1 mV")))(`ParameterRange(["10 mV", "15 mV", "20 mV"])`),
		rangeCase(inMS.Mul(2))(`ParameterRange([20, 30, 40], units="ms")`),
		rangeCase(inMS.Div(2))(`ParameterRange([5.0, 7.5, 10.0], units="ms")`),
		rangeCase(inMS.Add(q("1 s")))(`ParameterRange(["1.01 s", "1.015 s", "1.02 s"])`),
		rangeCase(inMS.Div(q("5 ms")))(`ParameterRange([2.0, 3.0, 4.0])`),
	} {
		require.NoError(t, c.err)
		assert.Equal(t, c.want, c.got.String())
	}
	assert.Equal(t, "ParameterRange([10, 15, 20])", r.String(), "ranges don't change")
	s := parse(t, `{"a": 2 * ParameterRange([10, 15, 20], units="ms"), "b": 1 / ParameterRange([1, 2]), "c": -ParameterRange([1, 2]), "d": 2 ** ParameterRange([1, 2]) + 1, "e": 3 - ParameterRange([1, 2])}`)
	assert.Equal(t, `ParameterRange([20, 30, 40], units="ms")`, get[paramset.Range](t, s, "a").String())
	assert.Equal(t, "ParameterRange([1.0, 0.5])", get[paramset.Range](t, s, "b").String())
	assert.Equal(t, "ParameterRange([-1, -2])", get[paramset.Range](t, s, "c").String())
	assert.Equal(t, "ParameterRange([3, 5])", get[paramset.Range](t, s, "d").String())
	assert.Equal(t, "ParameterRange([2, 1])", get[paramset.Range](t, s, "e").String())
}

func rangeCase(r paramset.Range, err error) func(want string) struct {
	got  paramset.Range
	err  error
	want string
} {
	return func(want string) struct {
		got  paramset.Range
		err  error
		want string
	} {
		return struct {
			got  paramset.Range
			err  error
			want string
		}{r, err, want}
	}
}

func TestShuffled(t *testing.T) {
	in := []int{1, 3, 5, 7, 9, 11, 13, 15, 17, 19}
	r := paramset.MustRange(in...)
	values := func(seed uint64) []int {
		v, err := paramset.Values[int](r.Shuffled(paramset.NewSource(seed, "shuffle")))
		require.NoError(t, err)
		return v
	}
	assert.NotEqual(t, in, values(1))
	assert.ElementsMatch(t, in, values(1))
	assert.Equal(t, values(1), values(1))
	assert.NotEqual(t, values(1), values(2))
	got, err := paramset.Values[int](r)
	require.NoError(t, err)
	assert.Equal(t, in, got)
}

func TestRangeOfTrajectory(t *testing.T) {
	r, err := paramset.RangeOf(trajectory.Linspace(-5, 5, 5))
	require.NoError(t, err)
	assert.Equal(t, "ParameterRange([-5.0, -2.5, 0.0, 2.5, 5.0])", r.String())
	_, err = paramset.RangeOf(trajectory.Arange(0, 1, 0))
	require.Error(t, err)
	_, err = paramset.RangeOf(trajectory.Trials(50_000_000))
	require.ErrorIs(t, err, paramset.ErrTooLarge)
	// And the other way round, a Range is one of a trajectory.
	columns, err := trajectory.Grid{trajectory.Over("x", paramset.MustRange(1, 2)), trajectory.Over("y", r)}.Columns()
	require.NoError(t, err)
	assert.Equal(t, 10, columns[0].Range.Len())
}

func TestDistributions(t *testing.T) {
	const n = 200_000
	gamma, err := paramset.GammaOf(0.5, 1)
	require.NoError(t, err)
	assert.Equal(t, paramset.Gamma{A: 0.25, B: 2}, gamma)
	for name, d := range map[string]paramset.Dist{
		"uniform":     paramset.Uniform{Min: -1, Max: 3},
		"normal":      paramset.Normal{Mu: -70, Sigma: 5},
		"gamma":       gamma,
		"large gamma": paramset.Gamma{A: 9, B: 0.5},
		"exponential": paramset.Gamma{A: 1, B: 3},
		"small gamma": paramset.Gamma{A: 0.1, B: 3},
	} {
		x := d.Sample(paramset.NewSource(7, name), n)
		mean, std := stat.PopMeanStdDev(x, nil)
		// Six standard errors; that of the deviation follows from the fourth moment, which
		// for the gamma distribution of A = 0.1 is 63 std^4.
		assert.InDelta(t, d.Mean(), mean, 6*d.Std()/math.Sqrt(n), name)
		assert.InDelta(t, d.Std(), std, 6*d.Std()*math.Sqrt(62.0/4/n), name)
		assert.Equal(t, x, d.Sample(paramset.NewSource(7, name), n), name)
		assert.Equal(t, x[:5], d.Sample(paramset.NewSource(7, name), 5), name)
		assert.NotEqual(t, x[:5], d.Sample(paramset.NewSource(8, name), 5), name)
		assert.NotEqual(t, x[:5], d.Sample(paramset.NewSource(7, "other"), 5), name)
		switch d := d.(type) {
		case paramset.Uniform:
			assert.GreaterOrEqual(t, slices.Min(x), d.Min)
			assert.LessOrEqual(t, slices.Max(x), d.Max)
		case paramset.Gamma:
			assert.Positive(t, slices.Min(x), name)
		}
		assert.Empty(t, d.Sample(paramset.NewSource(1, name), 0))
	}
	whole := paramset.Uniform{Min: -2.5, Max: 2.5, Int: true}.Sample(paramset.NewSource(1, "whole"), 1000)
	slices.Sort(whole)
	for i, x := range whole {
		whole[i] = x + 0 // -0 is 0
	}
	assert.Equal(t, []float64{-2, -1, 0, 1, 2}, slices.Compact(whole))
}

// The samples are part of what a plan fixes: they must never change.
func TestSamplesStayWhatTheyAre(t *testing.T) {
	sample := func(d paramset.Dist) float64 { return d.Sample(paramset.NewSource(1, "x"), 1)[0] }
	assert.Equal(t, 0.13149843454390897, sample(paramset.Uniform{Min: -1, Max: 1}))
	assert.Equal(t, -68.91154303713896, sample(paramset.Normal{Mu: -70, Sigma: 5}))
}

func TestFromStats(t *testing.T) {
	samples := []float64{1, 3, 5, 7} // mean 4, deviation sqrt(5) with n in the denominator
	u, err := paramset.UniformFromStats(samples, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, paramset.Uniform{Min: 1, Max: 7}, u)
	u, err = paramset.UniformFromStats(samples, 10, 2)
	require.NoError(t, err)
	assert.Equal(t, paramset.Uniform{Min: 8, Max: 20}, u)
	n, err := paramset.NormalFromStats(samples, 0.5, 3)
	require.NoError(t, err)
	assert.Equal(t, paramset.Normal{Mu: 4.5, Sigma: 3 * math.Sqrt(5)}, n)
	g, err := paramset.GammaFromStats(samples, 0, 1)
	require.NoError(t, err)
	assert.InEpsilon(t, 16.0/5, g.A, 4e-16)
	assert.InEpsilon(t, 5.0/4, g.B, 4e-16)
	one, err := paramset.NormalFromStats([]float64{2}, 0, 1)
	require.NoError(t, err)
	assert.Equal(t, paramset.Normal{Mu: 2, Sigma: 0}, one)
	for _, err := range []error{
		second(paramset.UniformFromStats(nil, 0, 1)),
		second(paramset.NormalFromStats(nil, 0, 1)),
		second(paramset.GammaFromStats(nil, 0, 1)),
		second(paramset.UniformFromStats([]float64{math.NaN()}, 0, 1)),
		second(paramset.NormalFromStats([]float64{1, math.Inf(1)}, 0, 1)),
		second(paramset.GammaFromStats([]float64{-1, -2}, 0, 1)),
	} {
		require.ErrorIs(t, err, paramset.ErrType)
	}
}

func TestRealizeTypes(t *testing.T) {
	s := parse(t, `{"v": NormalDist(mean=-70, std=5, units="mV"), "n": UniformDist(min=1, max=10, return_type=int),
		"l": [[GammaDist(), 1], {"x": UniformDist(), "y": 2}], "r": ParameterRange([1, 2])}`)
	for p := range s.Realize(3, 4) {
		assert.Equal(t, quantity.DimVoltage, get[quantity.Quantity](t, p, "v").Dimension())
		n := get[int](t, p, "n")
		assert.True(t, n >= 1 && n <= 10)
		l := get[[]any](t, p, "l")
		assert.IsType(t, 0.0, l[0].([]any)[0])
		assert.Equal(t, 1, l[0].([]any)[1])
		assert.Equal(t, 2, get[int](t, l[1].(*paramset.Set), "y"))
		assert.Empty(t, p.DistPaths())
	}
	points := 0
	for p := range s.Inner() {
		for q := range p.Realize(3, 4) {
			assert.False(t, q.IsSpace())
			points++
		}
	}
	assert.Equal(t, 8, points)
	for range s.Realize(1, 3) {
		points++
		break
	}
	assert.Equal(t, 9, points)
	assert.Empty(t, slices.Collect(s.Realize(1, 0)))
}

func TestOver(t *testing.T) {
	s := parse(t, `{"a": ParameterRange([1, 2]), "b": ParameterRange([3, 4]), "c": ParameterRange([5, 6]), "x": 0}`)
	seq, err := s.Over("c", "a")
	require.NoError(t, err)
	var got [][2]int
	for p := range seq {
		got = append(got, [2]int{get[int](t, p, "c"), get[int](t, p, "a")})
		assert.Equal(t, []string{"b"}, p.RangePaths())
	}
	assert.Equal(t, [][2]int{{5, 1}, {6, 1}, {5, 2}, {6, 2}}, got)
	seq, err = s.Over()
	require.NoError(t, err)
	assert.Len(t, slices.Collect(seq), 1)
	_, err = s.Over("nope")
	require.ErrorIs(t, err, paramset.ErrNotFound)
	_, err = s.Over("x")
	require.ErrorIs(t, err, paramset.ErrType)
	_, err = s.Over("a", "a")
	require.ErrorIs(t, err, paramset.ErrName)

	wide := &paramset.Set{}
	r, err := paramset.RangeOf(trajectory.Trials(1_000_000))
	require.NoError(t, err)
	for _, name := range []string{"a", "b", "c", "d"} {
		require.NoError(t, wide.Set(name, r))
	}
	_, err = wide.Conditions()
	require.ErrorIs(t, err, paramset.ErrTooLarge)
}

func TestReferencesToSpaces(t *testing.T) {
	s := parse(t, `{"r": ParameterRange([1, 2]), "twice": ref("r") * 2, "cell": {"tau": ParameterRange([10, 20]), "cm": 0.5},
		"other": ref("cell"), "more": ref("other.tau") + 1, "cells": ParameterRange([{"x": 1}, {"x": 2}]), "x": ref("cells.x"), "d": NormalDist(), "e": ref("d"), "l": [NormalDist()], "k": ref("l")}`)
	r, err := s.Resolve()
	require.NoError(t, err)
	assert.Equal(t, []string{"r", "cell.tau", "cells"}, r.RangePaths(), "a reference makes no further dimension")
	n := 0
	for p := range r.Inner() {
		for p := range p.Realize(1, 1) {
			p, err := p.Resolve()
			require.NoError(t, err)
			assert.Equal(t, 2*get[int](t, p, "r"), get[int](t, p, "twice"))
			assert.Equal(t, get[int](t, p, "cell.tau"), get[int](t, p, "other.tau"))
			assert.Equal(t, get[int](t, p, "cell.tau")+1, get[int](t, p, "more"))
			assert.Equal(t, get[int](t, p, "cells.x"), get[int](t, p, "x"))
			assert.Equal(t, get[float64](t, p, "d"), get[float64](t, p, "e"))
			assert.Equal(t, get[any](t, p, "l"), get[any](t, p, "k"))
			n++
		}
	}
	assert.Equal(t, 8, n)
}

func TestReferenceErrors(t *testing.T) {
	for text, want := range map[string]error{
		`{"a": ref("a")}`:                                 paramset.ErrCycle,
		`{"a": ref("b"), "b": ref("a")}`:                  paramset.ErrCycle,
		`{"a": {"x": ref("a")}}`:                          paramset.ErrCycle,
		`{"a": {"x": ref("b")}, "b": {"y": ref("a")}}`:    paramset.ErrCycle,
		`{"a": [1, ref("a")]}`:                            paramset.ErrCycle,
		`{"a": ref("b.x"), "b": ref("c"), "c": ref("b")}`: paramset.ErrCycle,
		`{"a": ref("b")}`:                                 paramset.ErrNotFound,
		`{"a": ref("b.c"), "b": 1}`:                       paramset.ErrNotFound,
		`{"a": ref("b.c"), "b": ref("d"), "d": 1}`:        paramset.ErrNotFound,
		`{"a": ref("b.c"), "b": ref("d"), "d": {"x": 1}}`: paramset.ErrNotFound,
		`{"a": ref("b") + 1, "b": {"x": 1}}`:              paramset.ErrType,
		`{"a": ref("b") + 1, "b": "text"}`:                paramset.ErrType,
		`{"a": ref("b") / 0, "b": 1}`:                     paramset.ErrType,
		`{"a": ref("b") + "1 ms", "b": "1 mV"}`:           quantity.ErrMismatch,
	} {
		_, err := parse(t, text).Resolve()
		require.ErrorIs(t, err, want, text)
		var located *paramset.Error
		require.ErrorAs(t, err, &located, text)
		assert.Equal(t, 1, located.Line, text)
	}
	// References that stand for 2^40 values are refused.
	s := parse(t, `{"s0": {"v": 1}}`)
	for i := range 40 {
		last := paramset.Ref("s" + string(rune('0'+i)))
		require.NoError(t, s.Set("s"+string(rune('1'+i)), map[string]any{"a": last, "b": last}))
	}
	_, err := s.Resolve()
	require.ErrorIs(t, err, paramset.ErrTooLarge)
	// They stay references as long as they depend on a range, but not in a trajectory.
	require.NoError(t, s.Set("s0.v", paramset.MustRange(1, 2)))
	_, err = s.Resolve()
	require.NoError(t, err)
	_, err = s.Design("x", paramset.Sweep{})
	require.ErrorIs(t, err, paramset.ErrTooLarge)

	for _, err := range []error{
		second(paramset.Ref("").Evaluate(s)),
		second(paramset.Reference{}.Evaluate(s)),
		second(paramset.Ref("a").Add(map[string]any{}).Mul(2).Evaluate(s)),
		s.Set("x", paramset.Ref("a").Add(paramset.MustRange(1))),
		s.Set("x", paramset.Ref("a").Add(make(chan int))),
		s.Set("x", paramset.Reference{}),
	} {
		require.ErrorIs(t, err, paramset.ErrType)
	}
	long := paramset.Ref("a")
	for range 200 {
		long = long.Add(1)
	}
	require.ErrorIs(t, s.Set("x", long), paramset.ErrTooLarge)
}

func TestSamplesOfWhatIsNoDistribution(t *testing.T) {
	for _, g := range []paramset.Gamma{{}, {A: -1, B: 1}, {A: math.NaN(), B: 1}} {
		samples := g.Sample(paramset.NewSource(1, "x"), 2)
		require.Len(t, samples, 2)
		assert.True(t, math.IsNaN(samples[0]))
	}
	assert.Empty(t, paramset.Normal{}.Sample(paramset.NewSource(1, "x"), -5))
}
