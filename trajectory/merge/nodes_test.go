package merge_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/merge"
)

func number(v int64) []trajectory.Item {
	return []trajectory.Item{{Name: "z", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Values: []int64{v}}}}
}

// write writes nodes as they are, with so many runs that are done, over x = first, first+1, …
func write(t *testing.T, s trajectory.Store, name string, runs, first int, records ...trajectory.Record) merge.Stored {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+s.Extensions()[0])
	h := trajectory.Header{Name: name, Length: runs, Time: made, Explored: []string{"parameters.x"}, Version: trajectory.Version}
	w, err := s.Create(background(), path, h)
	require.NoError(t, err)
	column := func(values ...int64) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			{Name: "data", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Shape: []int{len(values)}, Values: values}}}}
	}
	var x []int64
	for i := range runs {
		x = append(x, int64(first+i))
		require.NoError(t, w.Run(trajectory.RunInfo{Index: i, State: trajectory.Done}))
	}
	require.NoError(t, w.Node(trajectory.Record{Name: "parameters.x", Leaf: true, Class: "Parameter", Items: []trajectory.Item{
		{Name: "data", Data: column(0)}, {Name: "explored_data", Data: column(x...)}}}))
	for _, r := range records {
		require.NoError(t, w.Node(r))
	}
	require.NoError(t, w.Commit())
	return merge.Stored{Store: s, Path: path}
}

func result(name string, v int64) trajectory.Record {
	return trajectory.Record{Name: name, Leaf: true, Class: "Result", Items: number(v)}
}

func derived(name string, v int64) trajectory.Record {
	return trajectory.Record{Name: name, Leaf: true, Class: "Parameter", Items: []trajectory.Item{{Name: "data", Data: trajectory.Data{
		Coll: trajectory.Table, Columns: []trajectory.Column{{Name: "data", Data: trajectory.Data{
			Coll: trajectory.Scalar, Type: trajectory.Int, Shape: []int{1}, Values: []int64{v}}}}}}}}
}

// nodes lists the nodes of a stored trajectory but for groups: the target of links, the
// first number of leaves.
func nodes(t *testing.T, at merge.Stored) map[string]any {
	t.Helper()
	r, err := at.Store.Open(background(), at.Path, at.Name)
	require.NoError(t, err)
	defer r.Close()
	out := map[string]any{}
	for rec, err := range r.Nodes("", false) {
		require.NoError(t, err)
		switch {
		case rec.Link != "":
			out[rec.Name] = "-> " + rec.Link
		case rec.Leaf && rec.Name != "parameters.x":
			d := rec.Items[0].Data
			if d.Coll == trajectory.Table {
				d = d.Columns[0].Data
			}
			out[rec.Name] = d.Values.([]int64)[0]
		case rec.Comment != "":
			out[rec.Name] = "# " + rec.Comment
		}
	}
	return out
}

func TestEverythingThatBelongsToARunMovesWithIt(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := write(t, s, "a", 2, 0, result("results.runs.run_00000000.z", 100), result("results.summary.best", 1))
		b := write(t, s, "b", 2, 10,
			result("results.runs.run_00000000.z", 200), result("results.runs.run_00000001.z", 201),
			result("results.fits.run_00000001", 5), // a leaf that is called like its run
			result("results.run_set_00000.run_00000001.deep.z", 6),
			derived("derived_parameters.run_00000001.twice", 7),
			result("own.branch.run_00000000.v", 8),
			trajectory.Record{Name: "results.runs.run_00000001", Comment: "the second run"},
			trajectory.Record{Name: "results.run_set_00000", Comment: "the first set"},
			result("results.run_set_00000.of_the_set", 9),
			result("results.runs.run_00000007.z", 10), // no run of b: a name like any other
			result("results.summary.best", 2), result("results.summary.worst", 3),
			trajectory.Record{Name: "results.summary", Comment: "of all"},
		)
		report := merged(t, a, merge.Options{NoInfo: true}, b)
		assert.Equal(t, map[string]any{
			"results.runs.run_00000000.z": int64(100), "results.summary.best": int64(1),
			"results.runs.run_00000002.z": int64(200), "results.runs.run_00000003.z": int64(201),
			"results.fits.run_00000003": int64(5), "results.run_set_00000.run_00000003.deep.z": int64(6),
			"derived_parameters.run_00000003.twice": int64(7), "own.branch.run_00000002.v": int64(8),
			"results.runs.run_00000003": "# the second run", "results.run_set_00000": "# the first set",
			"results.run_set_00000.of_the_set": int64(9), "results.runs.run_00000007.z": int64(10),
			"results.summary.worst": int64(3),
		}, nodes(t, a))
		assert.Equal(t, []merge.Skipped{{From: b.Path, Name: "results.summary.best", Why: "the target has a node results.summary.best already"}}, report.Skipped)
	})
}

