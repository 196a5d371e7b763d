package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/internal/durable"
	"galvani/internal/npz"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
)

// envMain makes the test's program the command.
const envMain = "GALVANI_TEST_MAIN"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == readerCommand || os.Getenv(envMain) != "" || os.Getenv(envChild) != "" {
		main()
	}
	os.Exit(m.Run())
}

// grid writes a small sweep z = x*y over two grids, seeds and results changed by change.
func grid(t *testing.T, path, name string, x, y []int, change func(*trajectory.Trajectory)) string {
	t.Helper()
	tr, err := trajectory.New(name, trajectory.Options{Seed: 1, Kinds: brianparam.Kinds(), Now: func() time.Time { return made }})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("x", 0))
	require.NoError(t, tr.AddParameter("y", 0))
	require.NoError(t, tr.AddParameter("tau", quantity.MustParse("10 ms")))
	if change != nil {
		change(tr)
	}
	require.NoError(t, tr.Explore(trajectory.Grid{trajectory.Over("x", trajectory.Values(x...)), trajectory.Over("y", trajectory.Values(y...))}))
	tr.Lock()
	dir := trajectory.RunsDir(path)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	var runs []trajectory.RunRecord
	for i := range tr.Len() {
		r, err := tr.Run(i)
		require.NoError(t, err)
		a, err := trajectory.Get[int](r, "x")
		require.NoError(t, err)
		b, err := trajectory.Get[int](r, "y")
		require.NoError(t, err)
		require.NoError(t, r.AddResult("z", a*b))
		require.NoError(t, r.AddResult("trace", []float64{float64(a), float64(b), 0.5}))
		runs = append(runs, trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary()}, Records: r.Records()})
	}
	_, err = trajectory.WriteShard(dir, plan, runs...)
	require.NoError(t, err)
	store, err := storeFor(path, stores())
	require.NoError(t, err)
	_, err = trajectory.Merge(context.Background(), dir, store, path, trajectory.MergeOptions{})
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	return path
}

// endings are the file names of all formats in this build.
func endings() []string {
	if hdf5.Available() {
		return []string{".hdf5", ".traj"}
	}
	return []string{".traj"}
}

func TestMerge(t *testing.T) {
	for _, ext := range endings() {
		for _, other := range endings() {
			t.Run(ext+" and "+other, func(t *testing.T) {
				dir := t.TempDir()
				a := grid(t, filepath.Join(dir, "first"+ext), "first", []int{1, 2, 3, 4}, []int{6, 7, 8}, nil)
				b := grid(t, filepath.Join(dir, "second"+other), "second", []int{3, 4, 5, 6}, []int{7, 8, 9}, nil)
				before := good(t, "dump", a)
				out := filepath.Join(dir, "all"+other)
				text := good(t, "merge", "-remove-duplicates", "-out", out, a, b)
				assert.Contains(t, text, out+": 20 runs, 12 before\n")
				assert.Contains(t, text, b+" (second): 12 runs, 8 merged, 4 duplicates dropped")
				assert.Equal(t, before, good(t, "dump", a), "the target stays")
				assert.Equal(t, "20\n", good(t, "find", "-count", out, "z == x*y"))

				good(t, "merge", "-remove-duplicates", "-ignore", "results.runs.$.trace", "-backup=false", "-info=false", a, b)
				assert.Equal(t, "20\n", good(t, "find", "-count", a, "has(z)"))
				assert.NotContains(t, good(t, "tree", a), "config")
				assert.NotContains(t, good(t, "tree", "-full", a), "run_00000012.trace")
				status, _, errs := galvani("merge", "-remove-duplicates", a, b)
				assert.Equal(t, 1, status)
				assert.Contains(t, errs, "no run is left to merge")
				assert.NoError(t, os.RemoveAll(filepath.Join(dir, "backup_first"+ext)))

				c := grid(t, filepath.Join(dir, "third"+ext), "third", []int{9}, []int{9}, nil)
				text = good(t, "merge", "-delete", a, c)
				assert.Contains(t, text, "backup: "+filepath.Join(dir, "backup_first"+ext))
				assert.False(t, exists(c))
				assert.True(t, exists(filepath.Join(dir, "backup_third"+ext)))
				assert.Contains(t, good(t, "tree", a), "other_trajectory")

				d := grid(t, filepath.Join(dir, "fourth"+ext), "fourth", []int{9}, []int{9}, func(tr *trajectory.Trajectory) {
					require.NoError(t, tr.AddParameter("more", 1))
				})
				status, _, errs = galvani("merge", a, d)
				assert.Equal(t, 1, status)
				assert.Equal(t, "galvani merge: merge: fourth cannot be merged into first: trajectories of different spaces: parameters.more is in the other only\n", errs)
			})
		}
	}
}

