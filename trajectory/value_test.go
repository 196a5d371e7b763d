package trajectory_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// goValues lists a value of every type and what it comes back as, if not the same.
func goValues() map[string][2]any {
	same := func(v any) [2]any { return [2]any{v, v} }
	return map[string][2]any{
		"bool": same(true), "int": same(-3), "int8": same(int8(-8)), "int16": same(int16(5)), "int32": same(int32(math.MinInt32)), "int64": same(int64(1 << 60)),
		"uint": {uint(3), uint64(3)}, "uint8": same(uint8(255)), "uint16": same(uint16(3)), "uint32": same(uint32(7)), "uint64": same(uint64(math.MaxUint64)),
		"float32": same(float32(0.1)), "float64": same(0.1), "inf": same(math.Inf(-1)), "complex64": same(complex64(1 - 2i)), "complex128": same(3i),
		"string": same("grüße"), "empty string": same(""), "bytes": same([]byte{0, 255}),
		"bools": same([]bool{true, false}), "ints": {[]int{1, 2}, []int64{1, 2}}, "int8s": same([]int8{1}), "int16s": same([]int16{1}),
		"int32s": same([]int32{1}), "int64s": same([]int64{1}), "uints": {[]uint{1}, []uint64{1}}, "uint16s": same([]uint16{1}),
		"uint32s": same([]uint32{1}), "uint64s": same([]uint64{1}), "float32s": same([]float32{1}), "float64s": same([]float64{1, math.Inf(1)}),
		"complex64s": same([]complex64{1}), "complex128s": same([]complex128{1}), "strings": same([]string{"a", ""}), "byte strings": same([][]byte{{1}, {}}),
		"empty": same([]float64{}), "uint8 array": same(trajectory.Array[uint8]{Shape: []int{2}, Data: []uint8{1, 2}}),
		"matrix":       same(trajectory.Array[float64]{Shape: []int{2, 2}, Data: []float64{1, 2, 3, 4}}),
		"int matrix":   {trajectory.Array[int]{Shape: []int{1, 2}, Data: []int{1, 2}}, trajectory.Array[int64]{Shape: []int{1, 2}, Data: []int64{1, 2}}},
		"vector":       {trajectory.Array[float64]{Shape: []int{2}, Data: []float64{1, 2}}, []float64{1, 2}},
		"no rows":      same(trajectory.Array[int32]{Shape: []int{0, 3}, Data: []int32{}}),
		"zero dim":     same(trajectory.Array[float64]{Shape: []int{}, Data: []float64{7}}),
		"numpy.matrix": same(trajectory.MatrixOf[float64]{Shape: []int{1, 1}, Data: []float64{7}}),
		"list":         same(trajectory.ListOf[int]{1, 2}), "float list": same(trajectory.ListOf[float64]{1}), "empty list": same(trajectory.ListOf[string]{}),
		"tuple": same(trajectory.TupleOf[string]{"a", "b"}), "bool tuple": same(trajectory.TupleOf[bool]{true}),
		"map":       same(map[string]any{"a": 1, "b": 2.5, "c": "three", "d": []float64{1}, "e": map[string]any{"f": true}}),
		"empty map": same(map[string]any{}),
		"frame": same(trajectory.Frame{
			{Name: "t", Values: []float64{0.1, 0.2}}, {Name: "i", Values: []int{1, 2}}, {Name: "name", Values: []string{"x", "yy"}},
			{Name: "raw", Values: [][]byte{{1}, {}}}, {Name: "b", Values: trajectory.Array[uint8]{Shape: []int{2}, Data: []uint8{1, 2}}},
			{Name: "v", Values: trajectory.Array[float32]{Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}}},
		}),
		"data frame": {
			trajectory.DataFrame{Index: []int{5, 7}, Columns: []string{"a", "ß"}, Values: []any{[]float64{1, math.Inf(1)}, []int{1, 2}}, IndexName: "i"},
			trajectory.DataFrame{Index: []int64{5, 7}, Columns: []string{"a", "ß"}, Values: []any{[]float64{1, math.Inf(1)}, []int64{1, 2}}, IndexName: "i"},
		},
		"data frame of many types": same(trajectory.DataFrame{
			Index: []string{"x", "x"}, Columns: []float64{0.5, math.Inf(1), -1}, ColumnsName: "c",
			Values: []any{[]bool{true, false}, []float32{1, 2}, trajectory.Array[uint8]{Shape: []int{2}, Data: []uint8{1, 255}}},
		}),
		"data frame without rows": same(trajectory.DataFrame{Index: []float64{}, Columns: []int64{1}, Values: []any{[]int32{}}}),
		"data frame of nothing":   same(trajectory.DataFrame{Index: []int64{}, Columns: []string{}, Values: []any{}}),
		"empty frame":             same(trajectory.Frame{{Name: "t", Values: []float64{}}}),
	}
}

