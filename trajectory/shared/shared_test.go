package shared_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
	"galvani/trajectory/shared"
)

// The test program starts itself again to be killed.
const childFolder = "GALVANI_SHARED_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		commitForEver(dir)
	}
	os.Exit(m.Run())
}

// everything has a column of every kind.
type everything struct {
	Bool    bool
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Float32 float32
	Float64 float64
	C64     complex64
	C128    complex128
	Text    string
	Cell    [3]float64
	Matrix  [2][2]int32
	Bytes   [2]uint8
	Ragged  []float64
	Counts  []int
	Left    int `column:"-"`
}

func row(i int) everything {
	return everything{
		Bool: i%2 == 0, Int: -i, Int8: int8(i), Int16: int16(-i), Int32: int32(i), Int64: int64(i) << 40, Uint: uint(i), Uint8: uint8(i), Uint16: uint16(i),
		Uint32: uint32(i) << 20, Uint64: math.MaxUint64 - uint64(i), Float32: float32(i) / 3, Float64: float64(i) / 3, C64: complex(float32(i), 1),
		C128: complex(1, float64(i)), Text: strings.Repeat("ß", i%4), Cell: [3]float64{float64(i), 1, 2}, Matrix: [2][2]int32{{int32(i), 1}, {2, 3}},
		Bytes: [2]uint8{uint8(i), 255}, Ragged: make([]float64, i%3), Counts: []int{i, -i}[:i%3],
	}
}

func rowsOf(lo, hi int) []everything {
	rows := []everything{}
	for i := lo; i < hi; i++ {
		rows = append(rows, row(i))
	}
	return rows
}

func commit[R any](t *testing.T, table *shared.Table[R], run int, rows ...R) {
	t.Helper()
	a := table.Appender(run)
	require.NoError(t, a.Append(rows...))
	require.NoError(t, a.Commit())
}

func view[R any](t *testing.T, table *shared.Table[R]) *shared.View[R] {
	t.Helper()
	v, err := table.View()
	require.NoError(t, err)
	return v
}

func read[R any](t *testing.T, table *shared.Table[R]) []R {
	t.Helper()
	v := view(t, table)
	rows, err := v.Read(0, v.Len())
	require.NoError(t, err)
	require.NoError(t, v.Verify())
	return rows
}

// normal makes empty slices nil, as they are read.
func normal(rows []everything) []everything {
	for i := range rows {
		if len(rows[i].Ragged) == 0 {
			rows[i].Ragged = nil
		}
		if len(rows[i].Counts) == 0 {
			rows[i].Counts = nil
		}
	}
	return rows
}

