package trajectory_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

func TestPartsOfNames(t *testing.T) {
	for name, want := range map[string][3]any{
		"": {"", "", 0}, "a": {"", "a", 1}, "a.b": {"a", "a", 2}, "results.runs.run_00000003.z": {"results.runs.run_00000003", "results", 4},
	} {
		assert.Equal(t, want, [3]any{trajectory.Location(name), trajectory.Branch(name), trajectory.Depth(name)}, name)
	}
}

// nested is a tree with the same name at several depths, a link and three runs.
func nested(t *testing.T) *trajectory.Trajectory {
	t.Helper()
	tr := newTrajectory(t)
	add(t, tr, "a.x", "a.b.c.d.x", "a.b.y", "k")
	require.NoError(t, tr.AddLink("parameters.a.to", "parameters.a.b.c"))
	require.NoError(t, tr.AddParameter("n", 0))
	require.NoError(t, tr.Explore(trajectory.Over("n", trajectory.Trials(3))))
	for i := range 3 {
		require.NoError(t, tr.AddResult(fmt.Sprintf("runs.r_%d.z", i), 10*i))
	}
	require.NoError(t, tr.AddResult("$.z", -1))
	require.NoError(t, tr.AddResult("$.common", 5))
	return tr
}

func TestLook(t *testing.T) {
	tr := nested(t)
	root := tr.Root()
	for _, c := range []struct {
		look trajectory.Look
		path string
		want string // "" if it is not found
	}{
		{trajectory.Look{}, "a.x", "parameters.a.x"},
		{trajectory.Look{}, "d.x", "parameters.a.b.c.d.x"},
		{trajectory.Look{NoShortcuts: true}, "a.x", ""},
		{trajectory.Look{NoShortcuts: true}, "x", ""},
		{trajectory.Look{NoShortcuts: true}, "parameters.a.x", "parameters.a.x"},
		{trajectory.Look{NoShortcuts: true}, "par.a.b.c.d.x", "parameters.a.b.c.d.x"},
		{trajectory.Look{NoShortcuts: true}, "parameters.a.to.d.x", "parameters.a.b.c.d.x"},
		{trajectory.Look{NoShortcuts: true, NoLinks: true}, "parameters.a.to.d.x", ""},
		{trajectory.Look{NoShortcuts: true, NoLinks: true}, "parameters.a.to", ""},
		{trajectory.Look{NoLinks: true}, "to.d.x", ""},
		{trajectory.Look{NoLinks: true}, "parameters.a.to", ""},
		{trajectory.Look{NoLinks: true}, "d.x", "parameters.a.b.c.d.x"},
		{trajectory.Look{}, "to.d.x", "parameters.a.b.c.d.x"},
		{trajectory.Look{MaxDepth: 6}, "d.x", "parameters.a.b.c.d.x"},
		{trajectory.Look{MaxDepth: 5}, "d.x", "parameters.a.b.c.d.x"}, // through the link: parameters.a.to.d.x
		{trajectory.Look{MaxDepth: 5, NoLinks: true}, "d.x", ""},
		{trajectory.Look{MaxDepth: 4}, "d.x", ""},
		{trajectory.Look{MaxDepth: 3}, "x", "parameters.a.x"},
		{trajectory.Look{MaxDepth: 2}, "x", ""},
		{trajectory.Look{MaxDepth: 2}, "parameters.a.x", ""},
		{trajectory.Look{MaxDepth: 3}, "parameters.a.x", "parameters.a.x"},
		{trajectory.Look{MaxDepth: 2}, "k", "parameters.k"},
		{trajectory.Look{MaxDepth: 1}, "k", ""},
	} {
		n, err := root.With(c.look).Node(c.path)
		if c.want == "" {
			assert.ErrorIs(t, err, trajectory.ErrNotFound, "%+v %s", c.look, c.path)
			continue
		}
		require.NoError(t, err, "%+v %s", c.look, c.path)
		assert.Equal(t, c.want, n.FullName(), "%+v %s", c.look, c.path)
	}
	// The limits hold for groups that are found with them, counted from there.
	a, err := root.With(trajectory.Look{MaxDepth: 2}).Group("parameters.a")
	require.NoError(t, err)
	_, err = a.Node("b.y")
	require.NoError(t, err)
	_, err = a.Node("b.c.d")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	// In a run too.
	r, err := tr.Run(2)
	require.NoError(t, err)
	z, err := trajectory.Get[int](r.Root().With(trajectory.Look{NoShortcuts: true}), "results.runs.$.z")
	require.NoError(t, err)
	assert.Equal(t, 20, z)
	z, err = trajectory.Get[int](r.Root().With(trajectory.Look{NoShortcuts: true}), "results.$.common")
	require.NoError(t, err)
	assert.Equal(t, 5, z)
}

