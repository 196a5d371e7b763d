package table_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/design"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/table"
)

var background = context.Background()

func epoch() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) }

func openOptions() trajectory.OpenOptions {
	return trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}, Kinds: brianparam.Kinds()}
}

// explore makes a trajectory of the parameters of examples.
func explore(t testing.TB, d trajectory.Design) *trajectory.Trajectory {
	t.Helper()
	traj, err := trajectory.New("exp", trajectory.Options{Seed: 5, Kinds: brianparam.Kinds(), Now: epoch, Comment: "an example"})
	require.NoError(t, err)
	for name, v := range map[string]any{
		"model.tau": quantity.MustParse("10 ms"), "model.g": 1.0, "model.n": 3, "trial": 0, "method": "euler", "fast": false,
		"e.tau": 1.0, "i.tau": 1.0, "shape": []float64{1, 2},
	} {
		require.NoError(t, traj.AddParameter(name, v))
	}
	if d != nil {
		require.NoError(t, traj.Explore(d))
	}
	return traj
}

// sweep runs all points and merges them; run leaves results, or an error for a run that fails.
func sweep(t testing.TB, traj *trajectory.Trajectory, groups int, run func(*trajectory.Run) error) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "exp.traj")
	dir := trajectory.RunsDir(path)
	plan, err := trajectory.NewPlan(traj, trajectory.Identity{})
	require.NoError(t, err)
	require.NoError(t, trajectory.WritePlan(dir, plan))
	var records []trajectory.RunRecord
	for i := range traj.Len() {
		r, err := traj.Run(i)
		require.NoError(t, err)
		info := trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: r.Seed(), Summary: r.Summary()}
		err = run(r)
		if errors.Is(err, errPending) {
			continue
		}
		rec := trajectory.RunRecord{Info: info, Records: r.Records()}
		if err != nil {
			rec.Info.State, rec.Info.Error, rec.Records = trajectory.Failed, err.Error(), nil
		}
		records = append(records, rec)
	}
	if len(records) > 0 {
		_, err = trajectory.WriteShard(dir, plan, records...)
		require.NoError(t, err)
	}
	_, err = trajectory.Merge(background, dir, dirstore.New(), path, trajectory.MergeOptions{PerRunGroups: groups})
	require.NoError(t, err)
	return path
}

var errPending = errors.New("not run yet")

func open(t testing.TB, path string) *trajectory.Trajectory {
	t.Helper()
	traj, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, traj.Close()) })
	return traj
}

func grid() trajectory.Design {
	return trajectory.Grid{
		design.Linspace("model.tau", "5 ms", "20 ms", 2),
		trajectory.Over("n", trajectory.Values(1, 2, 3)),
	}
}

// mixed leaves results of all kinds; run 2 fails, run 5 was never made.
func mixed(r *trajectory.Run) error {
	i := r.Index()
	switch i {
	case 2:
		return fmt.Errorf("it blew up")
	case 5:
		return errPending
	}
	results := map[string]any{
		"rate": 10 * float64(i), "count": i, "name": fmt.Sprintf("run %d", i), "ok": i%2 == 0, "z": complex(float64(i), -1),
		"small": float32(0.1), "byte": uint8(200 + i), "raw": []byte("a\xff"), "v": []float64{float64(i), 1},
		"stats":  trajectory.Items{"cv": 0.5, "label": "", "nan": math.NaN()},
		"volt":   quantity.MustParse("-70 mV"),
		"group":  trajectory.Items{"i": quantity.MustParse("2 nA"), "n": 7},
		"frame":  trajectory.Frame{{Name: "t", Values: []float64{1, 2}}},
		"lookup": map[string]any{"a": 1},
		"big":    int64(1) << 60, "state": "mine",
		"runs.$.odd": 1.5, "other.$.place": "here",
	}
	if i == 1 {
		results["sometimes"] = 3
		delete(results, "name")
	}
	if i == 3 {
		results["mixed"] = "text"
	} else {
		results["mixed"] = 0.5
	}
	for name, v := range results {
		if err := r.AddResult(name, v); err != nil {
			return err
		}
	}
	return r.AddDerived("twice", 2*i)
}

