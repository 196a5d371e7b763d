package trajectory_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

func leaves(tr *trajectory.Trajectory) []string {
	var out []string
	for name := range tr.Root().Leaves() {
		out = append(out, name)
	}
	return out
}

func TestRemoving(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "a.x", "a.y", "b.x")
	assert.Error(t, tr.Remove("a", false), "it has children")
	assert.ErrorIs(t, tr.Remove("nothing", true), trajectory.ErrNotFound)
	assert.ErrorIs(t, tr.Remove("", true), trajectory.ErrName)
	require.NoError(t, tr.Remove("a.x", false))
	require.NoError(t, tr.Remove("a", true))
	assert.Equal(t, []string{"parameters.b.x"}, leaves(tr))
	n, err := tr.Node("x")
	require.NoError(t, err)
	assert.Equal(t, "parameters.b.x", n.FullName(), "a search does not find what is gone")
	add(t, tr, "a.x")
	require.NoError(t, tr.Clear())
	assert.Empty(t, tr.Root().Children())
	assert.True(t, tr.IsEmpty())
	require.NoError(t, tr.AddConfig("c", 1))
	assert.True(t, tr.IsEmpty(), "config does not count")
	add(t, tr, "x")
	assert.False(t, tr.IsEmpty())
	tr.Lock()
	assert.ErrorIs(t, tr.Remove("x", false), trajectory.ErrLocked)
	assert.ErrorIs(t, tr.Clear(), trajectory.ErrLocked)
	require.NoError(t, tr.AddResult("r", 1))
	require.NoError(t, tr.Remove("r", false))
}

func TestRemovingWhere(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "a.x", "a.sub.y", "a.sub.keep", "b.x", "b.c.x")
	require.NoError(t, tr.AddLink("links.sub", "a.sub"))
	require.NoError(t, tr.AddLink("links.x", "b.x"))
	require.NoError(t, tr.RemoveWhere("parameters", func(n trajectory.Node) bool { return n.Name() != "keep" }))
	assert.Equal(t, []string{"parameters.a.sub.keep"}, leaves(tr), "groups stay where something is left")
	assert.True(t, tr.Contains("links.sub.keep"))
	assert.False(t, tr.Contains("links.x"), "links to what is gone go too")
	require.NoError(t, tr.RemoveWhere("", func(n trajectory.Node) bool { return n.Class() == "link" || n.FullName() == "links" }))
	assert.False(t, tr.Contains("links"))
	assert.True(t, tr.Contains("parameters.a.sub.keep"))
	require.NoError(t, tr.RemoveWhere("", func(trajectory.Node) bool { return true }))
	assert.Empty(t, tr.Root().Children())
}

func TestRemovingLinks(t *testing.T) {
	tr := newTrajectory(t)
	add(t, tr, "a.x")
	require.NoError(t, tr.AddLink("l.one", "a"))
	require.NoError(t, tr.AddLink("l.two", "l.one.x"))
	require.NoError(t, tr.RemoveLink("l.one"))
	assert.True(t, tr.Contains("l.two"), "it leads to what the first one led to")
	assert.ErrorIs(t, tr.RemoveLink("l.one"), trajectory.ErrNotFound)
	assert.ErrorIs(t, tr.RemoveLink("par.a"), trajectory.ErrNotFound, "no link")
	assert.ErrorIs(t, tr.RemoveLink("nothing.one"), trajectory.ErrNotFound)
	require.NoError(t, tr.AddLink("top", "a"))
	require.NoError(t, tr.RemoveLink("top"))
	// A link to a link goes with it.
	linked := opened(t, trajectory.Record{Name: "results.z", Leaf: true, Class: "Result"},
		trajectory.Record{Name: "links.a", Link: "results.z"}, trajectory.Record{Name: "links.b", Link: "links.a"}, trajectory.Record{Name: "links.c", Link: "links.b"})
	require.NoError(t, linked.RemoveLink("links.a"))
	g, err := linked.Group("links")
	require.NoError(t, err)
	assert.Empty(t, g.Links())
}

func TestRemovingExploredParameters(t *testing.T) {
	tr := xy(t, trajectory.Zip{trajectory.Over("x", trajectory.Values(1, 2)), trajectory.Over("y", trajectory.Values(6, 7))})
	require.NoError(t, tr.Remove("x", false))
	assert.Equal(t, []string{"parameters.y"}, tr.Explored())
	assert.Equal(t, 2, tr.Len())
	require.NoError(t, tr.Remove("y", false))
	assert.Empty(t, tr.Explored())
	assert.Equal(t, 1, tr.Len(), "nothing is explored any more")

	// What comes from a file keeps its runs.
	path, _, _ := sweepFolder(t, 4, 4)
	merge(t, path, trajectory.MergeOptions{})
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	before := openDump(t, path)
	require.NoError(t, back.Remove("model", true))
	assert.Equal(t, []string{"parameters.model.x"}, back.Explored())
	assert.Equal(t, 4, back.Len())
	r, err := back.Run(3)
	require.NoError(t, err)
	assert.Equal(t, "x: 3", r.Summary())
	_, err = r.Node("x")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	check(t, back, "r_3.rate", 3.0/7)
	require.NoError(t, back.Clear())
	assert.Empty(t, leaves(back))
	sameDump(t, before, openDump(t, path))
}