func TestValuesComeBackWithTheirType(t *testing.T) {
	for name, c := range goValues() {
		d, err := trajectory.Encode(c[0])
		require.NoError(t, err, name)
		require.NoError(t, d.Check(), name)
		got, err := trajectory.Decode(d)
		require.NoError(t, err, name)
		assert.Equal(t, c[1], got, name)
		again, err := trajectory.Encode(got)
		require.NoError(t, err, name)
		assert.True(t, d.Equal(again), "%s: %+v, %+v", name, d, again)
	}
}

func TestTypesOfData(t *testing.T) {
	for _, c := range []struct {
		value any
		coll  trajectory.Coll
		typ   trajectory.Type
	}{
		{1, trajectory.Scalar, trajectory.Int}, {int64(1), trajectory.Scalar, trajectory.Int64}, {1.0, trajectory.Scalar, trajectory.Float},
		{"x", trajectory.Scalar, trajectory.Str}, {1i, trajectory.Scalar, trajectory.Complex}, {[]float64{1}, trajectory.NDArray, trajectory.Float64},
		{[]int{1}, trajectory.NDArray, trajectory.Int64}, {[]complex128{1}, trajectory.NDArray, trajectory.Complex128},
		{trajectory.ListOf[float64]{1}, trajectory.List, trajectory.Float}, {trajectory.TupleOf[int]{1}, trajectory.Tuple, trajectory.Int},
		{map[string]any{}, trajectory.EmptyDict, ""},
	} {
		d, err := trajectory.Encode(c.value)
		require.NoError(t, err)
		assert.Equal(t, c.coll, d.Coll, "%T", c.value)
		assert.Equal(t, c.typ, d.Type, "%T", c.value)
	}
}

func TestEncodeRefuses(t *testing.T) {
	deep := map[string]any{"x": 1}
	for range 40 {
		deep = map[string]any{"x": deep}
	}
	d, err := trajectory.Encode(deep)
	if err == nil {
		err = d.Check()
	}
	assert.ErrorIs(t, err, trajectory.ErrType, "too deep")
	type named int
	for name, v := range map[string]any{
		"nil": nil, "struct": struct{}{}, "chan": make(chan int), "func": func() {}, "pointer": new(int), "named": named(1), "slice of slices": [][]float64{{1}},
		"any": []any{1}, "map of int": map[string]int{"a": 1}, "shape": trajectory.Array[float64]{Shape: []int{2}, Data: []float64{1}},
		"negative": trajectory.Array[float64]{Shape: []int{-1}}, "uneven": trajectory.Frame{{Name: "a", Values: []int{1}}, {Name: "b", Values: []int{1, 2}}},
		"scalar column": trajectory.Frame{{Name: "a", Values: 1}}, "same columns": trajectory.Frame{{Name: "a", Values: []int{1}}, {Name: "a", Values: []int{1}}},
		"table in a map": map[string]any{"t": trajectory.Frame{}}, "list of structs": trajectory.ListOf[struct{}]{{}},
		"no labels": trajectory.DataFrame{}, "few labels": trajectory.DataFrame{Index: []int{1}, Columns: []int{1}, Values: []any{[]int{1, 2}}},
		"few columns":     trajectory.DataFrame{Index: []int{1}, Columns: []int{1}},
		"same labels":     trajectory.DataFrame{Index: []int{1}, Columns: []int{1, 1}, Values: []any{[]int{1}, []int{1}}},
		"labels of NaN":   trajectory.DataFrame{Index: []int{1}, Columns: []float64{math.NaN()}, Values: []any{[]int{1}}},
		"labels of bytes": trajectory.DataFrame{Index: []string{"\xff"}, Columns: []int{1}, Values: []any{[]int{1}}},
		"labels with NUL": trajectory.DataFrame{Index: []int{1}, Columns: []string{"a\x00"}, Values: []any{[]int{1}}},
		"names with NUL":  trajectory.DataFrame{Index: []int{1}, Columns: []int{1}, Values: []any{[]int{1}}, IndexName: "\x00"},
		"int32 labels":    trajectory.DataFrame{Index: []int32{1}, Columns: []int{1}, Values: []any{[]int{1}}},
		"texts for cells": trajectory.DataFrame{Index: []int{1}, Columns: []int{1}, Values: []any{[]string{"a"}}},
		"complex cells":   trajectory.DataFrame{Index: []int{1}, Columns: []int{1}, Values: []any{[]complex128{1}}},
		"one value":       trajectory.DataFrame{Index: []int{1}, Columns: []int{1}, Values: []any{1}},
		"matrix of cells": trajectory.DataFrame{Index: []int{1}, Columns: []int{1}, Values: []any{trajectory.Array[float64]{Shape: []int{1, 1}, Data: []float64{1}}}},
		"wrong data":      trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Values: []float64{1}},
		"overflow":        trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Int, Shape: []int{1 << 40, 1 << 40}, Values: []int64{}},
	} {
		_, err := trajectory.Encode(v)
		assert.Error(t, err, name)
	}
}

