package trajectory_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

func merge(t testing.TB, path string, o trajectory.MergeOptions) trajectory.MergeReport {
	t.Helper()
	report, err := trajectory.Merge(background, trajectory.RunsDir(path), dirstore.New(), path, o)
	require.NoError(t, err)
	return report
}

func TestMergedAndUnmergedAreTheSame(t *testing.T) {
	path, _, _ := sweepFolder(t, 23, 5, 1, 17)
	want := openDump(t, path)
	assert.Contains(t, want, "results.runs.run_00000013.rare\trare\tCOLL_DICT{k:int v:NDARRAY:float64[1]}\t{\"k\":13 \"v\":[NaN]}\n")
	assert.Contains(t, want, "#run_00000022\tstate\tstr\t\"done\"\n")
	report := merge(t, path, trajectory.MergeOptions{})
	assert.Equal(t, trajectory.MergeReport{Runs: map[trajectory.State]int{trajectory.Done: 23}, Shards: 3}, report)
	sameDump(t, want, openDump(t, path))

	// Without the shards the file alone says the same.
	require.NoError(t, os.Rename(trajectory.RunsDir(path), path+".gone"))
	sameDump(t, want, openDump(t, path))

	// However the runs are distributed over shards and stored, too.
	other, _, _ := sweepFolder(t, 23, 23)
	sameDump(t, want, openDump(t, other))
	merge(t, other, trajectory.MergeOptions{PerRunGroups: 22})
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(other)))
	sameDump(t, want, openDump(t, other))
	tr, err := trajectory.Open(background, other, openOptions())
	require.NoError(t, err)
	defer tr.Close()
	rates, err := trajectory.FromRuns[float64](tr, "rate")
	require.NoError(t, err)
	require.Len(t, rates, 23)
	assert.Equal(t, trajectory.RunValue[float64]{Index: 22, Value: 22. / 7}, rates[22])
}

func TestMergingAgainChangesNothing(t *testing.T) {
	path, _, _ := sweepFolder(t, 12, 6, 6)
	merge(t, path, trajectory.MergeOptions{})
	want := openDump(t, path)
	before := folder(t, path)
	merge(t, path, trajectory.MergeOptions{})
	sameDump(t, want, openDump(t, path))
	assert.Equal(t, before, folder(t, path), "old parts do not pile up")
}

func folder(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestAFileGrowsWithItsShards(t *testing.T) {
	path, tr, plan := sweepFolder(t, 9, 2)
	report := merge(t, path, trajectory.MergeOptions{})
	assert.Equal(t, map[trajectory.State]int{trajectory.Done: 2, trajectory.Pending: 7}, report.Runs)
	for i := 2; i < 9; i++ {
		_, err := trajectory.WriteShard(trajectory.RunsDir(path), plan, runOne(t, tr, i))
		require.NoError(t, err)
		opened, err := trajectory.Open(background, path, openOptions())
		require.NoError(t, err)
		rates, err := trajectory.FromRuns[float64](opened, "rate")
		require.NoError(t, err)
		assert.Len(t, rates, i+1, "the file's runs and the shards' together")
		require.NoError(t, opened.Close())
	}
	want := openDump(t, path)
	merge(t, path, trajectory.MergeOptions{})
	sameDump(t, want, openDump(t, path))
}

func TestWhichAttemptCounts(t *testing.T) {
	path, tr, plan := sweepFolder(t, 4, 1)
	dir := trajectory.RunsDir(path)
	publish := func(i, attempt int, state trajectory.State, change func(*trajectory.Run)) {
		t.Helper()
		r, err := tr.Run(i)
		require.NoError(t, err)
		rec := trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: state, Attempt: attempt, Seed: r.Seed()}}
		if state == trajectory.Failed {
			rec.Info.Error = fmt.Sprint("failed at attempt ", attempt)
		} else {
			require.NoError(t, r.AddResult("rate", float64(i)/7))
			change(r)
			rec.Records = r.Records()
		}
		_, err = trajectory.WriteShard(dir, plan, rec)
		require.NoError(t, err)
	}
	same := func(*trajectory.Run) {}
	publish(1, 0, trajectory.Failed, nil)
	publish(1, 2, trajectory.Done, same)
	publish(1, 1, trajectory.Done, same)
	publish(2, 1, trajectory.Failed, nil)
	publish(2, 0, trajectory.Failed, nil)
	report := merge(t, path, trajectory.MergeOptions{})
	assert.Equal(t, map[trajectory.State]int{trajectory.Done: 2, trajectory.Failed: 1, trajectory.Pending: 1}, report.Runs)
	opened, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	info, err := opened.RunInfo(1)
	require.NoError(t, err)
	assert.Equal(t, 1, info.Attempt)
	assert.Equal(t, trajectory.Done, info.State)
	info, err = opened.RunInfo(2)
	require.NoError(t, err)
	assert.Equal(t, "failed at attempt 0", info.Error)
	_, err = opened.RunInfo(4)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	require.NoError(t, opened.Close())

	publish(3, 0, trajectory.Done, same)
	publish(3, 1, trajectory.Done, func(r *trajectory.Run) { require.NoError(t, r.AddResult("more", 1)) })
	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{})
	require.ErrorIs(t, err, trajectory.ErrPayload)
	assert.ErrorContains(t, err, "run 3")
	assert.ErrorContains(t, err, "only one has results.runs.run_00000003.more")
	assert.ErrorContains(t, err, ".npz")
	opened, err = trajectory.Open(background, path, openOptions())
	require.NoError(t, err, "the file of before is untouched")
	require.NoError(t, opened.Close())
}

