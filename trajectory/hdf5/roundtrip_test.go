//go:build cgo

package hdf5_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

func scalar(t trajectory.Type, values any) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Scalar, Type: t, Values: values}
}

func array(c trajectory.Coll, t trajectory.Type, shape []int, values any) trajectory.Data {
	return trajectory.Data{Coll: c, Type: t, Shape: shape, Values: values}
}

// kinds is one item of every kind of value.
func kinds() []trajectory.Item {
	const s, l, u, a, m = trajectory.Scalar, trajectory.List, trajectory.Tuple, trajectory.NDArray, trajectory.Matrix
	long := make([]float64, 50_000)
	noisy := make([]float64, 50_000)
	for i := range long {
		long[i] = float64(i / 100)
		noisy[i] = math.Sin(float64(i * i))
	}
	many := make([]string, 3000)
	wide := trajectory.Data{Coll: trajectory.Dict}
	wideTable := trajectory.Data{Coll: trajectory.Table}
	for i := range many {
		many[i] = strings.Repeat("x", i%7)
	}
	for i := range 1100 {
		name := "c" + strings.Repeat("0", 4-len(itoa(i))) + itoa(i)
		wide.Columns = append(wide.Columns, trajectory.Column{Name: name, Data: scalar(trajectory.Float, []float64{float64(i) / 2})})
		wideTable.Columns = append(wideTable.Columns, trajectory.Column{Name: name, Data: array(s, trajectory.Int, []int{2}, []int64{int64(i), -1})})
	}
	frame, err := trajectory.Encode(trajectory.DataFrame{
		Index: []float64{0.5, 1, math.Inf(1)}, Columns: []string{"a", "ß", "c"}, Values: []any{[]float64{1, 2, 3}, []int64{4, 5, 6}, []float64{7, 8, 9}}, IndexName: "i",
	})
	if err != nil {
		panic(err)
	}
	return []trajectory.Item{
		{Name: "data_frame", Data: frame},
		{Name: "bool", Data: scalar(trajectory.Bool, []bool{true})},
		{Name: "bool_", Data: scalar(trajectory.BoolNP, []bool{false})},
		{Name: "int", Data: scalar(trajectory.Int, []int64{-1 << 40})},
		{Name: "int8", Data: scalar(trajectory.Int8, []int8{-8})},
		{Name: "int16", Data: scalar(trajectory.Int16, []int16{-16})},
		{Name: "int32", Data: scalar(trajectory.Int32, []int32{-32})},
		{Name: "int64", Data: scalar(trajectory.Int64, []int64{math.MinInt64})},
		{Name: "uint8", Data: scalar(trajectory.Uint8, []uint8{255})},
		{Name: "uint16", Data: scalar(trajectory.Uint16, []uint16{16})},
		{Name: "uint32", Data: scalar(trajectory.Uint32, []uint32{32})},
		{Name: "uint64", Data: scalar(trajectory.Uint64, []uint64{math.MaxUint64})},
		{Name: "float", Data: scalar(trajectory.Float, []float64{math.Pi})},
		{Name: "float32", Data: scalar(trajectory.Float32, []float32{0.5})},
		{Name: "float64", Data: scalar(trajectory.Float64, []float64{math.Inf(-1)})},
		{Name: "complex", Data: scalar(trajectory.Complex, []complex128{1 - 2i})},
		{Name: "complex64", Data: scalar(trajectory.Complex64, []complex64{3i})},
		{Name: "complex128", Data: scalar(trajectory.Complex128, []complex128{2})},
		{Name: "str", Data: scalar(trajectory.Str, []string{"grüße ☃"})},
		{Name: "empty", Data: scalar(trajectory.Str, []string{""})},
		{Name: "nul", Data: scalar(trajectory.Str, []string{"a\x00b\x00\x00"})},
		{Name: "bytes", Data: scalar(trajectory.Bytes, []string{"\xff\x00\x01\x00"})},
		{Name: "notutf8", Data: scalar(trajectory.Str, []string{"a\xffb"})},
		{Name: "big", Data: scalar(trajectory.Str, []string{strings.Repeat("0123456789", 1000)})},
		{Name: "verybig", Data: scalar(trajectory.Str, []string{strings.Repeat("0123456789", 10_000)})},
		{Name: "ints", Data: array(a, trajectory.Int64, []int{3}, []int64{1, 2, 3})},
		{Name: "gointarray", Data: array(a, trajectory.Int, []int{2}, []int64{1, 2})},
		{Name: "gofloatarray", Data: array(a, trajectory.Float, []int{2}, []float64{1, 2})},
		{Name: "matrix", Data: array(m, trajectory.Float64, []int{2, 2}, []float64{1, 2, 3, 4})},
		{Name: "cube", Data: array(a, trajectory.Int16, []int{2, 1, 3}, []int16{1, 2, 3, 4, 5, 6})},
		{Name: "nothing", Data: array(a, trajectory.Float64, []int{0}, []float64{})},
		{Name: "nothing2", Data: array(a, trajectory.Int32, []int{3, 0, 2}, []int32{})},
		{Name: "zerodim", Data: array(a, trajectory.Float64, []int{}, []float64{7})},
		{Name: "bools", Data: array(a, trajectory.Bool, []int{2}, []bool{true, false})},
		{Name: "notutf8s", Data: array(a, trajectory.Str, []int{2}, []string{"a\xff", "ok"})},
		{Name: "strs", Data: array(a, trajectory.Str, []int{2, 2}, []string{"a", "", "ß", "d\x00"})},
		{Name: "bytess", Data: array(a, trajectory.Bytes, []int{2}, []string{"a", "\x01\x00"})},
		{Name: "nostrs", Data: array(a, trajectory.Str, []int{0}, []string{})},
		{Name: "manystrs", Data: array(a, trajectory.Str, []int{3000}, many)},
		{Name: "list", Data: array(l, trajectory.Int, []int{2}, []int64{1, 2})},
		{Name: "emptylist", Data: array(l, trajectory.Float, []int{0}, []float64{})},
		{Name: "tuple", Data: array(u, trajectory.Str, []int{2}, []string{"p", "qq"})},
		{Name: "complexes", Data: array(a, trajectory.Complex64, []int{1}, []complex64{1i})},
		{Name: "long", Data: array(a, trajectory.Float64, []int{500, 100}, long)},
		{Name: "noisy", Data: array(a, trajectory.Float64, []int{50000}, noisy)},
		{Name: "a.b.c", Data: scalar(trajectory.Int, []int64{5})},
		{Name: "other", Data: scalar(trajectory.Int, []int64{6})},
		{Name: "a.b.d", Data: scalar(trajectory.Str, []string{"deep"})},
		{Name: "table", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			{Name: "t", Data: array(s, trajectory.Float, []int{3}, []float64{.1, .2, .3})},
			{Name: "name", Data: array(s, trajectory.Str, []int{3}, []string{"x", "yy", "z\x00"})},
			{Name: "ok", Data: array(s, trajectory.Bool, []int{3}, []bool{true, false, true})},
			{Name: "z", Data: array(s, trajectory.Complex, []int{3}, []complex128{1, 2i, 3})},
			{Name: "v", Data: array(a, trajectory.Float64, []int{3, 2}, []float64{1, 2, 3, 4, 5, 6})},
			{Name: "l", Data: array(l, trajectory.Int, []int{3, 1}, []int64{1, 2, 3})},
			{Name: "w", Data: array(u, trajectory.Str, []int{3, 2}, []string{"a", "b", "c", "dd", "e", "f"})},
			{Name: "i", Data: array(s, trajectory.Int32, []int{3}, []int32{1, 2, 3})},
			{Name: "notutf8", Data: array(s, trajectory.Str, []int{3}, []string{"a\xff", "", "ok"})},
			{Name: "zerodim", Data: array(a, trajectory.Float64, []int{3}, []float64{1, 2, 3})},
			{Name: "zerodimmatrix", Data: array(m, trajectory.Str, []int{3}, []string{"1", "2", "3"})},
		}}},
		{Name: "norows", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			{Name: "i", Data: array(s, trajectory.Int32, []int{0}, []int32{})},
			{Name: "s", Data: array(s, trajectory.Str, []int{0}, []string{})},
		}}},
		{Name: "oddtable", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			{Name: "a/b", Data: array(s, trajectory.Int, []int{2}, []int64{1, 2})},
			{Name: "none", Data: array(l, trajectory.Float, []int{2, 0}, []float64{})},
		}}},
		{Name: "nocolumns", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{}}},
		{Name: "dict", Data: trajectory.Data{Coll: trajectory.Dict, Columns: []trajectory.Column{
			{Name: "b", Data: scalar(trajectory.Int, []int64{1})},
			{Name: "a", Data: scalar(trajectory.Str, []string{"three"})},
			{Name: "v", Data: array(a, trajectory.Float32, []int{2}, []float32{1, 2})},
			{Name: "l", Data: array(l, trajectory.Float, []int{2}, []float64{1, 2})},
			{Name: "z", Data: array(a, trajectory.Float64, []int{}, []float64{1})},
		}}},
		{Name: "nested", Data: trajectory.Data{Coll: trajectory.Dict, Columns: []trajectory.Column{
			{Name: "x.y", Data: trajectory.Data{Coll: trajectory.Dict, Columns: []trajectory.Column{
				{Name: "%/", Data: scalar(trajectory.Float, []float64{1})},
			}}},
			{Name: "e", Data: trajectory.Data{Coll: trajectory.EmptyDict}},
			{Name: "n", Data: array(a, trajectory.Float64, []int{0}, []float64{})},
		}}},
		{Name: "emptydict", Data: trajectory.Data{Coll: trajectory.EmptyDict}},
		{Name: "wide", Data: wide},
		{Name: "widetable", Data: wideTable},
	}
}

