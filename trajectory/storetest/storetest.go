package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// Run runs the suite; newStore makes a fresh store.
func Run(t *testing.T, newStore func(t *testing.T) trajectory.Store) {
	for name, test := range map[string]func(*testing.T, *suite){
		"Values":             testValues,
		"Tree":               testTree,
		"Prefix":             testPrefix,
		"AnyOrder":           testAnyOrder,
		"ReplacesNodes":      testReplacesNodes,
		"KeepsOthers":        testKeepsOthers,
		"SeveralInOneFile":   testSeveral,
		"CommitIsOneStep":    testCommit,
		"Abort":              testAbort,
		"AfterTheEnd":        testAfterTheEnd,
		"Cancelled":          testCancelled,
		"ManyRuns":           testManyRuns,
		"Overview":           testOverview,
		"HostileNames":       testHostileNames,
		"BadData":            testBadData,
		"ConcurrentReaders":  testConcurrentReaders,
		"ConcurrentWriters":  testConcurrentWriters,
		"Missing":            testMissing,
		"NotAFile":           testNotAFile,
		"TrajectoryAndMerge": testMerge,
		"GrowingSweep":       testGrowingSweep,
		"MergedOrNot":        testMergedOrNot,
		"Removal":            testRemoval,
		"SomeItems":          testSomeItems,
		"SaveModes":          testSaveModes,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			require.NotEmpty(t, s.Format())
			require.NotEmpty(t, s.Extensions())
			test(t, &suite{Store: s, path: filepath.Join(t.TempDir(), "new", "x"+s.Extensions()[0])})
		})
	}
}

type suite struct {
	trajectory.Store
	path string
}

var background = context.Background()

func (s *suite) write(t *testing.T, h trajectory.Header, records []trajectory.Record, runs []trajectory.RunInfo) {
	t.Helper()
	w, err := s.Create(background, s.path, h)
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, w.Node(r), r.Name)
	}
	for _, r := range runs {
		require.NoError(t, w.Run(r))
	}
	require.NoError(t, w.Commit())
}

