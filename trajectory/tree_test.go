package trajectory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

var epoch = time.Date(2015, 10, 21, 4, 23, 0, 0, time.UTC)

func newTrajectory(t *testing.T) *trajectory.Trajectory {
	t.Helper()
	tr, err := trajectory.New("test", trajectory.Options{Seed: 1, Now: func() time.Time { return epoch }})
	require.NoError(t, err)
	return tr
}

// add adds parameters that hold the number of their place in the list.
func add(t *testing.T, tr *trajectory.Trajectory, paths ...string) {
	t.Helper()
	for i, p := range paths {
		require.NoError(t, tr.AddParameter(p, i), p)
	}
}

func TestNames(t *testing.T) {
	tr, err := trajectory.New("Gigawatts_Experiment", trajectory.Options{AddTime: true, Now: func() time.Time { return epoch }})
	require.NoError(t, err)
	assert.Equal(t, "Gigawatts_Experiment_2015_10_21_04h23m00s", tr.Name())
	assert.Equal(t, "run_00000003", trajectory.RunName(3))
	assert.Equal(t, "run_ALL", trajectory.RunName(-1))
	assert.Equal(t, "run_set_00000", trajectory.RunSetName(999))
	assert.Equal(t, "run_set_00002", trajectory.RunSetName(2042))
	assert.Equal(t, "run_set_ALL", trajectory.RunSetName(-1))
	for _, bad := range []string{"", "a.b", "a b", "_a", "ü", strings.Repeat("x", 128)} {
		_, err := trajectory.New(bad, trajectory.Options{})
		assert.ErrorIs(t, err, trajectory.ErrName, "%q", bad)
	}
	for name, want := range map[string]int{"run_00000003": 3, "run_ALL": -1, "run_3": -1, "run_0000000a": -1, "run_000000003": -1, "run_99999999": 99999999, "r_00000003": -1} {
		i, ok := trajectory.ParseRunName(name)
		assert.Equal(t, want >= 0, ok, name)
		if ok {
			assert.Equal(t, want, i, name)
		}
	}
}

func TestValidateNameListsAllViolations(t *testing.T) {
	err := trajectory.ValidateName("overview._x.a b..ü." + strings.Repeat("n", 128))
	require.ErrorIs(t, err, trajectory.ErrName)
	for _, part := range []string{`"_x" starts with _`, `"a b" has the character ' '`, "a part is empty", `'ü'`, "128 characters (at most 127)", "overview is reserved"} {
		assert.Contains(t, err.Error(), part)
	}
	for _, good := range []string{"a", "A-b_9", "a.overview", "9", strings.Repeat("g", 300) + ".x", strings.Repeat("n", 127)} {
		assert.NoError(t, trajectory.ValidateName(good))
	}
}

func TestAddingPutsTheBranchInFront(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("model.tau", 1.0))
	require.NoError(t, tr.AddParameter("par.model.mu", 1.0))
	require.NoError(t, tr.AddParameter("parameters.model.eta", 1.0))
	require.NoError(t, tr.AddConfig("conf.x", 1))
	require.NoError(t, tr.AddDerived("y", 1))
	require.NoError(t, tr.AddResult("res.$.z", 1))
	require.NoError(t, tr.AddResult("$set.r_12.z", 1))
	for _, full := range []string{"parameters.model.tau", "parameters.model.mu", "parameters.model.eta", "config.x", "derived_parameters.y", "results.run_ALL.z", "results.run_set_ALL.run_00000012.z"} {
		n, err := tr.Node(full)
		require.NoError(t, err)
		assert.Equal(t, full, n.FullName())
		assert.True(t, tr.Contains(full))
	}
	assert.False(t, tr.Contains("tau"), "Contains takes no shortcuts")
	for path, want := range map[string]error{
		"model.tau":                trajectory.ErrExists, // there
		"model":                    trajectory.ErrExists, // a group
		"model.tau.x":              trajectory.ErrExists, // through a leaf
		"results.x":                trajectory.ErrName,   // another branch
		"parameters":               trajectory.ErrName,
		"":                         trajectory.ErrName,
		"a..b":                     trajectory.ErrName,
		"$mycard.x":                trajectory.ErrName,
		strings.Repeat("n", 128):   trajectory.ErrName,
		"ok." + "run_00000001.a.é": trajectory.ErrName,
	} {
		err := tr.AddParameter(path, 1)
		assert.ErrorIs(t, err, want, "%q: %v", path, err)
	}
	assert.ErrorIs(t, tr.AddGroup("overview.x"), trajectory.ErrName)
}