func itoa(i int) string {
	return strings.TrimLeft(string([]byte{'0' + byte(i/1000), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}), "0")
}

func notes() []trajectory.Item {
	return []trajectory.Item{
		{Name: "arr", Data: array(trajectory.NDArray, trajectory.Int64, []int{3}, []int64{1, 2, 3})},
		{Name: "big", Data: array(trajectory.NDArray, trajectory.Float64, []int{20000}, make([]float64, 20000))},
		{Name: "bigbytes", Data: scalar(trajectory.Bytes, []string{strings.Repeat("\xff", 70_000) + "."})},
		{Name: "bigtext", Data: scalar(trajectory.Str, []string{strings.Repeat("ß", 70_000)})},
		{Name: "bool", Data: scalar(trajectory.Bool, []bool{true})},
		{Name: "bytes", Data: scalar(trajectory.Bytes, []string{"I1\n."})},
		{Name: "bytes2", Data: scalar(trajectory.Bytes, []string{"raw \xff\x00"})},
		{Name: "bytes3", Data: scalar(trajectory.Bytes, []string{""})},
		{Name: "bytes4", Data: array(trajectory.NDArray, trajectory.Bytes, []int{1}, []string{"a."})},
		{Name: "dots", Data: scalar(trajectory.Str, []string{"(ends in a stop.)."})},
		{Name: "empty", Data: scalar(trajectory.Str, []string{""})},
		{Name: "f32", Data: scalar(trajectory.Float32, []float32{0.25})},
		{Name: "float", Data: scalar(trajectory.Float, []float64{3.5})},
		{Name: "int", Data: scalar(trajectory.Int, []int64{42})},
		{Name: "int64", Data: scalar(trajectory.Int64, []int64{43})},
		{Name: "list", Data: array(trajectory.List, trajectory.Str, []int{2}, []string{"a", "bb"})},
		{Name: "none", Data: array(trajectory.NDArray, trajectory.Float64, []int{0}, []float64{})},
		{Name: "notutf8", Data: scalar(trajectory.Str, []string{"a\xff"})},
		{Name: "notutf8dot", Data: scalar(trajectory.Str, []string{"a\xff."})},
		{Name: "pickle", Data: trajectory.Data{Coll: hdf5.Pickle, Type: trajectory.Bytes, Values: []string{"(lp1\nI1\na."}}},
		{Name: "unit", Data: scalar(trajectory.Str, []string{"µS"})},
		{Name: "zerodim", Data: array(trajectory.NDArray, trajectory.Float64, []int{}, []float64{7})},
	}
}