func (s *suite) open(t *testing.T, name string) trajectory.Reader {
	t.Helper()
	r, err := s.Open(background, s.path, name)
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func all(t *testing.T, r trajectory.Reader, prefix string, skeleton bool) []trajectory.Record {
	t.Helper()
	out := []trajectory.Record{}
	for rec, err := range r.Nodes(prefix, skeleton) {
		require.NoError(t, err)
		out = append(out, rec)
	}
	return out
}

func names(records []trajectory.Record) []string {
	out := make([]string, len(records))
	for i, r := range records {
		out[i] = r.Name
	}
	return out
}

// equal compares records to the bit; annotations and items in any order.
func equal(t *testing.T, want, got trajectory.Record) {
	t.Helper()
	byName := func(items []trajectory.Item) []trajectory.Item {
		items = slices.Clone(items)
		slices.SortFunc(items, func(a, b trajectory.Item) int { return strings.Compare(a.Name, b.Name) })
		return items
	}
	itemNames := func(items []trajectory.Item) []string {
		out := []string{}
		for _, it := range items {
			out = append(out, it.Name)
		}
		return out
	}
	lists := [][2][]trajectory.Item{{byName(want.Annotations), byName(got.Annotations)}, {byName(want.Items), byName(got.Items)}}
	for _, l := range lists {
		require.Equal(t, itemNames(l[0]), itemNames(l[1]), want.Name)
		for i, it := range l[0] {
			if !it.Data.Equal(l[1][i].Data) {
				assert.Fail(t, "values differ", "%s, item %q: want %s, got %s", want.Name, it.Name, brief(it.Data), brief(l[1][i].Data))
			}
		}
	}
	want.Annotations, want.Items, got.Annotations, got.Items = nil, nil, nil, nil
	assert.Equal(t, want, got)
}

func brief(d trajectory.Data) string {
	text := fmt.Sprintf("%#v", d)
	if len(text) > 500 {
		text = text[:500] + "..."
	}
	return text
}

func equalAll(t *testing.T, want, got []trajectory.Record) {
	t.Helper()
	require.Equal(t, names(want), names(got))
	for i := range want {
		equal(t, want[i], got[i])
	}
}

// equalRuns compares run rows. A format may have a pending row for every run
// that nobody wrote one for.
func equalRuns(t *testing.T, want []trajectory.RunInfo, r trajectory.Reader) {
	t.Helper()
	got, err := r.Runs()
	require.NoError(t, err)
	assert.True(t, slices.IsSortedFunc(got, func(a, b trajectory.RunInfo) int { return a.Index - b.Index }))
	got = slices.DeleteFunc(got, func(row trajectory.RunInfo) bool {
		return row == trajectory.RunInfo{Index: row.Index, State: trajectory.Pending} &&
			!slices.ContainsFunc(want, func(w trajectory.RunInfo) bool { return w.Index == row.Index })
	})
	require.Len(t, got, len(want))
	for i := range want {
		assert.True(t, want[i].Start.Equal(got[i].Start), "start of run %d: %v, %v", i, want[i].Start, got[i].Start)
		assert.True(t, want[i].Finish.Equal(got[i].Finish), "finish of run %d: %v, %v", i, want[i].Finish, got[i].Finish)
		a, b := want[i], got[i]
		a.Start, a.Finish, b.Start, b.Finish = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		assert.Equal(t, a, b)
	}
}

func testValues(t *testing.T, s *suite) {
	want := trajectory.Record{Name: "results.all", Leaf: true, Class: "Result", Comment: strings.Repeat("long comment ", 1000), Items: values()}
	s.write(t, header("x"), []trajectory.Record{want}, nil)
	got, err := s.open(t, "x").Node("results.all")
	require.NoError(t, err)
	equal(t, want, got)
	for _, it := range got.Items {
		require.NoError(t, it.Data.Check(), it.Name)
	}
}

func testTree(t *testing.T, s *suite) {
	s.write(t, header("x"), tree(), rows())
	r := s.open(t, "")
	h := r.Header()
	assert.True(t, born.Equal(h.Time), "%v", h.Time)
	h.Time = born
	assert.Equal(t, header("x"), h)
	equalAll(t, tree(), all(t, r, "", false))
	equalRuns(t, rows(), r)
	skeleton := tree()
	for i := range skeleton {
		skeleton[i].Items = nil
	}
	equalAll(t, skeleton, all(t, r, "", true))
	for _, want := range tree() {
		got, err := r.Node(want.Name)
		require.NoError(t, err)
		equal(t, want, got)
	}
}

func testPrefix(t *testing.T, s *suite) {
	s.write(t, header("x"), tree(), nil)
	r := s.open(t, "x")
	for _, prefix := range []string{"parameters", "parameters.model", "results.runs.run_00000003", "parameters.model.tau", "results.empty", "parameters.tau"} {
		var want []trajectory.Record
		for _, rec := range tree() {
			if rec.Name == prefix || strings.HasPrefix(rec.Name, prefix+".") {
				want = append(want, rec)
			}
		}
		equalAll(t, want, all(t, r, prefix, false))
	}
	n := 0
	for range r.Nodes("", false) {
		if n++; n == 3 {
			break
		}
	}
	assert.Equal(t, 3, n, "iteration can be left")
	equalAll(t, tree(), all(t, r, "", false))
}

func testAnyOrder(t *testing.T, s *suite) {
	records := tree()
	slices.Reverse(records)
	s.write(t, header("x"), records, nil)
	equalAll(t, tree(), all(t, s.open(t, "x"), "", false))

	// Groups that nobody wrote are there too.
	s.path += ".2" + s.Extensions()[0]
	s.write(t, header("x"), []trajectory.Record{result("results.a.b.c", 1)}, nil)
	want := []trajectory.Record{{Comment: header("x").Comment}, {Name: "results"}, {Name: "results.a"}, {Name: "results.a.b"}, result("results.a.b.c", 1)}
	equalAll(t, want, all(t, s.open(t, "x"), "", false))
}

func testReplacesNodes(t *testing.T, s *suite) {
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Node(result("results.z", 1)))
	require.NoError(t, w.Node(parameter("results.z", 2)))
	require.NoError(t, w.Node(trajectory.Record{Name: "results.g", Comment: "old"}))
	require.NoError(t, w.Node(result("results.g.z", 1)))
	require.NoError(t, w.Node(trajectory.Record{Name: "results.g", Comment: "new", Annotations: notes()}))
	require.NoError(t, w.Run(trajectory.RunInfo{Index: 1, State: trajectory.Running}))
	require.NoError(t, w.Run(trajectory.RunInfo{Index: 1, State: trajectory.Done, Seed: 7}))
	require.NoError(t, w.Commit())
	r := s.open(t, "x")
	got, err := r.Node("results.z")
	require.NoError(t, err)
	equal(t, parameter("results.z", 2), got)
	equalAll(t, []trajectory.Record{{Name: "results.g", Comment: "new", Annotations: notes()}, result("results.g.z", 1)}, all(t, r, "results.g", false))
	equalRuns(t, []trajectory.RunInfo{{Index: 1, State: trajectory.Done, Seed: 7}}, r)
}

