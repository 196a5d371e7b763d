package trajectory_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
)

// again saves a trajectory and opens what was saved.
func again(t testing.TB, tr *trajectory.Trajectory) *trajectory.Trajectory {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.traj")
	require.NoError(t, trajectory.Save(background, tr, dirstore.New(), path))
	back, err := trajectory.Open(background, path, trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}, Kinds: tr.Kinds()})
	require.NoError(t, err)
	t.Cleanup(func() { back.Close() })
	return back
}

type (
	mode    string
	level   int8
	options struct {
		Depth int
		Name  string
		Rates []float64
		Inner *options       `json:",omitempty"`
		Names map[string]int `json:"names"`
		When  time.Time
	}
	hidden struct{ depth int }
)

func someOptions(depth int) options {
	return options{
		Depth: depth, Name: "größe 𝄞 <&>", Rates: []float64{0.1, 1e300}, Inner: &options{Depth: -1},
		Names: map[string]int{"a": 1 << 60}, When: epoch,
	}
}

func TestAnyStructThroughJSON(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("o", someOptions(1), trajectory.Comment("a struct")))
	require.NoError(t, tr.AddResult("list", []options{someOptions(1), {}}))
	require.NoError(t, tr.AddResult("several", trajectory.Items{"o": &options{Depth: 3}, "x": 2.5, "m": map[string]options{"k": {Depth: 4}}}))
	require.NoError(t, tr.Explore(trajectory.Over("o", trajectory.Values(someOptions(5), someOptions(6), someOptions(5)))))
	for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
		o, err := trajectory.Get[options](tr, "o")
		require.NoError(t, err)
		assert.Equal(t, someOptions(1), o)
		for i, want := range []int{5, 6, 5} {
			r, err := tr.Run(i)
			require.NoError(t, err)
			o, err := trajectory.Get[options](r, "o")
			require.NoError(t, err)
			assert.Equal(t, someOptions(want), o)
		}
		list, err := trajectory.Get[[]options](tr, "list")
		require.NoError(t, err)
		assert.Equal(t, []options{someOptions(1), {}}, list)
		res, err := tr.Result("several")
		require.NoError(t, err)
		items, err := res.Items()
		require.NoError(t, err)
		assert.Equal(t, 2.5, items["x"])
		assert.Equal(t, "*trajectory_test.options", items["o"].(trajectory.JSON).Type)
		p, err := tr.Parameter("o")
		require.NoError(t, err)
		assert.Equal(t, "Parameter", p.Class(), "pypet reads it as a text")
		assert.NotContains(t, p.Text(), "ö", "pypet's parameters hold ASCII only")
		_, err = trajectory.Get[struct{ Depth int }](tr, "o")
		assert.ErrorIs(t, err, trajectory.ErrType)
		assert.ErrorContains(t, err, `unknown field "Name"`)
		_, err = trajectory.Get[string](tr, "o")
		assert.ErrorIs(t, err, trajectory.ErrType)
		_, err = trajectory.Get[trajectory.JSON](tr, "o")
		assert.NoError(t, err)
	}
	assert.ErrorIs(t, tr.Set("list", 1), trajectory.ErrType)
	more := newTrajectory(t)
	require.NoError(t, more.AddParameter("o", someOptions(1)))
	require.NoError(t, more.Set("o", someOptions(2)))
	assert.ErrorIs(t, more.Set("o", 2), trajectory.ErrType)
	assert.ErrorIs(t, more.Set("o", hidden{2}), trajectory.ErrType)
	assert.ErrorIs(t, more.Explore(trajectory.Over("o", trajectory.Values[any](someOptions(1), "x"))), trajectory.ErrType)
	o, err := trajectory.Get[options](more, "o")
	require.NoError(t, err)
	assert.Equal(t, 2, o.Depth)
}

