package merge_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
	"galvani/trajectory/merge"
)

func place(t *testing.T, s trajectory.Store, name string) merge.Stored {
	t.Helper()
	return merge.Stored{Store: s, Path: filepath.Join(t.TempDir(), name+s.Extensions()[0])}
}

func TestCopyBetweenStores(t *testing.T) {
	a, _ := example03()
	a.state = func(i int) trajectory.State { return []trajectory.State{trajectory.Done, trajectory.Failed}[i%2] }
	for _, packed := range []bool{false, true} {
		a.packed = packed
		for _, from := range allStores() {
			for _, to := range allStores() {
				source, target := a.build(t, from, t.TempDir()), place(t, to, "copy")
				report, err := merge.Copy(background(), source, target, merge.CopyOptions{})
				require.NoError(t, err)
				assert.Equal(t, 12, report.Runs)
				assert.Empty(t, report.Skipped)
				assert.Equal(t, dump(t, source), dump(t, target))
				want := overview(t, source, "scalars")
				assert.True(t, want.Equal(overview(t, target, "scalars")))
				// With another name, and of some runs only.
				target.Name = "other"
				_, err = merge.Copy(background(), source, target, merge.CopyOptions{
					PerRunGroups: -1, Keep: func(name string) bool { return !strings.Contains(name, "run_00000002") },
				})
				require.NoError(t, err)
				names, err := to.Names(background(), target.Path)
				require.NoError(t, err)
				assert.ElementsMatch(t, []string{"first", "other"}, names)
				tr := opened(t, target)
				_, err = tr.Node("results.runs.run_00000000.z")
				assert.NoError(t, err)
				_, err = tr.Node("results.runs.run_00000002.z")
				assert.ErrorIs(t, err, trajectory.ErrNotFound)
			}
		}
	}
}

func TestCopyOfWhatPypetWrote(t *testing.T) {
	if !hdf5.Available() {
		t.Log("no HDF5 in this build: nothing that pypet wrote can be read")
		return
	}
	source := merge.Stored{Store: hdf5.New(hdf5.Options{}), Path: unpacked(t, "basic_12runs")}
	_, err := merge.Copy(background(), source, place(t, dirstore.New(), "copy"), merge.CopyOptions{})
	assert.ErrorIs(t, err, merge.ErrForeign)
	assert.ErrorContains(t, err, "results.run_00000000.frame")
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		target := place(t, s, "copy")
		report, err := merge.Copy(background(), source, target, merge.CopyOptions{SkipForeign: true})
		require.NoError(t, err)
		var skipped []string
		for _, x := range report.Skipped {
			skipped = append(skipped, x.Name)
		}
		var want []string // the store itself keeps frames as they are
		if s.Format() != source.Store.Format() {
			want = []string{
				"results.run_00000000.frame.frame", "results.run_00000000.series.series", "results.run_00000001.frame.frame", "results.run_00000001.series.series",
			}
		}
		assert.Equal(t, want, skipped)
		a, b := opened(t, source), opened(t, target)
		for full, node := range a.Root().Leaves() {
			if strings.HasSuffix(full, ".frame") || strings.HasSuffix(full, ".series") {
				continue
			}
			other, err := b.Node(full)
			require.NoError(t, err)
			assert.Equal(t, node.Class(), other.Class())
		}
		table := overview(t, target, "scalars")
		assert.Contains(t, columns(table), "scalars.rate", "it gets a table of scalars")
		assert.Equal(t, 12, table.Columns[0].Data.Shape[0])
	})
}

func columns(table trajectory.Data) []string {
	var names []string
	for _, c := range table.Columns {
		names = append(names, c.Name)
	}
	return names
}