func TestEqualIsToTheBit(t *testing.T) {
	enc := func(v any) trajectory.Data {
		d, err := trajectory.Encode(v)
		require.NoError(t, err)
		return d
	}
	nan := math.Float64frombits(0x7ff8000000000001)
	other := math.Float64frombits(0x7ff8000000000002)
	assert.True(t, enc(nan).Equal(enc(nan)))
	for _, c := range [][2]any{
		{nan, other}, {0.0, math.Copysign(0, -1)}, {1, int64(1)}, {1, 1.0}, {[]int{1}, trajectory.ListOf[int]{1}}, {"x", []byte("x")},
		{[]float64{}, []float32{}}, {map[string]any{"a": 1}, map[string]any{"b": 1}}, {map[string]any{}, map[string]any{"b": 1}},
		{trajectory.Array[int]{Shape: []int{1, 2}, Data: []int{1, 2}}, trajectory.Array[int]{Shape: []int{2, 1}, Data: []int{1, 2}}},
		{1.5, trajectory.Array[float64]{Shape: []int{}, Data: []float64{1.5}}},
	} {
		assert.False(t, enc(c[0]).Equal(enc(c[1])), "%v %v", c[0], c[1])
		assert.True(t, enc(c[0]).Equal(enc(c[0])), "%v", c[0])
	}
}

func TestParametersHoldEverythingButMapsAndTables(t *testing.T) {
	tr := newTrajectory(t)
	for name, c := range goValues() {
		path := "p." + string([]byte(name)[0]) + "x"
		err := tr.AddParameter(path, c[0])
		switch c[0].(type) {
		case map[string]any, trajectory.Frame, trajectory.DataFrame:
			assert.ErrorIs(t, err, trajectory.ErrType, name)
			continue
		}
		require.NoError(t, err, name)
		p, err := tr.Parameter(path)
		require.NoError(t, err)
		assert.Equal(t, c[1], p.Value(), name)
		require.NoError(t, tr.Remove(path, false))
	}
}

// Arrays of one shape are rows of a table, others an ArrayParameter that stores
// each distinct array once, as in pypet.
func TestLayoutOfParameters(t *testing.T) {
	tr := newTrajectory(t)
	require.NoError(t, tr.AddParameter("same", []float64{0, 0}))
	require.NoError(t, tr.AddParameter("ragged", trajectory.TupleOf[int]{1, 2}))
	require.NoError(t, tr.AddParameter("empty", []float64{}))
	require.NoError(t, tr.Explore(trajectory.Points{Names: []string{"same", "ragged"}, Rows: [][]any{
		{[]float64{1, 2}, trajectory.TupleOf[int]{1, 2}}, {[]float64{3, 4}, trajectory.TupleOf[int]{3}}, {[]float64{5, 6}, trajectory.TupleOf[int]{1, 2}},
	}}))
	items := map[string][]string{}
	class := map[string]string{}
	for r, err := range tr.Records() {
		require.NoError(t, err)
		class[r.Name] = r.Class
		for _, it := range r.Items {
			items[r.Name] = append(items[r.Name], it.Name)
		}
	}
	assert.Equal(t, []string{"data", "explored_data"}, items["parameters.same"])
	assert.Equal(t, "Parameter", class["parameters.same"])
	assert.Equal(t, []string{"data__rr__", "explored__rr__.set_00000.xa_00000000", "explored__rr__.set_00000.xa_00000001", "explored_data__rr__"}, items["parameters.ragged"])
	assert.Equal(t, "ArrayParameter", class["parameters.ragged"])
	assert.Equal(t, "ArrayParameter", class["parameters.empty"])
	p, err := tr.Parameter("ragged")
	require.NoError(t, err)
	assert.Equal(t, "ArrayParameter", p.Class())
	r, err := tr.Run(1)
	require.NoError(t, err)
	v, err := trajectory.Get[[]int](r, "ragged")
	require.NoError(t, err)
	assert.Equal(t, []int{3}, v)
}
