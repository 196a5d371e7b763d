package paramset_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"galvani/quantity"
	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of this file hold the package against the examples of NeuroTools'
// manual and what its own tests ask for, but for the decisions that the package
// documentation lists.

func parse(t testing.TB, text string) *paramset.Set {
	t.Helper()
	s, err := paramset.Parse(text)
	require.NoError(t, err)
	return s
}

func get[T any](t testing.TB, s *paramset.Set, path string) T {
	t.Helper()
	v, err := paramset.Get[T](s, path)
	require.NoError(t, err)
	return v
}

// networkParams is the set of the manual, with the excitatory cells in a file.
func networkParams(t *testing.T) (network *paramset.Set, folder string) {
	exc, err := paramset.Load("testdata/example.param")
	require.NoError(t, err)
	folder = t.TempDir()
	require.NoError(t, exc.Save(filepath.Join(folder, "example.param"), false))
	exc, err = paramset.Load(filepath.Join(folder, "example.param"))
	require.NoError(t, err)
	network = &paramset.Set{}
	require.NoError(t, network.Set("excitatory_cells", exc))
	require.NoError(t, network.Set("inhibitory_cells", map[string]any{}))
	require.NoError(t, network.Set("inhibitory_cells.tau_m", 15.0))
	require.NoError(t, network.Set("inhibitory_cells.cm", 0.5))
	return network, folder
}

func TestManualNavigation(t *testing.T) {
	network, folder := networkParams(t)
	p := &paramset.Set{}
	p.SetLabel("my_params")
	require.NoError(t, p.Set("network", network))
	require.NoError(t, p.Set("sim", map[string]any{"dt": 0.11, "tstop": 1000.0}))

	assert.Equal(t, 0.11, get[float64](t, p, "sim.dt"))
	assert.Equal(t, 15.0, get[float64](t, p, "network.inhibitory_cells.tau_m"))
	// The manual creates cm as 0.5 and prints 0.75, which it assigned on the way.
	assert.Equal(t, 0.5, get[float64](t, p, "network.inhibitory_cells.cm"))
	require.NoError(t, p.Set("network.inhibitory_cells.cm", 0.75))
	assert.Equal(t, 0.75, get[float64](t, p, "network.inhibitory_cells.cm"))
	assert.Equal(t, 0.5, get[float64](t, network, "inhibitory_cells.cm"), "sets are put in as copies")
	sub, err := p.Sub("network")
	require.NoError(t, err)
	assert.Equal(t, 10.0, get[float64](t, sub, "excitatory_cells.tau_m"))

	require.NoError(t, p.Save(filepath.Join(folder, "all.param"), false))
	assert.Equal(t, `{
  "network": {
    "excitatory_cells": url("example.param"),
    "inhibitory_cells": {
      "tau_m": 15.0,
      "cm": 0.75,
    },
  },
  "sim": {
    "dt": 0.11,
    "tstop": 1000.0,
  },
}`, p.String())
	assert.Equal(t, `{
  "network": {
    "excitatory_cells": {
      "tau_refrac": 0.11,
      "tau_m": 10.0,
      "cm": 0.25,
      "synI": {
        "tau": 10.0,
        "E": -75.0,
      },
      "synE": {
        "tau": 1.5,
        "E": 0.0,
      },
      "v_thresh": -57.0,
      "v_reset": -70.0,
      "v_rest": -70.0,
    },
    "inhibitory_cells": {
      "tau_m": 15.0,
      "cm": 0.75,
    },
  },
  "sim": {
    "dt": 0.11,
    "tstop": 1000.0,
  },
}`, p.Pretty(paramset.PrettyOptions{ExpandURLs: true}))

	back, err := paramset.Load(filepath.Join(folder, "all.param"))
	require.NoError(t, err)
	assert.True(t, p.Equal(back))
	assert.Equal(t, p.Pretty(paramset.PrettyOptions{ExpandURLs: true}), back.Pretty(paramset.PrettyOptions{ExpandURLs: true}))
}

