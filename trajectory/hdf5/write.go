//go:build cgo

package hdf5

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf8"
	"unsafe"

	"gonum.org/v1/hdf5"

	"galvani/trajectory"
)

// output writes values into an open file.
type output struct {
	types
	sampler
	level int // as in Options
}

const (
	compactMax = 4 << 10  // bytes up to which an array lies in its own header
	headerMax  = 60 << 10 // bytes that a header has room for at most
	maxColumns = 512      // of one table, the limit of PyTables
	maxRank    = C.SHIM_MAX_RANK
)

// dataset makes and fills a dataset; the caller closes it. shape nil is a scalar.
func (o *output) dataset(group id, name string, t *hdf5.Datatype, shape []int, raw []byte, size int, table bool) (x id, chunked bool, err error) {
	if len(shape) > maxRank {
		return 0, false, fmt.Errorf("hdf5: %d dimensions, want at most %d: %w", len(shape), int(maxRank), trajectory.ErrType)
	}
	level := o.level
	switch {
	case level < 0 || len(raw) <= compactMax:
		level = 0
	case level == 0 && o.shrinks(raw, size):
		level = 1
	}
	// What is neither in its header nor in chunks has no checksum of HDF5's: only very long single texts.
	var chunks []C.hsize_t
	compact := false
	switch {
	case table:
		// Tables always grow, so that pypet can append.
		chunks = dims(chunk([]int{max(shape[0], 16)}, size))
	case len(shape) > 0 && len(raw) > compactMax:
		chunks = dims(chunk(shape, size))
	default:
		compact = 0 < len(raw) && len(raw) <= headerMax
	}
	var data unsafe.Pointer
	if len(raw) > 0 {
		data = unsafe.Pointer(&raw[0])
	}
	rank := C.int(len(shape))
	if shape == nil {
		rank = -1
	}
	x = C.shim_create(group, cstring(name), id(t.ID()), rank, first(dims(shape)), first(chunks), truth(table),
		truth(compact), C.int(level), data)
	if x < 0 {
		return 0, false, failure("cannot write %q", name)
	}
	return x, chunks != nil, nil
}

// sumMin is the size of attributes from which they have no checksum of HDF5's.
const sumMin = 4 << 10

// checksum is what is noted of data that HDF5 has no checksum for.
func checksum(raw []byte) int64 { return int64(crc32.Checksum(raw, crc32.MakeTable(crc32.Castagnoli))) }

// sum notes the checksum of data.
func (o *output) sum(x id, name string, raw []byte) error {
	return o.setLengths(x, name, []int64{checksum(raw), int64(len(raw))})
}

