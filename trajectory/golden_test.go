package trajectory_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	merging "galvani/trajectory/merge"
)

// multiply runs z = x*y at every point and saves the results under $.z.
func multiply(t *testing.T, path, name string, d trajectory.Design) {
	t.Helper()
	tr, err := trajectory.New(name, trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("x", 0))
	require.NoError(t, tr.AddParameter("y", 0))
	require.NoError(t, tr.Explore(d))
	tr.Lock()
	dir := trajectory.RunsDir(path)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	var runs []trajectory.RunRecord
	for i, r := range tr.Runs() {
		x, err := trajectory.Get[int](r, "x")
		require.NoError(t, err)
		y, err := trajectory.Get[int](r, "y")
		require.NoError(t, err)
		where := "$.z"
		if tr.Len() > 1000 {
			where = "$set.$.z"
		}
		require.NoError(t, r.AddResult(where, x*y))
		runs = append(runs, trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed()}, Records: r.Records()})
	}
	_, err = trajectory.WriteShard(dir, plan, runs...)
	require.NoError(t, err)
	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{})
	require.NoError(t, err)
}

func products2(t *testing.T, path string) []int {
	t.Helper()
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	z, err := trajectory.FromRuns[int](back, "z")
	require.NoError(t, err)
	out := []int{}
	for _, v := range z {
		out = append(out, v.Value)
	}
	return out
}

// The numbers of pypet's examples, from files.
func TestGoldenFiles(t *testing.T) {
	over := func(name string, values ...int) trajectory.Axis {
		return trajectory.Over(name, trajectory.Values(values...))
	}
	dir := t.TempDir()
	path := dir + "/01.traj"
	multiply(t, path, "Multiplication", trajectory.Grid{over("y", 6, 7, 8), over("x", 1, 2, 3, 4)})
	assert.Equal(t, []int{6, 12, 18, 24, 7, 14, 21, 28, 8, 16, 24, 32}, products2(t, path))
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	check(t, back, "results.run_00000001.z", 12)
	found, err := back.FindRuns([]string{"x", "y"}, func(v []any) bool { return v[0] == 2 || v[1] == 8 })
	require.NoError(t, err)
	assert.Equal(t, []int{1, 5, 8, 9, 10, 11}, found, "example 08")

	path = dir + "/01b.traj"
	multiply(t, path, "Multiplication", trajectory.Grid{over("x", 1, 2, 3, 4), over("y", 6, 7, 8)})
	assert.Equal(t, []int{6, 7, 8, 12, 14, 16, 18, 21, 24, 24, 28, 32}, products2(t, path))
	found, err = openWith(t, path, trajectory.OpenOptions{}).FindRuns([]string{"x", "y"}, func(v []any) bool { return v[0] == 2 || v[1] == 8 })
	require.NoError(t, err)
	assert.Equal(t, []int{2, 3, 4, 5, 8, 11}, found)

	path = dir + "/list.traj"
	multiply(t, path, "List", trajectory.Zip{over("x", 1, 2, 3, 4), over("y", 3, 3, 4, 4)})
	assert.Equal(t, []int{3, 6, 12, 16}, products2(t, path))

	// Example 03: of 12 and 12 runs 20 are left.
	one, two := dir+"/one.traj", dir+"/two.traj"
	multiply(t, one, "Traj1", trajectory.Grid{over("x", 1, 2, 3, 4), over("y", 6, 7, 8)})
	multiply(t, two, "Traj2", trajectory.Grid{over("x", 3, 4, 5, 6), over("y", 7, 8, 9)})
	report, err := merging.Merge(background, merging.Stored{Store: dirstore.New(), Path: one}, merging.Options{RemoveDuplicates: true, NoBackup: true},
		merging.Stored{Store: dirstore.New(), Path: two})
	require.NoError(t, err)
	assert.Equal(t, 20, report.Length)
	assert.Len(t, products2(t, one), 20)

	// Examples 04 and 18, and the tutorial: how many runs there are, and one of them.
	for name, c := range map[string][3]int{"04": {20, 20, 400}, "tutorial": {101, 3, 303}, "18": {50, 50, 2500}} {
		path := dir + "/" + name + ".traj"
		multiply(t, path, "Runs", trajectory.Grid{trajectory.Over("x", trajectory.Trials(c[0])), trajectory.Over("y", trajectory.Trials(c[1]))})
		assert.Len(t, products2(t, path), c[2], name)
	}
	check(t, openWith(t, dir+"/18.traj", trajectory.OpenOptions{}), "results.run_set_00002.run_00002042.z", 1680)
	n, err := openWith(t, dir+"/18.traj", trajectory.OpenOptions{AutoLoad: true, Load: trajectory.LoadModes{Results: trajectory.LoadNothing}}).Node("results.run_set_00002.run_00002042.z")
	require.NoError(t, err)
	assert.Equal(t, "results.run_set_00002.run_00002042.z", n.FullName())
}

func TestADictOf1025Entries(t *testing.T) {
	tr := newTrajectory(t)
	wide := map[string]any{}
	for i := range 1025 {
		wide[fmt.Sprint("key", i)] = i
	}
	require.NoError(t, tr.AddResult("wide", wide))
	check(t, again(t, tr), "wide", wide)
}