func TestManualFlatten(t *testing.T) {
	network, _ := networkParams(t)
	require.NoError(t, network.Set("inhibitory_cells.cm", 0.75))
	want := map[string]any{
		"excitatory_cells.synI.E": -75.0, "excitatory_cells.v_rest": -70.0,
		"excitatory_cells.tau_refrac": 0.11, "excitatory_cells.v_reset": -70.0,
		"excitatory_cells.v_thresh": -57.0, "excitatory_cells.tau_m": 10.0,
		"excitatory_cells.synI.tau": 10.0, "excitatory_cells.cm": 0.25,
		"inhibitory_cells.cm": 0.75, "excitatory_cells.synE.tau": 1.5,
		"excitatory_cells.synE.E": 0.0, "inhibitory_cells.tau_m": 15.0,
	}
	assert.Len(t, want, 12)
	assert.Equal(t, want, network.Flatten("."))
	assert.Equal(t, 1.5, network.Flatten("/")["excitatory_cells/synE/tau"])
	var paths []string
	for path := range network.Flat() {
		paths = append(paths, path)
	}
	assert.Len(t, paths, 12)
	assert.Equal(t, []string{"excitatory_cells.tau_refrac", "excitatory_cells.tau_m", "excitatory_cells.cm", "excitatory_cells.synI.tau"}, paths[:4])
}

func TestManualRange(t *testing.T) {
	r, err := paramset.NewRangeIn("ms", 10.0, 15.0, 20.0)
	require.NoError(t, err)
	assert.Equal(t, quantity.MustParse("10 ms"), r.At(0))
	twice, err := r.Mul(2)
	require.NoError(t, err)
	ms, err := twice.In("ms")
	require.NoError(t, err)
	assert.Equal(t, []float64{20, 30, 40}, ms)
	assert.Equal(t, `ParameterRange([20.0, 30.0, 40.0], units="ms")`, twice.String())

	plain := paramset.MustRange(10.0, 15.0, 20.0)
	double, err := paramset.Map(plain, func(t float64) float64 { return 2 * t })
	require.NoError(t, err)
	values, err := paramset.Values[float64](double)
	require.NoError(t, err)
	assert.Equal(t, []float64{20, 30, 40}, values)
}

func TestManualSpace(t *testing.T) {
	space := parse(t, `{'x': 999, 'y': ParameterRange([10, 20]), 'z': ParameterRange([-1, 0, 1])}`)
	var inner, outer [][3]int
	at := func(s *paramset.Set) [3]int {
		assert.False(t, s.IsSpace())
		return [3]int{get[int](t, s, "x"), get[int](t, s, "y"), get[int](t, s, "z")}
	}
	for p := range space.Inner() {
		inner = append(inner, at(p))
	}
	for p := range space.Outer() {
		outer = append(outer, at(p))
	}
	assert.Equal(t, [][3]int{{999, 10, -1}, {999, 20, -1}, {999, 10, 0}, {999, 20, 0}, {999, 10, 1}, {999, 20, 1}}, inner)
	assert.Equal(t, [][3]int{{999, 10, -1}, {999, 10, 0}, {999, 10, 1}, {999, 20, -1}, {999, 20, 0}, {999, 20, 1}}, outer)
	n, err := space.Conditions()
	require.NoError(t, err)
	assert.Equal(t, 6, n)
}

func nested(t testing.TB) *paramset.Set {
	return parse(t, `{'hello': 'world', 'ps2': {'ps': {'a': 1, 'b': 2}, 'c': 19}, 'null': None, 'true': False,
		'mylist': [1, 2, 3, 4], 'mydict': {'c': 3, 'd': 4}, 'yourlist': [1, 2, {'e': 5, 'f': 6}]}`)
}