func TestMergeReplacesNothingItDoesNotHave(t *testing.T) {
	path, _, _ := sweepFolder(t, 4, 2, 2)
	merge(t, path, trajectory.MergeOptions{})
	want := openDump(t, path)
	dir := trajectory.RunsDir(path)
	shards, err := trajectory.Shards(dir)
	require.NoError(t, err)
	require.NoError(t, os.Remove(shards[0]))
	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{})
	assert.ErrorIs(t, err, trajectory.ErrExists)
	assert.ErrorContains(t, err, "run 0")
	sameDump(t, want, openDump(t, path))

	// Another sweep of the same name.
	require.NoError(t, os.RemoveAll(dir))
	later, err := trajectory.New("exp", trajectory.Options{Now: func() time.Time { return epoch.Add(time.Hour) }})
	require.NoError(t, err)
	plan, err := trajectory.NewPlan(later, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{})
	assert.ErrorIs(t, err, trajectory.ErrExists)
	require.NoError(t, os.RemoveAll(dir))
	sameDump(t, want, openDump(t, path))
}

func TestScalarTable(t *testing.T) {
	tr := experiment(t, 4)
	path := filepath.Join(t.TempDir(), "exp.traj")
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), plan))
	for i := range 3 {
		r, err := tr.Run(i)
		require.NoError(t, err)
		require.NoError(t, r.AddResult("rate", float64(i)/2))
		require.NoError(t, r.AddResult("stats", trajectory.Items{"count": i, "label": fmt.Sprint("l", i), "vector": []int{1}}))
		require.NoError(t, r.AddResult("$set.$.x", true))
		require.NoError(t, r.AddDerived("twice", 2*i))
		if i == 1 {
			require.NoError(t, r.AddResult("mixed", "text"))
		} else {
			require.NoError(t, r.AddResult("mixed", 0.5))
		}
		_, err = trajectory.WriteShard(trajectory.RunsDir(path), plan, trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done}, Records: r.Records()})
		require.NoError(t, err)
	}
	merge(t, path, trajectory.MergeOptions{})
	r, err := dirstore.New().Open(background, path, "")
	require.NoError(t, err)
	defer r.Close()
	table, err := r.Overview("scalars")
	require.NoError(t, err)
	nan := math.NaN()
	want := map[string]any{
		"idx": []int64{0, 1, 2, 3}, "state": []string{"done", "done", "done", "pending"}, "model.x": []int64{0, 1, 2, 3},
		"rate": []float64{0, 0.5, 1, nan}, "stats.count": []float64{0, 1, 2, nan}, "stats.label": []string{"l0", "l1", "l2", ""},
		"x": []float64{1, 1, 1, nan}, "derived_parameters.twice": []float64{0, 2, 4, nan}, "mixed": []string{"0.5", "text", "0.5", ""},
	}
	assert.Len(t, table.Columns, len(want))
	for _, c := range table.Columns {
		d := trajectory.Data{Coll: trajectory.NDArray, Type: c.Data.Type, Shape: []int{4}, Values: want[c.Name]}
		got := c.Data
		got.Coll = trajectory.NDArray
		assert.True(t, d.Equal(got), "%s: %v", c.Name, c.Data.Values)
	}
}