func TestMatricesAndStructsAnywhere(t *testing.T) {
	o, err := trajectory.NewJSON(someOptions(2))
	require.NoError(t, err)
	tr, err := trajectory.New("x", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	want := trajectory.Items{
		"tau": quantity.MustParse("5 ms"), "o": o, "m": matrices(t)["bsr"],
		"map": map[string]any{"m": matrices(t)["dia"], "o": o, "i": 1},
	}
	require.NoError(t, tr.AddResult("r", want))
	for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
		r, err := tr.Result("r")
		require.NoError(t, err)
		assert.Equal(t, "Brian2Result", r.Class())
		got, err := r.Items()
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestWhatJSONHasNoFormFor(t *testing.T) {
	tr := newTrajectory(t)
	for name, v := range map[string]any{
		"channel": struct{ C chan int }{make(chan int)}, "function": struct{ F func() }{}, "nan": struct{ X float64 }{math.NaN()},
		"nothing to see": hidden{1}, "empty": struct{}{}, "int keys": map[float64]string{1: "x"},
	} {
		assert.ErrorIs(t, tr.AddParameter("p", v), trajectory.ErrType, name)
		assert.ErrorIs(t, tr.AddResult("r", v), trajectory.ErrType, name)
	}
	assert.Empty(t, tr.Root().Children())
	_, err := trajectory.NewJSON(func() {})
	assert.ErrorIs(t, err, trajectory.ErrType)
	for _, text := range []string{`{"Depth":1}{}`, `{"Depth":`, `[]`} {
		var o options
		assert.ErrorIs(t, trajectory.JSON{Type: "x", Text: text}.Into(&o), trajectory.ErrType)
	}
}

func TestNamedTypesAndSlicesOfSlices(t *testing.T) {
	tr := newTrajectory(t)
	add := func(name string, v any) {
		t.Helper()
		require.NoError(t, tr.AddParameter("p."+name, v))
		require.NoError(t, tr.AddResult("r."+name, v))
	}
	add("mode", mode("fast"))
	add("level", level(-3))
	add("duration", 3*time.Second)
	add("modes", []mode{"a", "b"})
	add("block", [][]float64{{1, 2, 3}, {4, 5, 6}})
	add("array", [3]int{1, 2, 3})
	add("deep", [][2][]uint8{{{1}, {2}}, {{3}, {4}}})
	add("none", [][]int32{})
	require.NoError(t, tr.AddResult("counts", map[string]int{"a": 1}))
	assert.ErrorContains(t, tr.AddParameter("ragged", [][]float64{{1}, {2, 3}}), "rows of")
	assert.ErrorIs(t, tr.AddParameter("any", []any{1}), trajectory.ErrType)
	for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
		for _, where := range []string{"p.", "r."} {
			check(t, tr, where+"mode", mode("fast"))
			check(t, tr, where+"mode", "fast")
			check(t, tr, where+"level", level(-3))
			check(t, tr, where+"duration", 3*time.Second)
			check(t, tr, where+"modes", []mode{"a", "b"})
			check(t, tr, where+"block", [][]float64{{1, 2, 3}, {4, 5, 6}})
			check(t, tr, where+"block", trajectory.Array[float64]{Shape: []int{2, 3}, Data: []float64{1, 2, 3, 4, 5, 6}})
			check(t, tr, where+"array", [3]int{1, 2, 3})
			check(t, tr, where+"array", []int{1, 2, 3})
			check(t, tr, where+"deep", [][2][]uint8{{{1}, {2}}, {{3}, {4}}})
			check(t, tr, where+"none", [][]int32{})
			_, err := trajectory.Get[[2]int](tr, where+"array")
			assert.ErrorIs(t, err, trajectory.ErrType)
			_, err = trajectory.Get[[][]float32](tr, where+"block")
			assert.ErrorIs(t, err, trajectory.ErrType)
		}
		check(t, tr, "counts", map[string]int{"a": 1})
		_, err := trajectory.Get[map[string]string](tr, "counts")
		assert.ErrorIs(t, err, trajectory.ErrType)
	}
}

func check[T any](t *testing.T, tr *trajectory.Trajectory, path string, want T) {
	t.Helper()
	got, err := trajectory.Get[T](tr, path)
	require.NoError(t, err, path)
	assert.Equal(t, want, got, path)
}

// matrices are examples of all formats and most types of elements.
func matrices(t testing.TB) map[string]trajectory.Sparse {
	t.Helper()
	csr, err := trajectory.NewCSR(3, 3, []trajectory.Entry[float64]{{Row: 2, Column: 2, Value: 4}, {Row: 0, Column: 1, Value: 9}, {Row: 0, Column: 1, Value: 1.5}, {Row: 2, Column: 0, Value: -2}})
	require.NoError(t, err)
	return map[string]trajectory.Sparse{
		"csr":       csr,
		"csc":       trajectory.CSC[float64]{Shape: [2]int{3, 3}, Starts: []int{0, 1, 2, 3}, Rows: []int32{2, 0, 2}, Values: []float64{-2, 1.5, 4}},
		"dia":       trajectory.DIA[float64]{Shape: [2]int{3, 3}, Offsets: []int32{-2, 0, 1}, Width: 3, Values: []float64{-2, 0, 0, 0, 0, 4, 0, 1.5, 0}},
		"bsr":       trajectory.BSR[int32]{Shape: [2]int{6, 4}, Block: [2]int{2, 2}, Starts: []int{0, 1, 2, 2}, Columns: []int32{0, 1}, Values: []int32{1, 1, 1, 1, 2, 2, 2, 2}},
		"bool":      trajectory.CSR[bool]{Shape: [2]int{3, 3}, Starts: []int{0, 1, 1, 3}, Columns: []int32{1, 0, 2}, Values: []bool{true, true, true}},
		"complex64": trajectory.CSC[complex64]{Shape: [2]int{3, 3}, Starts: []int{0, 1, 2, 3}, Rows: []int32{2, 0, 2}, Values: []complex64{-2i, 1.5i, 4i}},
		"empty":     trajectory.CSR[float64]{Shape: [2]int{2, 5}, Starts: []int{0, 0, 0}, Columns: []int32{}, Values: []float64{}},
		"empty dia": trajectory.DIA[float64]{Shape: [2]int{2, 5}, Offsets: []int32{}, Values: []float64{}},
		"empty bsr": trajectory.BSR[float64]{Shape: [2]int{2, 4}, Block: [2]int{1, 1}, Starts: []int{0, 0, 0}, Columns: []int32{}, Values: []float64{}},
	}
}

func TestSparseMatrices(t *testing.T) {
	tr := newTrajectory(t)
	all := trajectory.Items{"x": 1.5, "o": someOptions(3)}
	for name, m := range matrices(t) {
		require.NoError(t, tr.AddParameter(strings.ReplaceAll("p."+name, " ", "_"), m))
		all[name] = m
	}
	require.NoError(t, tr.AddResult("all", all))
	require.NoError(t, tr.AddParameter("m", matrices(t)["csr"]))
	points := []trajectory.Sparse{matrices(t)["bsr"], matrices(t)["csr"], matrices(t)["bsr"], matrices(t)["empty dia"]}
	require.NoError(t, tr.Explore(trajectory.Over("m", trajectory.Values(points...))))
	for _, tr := range []*trajectory.Trajectory{tr, again(t, tr)} {
		for name, m := range matrices(t) {
			p, err := tr.Parameter(strings.ReplaceAll("p."+name, " ", "_"))
			require.NoError(t, err)
			assert.Equal(t, "SparseParameter", p.Class())
			assert.Equal(t, m, p.Value(), name)
		}
		res, err := tr.Result("all")
		require.NoError(t, err)
		assert.Equal(t, "SparseResult", res.Class())
		items, err := res.Items()
		require.NoError(t, err)
		for name, m := range matrices(t) {
			assert.Equal(t, m, items[name], name)
		}
		assert.Equal(t, 1.5, items["x"])
		o, err := trajectory.NewJSON(someOptions(3))
		require.NoError(t, err)
		assert.Equal(t, o, items["o"])
		for i, want := range points {
			r, err := tr.Run(i)
			require.NoError(t, err)
			got, err := trajectory.Get[trajectory.Sparse](r, "m")
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
		_, err = trajectory.Get[trajectory.CSR[float64]](tr, "m")
		assert.NoError(t, err)
		_, err = trajectory.Get[trajectory.CSR[float32]](tr, "m")
		assert.ErrorIs(t, err, trajectory.ErrType)
	}
	stored := 0
	for r, err := range tr.Records() {
		require.NoError(t, err)
		if r.Name == "parameters.m" {
			for _, it := range r.Items {
				if strings.HasPrefix(it.Name, "xspm__spsp__") {
					stored++
				}
			}
		}
	}
	assert.Equal(t, 3, stored, "each distinct matrix once")
}

func TestScipysMatrices(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "scipy_sparse.json"))
	require.NoError(t, err)
	var texts map[string]string // written by scipy 1.10 as pypet 0.6.1 keeps them
	require.NoError(t, json.Unmarshal(raw, &texts))
	require.Len(t, texts, len(matrices(t)))
	for name, text := range texts {
		tr := opened(t, trajectory.Record{Name: "results.r", Leaf: true, Class: "SparseResult", Items: []trajectory.Item{texted("m__spsp__", text)}},
			trajectory.Record{Name: "parameters.p", Leaf: true, Class: "SparseParameter", Items: []trajectory.Item{texted("data__spsp__", text)}})
		for _, path := range []string{"r", "p"} {
			got, err := trajectory.Get[any](tr, path)
			require.NoError(t, err, name)
			assert.Equal(t, matrices(t)[name], got, name)
		}
	}
}