func TestCreate(t *testing.T) {
	m := map[string]any{
		"hello": "world", "ps2": map[string]any{"ps": map[string]any{"a": 1, "b": 2}, "c": 19}, "null": nil, "true": false,
		"mylist": []any{1, 2, 3, 4}, "mydict": map[string]any{"c": 3, "d": 4}, "yourlist": []any{1, 2, map[string]any{"e": 5, "f": 6}},
	}
	s, err := paramset.FromMap(m)
	require.NoError(t, err)
	assert.True(t, s.Equal(nested(t)))
	assert.Equal(t, m, s.Map())
	assert.Equal(t, m, nested(t).Map())
	assert.Equal(t, "mydict", get[*paramset.Set](t, s, "mydict").Label())
	s.SetLabel("PS3")
	assert.Equal(t, "PS3", s.Clone().Label())

	flat, err := paramset.FromFlat(s.Flat())
	require.NoError(t, err)
	assert.True(t, flat.Equal(s))
	assert.Equal(t, map[string]any{
		"null": nil, "mylist": []any{1, 2, 3, 4}, "ps2.ps.b": 2, "mydict.c": 3, "mydict.d": 4, "ps2.c": 19, "true": false, "hello": "world", "ps2.ps.a": 1,
	}, without(s.Flatten("."), "yourlist"))

	_, err = paramset.Parse("{'a': 1, 'b':2")
	require.ErrorIs(t, err, paramset.ErrSyntax)
	_, err = paramset.Parse("{a: 1, b:2}")
	require.ErrorIs(t, err, paramset.ErrSyntax)
	assert.EqualError(t, err, `paramset: line 1, column 2: found "a", want a name in quotes`)
}

func without(m map[string]any, name string) map[string]any {
	delete(m, name)
	return m
}

func TestSaveAndLoad(t *testing.T) {
	for _, name := range []string{"test.param", "test.toml", "test.json"} {
		for _, s := range []*paramset.Set{nested(t), spaceWithDists(t)} {
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, s.Save("file://"+path, false))
			back, err := paramset.Load("file://" + path)
			require.NoError(t, err)
			assert.True(t, s.Equal(back), name)
			assert.Equal(t, s.String(), back.String(), name)
			assert.Equal(t, path, back.Source())
			require.NoError(t, back.Put("added.later", 1))
			require.NoError(t, back.Save("", false))
			again, err := paramset.Load(path)
			require.NoError(t, err)
			assert.True(t, back.Equal(again), name)
		}
	}
}

func TestDiff(t *testing.T) {
	a := nested(t)
	here, there := a.Diff(a)
	assert.Zero(t, here.Len()+there.Len())
	for _, c := range []struct{ path, mine, theirs string }{
		{"hello", `"universe"`, `"world"`},
		{"ps2.ps.b", "3", "2"},
		{"yourlist", `[100, 2, {"e": 55, "f": 6}]`, `[1, 2, {"e": 5, "f": 6}]`},
		{"mydict", "7", `{"c": 3, "d": 4}`},
	} {
		b := nested(t)
		v, err := parse(t, `{"v": `+c.mine+`}`).Value("v")
		require.NoError(t, err)
		require.NoError(t, b.Set(c.path, v))
		here, there := b.Diff(a)
		want := func(text string) *paramset.Set {
			s := &paramset.Set{}
			v, err := parse(t, `{"v": `+text+`}`).Value("v")
			require.NoError(t, err)
			require.NoError(t, s.Put(c.path, v))
			return s
		}
		assert.True(t, here.Equal(want(c.mine)), "%s: %s", c.path, here)
		assert.True(t, there.Equal(want(c.theirs)), "%s: %s", c.path, there)
		there, here = a.Diff(b)
		assert.True(t, here.Equal(want(c.mine)), c.path)
		assert.True(t, there.Equal(want(c.theirs)), c.path)
	}
	b := nested(t)
	require.NoError(t, b.Delete("ps2.c"))
	require.NoError(t, b.Set("new", 1.5))
	here, there = a.Diff(b)
	assert.Equal(t, map[string]any{"ps2.c": 19}, here.Flatten("."))
	assert.Equal(t, map[string]any{"new": 1.5}, there.Flatten("."))
}

func space7(t testing.TB) *paramset.Set {
	return parse(t, `{"name": {"y": ParameterRange([1.1, 2.2])}, "x": ParameterRange([1, 2]), "foo": {}}`)
}

