package trajectory_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// products runs z = x*y over all runs.
func products(t *testing.T, tr *trajectory.Trajectory) []int {
	t.Helper()
	var out []int
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		x, err := trajectory.Get[int](r, "x")
		require.NoError(t, err)
		y, err := trajectory.Get[int](r, "y")
		require.NoError(t, err)
		out = append(out, x*y)
	}
	return out
}

func xy(t *testing.T, d trajectory.Design) *trajectory.Trajectory {
	t.Helper()
	tr := newTrajectory(t)
	add(t, tr, "x", "y")
	require.NoError(t, tr.Explore(d))
	return tr
}

// The examples of the pypet manual; the last axis changes fastest.
func TestGoldenExplorations(t *testing.T) {
	x, y := trajectory.Over("x", trajectory.Values(1, 2, 3, 4)), trajectory.Over("y", trajectory.Values(6, 7, 8))
	yx := xy(t, trajectory.Grid{y, x})
	assert.Equal(t, []int{6, 12, 18, 24, 7, 14, 21, 28, 8, 16, 24, 32}, products(t, yx))
	assert.Equal(t, 12, products(t, yx)[1], "results.run_00000001.z of example 01")
	xyTr := xy(t, trajectory.Grid{x, y})
	assert.Equal(t, []int{6, 7, 8, 12, 14, 16, 18, 21, 24, 24, 28, 32}, products(t, xyTr))

	// Example 08.
	condition := func(v []any) bool { return v[0] == 2 || v[1] == 8 }
	found, err := yx.FindRuns([]string{"x", "y"}, condition)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 5, 8, 9, 10, 11}, found)
	found, err = xyTr.FindRuns([]string{"x", "y"}, condition)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3, 4, 5, 8, 11}, found)

	zip := trajectory.Zip{trajectory.Over("x", trajectory.Values(1, 2, 3, 4)), trajectory.Over("y", trajectory.Values(3, 3, 4, 4))}
	assert.Equal(t, []int{3, 6, 12, 16}, products(t, xy(t, zip)))
	points := trajectory.Points{Names: []string{"x", "y"}, Rows: [][]any{{1, 3}, {2, 3}, {3, 4}, {4, 4}}}
	assert.Equal(t, []int{3, 6, 12, 16}, products(t, xy(t, points)))

	// Examples 04, the tutorial and 18.
	for _, c := range [][3]int{{20, 20, 400}, {101, 3, 303}, {50, 50, 2500}} {
		tr := xy(t, trajectory.Grid{trajectory.Over("x", trajectory.Trials(c[0])), trajectory.Over("y", trajectory.Trials(c[1]))})
		assert.Equal(t, c[2], tr.Len())
		if c[2] == 2500 {
			assert.Equal(t, 1680, products(t, tr)[2042])
		}
	}
}

func TestRanges(t *testing.T) {
	all := func(r trajectory.Range) []any {
		var out []any
		for i := range r.Len() {
			out = append(out, r.At(i))
		}
		return out
	}
	// numpy.arange(1.0, 2.6, 0.2) and more of numpy.
	assert.Equal(t, []any{1.0, 1.2, 1.4, 1.5999999999999999, 1.7999999999999998, 1.9999999999999998, 2.1999999999999997, 2.3999999999999995}, all(trajectory.Arange(1, 2.6, 0.2)))
	assert.Equal(t, []any{1.0, 0.5, 0.0, -0.5}, all(trajectory.Arange(1, -1, -0.5)))
	assert.Equal(t, 0, trajectory.Arange(1, 0, 0.5).Len())
	assert.Equal(t, 4, trajectory.Arange(1, 1.3, 0.1).Len(), "numpy's rounding lets the end in")
	assert.Equal(t, []any{-5.0, -2.5, 0.0, 2.5, 5.0}, all(trajectory.Linspace(-5, 5, 5)))
	assert.Equal(t, []any{0.0, 0.16666666666666666, 0.3333333333333333, 0.5, 0.6666666666666666, 0.8333333333333333, 1.0}, all(trajectory.Linspace(0, 1, 7)))
	assert.Equal(t, []any{3.0}, all(trajectory.Linspace(3, 7, 1)))
	assert.Equal(t, []any{0, 1, 2}, all(trajectory.Trials(3)))
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("x", 1.0))
	for _, r := range []trajectory.Range{
		trajectory.Arange(0, 1, 0), trajectory.Arange(0, math.Inf(1), 1), trajectory.Arange(0, 1, math.NaN()), trajectory.Arange(0, 1e30, 1),
		trajectory.Linspace(0, 1, 0), trajectory.Linspace(0, math.Inf(1), 3), trajectory.Trials(0), trajectory.Trials(-1), trajectory.Values[float64](), nil,
		trajectory.Arange(1, 0, 1),
	} {
		assert.Error(t, tr.Explore(trajectory.Over("x", r)))
	}
	assert.Equal(t, 1, tr.Len())
}

