package storetest

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"galvani/trajectory"
)

func scalar(t trajectory.Type, values any) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Scalar, Type: t, Values: values}
}

func array(c trajectory.Coll, t trajectory.Type, values any, shape ...int) trajectory.Data {
	return trajectory.Data{Coll: c, Type: t, Shape: append([]int{}, shape...), Values: values}
}

func table(columns ...trajectory.Column) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Table, Columns: columns}
}

func column(name string, d trajectory.Data) trajectory.Column {
	return trajectory.Column{Name: name, Data: d}
}

// sample holds values of an element type, special ones first.
type sample struct {
	typ    trajectory.Type
	values func(n int) any
}

func cycle[T any](values ...T) func(int) any {
	return func(n int) any {
		out := make([]T, n)
		for i := range out {
			out[i] = values[i%len(values)]
		}
		return out
	}
}

func samples() []sample {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, -math.MaxFloat64, 0.1, 0}
	odd32 := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), 1e-45, -math.MaxFloat32, 0.1, 0}
	var z []complex128
	var z32 []complex64
	for i, x := range odd {
		z = append(z, complex(x, odd[(i+3)%len(odd)]))
		z32 = append(z32, complex(odd32[i], odd32[(i+3)%len(odd32)]))
	}
	texts := []string{
		"grüße ☃ 𝄞", "", "plain", "NUL \x00 inside", "ends in NUL\x00", " blanks ", "line\nbreak\ttab", `quotes "'\`, strings.Repeat("long ", 5000),
		"(lp0\nI1\na.",
	}
	raw := []string{"\xff\xfe\x00", "", "ascii", "\x00\x00", string([]byte{0x80, 0, 0xff})}
	return []sample{
		{trajectory.Bool, cycle(true, false)},
		{trajectory.BoolNP, cycle(true, false)},
		{trajectory.Int, cycle[int64](math.MinInt64, math.MaxInt64, -1, 0, 1<<40)},
		{trajectory.Int8, cycle[int8](math.MinInt8, math.MaxInt8, -1, 0)},
		{trajectory.Int16, cycle[int16](math.MinInt16, math.MaxInt16, -1, 0)},
		{trajectory.Int32, cycle[int32](math.MinInt32, math.MaxInt32, -1, 0)},
		{trajectory.Int64, cycle[int64](math.MinInt64, math.MaxInt64, -1, 0)},
		{trajectory.Uint8, cycle[uint8](math.MaxUint8, 0, 1)},
		{trajectory.Uint16, cycle[uint16](math.MaxUint16, 0, 1)},
		{trajectory.Uint32, cycle[uint32](math.MaxUint32, 0, 1)},
		{trajectory.Uint64, cycle[uint64](math.MaxUint64, 0, 1<<63)},
		{trajectory.Float, cycle(odd...)},
		{trajectory.Float32, cycle(odd32...)},
		{trajectory.Float64, cycle(odd...)},
		{trajectory.Complex, cycle(z...)},
		{trajectory.Complex64, cycle(z32...)},
		{trajectory.Complex128, cycle(z...)},
		{trajectory.Str, cycle(texts...)},
		{trajectory.Bytes, cycle(raw...)},
	}
}

// shapes are those of arrays, empty ones too.
func shapes() [][]int {
	return [][]int{{}, {1}, {7}, {0}, {2, 3}, {3, 0, 2}, {2, 2, 2, 2}, {1, 1}, {5000}}
}

// values lists one item of every kind of value.
func values() []trajectory.Item {
	var out []trajectory.Item
	add := func(name string, d trajectory.Data) { out = append(out, trajectory.Item{Name: name, Data: d}) }
	for _, s := range samples() {
		for i := range 10 {
			// Each special value as a scalar.
			all := s.values(i + 1)
			add(fmt.Sprintf("scalar_%s_%d", s.typ, i), scalar(s.typ, last(all)))
		}
		for _, shape := range shapes() {
			n, _ := trajectory.Elements(shape)
			add(fmt.Sprintf("array_%s_%s", s.typ, dims(shape)), array(trajectory.NDArray, s.typ, s.values(n), shape...))
		}
		add("matrix_"+string(s.typ), array(trajectory.Matrix, s.typ, s.values(4), 2, 2))
		for _, n := range []int{0, 1, 3, 200} {
			add(fmt.Sprintf("list_%s_%d", s.typ, n), array(trajectory.List, s.typ, s.values(n), n))
			add(fmt.Sprintf("tuple_%s_%d", s.typ, n), array(trajectory.Tuple, s.typ, s.values(n), n))
		}
	}
	var columns, cells, none []trajectory.Column
	for _, s := range samples() {
		columns = append(columns, column(string(s.typ), array(trajectory.Scalar, s.typ, s.values(9), 9)))
		none = append(none, column(string(s.typ), array(trajectory.Scalar, s.typ, s.values(0), 0)))
		cells = append(cells, column("a_"+string(s.typ), array(trajectory.NDArray, s.typ, s.values(12), 2, 2, 3)),
			column("l_"+string(s.typ), array(trajectory.List, s.typ, s.values(6), 2, 3)),
			column("t_"+string(s.typ), array(trajectory.Tuple, s.typ, s.values(2), 2, 1)))
	}
	add("table", table(columns...))
	add("table_of_cells", table(cells...))
	add("table_without_rows", table(none...))
	add("table_of_one", table(column("data", array(trajectory.Scalar, trajectory.Float, []float64{10}, 1))))
	add("table_of_bytes", table(column("npz", array(trajectory.Scalar, trajectory.Uint8, samples()[7].values(100_000), 100_000))))
	dict := trajectory.Data{Coll: trajectory.Dict}
	for _, s := range samples() {
		dict.Columns = append(dict.Columns, column("s_"+string(s.typ), scalar(s.typ, s.values(1))),
			column("a_"+string(s.typ), array(trajectory.NDArray, s.typ, s.values(4), 2, 2)),
			column("l_"+string(s.typ), array(trajectory.List, s.typ, s.values(2), 2)))
	}
	dict.Columns = append(dict.Columns, column("none", trajectory.Data{Coll: trajectory.EmptyDict}),
		column("inner", trajectory.Data{Coll: trajectory.Dict, Columns: []trajectory.Column{column("x.y", scalar(trajectory.Int, []int64{1}))}}))
	add("dict", dict)
	add("dict_empty", trajectory.Data{Coll: trajectory.EmptyDict})
	var wide []trajectory.Column
	for i := range 1025 {
		wide = append(wide, column(fmt.Sprintf("c%04d", i), scalar(trajectory.Int, []int64{int64(i)})))
	}
	add("dict_wide", trajectory.Data{Coll: trajectory.Dict, Columns: wide})
	for name, f := range frames() {
		d, err := trajectory.Encode(f)
		if err != nil {
			panic(err)
		}
		add(name, d)
	}
	add("nested.item.name", scalar(trajectory.Int, []int64{5}))
	add("nested.item.other", scalar(trajectory.Str, []string{"deep"}))
	return out
}

// frames are labelled tables of every kind.
func frames() iter.Seq2[string, trajectory.DataFrame] {
	var cells []any
	var labels []string
	for _, s := range samples() {
		switch s.typ {
		case trajectory.Bool, trajectory.Int8, trajectory.Int16, trajectory.Int32, trajectory.Int64,
			trajectory.Uint8, trajectory.Uint16, trajectory.Uint32, trajectory.Uint64, trajectory.Float32, trajectory.Float64:
			cells = append(cells, array(trajectory.NDArray, s.typ, s.values(3), 3))
			labels = append(labels, string(s.typ))
		}
	}
	cells, labels = append(cells, cells[0]), append(labels, "größe.")
	long := make([]float64, 20_000)
	for i := range long {
		long[i] = float64(i%7) / 3
	}
	return func(yield func(string, trajectory.DataFrame) bool) {
		_ = yield("data_frame", trajectory.DataFrame{Index: []string{"", "N.", "ß"}, Columns: labels, Values: cells, IndexName: "N.", ColumnsName: "ß"}) &&
			yield("data_frame_of_numbers", trajectory.DataFrame{Index: []float64{math.NaN(), math.Inf(1), 0}, Columns: []int64{-1}, Values: []any{[]float64{1, math.NaN(), math.Copysign(0, -1)}}}) &&
			yield("data_frame_long", trajectory.DataFrame{Index: long, Columns: []float64{1.5, 0}, Values: []any{long, make([]int64, len(long))}}) &&
			yield("data_frame_without_rows", trajectory.DataFrame{Index: []string{}, Columns: []string{"a", "b"}, Values: []any{[]float64{}, []bool{}}}) &&
			yield("data_frame_without_columns", trajectory.DataFrame{Index: []int64{1, 2}, Columns: []string{}}) &&
			yield("data_frame_of_nothing", trajectory.DataFrame{Index: []float64{}, Columns: []int64{}})
	}
}

// last is the last element of a flat slice, as a slice of one.
func last(all any) any {
	switch v := all.(type) {
	case []bool:
		return v[len(v)-1:]
	case []int8:
		return v[len(v)-1:]
	case []int16:
		return v[len(v)-1:]
	case []int32:
		return v[len(v)-1:]
	case []int64:
		return v[len(v)-1:]
	case []uint8:
		return v[len(v)-1:]
	case []uint16:
		return v[len(v)-1:]
	case []uint32:
		return v[len(v)-1:]
	case []uint64:
		return v[len(v)-1:]
	case []float32:
		return v[len(v)-1:]
	case []float64:
		return v[len(v)-1:]
	case []complex64:
		return v[len(v)-1:]
	case []complex128:
		return v[len(v)-1:]
	case []string:
		return v[len(v)-1:]
	}
	panic(fmt.Sprintf("storetest: no slice of values: %T", all))
}

func dims(shape []int) string {
	if len(shape) == 0 {
		return "0dim"
	}
	var parts []string
	for _, s := range shape {
		parts = append(parts, fmt.Sprint(s))
	}
	return strings.Join(parts, "x")
}

// notes are annotations of every kind that the tree can have.
func notes() []trajectory.Item {
	return []trajectory.Item{
		{Name: "array", Data: array(trajectory.NDArray, trajectory.Float64, []float64{1, math.NaN(), -0.5}, 3)},
		{Name: "flag", Data: scalar(trajectory.Bool, []bool{true})},
		{Name: "order", Data: scalar(trajectory.Int, []int64{0})},
		{Name: "ratio", Data: scalar(trajectory.Float, []float64{0.1})},
		{Name: "unit", Data: scalar(trajectory.Str, []string{"µS"})},
	}
}

// born is a time with no more than microseconds, which every format can keep.
var born = time.Date(2026, 11, 20, 3, 4, 5, 678_901_000, time.UTC)

func header(name string) trajectory.Header {
	return trajectory.Header{
		Name: name, Comment: "a comment with ß", Time: born, Seed: math.MaxUint64 - 3, Length: 4,
		Explored: []string{"parameters.model.tau", "parameters.model.R_ee"}, Version: "galvani-test",
	}
}

// parameter is a leaf as the tree writes it.
func parameter(name string, value float64, explored ...float64) trajectory.Record {
	r := trajectory.Record{Name: name, Leaf: true, Class: "Parameter", Items: []trajectory.Item{
		{Name: "data", Data: table(column("data", array(trajectory.Scalar, trajectory.Float, []float64{value}, 1)))},
	}}
	if len(explored) > 0 {
		r.Items = append(r.Items, trajectory.Item{Name: "explored_data", Data: table(column("data", array(trajectory.Scalar, trajectory.Float, explored, len(explored))))})
	}
	return r
}

func result(name string, value float64) trajectory.Record {
	_, last, _ := strings.Cut(name, ".")
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		last = name[i+1:]
	}
	return trajectory.Record{Name: name, Leaf: true, Class: "Result", Items: []trajectory.Item{{Name: last, Data: scalar(trajectory.Float, []float64{value})}}}
}

// tree is a small trajectory in the order in which a reader yields it.
func tree() []trajectory.Record {
	tau := parameter("parameters.model.tau", 10, 1, 2, 3, 4)
	tau.Comment, tau.Annotations = "membrane time constant", notes()
	return []trajectory.Record{
		{Name: "", Comment: "a comment with ß", Annotations: notes()[:2]},
		{Name: "config"},
		{Name: "config.empty", Comment: "no children"},
		{Name: "parameters"},
		{Name: "parameters.model", Comment: "group with ünicode", Annotations: notes()},
		parameter("parameters.model.R_ee", 1, 1, 1.2, 1.4, 1.5999999999999999),
		parameter("parameters.model.mu-2", 3),
		tau,
		parameter("parameters.model.tau_e", 15),
		{Name: "parameters.tau", Link: "parameters.model.tau"},
		{Name: "results"},
		{Name: "results.empty", Leaf: true, Class: "Result"},
		{Name: "results.own", Class: "OwnGroup"},
		{Name: "results.runs"},
		{Name: "results.runs.run_00000000"},
		result("results.runs.run_00000000.z", 0.5),
		{Name: "results.runs.run_00000003"},
		{Name: "results.runs.run_00000003.deep"},
		result("results.runs.run_00000003.deep.z", -0.5),
	}
}

func rows() []trajectory.RunInfo {
	return []trajectory.RunInfo{
		{Index: 0, State: trajectory.Done, Seed: 1 << 63, Summary: "tau: 1.0", Start: born, Finish: born.Add(1500 * time.Millisecond), Host: "one"},
		{Index: 1, State: trajectory.Failed, Seed: 2, Attempt: 3, Error: "it bröke: \"so\"", Stack: "line 1\nline 2\n", Summary: strings.Repeat("tau: 2.0,   ", 100), Start: born, Finish: born, Host: "two"},
		{Index: 2, State: trajectory.Pending},
		{Index: 3, State: trajectory.Cancelled, Seed: 4, Start: born},
	}
}