func TestFailedAddLeavesNothing(t *testing.T) {
	tr := newTrajectory(t)
	require.Error(t, tr.AddParameter("new.group.x", struct{}{}))
	require.Error(t, tr.AddResult("new.x", make(chan int)))
	require.Error(t, tr.AddParameter("new.group.x", 1, trajectory.Annotate("", 1)))
	assert.False(t, tr.Contains("parameters.new"))
	assert.False(t, tr.Contains("results.new"))
}

func TestSearch(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "model.tau", "model.deep.tau", "model2.x", "mod.x2", "a.one.same", "a.two.same", "model.deep.er.only", "b.model.y")
	require.NoError(t, tr.AddResult("runs.$.z", 1))
	g, err := tr.Group("model")
	require.NoError(t, err)
	for _, c := range []struct {
		from trajectory.Getter
		path string
		want string
		err  error
	}{
		{tr, "parameters.model.tau", "parameters.model.tau", nil},
		{tr, "par.model.tau", "parameters.model.tau", nil},
		{tr, "tau", "parameters.model.tau", nil}, // the shallowest
		{tr, "model.tau", "parameters.model.tau", nil},
		{tr, "deep.tau", "parameters.model.deep.tau", nil},
		{tr, "model.only", "parameters.model.deep.er.only", nil},
		{tr, "par.only", "parameters.model.deep.er.only", nil},
		{tr, "model", "parameters.model", nil}, // b.model is deeper
		{tr, "same", "", trajectory.ErrNotUnique},
		{tr, "two.same", "parameters.a.two.same", nil},
		{tr, "nothing", "", trajectory.ErrNotFound},
		{tr, "model.y", "", trajectory.ErrNotFound}, // model is found first, y is not below it
		{tr, "b.y", "parameters.b.model.y", nil},
		{tr, "", "", nil},
		{tr, "res.runs.run_A.z", "results.runs.run_ALL.z", nil},
		{tr, "$.z", "results.runs.run_ALL.z", nil},
		{tr, "crun.z", "results.runs.run_ALL.z", nil},
		{tr, "a..b", "", trajectory.ErrNotFound},
		{g, "tau", "parameters.model.tau", nil},
		{g, "deep.only", "parameters.model.deep.er.only", nil},
		{g, "parameters.model.tau", "parameters.model.tau", nil}, // absolute names work below the group
		{g, "parameters.model2.x", "", trajectory.ErrNotFound},   // whole parts are compared
		{g, "x", "", trajectory.ErrNotFound},
		{g, "parameters.b.model.y", "", trajectory.ErrNotFound},
		{g, "", "parameters.model", nil},
	} {
		n, err := c.from.Node(c.path)
		if c.err != nil {
			assert.ErrorIs(t, err, c.err, c.path)
			continue
		}
		require.NoError(t, err, c.path)
		assert.Equal(t, c.want, n.FullName(), c.path)
	}
	_, err = tr.Node("same")
	assert.ErrorContains(t, err, "parameters.a.one.same")
	assert.ErrorContains(t, err, "parameters.a.two.same")
	_, err = tr.Node("model.tua")
	assert.ErrorContains(t, err, "did you mean parameters.model.tau?")
	_, err = tr.Parameter("model")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = tr.Group("tau")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = tr.Result("tau")
	assert.ErrorIs(t, err, trajectory.ErrType)
}

// Searching by the index of last names finds what walking the tree level by level does.
func TestSearchAgreesWithWalking(t *testing.T) {
	tr := newTrajectory(t)
	linked := newTrajectory(t)
	names := []string{"a", "b", "c"}
	n := 0
	for _, x := range names {
		for _, y := range names {
			for _, z := range names {
				if n++; n%4 == 0 {
					continue
				}
				for _, to := range []*trajectory.Trajectory{tr, linked} {
					add(t, to, strings.Join([]string{x, y, z, fmt.Sprint("leaf", n)}, "."))
				}
			}
		}
	}
	// A link to a place of its own makes the other search do the work.
	require.NoError(t, linked.AddGroup("zz.target"))
	require.NoError(t, linked.AddLink("zz.link", "zz.target"))
	for _, x := range names {
		for _, y := range names {
			for _, z := range []string{"a", "b", "c", "leaf1", "leaf9", "leaf26", "leaf4"} {
				for _, path := range []string{z, y + "." + z, x + "." + y + "." + z} {
					got, err := tr.Node(path)
					want, wantErr := linked.Node(path)
					if wantErr != nil {
						require.Error(t, err, path)
						assert.Equal(t, strings.Contains(wantErr.Error(), "unique"), strings.Contains(err.Error(), "unique"), path)
						continue
					}
					require.NoError(t, err, path)
					assert.Equal(t, want.FullName(), got.FullName(), path)
				}
			}
		}
	}
}