func TestDesignsNest(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "a", "b", "c", "d")
	require.NoError(t, tr.Explore(trajectory.Grid{
		trajectory.Over("a", trajectory.Values(1, 2)),
		trajectory.Zip{
			trajectory.Over("b", trajectory.Values(1, 2, 3, 4)),
			trajectory.Grid{trajectory.Over("c", trajectory.Values(1, 2)), trajectory.Over("d", trajectory.Values(1, 2))},
		},
	}))
	var got []string
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		text := ""
		for _, name := range []string{"a", "b", "c", "d"} {
			v, err := trajectory.Get[int](r, name)
			require.NoError(t, err)
			text += fmt.Sprint(v)
		}
		got = append(got, text)
	}
	assert.Equal(t, []string{"1111", "1212", "1321", "1422", "2111", "2212", "2321", "2422"}, got)
	assert.Equal(t, []string{"parameters.a", "parameters.b", "parameters.c", "parameters.d"}, tr.Explored())
}

func TestASecondExploreZips(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "x", "y", "z")
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Values(1, 2, 3))))
	require.Error(t, tr.Explore(trajectory.Over("y", trajectory.Values(1, 2))), "as many values are needed")
	require.NoError(t, tr.Explore(trajectory.Over("y", trajectory.Values(4, 5, 6))))
	assert.Equal(t, []int{4, 10, 18}, products(t, tr))
	require.Error(t, tr.Explore(trajectory.Over("y", trajectory.Values(4, 5, 6))), "once is enough")
	assert.Error(t, tr.Set("x", 4), "an explored parameter has its range")
}

func TestExploreIsAllOrNothing(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "x", "y", "g.p", "g.q", "sub.x2")
	require.NoError(t, tr.AddParameter("f", 1.0))
	require.NoError(t, tr.AddParameter("seed", 1.0))
	require.NoError(t, tr.AddParameter("same.p", 1))
	require.NoError(t, tr.AddConfig("c", 1))
	require.NoError(t, tr.AddResult("r", 1))
	ok := trajectory.Over("x", trajectory.Values(1, 2))
	for name, c := range map[string]struct {
		design trajectory.Design
		says   string
	}{
		"unknown":      {trajectory.Over("R_ee", trajectory.Values(1, 2)), `there is no "R_ee"`},
		"near":         {trajectory.Over("sub.x3", trajectory.Values(1, 2)), "did you mean parameters.sub.x2?"},
		"not unique":   {trajectory.Over("p", trajectory.Values(1, 2)), "parameters.same.p"},
		"group":        {trajectory.Over("g", trajectory.Values(1, 2)), "no parameter"},
		"result":       {trajectory.Over("r", trajectory.Values(1, 2)), "no parameter"},
		"config":       {trajectory.Over("c", trajectory.Values(1, 2)), "no parameter"},
		"type":         {trajectory.Over("f", trajectory.Values(1, 2)), "holds float64 1.0 and cannot be explored over int 1"},
		"late type":    {trajectory.Over("f", trajectory.Values[any](1.0, float32(2))), "value 1"},
		"array":        {trajectory.Over("f", trajectory.Values([]float64{1}, []float64{2})), "[]float64"},
		"twice":        {trajectory.Over("x", trajectory.Values(1, 2)), "twice"},
		"uneven":       {trajectory.Over("y", trajectory.Values(1, 2, 3)), "equally many"},
		"nil design":   {nil, "nil"},
		"empty grid":   {trajectory.Grid{}, "without axes"},
		"empty zip":    {trajectory.Zip{}, "nothing"},
		"points":       {trajectory.Points{Names: []string{"y", "f"}, Rows: [][]any{{1, 1.0}, {1}}}, "point 1 has 1 values for 2"},
		"nil value":    {trajectory.Over("y", trajectory.Values[any](1, nil)), "value 1"},
		"seed is real": {trajectory.Over("seed", trajectory.Values(1.0, 2.0)), "integers"},
	} {
		err := tr.Explore(trajectory.Zip{ok, c.design})
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), c.says, name)
		assert.Equal(t, 1, tr.Len(), name)
		assert.Empty(t, tr.Explored(), name)
	}
	huge := trajectory.Over("x", trajectory.Trials(100_000))
	assert.Error(t, tr.Explore(trajectory.Grid{huge, trajectory.Over("y", trajectory.Trials(100_000))}), "too many points")
	require.NoError(t, tr.Explore(ok), "all those failures left no trace")
}

