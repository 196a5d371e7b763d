package trajectory_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/npz"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

var background = context.Background()

// experiment is a sweep of n runs over x.
func experiment(t testing.TB, n int) *trajectory.Trajectory {
	t.Helper()
	tr, err := trajectory.New("exp", trajectory.Options{Seed: 42, Comment: "a test", Now: func() time.Time { return epoch }})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("model.x", 0, trajectory.Comment("explored"), trajectory.Annotate("order", 0)))
	require.NoError(t, tr.AddParameter("model.tau", 10.5))
	require.NoError(t, tr.AddParameter("model.name", "exc"))
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Trials(n))))
	tr.Lock()
	return tr
}

// runOne does what run i of the experiment does: ragged arrays, text, sometimes
// something of another type.
func runOne(t testing.TB, tr *trajectory.Trajectory, i int) trajectory.RunRecord {
	t.Helper()
	r, err := tr.Run(i)
	require.NoError(t, err)
	x, err := trajectory.Get[int](r, "x")
	require.NoError(t, err)
	spikes := make([]int32, x%4)
	for k := range spikes {
		spikes[k] = int32(r.Seed() >> k)
	}
	require.NoError(t, r.AddResult("rate", float64(x)/7))
	require.NoError(t, r.AddResult("monitors.spikes", trajectory.Items{"i": spikes, "source": fmt.Sprint("group ", x)}))
	require.NoError(t, r.AddResult("trace", trajectory.Array[float32]{Shape: []int{2, x%3 + 1}, Data: make([]float32, 2*(x%3+1))}))
	require.NoError(t, r.AddResult("words", trajectory.ListOf[string]{"a", strings.Repeat("ß", x%5), ""}))
	require.NoError(t, r.AddDerived("twice", 2*x))
	if x%10 == 3 {
		require.NoError(t, r.AddResult("rare", map[string]any{"k": x, "v": []float64{math.NaN()}}, trajectory.Comment(fmt.Sprint("only in ", x))))
		require.NoError(t, r.AddResult("rate2", trajectory.Frame{{Name: "t", Values: []float64{1, 2}}, {Name: "s", Values: []string{"", "x"}}}, trajectory.Annotate("note", x)))
	}
	info := trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary()}
	return trajectory.RunRecord{Info: info, Records: r.Records()}
}

func encode(t testing.TB, note any, runs ...trajectory.RunRecord) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, trajectory.EncodeShard(&b, note, runs))
	return b.Bytes()
}