func TestDotAccess(t *testing.T) {
	s := space7(t)
	require.NoError(t, s.Set("foo.bar", 10.0))
	foo, err := s.Sub("foo")
	require.NoError(t, err)
	assert.Equal(t, 10.0, get[float64](t, foo, "bar"))
	require.NoError(t, foo.Set("bar", 11.0))
	assert.Equal(t, 11.0, get[float64](t, s, "foo.bar"), "a set below is not a copy")
	// A misspelt parent is an error.
	err = s.Set("bar.foo", 10.0)
	require.ErrorIs(t, err, paramset.ErrNotFound)
	assert.EqualError(t, err, `paramset: bar: the set has no "bar" (it has name, x, foo): not found`)
	require.NoError(t, s.Put("bar.foo.baz", 10.0))
	assert.Equal(t, 10.0, get[float64](t, s, "bar.foo.baz"))
}

func TestIterationIsIndependent(t *testing.T) {
	s := space7(t)
	over, err := s.Over("name.y")
	require.NoError(t, err)
	var ys []float64
	for p := range over {
		ys = append(ys, get[float64](t, p, "name.y"))
		assert.Equal(t, []string{"x"}, p.RangePaths())
	}
	assert.Equal(t, []float64{1.1, 2.2}, ys)

	all := slices.Collect(s.Inner())
	require.Len(t, all, 4)
	for i, p := range all {
		for _, q := range all[i+1:] {
			assert.False(t, p.Equal(q), "every set yielded is one of its own")
		}
	}
	require.NoError(t, all[0].Set("name.y", 7.7))
	assert.Equal(t, 1.1, get[float64](t, all[2], "name.y"))
	assert.Equal(t, []string{"name.y", "x"}, s.RangePaths(), "the space itself stays")

	// Iterating again starts again; changes in between do not show.
	seq := s.Inner()
	require.NoError(t, s.Set("x", 5))
	assert.Len(t, slices.Collect(seq), 4)
	for range seq {
		break
	}
	assert.Len(t, slices.Collect(seq), 4)
}

func TestSpaceIndex(t *testing.T) {
	s := space7(t)
	shape, paths := s.Dimensions()
	assert.Equal(t, []int{2, 2}, shape)
	assert.Equal(t, []string{"name.y", "x"}, paths)
	var indices [][]int
	for p := range s.Inner() {
		i, err := s.Index(p)
		require.NoError(t, err)
		indices = append(indices, i)
	}
	assert.Equal(t, [][]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}}, indices)
	i, err := s.Index(parse(t, `{'x': 2, 'foo': {}, 'name': {'y': 1.1}}`))
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1}, i)
	_, err = s.Index(parse(t, `{'x': 3, 'foo': {}, 'name': {'y': 1.1}}`))
	require.ErrorIs(t, err, paramset.ErrNotFound)
	assert.ErrorContains(t, err, "x is the number 3, which is not within the space")
	assert.Equal(t, map[string][]any{"name.y": {1.1, 2.2}, "x": {1, 2}}, s.Ranges())
}

func spaceWithDists(t testing.TB) *paramset.Set {
	return parse(t, `{"g": GammaDist(), "l": [NormalDist(), UniformDist(), 'a string'],
		"d": {"g2": UniformDist(), "x": 0}, "name": {"y": ParameterRange([1.1, 2.2])}, "x": ParameterRange([1, 2]), "foo": {}}`)
}