func TestAbsoluteNamesFromAGroup(t *testing.T) {
	tr := nested(t)
	g, err := tr.Group("parameters.a.b")
	require.NoError(t, err)
	n, err := g.Node("parameters.a.b.c.d.x")
	require.NoError(t, err)
	assert.Equal(t, "parameters.a.b.c.d.x", n.FullName())
	assert.True(t, g.Contains("parameters.a.b.y"))
	assert.True(t, g.Contains("c.d.x"))
	assert.False(t, g.Contains("parameters.a.x"), "it is not below the group")
	assert.False(t, g.Contains("x"), "no shortcuts")
	assert.False(t, g.Contains(""))
	add(t, tr, "a.bb.y")
	assert.False(t, g.Contains("parameters.a.bb.y"), "parts are compared, not letters")
	a, err := tr.Group("parameters.a")
	require.NoError(t, err)
	assert.True(t, a.Contains("to.d.x"))
	assert.True(t, tr.Contains("conf") == false && tr.Contains("par.a"))
}

func TestBranches(t *testing.T) {
	tr := newTrajectory(t)
	for name, g := range map[string]*trajectory.Group{"config": tr.Config(), "parameters": tr.Parameters(), "derived_parameters": tr.Derived(), "results": tr.Results()} {
		assert.Equal(t, name, g.FullName())
		assert.Empty(t, g.Children())
	}
	assert.Empty(t, tr.Root().Children(), "asking makes none")
	require.NoError(t, tr.Parameters().AddParameter("a.x", 1))
	require.NoError(t, tr.Config().AddConfig("workers", 2))
	require.NoError(t, tr.Derived().AddDerived("twice", 2))
	require.NoError(t, tr.Results().AddResult("z", 3))
	a, err := tr.Group("a")
	require.NoError(t, err)
	require.NoError(t, a.AddParameter("b.y", 4, trajectory.Comment("below a")))
	require.NoError(t, a.AddGroup("empty"))
	require.NoError(t, a.AddLink("me", "a"))
	for _, name := range []string{"parameters.a.x", "config.workers", "derived_parameters.twice", "results.z", "parameters.a.b.y", "parameters.a.empty", "parameters.a.me.me.x"} {
		assert.True(t, tr.Contains(name), name)
	}
	assert.ErrorIs(t, a.AddResult("z", 1), trajectory.ErrName)
	assert.ErrorIs(t, tr.Results().AddParameter("x", 1), trajectory.ErrName)
	assert.ErrorIs(t, a.AddConfig("x", 1), trajectory.ErrName)
	assert.ErrorIs(t, a.AddDerived("x", 1), trajectory.ErrName)
	parent, ok := a.Parent()
	require.True(t, ok)
	assert.Equal(t, "parameters", parent.FullName())
	root, ok := parent.Parent()
	require.True(t, ok)
	assert.Equal(t, "", root.FullName())
	_, ok = root.Parent()
	assert.False(t, ok)
	var groups []string
	for _, g := range tr.Root().Groups() {
		groups = append(groups, g.Name())
	}
	assert.Equal(t, []string{"config", "derived_parameters", "parameters", "results"}, groups)

	r, err := tr.Run(0)
	require.NoError(t, err)
	ra, err := r.Group("a")
	require.NoError(t, err)
	assert.ErrorIs(t, ra.AddParameter("q", 1), trajectory.ErrLocked)
	res, err := r.Group("results")
	require.NoError(t, err)
	require.NoError(t, res.AddResult("mine.w", 1))
	require.NoError(t, res.AddGroup("mine.sub", trajectory.Comment("a group")))
	require.NoError(t, res.AddLink("mine.link", "parameters.a"))
	der, err := r.Group("derived_parameters")
	require.NoError(t, err)
	require.NoError(t, der.AddDerived("h", 1))
	var names []string
	for _, rec := range r.Records() {
		names = append(names, rec.Name)
	}
	assert.Equal(t, []string{"derived_parameters.runs.run_00000000.h", "results.runs.run_00000000.mine.link", "results.runs.run_00000000.mine.sub", "results.runs.run_00000000.mine.w"}, names)
}