func texted(name, text string) trajectory.Item {
	return trajectory.Item{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Values: []string{text}}}
}

// opened is a trajectory that was read from a file with these records.
func opened(t testing.TB, records ...trajectory.Record) *trajectory.Trajectory {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.traj")
	w, err := dirstore.New().Create(background, path, trajectory.Header{Name: "x", Length: 1, Time: epoch})
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, w.Node(r))
	}
	require.NoError(t, w.Commit())
	tr, err := trajectory.Open(background, path, openOptions())
	require.NoError(t, err)
	t.Cleanup(func() { tr.Close() })
	return tr
}

func TestMatricesAsPypetOnceKeptThem(t *testing.T) {
	data := func(v any) trajectory.Data {
		d, err := trajectory.Encode(v)
		require.NoError(t, err)
		return d
	}
	ints := func(v ...int) trajectory.TupleOf[int] { return v }
	parts := func(name, number string, values map[string]any) (items []trajectory.Item) {
		for prop, v := range values {
			items = append(items, trajectory.Item{Name: name + "__spsp__" + prop + number, Data: data(v)})
		}
		return items
	}
	csr := map[string]any{"format": "csr", "data": []float64{1.5, -2, 4}, "indices": []int32{1, 0, 2}, "indptr": []int32{0, 1, 1, 3}, "shape": ints(3, 3)}
	dia := map[string]any{"format": "dia", "data": trajectory.Array[float64]{Shape: []int{3, 3}, Data: []float64{-2, 0, 0, 0, 0, 4, 0, 1.5, 0}}, "offsets": []int32{-2, 0, 1}, "shape": ints(3, 3)}
	nothing := map[string]any{"format": "csr", "data": "__empty__", "indices": ints(), "indptr": ints(), "shape": ints(2, 5)}
	none := map[string]any{"format": "dia", "data": "__empty__", "offsets": ints(), "shape": ints(2, 5)}
	items := append(parts("data", "", csr), trajectory.Item{Name: "data__spsp__is_dia", Data: data(0)})
	items = append(items, parts("xspm", "__spsp__00000000", dia)...)
	items = append(items, parts("xspm", "00000001", nothing)...) // an even older form of the name
	items = append(items, trajectory.Item{Name: "explored_data__spsp__", Data: data(trajectory.Frame{
		{Name: "idx", Values: []int{0, 1, 0}}, {Name: "is_dia", Values: []int{1, 0, 1}},
	})})
	result := append(parts("a", "", csr), parts("b", "", none)...)
	result = append(result, trajectory.Item{Name: "a__spsp__is_dia", Data: data(0)}, trajectory.Item{Name: "b__spsp__is_dia", Data: data(1)}, trajectory.Item{Name: "x", Data: data(7)})
	tr := opened(t, trajectory.Record{Name: "parameters.m", Leaf: true, Class: "SparseParameter", Items: items},
		trajectory.Record{Name: "results.r", Leaf: true, Class: "SparseResult", Items: result})
	p, err := tr.Parameter("m")
	require.NoError(t, err)
	m := matrices(t)
	assert.Equal(t, m["csr"], p.Value())
	assert.Equal(t, []any{m["dia"], m["empty"], m["dia"]}, values(t, tr, "m"))
	res, err := tr.Result("r")
	require.NoError(t, err)
	got, err := res.Items()
	require.NoError(t, err)
	assert.Equal(t, trajectory.Items{"a": m["csr"], "b": m["empty dia"], "x": 7}, got)
}