func TestMergeTrialsWithinOneFile(t *testing.T) {
	for _, ext := range endings() {
		dir := t.TempDir()
		a := grid(t, filepath.Join(dir, "a"+ext), "monday", []int{1}, []int{0, 1, 2}, nil)
		b := grid(t, filepath.Join(dir, "b"+ext), "tuesday", []int{1}, []int{0, 1}, nil)
		good(t, "import", "-force", b, a)
		text := good(t, "merge", "-trial", "y", "-backup=false", "-move", a+"#monday", a+"#tuesday")
		assert.Contains(t, text, ": 5 runs, 3 before\n")
		assert.Equal(t, "0\n1\n2\n3\n4\n", good(t, "find", "-trajectory", "monday", a, "y == run"))
		assert.Equal(t, "0\n", good(t, "find", "-count", "-trajectory", "tuesday", a, "has(run) and not has(run)"))
		assert.NotContains(t, good(t, "tree", "-full", "-trajectory", "tuesday", a), ".z\n")
	}
}

func TestDiff(t *testing.T) {
	for _, ext := range endings() {
		dir := t.TempDir()
		a := grid(t, filepath.Join(dir, "a"+ext), "a", []int{1, 2}, []int{6, 7}, nil)
		same := grid(t, filepath.Join(dir, "same.traj"), "same", []int{1, 2}, []int{6, 7}, nil)
		assert.Empty(t, good(t, "diff", a, same), "names and formats are no difference")
		b := grid(t, filepath.Join(dir, "b"+ext), "b", []int{1, 3}, []int{6, 7}, func(tr *trajectory.Trajectory) {
			require.NoError(t, tr.AddParameter("more", []int{1, 2}, trajectory.Comment("new")))
			require.NoError(t, tr.AddLink("results.x", "parameters.x"))
		})
		status, out, errs := galvani("diff", a, b)
		assert.Equal(t, 1, status)
		assert.Empty(t, errs)
		assert.Equal(t, strings.TrimLeft(`
+ parameters.more  Parameter data = data: 1 2
- parameters.x explored_data[2]  2  (and 1 more)
+ parameters.x explored_data[2]  3  (and 1 more)
+ results.x  -> parameters.x
- run 2: results.runs.run_00000002.trace trace[0]  2
+ run 2: results.runs.run_00000002.trace trace[0]  3
- run 2: results.runs.run_00000002.z z  12
+ run 2: results.runs.run_00000002.z z  18
- run 3: results.runs.run_00000003.trace trace[0]  2
+ run 3: results.runs.run_00000003.trace trace[0]  3
- run 3: results.runs.run_00000003.z z  14
+ run 3: results.runs.run_00000003.z z  21
`, "\n"), out)
		status, out, _ = galvani("diff", "-brief", a, b)
		assert.Equal(t, 1, status)
		assert.Equal(t, a+" and "+b+" differ\n", out)
		status, out, _ = galvani("diff", "-lines", "1", a, b)
		assert.Equal(t, 1, status)
		assert.Equal(t, 2, strings.Count(out, "\n"))
		assert.Empty(t, good(t, "diff", "-ignore", "parameters.more", "-ignore", "parameters.x", "-ignore", "results.runs.$", "-ignore", "results.x", a, b))
		status, _, errs = galvani("diff", a, b+"x")
		assert.Equal(t, 2, status, "trouble is told from a difference")
		assert.Equal(t, 1, strings.Count(errs, "\n"))
	}
}