func testKeepsOthers(t *testing.T, s *suite) {
	s.write(t, header("x"), tree(), rows())
	// Somebody adds results; then the experiment writes again.
	s.write(t, header("x"), []trajectory.Record{result("results.mine.fit", 42), {Name: "mine", Comment: "a branch of my own"}}, nil)
	h := header("x")
	h.Comment = "another comment"
	again := []trajectory.Record{parameter("parameters.model.tau", 11), {Name: "parameters.tau", Comment: "no link any more"}, result("results.own", 3), {Name: "results.empty", Link: "results.mine.fit"}}
	s.write(t, h, again, []trajectory.RunInfo{{Index: 2, State: trajectory.Done, Seed: 5, Host: "three"}})
	r := s.open(t, "x")
	assert.Equal(t, "another comment", r.Header().Comment)
	var want []trajectory.Record
	for _, rec := range tree() {
		for _, a := range again {
			if a.Name == rec.Name {
				rec = a
			}
		}
		if rec.Name == "" {
			rec.Comment = h.Comment
		}
		if rec.Name == "parameters" {
			want = append(want, trajectory.Record{Name: "mine", Comment: "a branch of my own"})
		}
		if rec.Name == "results.own" {
			want = append(want, trajectory.Record{Name: "results.mine"}, result("results.mine.fit", 42))
		}
		want = append(want, rec)
	}
	equalAll(t, want, all(t, r, "", false))
	wantRows := rows()
	wantRows[2] = trajectory.RunInfo{Index: 2, State: trajectory.Done, Seed: 5, Host: "three"}
	equalRuns(t, wantRows, r)
}

func testSeveral(t *testing.T, s *suite) {
	for i, name := range []string{"new", "old", "middle", "weird-name_7"} {
		h := header(name)
		h.Time = born.Add(-time.Duration([]int{1, 9, 5, 3}[i]) * time.Hour)
		s.write(t, h, []trajectory.Record{result("results.z", float64(i))}, rows()[:i])
	}
	got, err := s.Names(background, s.path)
	require.NoError(t, err)
	assert.Equal(t, []string{"old", "middle", "weird-name_7", "new"}, got)
	assert.Equal(t, "new", s.open(t, "").Header().Name)
	for i, name := range []string{"new", "old", "middle", "weird-name_7"} {
		r := s.open(t, name)
		assert.Equal(t, name, r.Header().Name)
		rec, err := r.Node("results.z")
		require.NoError(t, err)
		equal(t, result("results.z", float64(i)), rec)
		equalRuns(t, rows()[:i], r)
	}
	_, err = s.Open(background, s.path, "nobody")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func testCommit(t *testing.T, s *suite) {
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Node(result("results.z", 1)))
	_, err = s.Open(background, s.path, "x")
	assert.ErrorIs(t, err, trajectory.ErrNotFound, "nothing is visible before the commit")
	require.NoError(t, w.Commit())

	before := s.open(t, "x")
	w, err = s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Node(result("results.z", 2)))
	require.NoError(t, w.Node(result("results.more", 3)))
	during := s.open(t, "x")
	rec, err := during.Node("results.z")
	require.NoError(t, err)
	equal(t, result("results.z", 1), rec)
	require.NoError(t, during.Close())
	require.NoError(t, w.Commit())

	// A reader that is open goes on with what it opened.
	rec, err = before.Node("results.z")
	require.NoError(t, err)
	equal(t, result("results.z", 1), rec)
	_, err = before.Node("results.more")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	rec, err = s.open(t, "x").Node("results.z")
	require.NoError(t, err)
	equal(t, result("results.z", 2), rec)
}