func TestClearingForgetsWhatWasNotRead(t *testing.T) {
	path, _, _ := sweepFolder(t, 6, 3, 3)
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	require.NoError(t, back.Clear())
	assert.Empty(t, back.Root().Children())
	assert.True(t, back.IsEmpty())
}

func TestRunsLinkAndAnnotate(t *testing.T) {
	path, tr, plan := sweepFolder(t, 3)
	require.NoError(t, tr.AddResult("common", 7))
	r, err := tr.Run(1)
	require.NoError(t, err)
	require.NoError(t, r.AddResult("z", 1))
	require.NoError(t, r.AddLink("same", "results.runs.$.z"))
	require.NoError(t, r.AddLink("tau", "tau"))
	require.NoError(t, r.AddGroup("notes.empty"))
	require.NoError(t, r.AddGroup("dpar.notes", trajectory.Comment("derived")))
	require.NoError(t, r.Annotate("z", "unit", "mV"))
	require.NoError(t, r.SetComment("results.runs.$.notes", "a group"))
	require.NoError(t, r.AddResult("mistake", 1))
	require.NoError(t, r.Remove("mistake"))
	assert.ErrorIs(t, r.Annotate("tau", "unit", "mV"), trajectory.ErrLocked)
	assert.ErrorIs(t, r.SetComment("", "x"), trajectory.ErrLocked)
	assert.ErrorIs(t, r.Remove("common"), trajectory.ErrLocked)
	assert.ErrorIs(t, r.Remove("nothing"), trajectory.ErrNotFound)
	assert.ErrorIs(t, r.AddLink("root", ""), trajectory.ErrName)
	assert.ErrorIs(t, r.AddLink("results.runs.r_2.x", "z"), trajectory.ErrName)
	tau, err := trajectory.Get[float64](r, "same.tau")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.Zero(t, tau)
	tau, err = trajectory.Get[float64](r, "results.runs.$.tau")
	require.NoError(t, err)
	assert.Equal(t, 10.5, tau)
	dir := trajectory.RunsDir(path)
	_, err = trajectory.WriteShard(dir, plan, trajectory.RunRecord{Info: trajectory.RunInfo{Index: 1, State: trajectory.Done}, Records: r.Records()})
	require.NoError(t, err)
	before := openDump(t, path)
	for _, want := range []string{"run_00000001.same\t#link\tname\tresults.runs.run_00000001.z", "run_00000001.tau\t#link\tname\tparameters.model.tau", "run_00000001.notes.empty\t#group", `run_00000001.notes	#comment	str	"a group"`, `z	@unit	annotation	"mV"`, `derived_parameters.runs.run_00000001.notes	#comment	str	"derived"`} {
		assert.Contains(t, before, want)
	}
	merge(t, path, trajectory.MergeOptions{})
	sameDump(t, before, openDump(t, path))
	assert.NotContains(t, before, "mistake")
}

func TestRunViewsByName(t *testing.T) {
	path, _, _ := sweepFolder(t, 4, 3)
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	for _, name := range []string{"run_00000002", "run_2", "r_2"} {
		r, err := back.RunNamed(name)
		require.NoError(t, err)
		assert.Equal(t, 2, r.Index())
	}
	for _, name := range []string{"", "run_ALL", "r_A", "r_9", "two"} {
		_, err := back.RunNamed(name)
		assert.ErrorIs(t, err, trajectory.ErrNotFound, name)
	}
	assert.Equal(t, "run_00000003", back.RunName(3))
	assert.Equal(t, "run_ALL", back.RunName(-1))
	var seen []string
	for i, r := range back.Runs() {
		assert.Equal(t, i, r.Index())
		seen = append(seen, r.Name())
		if i == 2 {
			break
		}
	}
	assert.Equal(t, "run_00000000 run_00000001 run_00000002", strings.Join(seen, " "))
	assert.True(t, back.Completed(2))
	assert.False(t, back.Completed(3))
	assert.False(t, back.Completed(-1))
	assert.False(t, back.AllCompleted())
}