func TestRealize(t *testing.T) {
	s := spaceWithDists(t)
	assert.Equal(t, []string{"g", "l", "d.g2"}, s.DistPaths())
	sets := slices.Collect(s.Realize(1, 2))
	require.Len(t, sets, 2)
	a, b := sets[0], sets[1]
	assert.NotEqual(t, get[float64](t, a, "g"), get[float64](t, b, "g"))
	assert.Equal(t, 0, get[int](t, b, "d.x"))
	la, lb := get[[]any](t, a, "l"), get[[]any](t, b, "l")
	assert.NotEqual(t, la[0], lb[0])
	assert.NotEqual(t, la[1], lb[1])
	assert.NotEqual(t, la[0], la[1])
	assert.Equal(t, "a string", lb[2])
	assert.Equal(t, []string{"name.y", "x"}, a.RangePaths(), "ranges stay")
	assert.True(t, s.IsSpace())

	// The same seed gives the same sets, a longer series starts with the shorter one,
	// and other parameters have no influence.
	longer := slices.Collect(s.Realize(1, 5))
	assert.True(t, longer[1].Equal(b))
	require.NoError(t, s.Delete("l"))
	require.NoError(t, s.Set("another", paramset.Normal{Mu: 1, Sigma: 2}))
	for p := range s.Realize(1, 1) {
		assert.Equal(t, get[float64](t, a, "g"), get[float64](t, p, "g"))
	}
	for p := range s.Realize(2, 1) {
		assert.NotEqual(t, get[float64](t, a, "g"), get[float64](t, p, "g"))
	}
}

func TestTable(t *testing.T) {
	const text = `
            #       col1    col2    col3
            row1     1       2       3
            row2     4       5       6
            row3     7       8       9
        `
	table, err := paramset.ParseTable(text)
	require.NoError(t, err)
	assert.Equal(t, 6.0, get[float64](t, table.Set(), "row2.col3"))
	column, err := table.Column("col1")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"row1": 1.0, "row2": 4.0, "row3": 7.0}, column.Map())
	row, err := table.Row("row2")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"col1": 4.0, "col2": 5.0, "col3": 6.0}, row.Map())
	assert.Equal(t, 6.0, get[float64](t, table.Transpose().Set(), "col3.row2"))
	back, err := paramset.ParseTable(table.String())
	require.NoError(t, err)
	assert.True(t, back.Set().Equal(table.Set()))
	other, err := paramset.ParseTable(strings.ReplaceAll(table.String(), "7", "8"))
	require.NoError(t, err)
	assert.False(t, other.Set().Equal(table.Set()))

	inFile := parse(t, `{"t": ParameterTable("""`+text+`""")}`)
	sub, err := inFile.Sub("t")
	require.NoError(t, err)
	again, err := paramset.NewTable(sub)
	require.NoError(t, err)
	assert.Equal(t, table, again)
	assert.Equal(t, []string{"row1", "row2", "row3"}, again.RowLabels())
	assert.Equal(t, []string{"col1", "col2", "col3"}, again.ColumnLabels())
	n := 0
	for name, c := range again.Columns() {
		n++
		assert.Equal(t, name, c.Label())
	}
	assert.Equal(t, 3, n)
}

func TestTableErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "a table with 0 rows and 0 columns"},
		{"# a b\nr 1 2\ns 1", `line 3, column 1: row "s" has 1 values for 2 columns`},
		{"# a b\nr 1 x", `row "r", column "b": "x" is no number`},
		{"# a a\nr 1 2", `two rows or columns of a table are called "a"`},
		{"# a.b\nr 1", "dots separate"},
	} {
		_, err := paramset.ParseTable(c.text)
		assert.ErrorContains(t, err, c.want)
	}
	for text, want := range map[string]string{
		`{"r": 1}`:                       `row "r" is the number 1`,
		`{"r": {"a": 1}, "s": {"b": 1}}`: `row "s" has no column "a"`,
		`{"r": {"a": 1}, "s": {}}`:       `row "s" has 0 columns`,
		`{"r": {"a": {"deeper": 1}}}`:    "is a set",
	} {
		_, err := paramset.NewTable(parse(t, text))
		assert.ErrorContains(t, err, want)
	}
	table, err := paramset.ParseTable("# a\nr 1")
	require.NoError(t, err)
	_, err = table.Row("x")
	require.ErrorIs(t, err, paramset.ErrNotFound)
	_, err = table.Column("x")
	require.ErrorIs(t, err, paramset.ErrNotFound)
}