var when = time.Date(2026, 11, 20, 3, 4, 5, 678_901_234, time.UTC)

func header() trajectory.Header {
	return trajectory.Header{
		Name: "basic", Comment: "a test ß", Time: when, Seed: math.MaxUint64 - 3, Length: 5,
		Explored: []string{"parameters.neuron.tau"}, Version: "galvani test",
	}
}

func records() []trajectory.Record {
	tau := trajectory.Record{
		Name: "parameters.neuron.tau", Leaf: true, Class: "Parameter", Comment: "membrane time constant", Annotations: notes(),
		Items: []trajectory.Item{
			{Name: "data", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{{Name: "data", Data: array(trajectory.Scalar, trajectory.Float, []int{1}, []float64{10})}}}},
			{Name: "explored_data", Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{{Name: "data", Data: array(trajectory.Scalar, trajectory.Float, []int{4}, []float64{1, 2, 3, 4})}}}},
		},
	}
	return []trajectory.Record{
		{Name: "", Comment: "a test ß", Annotations: notes()[:1]},
		{Name: "parameters"},
		{Name: "parameters.neuron", Comment: "group comment", Annotations: notes()},
		{Name: "parameters.neuron.other", Link: "parameters.neuron.tau"},
		tau,
		{Name: "results"},
		{Name: "results.all", Leaf: true, Class: "Result", Items: kinds()},
		{Name: "results.dangling", Link: "results.nowhere"},
		{Name: "results.empty", Leaf: true, Class: "Result"},
		{Name: "results.special", Class: "MyGroup"},
	}
}