func truth(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

// item writes a value under a name; dots make nested groups, as pypet does.
func (o *output) item(group id, name string, d trajectory.Data, nested bool) error {
	parent, last, found := strings.Cut(name, ".")
	if !found {
		return o.value(group, name, d, nested)
	}
	kind, err := linkKind(group, parent)
	if err != nil {
		return err
	}
	var x id
	if kind == 0 {
		if x, err = createGroup(group, parent, true); err == nil {
			err = setText(x, attrStore, nestedGroup)
		}
	} else {
		var obj object
		if obj, err = open(group, parent); err == nil {
			if store, _ := text(obj.id, attrStore); obj.kind != groupObject || store != nestedGroup {
				err = fmt.Errorf("hdf5: %q is an item and the beginning of another's name", parent)
			}
		}
		x = obj.id
	}
	defer closeID(x)
	if err != nil {
		return err
	}
	return o.item(x, last, d, true)
}

// value writes one value; nested says that it is part of another or has dots in its name.
func (o *output) value(group id, name string, d trajectory.Data, nested bool) error {
	switch d.Coll {
	case trajectory.Table, trajectory.Dict:
		if f, ok := d.DataFrame(); ok {
			return o.dataFrame(group, name, f, d)
		}
		if !d.FitsTable(nested) {
			return o.gathered(group, name, d)
		}
		return o.table(group, name, d)
	case trajectory.EmptyDict:
		d = trajectory.Data{Coll: d.Coll, Type: trajectory.Int64, Shape: []int{0}, Values: []int64{}}
	case trajectory.Scalar:
		if len(d.Shape) != 0 {
			return fmt.Errorf("hdf5: a scalar has shape %v: %w", d.Shape, trajectory.ErrType)
		}
		d.Shape = nil
	case trajectory.List, trajectory.Tuple:
		if len(d.Shape) != 1 {
			return fmt.Errorf("hdf5: a list has shape %v: %w", d.Shape, trajectory.ErrType)
		}
	case trajectory.NDArray, trajectory.Matrix:
		if d.Shape == nil {
			d.Shape = []int{}
		}
	default:
		return fmt.Errorf("hdf5: a value of type %q cannot be written: %w", d.Coll, trajectory.ErrType)
	}
	a, err := encode(d)
	if err != nil {
		return err
	}
	t, err := o.element(a.kind, a.size)
	if err != nil {
		return err
	}
	x, chunked, err := o.dataset(group, name, t, d.Shape, a.raw, a.size, false)
	if err != nil {
		return err
	}
	defer closeID(x)
	store := "ARRAY"
	if chunked {
		store = "CARRAY"
	}
	if err := setText(x, attrStore, store); err != nil {
		return err
	}
	if len(a.raw) > headerMax && !chunked {
		if err := o.sum(x, attrSum, a.raw); err != nil {
			return err
		}
	}
	if d.Shape != nil && len(d.Shape) == 0 {
		// pypet cannot go on with an array without dimensions: for it, it is a scalar.
		if err := setText(x, attrOwnColl, string(d.Coll)); err != nil {
			return err
		}
		d.Coll = trajectory.Scalar
	}
	if err := setText(x, attrColl, string(d.Coll)); err != nil {
		return err
	}
	switch {
	case d.Coll == trajectory.EmptyDict:
	case d.Type == trajectory.Str && !isText(d):
		err = errors.Join(setText(x, attrScalar, string(trajectory.Bytes)), setText(x, attrType, string(d.Type)))
	case d.Coll == trajectory.Scalar, d.Coll == trajectory.List, d.Coll == trajectory.Tuple, d.Type == trajectory.Str:
		err = setText(x, attrScalar, string(d.Type))
	case d.Type != numpyType(d.Type):
		err = setText(x, attrType, string(d.Type))
	}
	if err == nil && a.lengths != nil {
		err = o.setLengths(x, attrLengths, a.lengths)
	}
	return err
}

// isText tells whether texts are UTF-8. pypet decodes what is called a text, and loads nothing at
// all if it cannot; what is not UTF-8 is bytes to it.
func isText(d trajectory.Data) bool {
	for _, s := range d.Values.([]string) {
		if !utf8.ValidString(s) {
			return false
		}
	}
	return true
}

// numpyType is the type that an array's elements have when nothing is said of them.
func numpyType(t trajectory.Type) trajectory.Type {
	switch t {
	case trajectory.Int:
		return trajectory.Int64
	case trajectory.Float:
		return trajectory.Float64
	case trajectory.Complex:
		return trajectory.Complex128
	case trajectory.BoolNP:
		return trajectory.Bool
	}
	return t
}

func (o *output) setLengths(x id, name string, lengths []int64) error {
	shape := dims([]int{len(lengths)})
	if C.shim_set_attribute(x, cstring(name), id(hdf5.T_NATIVE_INT64.ID()), 1, first(shape), unsafe.Pointer(&lengths[0])) < 0 {
		return failure("cannot write the attribute %q", name)
	}
	return nil
}

// table writes a table, or a dict as a table of one row.
func (o *output) table(group id, name string, d trajectory.Data) error {
	dict := d.Coll == trajectory.Dict
	if len(d.Columns) > maxColumns {
		return o.splitTable(group, name, d)
	}
	x, r, err := o.tableDataset(group, name, d.Columns, dict, nil)
	if err != nil {
		return err
	}
	defer closeID(x)
	store := "TABLE"
	if dict {
		store = "DICT"
		if err := setText(x, attrColl, string(trajectory.Dict)); err != nil {
			return err
		}
	}
	if err := setText(x, attrStore, store); err != nil {
		return err
	}
	return columnTypes(r, func(name, value string) error { return setText(x, name, value) }, func(name string, lengths []int64) error {
		return o.setLengths(x, name, lengths)
	})
}

// columnTypes says what the columns were.
func columnTypes(r rows, say func(name, value string) error, sayLengths func(string, []int64) error) error {
	for _, c := range r.cols {
		coll, err := c.data.Coll, error(nil)
		if len(c.cell) == 0 && coll != trajectory.Scalar {
			// pypet cannot go on with an array without dimensions: for it, it is a scalar.
			err = say(attrColumnType+c.name+"_COLL", string(coll))
			coll = trajectory.Scalar
		}
		if err := errors.Join(err, say(attrColumn+c.name+suffixColl, string(coll))); err != nil {
			return err
		}
		switch {
		case c.data.Type == trajectory.Str && !isText(c.data):
			err = errors.Join(say(attrColumn+c.name+suffixScalar, string(trajectory.Bytes)), say(attrColumnType+c.name+"_TYPE", string(c.data.Type)))
		case coll != trajectory.NDArray && coll != trajectory.Matrix, c.data.Type == trajectory.Str:
			err = say(attrColumn+c.name+suffixScalar, string(c.data.Type))
		case c.data.Type != numpyType(c.data.Type) || c.data.Type == trajectory.Bytes:
			err = say(attrColumnType+c.name+"_TYPE", string(c.data.Type))
		}
		if err == nil && c.array.lengths != nil {
			err = sayLengths(attrColumnType+c.name+"_LENGTHS", c.array.lengths)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *output) tableDataset(group id, name string, columns []trajectory.Column, dict bool, widths map[string]int) (id, rows, error) {
	r, err := pack(columns, dict, widths)
	if err != nil {
		return 0, r, err
	}
	t, err := o.rowType(r)
	if err != nil {
		return 0, r, err
	}
	defer t.Close()
	x, _, err := o.dataset(group, name, &t.Datatype, []int{r.n}, r.raw, max(r.size, 1), !dict)
	return x, r, err
}

// splitTable writes a table with more columns than PyTables allows as pypet does: several
// tables in a group and one more that says what the columns were.
func (o *output) splitTable(group id, name string, d trajectory.Data) error {
	dict := d.Coll == trajectory.Dict
	g, err := createGroup(group, name, true)
	if err != nil {
		return err
	}
	defer closeID(g)
	store := "TABLE"
	if dict {
		store = "DICT"
		if err := setText(g, attrColl, string(trajectory.Dict)); err != nil {
			return err
		}
	}
	if err := setText(g, attrStore, store); err != nil {
		return err
	}
	if err := setInt(g, attrSplit, 1); err != nil {
		return err
	}
	var names, values []string
	for part, columns := 0, d.Columns; len(columns) > 0; part++ {
		n := min(len(columns), maxColumns)
		partName := name
		if part > 0 {
			partName = fmt.Sprintf("%s_%d", name, part)
		}
		x, r, err := o.tableDataset(g, partName, columns[:n], dict, nil)
		if err != nil {
			return err
		}
		closeID(x)
		_ = columnTypes(r, func(name, value string) error {
			names, values = append(names, name), append(values, value)
			return nil
		}, func(string, []int64) error { return nil })
		columns = columns[n:]
	}
	x, _, err := o.tableDataset(g, name+"__"+attrStore, []trajectory.Column{
		textColumn("field_name", names), textColumn("data_type", values),
	}, false, nil)
	closeID(x)
	return err
}

func textColumn(name string, values []string) trajectory.Column {
	return trajectory.Column{Name: name, Data: trajectory.Data{
		Coll: trajectory.Scalar, Type: trajectory.Str, Shape: []int{len(values)}, Values: values,
	}}
}

func numberColumn[T any](name string, kind trajectory.Type, values []T) trajectory.Column {
	return trajectory.Column{Name: name, Data: trajectory.Data{
		Coll: trajectory.Scalar, Type: kind, Shape: []int{len(values)}, Values: values,
	}}
}

// gathered writes a dict or table that fits no table of PyTables, such as a dict in a
// dict: as a nested group, which pypet reads as several items.
func (o *output) gathered(group id, name string, d trajectory.Data) error {
	g, err := createGroup(group, name, true)
	if err != nil {
		return err
	}
	defer closeID(g)
	keys := make([]string, len(d.Columns))
	for i, c := range d.Columns {
		keys[i] = escape.Replace(c.Name)
	}
	for _, a := range [][2]string{{attrStore, nestedGroup}, {attrGathered, string(d.Coll)}, {attrKeys, strings.Join(keys, "/")}} {
		if err := setText(g, a[0], a[1]); err != nil {
			return err
		}
	}
	parts := trajectory.PartNames(d.Columns)
	for i, c := range d.Columns {
		value := c.Data
		if d.Coll == trajectory.Table && value.Coll != trajectory.Dict {
			value.Coll = trajectory.NDArray // all rows of a column; what a cell is comes below
		}
		if err := o.value(g, parts[i], value, true); err != nil {
			return fmt.Errorf("%q: %w", c.Name, err)
		}
		if value.Coll == c.Data.Coll {
			continue
		}
		if err := o.cellType(g, parts[i], c.Data); err != nil {
			return err
		}
	}
	return nil
}

// cellType notes at a column of a gathered table what one cell is.
func (o *output) cellType(group id, name string, d trajectory.Data) error {
	x, err := open(group, name)
	if err != nil {
		return err
	}
	defer closeID(x.id)
	return setText(x.id, attrCell, string(d.Coll))
}

// note writes an annotation.
func (o *output) note(x id, item trajectory.Item) error {
	name, d := attrAnnotation+item.Name, item.Data
	if item.Name == "" || strings.Contains(item.Name, "\x00") {
		return fmt.Errorf("hdf5: bad annotation name %q: %w", item.Name, trajectory.ErrName)
	}
	if d.Coll == Pickle {
		if s, ok := d.Values.([]string); ok && len(s) == 1 {
			return setTextAs(x, name, s[0], false)
		}
	}
	if d.Coll == trajectory.Scalar && (d.Type == trajectory.Str || d.Type == trajectory.Bytes) {
		return o.textNote(x, item)
	}
	switch d.Coll {
	case trajectory.Scalar, trajectory.List, trajectory.Tuple, trajectory.NDArray, trajectory.Matrix:
	default:
		return fmt.Errorf("hdf5: an annotation cannot be of type %q: %w", d.Coll, trajectory.ErrType)
	}
	if d.Coll == trajectory.Scalar {
		d.Shape = nil
	} else if d.Shape == nil {
		d.Shape = []int{}
	}
	a, err := encode(d)
	if err != nil {
		return err
	}
	if err := o.attribute(x, name, a, d.Shape); err != nil {
		return err
	}
	if a.lengths != nil {
		if err := o.setLengths(x, attrNote+item.Name+"_LENGTHS", a.lengths); err != nil {
			return err
		}
	}
	switch d.Coll {
	case trajectory.Scalar:
		if d.Type == trajectory.Int || d.Type == trajectory.Float || d.Type == trajectory.Bool || d.Type == trajectory.Complex {
			return nil
		}
	case trajectory.NDArray:
		if d.Type == numpyType(d.Type) && d.Type != trajectory.Str && len(d.Shape) > 0 {
			return nil
		}
	}
	return setText(x, attrNote+item.Name, string(d.Coll)+" "+string(d.Type))
}

// textNote writes an annotation that is one text or string of bytes.
func (o *output) textNote(x id, item trajectory.Item) error {
	name, d := attrAnnotation+item.Name, item.Data
	a, err := encode(d)
	if err != nil {
		return err
	}
	s := d.Values.([]string)[0]
	text := d.Type == trajectory.Str && isText(d)
	switch {
	case text || !strings.HasSuffix(s, "."):
		if err = setTextAs(x, name, s, text); err == nil && len(s) > sumMin {
			err = o.sum(x, attrSum+"_"+name, []byte(s))
		}
	default:
		// PyTables takes one ASCII string that ends with a full stop for a pickle, an array of one not.
		err = o.attribute(x, name, a, []int{1})
	}
	if err == nil && a.lengths != nil {
		err = o.setLengths(x, attrNote+item.Name+"_LENGTHS", a.lengths)
	}
	if err != nil || text {
		return err
	}
	return setText(x, attrNote+item.Name, string(d.Coll)+" "+string(d.Type))
}

// attribute writes an array, or a scalar if shape is nil.
func (o *output) attribute(x id, name string, a array, shape []int) error {
	t, err := o.element(a.kind, a.size)
	if err != nil {
		return err
	}
	data := unsafe.Pointer(first(a.raw))
	var none byte
	if data == nil {
		data = unsafe.Pointer(&none) // an empty array, not a null space
	}
	rank := C.int(len(shape))
	if shape == nil {
		rank = -1
	}
	if C.shim_set_attribute(x, cstring(name), id(t.ID()), rank, first(dims(shape)), data) < 0 {
		return failure("cannot write the attribute %q", name)
	}
	if len(a.raw) > sumMin {
		return o.sum(x, attrSum+"_"+name, a.raw)
	}
	return nil
}

// setFlag writes an attribute that is true, as PyTables writes a bool.
func setFlag(x id, name string) error {
	yes := byte(1)
	if C.shim_set_attribute(x, cstring(name), id(hdf5.T_NATIVE_B8.ID()), -1, nil, unsafe.Pointer(&yes)) < 0 {
		return failure("cannot write the attribute %q", name)
	}
	return nil
}