func TestCompact(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a, b := example03()
		a.result = func(t *testing.T, r *trajectory.Run) { require.NoError(t, r.AddResult("trace", make([]float64, 500))) }
		at := a.build(t, s, t.TempDir())
		other := b.build(t, s, t.TempDir())
		_, err := merge.Copy(background(), other, merge.Stored{Store: s, Path: at.Path, Name: "second"}, merge.CopyOptions{})
		require.NoError(t, err)
		at.Name = "first"
		second := merge.Stored{Store: s, Path: at.Path, Name: "second"}
		before := [2]string{dump(t, at), dump(t, second)}
		require.NoError(t, merge.Compact(background(), s, at.Path))
		assert.Equal(t, before, [2]string{dump(t, at), dump(t, second)})
		left, err := os.ReadDir(filepath.Dir(at.Path))
		require.NoError(t, err)
		assert.Len(t, left, 1)
		// Deleting is the same without one of them.
		require.NoError(t, merge.Delete(background(), second))
		names, err := s.Names(background(), at.Path)
		require.NoError(t, err)
		assert.Equal(t, []string{"first"}, names)
		assert.Equal(t, before[0], dump(t, at))
		require.NoError(t, merge.Delete(background(), at))
		assert.False(t, exists(at.Path))
	})
}

// Frames of pandas are copied as they are.
func TestCompactOfWhatPypetWrote(t *testing.T) {
	if !hdf5.Available() {
		t.Log("no HDF5 in this build: nothing that pypet wrote can be read")
		return
	}
	for _, name := range []string{"basic_12runs", "odd_kinds", "gone_on", "pandas_table", "frames"} {
		at := merge.Stored{Store: hdf5.New(hdf5.Options{}), Path: unpacked(t, name)}
		before := dump(t, at)
		require.NoError(t, merge.Compact(background(), at.Store, at.Path), name)
		assert.Equal(t, before, dump(t, at), name)
		left, err := os.ReadDir(filepath.Dir(at.Path))
		require.NoError(t, err)
		assert.Len(t, left, 1)
	}
}

func TestCopyFile(t *testing.T) {
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		a, _ := example03()
		at := a.build(t, s, t.TempDir())
		to := filepath.Join(t.TempDir(), "new", filepath.Base(at.Path))
		require.NoError(t, merge.CopyFile(at.Path, to))
		assert.Equal(t, dump(t, at), dump(t, merge.Stored{Store: s, Path: to}))
		assert.ErrorIs(t, merge.CopyFile(at.Path, to), os.ErrExist)
		assert.ErrorIs(t, merge.CopyFile(at.Path+"x", to+"x"), os.ErrNotExist)
		assert.False(t, exists(to+"x"))
	})
}

func TestContents(t *testing.T) {
	a, _ := example03()
	a.setup = func(t *testing.T, tr *trajectory.Trajectory) { require.NoError(t, tr.AddResult("summary", 1)) }
	a.state = func(i int) trajectory.State { return []trajectory.State{trajectory.Done, trajectory.Failed}[i%2] }
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		for _, packed := range []bool{false, true} {
			a.packed = packed
			c, err := merge.OpenContents(background(), a.build(t, s, t.TempDir()))
			require.NoError(t, err)
			assert.Equal(t, 12, c.Header().Length)
			assert.Len(t, c.Rows(), 12)
			var shared []string
			for r, err := range c.Shared() {
				require.NoError(t, err)
				if r.Leaf {
					shared = append(shared, r.Name)
				}
			}
			assert.Equal(t, []string{"parameters.x", "parameters.y", "results.summary"}, shared)
			next := 0
			for r, err := range c.Runs() {
				require.NoError(t, err)
				assert.Equal(t, next, r.Info.Index)
				if next%2 == 0 {
					require.Len(t, r.Records, 1)
					assert.Equal(t, "results.runs."+trajectory.RunName(next)+".z", r.Records[0].Name)
				} else {
					assert.Empty(t, r.Records)
				}
				next++
			}
			assert.Equal(t, 12, next)
			require.NoError(t, c.Close())
		}
	})
}