func runs() []trajectory.RunInfo {
	return []trajectory.RunInfo{
		{Index: 0, State: trajectory.Done, Seed: 1 << 63, Summary: "tau: 1.0", Start: when, Finish: when.Add(1500 * time.Millisecond), Host: "a"},
		{Index: 1, State: trajectory.Failed, Seed: 2, Attempt: 3, Error: "it broke", Stack: "line 1\nline 2\n", Summary: strings.Repeat("tau: 2.0 ", 100), Start: when, Finish: when, Host: "b"},
		{Index: 2, State: trajectory.Pending},
		{Index: 3, State: trajectory.Cancelled, Error: "it broke", Stack: "line 1\nline 2\n", Start: when},
		{Index: 4, State: trajectory.Done, Seed: 9, Summary: "not UTF-8: \xff"},
	}
}

func write(t *testing.T, s *hdf5.Store, path string) {
	t.Helper()
	w, err := s.Create(context.Background(), path, header())
	require.NoError(t, err)
	for _, r := range records() {
		require.NoError(t, w.Node(r))
	}
	for _, r := range runs() {
		require.NoError(t, w.Run(r))
	}
	require.NoError(t, w.Overview("scalars", kinds()[len(kinds())-1].Data))
	require.NoError(t, w.Commit())
}

func all(t *testing.T, r trajectory.Reader, prefix string, skeleton bool) []trajectory.Record {
	t.Helper()
	var got []trajectory.Record
	for rec, err := range r.Nodes(prefix, skeleton) {
		require.NoError(t, err)
		got = append(got, rec)
	}
	return got
}

func TestWhatGoesInComesOut(t *testing.T) {
	for name, o := range map[string]hdf5.Options{"default": {}, "level 9": {Level: 9}, "no compression": {Level: -1}} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "new", "folder", "f.hdf5")
			write(t, hdf5.New(o), path)
			r, err := hdf5.New(o).Open(context.Background(), path, "")
			require.NoError(t, err)
			defer r.Close()
			assert.Equal(t, header(), r.Header())
			got, err := r.Runs()
			require.NoError(t, err)
			assert.Equal(t, runs(), got)
			nodes := all(t, r, "", false)
			require.Len(t, nodes, len(records()))
			for i, want := range records() {
				if want.Name != "results.all" {
					assert.Equal(t, want, nodes[i])
					continue
				}
				require.Len(t, nodes[i].Items, len(want.Items))
				for k := range want.Items {
					assert.Equal(t, want.Items[k], nodes[i].Items[k])
				}
			}
			table, err := r.Overview("scalars")
			require.NoError(t, err)
			assert.Equal(t, kinds()[len(kinds())-1].Data, table)
			table, err = r.Overview("runs")
			require.NoError(t, err)
			for _, c := range table.Columns {
				if texts, ok := c.Data.Values.([]string); ok {
					assert.True(t, utf8.ValidString(strings.Join(texts, "")), "pypet cannot read column %s", c.Name)
				}
			}
			_, err = r.Overview("nothing")
			assert.ErrorIs(t, err, trajectory.ErrNotFound)
		})
	}
}