func TestScalarTableIsSplit(t *testing.T) {
	tr := experiment(t, 1)
	path := filepath.Join(t.TempDir(), "exp.traj")
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), plan))
	r, err := tr.Run(0)
	require.NoError(t, err)
	items := trajectory.Items{}
	for i := range 1000 {
		items[fmt.Sprintf("c%04d", i)] = i
	}
	require.NoError(t, r.AddResult("many", items))
	_, err = trajectory.WriteShard(trajectory.RunsDir(path), plan, trajectory.RunRecord{Info: trajectory.RunInfo{State: trajectory.Done}, Records: r.Records()})
	require.NoError(t, err)
	merge(t, path, trajectory.MergeOptions{})
	reader, err := dirstore.New().Open(background, path, "")
	require.NoError(t, err)
	defer reader.Close()
	columns := 0
	for _, name := range []string{"scalars", "scalars_1", "scalars_2"} {
		d, err := reader.Overview(name)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(d.Columns), 400)
		assert.Equal(t, "idx", d.Columns[0].Name)
		columns += len(d.Columns) - 1
	}
	assert.Equal(t, 1000+2, columns, "state, x and the results")
}

func TestMergeCanBeCancelled(t *testing.T) {
	path, _, _ := sweepFolder(t, 6, 3, 3)
	ctx, cancel := context.WithCancelCause(background)
	cancel(fmt.Errorf("no more"))
	_, err := trajectory.Merge(ctx, trajectory.RunsDir(path), dirstore.New(), path, trajectory.MergeOptions{})
	assert.ErrorContains(t, err, "no more")
	_, err = os.Stat(path)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOpening(t *testing.T) {
	path, tr, _ := sweepFolder(t, 5, 2)
	_, err := trajectory.Open(background, path+"x", openOptions())
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = trajectory.Open(background, path, trajectory.OpenOptions{Stores: openOptions().Stores, Name: "other"})
	assert.Error(t, err)
	plain := filepath.Join(t.TempDir(), "x.txt")
	require.NoError(t, os.WriteFile(plain, nil, 0o644))
	_, err = trajectory.Open(background, plain, openOptions())
	assert.ErrorContains(t, err, ".traj")

	opened, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	assert.True(t, opened.Locked())
	assert.Equal(t, tr.Header(), opened.Header())
	p, err := opened.Parameter("model.x")
	require.NoError(t, err)
	assert.Equal(t, "explored", p.Comment())
	assert.Equal(t, map[string]any{"order": 0}, p.Annotations())
	r, err := opened.Run(1)
	require.NoError(t, err)
	x, err := trajectory.Get[int](r, "x")
	require.NoError(t, err)
	assert.Equal(t, 1, x)
	assert.ErrorIs(t, r.AddResult("rate", 1), trajectory.ErrExists)
	require.NoError(t, r.AddResult("fit", 1), "an analysis can add to its view")
	_, err = opened.Node("run_1.rate")
	require.NoError(t, err)
	_, err = opened.Node("run_4.rate")
	assert.ErrorIs(t, err, trajectory.ErrNotFound, "not done yet")
	_, err = opened.Node("rate")
	assert.ErrorIs(t, err, trajectory.ErrNotUnique, "all runs that are done have one")
	all, err := opened.FindAll("runs.rate")
	require.NoError(t, err)
	assert.Len(t, all, 2)
	var leaves []string
	for name := range opened.Root().Leaves() {
		leaves = append(leaves, name)
	}
	assert.Contains(t, leaves, "results.runs.run_00000001.monitors.spikes")
	require.NoError(t, opened.Close())

	// A newer sweep beside an older file counts.
	merge(t, path, trajectory.MergeOptions{})
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
	newer, err := trajectory.New("exp", trajectory.Options{Now: func() time.Time { return epoch.Add(time.Hour) }})
	require.NoError(t, err)
	require.NoError(t, newer.AddParameter("other", 1))
	plan, err := trajectory.NewPlan(newer, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), plan))
	opened, err = trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	assert.True(t, opened.Contains("parameters.other"))
	assert.False(t, opened.Contains("parameters.model.x"))
	require.NoError(t, opened.Close())
}

