package trajectory_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// counting counts how often nodes and items are read.
type counting struct {
	*dirstore.Store
	nodes map[string]int
	items map[string]int
}

type countingReader struct {
	trajectory.Reader
	c *counting
}

func (c *counting) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	r, err := c.Store.Open(ctx, path, name)
	if err != nil {
		return nil, err
	}
	return countingReader{r, c}, nil
}

func (r countingReader) Node(name string) (trajectory.Record, error) {
	r.c.nodes[name]++
	return r.Reader.Node(name)
}

func (r countingReader) Items(leaf string, names ...string) ([]trajectory.Item, error) {
	for _, n := range names {
		r.c.items[leaf+":"+n]++
	}
	return r.Reader.(trajectory.ItemReader).Items(leaf, names...)
}

// stored is a merged file of a sweep of three runs with something in every branch.
func stored(t testing.TB) string {
	t.Helper()
	path, tr, _ := sweepFolder(t, 3, 3)
	merge(t, path, trajectory.MergeOptions{})
	require.NoError(t, tr.AddResult("shared.table", trajectory.Items{"big": make([]float64, 1000), "small": 1.5, "o": someOptions(2)}, trajectory.Comment("of all runs")))
	require.NoError(t, tr.AddGroup("mine.notes", trajectory.Comment("a branch of my own")))
	require.NoError(t, tr.AddResult("shared.deep.er.x", 1))
	require.NoError(t, tr.AddLink("mine.link", "results.shared.table"))
	_, err := trajectory.SaveWith(background, tr, dirstore.New(), path, trajectory.SaveOptions{Mode: trajectory.SaveNew})
	require.NoError(t, err)
	derived, err := trajectory.New("exp", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, derived.AddDerived("sum", 3))
	w, err := dirstore.New().Create(background, path, tr.Header())
	require.NoError(t, err)
	for r, err := range derived.Derived().Records() {
		require.NoError(t, err)
		require.NoError(t, w.Node(r))
	}
	require.NoError(t, w.Commit())
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
	return path
}

func openWith(t testing.TB, path string, o trajectory.OpenOptions) *trajectory.Trajectory {
	t.Helper()
	if o.Stores == nil {
		o.Stores = []trajectory.Store{dirstore.New()}
	}
	tr, err := trajectory.Open(background, path, o)
	require.NoError(t, err)
	t.Cleanup(func() { tr.Close() })
	return tr
}