// A sweep of which a part lies in shards only is read whole.
func TestCommandsOnUnmergedSweeps(t *testing.T) {
	all := files(t)
	for name, path := range all {
		for other, second := range all {
			assert.Empty(t, good(t, "diff", path, second), "%s and %s", name, other)
		}
		assert.Equal(t, "1\n2\n", good(t, "find", path, "rate > 0.05"))
		npzFile := filepath.Join(t.TempDir(), "x.npz")
		good(t, "export", "-npz", path, npzFile)
		f, err := npz.Open(npzFile)
		require.NoError(t, err)
		a, err := f.Read("results.runs.$.rate/rate")
		require.NoError(t, err)
		assert.Equal(t, []float64{0, 0.1, 0.2}, a.Values)
		a, err = f.Read("runs/index")
		require.NoError(t, err)
		assert.Equal(t, []int64{-1, 0, 1, 2, 3}, a.Values)
		require.NoError(t, f.Close())
	}
}

func TestExport(t *testing.T) {
	for name, path := range files(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			to := filepath.Join(dir, "x.csv")
			assert.Empty(t, good(t, "export", path, to))
			raw, err := os.ReadFile(to)
			require.NoError(t, err)
			assert.Equal(t, good(t, "table", "-format", "csv", path), string(raw))
			assert.Equal(t, string(raw), good(t, "export", "-format", "csv", path))
			status, _, errs := galvani("export", path, to)
			assert.Equal(t, 1, status)
			assert.Contains(t, errs, "is there already")
			good(t, "export", "-format", "ndjson", "-force", path, to)
			if !hdf5.Available() {
				return
			}
			forPypet := filepath.Join(dir, "p.hdf5")
			good(t, "export", "-pypet", path, forPypet)
			assert.Equal(t, good(t, "dump", path), good(t, "dump", forPypet))
			r, err := hdf5.New(hdf5.Options{}).Open(context.Background(), forPypet, "")
			require.NoError(t, err)
			defer r.Close()
			_, err = r.Node("results.runs.run_00000001.rate")
			assert.NoError(t, err)
		})
	}
}

func TestImportFromPypet(t *testing.T) {
	if !hdf5.Available() {
		t.Log("no HDF5 in this build: nothing that pypet wrote can be read")
		return
	}
	from := pypetFile(t, "basic_12runs")
	for _, ext := range endings() {
		to := filepath.Join(t.TempDir(), "ours"+ext)
		status, out, errs := galvani("import", from, to)
		assert.Empty(t, errs)
		left := "left out: results.run_00000000.frame.frame: only Python can read it\n"
		if ext == filepath.Ext(from) {
			assert.Zero(t, status, "frames are copied as they are")
			assert.NotContains(t, out, left)
		} else {
			assert.Equal(t, 3, status, "something was left out")
			assert.Contains(t, out, left)
		}
		for _, line := range []string{
			"pickle, bytes only: parameters.arrays.pk\n", "pickle, bytes only: results.run_00000001.pickled\n",
		} {
			assert.Contains(t, out, line)
		}
		assert.Equal(t, "3\n4\n5\n", good(t, "find", to, "tau == 20 and has(scalars.rate)"))
		assert.Equal(t, good(t, "table", "-format", "csv", from), good(t, "table", "-format", "csv", to))
		if status, out, _ = galvani("diff", from, to); ext == filepath.Ext(from) {
			assert.Zero(t, status)
			assert.Empty(t, out)
			continue
		}
		assert.Equal(t, 1, status)
		for line := range strings.Lines(out) {
			assert.Regexp(t, `^- run [01]: results.run_0000000[01].(frame|series)  `, line)
		}
		assert.Equal(t, 4, strings.Count(out, "\n"))
	}
}