func TestShardsComeBack(t *testing.T) {
	tr := experiment(t, 60)
	var runs []trajectory.RunRecord
	for i := range 60 {
		if i%7 != 0 {
			runs = append(runs, runOne(t, tr, i))
		}
	}
	runs[4].Info.State, runs[4].Info.Error, runs[4].Info.Stack, runs[4].Info.Attempt = trajectory.Failed, "too höt", "a\nb", 3
	runs[4].Records = nil
	raw := encode(t, map[string]string{"who": "me"}, runs...)
	s, err := trajectory.DecodeShard("memory", raw)
	require.NoError(t, err)
	var note map[string]string
	require.NoError(t, s.Note(&note))
	assert.Equal(t, map[string]string{"who": "me"}, note)
	require.Len(t, s.Runs(), len(runs))
	for i, want := range runs {
		assert.Equal(t, want.Info, s.Runs()[i])
		got, err := s.Load(want.Info.Index, false)
		require.NoError(t, err)
		require.Len(t, got, len(want.Records))
		for k := range got {
			assert.True(t, want.Records[k].Equal(got[k]), "%+v\n%+v", want.Records[k], got[k])
			one, err := s.LoadNode(want.Info.Index, got[k].Name, false)
			require.NoError(t, err)
			assert.True(t, got[k].Equal(one))
			bare, err := s.LoadNode(want.Info.Index, got[k].Name, true)
			require.NoError(t, err)
			assert.Empty(t, bare.Items)
		}
	}
	_, err = s.Load(0, false)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = s.LoadNode(1, "results.runs.run_00000001.nothing", false)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestShardBytesDependOnTheContentAlone(t *testing.T) {
	tr := experiment(t, 20)
	var runs []trajectory.RunRecord
	for i := range 20 {
		runs = append(runs, runOne(t, tr, i))
	}
	want := encode(t, "note", runs...)
	for i := range runs {
		runs[i].Info.Start, runs[i].Info.Finish, runs[i].Info.Host = time.Now(), time.Now(), "elsewhere"
		slices.Reverse(runs[i].Records)
	}
	slices.Reverse(runs)
	assert.True(t, bytes.Equal(want, encode(t, "note", runs...)))
	assert.False(t, bytes.Equal(want, encode(t, "note", runs[1:]...)))
}

// The names and shapes that somebody with numpy finds.
func TestShardLayout(t *testing.T) {
	tr := experiment(t, 6)
	var runs []trajectory.RunRecord
	for i := range 6 {
		runs = append(runs, runOne(t, tr, i))
	}
	raw := encode(t, nil, runs...)
	f, err := npz.NewFile(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	read := func(name string) npz.Array {
		t.Helper()
		a, err := f.Read(name)
		require.NoError(t, err)
		return a
	}
	assert.Equal(t, npz.Array{Shape: []int{6}, Values: []int64{0, 1, 2, 3, 4, 5}}, read("runs/index"))
	assert.Equal(t, npz.Array{Shape: []int{6}, Values: []float64{0, 1. / 7, 2. / 7, 3. / 7, 4. / 7, 5. / 7}}, read("results.runs.$.rate/rate"))
	assert.Equal(t, npz.Array{Shape: []int{7}, Values: []int64{0, 0, 1, 3, 6, 6, 7}}, read("results.runs.$.monitors.spikes/i.rows"))
	assert.Equal(t, []int{7}, read("results.runs.$.monitors.spikes/i").Shape)
	assert.Equal(t, npz.Array{Shape: []int{6, 2}, Values: []int64{2, 1, 2, 2, 2, 3, 2, 1, 2, 2, 2, 3}}, read("results.runs.$.trace/trace.shapes"))
	assert.Equal(t, npz.Array{Shape: []int{1}, Values: []int64{3}}, read("results.runs.$.rare.row"))
	text := read("results.runs.$.monitors.spikes/source").Values.([]uint8)
	assert.Equal(t, "group 0group 1group 2group 3group 4group 5", string(text))
	assert.Equal(t, []int{6, 1}, read("derived_parameters.runs.$.twice/data/data").Shape)
	require.NoError(t, f.Verify())
}

func TestShardsThatCannotBe(t *testing.T) {
	good := trajectory.Record{Name: "results.z", Leaf: true, Class: "Result"}
	for name, runs := range map[string][]trajectory.RunRecord{
		"twice":      {{Info: trajectory.RunInfo{Index: 1}}, {Info: trajectory.RunInfo{Index: 1}}},
		"negative":   {{Info: trajectory.RunInfo{Index: -2}}},
		"same name":  {{Info: trajectory.RunInfo{Index: 1}, Records: []trajectory.Record{good, good}}},
		"wildcard":   {{Info: trajectory.RunInfo{Index: 1}, Records: []trajectory.Record{{Name: "results.$.z"}}}},
		"bad values": {{Info: trajectory.RunInfo{Index: 1}, Records: []trajectory.Record{{Name: "results.z", Items: []trajectory.Item{{Name: "a", Data: trajectory.Data{Coll: trajectory.Scalar}}}}}}},
		"bad text":   {{Info: trajectory.RunInfo{Index: 1}, Records: []trajectory.Record{{Name: "results.z", Comment: "\xff"}}}},
	} {
		assert.Error(t, trajectory.EncodeShard(&bytes.Buffer{}, nil, runs), name)
	}
}

// sweepFolder plans an experiment and publishes runs in shards of the given sizes.
func sweepFolder(t testing.TB, n int, sizes ...int) (path string, tr *trajectory.Trajectory, plan *trajectory.Plan) {
	t.Helper()
	tr = experiment(t, n)
	path = filepath.Join(t.TempDir(), "exp.traj")
	plan, err := trajectory.NewPlan(tr, trajectory.Identity{Build: "b1", Args: []string{"-x=1"}})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(trajectory.RunsDir(path), plan))
	i := 0
	for _, size := range sizes {
		var runs []trajectory.RunRecord
		for range size {
			runs = append(runs, runOne(t, tr, i))
			i++
		}
		_, err := trajectory.WriteShard(trajectory.RunsDir(path), plan, runs...)
		require.NoError(t, err)
	}
	return path, tr, plan
}

func openOptions() trajectory.OpenOptions {
	return trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}}
}

