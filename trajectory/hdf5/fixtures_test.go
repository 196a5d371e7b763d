//go:build cgo

package hdf5_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// readPlain reads a file, unpacked if its name ends in .gz.
func readPlain(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	if !strings.HasSuffix(path, ".gz") {
		return raw
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	require.NoError(t, err)
	plain, err := io.ReadAll(z)
	require.NoError(t, err)
	return plain
}

// unpack puts the data file called stem into a folder of its own, unpacked, under its plain name.
func unpack(t *testing.T, folder, stem string) string {
	t.Helper()
	for _, name := range []string{stem + ".hdf5", stem + ".hdf5.gz", stem + ".h5", stem + ".h5.gz"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			path := filepath.Join(t.TempDir(), strings.TrimSuffix(name, ".gz"))
			require.NoError(t, os.WriteFile(path, readPlain(t, filepath.Join(folder, name)), 0o666))
			return path
		}
	}
	require.Fail(t, "no data file", "%s in %s", stem, folder)
	return ""
}

// fixture is one list of expected lines.
type fixture struct{ stem, trajectory, lists string }

// fixtures finds FILE.expected.tsv and FILE.TRAJECTORY.expected.tsv, packed or not.
func fixtures(t *testing.T, folder string) []fixture {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	stems := map[string]bool{}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".gz")
		if ext := filepath.Ext(name); ext == ".hdf5" || ext == ".h5" {
			stems[strings.TrimSuffix(name, ext)] = true
		}
	}
	var all []fixture
	for _, e := range entries {
		name, ok := strings.CutSuffix(strings.TrimSuffix(e.Name(), ".gz"), ".expected.tsv")
		if !ok {
			continue
		}
		f := fixture{stem: name, lists: filepath.Join(folder, e.Name())}
		if !stems[name] {
			// The longest data file's name that fits; what is left is the trajectory's.
			for stem := range stems {
				if rest, ok := strings.CutPrefix(name, stem+"."); ok && (f.trajectory == "" || len(rest) < len(f.trajectory)) {
					f.stem, f.trajectory = stem, rest
				}
			}
		}
		all = append(all, f)
	}
	return all
}

// TestPypetFixtures holds the reader against what pypet itself reads from files that pypet
// wrote. GALVANI_FIXTURES names another folder of such files.
func TestPypetFixtures(t *testing.T) {
	folder := os.Getenv("GALVANI_FIXTURES")
	if folder == "" {
		folder = filepath.Join("testdata", "pypet")
	}
	all := fixtures(t, folder)
	require.NotEmpty(t, all, "no *.expected.tsv in %s", folder)
	for _, f := range all {
		name := f.stem
		if f.trajectory != "" {
			name += "." + f.trajectory
		}
		t.Run(name, func(t *testing.T) {
			path := unpack(t, folder, f.stem)
			tr, err := trajectory.Open(context.Background(), path, trajectory.OpenOptions{
				Stores: []trajectory.Store{hdf5.New(hdf5.Options{})}, Name: f.trajectory,
			})
			require.NoError(t, err)
			var got bytes.Buffer
			require.NoError(t, trajectory.DumpPypet(&got, tr))
			want := strings.Split(string(readPlain(t, f.lists)), "\n")
			lines := strings.Split(got.String(), "\n")
			// A value with line breaks takes several lines; lists differ in where these are sorted to.
			slices.Sort(want)
			slices.Sort(lines)
			for i := range want {
				if i >= len(lines) || lines[i] != want[i] {
					require.Equal(t, clip(want[i]), clip(at(lines, i)), "line %d", i+1)
					require.Equal(t, want[i], at(lines, i), "line %d", i+1)
				}
			}
			require.Len(t, lines, len(want))
		})
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "<nothing>"
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return s
}

func TestBloscIsAClearError(t *testing.T) {
	_, err := hdf5.New(hdf5.Options{}).Open(context.Background(), unpack(t, filepath.Join("testdata", "pypet"), "blosc"), "")
	require.ErrorContains(t, err, "blosc")
}

func TestUnfinishedFile(t *testing.T) {
	r, err := hdf5.New(hdf5.Options{}).Open(context.Background(), unpack(t, filepath.Join("testdata", "pypet"), "incomplete"), "")
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, "inc", r.Header().Name)
	assert.Equal(t, []string{"parameters.x"}, r.Header().Explored)
	got, err := r.Runs()
	require.NoError(t, err)
	assert.Equal(t, []trajectory.RunInfo{{Index: 0, State: trajectory.Pending}, {Index: 1, State: trajectory.Pending}, {Index: 2, State: trajectory.Pending}}, got)
	half, err := r.Node("results.run_00000001.half")
	require.NoError(t, err)
	assert.Equal(t, []trajectory.Item{{Name: "half", Data: scalar(trajectory.Float, []float64{4})}}, half.Items)
}

func TestSeveralTrajectories(t *testing.T) {
	s := hdf5.New(hdf5.Options{})
	path := unpack(t, filepath.Join("testdata", "pypet"), "two_trajs")
	names, err := s.Names(context.Background(), path)
	require.NoError(t, err)
	assert.Equal(t, []string{"traj1", "traj2"}, names)
	for name, comment := range map[string]string{"": "number 2", "traj1": "number 1", "traj2": "number 2"} {
		r, err := s.Open(context.Background(), path, name)
		require.NoError(t, err)
		assert.Equal(t, comment, r.Header().Comment)
		require.NoError(t, r.Close())
	}
}