func TestLinks(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "a.b.x", "other.y")
	require.NoError(t, tr.AddLink("parameters.a.b.back", "a"))
	require.NoError(t, tr.AddLink("links.to.b", "a.b"))
	for path, want := range map[string]string{
		"links.to.b":                            "parameters.a.b",
		"links.to.b.x":                          "parameters.a.b.x",
		"parameters.a.b.back":                   "parameters.a",
		"parameters.a.b.back.b.x":               "parameters.a.b.x",
		"parameters.a.b.back.b.back.b.back.b.x": "parameters.a.b.x",
		"links.x":                               "parameters.a.b.x",
		"x":                                     "parameters.a.b.x",
		"y":                                     "parameters.other.y",
		"links.to.b.back.b.x":                   "parameters.a.b.x",
		strings.Repeat("back.b.", 20) + "x":     "parameters.a.b.x",
	} {
		n, err := tr.Node(path)
		require.NoError(t, err, path)
		assert.Equal(t, want, n.FullName(), path)
	}
	assert.ErrorIs(t, tr.AddGroup("links.to.b.c"), trajectory.ErrThroughLink)
	assert.ErrorIs(t, tr.AddLink("results", "a"), trajectory.ErrName)
	assert.ErrorIs(t, tr.AddLink("root", ""), trajectory.ErrName)
	assert.ErrorIs(t, tr.AddLink("nowhere", "nothing"), trajectory.ErrNotFound)
	g, err := tr.Group("links.to")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"b": "parameters.a.b"}, g.Links())
	assert.Equal(t, "parameters.a.b", g.Children()[0].FullName())

	// What a removed node was linked from goes too.
	require.Error(t, tr.Remove("a.b", false), "it has children")
	require.NoError(t, tr.Remove("a.b", true))
	assert.False(t, tr.Contains("links.to.b"))
	_, err = tr.Node("x")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestCommentsAndAnnotations(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("durations.initial", 0.5, trajectory.Comment("first"), trajectory.Annotate("order", 0), trajectory.Annotate("unit", "s")))
	require.NoError(t, tr.AddGroup("parameters.g", trajectory.Comment("a group"), trajectory.Annotate("k", []float64{1})))
	n, err := tr.Node("initial")
	require.NoError(t, err)
	assert.Equal(t, "first", n.Comment())
	assert.Equal(t, map[string]any{"order": 0, "unit": "s"}, n.Annotations())
	require.NoError(t, tr.Annotate("initial", "order", 1))
	require.NoError(t, tr.SetComment("initial", "second"))
	assert.Equal(t, map[string]any{"order": 1, "unit": "s"}, n.Annotations())
	assert.Equal(t, "second", n.Comment())
	assert.ErrorIs(t, tr.Annotate("initial", "bad name", 1), trajectory.ErrName)
	assert.ErrorIs(t, tr.Annotate("initial", "x", struct{}{}), trajectory.ErrType)
	n.Annotations()["order"] = 99
	assert.Equal(t, 1, n.Annotations()["order"], "it is a copy")
}

func TestLocking(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "x", "y")
	require.NoError(t, tr.Set("y", 7))
	assert.ErrorIs(t, tr.Set("y", "text"), trajectory.ErrType)
	tr.Lock()
	assert.ErrorIs(t, tr.Set("y", 8), trajectory.ErrLocked)
	assert.ErrorIs(t, tr.AddParameter("z", 8), trajectory.ErrLocked)
	assert.ErrorIs(t, tr.AddDerived("z", 8), trajectory.ErrLocked)
	assert.ErrorIs(t, tr.Explore(trajectory.Over("x", trajectory.Values(1))), trajectory.ErrLocked)
	assert.ErrorIs(t, tr.Remove("x", false), trajectory.ErrLocked)
	y, err := trajectory.Get[int](tr, "y")
	require.NoError(t, err)
	assert.Equal(t, 7, y)
	assert.NoError(t, tr.AddResult("after", 1))
}