func TestNodesGoIntoTheSetOfTheirNewIndex(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := write(t, s, "a", 1999, 0)
		b := write(t, s, "b", 1001, 5000,
			result("results.run_set_00000.run_00000000.z", 1), result("results.run_set_00000.run_00000001.z", 2), result("results.run_set_00001.run_00001000.z", 3))
		merged(t, a, merge.Options{NoInfo: true}, b)
		assert.Equal(t, map[string]any{
			"results.run_set_00001.run_00001999.z": int64(1), "results.run_set_00002.run_00002000.z": int64(2), "results.run_set_00002.run_00002999.z": int64(3),
		}, nodes(t, a))
	})
}

// What pypet tests with "x in run_name_dummy" and so finds in a group called run, too.
func TestGroupsWithNamesLikePartsOfRunNames(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := write(t, s, "a", 1, 0, derived("derived_parameters.run.v", 1), derived("derived_parameters.ALL.v", 1))
		b := write(t, s, "b", 1, 1, derived("derived_parameters.run.v", 1), derived("derived_parameters.ALL.v", 1), result("results.run.ALL.run_.u", 4),
			trajectory.Record{Name: "results.run.to", Link: "results.run.ALL.run_.u"})
		report := merged(t, a, merge.Options{NoInfo: true}, b)
		assert.Equal(t, map[string]any{
			"derived_parameters.run.v": int64(1), "derived_parameters.ALL.v": int64(1), "results.run.ALL.run_.u": int64(4), "results.run.to": "-> results.run.ALL.run_.u",
		}, nodes(t, a))
		assert.Empty(t, report.Skipped)
	})
}

func TestRunALLIsCopiedOnceAndLinked(t *testing.T) {
	for name, limit := range map[string]int{"groups": 0, "packed": -1} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s trajectory.Store) {
				a := write(t, s, "a", 2, 0, derived("derived_parameters.runs.run_ALL.d", 1), derived("derived_parameters.runs.run_ALL.same", 9))
				b := write(t, s, "b", 3, 1, // its first run is a's second
					derived("derived_parameters.runs.run_ALL.same", 9),
					derived("derived_parameters.runs.run_ALL.d", 2), derived("derived_parameters.runs.run_ALL.e", 3), derived("derived_parameters.runs.run_00000002.e", 4),
					result("results.run_set_ALL.run_ALL.r", 5),
					trajectory.Record{Name: "derived_parameters.runs.run_ALL.link", Link: "parameters.x"},
					trajectory.Record{Name: "results.to_all", Link: "derived_parameters.runs.run_ALL.e"})
				report := merged(t, a, merge.Options{NoInfo: true, RemoveDuplicates: true, PerRunGroups: limit}, b)
				assert.Equal(t, 4, report.Length)
				tr := opened(t, a)
				assert.Equal(t, []int{1, 1, 2, 2}, values[int](t, tr, "derived_parameters.runs.$.d"))
				for run, want := range map[int]int{2: 3, 3: 4} {
					r, err := tr.Run(run)
					require.NoError(t, err)
					v, err := trajectory.Get[int](r, "derived_parameters.runs.$.same")
					require.NoError(t, err)
					assert.Equal(t, 9, v, "what is the same for all runs of both is found there")
					v, err = trajectory.Get[int](r, "derived_parameters.runs.$.e")
					require.NoError(t, err)
					assert.Equal(t, want, v)
					v, err = trajectory.Get[int](r, "results.$set.$.r")
					require.NoError(t, err)
					assert.Equal(t, 5, v)
				}
				if limit == 0 {
					assert.Equal(t, map[string]any{
						"derived_parameters.runs.run_ALL.d": int64(1), "derived_parameters.runs.run_ALL.same": int64(9),
						"derived_parameters.runs.run_00000002.d": int64(2), "derived_parameters.runs.run_00000003.d": "-> derived_parameters.runs.run_00000002.d",
						"derived_parameters.runs.run_00000002.e": int64(3), "derived_parameters.runs.run_00000003.e": int64(4),
						"results.run_set_00000.run_00000002.r": int64(5), "results.run_set_00000.run_00000003.r": "-> results.run_set_00000.run_00000002.r",
					}, nodes(t, a))
				}
				require.Len(t, report.Skipped, 2)
				assert.Equal(t, "derived_parameters.runs.run_ALL.link", report.Skipped[0].Name)
				assert.Equal(t, "results.to_all", report.Skipped[1].Name)
			})
		})
	}
}