func TestWhatPythonAloneCanDecodeIsReported(t *testing.T) {
	r, err := hdf5.New(hdf5.Options{}).Open(context.Background(), unpack(t, filepath.Join("testdata", "pypet"), "basic_12runs"), "")
	require.NoError(t, err)
	defer r.Close()
	tau, err := r.Node("parameters.neuron.tau")
	require.NoError(t, err)
	assert.Equal(t, trajectory.Item{Name: "lst", Data: trajectory.Data{Coll: hdf5.Pickle, Type: trajectory.Bytes, Values: []string{"(lp0\nI1\naVtwo\np1\na."}}}, tau.Annotations[3])
	frame, err := r.Node("results.run_00000000.frame")
	require.NoError(t, err)
	assert.Equal(t, []trajectory.Item{{Name: "frame", Data: trajectory.Data{Coll: hdf5.Frame, Type: trajectory.Bytes, Values: []string{""}}}}, frame.Items)
	series, err := r.Node("results.run_00000000.series")
	require.NoError(t, err)
	assert.Equal(t, hdf5.Series, series.Items[0].Data.Coll)
}

// TestWritingOnInAFileOfPypet replaces and adds nodes in files with old groups.
func TestWritingOnInAFileOfPypet(t *testing.T) {
	ctx := context.Background()
	s := hdf5.New(hdf5.Options{})
	path := unpack(t, filepath.Join("testdata", "pypet"), "basic_12runs")
	r, err := s.Open(ctx, path, "")
	require.NoError(t, err)
	before := all(t, r, "", false)
	h := r.Header()
	oldRuns, err := r.Runs()
	require.NoError(t, err)
	require.NoError(t, r.Close())

	w, err := s.Create(ctx, path, h)
	require.NoError(t, err)
	fresh := trajectory.Record{Name: "results.run_00000003.fresh", Leaf: true, Class: "Result", Items: kinds()}
	require.NoError(t, w.Node(fresh))
	changed := before[len(before)-1]
	changed.Comment, changed.Annotations = "changed", notes()
	require.NoError(t, w.Node(changed))
	require.NoError(t, w.Commit())

	r, err = s.Open(ctx, path, "")
	require.NoError(t, err)
	defer r.Close()
	after := all(t, r, "", false)
	require.Len(t, after, len(before)+1)
	assert.Equal(t, h, r.Header())
	newRuns, err := r.Runs()
	require.NoError(t, err)
	assert.Equal(t, oldRuns, newRuns)
	for i, j := 0, 0; i < len(after); i++ {
		switch after[i].Name {
		case fresh.Name:
			assert.Equal(t, fresh, after[i])
			continue
		case changed.Name:
			assert.Equal(t, changed, after[i])
		default:
			assert.Equal(t, before[j], after[i])
		}
		j++
	}
}

// TestMatricesAreTextAsInPypet makes the same text of a matrix as scipy did.
func TestMatricesAreTextAsInPypet(t *testing.T) {
	ctx := context.Background()
	n := 0
	for _, stem := range []string{"basic_12runs", "explored_kinds"} {
		path := unpack(t, filepath.Join("testdata", "pypet"), stem)
		tr, err := trajectory.Open(ctx, path, trajectory.OpenOptions{Stores: []trajectory.Store{hdf5.New(hdf5.Options{})}})
		require.NoError(t, err)
		defer tr.Close()
		for r, err := range tr.Records() {
			require.NoError(t, err)
			if r.Class != "SparseParameter" || len(r.Items) == 0 || r.Items[0].Name != "data__spsp__" {
				continue
			}
			p, err := tr.Parameter(r.Name)
			require.NoError(t, err)
			again, err := trajectory.New("again", trajectory.Options{})
			require.NoError(t, err)
			require.NoError(t, again.AddParameter("m", p.Value()))
			for copied, err := range again.Records() {
				require.NoError(t, err)
				if copied.Leaf {
					assert.Equal(t, r.Items[0], copied.Items[0], "%s of %s", r.Name, stem)
					n++
				}
			}
		}
	}
	assert.Equal(t, 2, n)
}

// TestSavingOnInAFileOfPypet keeps what only Python can decode.
func TestSavingOnInAFileOfPypet(t *testing.T) {
	ctx := context.Background()
	s := hdf5.New(hdf5.Options{})
	dump := func(tr *trajectory.Trajectory) string {
		var b bytes.Buffer
		require.NoError(t, trajectory.DumpPypet(&b, tr))
		return b.String()
	}
	for _, stem := range []string{"basic_12runs", "odd_kinds", "gone_on"} {
		path := unpack(t, filepath.Join("testdata", "pypet"), stem)
		tr, err := trajectory.Open(ctx, path, trajectory.OpenOptions{Stores: []trajectory.Store{s}})
		require.NoError(t, err)
		before := dump(tr)
		require.NoError(t, tr.AddResult("zzz", 42))
		require.NoError(t, trajectory.Save(ctx, tr, s, path), stem)
		require.NoError(t, tr.Close())
		tr, err = trajectory.Open(ctx, path, trajectory.OpenOptions{Stores: []trajectory.Store{s}})
		require.NoError(t, err)
		assert.Equal(t, before, strings.Replace(dump(tr), "results.zzz\tzzz\t42\n", "", 1), stem)
		require.NoError(t, tr.Close())
	}
}