func TestReferences(t *testing.T) {
	evaluate := func(r paramset.Reference, text string) any {
		v, err := r.Evaluate(parse(t, text))
		require.NoError(t, err)
		return v
	}
	a := paramset.Ref("A")
	assert.Equal(t, 3, evaluate(a.Add(1), `{"A": 2, "dummy": 3}`))
	assert.Equal(t, 2.0, evaluate(a.Div(10), `{"A": 20}`))
	assert.Equal(t, 2.0, evaluate(a.DivInto(10), `{"A": 5}`))
	assert.Equal(t, -5, evaluate(a.Sub(10), `{"A": 5}`))
	assert.Equal(t, 5, evaluate(a.SubFrom(10), `{"A": 5}`))
	assert.Equal(t, 25, evaluate(a.Pow(2), `{"A": 5}`))
	assert.Equal(t, 2, evaluate(a, `{"A": 2}`), "a reference is not changed by what is made of it")

	set := evaluate(a, `{"A": {"a": 1, "b": 2}}`).(*paramset.Set)
	assert.Equal(t, map[string]any{"a": 1, "b": 2}, set.Map())
	_, err := a.Add(1).Evaluate(parse(t, `{"A": {"a": 1}}`))
	require.ErrorIs(t, err, paramset.ErrType)
	_, err = a.Div("string").Evaluate(parse(t, `{"A": 5}`))
	require.ErrorIs(t, err, paramset.ErrType)

	s := parse(t, `{"p1": 2, "p2": 4, "p3": ref("p1") + ref("p2") + 1, "p4": ref('p3') + 1,
		"p5": {"z": ref('p4') + 1}, "p6": ref('p5'), "null": None, "n": ref("null"), "b": ref("p6.z"), "l": [1, ref("p1") * 2]}`)
	r, err := s.Resolve()
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"p1": 2, "p2": 4, "p3": 7, "p4": 8, "p5.z": 9, "p6.z": 9, "null": nil, "n": nil, "b": 9, "l": []any{1, 4},
	}, r.Flatten("."))
	_, isReference := get[any](t, s, "p3").(paramset.Reference)
	assert.True(t, isReference, "Resolve makes a copy")
}

func TestLoadWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.param")
	require.NoError(t, os.WriteFile(path, []byte(`{"sim": {"dt": 0.1}, "step": ref("sim.dt") * 2}`), 0o600))
	s, err := paramset.LoadWith(path, map[string]any{"sim.dt": 0.25})
	require.NoError(t, err)
	assert.Equal(t, 0.5, get[float64](t, s, "step"))
	_, err = paramset.LoadWith(path, map[string]any{"sim.dtt": 0.25})
	require.ErrorIs(t, err, paramset.ErrNotFound)
}

// The files that come with NeuroTools and its models are written like this.
func TestStyleOfModelFiles(t *testing.T) {
	s := parse(t, "# These are the parameters\n#\n{\n'excitatory' : \\\n\t{'v_thresh': -57.0, 'tau_refrac': 0.1,\n\t 'q_rr': 3214.0},\n\t\n'inhibitory' : \\\n\t{'v_thresh': -54.5,\n\t 'tau_rr': 1.97}\n\n}")
	assert.Equal(t, map[string]any{"excitatory.v_thresh": -57.0, "excitatory.tau_refrac": 0.1, "excitatory.q_rr": 3214.0, "inhibitory.v_thresh": -54.5, "inhibitory.tau_rr": 1.97}, s.Flatten("."))
}

func TestCongruent(t *testing.T) {
	a := parse(t, `{"a": 1, "b": {"c": 2, "d": 3}}`)
	for _, c := range []struct {
		text         string
		full, subset bool
	}{
		{`{"a": "x", "b": {"d": 1, "c": 1}}`, true, true},
		{`{"b": {"c": 1}}`, false, true},
		{`{"a": 1, "b": {"c": 1, "x": 1}}`, false, false},
		{`{"a": {"c": 1}, "b": {"c": 1, "d": 1}}`, false, false},
		{`{"a": 1, "b": 2}`, false, true},
	} {
		assert.Equal(t, c.full, paramset.Congruent(a, parse(t, c.text), false), c.text)
		assert.Equal(t, c.subset, paramset.Congruent(a, parse(t, c.text), true), c.text)
	}
}