func all(tr *trajectory.Trajectory) string {
	var out []string
	for name := range tr.Root().Nodes() {
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func TestWhatIsRead(t *testing.T) {
	path := stored(t)
	nothing := trajectory.LoadModes{Parameters: trajectory.LoadNothing, Derived: trajectory.LoadNothing, Results: trajectory.LoadNothing, Other: trajectory.LoadNothing}
	tr := openWith(t, path, trajectory.OpenOptions{Load: nothing})
	assert.Equal(t, "parameters parameters.model parameters.model.x", all(tr), "explored parameters are always there")
	assert.Equal(t, 3, tr.Len())
	assert.True(t, tr.AllCompleted())
	r, err := tr.Run(2)
	require.NoError(t, err)
	check(t, tr, "x", 0)
	x, err := trajectory.Get[int](r, "x")
	require.NoError(t, err)
	assert.Equal(t, 2, x)
	_, err = tr.Node("results.shared.table")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)

	only := nothing
	only.Results = trajectory.LoadNodes
	tr = openWith(t, path, trajectory.OpenOptions{Load: only, MaxDepth: 3})
	assert.Equal(t, "parameters parameters.model parameters.model.x results results.runs results.runs.run_00000000 results.runs.run_00000001 results.runs.run_00000002 results.shared results.shared.deep results.shared.table", all(tr))

	tr = openWith(t, path, trajectory.OpenOptions{Only: []string{"results.shared", "mine"}})
	assert.Equal(t, "mine mine.notes parameters parameters.model parameters.model.x results results.shared results.shared.deep results.shared.deep.er results.shared.deep.er.x results.shared.table", all(tr))
	g, err := tr.Group("mine.notes")
	require.NoError(t, err)
	assert.Equal(t, "a branch of my own", g.Comment())

	// What is kept in memory is there after closing.
	tr = openWith(t, path, trajectory.OpenOptions{Load: trajectory.LoadModes{Parameters: trajectory.LoadData, Results: trajectory.LoadData}})
	require.NoError(t, tr.Close())
	check(t, tr, "r_1.rate", 1.0/7)
	check(t, tr, "tau", 10.5)
	_, err = trajectory.Get[int](tr, "derived_parameters.sum")
	assert.ErrorIs(t, err, os.ErrClosed)
}

func TestAutoLoad(t *testing.T) {
	path := stored(t)
	o := trajectory.OpenOptions{AutoLoad: true, Load: trajectory.LoadModes{Parameters: trajectory.LoadNothing, Derived: trajectory.LoadNothing, Results: trajectory.LoadNothing, Other: trajectory.LoadNothing}}
	tr := openWith(t, path, o)
	check(t, tr, "results.runs.r_2.rate", 2.0/7)
	check(t, tr, "parameters.model.tau", 10.5)
	check(t, tr, "tau", 10.5) // it is there now
	_, err := tr.Node("results.nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = tr.Node("small")
	assert.ErrorIs(t, err, trajectory.ErrNotFound, "no shortcuts to what is not in memory")
	r, err := tr.Run(1)
	require.NoError(t, err)
	rate, err := trajectory.Get[float64](r, "results.runs.$.rate")
	require.NoError(t, err)
	assert.Equal(t, 1.0/7, rate)
	g, err := tr.Group("results.shared")
	require.NoError(t, err)
	n, err := g.Node("deep.er.x")
	require.NoError(t, err)
	assert.Equal(t, "results.shared.deep.er.x", n.FullName())
	n, err = g.Node("results.shared.table")
	require.NoError(t, err)
	assert.Equal(t, "of all runs", n.Comment())
	n, err = openWith(t, path, o).Node("mine.link")
	require.NoError(t, err)
	assert.Equal(t, "results.shared.table", n.FullName(), "what a link leads to comes along")
}

func TestLoadingLater(t *testing.T) {
	path := stored(t)
	tr := openWith(t, path, trajectory.OpenOptions{Only: []string{"parameters"}})
	assert.Equal(t, "parameters parameters.model parameters.model.name parameters.model.tau parameters.model.x", all(tr))
	require.NoError(t, tr.Load("results.shared", trajectory.LoadOptions{Skeleton: true, MaxDepth: 1}))
	assert.False(t, tr.Contains("results.shared.deep.er"))
	require.NoError(t, tr.Load("res.shared", trajectory.LoadOptions{}))
	require.NoError(t, tr.Load("results.runs.r_1", trajectory.LoadOptions{}))
	require.NoError(t, tr.Load("mine.link", trajectory.LoadOptions{}))
	assert.Error(t, tr.Load("results.nothing", trajectory.LoadOptions{}))
	require.NoError(t, tr.Close())
	check(t, tr, "r_1.rate", 1.0/7)
	check(t, tr, "er.x", 1)
	res, err := tr.Result("mine.link")
	require.NoError(t, err)
	items, err := res.Items()
	require.NoError(t, err)
	assert.Equal(t, 1.5, items["small"])
	require.NoError(t, tr.Unload("results.shared"))
	_, err = trajectory.Get[int](tr, "er.x")
	assert.ErrorIs(t, err, os.ErrClosed)
	check(t, tr, "r_1.rate", 1.0/7)
	assert.ErrorIs(t, tr.Unload("nothing"), trajectory.ErrNotFound)
	assert.Error(t, newTrajectory(t).Load("", trajectory.LoadOptions{}), "it does not come from a file")

	// Everything at once, and once more.
	tr = openWith(t, path, trajectory.OpenOptions{})
	require.NoError(t, tr.Load("", trajectory.LoadOptions{}))
	require.NoError(t, tr.Load("", trajectory.LoadOptions{Again: true}))
	require.NoError(t, tr.Unload("parameters.model.tau"))
	require.NoError(t, tr.Close())
	check(t, tr, "r_2.rate", 2.0/7)
	_, err = trajectory.Get[float64](tr, "tau")
	assert.ErrorIs(t, err, os.ErrClosed)
	check(t, tr, "x", 0)
}

func TestLoadingFromShards(t *testing.T) {
	for _, groups := range []int{0, -1} {
		path, _, _ := sweepFolder(t, 4, 2, 1)
		if groups < 0 {
			merge(t, path, trajectory.MergeOptions{PerRunGroups: groups})
			require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
		}
		tr := openWith(t, path, trajectory.OpenOptions{Load: trajectory.LoadModes{Derived: trajectory.LoadNothing}})
		require.NoError(t, tr.Load("results.runs.r_1", trajectory.LoadOptions{}))
		require.NoError(t, tr.Load("parameters", trajectory.LoadOptions{}))
		require.NoError(t, tr.Close())
		check(t, tr, "r_1.rate", 1.0/7)
		_, err := tr.Node("r_1.twice")
		assert.ErrorIs(t, err, trajectory.ErrNotFound, "left out")
	}
}

func TestOneItemIsReadAlone(t *testing.T) {
	path := stored(t)
	c := &counting{Store: dirstore.New(), nodes: map[string]int{}, items: map[string]int{}}
	tr := openWith(t, path, trajectory.OpenOptions{Stores: []trajectory.Store{c}})
	res, err := tr.Result("shared.table")
	require.NoError(t, err)
	v, err := res.Item("small")
	require.NoError(t, err)
	assert.Equal(t, 1.5, v)
	assert.Zero(t, c.nodes["results.shared.table"])
	assert.Equal(t, 1, c.items["results.shared.table:small"])
	v, err = res.Item("o")
	require.NoError(t, err)
	want, err := trajectory.NewJSON(someOptions(2))
	require.NoError(t, err)
	assert.Equal(t, want, v)
	assert.Zero(t, c.nodes["results.shared.table"])
	_, err = res.Item("nothing")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.ErrorContains(t, err, "it has big, o, small")
	require.NoError(t, tr.Load("results.shared.table", trajectory.LoadOptions{}))
	before := len(c.items)
	_, err = res.Item("big")
	require.NoError(t, err)
	assert.Len(t, c.items, before, "it is in memory")
	// From shards and packed runs too.
	for _, groups := range []int{0, -1} {
		path, _, _ := sweepFolder(t, 4, 4)
		if groups < 0 {
			merge(t, path, trajectory.MergeOptions{PerRunGroups: groups})
			require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
		}
		tr := openWith(t, path, trajectory.OpenOptions{})
		res, err := tr.Result("r_3.spikes")
		require.NoError(t, err)
		v, err := res.Item("source")
		require.NoError(t, err)
		assert.Equal(t, "group 3", v)
	}
}

// Whatever the class of a result, one item is read without the others if it can be.
func TestOneItemIsReadAloneInEveryClass(t *testing.T) {
	text := func(s string) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Values: []string{s}}
	}
	item := func(name, s string) trajectory.Item { return trajectory.Item{Name: name, Data: text(s)} }
	list := func(name string, v ...int64) trajectory.Item {
		return trajectory.Item{Name: name, Data: trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Int64, Shape: []int{len(v)}, Values: v}}
	}
	tr := newTrajectory(t)
	m, err := trajectory.NewCSR(2, 2, []trajectory.Entry[float64]{{Row: 0, Column: 1, Value: 1.5}})
	require.NoError(t, err)
	require.NoError(t, tr.AddResult("sparse", trajectory.Items{"m": m, "big": make([]float64, 10)}))
	for class, items := range map[string][]trajectory.Item{
		"Unheard":      {item("x", "here"), item("big", "there")},
		"PaddedResult": {item("x__part__", "here"), item("big__part__", "there")},
		"WholeResult":  {item("x", "here"), item("big", "there")},
		"SparseResult": { // as pypet 0.1 stores a matrix
			item("big", "there"), item("x__spsp__format", "csr"), list("x__spsp__shape", 1, 1), list("x__spsp__data", 5), list("x__spsp__indices", 0), list("x__spsp__indptr", 0, 1),
		},
	} {
		require.NoError(t, tr.AddRecord(trajectory.Record{Name: "results." + class, Leaf: true, Class: class, Items: items}))
	}
	path := filepath.Join(t.TempDir(), "x.traj")
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), path))
	never := func(any) bool { return false }
	decode := func(items []trajectory.Item) (any, trajectory.Range, error) {
		out := trajectory.Items{}
		for _, it := range items {
			out[strings.TrimSuffix(it.Name, "__part__")] = it.Data.Values.([]string)[0]
		}
		return out, nil, nil
	}
	encode := func(any, trajectory.Range) ([]trajectory.Item, error) { return nil, errors.ErrUnsupported }
	c := &counting{Store: dirstore.New(), nodes: map[string]int{}, items: map[string]int{}}
	opened := openWith(t, path, trajectory.OpenOptions{Stores: []trajectory.Store{c}, Kinds: []trajectory.Kind{
		{Class: "PaddedResult", Result: true, Match: never, Encode: encode, Decode: decode, Parts: func(item string) []string { return []string{item + "__part__"} }},
		{Class: "WholeResult", Result: true, Match: never, Encode: encode, Decode: decode},
	}})
	for name, item := range map[string]string{"sparse": "m", "Unheard": "x", "PaddedResult": "x", "SparseResult": "x", "WholeResult": "x"} {
		res, err := opened.Result("results." + name)
		require.NoError(t, err)
		alone, err := res.Item(item)
		require.NoError(t, err)
		if name == "WholeResult" {
			assert.NotZero(t, c.nodes["results."+name])
		} else {
			assert.Zero(t, c.nodes["results."+name], name)
		}
		items, err := res.Items()
		require.NoError(t, err)
		assert.Equal(t, items[item], alone, name)
	}
}