func column(t testing.TB, tab *table.Table, name string) []any {
	t.Helper()
	c, err := tab.Column(name)
	require.NoError(t, err)
	out := make([]any, c.Len())
	for i := range out {
		out[i] = c.Value(i)
	}
	return out
}

func TestTableOfAllKinds(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	tab, err := table.New(background, open(t, path), table.Options{})
	require.NoError(t, err)
	assert.Equal(t, 6, tab.Rows())
	assert.Equal(t, []string{
		"run", "state", "seed", "model.tau", "model.n",
		"big", "byte", "count", "derived_parameters.twice", "group.i", "group.n", "mixed", "name", "odd", "ok", "other.place", "rate", "raw",
		"small", "sometimes", "results.state", "stats.cv", "stats.label", "stats.nan", "volt", "z.imag", "z.real",
	}, tab.Names())
	for name, want := range map[string][]any{
		"run": {int64(0), int64(1), int64(2), int64(3), int64(4), int64(5)}, "state": {"done", "done", "failed", "done", "done", "pending"},
		"model.tau": {0.005, 0.005, 0.005, 0.02, 0.02, 0.02}, "model.n": {int64(1), int64(2), int64(3), int64(1), int64(2), int64(3)},
		"rate": {0.0, 10.0, nil, 30.0, 40.0, nil}, "count": {int64(0), int64(1), nil, int64(3), int64(4), nil},
		"name": {"run 0", nil, nil, "run 3", "run 4", nil}, "ok": {true, false, nil, false, true, nil},
		"z.real": {0.0, 1.0, nil, 3.0, 4.0, nil}, "z.imag": {-1.0, -1.0, nil, -1.0, -1.0, nil},
		"byte": {uint64(200), uint64(201), nil, uint64(203), uint64(204), nil}, "raw": {"a\xff", "a\xff", nil, "a\xff", "a\xff", nil},
		"stats.label": {"", "", nil, "", "", nil}, "volt": {-0.07, -0.07, nil, -0.07, -0.07, nil}, "group.i": {2e-9, 2e-9, nil, 2e-9, 2e-9, nil},
		"sometimes": {nil, int64(3), nil, nil, nil, nil}, "mixed": {"0.5", "0.5", nil, "text", "0.5", nil},
		"derived_parameters.twice": {int64(0), int64(2), nil, int64(6), int64(8), nil}, "big": {int64(1) << 60, int64(1) << 60, nil, int64(1) << 60, int64(1) << 60, nil},
		"odd": {1.5, 1.5, nil, 1.5, 1.5, nil}, "other.place": {"here", "here", nil, "here", "here", nil}, "results.state": {"mine", "mine", nil, "mine", "mine", nil},
	} {
		assert.Equal(t, want, column(t, tab, name), name)
	}
	nan, err := tab.Column("nan")
	require.NoError(t, err)
	assert.True(t, math.IsNaN(nan.Value(0).(float64)), "NaN is a value")
	assert.False(t, nan.IsNull(0))
	assert.True(t, nan.IsNull(2))
	assert.Equal(t, 2, nan.Nulls())
	for name, want := range map[string]struct {
		typ  trajectory.Type
		unit string
		role table.Role
	}{
		"seed": {trajectory.Uint64, "", table.About}, "model.tau": {trajectory.Float, "s", table.Parameter}, "model.n": {trajectory.Int, "", table.Parameter},
		"byte": {trajectory.Uint8, "", table.Result}, "small": {trajectory.Float32, "", table.Result}, "volt": {trajectory.Float, "V", table.Result},
		"group.i": {trajectory.Float, "A", table.Result}, "raw": {trajectory.Bytes, "", table.Result}, "big": {trajectory.Int64, "", table.Result},
	} {
		c, err := tab.Column(name)
		require.NoError(t, err)
		assert.Equal(t, want.typ, c.Type, name)
		assert.Equal(t, want.unit, c.Unit, name)
		assert.Equal(t, want.role, c.Role, name)
	}
	seed, _ := tab.Column("seed")
	assert.NotNil(t, seed.Value(0))
	assert.Nil(t, seed.Value(5), "nobody knows the seed of a run that was not made")
	assert.Equal(t, []table.Omission{
		{Name: "frame", Reason: "a table"}, {Name: "lookup", Reason: "a map"}, {Name: "v", Reason: "an array (ask for arrays, or for it by name)"},
	}, tab.Omitted)
}