// listing names all files below a folder with their sizes.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && info.Size() > 0 {
			out = append(out, fmt.Sprintf("%s %d", path, info.Size()))
		}
		return err
	}))
	return out
}

func testAbort(t *testing.T, s *suite) {
	require.NoError(t, os.MkdirAll(filepath.Dir(s.path), 0o777))
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Node(result("results.z", 1)))
	require.NoError(t, w.Abort())
	assert.Empty(t, listing(t, filepath.Dir(s.path)), "what is given up leaves nothing behind")
	_, err = s.Open(background, s.path, "x")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)

	s.write(t, header("x"), tree(), rows())
	before := listing(t, filepath.Dir(s.path))
	w, err = s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Node(result("results.z", 2)))
	require.NoError(t, w.Abort())
	assert.Equal(t, before, listing(t, filepath.Dir(s.path)))
	equalAll(t, tree(), all(t, s.open(t, "x"), "", false))
}

func testAfterTheEnd(t *testing.T, s *suite) {
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Node(result("results.z", 1)))
	require.NoError(t, w.Commit())
	assert.NoError(t, w.Abort(), "after Commit, Abort does nothing")
	assert.Error(t, w.Node(result("results.z", 2)))
	assert.Error(t, w.Run(trajectory.RunInfo{}))
	assert.Error(t, w.Commit())
	r := s.open(t, "x")
	require.NoError(t, r.Close())
	_, err = r.Node("results.z")
	assert.Error(t, err)
	n := 0
	for _, err := range r.Nodes("", true) {
		assert.Error(t, err)
		n++
	}
	assert.LessOrEqual(t, n, 1)
}

func testCancelled(t *testing.T, s *suite) {
	s.write(t, header("x"), tree(), nil)
	ctx, cancel := context.WithCancel(background)
	w, err := s.Create(ctx, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Node(result("results.z", 1)))
	cancel()
	err = w.Node(result("results.zz", 1))
	if err == nil {
		err = w.Commit()
	}
	assert.ErrorIs(t, err, context.Canceled)
	assert.NoError(t, w.Abort())
	equalAll(t, tree(), all(t, s.open(t, "x"), "", false))
}

func testManyRuns(t *testing.T, s *suite) {
	const n = 300
	var records []trajectory.Record
	var runs []trajectory.RunInfo
	records = append(records, trajectory.Record{Comment: header("x").Comment}, trajectory.Record{Name: "results"}, trajectory.Record{Name: "results.runs"})
	for i := range n {
		group := "results.runs." + trajectory.RunName(i)
		spikes := trajectory.Record{Name: group + ".spikes", Leaf: true, Class: "Result", Items: []trajectory.Item{
			{Name: "i", Data: array(trajectory.NDArray, trajectory.Int32, make([]int32, i%5), i%5)},
			{Name: "name", Data: scalar(trajectory.Str, []string{strings.Repeat("x", i%7)})},
		}}
		if i%100 == 42 {
			spikes.Comment = "special"
		}
		records = append(records, trajectory.Record{Name: group}, result(group+".rate", float64(i)/3), spikes)
		runs = append(runs, trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: uint64(i) * 0x9e3779b97f4a7c15, Summary: fmt.Sprint("i: ", i)})
	}
	h := header("x")
	h.Length = n
	s.write(t, h, records, runs)
	r := s.open(t, "x")
	equalAll(t, records, all(t, r, "", false))
	equalRuns(t, runs, r)
	// Another merge with some runs replaced.
	var changed []trajectory.Record
	for i, rec := range records {
		if strings.HasSuffix(rec.Name, "7.rate") {
			records[i] = result(rec.Name, -1)
			changed = append(changed, records[i])
		}
	}
	require.NotEmpty(t, changed)
	s.write(t, h, changed, nil)
	equalAll(t, records, all(t, s.open(t, "x"), "", false))
}