// A large grid is planned without listing its points.
func TestLargeGridTakesNoMemory(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "x", "y", "z")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, tr.Explore(trajectory.Grid{
		trajectory.Over("x", trajectory.Trials(100)), trajectory.Over("y", trajectory.Trials(100)), trajectory.Over("z", trajectory.Trials(100)),
	}))
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(t.TempDir(), plan))
	runtime.ReadMemStats(&after)
	assert.Equal(t, 1_000_000, tr.Len())
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20), "much less than a byte per point and parameter")
	r, err := tr.Run(123_456)
	require.NoError(t, err)
	assert.Equal(t, "x: 12,   y: 34,   z: 56", r.Summary())
}

func TestRunView(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "model.x", "model.y")
	require.NoError(t, tr.AddResult("before", 0.5))
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Values(10, 11, 12))))
	tr.Lock()
	r, err := tr.Run(1)
	require.NoError(t, err)
	assert.Equal(t, 1, r.Index())
	assert.Equal(t, "run_00000001", r.Name())
	assert.Same(t, tr, r.Trajectory())
	for path, want := range map[string]int{"x": 11, "model.x": 11, "parameters.model.y": 1} {
		v, err := trajectory.Get[int](r, path)
		require.NoError(t, err)
		assert.Equal(t, want, v, path)
	}
	p, err := r.Parameter("x")
	require.NoError(t, err)
	assert.Equal(t, 0, p.Default())
	assert.Equal(t, 3, p.Range().Len())
	g, err := r.Group("model")
	require.NoError(t, err)
	for name, p := range g.Parameters() {
		if name == "parameters.model.x" {
			assert.Equal(t, 11, p.Value(), "groups of a run show its values")
		}
	}
	v, err := trajectory.Get[int](tr, "x")
	require.NoError(t, err)
	assert.Equal(t, 0, v, "the trajectory keeps the default")

	require.NoError(t, r.AddResult("z", 1.5, trajectory.Comment("product")))
	require.NoError(t, r.AddResult("runs.w", 1))
	require.NoError(t, r.AddResult("$.v", 1))
	require.NoError(t, r.AddResult("deep.er", trajectory.Items{"a": 1, "b": "text"}))
	require.NoError(t, r.AddDerived("sum", 12))
	assert.ErrorIs(t, r.AddResult("z", 1), trajectory.ErrExists)
	assert.ErrorIs(t, r.AddResult("run_00000002.z", 1), trajectory.ErrName, "another run's")
	assert.ErrorIs(t, r.AddResult("par.z", 1), trajectory.ErrName)
	assert.ErrorIs(t, r.AddResult("bad name", 1), trajectory.ErrName)
	assert.ErrorIs(t, r.AddResult("chan", make(chan int)), trajectory.ErrType)
	assert.ErrorIs(t, r.AddResult("item", trajectory.Items{"a/b": 1}), trajectory.ErrName)
	var names []string
	for _, rec := range r.Records() {
		names = append(names, rec.Name)
	}
	assert.Equal(t, []string{
		"derived_parameters.runs.run_00000001.sum", "results.run_00000001.v", "results.runs.run_00000001.deep.er",
		"results.runs.run_00000001.w", "results.runs.run_00000001.z",
	}, names)
	z, err := trajectory.Get[float64](r, "z")
	require.NoError(t, err)
	assert.Equal(t, 1.5, z)
	_, err = tr.Node("z")
	assert.ErrorIs(t, err, trajectory.ErrNotFound, "what a run adds is its own")
	other, err := tr.Run(2)
	require.NoError(t, err)
	_, err = other.Node("z")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	before, err := trajectory.Get[float64](r, "before")
	require.NoError(t, err)
	assert.Equal(t, 0.5, before)
	res, err := r.Group("results")
	require.NoError(t, err)
	assert.Len(t, res.Children(), 3, "before, run_00000001, runs")
	for _, i := range []int{-1, 3} {
		_, err := tr.Run(i)
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
	}
}