// sameTable compares two tables by all that can be asked of them.
func sameTable(t *testing.T, want, got *table.Table) {
	t.Helper()
	require.Equal(t, want.Names(), got.Names())
	assert.Equal(t, want.Omitted, got.Omitted)
	for i, w := range want.Columns() {
		g := got.Columns()[i]
		assert.Equal(t, w.Type, g.Type, w.Name)
		assert.Equal(t, w.Unit, g.Unit, w.Name)
		assert.Equal(t, w.Role, g.Role, w.Name)
		for row := range want.Rows() {
			assert.Equal(t, w.IsNull(row), g.IsNull(row), "%s, row %d", w.Name, row)
			assert.Equal(t, w.Text(row), g.Text(row), "%s, row %d", w.Name, row)
		}
	}
}

// TestScalarsOfTheFileGiveTheSameTable compares the quick way with the one from run to run.
func TestScalarsOfTheFileGiveTheSameTable(t *testing.T) {
	plain := func(r *trajectory.Run) error {
		return errors.Join(r.AddResult("rate", float64(r.Index())/3), r.AddResult("count", r.Index()), r.AddResult("label", fmt.Sprint("l", r.Index())),
			r.AddResult("v", quantity.MustParse("3 mV")), r.AddResult("model.n", 5))
	}
	gaps := func(r *trajectory.Run) error {
		if r.Index() == 3 {
			return fmt.Errorf("no")
		}
		return errors.Join(plain(r), r.AddResult("f", float32(0.1)), r.AddResult("b", r.Index() == 1), r.AddResult("u", uint16(7)), r.AddResult("i", trajectory.Items{"a": int8(-1), "i": "x"}))
	}
	for name, run := range map[string]func(*trajectory.Run) error{
		"all kinds": mixed, "complete": plain, "gaps": gaps,
		"none done":  func(*trajectory.Run) error { return fmt.Errorf("no") },
		"no results": func(*trajectory.Run) error { return nil },
		"late": func(r *trajectory.Run) error {
			if r.Index() == 4 {
				return r.AddResult("late", 4)
			}
			return nil
		},
	} {
		for _, groups := range []int{0, -1} {
			t.Run(fmt.Sprintf("%s/%d", name, groups), func(t *testing.T) {
				path := sweep(t, explore(t, grid()), groups, run)
				for _, o := range []table.Options{{}, {Results: []string{"*"}}, {Units: map[string]string{"tau": "ms"}}, {Arrays: true}} {
					want, err := table.New(background, open(t, path), o)
					require.NoError(t, err)
					got, err := table.Read(background, path, openOptions(), o)
					require.NoError(t, err)
					sameTable(t, want, got)
				}
			})
		}
	}
}

// counting counts the nodes that are read from files.
type counting struct {
	trajectory.Store
	nodes *int
}

type countingReader struct {
	trajectory.Reader
	nodes *int
}

func (c counting) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	r, err := c.Store.Open(ctx, path, name)
	return countingReader{r, c.nodes}, err
}

func (c countingReader) Node(name string) (trajectory.Record, error) {
	*c.nodes++
	return c.Reader.Node(name)
}

