package trajectory_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// watched counts which tables are read.
type watched struct {
	*dirstore.Store
	tables map[string]int
	broken bool // the table of runs cannot be read
}

type watchedReader struct {
	trajectory.Reader
	w *watched
}

func (w *watched) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	r, err := w.Store.Open(ctx, path, name)
	return watchedReader{r, w}, err
}

func (r watchedReader) Overview(name string) (trajectory.Data, error) {
	r.w.tables[name]++
	return r.Reader.Overview(name)
}

func (r watchedReader) Runs() ([]trajectory.RunInfo, error) {
	r.w.tables["runs"]++
	rows, err := r.Reader.Runs()
	if r.w.broken {
		rows[1].Index = 99
	}
	return rows, err
}

func openWatched(t *testing.T, path string) (*watched, *trajectory.Trajectory) {
	t.Helper()
	w := &watched{Store: dirstore.New(), tables: map[string]int{}}
	return w, openWith(t, path, trajectory.OpenOptions{Stores: []trajectory.Store{w}})
}

// packedFile is a merged file whose runs lie in an archive, without its runs folder.
func packedFile(t *testing.T, runs int) string {
	t.Helper()
	path, _, _ := sweepFolder(t, runs, runs)
	merge(t, path, trajectory.MergeOptions{PerRunGroups: -1})
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
	return path
}

func TestRunsAreReadWhenTheyAreAskedFor(t *testing.T) {
	path := packedFile(t, 5)
	w, tr := openWatched(t, path)
	check(t, tr, "parameters.model.tau", 10.5)
	r, err := tr.Run(3)
	require.NoError(t, err)
	x, err := trajectory.Get[int](r, "parameters.model.x")
	require.NoError(t, err)
	assert.Equal(t, 3, x)
	assert.Empty(t, w.tables, "values of parameters need no rows of runs")

	check(t, tr, "tau", 10.5)
	var names []string
	for _, n := range tr.Parameters().Children() {
		names = append(names, n.Name())
	}
	assert.Equal(t, []string{"model"}, names)
	assert.False(t, tr.Contains("parameters.model.nothing"))
	info, err := tr.RunInfo(4)
	require.NoError(t, err)
	assert.Equal(t, trajectory.Done, info.State)
	assert.Equal(t, 1, w.tables["runs"], "they are read once")

	_, err = tr.Node("results")
	assert.NoError(t, err, "what lies in archives alone is found as well")
	_, err = tr.Node("rate")
	assert.ErrorIs(t, err, trajectory.ErrNotUnique)
	check(t, tr, "r_2.rate", 2.0/7)
	assert.Equal(t, 1, w.tables["packed_00000"])
}