func TestAddGoesWhereThePathSays(t *testing.T) {
	tr := newTrajectory(t)
	for _, path := range []string{"par.x", "conf.x", "dpar.x", "res.x", "mine.x"} {
		require.NoError(t, tr.Add(path, 1.5))
	}
	for path, class := range map[string]string{"parameters.x": "Parameter", "config.x": "Parameter", "derived_parameters.x": "Parameter", "results.x": "Result", "mine.x": "Result"} {
		n, err := tr.Root().With(trajectory.Look{NoShortcuts: true}).Node(path)
		require.NoError(t, err)
		assert.Equal(t, class, n.Class())
	}
	assert.ErrorIs(t, tr.Add("overview.x", 1), trajectory.ErrName)
}

func TestAddRecord(t *testing.T) {
	from := nested(t)
	to := newTrajectory(t)
	for r, err := range from.Records() {
		require.NoError(t, err)
		if r.Name != "" && !to.Contains(r.Name) {
			require.NoError(t, to.AddRecord(r), r.Name)
		}
	}
	check(t, to, "k", 3)
	n, err := to.Node("to.d.x")
	require.NoError(t, err)
	assert.Equal(t, "parameters.a.b.c.d.x", n.FullName())
	assert.ErrorIs(t, to.AddRecord(trajectory.Record{Name: "results", Link: "par"}), trajectory.ErrExists)
	assert.ErrorIs(t, to.AddRecord(trajectory.Record{Name: "a b"}), trajectory.ErrName)
	bad := trajectory.Record{Name: "parameters.bad", Leaf: true, Class: "Parameter", Items: []trajectory.Item{texted("x", "y")}}
	assert.ErrorIs(t, to.AddRecord(bad), trajectory.ErrCorrupt)
	assert.False(t, to.Contains("parameters.bad"))
	bad.Items[0].Data.Values = 7
	assert.ErrorIs(t, to.AddRecord(bad), trajectory.ErrType)
	require.NoError(t, to.AddRecord(trajectory.Record{Name: "results.raw", Leaf: true, Class: "Foreign", Items: []trajectory.Item{texted("x", "y")}}))
	check(t, to, "raw", "y")
}

func walked(g *trajectory.Group, w trajectory.Walk) []string {
	var out []string
	for name, n := range g.Walk(w) {
		if n.FullName() != name {
			panic(name)
		}
		out = append(out, name)
	}
	return out
}

func TestWalk(t *testing.T) {
	tr := nested(t)
	a, err := tr.Group("parameters.a")
	require.NoError(t, err)
	assert.Equal(t, []string{"parameters.a.b", "parameters.a.x", "parameters.a.b.c", "parameters.a.b.y", "parameters.a.b.c.d", "parameters.a.b.c.d.x"}, walked(a, trajectory.Walk{}))
	assert.Equal(t, []string{"parameters.a.b", "parameters.a.b.c", "parameters.a.x", "parameters.a.b.y", "parameters.a.b.c.d", "parameters.a.b.c.d.x"}, walked(a, trajectory.Walk{Links: true}), "what a link leads to comes where the link is, once")
	assert.Equal(t, []string{"parameters.a.b", "parameters.a.x"}, walked(a, trajectory.Walk{MaxDepth: 1}))
	assert.Equal(t, []string{"parameters.a.b", "parameters.a.x", "parameters.a.b.y"}, walked(a, trajectory.Walk{Keep: func(n trajectory.Node) bool { return n.Name() != "c" }}))
	results := func(runs ...int) []string {
		return walked(tr.Results(), trajectory.Walk{Runs: runs, Keep: func(n trajectory.Node) bool { return n.Name() != "common" }})
	}
	assert.Equal(t, []string{"results.runs", "results.runs.run_00000001", "results.runs.run_00000001.z"}, results(1))
	assert.Equal(t, []string{"results.run_ALL", "results.runs", "results.run_ALL.z", "results.runs.run_00000002", "results.runs.run_00000002.z"}, results(2, -1))
	assert.Equal(t, []string{"results.runs"}, results(7))
	for range a.Walk(trajectory.Walk{}) {
		break
	}
}