func TestMatricesThatAreNone(t *testing.T) {
	tr := newTrajectory(t)
	for name, m := range map[string]any{
		"starts":  trajectory.CSR[float64]{Shape: [2]int{1, 1}, Starts: []int{0}, Columns: []int32{}, Values: []float64{}},
		"falling": trajectory.CSR[float64]{Shape: [2]int{2, 1}, Starts: []int{0, 1, 0}, Columns: []int32{}, Values: []float64{}},
		"outside": trajectory.CSR[float64]{Shape: [2]int{1, 1}, Starts: []int{0, 1}, Columns: []int32{1}, Values: []float64{1}},
		"values":  trajectory.CSC[float64]{Shape: [2]int{1, 1}, Starts: []int{0, 1}, Rows: []int32{0}, Values: []float64{}},
		"blocks":  trajectory.BSR[float64]{Shape: [2]int{3, 3}, Block: [2]int{2, 2}, Starts: []int{0, 0}, Columns: []int32{}, Values: []float64{}},
		"width":   trajectory.DIA[float64]{Shape: [2]int{1, 1}, Offsets: []int32{0}, Width: 2, Values: []float64{1}},
		"texts":   trajectory.CSR[string]{Shape: [2]int{1, 1}, Starts: []int{0, 1}, Columns: []int32{0}, Values: []string{"x"}},
		"structs": trajectory.CSR[struct{}]{Shape: [2]int{1, 1}, Starts: []int{0, 1}, Columns: []int32{0}, Values: []struct{}{{}}},
		"shape":   trajectory.DIA[float64]{Shape: [2]int{-1, 1}, Values: []float64{}},
	} {
		assert.ErrorIs(t, tr.AddParameter("p", m), trajectory.ErrType, name)
		assert.ErrorIs(t, tr.AddResult("r", m), trajectory.ErrType, name)
	}
	_, err := trajectory.NewCSR(1, 1, []trajectory.Entry[int]{{Row: 1}})
	assert.ErrorIs(t, err, trajectory.ErrType)
	_, err = trajectory.NewCSR[int](-1, 1, nil)
	assert.ErrorIs(t, err, trajectory.ErrType)
	assert.ErrorIs(t, tr.AddResult("r", trajectory.Items{"m__spsp__": matrices(t)["csr"]}), trajectory.ErrName)
	require.NoError(t, tr.AddParameter("m", matrices(t)["csr"]))
	assert.ErrorIs(t, tr.Explore(trajectory.Over("m", trajectory.Values[any](matrices(t)["bsr"], 1.5))), trajectory.ErrType)
	assert.ErrorIs(t, tr.Set("m", []float64{1}), trajectory.ErrType)
	for name, text := range map[string]string{"no digits": "xyz", "no archive": "504b", "": ""} {
		tr := opened(t, trajectory.Record{Name: "results.r", Leaf: true, Class: "SparseResult", Items: []trajectory.Item{texted("m__spsp__", text)}})
		_, err := trajectory.Get[any](tr, "r")
		assert.ErrorIs(t, err, trajectory.ErrCorrupt, name)
	}
}

