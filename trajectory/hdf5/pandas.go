//go:build cgo

package hdf5

// #include "shim.h"
import "C"

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"gonum.org/v1/hdf5"

	"galvani/trajectory"
)

// A DataFrame is stored in the fixed format of pandas: a group with the labels in the arrays axis0
// (columns) and axis1 (rows), and the columns of each element type as the rows of an array
// block0_values, with their labels in block0_items.

// kindOf is what pandas calls labels of a type.
var kindOf = map[trajectory.Type]string{trajectory.Int64: "integer", trajectory.Float64: "float", trajectory.Str: "string"}

// dataFrame writes f, which d stands for.
func (o *output) dataFrame(group id, name string, f trajectory.DataFrame, d trajectory.Data) error {
	index, columns, values := d.Columns[1].Data, d.Columns[2].Data, d.Columns[3:]
	g, err := createGroup(group, name, true)
	if err != nil {
		return err
	}
	defer closeID(g)
	texts := [][2]string{
		{attrStore, string(Frame)}, {"pandas_type", "frame"}, {"pandas_version", "0.15.2"}, {"encoding", "UTF-8"}, {"errors", "strict"},
		{"axis0_variety", "regular"}, {"axis1_variety", "regular"},
	}
	if err := o.labels(g, "axis0", columns, f.ColumnsName); err != nil {
		return err
	}
	if err := o.labels(g, "axis1", index, f.IndexName); err != nil {
		return err
	}
	var types []trajectory.Type // of the blocks
	for _, c := range values {
		if !slices.Contains(types, c.Data.Type) {
			types = append(types, c.Data.Type)
		}
	}
	for i, t := range types {
		items := trajectory.Data{Coll: columns.Coll, Type: columns.Type}
		block := trajectory.Data{Coll: trajectory.NDArray, Type: t}
		n := 0
		for j, c := range values {
			if c.Data.Type == t {
				items.Values = joined(items.Values, columns.Values, j, j+1)
				block.Values = joined(block.Values, c.Data.Values, 0, index.Shape[0])
				n++
			}
		}
		items.Shape, block.Shape = []int{n}, []int{n, index.Shape[0]}
		key := fmt.Sprintf("block%d_", i)
		texts = append(texts, [2]string{key + "items_variety", "regular"})
		if err := o.labels(g, key+"items", items, f.ColumnsName); err != nil {
			return err
		}
		if err := o.pandasArray(g, key+"values", block, nil); err != nil {
			return err
		}
	}
	for _, a := range texts {
		if err := setText(g, a[0], a[1]); err != nil {
			return err
		}
	}
	for name, n := range map[string]int{"ndim": 2, "nblocks": len(types)} {
		if err := setInt(g, name, n); err != nil {
			return err
		}
	}
	return nil
}

// labels writes an index of pandas.
func (o *output) labels(group id, key string, d trajectory.Data, name string) error {
	return o.pandasArray(group, key, d, func(x id) error {
		if err := setText(x, "kind", kindOf[d.Type]); err != nil {
			return err
		}
		if name == "" {
			return setTextAs(x, "name", pickledNone, false)
		}
		return setText(x, "name", name)
	})
}

const pickledNone = "N."

// pandasArray writes an array and attributes beside it. For one without elements pandas has another, which
// says what it stands for.
func (o *output) pandasArray(group id, key string, d trajectory.Data, label func(id) error) error {
	stored := d
	n, _ := trajectory.Elements(d.Shape)
	if n == 0 {
		stored = trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Float64, Values: []float64{0}}
		for range d.Shape {
			stored.Shape = append(stored.Shape, 1)
		}
	}
	if err := o.value(group, key, stored, false); err != nil {
		return err
	}
	x, err := open(group, key)
	if err != nil {
		return err
	}
	defer closeID(x.id)
	if label != nil {
		if err := label(x.id); err != nil {
			return err
		}
	}
	if n > 0 {
		return nil
	}
	shape := "(" // a tuple of these numbers, pickled
	for _, n := range d.Shape {
		shape += fmt.Sprintf("I%d\n", n)
	}
	if err := setTextAs(x.id, "shape", shape+"tp0\n.", false); err != nil {
		return err
	}
	typ := string(d.Type)
	if d.Type == trajectory.Str {
		typ = "object"
	}
	return setText(x.id, "value_type", typ)
}

// joined appends the part [lo, hi) of a slice to another of its type, or to nil.
func joined(to, from any, lo, hi int) any {
	part := reflect.ValueOf(from).Slice(lo, hi)
	if to == nil {
		to = reflect.Zero(part.Type()).Interface()
	}
	return reflect.AppendSlice(reflect.ValueOf(to), part).Interface()
}

// setInt writes an attribute that is a number.
func setInt(x id, name string, n int) error {
	v := int64(n)
	if C.shim_set_attribute(x, cstring(name), id(hdf5.T_NATIVE_INT64.ID()), -1, nil, unsafe.Pointer(&v)) < 0 {
		return failure("cannot write the attribute %q", name)
	}
	return nil
}