func TestMaps(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "a.x", "b.y")
	require.NoError(t, tr.AddResult("z", 1.5))
	require.NoError(t, tr.AddResult("many", trajectory.Items{"p": 1, "q": 2}))
	m, err := tr.Root().Map(trajectory.MapOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"parameters.a.x", "parameters.b.y", "results.many", "results.z"}, slices.Sorted(keysOf(m)))
	assert.IsType(t, &trajectory.Parameter{}, m["parameters.a.x"])
	m, err = tr.Root().Map(trajectory.MapOptions{Values: true, ShortNames: true})
	require.NoError(t, err)
	assert.IsType(t, &trajectory.Result{}, m["many"], "no one value")
	delete(m, "many")
	assert.Equal(t, map[string]any{"x": 0, "y": 1, "z": 1.5}, m)
	add(t, tr, "c.x")
	_, err = tr.Root().Map(trajectory.MapOptions{ShortNames: true})
	assert.ErrorIs(t, err, trajectory.ErrNotUnique)
	require.NoError(t, tr.AddLink("links.b", "parameters.b"))
	links, err := tr.Group("links")
	require.NoError(t, err)
	m, err = links.Map(trajectory.MapOptions{Links: true, Values: true})
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"parameters.b.y": 1}, m)
}

func keysOf(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestFindAll(t *testing.T) {
	tr := nested(t)
	find := func(g *trajectory.Group, pattern string) string {
		nodes, err := g.FindAll(pattern)
		require.NoError(t, err)
		var out []string
		for _, n := range nodes {
			out = append(out, n.FullName())
		}
		return strings.Join(out, " ")
	}
	assert.Equal(t, "parameters.a.b.c.d.x parameters.a.x", find(tr.Root(), "x"))
	assert.Equal(t, "parameters.a.b.c.d.x", find(tr.Root(), "c.x"))
	assert.Equal(t, "results.runs.run_00000000.z results.runs.run_00000001.z results.runs.run_00000002.z", find(tr.Root(), "runs.z"))
	assert.Equal(t, "results.run_ALL.z", find(tr.Root(), "$.z"))
	assert.Equal(t, "results.runs.run_00000001.z", find(tr.Root(), "r_1.z"))
	assert.Equal(t, "", find(tr.Root(), "nothing"))
	g, err := tr.Group("parameters.a.b")
	require.NoError(t, err)
	assert.Equal(t, "parameters.a.b.c.d.x", find(g, "x"))
	assert.Equal(t, "", find(g.With(trajectory.Look{NoShortcuts: true}), "x"))
	assert.Equal(t, "parameters.a.b.c.d.x", find(g.With(trajectory.Look{NoShortcuts: true}), "c.d.x"))
	assert.Equal(t, "parameters.a.x", find(tr.Root().With(trajectory.Look{MaxDepth: 3}), "x"))
	_, err = tr.FindAll("a b")
	assert.ErrorIs(t, err, trajectory.ErrName)
}

func TestGetOr(t *testing.T) {
	tr := nested(t)
	v, err := trajectory.GetOr(tr, "k", 7)
	require.NoError(t, err)
	assert.Equal(t, 3, v)
	v, err = trajectory.GetOr(tr, "nothing", 7)
	require.NoError(t, err)
	assert.Equal(t, 7, v)
	_, err = trajectory.GetOr(tr, "k", "text")
	assert.ErrorIs(t, err, trajectory.ErrType)
}

func TestEqualNodes(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("a.x", []float64{1, math.NaN()}, trajectory.Comment("one")))
	require.NoError(t, tr.AddParameter("b.x", []float64{1, math.NaN()}, trajectory.Comment("other"), trajectory.Annotate("n", 1)))
	require.NoError(t, tr.AddParameter("c.x", []float64{1, 2}))
	require.NoError(t, tr.AddResult("r", 1))
	require.NoError(t, tr.AddResult("s", 1))
	require.NoError(t, tr.AddResult("u", 1.0))
	same := func(a, b string) bool {
		x, err := tr.Node(a)
		require.NoError(t, err)
		y, err := tr.Node(b)
		require.NoError(t, err)
		ok, err := trajectory.Equal(x, y)
		require.NoError(t, err)
		return ok
	}
	assert.True(t, same("a.x", "b.x"))
	assert.False(t, same("a.x", "c.x"))
	assert.True(t, same("r", "s"))
	assert.False(t, same("r", "u"), "another type")
	assert.False(t, same("r", "a.x"))
	assert.False(t, same("a", "a"), "groups hold nothing of their own")
	require.NoError(t, tr.Explore(trajectory.Over("a.x", trajectory.Values([]float64{1, 2}))))
	assert.False(t, same("a.x", "b.x"))
}

