package trajectory

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DataFrame is a table of numbers with labels, which pypet and pandas read as a DataFrame. A [Frame], by
// contrast, is pypet's ObjectTable: columns of any type, called by texts, rows without labels.
//
//	trajectory.DataFrame{
//		Index: []float64{0, 0.01, 0.02}, Columns: []string{"slow", "fast"}, // 3 rows, 2 columns
//		Values: []any{[]float64{0, 34, 84}, []int64{0, 32, 69}},            // by column
//	}
//
// Frames of pandas whose labels or cells are of other types stay what only Python can read.
type DataFrame struct {
	Index       any    // a label for each row: []int, []int64, []float64 or []string
	Columns     any    // a label for each column, of the same types, all different
	Values      []any  // for each column a slice of numbers or booleans with one for each row (bytes: Array[uint8])
	IndexName   string // what the labels of the rows are; "" says nothing
	ColumnsName string
}

// A DataFrame is stored as a dict: its mark with the two names, the labels, and the columns by their numbers.
const (
	frameMark    = "__frame__"
	frameIndex   = "index"
	frameColumns = "columns"
	frameHead    = 3 // of these
)

// encode makes a dict of it.
func (f DataFrame) encode() (Data, error) {
	d := Data{Coll: Dict, Columns: []Column{
		{Name: frameMark, Data: Data{Coll: List, Type: Str, Shape: []int{2}, Values: []string{f.IndexName, f.ColumnsName}}},
	}}
	add := func(name string, values any) error {
		e, err := Encode(values)
		if err != nil {
			return fmt.Errorf("trajectory: a DataFrame's %s: %w", name, err)
		}
		d.Columns = append(d.Columns, Column{Name: name, Data: e})
		return nil
	}
	if err := add(frameIndex, f.Index); err != nil {
		return Data{}, err
	}
	if err := add(frameColumns, f.Columns); err != nil {
		return Data{}, err
	}
	for i, v := range f.Values {
		if err := add(strconv.Itoa(i), v); err != nil {
			return Data{}, err
		}
	}
	return d, d.checkFrame()
}

// checkFrame tells whether a dict is a DataFrame.
func (d Data) checkFrame() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("trajectory: a DataFrame %s: %w", fmt.Sprintf(format, args...), ErrType)
	}
	if d.Coll != Dict || len(d.Columns) < frameHead || d.Columns[0].Name != frameMark ||
		d.Columns[1].Name != frameIndex || d.Columns[2].Name != frameColumns {
		return bad("has a mark, an index and columns")
	}
	names := d.Columns[0].Data
	if texts, ok := names.Values.([]string); !ok || len(texts) != 2 || !plainTexts(texts) {
		return bad("has two names, which are texts without NUL")
	}
	index, columns := d.Columns[1].Data, d.Columns[2].Data
	for _, labels := range []Data{index, columns} {
		if labels.Coll != NDArray || len(labels.Shape) != 1 {
			return bad("has a list of labels for its rows and one for its columns, not a %s of shape %v", labels.Coll, labels.Shape)
		}
		texts, ok := labels.Values.([]string)
		switch {
		case ok && labels.Type == Str && plainTexts(texts), labels.Type == Int64, labels.Type == Float64:
		default:
			return bad("has labels of type %s (want int64, float64 or texts without NUL)", labels.Type)
		}
	}
	if !distinct(columns) {
		return bad("has columns with the same label or NaN")
	}
	if columns.Shape[0] != len(d.Columns)-frameHead {
		return bad("has %d columns and %d labels for them", len(d.Columns)-frameHead, columns.Shape[0])
	}
	for i, c := range d.Columns[frameHead:] {
		switch c.Data.Type {
		case Str, Bytes, Complex64, Complex128, "":
			return bad("has %s in column %d (want numbers or booleans)", c.Data.Type, i)
		}
		if c.Name != strconv.Itoa(i) || c.Data.Coll != NDArray || len(c.Data.Shape) != 1 || c.Data.Shape[0] != index.Shape[0] {
			return bad("has %v values in column %d and %d labels for them", c.Data.Shape, i, index.Shape[0])
		}
	}
	return nil
}

// plainTexts tells whether Python gets texts as they are.
func plainTexts(texts []string) bool {
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			return false
		}
	}
	return true
}

// distinct tells whether no label stands twice; NaN is none.
func distinct(labels Data) bool {
	seen := make(map[any]bool, labels.Shape[0])
	v := reflect.ValueOf(labels.Values)
	for i := range v.Len() {
		x := v.Index(i).Interface()
		if seen[x] {
			return false
		}
		if seen[x] = true; !seen[x] {
			return false // NaN
		}
	}
	return true
}

// DataFrame is the [DataFrame] that d stands for, if it stands for one.
func (d Data) DataFrame() (f DataFrame, ok bool) {
	if d.Coll != Dict || len(d.Columns) == 0 || d.Columns[0].Name != frameMark || d.check() != nil || d.checkFrame() != nil {
		return f, false
	}
	values := func(i int) any {
		v, _ := Decode(d.Columns[i].Data)
		return v
	}
	names := d.Columns[0].Data.Values.([]string)
	f = DataFrame{Index: values(1), Columns: values(2), Values: []any{}, IndexName: names[0], ColumnsName: names[1]}
	for i := range d.Columns[frameHead:] {
		f.Values = append(f.Values, values(frameHead+i))
	}
	return f, true
}