func TestLinks(t *testing.T) {
	to := func(name, target string) trajectory.Record { return trajectory.Record{Name: name, Link: target} }
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := write(t, s, "a", 2, 0, to("results.same", "parameters.x"), to("results.taken", "parameters.x"), result("results.leaf", 1), to("through", "results"))
		b := write(t, s, "b", 2, 1, // its first run is a's second
			result("results.runs.run_00000000.z", 1), result("results.runs.run_00000001.z", 2),
			to("results.runs.run_00000001.own", "results.runs.run_00000001.z"),
			to("results.runs.run_00000001.parameter", "parameters.x"),
			to("results.best", "results.runs.run_00000001.z"),
			to("results.dropped", "results.runs.run_00000000.z"),
			to("results.group.run_00000001", "results.runs.run_00000001"), // a link that is called like a run
			to("results.same", "parameters.x"), to("results.taken", "results.runs"),
			to("results.leaf.below", "parameters.x"), to("through.it", "parameters.x"),
			to("rooted", "results.runs.run_00000001"),
		)
		report := merged(t, a, merge.Options{NoInfo: true, RemoveDuplicates: true}, b)
		assert.Equal(t, map[string]any{
			"results.same": "-> parameters.x", "results.taken": "-> parameters.x", "results.leaf": int64(1), "through": "-> results",
			"results.runs.run_00000002.z": int64(2), "results.runs.run_00000002.own": "-> results.runs.run_00000002.z",
			"results.runs.run_00000002.parameter": "-> parameters.x", "results.best": "-> results.runs.run_00000002.z",
			"results.group.run_00000002": "-> results.runs.run_00000002", "rooted": "-> results.runs.run_00000002",
		}, nodes(t, a))
		var skipped []string
		for _, x := range report.Skipped {
			skipped = append(skipped, x.Name+": "+x.Why)
		}
		assert.ElementsMatch(t, []string{
			"results.dropped: it leads to results.runs.run_00000000.z, whose run was dropped",
			"results.taken: the target has a node results.taken already",
			"results.leaf.below: the target has something else at results.leaf",
			"through.it: the target has something else at through",
		}, skipped)
	})
}

// A run that the target has not done takes the results of the other's.
func TestDoneRunsFillTheGapsOfTheTarget(t *testing.T) {
	for name, packed := range map[string]bool{"groups": false, "packed": true} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, s trajectory.Store) {
				only := func(done ...int) func(int) trajectory.State {
					return func(i int) trajectory.State {
						for _, d := range done {
							if d == i {
								return trajectory.Done
							}
						}
						return trajectory.Failed
					}
				}
				a := experiment{name: "a", x: ints(1, 2, 3, 4), state: only(1), packed: packed}.build(t, s, t.TempDir())
				b := experiment{name: "b", x: ints(1, 2, 3, 4), state: only(0, 1, 3), packed: packed}.build(t, s, t.TempDir())
				report := merged(t, a, merge.Options{RemoveDuplicates: true}, b)
				assert.Equal(t, 4, report.Length)
				assert.Equal(t, 2, report.Others[0].Filled)
				assert.Equal(t, 2, report.Others[0].Duplicates)
				tr := opened(t, a)
				for i, want := range []trajectory.State{trajectory.Done, trajectory.Done, trajectory.Failed, trajectory.Done} {
					info, err := tr.RunInfo(i)
					require.NoError(t, err)
					assert.Equal(t, want, info.State, i)
					r, err := tr.Run(i)
					require.NoError(t, err)
					z, err := trajectory.Get[int](r, "results.runs.$.z")
					if want == trajectory.Done {
						require.NoError(t, err)
						assert.Equal(t, 6*(i+1), z)
					} else {
						assert.ErrorIs(t, err, trajectory.ErrNotFound)
					}
				}
			})
		})
	}
}