// TestScalarsAreReadAtOnce counts the results that are read one by one: those of the first and the last
// run, and of one that leaves something open.
func TestScalarsAreReadAtOnce(t *testing.T) {
	traj := explore(t, design.Integers("model.n", 0, 499, 1))
	path := sweep(t, traj, 0, func(r *trajectory.Run) error {
		x := float64(r.Index())
		if r.Index() == 77 {
			x = math.NaN()
		}
		if r.Index() == 3 {
			return fmt.Errorf("no")
		}
		return errors.Join(r.AddResult("rate", x), r.AddResult("count", r.Index()))
	})
	nodes := 0
	o := openOptions()
	o.Stores = []trajectory.Store{counting{dirstore.New(), &nodes}}
	tab, err := table.Read(background, path, o, table.Options{})
	require.NoError(t, err)
	assert.Equal(t, 500, tab.Rows())
	c, _ := tab.Column("count")
	assert.Equal(t, trajectory.Int, c.Type)
	assert.Less(t, nodes, 20)
	c, _ = tab.Column("rate")
	assert.False(t, c.IsNull(77))
	assert.True(t, c.IsNull(3))
}

func TestShardsAreReadToo(t *testing.T) {
	traj := explore(t, trajectory.Over("n", trajectory.Values(1, 2, 3, 4)))
	first := func(r *trajectory.Run) error {
		if r.Index() > 1 {
			return errPending
		}
		return r.AddResult("rate", float64(r.Index()))
	}
	path := sweep(t, traj, 0, first)
	dir := trajectory.RunsDir(path)
	plan, err := trajectory.ReadPlan(dir)
	require.NoError(t, err)
	r, err := traj.Run(3)
	require.NoError(t, err)
	require.NoError(t, r.AddResult("rate", 33.0))
	require.NoError(t, r.AddResult("more", 1))
	_, err = trajectory.WriteShard(dir, plan, trajectory.RunRecord{Info: trajectory.RunInfo{Index: 3, State: trajectory.Done}, Records: r.Records()})
	require.NoError(t, err)
	tab, err := table.Read(background, path, openOptions(), table.Options{})
	require.NoError(t, err)
	assert.Equal(t, []any{0.0, 1.0, nil, 33.0}, column(t, tab, "rate"))
	assert.Equal(t, []any{nil, nil, nil, int64(1)}, column(t, tab, "more"))
}

// TestUnreadableRuns damages a shard behind the back of an open trajectory.
func TestUnreadableRuns(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	require.NoError(t, os.RemoveAll(path))
	shards, err := trajectory.Shards(trajectory.RunsDir(path))
	require.NoError(t, err)
	require.Len(t, shards, 1)
	traj := open(t, path)
	raw, err := os.ReadFile(shards[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(shards[0], bytes.Repeat([]byte{0}, len(raw)), 0o666))
	_, err = table.New(background, traj, table.Options{})
	require.Error(t, err)
	_, err = table.RunOf(traj, 0)
	require.Error(t, err)
	for r, err := range table.Runs(traj) {
		if r == nil {
			require.Error(t, err)
			continue
		}
		require.NotEqual(t, trajectory.Done, r.State)
	}
}

func TestDamagedScalars(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	traj := open(t, path)
	ints := func(v ...int64) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int64, Shape: []int{len(v)}, Values: v}
	}
	texts := func(v ...string) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Shape: []int{len(v)}, Values: v}
	}
	of := func(columns ...trajectory.Column) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Table, Columns: columns}
	}
	for name, d := range map[string]trajectory.Data{
		"no table":     ints(1),
		"empty":        of(),
		"no idx":       of(trajectory.Column{Name: "x", Data: ints(0)}),
		"text idx":     of(trajectory.Column{Name: "idx", Data: texts("0")}),
		"no state":     of(trajectory.Column{Name: "idx", Data: ints(0)}),
		"odd state":    of(trajectory.Column{Name: "idx", Data: ints(0)}, trajectory.Column{Name: "state", Data: ints(0)}),
		"beyond":       of(trajectory.Column{Name: "idx", Data: ints(6)}, trajectory.Column{Name: "state", Data: texts("done")}),
		"negative":     of(trajectory.Column{Name: "idx", Data: ints(-1)}, trajectory.Column{Name: "state", Data: texts("done")}),
		"twice":        of(trajectory.Column{Name: "idx", Data: ints(0, 0)}, trajectory.Column{Name: "state", Data: texts("done", "done")}),
		"unequal":      of(trajectory.Column{Name: "idx", Data: ints(0)}, trajectory.Column{Name: "state", Data: texts("done", "done")}),
		"array column": of(trajectory.Column{Name: "idx", Data: ints(0)}, trajectory.Column{Name: "state", Data: texts("done")}, trajectory.Column{Name: "x", Data: trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Int64, Shape: []int{1, 2}, Values: []int64{1, 2}}}),
	} {
		_, err := table.New(background, traj, table.Options{Scalars: func(string) (trajectory.Data, error) { return d, nil }})
		assert.ErrorIs(t, err, trajectory.ErrCorrupt, name)
	}
	_, err := table.New(background, traj, table.Options{Scalars: func(string) (trajectory.Data, error) { return trajectory.Data{}, io.ErrUnexpectedEOF }})
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	none := func(string) (trajectory.Data, error) { return trajectory.Data{}, trajectory.ErrNotFound }
	want, err := table.New(background, traj, table.Options{})
	require.NoError(t, err)
	got, err := table.New(background, traj, table.Options{Scalars: none})
	require.NoError(t, err)
	sameTable(t, want, got)
}