func TestReadingFromManyGoroutines(t *testing.T) {
	path, _, plan := sweepFolder(t, 40, 10, 10)
	merge(t, path, trajectory.MergeOptions{})
	tr := experiment(t, 40)
	var more []trajectory.RunRecord
	for i := 20; i < 40; i++ {
		more = append(more, runOne(t, tr, i))
	}
	_, err := trajectory.WriteShard(trajectory.RunsDir(path), plan, more...)
	require.NoError(t, err)
	opened, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer opened.Close()
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for k := range 40 {
				i := (k + 5*worker) % 40
				r, err := opened.Run(i)
				if !assert.NoError(t, err) {
					return
				}
				rate, err := trajectory.Get[float64](r, "rate")
				assert.NoError(t, err)
				assert.Equal(t, float64(i)/7, rate)
				twice, err := trajectory.Get[int](r, "twice")
				assert.NoError(t, err)
				assert.Equal(t, 2*i, twice)
				assert.NoError(t, r.AddResult("own", i))
			}
			if worker == 3 {
				all, err := opened.FindAll("twice")
				assert.NoError(t, err)
				assert.Len(t, all, 40)
			}
		})
	}
	wait.Wait()
}

func TestUnknownClassesKeepTheirItems(t *testing.T) {
	kind := trajectory.Kind{
		Class: "Secret", Match: func(v any) bool { _, ok := v.(secret); return ok },
		Encode: func(v any, x trajectory.Range) ([]trajectory.Item, error) {
			column := func(v ...int) trajectory.Data {
				d, err := trajectory.Encode(trajectory.Frame{{Name: "v", Values: v}})
				require.NoError(t, err)
				return d
			}
			items := []trajectory.Item{{Name: "data_secret", Data: column(int(v.(secret)))}}
			if x != nil {
				var all []int
				for i := range x.Len() {
					all = append(all, int(x.At(i).(secret)))
				}
				items = append(items, trajectory.Item{Name: "explored_data_secret", Data: column(all...)})
			}
			return items, nil
		},
		Decode: func(items []trajectory.Item) (any, trajectory.Range, error) {
			var columns [][]int
			for _, it := range items {
				v, err := trajectory.Decode(it.Data)
				if err != nil {
					return nil, nil, err
				}
				columns = append(columns, v.(trajectory.Frame)[0].Values.([]int))
			}
			if len(columns) == 1 {
				return secret(columns[0][0]), nil, nil
			}
			var all []secret
			for _, v := range columns[1] {
				all = append(all, secret(v))
			}
			return secret(columns[0][0]), trajectory.Values(all...), nil
		},
	}
	tr, err := trajectory.New("s", trajectory.Options{Kinds: []trajectory.Kind{kind}, Now: func() time.Time { return epoch }})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("s", secret(1)))
	require.NoError(t, tr.AddParameter("y", 1))
	require.NoError(t, tr.Explore(trajectory.Grid{trajectory.Over("s", trajectory.Values[secret](7, 8)), trajectory.Over("y", trajectory.Trials(2))}))
	path := filepath.Join(t.TempDir(), "s.traj")
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), plan))
	// Merging knows nothing of the kind.
	merge(t, path, trajectory.MergeOptions{})
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
	want := dumpOf(t, tr)

	o := openOptions()
	stranger, err := trajectory.Open(background, path, o)
	require.NoError(t, err)
	defer stranger.Close()
	v, err := trajectory.Get[trajectory.Items](stranger, "s")
	require.NoError(t, err)
	assert.Equal(t, trajectory.Items{
		"data_secret": trajectory.Frame{{Name: "v", Values: []int{1}}}, "explored_data_secret": trajectory.Frame{{Name: "v", Values: []int{7, 7, 8, 8}}},
	}, v)

	o.Kinds = []trajectory.Kind{kind}
	friend, err := trajectory.Open(background, path, o)
	require.NoError(t, err)
	defer friend.Close()
	r, err := friend.Run(2)
	require.NoError(t, err)
	s, err := trajectory.Get[secret](r, "s")
	require.NoError(t, err)
	assert.Equal(t, secret(8), s)
	sameDump(t, want, dumpOf(t, friend))
}

type secret int

func TestSave(t *testing.T) {
	tr := experiment(t, 3)
	require.NoError(t, tr.AddResult("fit", trajectory.Items{"a": 1.5, "b": []string{"x"}}, trajectory.Comment("a fit")))
	path := filepath.Join(t.TempDir(), "x.traj")
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), path))
	sameDump(t, dumpOf(t, tr), openDump(t, path))
}