func TestFlattenAndNest(t *testing.T) {
	nestedMap := map[string]any{"a": 1, "b": map[string]any{"c": 2, "d": map[string]any{"e": "x"}}, "none": map[string]any{}}
	flat := map[string]any{"a": 1, "b.c": 2, "b.d.e": "x", "none": map[string]any{}}
	assert.Equal(t, flat, trajectory.Flatten(nestedMap))
	back, err := trajectory.Nest(flat)
	require.NoError(t, err)
	assert.Equal(t, nestedMap, back)
	for _, bad := range []map[string]any{{"a": 1, "a.b": 2}, {"a.b": 1, "a": map[string]any{"c": 1}, "a.c": 3}} {
		_, err := trajectory.Nest(bad)
		assert.ErrorIs(t, err, trajectory.ErrExists)
	}
}

func TestStringForms(t *testing.T) {
	tr, err := trajectory.New("test", trajectory.Options{Comment: "about it"})
	require.NoError(t, err)
	add(t, tr, "a.b", "c", "d", "e", "f", "g")
	require.NoError(t, tr.AddParameter("text", "two\nlines", trajectory.Comment("a text")))
	require.NoError(t, tr.AddResult("r", trajectory.Items{"k": 1, "l": "x"}, trajectory.Comment("a result")))
	require.NoError(t, tr.AddResult("none", trajectory.Items{}))
	require.NoError(t, tr.AddResult("just", trajectory.Items{"x": strings.Repeat("y", 58)}))
	require.NoError(t, tr.AddResult("over", trajectory.Items{"x": strings.Repeat("ß", 59)}))
	require.NoError(t, tr.Explore(trajectory.Over("c", trajectory.Trials(4))))
	str := func(path string) string {
		n, err := tr.Node(path)
		require.NoError(t, err)
		return fmt.Sprint(n)
	}
	assert.Equal(t, "Trajectory test (`about it`, len:4): parameters, results", tr.String())
	assert.Equal(t, tr.String(), str(""))
	r, err := tr.Run(2)
	require.NoError(t, err)
	assert.Equal(t, "Trajectory (during single run) test (`about it`, len:4): parameters, results", r.String())
	assert.Equal(t, "Group parameters: a, c, d, e, f, g, ...", str("parameters"))
	require.NoError(t, tr.SetComment("a", "one"))
	assert.Equal(t, "Group parameters.a (`one`): b", str("a"))
	assert.Equal(t, "<Parameter> parameters.text (`a text`): 'two\\nlines'", str("text"))
	assert.Equal(t, "<Parameter> parameters.c (len:4): 1", str("c"))
	assert.Equal(t, "<Parameter> parameters.d: 2", str("d"))
	assert.Equal(t, "Result results.r (`a result`): k=1, l='x'", str("results.r"))
	assert.Equal(t, "Result results.none", str("none"))
	assert.Equal(t, "Result results.just: x='"+strings.Repeat("y", 58)+"'", str("just"), "62 characters and the comma")
	assert.Equal(t, "Result results.over: x='"+strings.Repeat("ß", 58)+"...", str("over"))
	empty := opened(t, trajectory.Record{Name: "parameters.e", Leaf: true, Class: "Parameter"})
	p, err := empty.Parameter("e")
	require.NoError(t, err)
	assert.True(t, p.Empty())
	assert.Equal(t, "<Parameter> parameters.e", p.String())
	assert.Nil(t, p.Value())
}

// Asking for what is not there does not look for what it might be.
func TestSuggestionsAreMadeForReaders(t *testing.T) {
	tr := large(t)
	allocs := testing.AllocsPerRun(10, func() {
		assert.False(t, tr.Contains("parameters.group42.sub.p4343"))
	})
	assert.Less(t, allocs, 30.0)
	_, err := tr.Node("parameters.group42.sub.p4242x")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.ErrorContains(t, err, "did you mean parameters.group42.sub.p4242?")
	_, err = newTrajectory(t).Node("something")
	assert.NotContains(t, err.Error(), "did you mean")
	for _, far := range []string{"nothing", "quitedifferent", "z"} {
		_, err = tr.Node(far)
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
		assert.NotContains(t, err.Error(), "did you mean", "nothing is like it")
	}
	v, err := trajectory.GetOr(tr, "nothing.like.it", 5)
	require.NoError(t, err)
	assert.Equal(t, 5, v)
}