// readDataFrame reads a frame in the fixed format of pandas. The error is an unsupportedError if a
// DataFrame cannot hold it.
func readDataFrame(group id, a attributes) (trajectory.Data, error) {
	none := trajectory.Data{}
	blocks, ndim := a.number("nblocks"), a.number("ndim")
	if a.text("pandas_type") != "frame" || ndim != 2 || blocks < 0 {
		return none, &unsupportedError{"a frame of another format"}
	}
	columns, columnsName, err := readLabels(group, a, "axis0")
	if err != nil {
		return none, err
	}
	index, indexName, err := readLabels(group, a, "axis1")
	if err != nil {
		return none, err
	}
	f := trajectory.DataFrame{Index: index, IndexName: indexName, Columns: columns, ColumnsName: columnsName}
	f.Values = make([]any, columns.Shape[0])
	at := map[any]int{}
	for i, x := range elementsOf(columns) {
		at[x] = i
	}
	for i := range blocks {
		key := fmt.Sprintf("block%d_", i)
		items, _, err := readLabels(group, a, key+"items")
		if err != nil {
			return none, err
		}
		values, err := readBlock(group, a, key+"values", items.Shape[0], index.Shape[0])
		if err != nil {
			return none, err
		}
		for k, x := range elementsOf(items) {
			place, ok := at[x]
			if !ok {
				return none, &unsupportedError{"a block of other columns"}
			}
			f.Values[place] = values[k]
		}
	}
	d, err := trajectory.Encode(f)
	if err != nil {
		return none, &unsupportedError{err.Error()}
	}
	return d, nil
}

// elementsOf yields the elements of labels.
func elementsOf(labels trajectory.Data) iter.Seq2[int, any] {
	return func(yield func(int, any) bool) {
		v := reflect.ValueOf(labels.Values)
		for i := range v.Len() {
			if !yield(i, v.Index(i).Interface()) {
				return
			}
		}
	}
}

// readPandasArray reads an array of a frame with its attributes; empty is the type of one without elements.
func readPandasArray(group id, a attributes, key string, use func(c content, x attributes, empty trajectory.Type) error) error {
	kind, err := linkKind(group, key)
	if err != nil {
		return err
	}
	if kind != 'h' {
		return &unsupportedError{"a frame without " + key}
	}
	o, err := open(group, key)
	if err != nil {
		return err
	}
	defer closeID(o.id)
	x, err := attributesOf(o.id, a.fileSize)
	if err != nil {
		return err
	}
	empty := trajectory.Type("")
	if x.has("shape") {
		if empty = typeOf(x.text("value_type")); x.text("value_type") == "object" {
			empty = trajectory.Str
		}
	}
	if o.kind != datasetObject || x.has("value_type") && empty == "" || x.has("index_class") || x.has("freq") || x.has("tz") {
		return &unsupportedError{"a frame with something else for " + key}
	}
	c, err := source{id: o.id, fileSize: a.fileSize}.content()
	if err == nil {
		err = x.verify(attrSum, c.raw)
	}
	if err != nil {
		return err
	}
	return use(c, x, empty)
}

// readLabels reads an index of pandas and its name.
func readLabels(group id, a attributes, key string) (labels trajectory.Data, name string, err error) {
	if a.text(key+"_variety") != "regular" {
		return labels, "", &unsupportedError{"a frame with more than one level of labels"}
	}
	err = readPandasArray(group, a, key, func(c content, x attributes, empty trajectory.Type) error {
		if empty != "" {
			labels = noElements(empty)
		} else if labels, err = c.value(); err != nil {
			return err
		}
		if labels.Type == trajectory.Bytes {
			labels.Type = trajectory.Str
		}
		if labels.Coll != trajectory.NDArray || len(labels.Shape) != 1 || kindOf[labels.Type] == "" || kindOf[labels.Type] != x.text("kind") {
			return &unsupportedError{"labels of other types"}
		}
		if !x.has("name") {
			return nil
		}
		n, err := x.content("name")
		if err != nil {
			return err
		}
		if name = x.text("name"); name == pickledNone && !n.utf8 {
			name = ""
		} else if name == "" || n.class != classString || strings.HasSuffix(name, ".") && !n.utf8 {
			return &unsupportedError{"labels whose name is no text"}
		}
		return nil
	})
	return labels, name, err
}

// readBlock reads the values of n columns with a number of rows.
func readBlock(group id, a attributes, key string, n, rows int) (values []trajectory.Data, err error) {
	err = readPandasArray(group, a, key, func(c content, x attributes, empty trajectory.Type) error {
		values = make([]trajectory.Data, n)
		if empty != "" && n*rows == 0 {
			for k := range values {
				values[k] = noElements(empty)
			}
			return nil
		}
		shape, first, stride := []int{n, rows}, rows*c.size, c.size
		if x.flag("transposed") {
			shape, first, stride = []int{rows, n}, c.size, n*c.size
		}
		if empty != "" || !slices.Equal(c.shape, shape) || c.texts != nil {
			return &unsupportedError{"a block of another shape"}
		}
		for k := range values {
			kind, inner, v, err := c.elements(c.raw, k*first, stride, rows)
			if err != nil {
				return err
			}
			if inner != nil {
				return &unsupportedError{"a block of arrays"}
			}
			values[k] = trajectory.Data{Coll: trajectory.NDArray, Type: kind, Shape: []int{rows}, Values: v}
		}
		return nil
	})
	return values, err
}

// noElements is an array without elements.
func noElements(t trajectory.Type) trajectory.Data {
	d := trajectory.Data{Coll: trajectory.NDArray, Type: t, Shape: []int{0}}
	switch t {
	case trajectory.Float32:
		d.Values = []float32{}
	case trajectory.Float, trajectory.Float64:
		d.Type, d.Values = trajectory.Float64, []float64{}
	case trajectory.Str:
		d.Values = []string{}
	default:
		d.Values, d.Type = convert([]int64{}, trajectory.Int64, t)
	}
	return d
}

// number is an attribute that is one, -1 if there is none.
func (a attributes) number(name string) int {
	if a.has(name) {
		if d, err := a.value(name); err == nil && d.Shape == nil {
			if n, ok := asInt64(d.Values); ok && len(n) == 1 {
				return int(n[0])
			}
		}
	}
	return -1
}