func TestOptions(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	traj := open(t, path)
	tab, err := table.New(background, traj, table.Options{
		Parameters: []string{"model.*", "method", "fast", "shape"}, Results: []string{"rate", "v", "stats.*"}, Units: map[string]string{"model.tau": "ms"}, Log: true,
	})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"run", "state", "seed", "attempt", "start", "finish", "host", "error", "model.tau", "model.n", "model.g", "method", "fast", "shape",
		"rate", "stats.cv", "stats.label", "stats.nan", "v",
	}, tab.Names())
	assert.Equal(t, []any{5.0, 5.0, 5.0, 20.0, 20.0, 20.0}, column(t, tab, "tau"))
	assert.Equal(t, []any{[]float64{0, 1}, []float64{1, 1}, nil, []float64{3, 1}, []float64{4, 1}, nil}, column(t, tab, "v"))
	assert.Equal(t, []any{nil, nil, "it blew up", nil, nil, nil}, column(t, tab, "error"))
	assert.Equal(t, []any{int64(0), int64(0), int64(0), int64(0), int64(0), nil}, column(t, tab, "attempt"))
	tau, _ := tab.Column("tau")
	assert.Equal(t, "model.tau [ms]", tau.Label())
	assert.True(t, tau.Explored)
	g, _ := tab.Column("model.g")
	assert.False(t, g.Explored)

	alone, err := table.New(background, traj, table.Options{Results: []string{}})
	require.NoError(t, err)
	assert.Equal(t, []string{"run", "state", "seed", "model.tau", "model.n"}, alone.Names())

	for name, o := range map[string]table.Options{
		"no such result":    {Results: []string{"nothing"}},
		"result is a table": {Results: []string{"frame"}},
		"pattern":           {Results: []string{"[a"}},
		"empty name":        {Results: []string{""}},
		"no parameter":      {Parameters: []string{"nothing"}},
		"no match":          {Parameters: []string{"x*"}},
		"parameter pattern": {Parameters: []string{"[a"}},
		"unit of nothing":   {Units: map[string]string{"nothing": "ms"}},
		"unit of a number":  {Units: map[string]string{"rate": "Hz"}},
		"wrong unit":        {Units: map[string]string{"tau": "mV"}},
		"unknown unit":      {Units: map[string]string{"tau": "parsec"}},
		"too large":         {MaxBytes: 100},
		"arrays too large":  {Arrays: true, Results: []string{"v"}, MaxBytes: 100},
	} {
		_, err := table.New(background, traj, o)
		assert.Error(t, err, name)
	}
	_, err = table.New(background, traj, table.Options{MaxBytes: 100})
	assert.ErrorIs(t, err, table.ErrTooLarge)
	_, err = table.New(background, traj, table.Options{Results: []string{"nothing"}})
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, err = table.New(ctx, traj, table.Options{})
	assert.ErrorIs(t, err, context.Canceled)
	_, err = table.Read(background, path+"x", openOptions(), table.Options{})
	assert.Error(t, err)
}

