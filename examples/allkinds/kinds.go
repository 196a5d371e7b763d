package main

import (
	"math"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// named is one value of a kind.
type named struct {
	name  string
	value any
}

func scalars() []named {
	return []named{
		{"bool", true},
		{"int", -42},
		{"int8", int8(math.MinInt8)},
		{"int16", int16(math.MinInt16)},
		{"int32", int32(math.MinInt32)},
		{"int64", int64(math.MinInt64)},
		{"uint8", uint8(math.MaxUint8)},
		{"uint16", uint16(math.MaxUint16)},
		{"uint32", uint32(math.MaxUint32)},
		{"uint64", uint64(math.MaxUint64)},
		{"float32", float32(0.1)},
		{"float", 0.1},
		{"nan", math.NaN()},
		{"infinite", math.Inf(-1)},
		{"tiny", math.SmallestNonzeroFloat64},
		{"complex64", complex64(1.5 - 2i)},
		{"complex", 1.5 - 2i},
		{"text", "plain"},
		{"unicode", "grüße ☃ 𝄞"},
		{"empty_text", ""},
		{"long_text", strings.Repeat("0123456789", 100)},
		{"tab", "a\ttab"},
		{"full_stop", "ends like a pickle."},
		{"bytes", []byte("raw \xff\xfe")},
		{"empty_bytes", []byte{}},
	}
}

func arrays() []named {
	large := make([]float64, 20_000)
	for i := range large {
		large[i] = math.Sqrt(float64(i))
	}
	return []named{
		{"bools", []bool{true, false, true}},
		{"ints", []int{1, -2, 3}},
		{"int8s", []int8{1, -2}},
		{"int16s", []int16{1, -2}},
		{"int32s", []int32{1, -2}},
		{"int64s", []int64{1, -1 << 60}},
		{"uint8s", trajectory.Array[uint8]{Shape: []int{3}, Data: []uint8{1, 2, 255}}},
		{"uint16s", []uint16{1, 65535}},
		{"uint32s", []uint32{1, 1 << 31}},
		{"uint64s", []uint64{1, 1 << 63}},
		{"float32s", []float32{0.1, 0.2}},
		{"floats", []float64{0.1, math.Inf(1), math.NaN()}},
		{"complex64s", []complex64{1i, 2}},
		{"complexes", []complex128{1i, 2}},
		{"texts", []string{"a", "", "größer"}},
		{"rawtexts", [][]byte{[]byte("a"), []byte("\xff")}},
		{"matrix", trajectory.Array[float64]{Shape: []int{2, 3}, Data: []float64{1, 2, 3, 4, 5, 6}}},
		{"cube", trajectory.Array[int16]{Shape: []int{2, 1, 2}, Data: []int16{1, 2, 3, 4}}},
		{"textmatrix", trajectory.Array[string]{Shape: []int{2, 1}, Data: []string{"a", "bc"}}},
		{"one", trajectory.Array[float64]{Shape: []int{1}, Data: []float64{7}}},
		{"no_dimension", trajectory.Array[float64]{Shape: []int{}, Data: []float64{7}}},
		{"empty_floats", []float64{}},
		{"empty_texts", []string{}},
		{"empty_matrix", trajectory.Array[int32]{Shape: []int{3, 0}, Data: []int32{}}},
		{"large", large},
	}
}

func sequences() []named {
	return []named{
		{"list_of_ints", trajectory.ListOf[int]{1, 2, 3}},
		{"list_of_floats", trajectory.ListOf[float64]{0.1, 0.2}},
		{"list_of_texts", trajectory.ListOf[string]{"a", "größer"}},
		{"list_of_bools", trajectory.ListOf[bool]{true, false}},
		{"list_of_complexes", trajectory.ListOf[complex128]{1i, 2}},
		{"list_of_one", trajectory.ListOf[int]{7}},
		{"empty_list", trajectory.ListOf[float64]{}},
		{"tuple_of_ints", trajectory.TupleOf[int]{1, 2, 3}},
		{"tuple_of_texts", trajectory.TupleOf[string]{"p", "qq"}},
		{"tuple_of_float32s", trajectory.TupleOf[float32]{0.5, 1.5}},
		{"empty_tuple", trajectory.TupleOf[int]{}},
	}
}

// containers hold values of several types; only results can be containers.
func containers() []named {
	wide := map[string]any{}
	for i := range 600 {
		wide["key_"+strings.Repeat("x", i%3)+string(rune('a'+i%26))+string(rune('a'+i/26%26))] = i
	}
	return []named{
		{"map", map[string]any{"a": 1, "b": 2.5, "c": "three", "d": []float64{1, 2}, "e": trajectory.ListOf[int]{1, 2}, "f": true}},
		{"empty_map", map[string]any{}},
		{"wide_map", wide},
		{"table", trajectory.Frame{
			{Name: "time", Values: []float64{0.1, 0.2, 0.3}},
			{Name: "neuron", Values: []int32{1, 2, 3}},
			{Name: "name", Values: []string{"x", "yy", "größer"}},
			{Name: "flag", Values: []bool{true, false, true}},
			{Name: "z", Values: []complex128{1, 2i, 3}},
			{Name: "pair", Values: trajectory.Array[float64]{Shape: []int{3, 2}, Data: []float64{1, 2, 3, 4, 5, 6}}},
			{Name: "count", Values: []int{1, 2, 3}},
		}},
		{"labelled", trajectory.DataFrame{
			Index: []float64{0, 0.01, 0.02}, Columns: []string{"slow", "fast", "größer"}, IndexName: "current",
			Values: []any{[]float64{0, 34, math.NaN()}, []int64{0, 32, 69}, []bool{true, false, true}},
		}},
		{"labelled_by_numbers", trajectory.DataFrame{Index: []string{"a", "ß"}, Columns: []int{5, -7}, Values: []any{[]float64{0.1, 0.2}, []float64{0.3, math.Inf(1)}}}},
		{"labelled_without_rows", trajectory.DataFrame{Index: []int{}, Columns: []float64{1.5}, Values: []any{[]float64{}}}},
		{"table_without_rows", trajectory.Frame{{Name: "time", Values: []float64{}}, {Name: "name", Values: []string{}}}},
	}
}

// matrices store few of their elements.
func matrices() []named {
	return []named{
		{"csr", trajectory.CSR[float64]{Shape: [2]int{3, 3}, Starts: []int{0, 1, 1, 3}, Columns: []int32{1, 0, 2}, Values: []float64{1.5, -2, 4}}},
		{"csc", trajectory.CSC[complex64]{Shape: [2]int{3, 3}, Starts: []int{0, 1, 2, 3}, Rows: []int32{2, 0, 2}, Values: []complex64{-2i, 1.5i, 4i}}},
		{"dia", trajectory.DIA[float64]{Shape: [2]int{3, 3}, Offsets: []int32{-2, 0, 1}, Width: 3, Values: []float64{-2, 0, 0, 0, 0, 4, 0, 1.5, 0}}},
		{"bsr", trajectory.BSR[int32]{Shape: [2]int{6, 4}, Block: [2]int{2, 2}, Starts: []int{0, 1, 2, 2}, Columns: []int32{0, 1}, Values: []int32{1, 1, 1, 1, 2, 2, 2, 2}}},
		{"empty_matrix", trajectory.CSR[float64]{Shape: [2]int{2, 5}, Starts: []int{0, 0, 0}, Columns: []int32{}, Values: []float64{}}},
	}
}

// settings is a struct, which is stored as JSON.
type settings struct {
	Depth int
	Name  string
	Rates []float64
	Inner *settings `json:",omitempty"`
}

func structs() []named {
	inner := settings{Depth: 1, Name: "größer"}
	return []named{
		{"struct", settings{Depth: 2, Name: "outer", Rates: []float64{0.1, 1e300}, Inner: &inner}},
		{"list_of_structs", []settings{inner, {}}},
		{"map_of_structs", map[string]settings{"a": inner, "b": {}}},
	}
}

// nested holds maps in maps, and in them what needs a map itself to be stored. pypet gets several
// values of each, named by the keys.
func nested() []named {
	return []named{
		{"maps", map[string]any{"outer": map[string]any{"inner": map[string]any{"x": 1, "y": "größer"}, "list": trajectory.ListOf[string]{"a", "größer"}}, "z": 2.5}},
		{"matrix_in_map", map[string]any{"matrix": matrices()[0].value, "name": "csr"}},
		{"struct_in_map", map[string]any{"struct": structs()[0].value, "empty": map[string]any{}}},
		{"keys", map[string]any{"with space": 1, "with.dot": 2, "with/slash": 3, "_hidden": 4, "größer": 5, "": 6}},
		{"empty_in_map", map[string]any{"none": []float64{}, "some": []float64{1}}},
	}
}

func quantities() []named {
	return []named{
		{"time", quantity.MustParse("15 ms")},
		{"voltage", quantity.MustParse("-70.6 mV")},
		{"capacitance", quantity.MustParse("1 uF/cm^2")},
		{"noise", quantity.MustParse("3 s^-0.5")},
		{"noisy_voltage", quantity.MustParse("3 mV/s^0.5")},
	}
}

// exploredValues is a parameter with its range.
type exploredValues struct {
	name   string
	values []any
}

func ranges() []exploredValues {
	list := func(n int) trajectory.ListOf[int] { return make(trajectory.ListOf[int], n) }
	return []exploredValues{
		{"bool", []any{true, false, true}},
		{"int", []any{1, 2, 3}},
		{"int8", []any{int8(1), int8(2), int8(3)}},
		{"uint64", []any{uint64(1), uint64(2), uint64(math.MaxUint64)}},
		{"float", []any{0.1, 0.2, 0.3}},
		{"float32", []any{float32(0.1), float32(0.2), float32(0.3)}},
		{"complex", []any{1i, 2i, 3i}},
		{"text", []any{"a", "bb", "ccc"}}, // pypet cannot store a parameter with other than ASCII letters again
		{"bytes", []any{[]byte("a"), []byte("bb"), []byte("\xff")}},
		{"array", []any{[]float64{1, 2}, []float64{3, 4}, []float64{5, 6}}},
		{"matrix", []any{
			trajectory.Array[int32]{Shape: []int{1, 2}, Data: []int32{1, 2}},
			trajectory.Array[int32]{Shape: []int{1, 2}, Data: []int32{3, 4}},
			trajectory.Array[int32]{Shape: []int{1, 2}, Data: []int32{5, 6}},
		}},
		{"array_of_any_length", []any{[]float64{1}, []float64{1, 2}, []float64{}}},
		{"repeated_array", []any{[]int64{1, 2}, []int64{}, []int64{1, 2}}},
		{"list", []any{trajectory.ListOf[int]{1, 2}, trajectory.ListOf[int]{3, 4}, trajectory.ListOf[int]{5, 6}}},
		{"list_of_any_length", []any{list(1), list(2), list(0)}},
		{"tuple", []any{trajectory.TupleOf[string]{"a"}, trajectory.TupleOf[string]{"b"}, trajectory.TupleOf[string]{"cc"}}},
		{"sparse_matrix", []any{matrices()[0].value, matrices()[3].value, matrices()[0].value}},
		{"struct", []any{settings{Depth: 1}, settings{Depth: 2, Name: "b"}, settings{Depth: 1}}},
		{"quantity", []any{quantity.MustParse("10 ms"), quantity.MustParse("5 ms"), quantity.MustParse("1 s")}},
	}
}
