package paramset_test

import (
	"path/filepath"
	"slices"
	"testing"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newTrajectory(t testing.TB) *trajectory.Trajectory {
	t.Helper()
	traj, err := trajectory.New("bridge", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	return traj
}

// explore puts a set into a new trajectory.
func explore(t testing.TB, s *paramset.Set, path string, o paramset.Sweep) *trajectory.Trajectory {
	t.Helper()
	traj := newTrajectory(t)
	require.NoError(t, s.AddTo(traj, path, o))
	d, err := s.Design(path, o)
	require.NoError(t, err)
	require.NoError(t, traj.Explore(d))
	return traj
}

const everything = `{
	"sim": {"dt": "0.1 ms", "tstop": 1000.0, "trial": ParameterRange([0, 1])},
	"net": {
		"N": 4000, "on": True, "rule": "all", "none": None, "w": [1.5, 2.5], "names_of": ["a", "b"], "mixed": [1, "x", [None]], "nothing": [],
		"R_ee": ParameterRange([1, 1.5, 2]), "tau": ParameterRange([10, 20], units="ms"),
		"kinds": ParameterRange(["a", "5 ms", None]), "words": ParameterRange(["1", "x"]),
		"noise": NormalDist(mean=-70, std=5, units="mV"), "seed_of": UniformDist(0, 100, return_type=int), "vector": [GammaDist(), 1.0],
		"empty": {},
	},
	"N_i": ref("net.N") / 4, "R_ie": ref("net.R_ee") * 2, "cell": ref("net.pop"), "tau2": ref("cell.tau") + "1 ms",
}`

func TestBridge(t *testing.T) {
	s := parse(t, everything)
	require.NoError(t, s.Set("net.pop", parse(t, `{"tau": ParameterRange([1, 2], units="ms"), "cm": 0.5, "more": ref("net.noise"), "list": [ref("net.R_ee"), 2.0]}`)))
	sweep := paramset.Sweep{Realisations: 2, Seed: 5}
	traj := explore(t, s, "model", sweep)

	// Run i is the i-th set of Outer with each of the samples.
	var points []*paramset.Set
	for p := range s.Outer() {
		for p := range p.Realize(5, 2) {
			p, err := p.Resolve()
			require.NoError(t, err)
			points = append(points, p)
		}
	}
	require.Equal(t, 2*3*2*3*2*2*2, len(points))
	require.Equal(t, len(points), traj.Len())
	for i, p := range points {
		run, err := traj.Run(i)
		require.NoError(t, err)
		back, err := paramset.FromRun(run, "model")
		require.NoError(t, err)
		if !assert.True(t, p.Equal(back), "run %d:\n%s\n%s", i, p, back) {
			break
		}
	}
	run, err := traj.Run(7)
	require.NoError(t, err)
	v, err := trajectory.Get[quantity.Quantity](run, "model.net.noise")
	require.NoError(t, err)
	assert.Equal(t, quantity.DimVoltage, v.Dimension())
	r, err := trajectory.Get[float64](run, "model.net.R_ee")
	require.NoError(t, err)
	assert.Contains(t, []float64{1, 1.5, 2}, r)
	n, err := trajectory.Get[int](run, "model.net.N")
	require.NoError(t, err)
	assert.Equal(t, 4000, n)

	// The whole set comes back, but for the reference to a set, which became one.
	back, err := paramset.FromTrajectory(traj, "parameters.model")
	require.NoError(t, err)
	want := s.Clone()
	require.NoError(t, want.Set("cell", parse(t, `{"tau": ref("net.pop.tau"), "cm": ref("net.pop.cm"), "more": ref("net.pop.more"), "list": ref("net.pop.list")}`)))
	assert.Equal(t, want.String(), back.String())
}

func TestBridgeWithoutExploring(t *testing.T) {
	s := parse(t, everything)
	require.NoError(t, s.Set("net.pop", map[string]any{"tau": q("1 ms")}))
	traj := newTrajectory(t)
	require.NoError(t, s.AddTo(traj, "", paramset.Sweep{}))
	back, err := paramset.FromTrajectory(traj, "")
	require.NoError(t, err)
	require.NoError(t, s.Set("cell", parse(t, `{"tau": ref("net.pop.tau")}`)))
	assert.Equal(t, s.String(), back.String())
	// Without realisations a run sees the distribution, and the first value of a range.
	run, err := traj.Run(0)
	require.NoError(t, err)
	point, err := paramset.FromRun(run, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"net.noise", "net.seed_of", "net.vector"}, point.DistPaths())
	assert.Equal(t, q("2 ms"), get[quantity.Quantity](t, point, "tau2"))
	_, err = s.Design("", paramset.Sweep{})
	assert.ErrorContains(t, err, "net.noise is a distribution; say how many Realisations")
}

func TestBridgeWithReferencesThroughReferences(t *testing.T) {
	s := parse(t, `{"a": {"sub": {"x": ParameterRange([1, 2]), "y": [ref("k"), ref("k")]}}, "b": ref("a"), "c": ref("b.sub"), "d": ref("c"),
		"e": ref("c.x") * 2, "f": ref("e") - 1, "k": ParameterRange([ref("f"), 7]), "sets": ParameterRange([{"v": 1}, {"v": 2}]), "v": ref("sets.v"), "g": ref("f")}`)
	traj := explore(t, s, "m", paramset.Sweep{})
	i := 0
	for p := range s.Outer() {
		p, err := p.Resolve()
		require.NoError(t, err)
		run, err := traj.Run(i)
		require.NoError(t, err)
		back, err := paramset.FromRun(run, "m")
		require.NoError(t, err)
		assert.Equal(t, p.String(), back.String())
		i++
	}
	assert.Equal(t, 8, i)
}

func TestBridgeThroughAFile(t *testing.T) {
	s := parse(t, everything)
	require.NoError(t, s.Set("net.pop", map[string]any{"tau": q("1 ms")}))
	sweep := paramset.Sweep{Realisations: 1, Seed: 5}
	traj := explore(t, s, "model", sweep)
	plan, err := trajectory.NewPlan(traj, trajectory.Identity{})
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "plan")
	require.NoError(t, trajectory.WritePlan(dir, plan))
	plan, err = trajectory.ReadPlan(dir)
	require.NoError(t, err)
	back, err := plan.Trajectory(brianparam.Kinds())
	require.NoError(t, err)
	want, err := paramset.FromTrajectory(traj, "model")
	require.NoError(t, err)
	got, err := paramset.FromTrajectory(back, "model")
	require.NoError(t, err)
	assert.Equal(t, want.String(), got.String())
	for _, i := range []int{0, 17} {
		a, err := traj.Run(i)
		require.NoError(t, err)
		b, err := back.Run(i)
		require.NoError(t, err)
		wantRun, err := paramset.FromRun(a, "model")
		require.NoError(t, err)
		gotRun, err := paramset.FromRun(b, "model")
		require.NoError(t, err)
		assert.Equal(t, wantRun.String(), gotRun.String())
	}
}