// Runs get archives where the merged trajectory has too many for groups, and the
// target's keep their groups.
func TestGrowingBeyondGroups(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a := experiment{name: "a", x: ints(1, 2, 3)}.build(t, s, t.TempDir())
		b := experiment{name: "b", x: ints(4, 5, 6), state: func(i int) trajectory.State {
			return []trajectory.State{trajectory.Done, trajectory.Failed, trajectory.Done}[i]
		}}.build(t, s, t.TempDir())
		c := experiment{name: "c", x: ints(7, 8)}.build(t, s, t.TempDir())
		merged(t, a, merge.Options{PerRunGroups: 4}, b)
		merged(t, a, merge.Options{PerRunGroups: 4}, c)
		tr := opened(t, a)
		require.Equal(t, 8, tr.Len())
		for i := range 8 {
			z, err := trajectory.Get[int](tr, "results.runs."+trajectory.RunName(i)+".z")
			if i == 4 {
				assert.ErrorIs(t, err, trajectory.ErrNotFound)
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, 6*(i+1), z)
		}
		dumped := dump(t, a)
		groups := merge.Stored{Store: s, Path: filepath.Join(t.TempDir(), "groups"+s.Extensions()[0])}
		_, err := merge.Copy(background(), a, groups, merge.CopyOptions{PerRunGroups: -1})
		require.NoError(t, err)
		assert.Equal(t, dumped, dump(t, groups))
		r, err := s.Open(background(), groups.Path, "")
		require.NoError(t, err)
		defer r.Close()
		_, err = r.Node("results.runs.run_00000007.z")
		assert.NoError(t, err)
		_, err = r.Overview("packed_index")
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestBackup(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a, b := example03()
		into, from := a.build(t, s, t.TempDir()), b.build(t, s, t.TempDir())
		before, other := dump(t, into), dump(t, from)
		report, err := merge.Merge(background(), into, merge.Options{}, from)
		require.NoError(t, err)
		ext := s.Extensions()[0]
		want := []string{filepath.Join(filepath.Dir(into.Path), "backup_first"+ext), filepath.Join(filepath.Dir(from.Path), "backup_second"+ext)}
		assert.Equal(t, want, report.Backups)
		assert.Equal(t, before, dump(t, merge.Stored{Store: s, Path: want[0]}))
		assert.Equal(t, other, dump(t, merge.Stored{Store: s, Path: want[1]}))
		after := dump(t, into)
		assert.NotEqual(t, before, after)
		_, err = merge.Merge(background(), into, merge.Options{}, from)
		assert.ErrorIs(t, err, os.ErrExist, "an older backup is not overwritten")
		assert.Equal(t, after, dump(t, into))
		// Of several others no backup is made.
		into = a.build(t, s, t.TempDir())
		more := experiment{name: "third", x: ints(1), y: ints(1)}.build(t, s, filepath.Dir(from.Path))
		report, err = merge.Merge(background(), into, merge.Options{}, from, more)
		require.NoError(t, err)
		assert.Len(t, report.Backups, 1)
	})
}