// Adding copies: a run may reuse its buffers.
func TestResultsAreCopied(t *testing.T) {
	tr := newTrajectory(t)
	r, err := tr.Run(0)
	require.NoError(t, err)
	buffer := []float64{1, 2}
	require.NoError(t, r.AddResult("z", buffer))
	require.NoError(t, tr.AddParameter("p", buffer))
	buffer[0] = 99
	for g, path := range map[trajectory.Getter]string{r: "z", tr: "p"} {
		v, err := trajectory.Get[[]float64](g, path)
		require.NoError(t, err)
		assert.Equal(t, []float64{1, 2}, v)
	}
}

func TestSummary(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("b.x", 1.0))
	require.NoError(t, tr.AddParameter("a.x", "text"))
	require.NoError(t, tr.AddParameter("n", true))
	require.NoError(t, tr.AddParameter("l", []int{1}))
	require.NoError(t, tr.Explore(trajectory.Points{Names: []string{"b.x", "a.x", "n", "l"}, Rows: [][]any{{1e-5, "it's", false, []int{1, 2}}}}))
	r, err := tr.Run(0)
	require.NoError(t, err)
	assert.Equal(t, `l: array([1, 2]),   n: False,   x: "it's",   parameters.b.x: 1e-05`, r.Summary())
}

func TestSeeds(t *testing.T) {
	plain := newTrajectory(t)
	add(t, plain, "x", "trial", "deep.seed")
	require.NoError(t, plain.Explore(trajectory.Over("x", trajectory.Trials(3))))
	seeds := func(tr *trajectory.Trajectory) (run, build []uint64) {
		for i := range tr.Len() {
			r, err := tr.Run(i)
			require.NoError(t, err)
			run, build = append(run, r.Seed()), append(build, r.BuildSeed())
		}
		return run, build
	}
	run, build := seeds(plain)
	// Changing these numbers changes every experiment that was ever run.
	assert.Equal(t, []uint64{0x86d6fd953217ae03, 0xbcd9dbb49673066b, 0xb1441d254bd86cd7}, run)
	assert.Equal(t, []uint64{1, 1, 1}, build, "builds share the root seed")

	trials := newTrajectory(t)
	add(t, trials, "x", "trial", "deep.seed")
	require.NoError(t, trials.Explore(trajectory.Grid{trajectory.Over("x", trajectory.Trials(2)), trajectory.Over("trial", trajectory.Trials(2))}))
	run, build = seeds(trials)
	assert.Equal(t, run[0], run[2], "trial 0 of both points sees the same random numbers")
	assert.Equal(t, run[1], run[3])
	assert.NotEqual(t, run[0], run[1])
	assert.Equal(t, run, build)

	larger := newTrajectory(t)
	add(t, larger, "trial")
	require.NoError(t, larger.Explore(trajectory.Over("trial", trajectory.Values(7, 1, 0))))
	more, _ := seeds(larger)
	assert.Equal(t, run[:2], []uint64{more[2], more[1]}, "a trial keeps its seed in another sweep")

	both := newTrajectory(t)
	require.NoError(t, both.AddParameter("trial", 0))
	require.NoError(t, both.AddParameter("deep.seed", uint64(0)))
	require.NoError(t, both.Explore(trajectory.Points{Names: []string{"trial", "deep.seed"}, Rows: [][]any{{0, uint64(1)}, {1, uint64(0)}, {0, uint64(math.MaxUint64)}}}))
	run, _ = seeds(both)
	assert.Len(t, map[uint64]bool{run[0]: true, run[1]: true, run[2]: true}, 3)
}