func TestSkeletonPrefixAndSingleNodes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.hdf5")
	write(t, hdf5.New(hdf5.Options{}), path)
	r, err := hdf5.New(hdf5.Options{}).Open(context.Background(), path, "basic")
	require.NoError(t, err)
	defer r.Close()
	for i, rec := range all(t, r, "", true) {
		want := records()[i]
		want.Items = nil
		assert.Equal(t, want, rec)
	}
	assert.Equal(t, records()[2:5], all(t, r, "parameters.neuron", false))
	for _, want := range records() {
		got, err := r.Node(want.Name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, name := range []string{"nothing", "parameters.neuron.tau.data", "parameters..neuron", "overview", "overview.info", "results.dangling.x", "a/b"} {
		_, err := r.Node(name)
		assert.ErrorIs(t, err, trajectory.ErrNotFound, name)
		n := 0
		for _, err := range r.Nodes(name, false) {
			assert.ErrorIs(t, err, trajectory.ErrNotFound, name)
			n++
		}
		assert.Equal(t, 1, n)
	}
}

func TestCommitKeepsWhatItDoesNotReplace(t *testing.T) {
	ctx := context.Background()
	s := hdf5.New(hdf5.Options{})
	path := filepath.Join(t.TempDir(), "f.hdf5")
	write(t, s, path)
	other := trajectory.Header{Name: "other", Time: when.Add(-time.Hour), Length: 1}
	w, err := s.Create(ctx, path, other)
	require.NoError(t, err)
	require.NoError(t, w.Commit())
	names, err := s.Names(ctx, path)
	require.NoError(t, err)
	assert.Equal(t, []string{"other", "basic"}, names)

	w, err = s.Create(ctx, path, header())
	require.NoError(t, err)
	tau := trajectory.Record{Name: "parameters.neuron.tau", Leaf: true, Class: "Parameter", Items: kinds()[:2]}
	require.NoError(t, w.Node(tau))
	require.NoError(t, w.Node(trajectory.Record{Name: "parameters.neuron", Comment: "changed"}))
	require.NoError(t, w.Node(trajectory.Record{Name: "results.all", Link: "results.empty"}))
	require.NoError(t, w.Node(trajectory.Record{Name: "results.dangling", Comment: "a group now"}))
	require.NoError(t, w.Node(trajectory.Record{Name: "results.special", Leaf: true, Class: "Result"}))
	changed := trajectory.RunInfo{Index: 2, State: trajectory.Done, Seed: 5, Start: when, Finish: when.Add(time.Hour)}
	require.NoError(t, w.Run(changed))
	// Until the commit the old version is what everybody reads.
	r, err := s.Open(ctx, path, "")
	require.NoError(t, err)
	assert.Len(t, all(t, r, "", true), len(records()))
	require.NoError(t, r.Close())
	require.NoError(t, w.Commit())
	require.NoError(t, w.Abort())

	r, err = s.Open(ctx, path, "")
	require.NoError(t, err)
	defer r.Close()
	want := records()
	want[2] = trajectory.Record{Name: "parameters.neuron", Comment: "changed"}
	want[4] = tau
	want[6] = trajectory.Record{Name: "results.all", Link: "results.empty"}
	want[7] = trajectory.Record{Name: "results.dangling", Comment: "a group now"}
	want[9] = trajectory.Record{Name: "results.special", Leaf: true, Class: "Result"}
	assert.Equal(t, want, all(t, r, "", false))
	wantRuns := runs()
	wantRuns[2] = changed
	got, err := r.Runs()
	require.NoError(t, err)
	assert.Equal(t, wantRuns, got)
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	w, err := s.Create(context.Background(), path, header())
	require.NoError(t, err)
	require.NoError(t, w.Node(records()[4]))
	require.NoError(t, w.Abort())
	require.NoError(t, w.Abort())
	assert.Error(t, w.Node(records()[4]))
	assert.Error(t, w.Commit())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestASecondWriterIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	w, err := s.Create(context.Background(), path, header())
	require.NoError(t, err)
	_, err = s.Create(context.Background(), path, header())
	require.ErrorContains(t, err, "being written")
	require.NoError(t, w.Commit())
	w, err = s.Create(context.Background(), path, header())
	require.NoError(t, err)
	require.NoError(t, w.Abort())
}

func TestBadInputIsAnError(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.hdf5")
	s := hdf5.New(hdf5.Options{})
	ctx := context.Background()
	_, err := s.Open(ctx, path, "")
	require.ErrorIs(t, err, trajectory.ErrNotFound)
	_, err = s.Names(ctx, dir)
	require.ErrorContains(t, err, "is not a file")
	require.NoError(t, os.WriteFile(path, []byte("not hdf5"), 0o666))
	_, err = s.Open(ctx, path, "")
	require.ErrorIs(t, err, trajectory.ErrCorrupt)
	_, err = s.Create(ctx, path, header())
	require.ErrorIs(t, err, trajectory.ErrCorrupt)
	require.NoError(t, os.Remove(path))
	_, err = s.Create(ctx, path, trajectory.Header{Name: "a/b"})
	require.ErrorIs(t, err, trajectory.ErrName)
	write(t, s, path)
	_, err = s.Open(ctx, path, "nobody")
	require.ErrorIs(t, err, trajectory.ErrNotFound)
	require.ErrorContains(t, err, "basic")

	w, err := s.Create(ctx, path, header())
	require.NoError(t, err)
	leaf := func(d trajectory.Data) trajectory.Record {
		return trajectory.Record{Name: "results.bad", Leaf: true, Class: "Result", Items: []trajectory.Item{{Name: "good", Data: kinds()[0].Data}, {Name: "x", Data: d}}}
	}
	for what, r := range map[string]trajectory.Record{
		"slash":              {Name: "a/b"},
		"empty part":         {Name: "a..b"},
		"overview":           {Name: "overview.x"},
		"below a leaf":       {Name: "parameters.neuron.tau.x"},
		"below a link":       {Name: "parameters.neuron.other.x"},
		"root as leaf":       {Leaf: true},
		"values and type":    leaf(scalar(trajectory.Int, []int32{1})),
		"values and shape":   leaf(array(trajectory.NDArray, trajectory.Int, []int{3}, []int64{1})),
		"scalar with shape":  leaf(array(trajectory.Scalar, trajectory.Int, []int{1}, []int64{1})),
		"negative dimension": leaf(array(trajectory.NDArray, trajectory.Int, []int{-1}, []int64{})),
		"no type":            leaf(scalar("", []int64{1})),
		"no coll":            leaf(trajectory.Data{Type: trajectory.Int, Values: []int64{1}}),
		"nothing at all":     leaf(trajectory.Data{}),
		"33 dimensions":      leaf(array(trajectory.NDArray, trajectory.Int, make([]int, 33), []int64{})),
		"ragged table": leaf(trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
			{Name: "a", Data: array(trajectory.Scalar, trajectory.Int, []int{1}, []int64{1})},
			{Name: "b", Data: array(trajectory.Scalar, trajectory.Int, []int{2}, []int64{1, 2})},
		}}),
		"item name": {Name: "results.bad", Leaf: true, Items: []trajectory.Item{{Name: "a/b", Data: kinds()[0].Data}}},
		"item in item": {Name: "results.bad", Leaf: true, Items: []trajectory.Item{
			{Name: "a", Data: scalar(trajectory.Int, []int64{1})}, {Name: "a.b", Data: kinds()[0].Data},
		}},
		"item in a frame": {Name: "results.bad", Leaf: true, Items: []trajectory.Item{
			{Name: "a", Data: kinds()[0].Data}, {Name: "a.b", Data: kinds()[0].Data},
		}},
	} {
		assert.Error(t, w.Node(r), what)
	}
	assert.Error(t, w.Overview("runs", kinds()[len(kinds())-1].Data))
	assert.Error(t, w.Overview("a/b", kinds()[len(kinds())-1].Data))
	assert.Error(t, w.Overview("x", kinds()[0].Data))
	assert.Error(t, w.Run(trajectory.RunInfo{Index: -1}))
	require.NoError(t, w.Commit())
	// What failed left nothing behind.
	r, err := s.Open(ctx, path, "")
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, records(), all(t, r, "", false))
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.Create(cancelled, path, header())
	require.ErrorIs(t, err, context.Canceled)
}