func TestDense(t *testing.T) {
	want := trajectory.Array[float64]{Shape: []int{3, 3}, Data: []float64{0, 1.5, 0, 0, 0, 0, -2, 0, 4}}
	m := matrices(t)
	assert.Equal(t, want, trajectory.Dense(m["csr"].(trajectory.CSR[float64])))
	assert.Equal(t, want, trajectory.Dense(m["csc"].(trajectory.CSC[float64])))
	assert.Equal(t, want, trajectory.Dense(m["dia"].(trajectory.DIA[float64])))
	assert.Equal(t, []int32{1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0}, trajectory.Dense(m["bsr"].(trajectory.BSR[int32])).Data)
	for e := range m["csr"].(trajectory.CSR[float64]).All {
		assert.Equal(t, trajectory.Entry[float64]{Row: 0, Column: 1, Value: 1.5}, e)
		break
	}
	rows, columns := m["empty"].Dims()
	assert.Equal(t, []int{2, 5, 0}, []int{rows, columns, m["empty"].Stored()})
}

func TestDistinctArraysAreStoredOnce(t *testing.T) {
	tr := newTrajectory(t)
	big := func(x float64) []float64 {
		a := make([]float64, 1000)
		a[999] = x
		return a
	}
	require.NoError(t, tr.AddParameter("a", big(0)))
	nan := math.NaN()
	require.NoError(t, tr.Explore(trajectory.Over("a", trajectory.Values(big(1), big(nan), big(1), big(nan), big(2), big(math.Copysign(0, -1)), big(0)))))
	arrays := 0
	for r, err := range tr.Records() {
		require.NoError(t, err)
		for _, it := range r.Items {
			if strings.HasPrefix(it.Name, "explored__rr__") {
				arrays++
			}
		}
	}
	assert.Equal(t, 5, arrays, "1, NaN, 2, -0, 0")
	back := again(t, tr)
	for i, v := range values(t, back, "a") {
		want := values(t, tr, "a")[i].([]float64)
		assert.Equal(t, fmt.Sprint(want), fmt.Sprint(v))
	}
}