func TestColumnsThatDisagree(t *testing.T) {
	for name, value := range map[string]func(i int) any{
		"units":            func(i int) any { return []any{quantity.MustParse("1 mV"), quantity.MustParse("1 s")}[i%2] },
		"unit and none":    func(i int) any { return []any{quantity.MustParse("1 mV"), 1.0}[i%2] },
		"array and scalar": func(i int) any { return []any{[]float64{1}, 1.0}[i%2] },
		"scalar and array": func(i int) any { return []any{1, []int{1}}[i%2] },
	} {
		path := sweep(t, explore(t, grid()), 0, func(r *trajectory.Run) error { return r.AddResult("x", value(r.Index())) })
		_, err := table.New(background, open(t, path), table.Options{Arrays: true})
		assert.ErrorContains(t, err, `"x"`, name)
		_, err = table.Read(background, path, openOptions(), table.Options{Arrays: true})
		assert.ErrorContains(t, err, `"x"`, name)
	}
}

func TestVarying(t *testing.T) {
	results := func(r *trajectory.Run) error {
		x := r.Index()
		if x == 0 {
			if err := r.AddResult("once", 1); err != nil {
				return err
			}
		}
		return r.AddResult("all", trajectory.Items{
			"unit": "Hz", "count": 400, "fast": true, "nothing": math.NaN(), "size": uint8(7),
			"rate": float64(x), "name": fmt.Sprint(x), "odd": x%2 == 1, "gap": []float64{math.NaN(), 1, 1, 1, 1, 1}[x],
		})
	}
	tab, err := table.New(background, open(t, sweep(t, explore(t, grid()), 0, results)), table.Options{Parameters: []string{"method"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"run", "state", "seed", "model.tau", "model.n", "method", "all.gap", "all.name", "all.odd", "all.rate", "once"}, tab.Varying().Names())
	one, err := tab.Filter(func(r table.Row) bool { return r.Index() == 3 })
	require.NoError(t, err)
	assert.Equal(t, tab.Names(), one.Varying().Names(), "one row says nothing about what varies")
	two, err := tab.Filter(func(r table.Row) bool { return r.Index() > 3 })
	require.NoError(t, err)
	assert.NotContains(t, two.Varying().Names(), "once", "no row has it")
}

func TestSelectFilterSort(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	tab, err := table.New(background, open(t, path), table.Options{})
	require.NoError(t, err)

	s, err := tab.Select("rate", "model.*", "run", "run")
	require.NoError(t, err)
	assert.Equal(t, []string{"rate", "model.tau", "model.n", "run"}, s.Names())
	for _, names := range [][]string{{"nothing"}, {"x*"}, {"run", "ru*"}, {"["}} {
		_, err = tab.Select(names...)
		assert.Error(t, err, names)
	}

	f, err := tab.Filter(func(r table.Row) bool {
		x, ok := r.Float("rate")
		return ok && x >= 10 && r.Value("model.n") != int64(1)
	})
	require.NoError(t, err)
	assert.Equal(t, []any{int64(1), int64(4)}, column(t, f, "run"))
	c, _ := f.Column("rate")
	assert.Zero(t, c.Nulls())
	done, err := tab.Done()
	require.NoError(t, err)
	assert.Equal(t, 4, done.Rows())
	assert.Equal(t, 6, tab.Rows(), "the table itself stays")
	none, err := tab.Filter(func(r table.Row) bool { return r.Index() < 0 })
	require.NoError(t, err)
	assert.Zero(t, none.Rows())
	_, err = tab.Filter(func(r table.Row) bool { return r.Value("nothing") != nil })
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = tab.Filter(func(r table.Row) bool { _, ok := r.Float("n"); return ok })
	assert.ErrorIs(t, err, trajectory.ErrNotUnique, "a parameter and a result end so")

	for _, c := range []struct {
		by   []string
		want []any
	}{
		{[]string{"model.n", "-tau"}, []any{int64(3), int64(0), int64(4), int64(1), int64(5), int64(2)}},
		{[]string{"-rate"}, []any{int64(4), int64(3), int64(1), int64(0), int64(2), int64(5)}},
		{[]string{"rate"}, []any{int64(2), int64(5), int64(0), int64(1), int64(3), int64(4)}},
		{[]string{"mixed", "-run"}, []any{int64(5), int64(2), int64(4), int64(1), int64(0), int64(3)}},
		{[]string{"ok", "byte"}, []any{int64(2), int64(5), int64(1), int64(3), int64(0), int64(4)}},
	} {
		s, err := tab.Sort(c.by...)
		require.NoError(t, err)
		assert.Equal(t, c.want, column(t, s, "run"), c.by)
	}
	_, err = tab.Sort("nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	arrays, err := table.New(background, open(t, path), table.Options{Arrays: true})
	require.NoError(t, err)
	_, err = arrays.Sort("v")
	assert.Error(t, err)
}

func TestShortNames(t *testing.T) {
	path := sweep(t, explore(t, trajectory.Zip{design.Linspace("e.tau", 1, 2, 2), design.Linspace("i.tau", 3, 4, 2)}), 0, func(r *trajectory.Run) error { return nil })
	tab, err := table.New(background, open(t, path), table.Options{})
	require.NoError(t, err)
	_, err = tab.Column("tau")
	assert.ErrorIs(t, err, trajectory.ErrNotUnique)
	c, err := tab.Column("i.tau")
	require.NoError(t, err)
	assert.Equal(t, []float64{3, 4}, c.Floats())
}

func TestCSVComesBack(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	tab, err := table.New(background, open(t, path), table.Options{Arrays: true})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, tab.WriteCSV(&b))
	rows, err := csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 7)
	for i, c := range tab.Columns() {
		assert.Equal(t, c.Label(), rows[0][i])
		for row := range tab.Rows() {
			field := rows[row+1][i]
			switch v := c.Value(row).(type) {
			case nil:
				assert.Empty(t, field)
			case float64:
				x, err := strconv.ParseFloat(field, 64)
				require.NoError(t, err)
				if c.Type == trajectory.Float32 {
					assert.Equal(t, float32(v), float32(x))
					continue
				}
				assert.Equal(t, math.Float64bits(v), math.Float64bits(x))
			case []float64:
				var list []float64
				require.NoError(t, json.Unmarshal([]byte(field), &list))
				assert.Equal(t, v, list)
			case string:
				if c.Type != trajectory.Bytes {
					assert.Equal(t, v, field)
				} else {
					assert.Equal(t, `a\xff`, field)
				}
			default:
				assert.Equal(t, fmt.Sprint(v), field)
			}
		}
	}
	one, err := tab.Select("sometimes")
	require.NoError(t, err)
	b.Reset()
	require.NoError(t, one.WriteCSV(&b))
	rows, err = csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"sometimes"}, {""}, {"3"}, {""}, {""}, {""}, {""}}, rows, "a column of nothing is not skipped")
}