func TestPreset(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.Preset("traffic.cars", 7))
	require.NoError(t, tr.Preset("parameters.never", 7))
	require.NoError(t, tr.Preset("wrong", "text"))
	require.NoError(t, tr.AddParameter("traffic.cars", 3))
	cars, err := trajectory.Get[int](tr, "cars")
	require.NoError(t, err)
	assert.Equal(t, 7, cars)
	assert.ErrorIs(t, tr.AddParameter("wrong", 3), trajectory.ErrType)
	assert.Equal(t, []string{"parameters.never", "parameters.wrong"}, tr.Unused())
	assert.ErrorIs(t, tr.Preset("traffic.cars", 8), trajectory.ErrExists)
}

func TestIteration(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "b.y", "b.x", "a", "b-c")
	require.NoError(t, tr.AddResult("r", trajectory.Items{"p": 1, "q": 2.5}))
	var names []string
	for name, p := range tr.Root().Parameters() {
		names = append(names, name)
		assert.Equal(t, name, p.FullName())
	}
	assert.Equal(t, []string{"parameters.a", "parameters.b.x", "parameters.b.y", "parameters.b-c"}, names)
	names = nil
	for name := range tr.Root().Nodes() {
		if names = append(names, name); len(names) == 3 {
			break
		}
	}
	assert.Equal(t, []string{"parameters", "parameters.a", "parameters.b"}, names)
	r, err := tr.Result("r")
	require.NoError(t, err)
	items, err := r.Items()
	require.NoError(t, err)
	assert.Equal(t, trajectory.Items{"p": 1, "q": 2.5}, items)
	_, err = r.Value()
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	q, err := r.Item("q")
	require.NoError(t, err)
	assert.Equal(t, 2.5, q)
	_, err = r.Item("z")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestStrings(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("tau", 10.0, trajectory.Comment("time constant")))
	require.NoError(t, tr.AddResult("r", trajectory.Items{"k": 1, "text": strings.Repeat("x", 100)}))
	require.NoError(t, tr.Explore(trajectory.Over("tau", trajectory.Values(1.0, 2.0))))
	p, err := tr.Parameter("tau")
	require.NoError(t, err)
	assert.Equal(t, "<Parameter> parameters.tau (len:2, `time constant`): 10.0", p.String())
	r, err := tr.Result("r")
	require.NoError(t, err)
	assert.Equal(t, "Result results.r: k=1, text='"+strings.Repeat("x", 50)+"...", r.String())
	assert.Equal(t, "Trajectory test (len:2): parameters, results", tr.String())
}

func TestWildcards(t *testing.T) {
	tr, err := trajectory.New("w", trajectory.Options{Wildcards: []trajectory.Wildcard{
		{Names: []string{"$decade"}, Func: func(i int) string {
			if i < 0 {
				return "all_decades"
			}
			return fmt.Sprintf("decade_%d", i/10)
		}},
	}})
	require.NoError(t, err)
	add(t, tr, "x")
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Trials(2100))))
	require.NoError(t, tr.AddResult("$decade.common", 1))
	r, err := tr.Run(2042)
	require.NoError(t, err)
	require.NoError(t, r.AddResult("$set.$.z", 1680))
	require.NoError(t, r.AddResult("$decade.w", 1))
	for path, want := range map[string]string{
		"z":              "results.run_set_00002.run_00002042.z",
		"$set.z":         "results.run_set_00002.run_00002042.z",
		"$.z":            "results.run_set_00002.run_00002042.z",
		"w":              "results.decade_204.w",
		"$decade.common": "results.all_decades.common", // not there for the run: that for all runs
	} {
		n, err := r.Node(path)
		require.NoError(t, err, path)
		assert.Equal(t, want, n.FullName())
	}
	for _, bad := range [][]trajectory.Wildcard{
		{{Names: []string{"$"}, Func: func(int) string { return "same" }}},
		{{Names: []string{"$x"}, Func: func(int) string { return "not allowed" }}},
		{{Names: []string{"$x", "$x"}, Func: trajectory.RunName}},
		{{Names: []string{"$x"}}},
		{{Names: []string{"$x y"}, Func: trajectory.RunName}},
	} {
		_, err := trajectory.New("w", trajectory.Options{Wildcards: bad})
		assert.Error(t, err)
	}
}
