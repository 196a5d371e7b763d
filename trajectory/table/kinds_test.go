package table_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/table"
)

// TestEveryType writes scalars and arrays of all types.
func TestEveryType(t *testing.T) {
	scalars := map[string]any{
		"bool": true, "int": -1, "int8": int8(-8), "int16": int16(-16), "int32": int32(-32), "int64": int64(-64),
		"uint8": uint8(8), "uint16": uint16(16), "uint32": uint32(32), "uint64": uint64(math.MaxUint64), "float32": float32(0.1), "float64": 0.1,
		"complex64": complex64(complex(1, 2)), "complex128": complex(3, 4), "string": "a \"b\"\n,c", "bytes": []byte{0xff, 'x'},
		"inf": math.Inf(1), "-inf": math.Inf(-1),
	}
	arrays := map[string]any{
		"bool": []bool{true, false}, "int": []int{-1, 2}, "int8": []int8{-8}, "int16": []int16{-16}, "int32": []int32{-32}, "int64": []int64{-64},
		"uint8": trajectory.Array[uint8]{Shape: []int{1}, Data: []uint8{8}}, "uint16": []uint16{16}, "uint32": []uint32{32}, "uint64": []uint64{64},
		"float32": []float32{0.1}, "float64": []float64{0.1, math.NaN(), math.Inf(-1)}, "string": []string{"a", "b\""}, "list": trajectory.ListOf[int]{1}, "tuple": trajectory.TupleOf[string]{"x"},
	}
	path := sweep(t, explore(t, nil), 0, func(r *trajectory.Run) error {
		for name, v := range scalars {
			if err := r.AddResult("s"+name, v); err != nil {
				return err
			}
		}
		for name, v := range arrays {
			if err := r.AddResult("a"+name, v); err != nil {
				return err
			}
		}
		return r.AddResult("acomplex", []complex128{1})
	})
	tab, err := table.Read(background, path, openOptions(), table.Options{Arrays: true})
	require.NoError(t, err)
	assert.Equal(t, []table.Omission{{Name: "acomplex", Reason: "a COLL_NDARRAY of complex128"}}, tab.Omitted)
	for name, want := range map[string]string{
		"sbool": "true", "sint": "-1", "sint8": "-8", "sint16": "-16", "sint32": "-32", "sint64": "-64", "suint8": "8", "suint16": "16", "suint32": "32",
		"suint64": "18446744073709551615", "sfloat32": "0.1", "sfloat64": "0.1", "scomplex64.real": "1", "scomplex64.imag": "2", "scomplex128.real": "3",
		"sstring": "a \"b\"\n,c", "sbytes": `\xffx`, "sinf": "+Inf", "s-inf": "-Inf",
		"abool": "[true,false]", "aint": "[-1,2]", "aint8": "[-8]", "aint16": "[-16]", "aint32": "[-32]", "aint64": "[-64]", "auint8": "[8]", "auint16": "[16]",
		"auint32": "[32]", "auint64": "[64]", "afloat32": "[0.1]", "afloat64": "[0.1,null,-1e999]", "astring": `["a","b\""]`, "alist": "[1]", "atuple": `["x"]`,
	} {
		c, err := tab.Column(name)
		require.NoError(t, err)
		assert.Equal(t, want, c.Text(0), name)
	}
	var b bytes.Buffer
	require.NoError(t, tab.WriteNDJSON(&b))
	assert.True(t, json.Valid(b.Bytes()))
	assert.Contains(t, b.String(), `"sinf":1e999`)
	require.NoError(t, tab.WriteText(&b))
	_, raw := parquetFile(t, tab)
	type row struct {
		I8  int8      `parquet:"sint8"`
		U64 uint64    `parquet:"suint64"`
		S   string    `parquet:"sstring"`
		B   []byte    `parquet:"sbytes"`
		A8  []int8    `parquet:"aint8,list"`
		AU  []uint8   `parquet:"auint8,list"`
		AF  []float32 `parquet:"afloat32,list"`
		AB  []bool    `parquet:"abool,list"`
		T   []string  `parquet:"atuple,list"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	assert.Equal(t, []row{{-8, math.MaxUint64, "a \"b\"\n,c", []byte{0xff, 'x'}, []int8{-8}, []uint8{8}, []float32{0.1}, []bool{true, false}, []string{"x"}}}, rows)
}

// TestMixedTypes puts different types into one column.
func TestMixedTypes(t *testing.T) {
	for name, c := range map[string]struct {
		values []any
		typ    trajectory.Type
		want   []any
	}{
		"ints and floats":  {[]any{1, 2.5, int8(3), uint16(4), float32(0.5), true}, trajectory.Float, []any{1.0, 2.5, 3.0, 4.0, 0.5, 1.0}},
		"two sizes":        {[]any{int8(1), int16(2), int8(1), int8(1), int8(1), int8(1)}, trajectory.Float, []any{1.0, 2.0, 1.0, 1.0, 1.0, 1.0}},
		"texts last":       {[]any{1.0, 1e20, 1e-5, math.NaN(), math.Inf(1), "x"}, trajectory.Str, []any{"1.0", "1e+20", "1e-05", "nan", "inf", "x"}},
		"texts first":      {[]any{"x", math.Inf(-1), float32(0.1), true, false, 123.25}, trajectory.Str, []any{"x", "-inf", "0.1", "True", "False", "123.25"}},
		"texts and ints":   {[]any{int32(-5), "x", uint32(5), uint64(6), int16(7), uint8(1)}, trajectory.Str, []any{"-5", "x", "5", "6", "7", "1"}},
		"bools and texts":  {[]any{true, false, "x", "", "y", "z"}, trajectory.Str, []any{"True", "False", "x", "", "y", "z"}},
		"bytes and texts":  {[]any{"a", []byte("b"), "c", "d", "e", "f"}, trajectory.Str, []any{"a", "b'b'", "c", "d", "e", "f"}},
		"texts and bytes":  {[]any{[]byte("a"), "b", "c", "d", "e", "f"}, trajectory.Str, []any{"b'a'", "b", "c", "d", "e", "f"}},
		"numpy's and ours": {[]any{trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float64, Values: []float64{1}}, 2.0, 3.0, 4.0, 5.0, 6.0}, trajectory.Float, []any{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}},
	} {
		path := sweep(t, explore(t, grid()), 0, func(r *trajectory.Run) error { return r.AddResult("x", c.values[r.Index()]) })
		slow, err := table.New(background, open(t, path), table.Options{})
		require.NoError(t, err)
		x, err := slow.Column("x")
		require.NoError(t, err)
		assert.Equal(t, c.typ, x.Type, name)
		assert.Equal(t, c.want, column(t, slow, "x"), name)
		quick, err := table.Read(background, path, openOptions(), table.Options{})
		require.NoError(t, err)
		sameTable(t, slow, quick)
	}
}

// TestExploredKinds has parameters that are explored over everything there is.
func TestExploredKinds(t *testing.T) {
	traj, err := trajectory.New("kinds", trajectory.Options{})
	require.NoError(t, err)
	ranges := map[string]trajectory.Range{
		"z": trajectory.Values(complex(1, 2), complex(3, 4)), "list": trajectory.Values(trajectory.ListOf[int]{1}, trajectory.ListOf[int]{2, 3}),
		"f32": trajectory.Values(float32(0.1), float32(0.2)), "text": trajectory.Values("a", "b"), "u": trajectory.Values(uint8(1), uint8(2)),
		"zs": trajectory.Values([]complex128{1}, []complex128{2}),
	}
	var zip trajectory.Zip
	for _, name := range []string{"z", "list", "f32", "text", "u", "zs"} {
		require.NoError(t, traj.AddParameter(name, ranges[name].At(0)))
		zip = append(zip, trajectory.Over(name, ranges[name]))
	}
	require.NoError(t, traj.Explore(zip))
	tab, err := table.New(background, traj, table.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"run", "state", "seed", "z.real", "z.imag", "list", "f32", "text", "u", "zs"}, tab.Names())
	assert.Equal(t, []any{2.0, 4.0}, column(t, tab, "z.imag"))
	assert.Equal(t, []any{"[(1+0i)]", "[(2+0i)]"}, column(t, tab, "zs"))
	assert.Equal(t, []any{trajectory.ListOf[int]{1}, trajectory.ListOf[int]{2, 3}}, column(t, tab, "list"))
	info, err := table.InfoOf(traj)
	require.NoError(t, err)
	for _, x := range info.Explored {
		assert.Equal(t, 2, x.Values, x.Name)
	}
	// A kind that nobody knows here shows as what it prints as.
	other, err := trajectory.New("other", trajectory.Options{Kinds: []trajectory.Kind{{
		Class: "PointParameter", Match: func(v any) bool { _, ok := v.(point); return ok },
		Encode: func(v any, r trajectory.Range) ([]trajectory.Item, error) { return nil, nil },
		Decode: func([]trajectory.Item) (any, trajectory.Range, error) { return point{}, nil, nil },
	}}})
	require.NoError(t, err)
	require.NoError(t, other.AddParameter("p", point{1, 2}))
	require.NoError(t, other.Explore(trajectory.Over("p", trajectory.Values(point{1, 2}, point{3, 4}))))
	tab, err = table.New(background, other, table.Options{})
	require.NoError(t, err)
	assert.Equal(t, []any{"{1 2}", "{3 4}"}, column(t, tab, "p"))
}

type point struct{ X, Y int }

// TestResultsInMemory looks at a trajectory that was never in a file.
func TestResultsInMemory(t *testing.T) {
	traj := explore(t, trajectory.Over("model.n", trajectory.Values(1, 2)))
	require.NoError(t, traj.AddResult("runs.run_00000000.x", 1.5))
	require.NoError(t, traj.AddResult("runs.run_00000001.x", 2.5))
	require.NoError(t, traj.AddResult("runs.run_00000001.q.r", quantity.MustParse("3 mV")))
	require.NoError(t, traj.AddResult("shared", 7))
	require.NoError(t, traj.AddLink("results.alias", "results.runs.run_00000001"))
	tab, err := table.New(background, traj, table.Options{})
	require.NoError(t, err)
	assert.Equal(t, []any{1.5, 2.5}, column(t, tab, "x"))
	assert.Equal(t, []any{nil, 0.003}, column(t, tab, "q.r"))
	_, err = tab.Column("shared")
	assert.ErrorIs(t, err, trajectory.ErrNotFound)
	r, err := table.RunOf(traj, 1)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"x": 2.5, "q.r": quantity.MustParse("3 mV")}, r.Results)
}

func TestUnitsOfArrays(t *testing.T) {
	path := sweep(t, explore(t, grid()), 0, func(r *trajectory.Run) error {
		// The items that package brianparam makes of an array with a unit.
		return r.AddResult("v", trajectory.Items{"v__brn2__value": []float64{-0.07, -0.06}, "v__brn2__unit": "1. * volt"})
	})
	tab, err := table.New(background, open(t, path), table.Options{Arrays: true})
	require.NoError(t, err)
	c, err := tab.Column("v")
	require.NoError(t, err)
	assert.Equal(t, "v [V]", c.Label())
	a, err := tab.Grid("v", table.ArrayOptions{})
	require.NoError(t, err)
	assert.Equal(t, "V", a.Unit)
	in, err := tab.In("v", "mV")
	require.NoError(t, err)
	assert.Equal(t, []float64{-70, -60}, column(t, in, "v")[0])
	r, err := table.RunOf(open(t, path), 0)
	require.NoError(t, err)
	assert.Equal(t, []float64{-0.07, -0.06}, r.Results["v"])
	assert.Equal(t, map[string]string{"v": "V"}, r.Units)
}

func TestStringLeavesOutTheMiddle(t *testing.T) {
	tab, err := table.New(background, explore(t, trajectory.Over("model.n", trajectory.Trials(100))), table.Options{})
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(tab.String()), "\n")
	assert.Len(t, lines, 26)
	assert.Equal(t, "... 100 rows in all ...", lines[13])
	assert.Equal(t, " 11  pending     -       11", lines[12])
	assert.Equal(t, " 88  pending     -       88", lines[14])
	long, err := table.New(background, explore(t, trajectory.Over("method", trajectory.Values(strings.Repeat("ä", 50)+"\n"))), table.Options{})
	require.NoError(t, err)
	assert.Contains(t, long.String(), strings.Repeat("ä", 37)+"...\n")
}
