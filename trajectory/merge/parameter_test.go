package merge_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
	"galvani/trajectory/merge"
)

type settings struct{ Depth int }

func sparse(x float64) trajectory.CSR[float64] {
	return trajectory.CSR[float64]{Shape: [2]int{1, 2}, Starts: []int{0, 1}, Columns: []int32{1}, Values: []float64{x}}
}

// Parameters of every form, the same, explored, or different in two trajectories.
func TestEveryFormOfParameter(t *testing.T) {
	forms := map[string][3]any{ // default of one, of the other, and one that the other explores over
		"int":     {1, 2, 3},
		"uint8":   {uint8(1), uint8(2), uint8(3)},
		"bool":    {true, false, true},
		"float32": {float32(1), float32(2), float32(3)},
		"complex": {1i, 2i, 3i},
		"text":    {"a", "bb", ""},
		"bytes":   {[]byte("a"), []byte("\x00"), []byte("cc")},
		"tuple":   {trajectory.TupleOf[int]{1, 2}, trajectory.TupleOf[int]{3, 4}, trajectory.TupleOf[int]{5, 6}},
		"lengths": {trajectory.TupleOf[int]{1, 2}, trajectory.TupleOf[int]{3}, trajectory.TupleOf[int]{5, 6, 7}},
		"array":   {[]float64{1, 2}, []float64{3, 4}, []float64{5, 6}},
		"empty":   {[]float64{1, 2}, []float64{}, []float64{5}},
		"matrix": {trajectory.Array[int8]{Shape: []int{1, 2}, Data: []int8{1, 2}}, trajectory.Array[int8]{Shape: []int{2, 1}, Data: []int8{3, 4}},
			trajectory.Array[int8]{Shape: []int{1, 1}, Data: []int8{5}}},
		"large":  {make([]float64, 1000), make([]float64, 1001), make([]float64, 2)},
		"struct": {settings{1}, settings{2}, settings{3}},
		"sparse": {sparse(1), sparse(2), sparse(3)},
	}
	eachStore(t, func(t *testing.T, s trajectory.Store) {
		build := func(name string, which int, explore bool) merge.Stored {
			e := experiment{name: name, x: ints(which), setup: func(t *testing.T, tr *trajectory.Trajectory) {
				for form, v := range forms {
					require.NoError(t, tr.AddParameter("p."+form, v[which]), form)
				}
			}}
			if explore {
				e.x = nil
				first := e.setup
				e.setup = func(t *testing.T, tr *trajectory.Trajectory) {
					first(t, tr)
					axes := trajectory.Zip{}
					for form, v := range forms {
						axes = append(axes, trajectory.Over("p."+form, trajectory.Values(v[1], v[2], v[1])))
					}
					require.NoError(t, tr.Explore(axes))
				}
			}
			return e.build(t, s, t.TempDir())
		}
		for name, c := range map[string]struct {
			other   int
			explore bool
			want    []int // which value each run has
		}{
			"same": {0, false, []int{0, 0}}, "different": {1, false, []int{0, 1}}, "explored": {0, true, []int{0, 1, 2, 1}},
		} {
			into, from := build("a", 0, false), build("b", c.other, c.explore)
			report := merged(t, into, merge.Options{}, from)
			if c.other == 0 && !c.explore {
				assert.Empty(t, report.Explored, name)
			} else {
				assert.Subset(t, report.Explored, []string{"parameters.p.sparse", "parameters.p.struct"}, name)
			}
			tr := opened(t, into)
			require.Equal(t, len(c.want), tr.Len())
			for form, v := range forms {
				for run, which := range c.want {
					r, err := tr.Run(run)
					require.NoError(t, err)
					p, err := r.Parameter("parameters.p." + form)
					require.NoError(t, err)
					got := p.Value()
					if form == "struct" {
						got, err = trajectory.Get[settings](r, "parameters.p.struct")
						require.NoError(t, err)
					}
					assert.EqualValues(t, v[which], got, "%s: %s in run %d", name, form, run)
					assert.EqualValues(t, trajectoryText(t, v[0]), trajectoryText(t, p.Default()), "%s: default of %s", name, form)
				}
			}
		}
	})
}

func trajectoryText(t *testing.T, v any) any {
	t.Helper()
	if j, err := trajectory.NewJSON(v); err == nil {
		return j.Text
	}
	return v
}

// What real pypet wrote: explored arrays, sparse matrices and pickles, from a file into its copy.
func TestFilesOfPypet(t *testing.T) {
	if !hdf5.Available() {
		t.Log("no HDF5 in this build: nothing that pypet wrote can be read")
		return
	}
	s := hdf5.New(hdf5.Options{})
	for name, length := range map[string]int{"explored_kinds": 6, "basic_12runs": 24} {
		path := unpacked(t, name)
		a := merge.Stored{Store: s, Path: path}
		b := copied(t, a)
		before := dump(t, b)
		report := merged(t, a, merge.Options{NoInfo: true}, b)
		assert.Equal(t, length, report.Length, name)
		for _, x := range report.Skipped {
			assert.NotContains(t, x.Why, "Python", x.Name)
		}
		tr := opened(t, a)
		original := opened(t, b)
		for i := range original.Len() {
			x, err := original.Run(i)
			require.NoError(t, err)
			y, err := tr.Run(original.Len() + i)
			require.NoError(t, err)
			for _, explored := range original.Explored() {
				p, err := x.Parameter(explored)
				require.NoError(t, err)
				q, err := y.Parameter(explored)
				require.NoError(t, err)
				if _, raw := p.Value().(trajectory.Items); !raw {
					assert.Equal(t, p.Value(), q.Value(), "%s: %s in run %d", name, explored, i)
				}
			}
		}
		_, err := merge.Merge(background(), b, merge.Options{NoBackup: true, RemoveDuplicates: true}, merge.Stored{Store: s, Path: unpacked(t, name)})
		assert.ErrorIs(t, err, merge.ErrNothingToMerge, name)
		assert.Equal(t, before, dump(t, b), name)
		if name == "basic_12runs" {
			assert.Contains(t, dump(t, a), "results.run_00000012.frame\tframe\tFRAME")
			folder := place(t, dirstore.New(), "folder")
			_, err = merge.Copy(background(), b, folder, merge.CopyOptions{SkipForeign: true})
			require.NoError(t, err)
			_, err = merge.Merge(background(), folder, merge.Options{NoBackup: true, DeleteOther: true}, b)
			assert.ErrorIs(t, err, merge.ErrForeign, "what cannot be taken over is not deleted")
			assert.Equal(t, before, dump(t, b), name)
		}
	}
}

// unpacked is a file that pypet wrote.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	raw := gunzip(t, filepath.Join("..", "hdf5", "testdata", "pypet", name+".hdf5.gz"))
	path := filepath.Join(t.TempDir(), name+".hdf5")
	require.NoError(t, os.WriteFile(path, raw, 0o644))
	return path
}

func gunzip(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	raw, err := io.ReadAll(z)
	require.NoError(t, err)
	return raw
}