func TestMoveDataAndDeleteOther(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		for name, packed := range map[string]bool{"groups": false, "packed": true} {
			t.Run(name, func(t *testing.T) {
				a, b := example03()
				b.packed = packed
				b.setup = func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddResult("summary.best", 1)) }
				into, from := a.build(t, s, t.TempDir()), b.build(t, s, t.TempDir())
				merged(t, into, merge.Options{RemoveDuplicates: true, MoveData: true}, from)
				assert.Equal(t, 20, opened(t, into).Len())
				rest := opened(t, from)
				assert.Equal(t, 12, rest.Len())
				var left []int
				for i := range 12 {
					if _, err := rest.Node("results.runs." + trajectory.RunName(i) + ".z"); err == nil {
						left = append(left, i)
					}
				}
				assert.Equal(t, []int{0, 1, 3, 4}, left, "the duplicates stay")
				_, err := rest.Node("results.summary.best")
				assert.ErrorIs(t, err, trajectory.ErrNotFound)
				_, err = rest.Node("parameters.x")
				assert.NoError(t, err)
				require.NoError(t, rest.Close())

				into, from = a.build(t, s, t.TempDir()), b.build(t, s, t.TempDir())
				merged(t, into, merge.Options{DeleteOther: true}, from)
				assert.False(t, exists(from.Path))
				assert.Equal(t, 24, opened(t, into).Len())
				left2, err := os.ReadDir(filepath.Dir(from.Path))
				require.NoError(t, err)
				assert.Empty(t, left2)
			})
		}
	})
}

// Both in one file, with a third that has nothing to do with it.
func TestWithinOneFile(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a, b := example03()
		file := a.build(t, s, t.TempDir())
		into := merge.Stored{Store: s, Path: file.Path, Name: "first"}
		for _, e := range []experiment{b, {name: "third", x: ints(9)}} {
			_, err := merge.Copy(background(), e.build(t, s, t.TempDir()), merge.Stored{Store: s, Path: file.Path, Name: e.name}, merge.CopyOptions{})
			require.NoError(t, err)
		}
		from := merge.Stored{Store: s, Path: file.Path, Name: "second"}
		third := dump(t, merge.Stored{Store: s, Path: file.Path, Name: "third"})
		merged(t, into, merge.Options{RemoveDuplicates: true, DeleteOther: true}, from)
		names, err := s.Names(context.Background(), file.Path)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"first", "third"}, names)
		assert.Equal(t, 20, opened(t, into).Len())
		assert.Equal(t, third, dump(t, merge.Stored{Store: s, Path: file.Path, Name: "third"}))
	})
}

// A sweep whose results are not all in its file is not merged in part.
func TestUnfinishedSweepsAreRefused(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		done := experiment{name: "done", x: ints(1)}.build(t, s, t.TempDir())
		tr, err := trajectory.New("half", trajectory.Options{})
		require.NoError(t, err)
		require.NoError(t, tr.AddParameter("x", 1))
		require.NoError(t, tr.AddParameter("y", 6))
		require.NoError(t, tr.Explore(trajectory.Over("x", ints(5, 6))))
		tr.Lock()
		path := filepath.Join(t.TempDir(), "half"+s.Extensions()[0])
		plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
		require.NoError(t, err)
		dir := trajectory.RunsDir(path)
		require.NoError(t, trajectory.WritePlan(dir, plan))
		half := merge.Stored{Store: s, Path: path}
		_, err = merge.Merge(background(), done, merge.Options{NoBackup: true}, half)
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
		assert.ErrorContains(t, err, dir)
		shard := func(i int) {
			_, err = trajectory.WriteShard(dir, plan, trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done}})
			require.NoError(t, err)
		}
		shard(0)
		_, err = trajectory.Merge(background(), dir, s, path, trajectory.MergeOptions{})
		require.NoError(t, err)
		report := merged(t, done, merge.Options{}, half)
		assert.Equal(t, 3, report.Length)
		shard(1)
		_, err = merge.Merge(background(), done, merge.Options{NoBackup: true}, half)
		assert.ErrorIs(t, err, merge.ErrUnfinished)
		_, err = merge.Merge(background(), half, merge.Options{NoBackup: true}, done)
		assert.ErrorIs(t, err, merge.ErrUnfinished)
		_, err = trajectory.Merge(background(), dir, s, path, trajectory.MergeOptions{})
		require.NoError(t, err)
		merged(t, half, merge.Options{Now: func() time.Time { return time.Time{} }}, done)
		assert.Equal(t, 5, opened(t, half).Len(), "the runs folder beside it is of the time before")
	})
}