// A shortcut to a parameter must not bring in the nodes of all runs.
func TestShortcutsLeaveRunsWhereTheyAre(t *testing.T) {
	_, tr := openWatched(t, packedFile(t, 5))
	check(t, tr, "tau", 10.5)
	check(t, tr, "model.tau", 10.5)
	_, err := tr.Node("nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	n := 0
	for range tr.Config().Nodes() {
		n++
	}
	assert.Zero(t, n)
	// Removing the groups above them shows that they are not in the tree.
	assert.ErrorIs(t, tr.RemoveLink("results.runs"), trajectory.ErrNotFound)
}

func TestRowsThatCannotBe(t *testing.T) {
	w := &watched{Store: dirstore.New(), tables: map[string]int{}, broken: true}
	tr := openWith(t, packedFile(t, 3), trajectory.OpenOptions{Stores: []trajectory.Store{w}})
	check(t, tr, "parameters.model.tau", 10.5)
	_, err := tr.RunInfo(0)
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	_, err = tr.Node("r_2.rate")
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	assert.ErrorIs(t, trajectory.Dump(discard{}, tr), trajectory.ErrCorrupt)
	for _, err := range tr.RunLeaves(nil) {
		assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	}
	_, tr = openWatched(t, packedFile(t, 3))
	require.NoError(t, tr.Close())
	_, err = tr.RunInfo(0)
	assert.ErrorIs(t, err, os.ErrClosed)
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func TestLeavesOfRuns(t *testing.T) {
	const runs = 12
	for name, o := range map[string]trajectory.MergeOptions{"shards": {}, "groups": {}, "archive": {PerRunGroups: -1}} {
		t.Run(name, func(t *testing.T) {
			path, made, _ := sweepFolder(t, runs, 5, 5)
			if name != "shards" {
				merge(t, path, o)
				require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
			}
			tr := openWith(t, path, trajectory.OpenOptions{})
			seen := 0
			for found, err := range tr.RunLeaves(nil) {
				require.NoError(t, err)
				assert.Equal(t, seen, found.Index)
				seen++
				var want, got []string
				if found.Index < 10 {
					for _, r := range runOne(t, made, found.Index).Records {
						want = append(want, r.Name)
					}
				}
				for _, n := range found.Value {
					got = append(got, n.FullName())
				}
				assert.Equal(t, want, got)
				for _, n := range found.Value {
					same, err := tr.Node(n.FullName())
					require.NoError(t, err)
					equal, err := trajectory.Equal(n, same)
					require.NoError(t, err)
					assert.True(t, equal, n.FullName())
					assert.Equal(t, fmt.Sprint(same), fmt.Sprint(n))
				}
			}
			assert.Equal(t, runs, seen)
			// Now all of it is in the tree; and some of it only.
			for found, err := range tr.RunLeaves(func(run int, full string) bool { return full[len(full)-4:] == "rate" }, 7, 3, 11) {
				require.NoError(t, err)
				require.Len(t, found.Value, min(1, max(0, 10-found.Index)))
				for _, n := range found.Value {
					v, err := n.(*trajectory.Result).Value()
					require.NoError(t, err)
					assert.Equal(t, float64(found.Index)/7, v)
				}
			}
			var bad []error
			for _, err := range tr.RunLeaves(nil, -1, runs, 0) {
				bad = append(bad, err)
			}
			require.Len(t, bad, 3)
			assert.ErrorIs(t, bad[0], trajectory.ErrNotFound)
			assert.ErrorIs(t, bad[1], trajectory.ErrNotFound)
			assert.NoError(t, bad[2])
		})
	}
}

func TestReadingRunsFromManyGoroutines(t *testing.T) {
	path := packedFile(t, 8)
	tr := openWith(t, path, trajectory.OpenOptions{Load: trajectory.LoadModes{Results: trajectory.LoadData}, AutoLoad: true})
	var all sync.WaitGroup
	for k := range 6 {
		all.Go(func() {
			switch k % 3 {
			case 0:
				for i := range 8 {
					r, _ := tr.Run(i)
					v, err := trajectory.Get[float64](r, "rate")
					assert.NoError(t, err)
					assert.Equal(t, float64(i)/7, v)
				}
			case 1:
				for found, err := range tr.RunLeaves(nil) {
					assert.NoError(t, err)
					assert.NotEmpty(t, found.Value)
				}
			case 2:
				assert.True(t, tr.AllCompleted())
				_, err := tr.Node("nothing.like.it")
				assert.ErrorIs(t, err, trajectory.ErrNotFound)
				_, err = tr.FindAll("runs.rate")
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
}

// What somebody added to a run in the file counts beside what lies in the archive.
func TestLeavesOfRunsInSeveralPlaces(t *testing.T) {
	path := packedFile(t, 3)
	one, err := trajectory.New("exp", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, one.AddResult("results.runs.run_00000001.zzz", 5))
	old, err := dirstore.New().Open(background, path, "")
	require.NoError(t, err)
	w, err := dirstore.New().Create(background, path, old.Header())
	require.NoError(t, err)
	for r, err := range one.Results().Records() {
		require.NoError(t, err)
		require.NoError(t, w.Node(r))
	}
	require.NoError(t, w.Commit())
	require.NoError(t, old.Close())
	for found, err := range openWith(t, path, trajectory.OpenOptions{}).RunLeaves(nil, 1) {
		require.NoError(t, err)
		var names []string
		for _, n := range found.Value {
			names = append(names, n.Name())
		}
		assert.Equal(t, []string{"twice", "spikes", "rate", "trace", "words", "zzz"}, names)
	}
}

// expandedElsewhere goes on with a merged file as pypet does: it knows nothing of the folder beside it.
func expandedElsewhere(t *testing.T, path string, values ...int) {
	t.Helper()
	alone := t.TempDir() + "/exp.traj"
	require.NoError(t, os.Rename(path, alone))
	tr, err := trajectory.Open(background, alone, openOptions())
	require.NoError(t, err)
	require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Values(values...))))
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), alone))
	require.NoError(t, tr.Close())
	require.NoError(t, os.Rename(alone, path))
}

func TestAFileThatWasExpandedElsewhere(t *testing.T) {
	path, tr, plan := sweepFolder(t, 4, 2)
	dir := trajectory.RunsDir(path)
	merge(t, path, trajectory.MergeOptions{})
	expandedElsewhere(t, path, 40, 50)
	_, err := trajectory.WriteShard(dir, plan, runOne(t, tr, 2))
	require.NoError(t, err)

	opened := openWith(t, path, trajectory.OpenOptions{})
	assert.Equal(t, 6, opened.Len(), "the file says how many runs there are")
	assert.Equal(t, []any{0, 1, 2, 3, 40, 50}, values(t, opened, "x"))
	var states []trajectory.State
	for i := range 6 {
		info, err := opened.RunInfo(i)
		require.NoError(t, err)
		states = append(states, info.State)
	}
	d, p := trajectory.Done, trajectory.Pending
	assert.Equal(t, []trajectory.State{d, d, d, p, p, p}, states, "the folder adds the run that the file lacks")
	check(t, opened, "r_2.rate", 2.0/7)

	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{})
	assert.ErrorIs(t, err, trajectory.ErrExists, "a merge would undo the expansion")
	assert.ErrorContains(t, err, "6 runs")
}