// A table of runs that is not read costs nothing.
func TestManyRunsWithoutTheirTable(t *testing.T) {
	const n = 100_000
	tr, err := trajectory.New("many", trajectory.Options{Now: func() time.Time { return epoch }})
	require.NoError(t, err)
	require.NoError(t, tr.AddParameter("x", 0))
	require.NoError(t, tr.AddResult("z", 1))
	require.NoError(t, tr.Explore(trajectory.Over("x", trajectory.Trials(n))))
	path := filepath.Join(t.TempDir(), "many.traj")
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), path))
	back := openWith(t, path, trajectory.OpenOptions{NoRuns: true})
	assert.Equal(t, n, back.Len())
	_, err = back.RunInfo(5)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	assert.ErrorContains(t, err, "NoRuns")
	assert.False(t, back.Completed(5))
	r, err := back.Run(n - 1)
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprint("x: ", n-1), r.Summary())
	check(t, back, "z", 1)
	// Packed runs are found without it.
	path, _, _ = sweepFolder(t, 6, 4)
	merge(t, path, trajectory.MergeOptions{PerRunGroups: -1})
	require.NoError(t, os.RemoveAll(trajectory.RunsDir(path)))
	back = openWith(t, path, trajectory.OpenOptions{NoRuns: true})
	check(t, back, "r_3.rate", 3.0/7)
	_, err = back.Node("r_5.rate")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
}