// pypetFile is a file that pypet wrote.
func pypetFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := exec.Command("gzip", "-dc", filepath.Join("..", "..", "trajectory", "hdf5", "testdata", "pypet", name+".hdf5.gz")).Output()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), name+".hdf5")
	require.NoError(t, os.WriteFile(path, raw, 0o644))
	return path
}

func TestTableShowsWhatDiffers(t *testing.T) {
	if !hdf5.Available() {
		return // real files of pypet are HDF5
	}
	path := pypetFile(t, "brian2_2runs")
	assert.Equal(t, `run  state  seed  neuron.tau [s]  spikes.num_spikes
  0  done      -            0.01                 10
  1  done      -           0.005                 24
(13 more are the same in every run; -all shows them)
`, good(t, "table", path))
	assert.Contains(t, good(t, "table", "-all", path), "monitor_type")
	assert.Contains(t, good(t, "table", "-columns", "*.monitor_type", path), "SpikeMonitor")
	assert.Contains(t, good(t, "table", "-format", "csv", path), "monitor_type")
}

func TestLabelledTablesAreShownAsTables(t *testing.T) {
	if !hdf5.Available() {
		return // real files of pypet are HDF5
	}
	path := pypetFile(t, "frames")
	assert.Equal(t, `name   results.named
class  Result

frame  dataframe[2 x 2]
current	i	f
0.1	1	0.5
0.2	2	NaN
`, good(t, "show", path, "results.named"))
	assert.Contains(t, good(t, "show", path), "results.named.frame     dataframe[2 x 2]  current: 0.1 0.2  i: 1 2  f: 0.5 NaN\n")
}

func TestShowWhatCannotBeDecoded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd.traj")
	w, err := dirstore.New().Create(context.Background(), path, trajectory.Header{Name: "odd", Length: 1})
	require.NoError(t, err)
	cell := func(name string, typ trajectory.Type, values any) trajectory.Column {
		return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: typ, Shape: []int{1}, Values: values}}
	}
	require.NoError(t, w.Node(trajectory.Record{Name: "parameters.tau", Leaf: true, Class: "Brian2Parameter", Items: []trajectory.Item{{
		Name: "data__brn2__", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			cell("unit", trajectory.Str, []string{"1. * nonsense"}), cell("value", trajectory.Float, []float64{2.5}),
		}},
	}}}))
	require.NoError(t, w.Commit())
	out := good(t, "show", path, "tau")
	assert.Contains(t, out, "nonsense\t2.5\n")
	assert.Regexp(t, `(?m)^unreadable +.*nonsense`, out)
	assert.Contains(t, good(t, "table", "-parameters", "tau", path), "nonsens", "as much as there is to say")
}

func TestCompactLeavesNothingBesideWhatItCannotRead(t *testing.T) {
	for _, ext := range endings() {
		path := filepath.Join(t.TempDir(), "text"+ext)
		require.NoError(t, os.WriteFile(path, []byte("text"), 0o644))
		status, _, errs := galvani("compact", path)
		assert.Equal(t, 1, status)
		assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
		left, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		assert.Len(t, left, 1)
	}
}

