package trajectory_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// named has runs called trial_A000003, in groups of seven.
func named() []trajectory.Wildcard {
	return []trajectory.Wildcard{
		{Names: []string{"$"}, Func: func(i int) string {
			if i < 0 {
				return "trial_ALL"
			}
			return fmt.Sprintf("trial_A%06d", i)
		}},
		{Names: []string{"$week", "week"}, Func: func(i int) string {
			if i < 0 {
				return "week_ALL"
			}
			return fmt.Sprint("week_", i/7)
		}},
	}
}

func namedRun(t *testing.T, tr *trajectory.Trajectory, i int) trajectory.RunRecord {
	t.Helper()
	r, err := tr.Run(i)
	require.NoError(t, err)
	require.NoError(t, r.AddResult("z", i))
	require.NoError(t, r.AddResult("$week.$set.crun.w", 2*i))
	return trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed()}, Records: r.Records()}
}

func TestWildcardsOfTheProgramsOwn(t *testing.T) {
	tr, err := trajectory.New("w", trajectory.Options{Wildcards: named()})
	require.NoError(t, err)
	add(t, tr, "x")
	require.NoError(t, tr.AddResult("$.common", 1))
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Trials(20))))
	tr.Lock()
	assert.Equal(t, []string{"$", "$set", "$week", "crun", "crunset", "week"}, tr.Wildcards())
	for w, want := range map[string]string{"$": "trial_A000012", "crun": "trial_A000012", "$set": "run_set_00000", "week": "week_1"} {
		got, err := tr.Wildcard(w, 12)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err = tr.Wildcard("$nothing", 12)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.Equal(t, 3, tr.RunOf("results.week_0.trial_A000003.w"))
	assert.Equal(t, -1, tr.RunOf("results.run_00000003.w"))

	path := filepath.Join(t.TempDir(), "w.traj")
	dir := trajectory.RunsDir(path)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	var runs []trajectory.RunRecord
	for i := range 20 {
		if i != 13 {
			runs = append(runs, namedRun(t, tr, i))
		}
	}
	shard, err := trajectory.WriteShard(dir, plan, runs...)
	require.NoError(t, err)
	info, err := os.Stat(shard)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(7000), "the runs' nodes are stacked whatever they are called")

	check := func() {
		t.Helper()
		back, err := trajectory.Open(background, path, openOptions())
		require.NoError(t, err)
		defer back.Close()
		r, err := back.Run(12)
		require.NoError(t, err)
		assert.Equal(t, "trial_A000012", r.Name())
		for p, want := range map[string]string{
			"z":            "results.runs.trial_A000012.z",
			"$week.w":      "results.week_1.run_set_00000.trial_A000012.w",
			"r_3.z":        "results.runs.trial_A000003.z",
			"week_0.r_3.w": "results.week_0.run_set_00000.trial_A000003.w",
			"$.common":     "results.trial_ALL.common",
			"r_A.common":   "results.trial_ALL.common",
			"results.runs": "results.runs",
		} {
			n, err := r.Node(p)
			require.NoError(t, err, p)
			assert.Equal(t, want, n.FullName(), p)
		}
		z, err := trajectory.FromRuns[int](back, "z")
		require.NoError(t, err)
		require.Len(t, z, 19)
		assert.Equal(t, trajectory.RunValue[int]{Index: 14, Value: 14}, z[13])
	}
	check()
	unmerged := openDump(t, path)
	for _, groups := range []int{-1, 0} {
		require.NoError(t, removeAll(path))
		merge(t, path, trajectory.MergeOptions{PerRunGroups: groups})
		check()
		sameDump(t, unmerged, openDump(t, path))
	}
	r, err := dirstore.New().Open(background, path, "")
	require.NoError(t, err)
	defer r.Close()
	table, err := r.Overview("scalars")
	require.NoError(t, err)
	var columns []string
	for _, c := range table.Columns {
		columns = append(columns, c.Name)
	}
	assert.Equal(t, []string{"idx", "state", "x", "w", "z"}, columns)

	// The names decide about results: they are compared with the plan.
	same, err := trajectory.New("w", trajectory.Options{Wildcards: named()[:1]})
	require.NoError(t, err)
	add(t, same, "x")
	require.NoError(t, same.AddResult("$.common", 1))
	require.NoError(t, same.Explore(trajectory.Over("x", trajectory.Trials(20))))
	assert.NotEmpty(t, plan.Compare(same, plan.Identity))
	assert.Empty(t, plan.Compare(tr, plan.Identity))

	// And they grow with the sweep.
	require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Trials(5))))
	next, err := plan.Next(tr, plan.Identity)
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, next))
	_, err = trajectory.WriteShard(dir, next, namedRun(t, tr, 23))
	require.NoError(t, err)
	back, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer back.Close()
	n, err := back.Node("r_23.z")
	require.NoError(t, err)
	assert.Equal(t, "results.runs.trial_A000023.z", n.FullName())
}

func removeAll(path string) error { return os.RemoveAll(path) }

func TestWildcardsMustTellRunsApart(t *testing.T) {
	modulo := trajectory.Wildcard{Names: []string{"crun"}, Func: func(i int) string {
		if i < 0 {
			return "all"
		}
		return fmt.Sprint("r", i%10)
	}}
	tr, err := trajectory.New("w", trajectory.Options{Wildcards: []trajectory.Wildcard{modulo}})
	require.NoError(t, err)
	add(t, tr, "x")
	require.NoError(t, tr.AddWildcards(trajectory.Wildcard{Names: []string{"$mod"}, Func: modulo.Func}))
	assert.ErrorIs(t, tr.AddWildcards(modulo), trajectory.ErrExists)
	assert.ErrorContains(t, tr.Explore(trajectory.Over("x", trajectory.Trials(11))), `the same name "r0" to runs 0 and 10`)
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Trials(10))))
	assert.ErrorContains(t, tr.Expand(trajectory.Over("x", trajectory.Trials(1))), "same name")
	assert.Equal(t, 10, tr.Len())
	assert.ErrorIs(t, tr.AddWildcards(trajectory.Wildcard{Names: []string{"$x"}, Func: trajectory.RunName}), trajectory.ErrLocked)
}

// The abbreviations of pypet 0.6 for the set that a run is in.
func TestAbbreviatedRunSets(t *testing.T) {
	tr := newTrajectory(t)
	for path, full := range map[string]string{
		"$set.x":            "results.run_set_ALL.x",
		"rts_A.a":           "results.run_set_ALL.a",
		"rts_2003.b":        "results.run_set_00002.b",
		"res.runtoset_17.c": "results.run_set_00000.c",
		"rts_.d":            "results.rts_.d",
		"rts_1_2.e":         "results.rts_1_2.e",
		"rts_999999999.f":   "results.rts_999999999.f",
	} {
		require.NoError(t, tr.AddResult(path, 1))
		n, err := tr.Node(full)
		require.NoError(t, err, path)
		assert.Equal(t, full, n.FullName())
		n, err = tr.Node(path)
		require.NoError(t, err, path)
		assert.Equal(t, full, n.FullName())
	}
}