func testOverview(t *testing.T, s *suite) {
	want := table(
		column("idx", array(trajectory.Scalar, trajectory.Int64, []int64{0, 1, 2}, 3)),
		column("state", array(trajectory.Scalar, trajectory.Str, []string{"done", "", "failed"}, 3)),
		column("monitors.rate", array(trajectory.Scalar, trajectory.Float, []float64{0.1, 2, 3}, 3)),
		column("v", array(trajectory.NDArray, trajectory.Float32, []float32{1, 2, 3, 4, 5, 6}, 3, 2)),
	)
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	require.NoError(t, w.Overview("scalars", table(column("old", array(trajectory.Scalar, trajectory.Int, []int64{1}, 1)))))
	require.NoError(t, w.Overview("scalars", want))
	require.NoError(t, w.Overview("packed_00000", table(column("npz", array(trajectory.Scalar, trajectory.Uint8, []uint8{0, 1, 255, 0}, 4)))))
	require.NoError(t, w.Commit())
	r := s.open(t, "x")
	got, err := r.Overview("scalars")
	require.NoError(t, err)
	assert.True(t, want.Equal(got), brief(got))
	got, err = r.Overview("packed_00000")
	require.NoError(t, err)
	assert.True(t, table(column("npz", array(trajectory.Scalar, trajectory.Uint8, []uint8{0, 1, 255, 0}, 4))).Equal(got), brief(got))
	_, err = r.Overview("nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	for _, rec := range all(t, r, "", true) {
		assert.NotContains(t, rec.Name, "scalars", "tables are not part of the tree")
	}
	s.write(t, header("x"), nil, nil)
	got, err = s.open(t, "x").Overview("scalars")
	require.NoError(t, err, "a table that is not written again stays")
	assert.True(t, want.Equal(got))
}

func testHostileNames(t *testing.T, s *suite) {
	outside := filepath.Join(filepath.Dir(filepath.Dir(s.path)), "victim")
	require.NoError(t, os.WriteFile(outside, []byte("untouched"), 0o644))
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	// Whatever is accepted must come back as it was; the rest is refused.
	var accepted []trajectory.Record
	for _, name := range []string{
		"a/b", "../victim", "results...z", ".results", "results.", "/results", "results./etc/passwd", "results.a\x00b", "results.\xff",
		"results.ünicode", "results.with blank", "results.$", "results.~2", "results." + strings.Repeat("n", 300), "con", "results.%2e%2e", "results.a\nb",
	} {
		rec := result("results.x", 1)
		rec.Name = name
		if w.Node(rec) == nil {
			accepted = append(accepted, rec)
		}
	}
	for i, name := range []string{"", "a/b", "..", ".", "../../x", "ünicode", "a\x00b", "\xff", strings.Repeat("i", 300), "with blank", "SRVC_LEAF", "~2", "x.rows", "x"} {
		rec := trajectory.Record{Name: fmt.Sprintf("items.n%d", i), Leaf: true, Class: "Result", Items: []trajectory.Item{
			{Name: name, Data: array(trajectory.NDArray, trajectory.Str, []string{"p", "q"}, 2)},
			{Name: "x.offsets", Data: array(trajectory.NDArray, trajectory.Float64, []float64{1}, 1)},
		}}
		if w.Node(rec) == nil {
			accepted = append(accepted, rec)
		}
	}
	good := result("results.good", 1)
	require.NoError(t, w.Node(good))
	require.NoError(t, w.Commit())
	r := s.open(t, "x")
	for _, want := range append(accepted, good) {
		got, err := r.Node(want.Name)
		require.NoError(t, err, "%q was accepted", want.Name)
		equal(t, want, got)
	}
	raw, err := os.ReadFile(outside)
	require.NoError(t, err)
	assert.Equal(t, "untouched", string(raw))
	for _, name := range []string{"..", "../victim", "a/../b", "nothing", "results.good.good", "."} {
		_, err := r.Node(name)
		if !slices.Contains(names(accepted), name) {
			assert.ErrorIs(t, err, trajectory.ErrNotFound, "%q", name)
		}
	}
}