func TestCompact(t *testing.T) {
	for _, ext := range endings() {
		dir := t.TempDir()
		a := grid(t, filepath.Join(dir, "a"+ext), "a", []int{1, 2}, []int{6, 7}, nil)
		store, err := storeFor(a, stores())
		require.NoError(t, err)
		before := good(t, "dump", a)
		// Writing a result again leaves the space of the old one.
		for range 20 {
			h := trajectory.Header{}
			r, err := store.Open(context.Background(), a, "")
			require.NoError(t, err)
			h = r.Header()
			rec, err := r.Node("results.runs.run_00000001.trace")
			require.NoError(t, err)
			require.NoError(t, r.Close())
			w, err := store.Create(context.Background(), a, h)
			require.NoError(t, err)
			require.NoError(t, w.Node(rec))
			require.NoError(t, w.Commit())
		}
		size, err := sizeOnDisk(a)
		require.NoError(t, err)
		assert.Contains(t, good(t, "compact", a), fmt.Sprintf("%d before\n", size))
		after, err := sizeOnDisk(a)
		require.NoError(t, err)
		assert.LessOrEqual(t, after, size)
		assert.Equal(t, before, good(t, "dump", a))
		backup := filepath.Join(dir, "a_backup"+ext)
		assert.Equal(t, before, good(t, "dump", backup))
		status, _, errs := galvani("compact", a)
		assert.Equal(t, 1, status)
		assert.Contains(t, errs, "a_backup")
		good(t, "compact", "-backup=false", a)
	}
}

func TestCheck(t *testing.T) {
	for name, path := range files(t) {
		out := good(t, "check", path)
		assert.True(t, strings.HasSuffix(out, ": all is well\n"), "%s: %s", name, out)
		assert.Empty(t, good(t, "check", "-quiet", path))
	}
	status, _, errs := galvani("check", filepath.Join(t.TempDir(), "nothing.traj"))
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "neither the file nor a runs folder")
}

// damaged copies a sweep, lets damage change it, and returns what check says.
func damaged(t *testing.T, ext string, damage func(path string)) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "s"+ext)
	tr, runs := sweep(t)
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), plan))
	for _, r := range runs {
		_, err = trajectory.WriteShard(trajectory.RunsDir(path), plan, r)
		require.NoError(t, err)
	}
	store, err := storeFor(path, stores())
	require.NoError(t, err)
	_, err = trajectory.Merge(context.Background(), trajectory.RunsDir(path), store, path, trajectory.MergeOptions{})
	require.NoError(t, err)
	damage(path)
	status, out, errs := galvani("check", path)
	assert.Empty(t, errs)
	if strings.Contains(out, "problem: ") {
		assert.Equal(t, 1, status)
		assert.Regexp(t, `: \d+ problems?\n$`, out)
	} else {
		assert.Equal(t, 0, status)
	}
	return out
}

// flip changes a byte in the middle of the first file that a pattern matches.
func flip(t *testing.T, pattern string) {
	t.Helper()
	all, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, all, pattern)
	slices.Sort(all)
	raw, err := os.ReadFile(all[0])
	require.NoError(t, err)
	raw[len(raw)/2] ^= 0x55
	require.NoError(t, os.WriteFile(all[0], raw, 0o644))
}

// rewritten puts one version of a file in the place of another.
func rewritten(t *testing.T, path string, change func(h *trajectory.Header, w func() trajectory.Writer)) {
	t.Helper()
	store, err := storeFor(path, stores())
	require.NoError(t, err)
	r, err := store.Open(context.Background(), path, "")
	require.NoError(t, err)
	h := r.Header()
	require.NoError(t, r.Close())
	change(&h, func() trajectory.Writer {
		w, err := store.Create(context.Background(), path, h)
		require.NoError(t, err)
		return w
	})
}