func TestForeignParameters(t *testing.T) {
	traj := newTrajectory(t)
	require.NoError(t, traj.AddParameter("m.x", 1.0))
	require.NoError(t, traj.AddParameter("m.y", int64(1)))
	require.NoError(t, traj.AddParameter("m.sub.a", trajectory.Array[float64]{Shape: []int{2, 2}, Data: []float64{1, 2, 3, 4}}))
	require.NoError(t, traj.AddParameter("m.sub.b", []int{1, 2}))
	require.NoError(t, traj.Explore(trajectory.Grid{
		trajectory.Over("m.x", trajectory.Values(1.0, 2.0)),
		trajectory.Over("m.y", trajectory.Values(int64(7), int64(8), int64(7))),
	}))
	s, err := paramset.FromTrajectory(traj, "m")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"sub.a": []any{[]any{1.0, 2.0}, []any{3.0, 4.0}}, "sub.b": []any{1, 2}, "x": paramset.MustRange(1.0, 2.0), "y": paramset.MustRange(7, 8),
	}, s.Flatten("."))
	require.NoError(t, traj.AddConfig("c", 1))
	_, err = paramset.FromTrajectory(traj, "nope")
	require.ErrorIs(t, err, trajectory.ErrNotFound)

	other := newTrajectory(t)
	require.NoError(t, other.AddParameter("m.z", 1i))
	_, err = paramset.FromTrajectory(other, "m")
	require.ErrorIs(t, err, paramset.ErrType)
	assert.ErrorContains(t, err, "parameters.m.z")
}

func TestAddToIsAllOrNothing(t *testing.T) {
	traj := newTrajectory(t)
	require.NoError(t, traj.AddParameter("m.x", 1))
	names := func() []string {
		var out []string
		for name := range traj.Root().Nodes() {
			out = append(out, name)
		}
		return out
	}
	before := names()
	for _, text := range []string{`{"a": {"b": 1}, "x": 2}`, `{"a": {"b": 1}, "with space": 2}`, `{"a": 1, "with space": {}}`} {
		err := parse(t, text).AddTo(traj, "m", paramset.Sweep{})
		require.Error(t, err)
		assert.Equal(t, before, names(), text)
	}
	require.ErrorIs(t, parse(t, `{"x": 1}`).AddTo(traj, "m", paramset.Sweep{}), trajectory.ErrExists)
	require.ErrorIs(t, parse(t, `{"a": ref("b")}`).AddTo(traj, "m", paramset.Sweep{}), paramset.ErrNotFound)
	require.Error(t, parse(t, `{"a": 1}`).AddTo(traj, "m", paramset.Sweep{Realisations: -1}))
	_, err := parse(t, `{"a": 1}`).Design("m", paramset.Sweep{})
	require.ErrorIs(t, err, paramset.ErrNotFound)
	// A set can join parameters that are there.
	require.NoError(t, parse(t, `{"z": 1, "a": 2}`).AddTo(traj, "m", paramset.Sweep{}))
	s, err := paramset.FromTrajectory(traj, "m")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "x", "z"}, slices.Sorted(s.Names()))
}

// A grid of a million points is planned without making them.
func TestLargeDesign(t *testing.T) {
	s := parse(t, `{"a": ParameterRange(arange(1000)), "b": ParameterRange(linspace(0, 1, 1000))}`)
	traj := explore(t, s, "big", paramset.Sweep{})
	assert.Equal(t, 1_000_000, traj.Len())
	run, err := traj.Run(123_456)
	require.NoError(t, err)
	a, err := trajectory.Get[int](run, "big.a")
	require.NoError(t, err)
	assert.Equal(t, 123, a)
	assert.Less(t, testing.AllocsPerRun(1, func() {
		d, err := s.Design("big", paramset.Sweep{})
		require.NoError(t, err)
		_, err = d.Columns()
		require.NoError(t, err)
	}), 50_000.0)
}