// The plan of the folder grew as well, to other points than the file did.
func TestFileAndPlanExpandedApart(t *testing.T) {
	for _, elsewhere := range [][]int{{40, 50}, {40, 50, 60}, {14, 50}, {14}} {
		path, tr, first := sweepFolder(t, 4, 4)
		dir := trajectory.RunsDir(path)
		merge(t, path, trajectory.MergeOptions{})
		expandedElsewhere(t, path, elsewhere...)
		require.NoError(t, tr.Expand(trajectory.Over("x", trajectory.Values(14, 13))))
		next, err := first.Next(tr, first.Identity)
		require.NoError(t, err)
		require.NoError(t, trajectory.WritePlan(dir, next))
		_, err = trajectory.WriteShard(dir, next, runOne(t, tr, 4), runOne(t, tr, 5))
		require.NoError(t, err)

		opened := openWith(t, path, trajectory.OpenOptions{})
		want := slices.Concat([]any{0, 1, 2, 3}, anys(elsewhere))
		if len(elsewhere) == 1 {
			want = append(want, 13) // as far as the file goes they agree, and the plan goes on
		}
		assert.Equal(t, want, values(t, opened, "x"))
		for i, x := range want {
			info, err := opened.RunInfo(i)
			require.NoError(t, err)
			done := i < 4 || i == 4 && x == 14 || i == 5 && x == 13
			assert.Equal(t, done, info.State == trajectory.Done, "run %d of %v", i, want)
		}
	}
}

func anys(v []int) []any {
	out := make([]any, len(v))
	for i, x := range v {
		out[i] = x
	}
	return out
}

func TestUnloadingRuns(t *testing.T) {
	for name, o := range map[string]trajectory.MergeOptions{"shards": {}, "groups": {}, "archive": {PerRunGroups: -1}} {
		for _, load := range []trajectory.LoadMode{trajectory.LoadNodes, trajectory.LoadData} {
			path, _, _ := sweepFolder(t, 6, 5)
			want := openDump(t, path)
			if name != "shards" {
				merge(t, path, o)
				require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
			}
			tr := openWith(t, path, trajectory.OpenOptions{Load: trajectory.LoadModes{Results: load, Derived: load}})
			for range 2 {
				require.NoError(t, tr.UnloadRuns(2), "nothing has been read")
				for i := range 5 {
					r, err := tr.Run(i)
					require.NoError(t, err)
					v, err := trajectory.Get[float64](r, "rate")
					require.NoError(t, err)
					assert.Equal(t, float64(i)/7, v)
					require.NoError(t, tr.UnloadRuns(i))
				}
				sameDump(t, want, dumpOf(t, tr))
				require.NoError(t, tr.UnloadRuns())
			}
			// What was changed stays, beside what is read again.
			require.NoError(t, tr.SetItems("r_3.rate", trajectory.Items{"rate": 8.5}))
			require.NoError(t, tr.SetComment("r_3.trace", "a note"))
			require.NoError(t, tr.UnloadRuns())
			check(t, tr, "r_3.rate", 8.5)
			n, err := tr.Node("r_3.trace")
			require.NoError(t, err)
			assert.Equal(t, "a note", n.Comment())
			_, err = tr.Node("r_3.spikes")
			require.NoError(t, err)
			assert.ErrorIs(t, tr.UnloadRuns(6), trajectory.ErrNotFound)
			assert.ErrorIs(t, tr.UnloadRuns(-1), trajectory.ErrNotFound)
		}
	}
	made := experiment(t, 3)
	assert.NoError(t, made.UnloadRuns(), "there is nothing to read again")
}

func TestTablesBesideTheTree(t *testing.T) {
	path, _, _ := sweepFolder(t, 3, 3)
	tr := openWith(t, path, trajectory.OpenOptions{})
	_, err := tr.Overview("scalars")
	assert.ErrorIs(t, err, trajectory.ErrNotFound, "only shards")
	merge(t, path, trajectory.MergeOptions{})
	tr = openWith(t, path, trajectory.OpenOptions{})
	d, err := tr.Overview("scalars")
	require.NoError(t, err)
	v, err := trajectory.Decode(d)
	require.NoError(t, err)
	assert.Equal(t, trajectory.FrameColumn{Name: "idx", Values: []int64{0, 1, 2}}, v.(trajectory.Frame)[0])
	_, err = tr.Overview("nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	require.NoError(t, tr.Close())
	_, err = tr.Overview("scalars")
	assert.ErrorIs(t, err, os.ErrClosed)
	_, err = newTrajectory(t).Overview("scalars")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}