func TestOpenAsNew(t *testing.T) {
	path := stored(t)
	later := func() time.Time { return epoch.Add(time.Hour) }
	o := trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}}
	tr, err := trajectory.OpenAsNew(background, path, o, "", trajectory.Options{Now: later, Seed: 9})
	require.NoError(t, err)
	assert.Equal(t, "exp", tr.Name())
	assert.Equal(t, "a test", tr.Comment())
	assert.Equal(t, later(), tr.Time())
	assert.EqualValues(t, 9, tr.Seed())
	assert.Equal(t, "parameters parameters.model parameters.model.name parameters.model.tau parameters.model.x", all(tr))
	assert.Equal(t, 3, tr.Len())
	assert.Equal(t, []string{"parameters.model.x"}, tr.Explored())
	assert.False(t, tr.Completed(0))
	assert.False(t, tr.Locked())
	p, err := tr.Parameter("x")
	require.NoError(t, err)
	assert.Equal(t, "explored", p.Comment())
	assert.Equal(t, map[string]any{"order": 0}, p.Annotations())
	require.NoError(t, tr.Set("tau", 11.5))
	require.NoError(t, tr.Shrink(false))
	require.NoError(t, tr.Explore(trajectory.Over("tau", trajectory.Values(1.0, 2.0))))
	named, err := trajectory.OpenAsNew(background, path, o, "again", trajectory.Options{Now: later, AddTime: true})
	require.NoError(t, err)
	assert.Equal(t, "again"+later().Format("_2006_01_02_15h04m05s"), named.Name())
	_, err = trajectory.OpenAsNew(background, path+"x", o, "", trajectory.Options{})
	assert.Error(t, err)
}

func TestFilesOfNewerPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.traj")
	for version, known := range map[string]bool{"galvani-1": true, "galvani-2": false, "0.6.1": true, "": true, "galvani-x": true} {
		w, err := dirstore.New().Create(background, path, trajectory.Header{Name: "x", Length: 1, Version: version})
		require.NoError(t, err)
		require.NoError(t, w.Commit())
		_, err = trajectory.Open(background, path, openOptions())
		if known {
			assert.NoError(t, err, version)
			continue
		}
		assert.ErrorIs(t, err, trajectory.ErrVersion)
		assert.ErrorContains(t, err, "galvani-2")
		openWith(t, path, trajectory.OpenOptions{Force: true})
	}
}

func TestFileFor(t *testing.T) {
	stores := []trajectory.Store{hdfLike{}, dirstore.New()}
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "old.traj"), 0o777))
	for path, want := range map[string]string{
		"":                              "hdf5/net.hdf5",
		dir:                             filepath.Join(dir, "net.hdf5"),
		dir + "/":                       filepath.Join(dir, "net.hdf5"),
		dir + "/new/":                   filepath.Join(dir, "new", "net.hdf5"),
		dir + "/x.h5":                   dir + "/x.h5",
		"x.hdf5":                        "x.hdf5",
		filepath.Join(dir, "old.traj"):  filepath.Join(dir, "old.traj"),
		filepath.Join(dir, "more.traj"): filepath.Join(dir, "more.traj"),
	} {
		got, s, err := trajectory.FileFor(path, "net", stores...)
		require.NoError(t, err, path)
		assert.Equal(t, want, got, path)
		assert.Equal(t, strings.HasSuffix(want, ".traj"), s.Format() == "dir")
	}
	_, _, err := trajectory.FileFor("x.txt", "net", stores...)
	assert.ErrorIs(t, err, trajectory.ErrName)
	assert.ErrorContains(t, err, ".hdf5, .h5, .traj")
	_, _, err = trajectory.FileFor("", "net")
	assert.Error(t, err)
	_, err = trajectory.Names(background, "x.txt", stores...)
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	names, err := trajectory.Names(background, stored(t), stores...)
	require.NoError(t, err)
	assert.Equal(t, []string{"exp"}, names)
}

type hdfLike struct{ trajectory.Store }

func (hdfLike) Format() string       { return "hdf5" }
func (hdfLike) Extensions() []string { return []string{".hdf5", ".h5"} }

func TestRenaming(t *testing.T) {
	path := stored(t)
	tr := openWith(t, path, trajectory.OpenOptions{})
	assert.ErrorIs(t, tr.Rename("a b"), trajectory.ErrName)
	require.NoError(t, tr.Rename("moved"))
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), path))
	names, err := trajectory.Names(background, path, dirstore.New())
	require.NoError(t, err)
	assert.Equal(t, []string{"exp", "moved"}, names)
	back := openWith(t, path, trajectory.OpenOptions{Name: "moved"})
	check(t, back, "r_2.rate", 2.0/7)

	// Another trajectory of the name is not overwritten unasked.
	other, err := trajectory.New("exp", trajectory.Options{})
	require.NoError(t, err)
	_, err = trajectory.SaveWith(background, other, dirstore.New(), path, trajectory.SaveOptions{})
	assert.ErrorIs(t, err, trajectory.ErrExists)
	_, err = trajectory.SaveWith(background, other, dirstore.New(), path, trajectory.SaveOptions{Over: true})
	require.NoError(t, err)
	_, err = trajectory.SaveWith(background, other, dirstore.New(), path, trajectory.SaveOptions{Only: []string{"nothing"}})
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	require.NoError(t, other.AddGroup("exp"))
	_, err = trajectory.SaveWith(background, other, dirstore.New(), path, trajectory.SaveOptions{Only: []string{"exp"}})
	require.NoError(t, err)
}