func TestCheckFindsDamage(t *testing.T) {
	for _, ext := range endings() {
		for name, c := range map[string]struct {
			damage func(path string)
			want   string
		}{
			"shard": {func(path string) { flip(t, filepath.Join(trajectory.RunsDir(path), "shard_*")) }, "corrupt file"},
			"plan":  {func(path string) { flip(t, filepath.Join(trajectory.RunsDir(path), "plan.npz")) }, "corrupt file"},
			"shard of another plan": {func(path string) {
				other := filepath.Join(t.TempDir(), "o.traj")
				tr, err := trajectory.New("other", trajectory.Options{})
				require.NoError(t, err)
				plan, err := trajectory.NewPlan(tr, trajectory.Identity{})
				require.NoError(t, err)
				require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(other), plan))
				shard, err := trajectory.WriteShard(trajectory.RunsDir(other), plan, trajectory.RunRecord{Info: trajectory.RunInfo{State: trajectory.Done}})
				require.NoError(t, err)
				raw, err := os.ReadFile(shard)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(trajectory.RunsDir(path), filepath.Base(shard)), raw, 0o644))
			}, "belongs to another plan"},
			"result that is not that of the shard": {func(path string) {
				rewritten(t, path, func(h *trajectory.Header, w func() trajectory.Writer) {
					x := w()
					require.NoError(t, x.Node(trajectory.Record{Name: "results.runs.run_00000001.rate", Leaf: true, Class: "Result", Items: []trajectory.Item{
						{Name: "rate", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Values: []float64{7}}}}}))
					require.NoError(t, x.Commit())
				})
			}, "run 1 has other results in the file than in"},
			"table of scalars that contradicts": {func(path string) {
				require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
				rewritten(t, path, func(h *trajectory.Header, w func() trajectory.Writer) {
					x := w()
					require.NoError(t, x.Node(trajectory.Record{Name: "results.runs.run_00000001.rate", Leaf: true, Class: "Result", Items: []trajectory.Item{
						{Name: "rate", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Values: []float64{7}}}}}))
					require.NoError(t, x.Commit())
				})
			}, "run 1 has rate = 7.0, table scalars says 0.1"},
			"parameter that is not that of the plan": {func(path string) {
				rewritten(t, path, func(h *trajectory.Header, w func() trajectory.Writer) {
					x := w()
					require.NoError(t, x.Node(trajectory.Record{Name: "parameters.model.eqs", Leaf: true, Class: "Parameter"}))
					require.NoError(t, x.Commit())
				})
			}, "the plan has parameters.model.eqs, and the file has it otherwise"},
			"range of another length": {func(path string) {
				require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
				rewritten(t, path, func(h *trajectory.Header, w func() trajectory.Writer) {
					h.Length = 9
					x := w()
					require.NoError(t, x.Commit())
				})
			}, "parameters.model.n has a range of 4 values for 9 runs"},
			"run without results": {func(path string) {
				rewritten(t, path, func(h *trajectory.Header, w func() trajectory.Writer) {
					x := w()
					require.NoError(t, x.Run(trajectory.RunInfo{Index: 3, State: trajectory.Done}))
					require.NoError(t, x.Commit())
				})
			}, "run 3 is done, and there is nothing of it"},
			"unknown state": {func(path string) {
				rewritten(t, path, func(h *trajectory.Header, w func() trajectory.Writer) {
					x := w()
					require.NoError(t, x.Run(trajectory.RunInfo{Index: 3, State: "dancing"}))
					require.NoError(t, x.Commit())
				})
			}, `unknown state "dancing"`},
			"no damage, but what a dead writer left": {func(path string) {
				require.NoError(t, os.WriteFile(filepath.Join(trajectory.RunsDir(path), durable.TempPrefix+"123"), nil, 0o644))
			}, "is being written, or was when its writer died"},
		} {
			t.Run(name+ext, func(t *testing.T) { assert.Contains(t, damaged(t, ext, c.damage), c.want) })
		}
	}
	assert.Contains(t, damaged(t, ".traj", func(path string) { flip(t, filepath.Join(path, "part_*")) }), "corrupt file")
	assert.Contains(t, damaged(t, ".traj", func(path string) { require.NoError(t, os.Remove(filepath.Join(path, "manifest.json"))) }), "problem: ")
	if hdf5.Available() {
		assert.Contains(t, damaged(t, ".hdf5", func(path string) { require.NoError(t, os.Truncate(path, 3000)) }), "problem: ")
	}
}