func TestWhatGoesInComesOut(t *testing.T) {
	table, err := shared.CreateTable[everything](t.TempDir(), "all")
	require.NoError(t, err)
	commit(t, table, 0, rowsOf(0, 100)...)
	assert.Equal(t, normal(rowsOf(0, 100)), normal(read(t, table)))
	v := view(t, table)
	got, err := v.Read(17, 19)
	require.NoError(t, err)
	assert.Equal(t, normal(rowsOf(17, 19)), normal(got))
	got, err = v.ReadRows([]int{99, 3, 4, 3, 50})
	require.NoError(t, err)
	assert.Equal(t, normal([]everything{row(99), row(3), row(4), row(3), row(50)}), normal(got))
	_, err = v.Read(0, 101)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = v.ReadRows([]int{-1})
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestOrderIsByRunThenByAppending(t *testing.T) {
	type r struct{ Run, N int }
	table, err := shared.CreateTable[r](t.TempDir(), "order")
	require.NoError(t, err)
	for _, run := range rand.New(rand.NewPCG(1, 2)).Perm(20) {
		a := table.Appender(run)
		for n := range run % 4 {
			require.NoError(t, a.Append(r{run, n}))
		}
		require.NoError(t, a.Commit())
	}
	commit(t, table, shared.Before, r{-1, 0})
	want := []r{{-1, 0}}
	for run := range 20 {
		for n := range run % 4 {
			want = append(want, r{run, n})
		}
	}
	assert.Equal(t, want, read(t, table))
	v := view(t, table)
	lo, hi := v.OfRun(7)
	rows, err := v.Read(lo, hi)
	require.NoError(t, err)
	assert.Equal(t, []r{{7, 0}, {7, 1}, {7, 2}}, rows)
	assert.Equal(t, []int{-1, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19}, v.Runs())
}

func TestNothingIsVisibleBeforeCommit(t *testing.T) {
	table, err := shared.CreateTable[everything](t.TempDir(), "all")
	require.NoError(t, err)
	a := table.Appender(3)
	require.NoError(t, a.Append(rowsOf(0, 5)...))
	assert.Zero(t, view(t, table).Len())
	a.Discard()
	assert.Error(t, a.Append(row(1)))
	assert.Error(t, a.Commit())
	assert.Zero(t, view(t, table).Len())
	before := view(t, table)
	commit(t, table, 3, rowsOf(0, 5)...)
	assert.Equal(t, 5, view(t, table).Len())
	assert.Zero(t, before.Len(), "a view does not change")
}

func TestARunThatIsExecutedAgainReplacesItsRows(t *testing.T) {
	type r struct{ X int }
	table, err := shared.CreateTable[r](t.TempDir(), "again")
	require.NoError(t, err)
	commit(t, table, 0, r{1}, r{2})
	commit(t, table, 1, r{3})
	commit(t, table, 0, r{1}, r{2})
	assert.Equal(t, []r{{1}, {2}, {3}}, read(t, table))
	commit(t, table, 0, r{7})
	assert.Equal(t, []r{{7}, {3}}, read(t, table))
	commit(t, table, 0)
	assert.Equal(t, []r{{3}}, read(t, table))
}

func TestLargeRunsAreSpreadOverFiles(t *testing.T) {
	type r struct{ V [1 << 16]float64 } // half a megabyte
	dir := t.TempDir()
	table, err := shared.CreateTable[r](dir, "large")
	require.NoError(t, err)
	const n = 150
	for range 2 { // the second time finds all files there
		a := table.Appender(4)
		for i := range n {
			var x r
			x.V[0], x.V[1<<16-1] = float64(i), -float64(i)
			require.NoError(t, a.Append(x))
		}
		require.NoError(t, a.Commit())
	}
	parts, err := filepath.Glob(filepath.Join(dir, "large", "part_*"))
	require.NoError(t, err)
	assert.Len(t, parts, 2)
	v := view(t, table)
	i := 0
	require.NoError(t, v.Scan(0, v.Len(), func(k int, x r) error {
		if k != i || x.V[0] != float64(i) || x.V[1<<16-1] != -float64(i) {
			return fmt.Errorf("row %d is %v … %v", k, x.V[0], x.V[1<<16-1])
		}
		i++
		return nil
	}))
	assert.Equal(t, n, i)
	commit(t, table, 4, r{})
	require.NoError(t, table.Tidy())
	parts, err = filepath.Glob(filepath.Join(dir, "large", "part_*"))
	require.NoError(t, err)
	assert.Empty(t, parts)
	assert.Equal(t, 1, view(t, table).Len())
}

// TestSomeColumns reads and edits with a struct that has some of the columns.
func TestSomeColumns(t *testing.T) {
	dir := t.TempDir()
	table, err := shared.CreateTable[everything](dir, "all")
	require.NoError(t, err)
	commit(t, table, 0, rowsOf(0, 10)...)
	commit(t, table, 1, rowsOf(10, 20)...)
	type some struct {
		Text  string `column:"text"`
		Value int    `column:"int"`
	}
	part, err := shared.OpenTable[some](dir, "all")
	require.NoError(t, err)
	found, err := view(t, part).Find(func(s some) bool { return s.Value <= -18 })
	require.NoError(t, err)
	assert.Equal(t, []int{18, 19}, found)
	assert.Error(t, part.Appender(3).Append(some{}), "a row needs all columns")

	n, err := part.Edit(func(i int, s *some) (shared.Action, error) {
		switch i {
		case 12:
			s.Text = "changed"
			return shared.Change, nil
		case 15:
			return shared.Remove, nil
		}
		s.Text = "this copy is not kept"
		return shared.Keep, nil
	})
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	want := normal(append(rowsOf(0, 15), rowsOf(16, 20)...))
	want[12].Text = "changed"
	assert.Equal(t, want, normal(read(t, table)))
	require.NoError(t, table.Tidy())
	assert.Equal(t, want, normal(read(t, table)))

	_, err = shared.OpenTable[struct{ Nothing int }](dir, "all")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = shared.OpenTable[struct{ Int float64 }](dir, "all")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = shared.OpenTable[some](dir, "none")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = shared.CreateTable[some](dir, "all")
	assert.ErrorIs(t, err, trajectory.ErrExists)
}

func TestEdits(t *testing.T) {
	type r struct {
		X int
		V []float64
	}
	table, err := shared.CreateTable[r](t.TempDir(), "edits")
	require.NoError(t, err)
	for run := range 3 {
		commit(t, table, run, r{10 * run, []float64{1, 2}}, r{10*run + 1, nil})
	}
	n, err := table.Edit(func(int, *r) (shared.Action, error) { return shared.Keep, nil })
	require.NoError(t, err)
	assert.Zero(t, n)
	stop := errors.New("stop")
	_, err = table.Edit(func(i int, x *r) (shared.Action, error) {
		if i == 5 {
			return shared.Keep, stop
		}
		return shared.Remove, nil
	})
	require.ErrorIs(t, err, stop)
	assert.Equal(t, 6, view(t, table).Len(), "half an edit")
	n, err = table.Edit(func(_ int, x *r) (shared.Action, error) {
		if len(x.V) > 0 {
			x.V[0] = 99 // also in the copy that is not kept
		}
		switch x.X {
		case 0:
			return shared.Keep, nil
		case 11:
			return shared.Remove, nil
		}
		x.X++
		return shared.Change, nil
	})
	require.NoError(t, err)
	assert.Equal(t, 5, n)
	want := []r{{0, []float64{1, 2}}, {2, nil}, {11, []float64{99, 2}}, {21, []float64{99, 2}}, {22, nil}}
	got := read(t, table)
	for i := range got {
		if len(got[i].V) == 0 {
			got[i].V = nil
		}
	}
	assert.Equal(t, want, got)
	// What was executed again with the same result stays edited; another result is refused.
	commit(t, table, 1, r{10, []float64{1, 2}}, r{11, nil})
	assert.Equal(t, 5, view(t, table).Len())
	a := table.Appender(1)
	require.NoError(t, a.Append(r{X: 5}))
	assert.ErrorIs(t, a.Commit(), trajectory.ErrExists)
	// Removing all rows of a run leaves none.
	_, err = table.Edit(func(_ int, x *r) (shared.Action, error) { return shared.Remove, nil })
	require.NoError(t, err)
	assert.Empty(t, read(t, table))
	assert.Empty(t, view(t, table).Runs())
}

func TestOfTwoEditsAtTheSameTimeOneIsRefused(t *testing.T) {
	type r struct{ X int }
	table, err := shared.CreateTable[r](t.TempDir(), "conflict")
	require.NoError(t, err)
	commit(t, table, 0, r{1}, r{2})
	_, err = table.Edit(func(i int, x *r) (shared.Action, error) {
		if i == 0 {
			_, err := table.Edit(func(_ int, x *r) (shared.Action, error) {
				x.X *= 10
				return shared.Change, nil
			})
			require.NoError(t, err)
		}
		x.X = 0
		return shared.Change, nil
	})
	require.ErrorIs(t, err, shared.ErrConflict)
	assert.Equal(t, []r{{10}, {20}}, read(t, table))
}

func TestFramesGoInAndOut(t *testing.T) {
	dir := t.TempDir()
	type r struct {
		T    float64
		N    int
		Name string
		V    [2]float32
		B    uint8
	}
	table, err := shared.CreateTable[r](dir, "frames")
	require.NoError(t, err)
	frame := trajectory.Frame{
		{Name: "n", Values: []int{1, 2}}, {Name: "t", Values: []float64{.1, .2}}, {Name: "name", Values: []string{"a", "ß"}},
		{Name: "v", Values: trajectory.Array[float32]{Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}}},
		{Name: "b", Values: trajectory.Array[uint8]{Shape: []int{2}, Data: []uint8{7, 8}}},
	}
	a := table.Appender(shared.Before)
	require.NoError(t, a.AppendFrame(frame))
	for name, bad := range map[string]trajectory.Frame{
		"a column missing": frame[:4],
		"a wrong type":     append(trajectory.Frame{{Name: "n", Values: []float64{1, 2}}}, frame[1:]...),
		"a wrong name":     append(trajectory.Frame{{Name: "m", Values: []int{1, 2}}}, frame[1:]...),
		"a wrong length":   append(trajectory.Frame{{Name: "n", Values: []int{1}}}, frame[1:]...),
		"a wrong shape":    append(trajectory.Frame{{Name: "n", Values: []int{1, 2}}, {Name: "v", Values: []float32{1, 2}}}, frame[2:]...),
	} {
		assert.ErrorIs(t, a.AppendFrame(bad), trajectory.ErrType, name)
	}
	require.NoError(t, a.Commit())
	commit(t, table, 0, r{.3, 3, "c", [2]float32{5, 6}, 9})
	assert.Equal(t, []r{{.1, 1, "a", [2]float32{1, 2}, 7}, {.2, 2, "ß", [2]float32{3, 4}, 8}, {.3, 3, "c", [2]float32{5, 6}, 9}}, read(t, table))

	any, err := shared.OpenTable[struct{}](dir, "frames")
	require.NoError(t, err)
	v := view(t, any)
	got, err := v.Frame(1, 3)
	require.NoError(t, err)
	assert.Equal(t, trajectory.Frame{
		{Name: "t", Values: []float64{.2, .3}}, {Name: "n", Values: []int{2, 3}}, {Name: "name", Values: []string{"ß", "c"}},
		{Name: "v", Values: trajectory.Array[float32]{Shape: []int{2, 2}, Data: []float32{3, 4, 5, 6}}},
		{Name: "b", Values: trajectory.Array[uint8]{Shape: []int{2}, Data: []uint8{8, 9}}},
	}, got)
	got, err = v.Frame(0, 0, "n")
	require.NoError(t, err)
	assert.Equal(t, trajectory.Frame{{Name: "n", Values: []int{}}}, got)
	_, err = v.Frame(0, 1, "nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestAnOrdinaryResult(t *testing.T) {
	dir := t.TempDir()
	type r struct {
		T float64
		V []float64
	}
	table, err := shared.CreateTable[r](dir, "ragged")
	require.NoError(t, err)
	commit(t, table, 0, r{1, []float64{1, 2}})
	commit(t, table, 1, r{2, nil}, r{3, []float64{3}})
	_, err = view(t, table).Frame(0, 1)
	assert.ErrorIs(t, err, trajectory.ErrType)

	tr, err := trajectory.New("t", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, view(t, table).AddTo(tr, "ragged", trajectory.Comment("c")))
	file := filepath.Join(dir, "t"+env.Stores()[0].Extensions()[0])
	require.NoError(t, trajectory.Save(context.Background(), tr, env.Stores()[0], file))
	back, err := trajectory.Open(context.Background(), file, trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer back.Close()
	result, err := back.Result("ragged")
	require.NoError(t, err)
	items, err := result.Items()
	require.NoError(t, err)
	assert.Equal(t, trajectory.Items{
		"v": []float64{1, 2, 3}, "v_starts": []int64{0, 2, 2, 3}, "table": trajectory.Frame{{Name: "t", Values: []float64{1, 2, 3}}},
	}, items)
}

func TestBadRowsAndNames(t *testing.T) {
	dir := t.TempDir()
	_, err := shared.CreateTable[int](dir, "x")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = shared.CreateTable[struct{}](dir, "x")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = shared.CreateTable[struct{ M map[string]int }](dir, "x")
	assert.ErrorContains(t, err, "field M")
	_, err = shared.CreateTable[struct{ S []string }](dir, "x")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = shared.CreateTable[struct{ V [0]int }](dir, "x")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = shared.CreateTable[struct {
		A int `column:"a"`
		B int `column:"a"`
	}](dir, "x")
	assert.ErrorIs(t, err, trajectory.ErrExists)
	_, err = shared.CreateTable[struct {
		A int `column:"a.b"`
	}](dir, "x")
	assert.ErrorIs(t, err, trajectory.ErrName)
	for _, name := range []string{"", "../x", "a/b", "_x", "a..b"} {
		_, err = shared.CreateTable[everything](dir, name)
		assert.ErrorIs(t, err, trajectory.ErrName, name)
		_, err = shared.OpenTable[everything](dir, name)
		assert.ErrorIs(t, err, trajectory.ErrName, name)
	}
	table, err := shared.CreateTable[everything](dir, "results.spikes")
	require.NoError(t, err)
	assert.Error(t, table.Appender(-2).Append(row(1)))
	assert.Error(t, table.Appender(-2).Commit())
	names, err := shared.Names(dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"results.spikes"}, names)
	_, err = shared.OpenArray[float64](dir, "results.spikes")
	assert.ErrorIs(t, err, trajectory.ErrType)
	require.NoError(t, os.RemoveAll(dir))
	a := table.Appender(0)
	require.NoError(t, a.Append(row(0)))
	assert.ErrorIs(t, a.Commit(), os.ErrNotExist)
}

// TestGrownByASweep is a table grown over 100 runs by 4 workers and queried on disk, also
// while it grows.
func TestGrownByASweep(t *testing.T) {
	type sample struct {
		Run   int32
		Time  float64
		Trace [4]float64
	}
	dump := func(workers int) []sample {
		file := filepath.Join(t.TempDir(), "grown"+env.Stores()[0].Extensions()[0])
		e, err := env.New(env.Options{Out: file, Workers: workers, Seed: new(uint64)})
		require.NoError(t, err)
		tr, err := e.Trajectory("grown", trajectory.Options{})
		require.NoError(t, err)
		require.NoError(t, tr.AddParameter("trial", 0))
		require.NoError(t, tr.Explore(trajectory.Over("trial", trajectory.Trials(100))))
		run := env.Func(func(_ context.Context, r *trajectory.Run) error {
			table, err := shared.CreateTable[sample](shared.Dir(file), "samples")
			if err != nil {
				return err
			}
			rows := table.Appender(r.Index())
			defer rows.Discard()
			random := rand.New(rand.NewPCG(r.Seed(), 0))
			for i := range 50 + random.IntN(50) {
				if err := rows.Append(sample{int32(r.Index()), float64(i), [4]float64{random.Float64(), float64(i)}}); err != nil {
					return err
				}
			}
			// Others read meanwhile: whole runs in order.
			v, err := table.View()
			if err != nil {
				return err
			}
			last := sample{Run: -1}
			if err := v.Scan(0, v.Len(), func(_ int, s sample) error {
				if s.Run < last.Run || s.Run == last.Run && s.Time != last.Time+1 || s.Run > last.Run && s.Time != 0 {
					return fmt.Errorf("%v after %v", s, last)
				}
				last = s
				return nil
			}); err != nil {
				return err
			}
			return rows.Commit()
		})
		require.NoError(t, e.Run(context.Background(), tr, run))
		table, err := shared.OpenTable[sample](shared.Dir(file), "samples")
		require.NoError(t, err)
		assert.Len(t, view(t, table).Runs(), 100)
		found, err := view(t, table).Find(func(s sample) bool { return s.Trace[1] == 49 })
		require.NoError(t, err)
		assert.Len(t, found, 100)
		return read(t, table)
	}
	assert.Equal(t, dump(1), dump(4), "order and content depend on the number of workers")
}

type child struct {
	Run, N int64
	Text   string
}

func childRows(run int64) []child {
	rows := make([]child, 200)
	for i := range rows {
		rows[i] = child{run, int64(i), fmt.Sprint(run, "/", i)}
	}
	return rows
}

func commitForEver(dir string) {
	table, err := shared.CreateTable[child](dir, "killed")
	for run := 0; err == nil; run++ {
		a := table.Appender(run)
		if err = a.Append(childRows(int64(run))...); err == nil {
			err = a.Commit()
		}
		fmt.Println(run)
	}
	fmt.Println("error", err)
	os.Exit(3)
}

func TestKilledWhileCommitting(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		dir := t.TempDir()
		var out bytes.Buffer
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childFolder+"="+dir)
		c.Stdout = &out
		require.NoError(t, c.Start())
		time.Sleep(time.Duration(50+random.IntN(50)) * time.Millisecond)
		require.NoError(t, c.Process.Kill())
		require.Error(t, c.Wait())
		require.NotContains(t, out.String(), "error")
		acknowledged := strings.Count(out.String(), "\n")
		table, err := shared.OpenTable[child](dir, "killed")
		if acknowledged == 0 && errors.Is(err, trajectory.ErrNotFound) {
			continue
		}
		require.NoError(t, err)
		got := read(t, table)
		runs := len(got) / 200
		require.True(t, runs == acknowledged || runs == acknowledged+1, "%d runs, %d acknowledged", runs, acknowledged)
		for run := range runs {
			require.Equal(t, childRows(int64(run)), got[200*run:200*(run+1)])
		}
		require.NoError(t, table.Tidy())
		left, err := filepath.Glob(filepath.Join(dir, "killed", ".tmp-*"))
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

func TestArrayInPlace(t *testing.T) {
	dir := t.TempDir()
	a, err := shared.CreateArray[complex128](dir, "a", 100, 10)
	require.NoError(t, err)
	defer a.Close()
	var wait sync.WaitGroup
	for run := range 100 {
		wait.Go(func() {
			b, err := shared.OpenArray[complex128](dir, "a")
			if !assert.NoError(t, err) {
				return
			}
			defer b.Close()
			mine := make([]complex128, 10)
			for i := range mine {
				mine[i] = complex(float64(run), float64(i))
			}
			assert.NoError(t, b.WriteAt(mine, run*10))
		})
	}
	wait.Wait()
	require.NoError(t, a.Sync())
	all := make([]complex128, 1000)
	require.NoError(t, a.ReadAt(all, 0))
	for i, z := range all {
		require.Equal(t, complex(float64(i/10), float64(i%10)), z)
	}
	require.NoError(t, a.ReadAt(nil, 1000))
	assert.ErrorIs(t, a.ReadAt(all, 1), trajectory.ErrNotFound)
	assert.ErrorIs(t, a.WriteAt(all[:1], -1), trajectory.ErrNotFound)
	assert.ErrorIs(t, a.WriteAt(all[:1], 1000), trajectory.ErrNotFound)
	_, err = shared.CreateArray[complex128](dir, "a", 99, 10)
	assert.ErrorIs(t, err, trajectory.ErrExists)
	_, err = shared.CreateArray[float64](dir, "a", 100, 10)
	assert.ErrorIs(t, err, trajectory.ErrExists)
	_, err = shared.OpenArray[float64](dir, "a")
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = shared.OpenArray[float64](dir, "b")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	for _, shape := range [][]int{nil, {-1}, {1, 0}, {1 << 40, 1 << 40}} {
		_, err = shared.CreateArray[bool](dir, "c", shape...)
		assert.ErrorIs(t, err, trajectory.ErrType, "%v", shape)
	}
	require.NoError(t, os.Truncate(filepath.Join(dir, "a", "array.npy"), 200))
	_, err = shared.OpenArray[complex128](dir, "a")
	assert.ErrorIs(t, err, trajectory.ErrCorrupt)
}

func testElement[T shared.Element](t *testing.T, values ...T) {
	a, err := shared.CreateArray[T](t.TempDir(), "a", len(values))
	require.NoError(t, err)
	defer a.Close()
	require.NoError(t, a.WriteAt(values, 0))
	grown := a.Appender(0)
	require.NoError(t, grown.Append(values...))
	require.NoError(t, grown.Commit())
	v, err := a.View()
	require.NoError(t, err)
	got := make([]T, 2*len(values))
	require.NoError(t, v.ReadAt(got, 0))
	assert.Equal(t, append(values, values...), got)
	require.NoError(t, v.Verify())
}

func TestAllElements(t *testing.T) {
	testElement(t, true, false)
	testElement(t, int8(-1), 127)
	testElement(t, int16(-1), 127)
	testElement(t, int32(-1), 127)
	testElement(t, int64(-1), math.MaxInt64)
	testElement(t, uint8(1), 255)
	testElement(t, uint16(1), 255)
	testElement(t, uint32(1), 255)
	testElement(t, uint64(1), math.MaxUint64)
	testElement(t, float32(1.5), 2)
	testElement(t, 1.5, math.Inf(1))
	testElement(t, complex64(1i), 2)
	testElement(t, 1i, 2)
}

func TestArrayGrows(t *testing.T) {
	dir := t.TempDir()
	a, err := shared.CreateArray[int32](dir, "a", 1, 2, 2)
	require.NoError(t, err)
	defer a.Close()
	for _, run := range []int{2, 0, 1} {
		rows := a.Appender(run)
		defer rows.Discard()
		for k := range run + 1 {
			x := int32(10*run + k)
			require.NoError(t, rows.Append(x, x, x, x))
		}
		require.NoError(t, rows.Commit())
		require.Error(t, rows.Append(1, 2, 3, 4))
	}
	assert.ErrorIs(t, a.Appender(0).Append(1), trajectory.ErrType)
	assert.Error(t, a.Appender(-7).Append(1, 2, 3, 4))
	assert.Error(t, a.Appender(-7).Commit())
	v, err := a.View()
	require.NoError(t, err)
	assert.Equal(t, []int{7, 2, 2}, v.Shape())
	assert.Equal(t, []int{1, 2, 2}, a.Shape())
	lo, hi := v.OfRun(2)
	assert.Equal(t, []int{4, 7}, []int{lo, hi})
	want := []int32{0, 0, 0, 0}
	for _, x := range []int32{0, 10, 11, 20, 21, 22} {
		want = append(want, x, x, x, x)
	}
	for lo := range want {
		for hi := lo; hi <= len(want); hi++ {
			got := make([]int32, hi-lo)
			require.NoError(t, v.ReadAt(got, lo))
			require.Equal(t, want[lo:hi], got, "%d to %d", lo, hi)
		}
	}
	assert.ErrorIs(t, v.ReadAt(make([]int32, 1), len(want)), trajectory.ErrNotFound)
	tr, err := trajectory.New("t", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, v.AddTo(tr, "grown"))
	result, err := trajectory.Get[trajectory.Array[int32]](tr, "grown")
	require.NoError(t, err)
	assert.Equal(t, trajectory.Array[int32]{Shape: []int{7, 2, 2}, Data: want}, result)
}

func TestWhereCanStopEarlyAndReportsErrors(t *testing.T) {
	type r struct{ X int }
	dir := t.TempDir()
	table, err := shared.CreateTable[r](dir, "x")
	require.NoError(t, err)
	commit(t, table, 0, r{1}, r{2}, r{3})
	commit(t, table, 1, r{4})
	v := view(t, table)
	var got []int
	for x, err := range v.Where(func(x r) bool { return x.X > 1 }) {
		require.NoError(t, err)
		if got = append(got, x.X); x.X == 3 {
			break
		}
	}
	assert.Equal(t, []int{2, 3}, got)
	require.NoError(t, os.Remove(filepath.Join(dir, "x", "run_00000001.npz")))
	var last error
	for _, err := range v.Where(func(r) bool { return true }) {
		last = err
	}
	assert.ErrorIs(t, last, os.ErrNotExist)
}

// TestDamagedFiles flips bits and cuts ends in every file of a table: an error or the rows each
// time. Checksums find what reading parts does not.
func TestDamagedFiles(t *testing.T) {
	dir := t.TempDir()
	table, err := shared.CreateTable[everything](dir, "d")
	require.NoError(t, err)
	commit(t, table, 0, rowsOf(0, 20)...)
	commit(t, table, 1, rowsOf(20, 30)...)
	_, err = table.Edit(func(i int, r *everything) (shared.Action, error) {
		if i == 25 {
			return shared.Remove, nil
		}
		return shared.Keep, nil
	})
	require.NoError(t, err)
	want := normal(append(rowsOf(0, 25), rowsOf(26, 30)...))
	files, err := filepath.Glob(filepath.Join(dir, "d", "*"))
	require.NoError(t, err)
	require.Len(t, files, 5)
	random := rand.New(rand.NewPCG(5, 6))
	for _, file := range files {
		good, err := os.ReadFile(file)
		require.NoError(t, err)
		for i := range 150 {
			bad := bytes.Clone(good)
			if i%5 == 0 {
				bad = bad[:random.IntN(len(bad))]
			} else {
				bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
			}
			require.NoError(t, os.WriteFile(file, bad, 0o666))
			readDamaged(t, dir, want)
		}
		require.NoError(t, os.WriteFile(file, good, 0o666))
	}
	assert.Equal(t, want, normal(read(t, table)))
}

func readDamaged(t *testing.T, dir string, want []everything) {
	table, err := shared.OpenTable[everything](dir, "d")
	if err != nil {
		return
	}
	v, err := table.View()
	if err != nil {
		return
	}
	if v.Verify() != nil {
		_, _ = v.Read(0, v.Len())
		return
	}
	got, err := v.Read(0, v.Len())
	if err == nil && len(got) == len(want) {
		require.Equal(t, want, normal(got))
	}
}

func FuzzOpenTable(f *testing.F) {
	dir := f.TempDir()
	table, err := shared.CreateTable[everything](dir, "d")
	require.NoError(f, err)
	a := table.Appender(0)
	require.NoError(f, a.Append(rowsOf(0, 3)...))
	require.NoError(f, a.Commit())
	schema, err := os.ReadFile(filepath.Join(dir, "d", "schema.json"))
	require.NoError(f, err)
	rows, err := os.ReadFile(filepath.Join(dir, "d", "run_00000000.npz"))
	require.NoError(f, err)
	f.Add(schema, rows, []byte(`{"format":1,"files":{"0":"edited_0.npz"}}`))
	f.Add([]byte(`{"format":1,"kind":"table","columns":[{"name":"x","type":"float","cell":[2]}]}`), rows, []byte(`{}`))
	f.Fuzz(func(t *testing.T, schema, rows, edit []byte) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, "d"), 0o777))
		for name, b := range map[string][]byte{"schema.json": schema, "run_00000000.npz": rows, "edit_00000001.json": edit} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "d", name), b, 0o666))
		}
		table, err := shared.OpenTable[struct{}](dir, "d")
		if err != nil {
			return
		}
		if v, err := table.View(); err == nil {
			_, _ = v.Frame(0, v.Len())
		}
	})
}