func dumpOf(t testing.TB, tr *trajectory.Trajectory) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, trajectory.Dump(&b, tr))
	return b.String()
}

func openDump(t testing.TB, path string) string {
	t.Helper()
	tr, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer tr.Close()
	return dumpOf(t, tr)
}

// sameDump compares line by line and shows the first that differs.
func sameDump(t testing.TB, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < len(w) && i < len(g); i++ {
		if w[i] != g[i] {
			require.Fail(t, "the dumps differ", "line %d: want %.300q, got %.300q", i, w[i], g[i])
		}
	}
	require.Len(t, g, len(w))
}

func TestPublishing(t *testing.T) {
	path, tr, plan := sweepFolder(t, 10, 3, 2)
	dir := trajectory.RunsDir(path)
	shards, err := trajectory.Shards(dir)
	require.NoError(t, err)
	require.Len(t, shards, 2)
	assert.Regexp(t, `shard_00000000_3_[0-9a-f]{16}\.npz$`, shards[0])
	again, err := trajectory.WriteShard(dir, plan, runOne(t, tr, 3), runOne(t, tr, 4))
	require.NoError(t, err)
	assert.Equal(t, shards[1], again, "the same runs are the same file")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 3, "plan and shards, nothing left over")
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o644), info.Mode().Perm())
	}
	_, err = trajectory.WriteShard(dir, plan)
	assert.Error(t, err, "no runs")
	_, err = trajectory.WriteShard(dir, plan, trajectory.RunRecord{Info: trajectory.RunInfo{Index: 10}})
	assert.Error(t, err, "a run that is not planned")
	_, err = trajectory.WriteShard(filepath.Join(dir, "nowhere"), plan, runOne(t, tr, 3))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestStatusAndLog(t *testing.T) {
	path, tr, plan := sweepFolder(t, 10, 3)
	dir := trajectory.RunsDir(path)
	failed := func(i, attempt int) trajectory.RunRecord {
		return trajectory.RunRecord{Info: trajectory.RunInfo{Index: i, State: trajectory.Failed, Attempt: attempt, Error: fmt.Sprint("attempt ", attempt)}}
	}
	retried := runOne(t, tr, 5)
	retried.Info.Attempt = 1
	for _, r := range []trajectory.RunRecord{failed(5, 0), retried, failed(6, 1), failed(6, 0)} {
		_, err := trajectory.WriteShard(dir, plan, r)
		require.NoError(t, err)
	}
	done := trajectory.RunInfo{Index: 5, Attempt: 1, State: trajectory.Done, Start: epoch, Finish: epoch.Add(time.Second), Host: "h"}
	require.NoError(t, trajectory.LogRuns(dir, trajectory.RunInfo{Index: 5, Host: "other"}, done))
	logs, err := filepath.Glob(filepath.Join(dir, "times_*.jsonl"))
	require.NoError(t, err)
	require.Len(t, logs, 1)
	f, err := os.OpenFile(logs[0], os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"run":1,"att`) // a line that was cut
	require.NoError(t, err)
	require.NoError(t, f.Close())
	got, err := trajectory.Status(background, dir)
	require.NoError(t, err)
	require.Len(t, got, 5)
	assert.Equal(t, []int{0, 1, 2, 5, 6}, []int{got[0].Index, got[1].Index, got[2].Index, got[3].Index, got[4].Index})
	done.Seed, done.Summary = retried.Info.Seed, "x: 5"
	assert.Equal(t, done, got[3], "done beats failed")
	assert.Equal(t, "attempt 0", got[4].Error, "then the lowest attempt")
	_, err = trajectory.Status(background, filepath.Join(dir, "nowhere"))
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestShardsOfAnotherPlanAreRefused(t *testing.T) {
	path, _, _ := sweepFolder(t, 10, 3)
	other, _, _ := sweepFolder(t, 11, 3)
	shards, err := trajectory.Shards(trajectory.RunsDir(other))
	require.NoError(t, err)
	stray := filepath.Join(trajectory.RunsDir(path), filepath.Base(shards[0]))
	raw, err := os.ReadFile(shards[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(stray, raw, 0o644))
	_, err = trajectory.Status(background, trajectory.RunsDir(path))
	assert.ErrorIs(t, err, trajectory.ErrPlanDiffers)
	assert.ErrorContains(t, err, stray)
}

// Every single changed byte of a shard is noticed or harmless, and never a wrong value.
func TestDamagedShards(t *testing.T) {
	tr := experiment(t, 4)
	runs := []trajectory.RunRecord{runOne(t, tr, 2), runOne(t, tr, 3)}
	raw := encode(t, "note", runs...)
	noticed := 0
	check := func(what string, damaged []byte) {
		s, err := trajectory.DecodeShard("the.npz", damaged)
		if err == nil {
			for k, info := range s.Runs() {
				var got []trajectory.Record
				if got, err = s.Load(info.Index, false); err != nil {
					break
				}
				require.Equal(t, runs[k].Info, info, what)
				require.Len(t, got, len(runs[k].Records), what)
				for i := range got {
					require.True(t, got[i].Equal(runs[k].Records[i]), what)
				}
			}
		}
		if err != nil {
			noticed++
			require.ErrorIs(t, err, trajectory.ErrCorrupt, what)
			require.ErrorContains(t, err, "the.npz", what)
		}
	}
	for at := range raw {
		damaged := slices.Clone(raw)
		damaged[at] ^= 1 << (at % 8)
		check(fmt.Sprint("byte ", at), damaged)
	}
	for _, n := range []int{0, 1, 100, len(raw) / 2, len(raw) - 1} {
		check(fmt.Sprint("cut at ", n), raw[:n])
	}
	assert.Greater(t, noticed, len(raw)*3/4)
}

func TestCorruptShardStopsEverythingByName(t *testing.T) {
	path, _, _ := sweepFolder(t, 6, 2, 2, 2)
	dir := trajectory.RunsDir(path)
	shards, err := trajectory.Shards(dir)
	require.NoError(t, err)
	raw, err := os.ReadFile(shards[1])
	require.NoError(t, err)
	at := bytes.Index(raw, []byte("group 2"))
	require.Positive(t, at)
	raw[at] = 'X' // a value: the sizes are right, the checksum is not
	require.NoError(t, os.WriteFile(shards[1], raw, 0o644))
	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{})
	require.ErrorIs(t, err, trajectory.ErrCorrupt)
	assert.ErrorContains(t, err, shards[1])
	_, err = os.Stat(path)
	assert.ErrorIs(t, err, os.ErrNotExist, "no file is better than a wrong one")
	tr, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	defer tr.Close()
	for i, good := range []bool{true, true, false, false, true, true} {
		r, err := tr.Run(i)
		require.NoError(t, err)
		_, err = trajectory.Get[float64](r, "rate")
		if good {
			assert.NoError(t, err)
		} else {
			assert.ErrorIs(t, err, trajectory.ErrCorrupt)
			assert.ErrorContains(t, err, shards[1])
		}
	}
	assert.ErrorIs(t, trajectory.Dump(&bytes.Buffer{}, tr), trajectory.ErrCorrupt)
	require.NoError(t, os.WriteFile(shards[1], raw[:100], 0o644))
	_, err = trajectory.Status(background, dir)
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	assert.ErrorContains(t, err, shards[1])
}

func FuzzShard(f *testing.F) {
	tr := experiment(f, 4)
	f.Add(encode(f, "note", runOne(f, tr, 2), runOne(f, tr, 3)))
	f.Add(encode(f, nil))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := trajectory.DecodeShard("fuzz", raw)
		if err != nil {
			return
		}
		for _, info := range s.Runs() {
			records, err := s.Load(info.Index, false)
			if err != nil {
				require.ErrorIs(t, err, trajectory.ErrCorrupt)
				continue
			}
			for _, r := range records {
				for _, it := range r.Items {
					require.NoError(t, it.Data.Check())
				}
			}
		}
	})
}