func TestFindRunsWhere(t *testing.T) {
	tr := xy(t, trajectory.Grid{trajectory.Over("y", trajectory.Values(6, 7, 8)), trajectory.Over("x", trajectory.Values(1, 2, 3, 4))})
	found, err := tr.FindRunsWhere(func(r *trajectory.Run) (bool, error) {
		x, err := trajectory.Get[int](r, "x")
		if err != nil {
			return false, err
		}
		y, err := trajectory.Get[int](r, "y")
		return x == 2 || y == 8, err
	})
	require.NoError(t, err)
	assert.Equal(t, []int{1, 5, 8, 9, 10, 11}, found)
	_, err = tr.FindRunsWhere(func(r *trajectory.Run) (bool, error) {
		_, err := trajectory.Get[int](r, "nothing")
		return false, err
	})
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.ErrorContains(t, err, "run 0")
	_, err = tr.FindRuns([]string{"parameters"}, func([]any) bool { return true })
	assert.ErrorIs(t, err, trajectory.ErrType, "a group is no parameter")
}

func TestFromRunsOptions(t *testing.T) {
	tr := nested(t)
	require.NoError(t, tr.Remove("results.runs.r_1.z", false))
	index := func(o ...trajectory.FromRunsOptions) map[int]int {
		got, err := trajectory.FromRuns[int](tr, "results.$.z", o...)
		require.NoError(t, err)
		m := map[int]int{}
		for _, v := range got {
			m[v.Index] = v.Value
		}
		return m
	}
	assert.Equal(t, map[int]int{0: 0, 1: -1, 2: 20}, index(), "run_ALL stands in")
	assert.Equal(t, map[int]int{0: 0, 2: 20}, index(trajectory.FromRunsOptions{OwnOnly: true}))
	assert.Equal(t, map[int]int{1: -1, 2: 20}, index(trajectory.FromRunsOptions{Where: func(i int) bool { return i > 0 }}))
	assert.Equal(t, map[int]int{0: -1, 1: -1, 2: -1}, index(trajectory.FromRunsOptions{Look: trajectory.Look{NoShortcuts: true}}))
	_, err := trajectory.FromRuns[int](tr, "results.$.z", trajectory.FromRunsOptions{OwnOnly: true, Required: true})
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.ErrorContains(t, err, "run 1")
	_, err = trajectory.FromRuns[string](tr, "results.$.z")
	assert.ErrorIs(t, err, trajectory.ErrType)
	nodes, err := tr.NodesFromRuns("results.$.z", trajectory.FromRunsOptions{OwnOnly: true})
	require.NoError(t, err)
	require.Len(t, nodes, 2)
	assert.Equal(t, "results.runs.run_00000002.z", nodes[1].Value.FullName())
	require.NoError(t, tr.AddResult("runs.r_2.p.w", 1))
	require.NoError(t, tr.AddResult("runs.r_2.q.w", 1))
	_, err = trajectory.FromRuns[int](tr, "w")
	assert.ErrorIs(t, err, trajectory.ErrNotUnique)
}

func TestUniquePoints(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("x", 0.0))
	require.NoError(t, tr.AddParameter("a", []int{0}))
	require.NoError(t, tr.AddParameter("trial", 0))
	require.NoError(t, tr.AddParameter("k", 5))
	require.NoError(t, tr.Explore(trajectory.Grid{
		trajectory.Zip{trajectory.Over("x", trajectory.Values(1.0, 2.0, 1.0)), trajectory.Over("a", trajectory.Values([]int{1}, []int{1, 2}, []int{1}))},
		trajectory.Over("trial", trajectory.Trials(2)),
	}))
	points, err := tr.UniquePoints("a", "x")
	require.NoError(t, err)
	assert.Equal(t, []trajectory.Point{
		{Values: []any{[]int64{1}, 1.0}, Runs: []int{0, 1, 4, 5}}, {Values: []any{[]int64{1, 2}, 2.0}, Runs: []int{2, 3}},
	}, points)
	points, err = tr.UniquePoints("k")
	require.NoError(t, err)
	assert.Equal(t, []trajectory.Point{{Values: []any{5}, Runs: []int{0, 1, 2, 3, 4, 5}}}, points)
	points, err = tr.UniquePoints()
	require.NoError(t, err)
	assert.Len(t, points, 4)
	require.NoError(t, tr.Expand(trajectory.Zip{trajectory.Over("x", trajectory.Values(2.0)), trajectory.Over("a", trajectory.Values([]int{1, 2})), trajectory.Over("trial", trajectory.Values(1))}))
	points, err = tr.UniquePoints()
	require.NoError(t, err)
	require.Len(t, points, 4)
	assert.Equal(t, []int{3, 6}, points[3].Runs)
	_, err = tr.UniquePoints("nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestSavingAfterRemovalKeepsTheFile(t *testing.T) {
	tr := experiment(t, 2)
	path := filepath.Join(t.TempDir(), "x.traj")
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), path))
	before := openDump(t, path)
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	require.NoError(t, back.Clear())
	require.NoError(t, trajectory.Save(background, back, dirstore.New(), path))
	require.NoError(t, back.Close())
	sameDump(t, before, openDump(t, path))
}