func testBadData(t *testing.T, s *suite) {
	w, err := s.Create(background, s.path, header("x"))
	require.NoError(t, err)
	for name, d := range map[string]trajectory.Data{
		"too few":      array(trajectory.NDArray, trajectory.Float64, []float64{1}, 2),
		"too many":     array(trajectory.NDArray, trajectory.Float64, []float64{1, 2, 3}, 2),
		"wrong slice":  array(trajectory.NDArray, trajectory.Float64, []int64{1, 2}, 2),
		"negative":     array(trajectory.NDArray, trajectory.Float64, []float64{}, -1),
		"no type":      scalar("", []float64{1}),
		"unknown type": scalar("float128", []float64{1}),
		"nil":          {Coll: trajectory.Scalar, Type: trajectory.Float},
		"uneven table": table(column("a", array(trajectory.Scalar, trajectory.Int, []int64{1}, 1)), column("b", array(trajectory.Scalar, trajectory.Int, []int64{1, 2}, 2))),
	} {
		rec := trajectory.Record{Name: "results.bad", Leaf: true, Class: "Result", Items: []trajectory.Item{{Name: "v", Data: d}}}
		assert.Error(t, w.Node(rec), name)
	}
	require.NoError(t, w.Abort())
	_, err = s.Create(background, s.path, trajectory.Header{Name: "a/../b", Length: 1})
	assert.Error(t, err, "a trajectory's name is checked")
}

func testConcurrentReaders(t *testing.T, s *suite) {
	s.write(t, header("x"), tree(), rows())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				r, err := s.Open(background, s.path, "x")
				if !assert.NoError(t, err) {
					return
				}
				n := 0
				for _, err := range r.Nodes("", false) {
					assert.NoError(t, err)
					n++
				}
				assert.Equal(t, len(tree()), n)
				_, err = r.Runs()
				assert.NoError(t, err)
				assert.NoError(t, r.Close())
			}
		})
	}
	wait.Wait()
}

func testConcurrentWriters(t *testing.T, s *suite) {
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			h := header(fmt.Sprintf("x%d", i))
			// A writer may be refused because another is at work; then it says so and
			// nothing of it is there.
			w, err := s.Create(background, s.path, h)
			if err != nil {
				return
			}
			for k := range 20 {
				assert.NoError(t, w.Node(result(fmt.Sprintf("results.z%d", k), float64(i))))
			}
			if err := w.Commit(); err != nil {
				assert.NoError(t, w.Abort())
				return
			}
		})
	}
	wait.Wait()
	got, err := s.Names(background, s.path)
	require.NoError(t, err)
	require.NotEmpty(t, got)
	for _, name := range got {
		for k := range 20 {
			_, err := s.open(t, name).Node(fmt.Sprintf("results.z%d", k))
			assert.NoError(t, err)
		}
	}
}

func testMissing(t *testing.T, s *suite) {
	_, err := s.Open(background, s.path, "")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = s.Names(background, s.path)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	s.write(t, header("x"), tree(), nil)
	r := s.open(t, "x")
	for _, name := range []string{"nothing", "parameters.nothing", "parameters.model.tau.data", "parameters.mod", "parameters.model."} {
		_, err := r.Node(name)
		assert.ErrorIs(t, err, trajectory.ErrNotFound, name)
		n := 0
		for _, err := range r.Nodes(name, true) {
			assert.ErrorIs(t, err, trajectory.ErrNotFound, name)
			n++
		}
		assert.Equal(t, 1, n, name)
	}
}

func testNotAFile(t *testing.T, s *suite) {
	require.NoError(t, os.MkdirAll(filepath.Dir(s.path), 0o777))
	require.NoError(t, os.WriteFile(s.path, []byte("this is a letter to my aunt"), 0o644))
	_, err := s.Open(background, s.path, "")
	assert.Error(t, err)
	w, err := s.Create(background, s.path, header("x"))
	if err == nil {
		assert.NoError(t, w.Node(result("results.z", 1)))
		assert.Error(t, w.Commit(), "a file of somebody else is not replaced")
		w.Abort()
	}
	raw, err := os.ReadFile(s.path)
	require.NoError(t, err)
	assert.Equal(t, "this is a letter to my aunt", string(raw))
}