func TestNDJSONComesBack(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	tab, err := table.New(background, open(t, path), table.Options{Arrays: true})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, tab.WriteNDJSON(&b))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 6)
	for row, line := range lines {
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		m := map[string]any{}
		require.NoError(t, d.Decode(&m))
		assert.Len(t, m, len(tab.Columns()))
		for _, c := range tab.Columns() {
			got, ok := m[c.Label()]
			require.True(t, ok, c.Label())
			switch v := c.Value(row).(type) {
			case nil:
				assert.Nil(t, got)
			case float64:
				if math.IsNaN(v) {
					assert.Nil(t, got)
					continue
				}
				assert.Equal(t, c.Text(row), got.(json.Number).String())
			case int64, uint64:
				assert.Equal(t, fmt.Sprint(v), got.(json.Number).String())
			case bool:
				assert.Equal(t, v, got)
			case []float64:
				assert.Equal(t, []any{json.Number(strconv.FormatFloat(v[0], 'g', -1, 64)), json.Number("1")}, got)
			}
		}
	}
	assert.Contains(t, lines[0], `{"run":0,"state":"done","seed":`)
}

// failing takes some bytes and then no more.
type failing int

func (f *failing) Write(p []byte) (int, error) {
	if *f -= failing(len(p)); *f < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWritersReportErrors(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	tab, err := table.New(background, open(t, path), table.Options{})
	require.NoError(t, err)
	a, err := tab.Grid("rate", table.ArrayOptions{})
	require.NoError(t, err)
	for name, write := range map[string]func(io.Writer) error{"csv": tab.WriteCSV, "json": tab.WriteNDJSON, "text": tab.WriteText, "parquet": tab.WriteParquet, "npz": a.WriteNPZ} {
		for _, n := range []failing{0, 100} {
			assert.ErrorIs(t, write(&n), io.ErrShortWrite, name)
		}
	}
}

func TestRuns(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, mixed)
	traj := open(t, path)
	n := 0
	for r, err := range table.Runs(traj) {
		require.NoError(t, err)
		assert.Equal(t, n, r.Index)
		n++
		assert.Equal(t, n-1, r.Index)
		if r.State == trajectory.Done {
			assert.Equal(t, 10*float64(r.Index), r.Results["rate"])
			assert.Equal(t, quantity.MustParse("-70 mV"), r.Results["volt"])
			assert.Equal(t, []float64{float64(r.Index), 1}, r.Results["v"])
			assert.Equal(t, map[string]any{"a": 1}, r.Results["lookup"])
		} else {
			assert.Empty(t, r.Results)
		}
		assert.Equal(t, quantity.MustParse([]string{"5 ms", "20 ms"}[r.Index/3]), r.Parameters["model.tau"])
		assert.Equal(t, "euler", r.Parameters["method"])
	}
	assert.Equal(t, 6, n)
	r, err := table.RunOf(traj, 1, "rate", "stats.*")
	require.NoError(t, err)
	assert.Len(t, r.Results, 4)
	for _, i := range []int{-1, 6} {
		_, err = table.RunOf(traj, i)
		assert.ErrorIs(t, err, trajectory.ErrNotFound)
	}
	_, err = table.RunOf(traj, 0, "[")
	assert.Error(t, err)
	for r, err := range table.Runs(traj, "[") {
		assert.Nil(t, r)
		assert.Error(t, err)
	}
	n = 0
	for range table.Runs(traj) {
		n++
		break
	}
	assert.Equal(t, 1, n)
}

func TestInfo(t *testing.T) {
	traj := explore(t, grid())
	path := sweep(t, traj, 0, mixed)
	require.NoError(t, trajectory.LogRuns(trajectory.RunsDir(path),
		trajectory.RunInfo{Index: 0, Start: epoch().Add(time.Second), Finish: epoch().Add(3 * time.Second)},
		trajectory.RunInfo{Index: 4, Start: epoch().Add(2 * time.Second), Finish: epoch().Add(5500 * time.Millisecond)}))
	_, err := trajectory.Merge(background, trajectory.RunsDir(path), dirstore.New(), path, trajectory.MergeOptions{})
	require.NoError(t, err)
	info, err := table.InfoOf(open(t, path))
	require.NoError(t, err)
	assert.Equal(t, `Trajectory:          exp
Comment:             an example
Made:                2026-11-20 00:00:00
Runs:                6 (4 done, 1 failed, 1 pending)
Explored parameters: model.tau, 2 values: 5 ms, 20 ms
                     model.n, 3 values: 1, 2, 3
Duration:            4.5s
`, info.String())
}