// Every byte of a file may be wrong: check says so or finds nothing, and never falls over.
func TestCheckSurvivesFlippedBits(t *testing.T) {
	if !hdf5.Available() {
		t.Log("no HDF5 in this build")
		return
	}
	path := grid(t, filepath.Join(t.TempDir(), "a.hdf5"), "a", []int{1, 2}, []int{6, 7}, nil)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range 30 {
		raw := slices.Clone(whole)
		raw[(i*7919+13)%len(raw)] ^= 1 << (i % 8)
		require.NoError(t, os.WriteFile(path, raw, 0o644))
		status, out, errs := galvani("check", path)
		assert.Contains(t, []int{0, 1}, status, "%d: %s", i, errs)
		assert.Equal(t, status == 1, strings.Contains(out, "problem: "), "%d: %s", i, out)
		assert.Empty(t, errs)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := good(t, "completion", shell)
		for _, c := range commands() {
			assert.Contains(t, script, c.name)
			for _, o := range c.options() {
				assert.Contains(t, script, o.name)
			}
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Log("no bash here to run its script")
		return
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a file.hdf5"), nil, 0o644))
	script := filepath.Join(dir, "script")
	require.NoError(t, os.WriteFile(script, []byte(good(t, "completion", "bash")), 0o644))
	for words, want := range map[string]string{
		"galvani d": "dump\ndiff\n", "galvani help ch": "check\n", "galvani table -fo": "-format\n", "galvani table a": "a file.hdf5\n", "galvani completion z": "zsh\n",
		"galvani nonsense -x": "",
	} {
		all := strings.Fields(words)
		line := fmt.Sprintf("source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _galvani 2>/dev/null; ((${#COMPREPLY[@]})) && printf '%%s\\n' \"${COMPREPLY[@]}\"; true", script, words, len(all)-1)
		command := exec.Command(bash, "-c", line)
		command.Dir = dir
		out, err := command.CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Equal(t, want, string(out), words)
	}
}

// A reader that has seen enough ends the command without a word.
func TestBrokenPipe(t *testing.T) {
	x := make([]int, 3000)
	for i := range x {
		x[i] = i
	}
	path := filepath.Join(t.TempDir(), "a.traj")
	tr, err := trajectory.New("a", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("x", 0))
	require.NoError(t, tr.AddParameter("text", ""))
	texts := make([]string, len(x))
	for i := range texts {
		texts[i] = strings.Repeat(fmt.Sprint(i), 20)
	}
	require.NoError(t, tr.Explore(trajectory.Zip{trajectory.Over("x", trajectory.Values(x...)), trajectory.Over("text", trajectory.Values(texts...))}))
	require.NoError(t, trajectory.Save(context.Background(), tr, dirstore.New(), path))
	for _, trap := range []string{"", "trap '' PIPE; "} { // with the signal and without
		command := exec.Command("sh", "-c", trap+`"$0" table -format csv "$1" | head -n 1`, os.Args[0], path)
		command.Env = append(os.Environ(), envMain+"=1")
		var errs strings.Builder
		command.Stderr = &errs
		out, err := command.Output()
		require.NoError(t, err)
		assert.Equal(t, "run,state,seed,x,text\n", string(out))
		assert.Empty(t, errs.String())
	}
}

// What libhdf5 crashes on is read in another process by all commands that only look.
func TestReadersAreIsolated(t *testing.T) {
	if !hdf5.Available() {
		t.Log("no HDF5 in this build")
		return
	}
	assert.IsType(t, &hdf5.Isolated{}, readers()[0])
	path := filepath.Join(t.TempDir(), "cut.hdf5")
	raw, err := os.ReadFile(pypetFile(t, "basic_12runs"))
	require.NoError(t, err)
	for _, n := range []int{0, 1, 100, 5000, len(raw) / 2, len(raw) - 1} {
		require.NoError(t, os.WriteFile(path, raw[:n], 0o644))
		for _, command := range []string{"tree", "show", "table", "dump", "check"} {
			status, _, errs := galvani(command, path)
			assert.NotZero(t, status, "%s of %d bytes", command, n)
			assert.LessOrEqual(t, strings.Count(errs, "\n"), 1, "%s of %d bytes: %s", command, n, errs)
		}
	}
}
