//go:build cgo

package hdf5

import (
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
	"unsafe"

	"gonum.org/v1/hdf5"

	"galvani/trajectory"
)

// array is data as libhdf5 takes it.
type array struct {
	kind    trajectory.Type
	size    int     // bytes of one element
	n       int     // number of elements
	raw     []byte  // n elements
	lengths []int64 // of strings, if one of them ends with a NUL byte
}

// encode checks d.Values against d.Type and d.Shape and looks at them as bytes, without
// copying numbers.
func encode(d trajectory.Data) (array, error) {
	n, err := trajectory.Elements(d.Shape)
	if err != nil {
		return array{}, err
	}
	a := array{kind: d.Type, n: n}
	got := -1
	switch d.Type {
	case trajectory.Bool, trajectory.BoolNP:
		a.raw, got = view[bool](d.Values)
	case trajectory.Int, trajectory.Int64:
		a.raw, got = view[int64](d.Values)
	case trajectory.Int8:
		a.raw, got = view[int8](d.Values)
	case trajectory.Int16:
		a.raw, got = view[int16](d.Values)
	case trajectory.Int32:
		a.raw, got = view[int32](d.Values)
	case trajectory.Uint8:
		a.raw, got = view[uint8](d.Values)
	case trajectory.Uint16:
		a.raw, got = view[uint16](d.Values)
	case trajectory.Uint32:
		a.raw, got = view[uint32](d.Values)
	case trajectory.Uint64:
		a.raw, got = view[uint64](d.Values)
	case trajectory.Float, trajectory.Float64:
		a.raw, got = view[float64](d.Values)
	case trajectory.Float32:
		a.raw, got = view[float32](d.Values)
	case trajectory.Complex, trajectory.Complex128:
		a.raw, got = view[complex128](d.Values)
	case trajectory.Complex64:
		a.raw, got = view[complex64](d.Values)
	case trajectory.Str, trajectory.Bytes:
		if s, ok := d.Values.([]string); ok {
			got = len(s)
			a.pack(s, 1)
		}
	default:
		return a, fmt.Errorf("hdf5: element type %q is not known: %w", d.Type, trajectory.ErrType)
	}
	if got < 0 {
		return a, fmt.Errorf("hdf5: values of type %T cannot be elements of type %q: %w", d.Values, d.Type, trajectory.ErrType)
	}
	if got != n {
		return a, fmt.Errorf("hdf5: %d values, but shape %v has %d: %w", got, d.Shape, n, trajectory.ErrType)
	}
	if a.size == 0 {
		a.size = sizeOf(d.Type)
	}
	return a, nil
}

// sizeOf is the size of a number or boolean in a file.
func sizeOf(t trajectory.Type) int {
	switch t {
	case trajectory.Bool, trajectory.BoolNP, trajectory.Int8, trajectory.Uint8:
		return 1
	case trajectory.Int16, trajectory.Uint16:
		return 2
	case trajectory.Int32, trajectory.Uint32, trajectory.Float32:
		return 4
	case trajectory.Complex, trajectory.Complex128:
		return 16
	}
	return 8
}

// view looks at a slice as bytes; -1 elements if it is no slice of T.
func view[T any](values any) ([]byte, int) {
	v, ok := values.([]T)
	if !ok {
		return nil, -1
	}
	if len(v) == 0 {
		return nil, 0
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0]))), len(v)
}

// pack lays strings out with a fixed length of at least smallest bytes.
func (a *array) pack(s []string, smallest int) {
	a.size = smallest
	ragged := false
	a.lengths = nil
	for _, t := range s {
		a.size = max(a.size, len(t))
		ragged = ragged || strings.HasSuffix(t, "\x00")
	}
	a.raw = make([]byte, a.size*len(s))
	for i, t := range s {
		copy(a.raw[i*a.size:], t)
	}
	if ragged {
		for _, t := range s {
			a.lengths = append(a.lengths, int64(len(t)))
		}
	}
}

// types makes the datatypes of a file and remembers them.
type types struct {
	made map[typeKey]*hdf5.Datatype
}

type typeKey struct {
	kind trajectory.Type
	size int
}

// element is the datatype of one element; size matters for strings.
func (t *types) element(kind trajectory.Type, size int) (*hdf5.Datatype, error) {
	switch kind {
	case trajectory.Bool, trajectory.BoolNP:
		return hdf5.T_NATIVE_B8, nil // as PyTables
	case trajectory.Int8:
		return hdf5.T_NATIVE_INT8, nil
	case trajectory.Int16:
		return hdf5.T_NATIVE_INT16, nil
	case trajectory.Int32:
		return hdf5.T_NATIVE_INT32, nil
	case trajectory.Int, trajectory.Int64:
		return hdf5.T_NATIVE_INT64, nil
	case trajectory.Uint8:
		return hdf5.T_NATIVE_UINT8, nil
	case trajectory.Uint16:
		return hdf5.T_NATIVE_UINT16, nil
	case trajectory.Uint32:
		return hdf5.T_NATIVE_UINT32, nil
	case trajectory.Uint64:
		return hdf5.T_NATIVE_UINT64, nil
	case trajectory.Float32:
		return hdf5.T_NATIVE_FLOAT, nil
	case trajectory.Float, trajectory.Float64:
		return hdf5.T_NATIVE_DOUBLE, nil
	}
	key := typeKey{kind, size}
	if m, ok := t.made[key]; ok {
		return m, nil
	}
	m, err := t.make(kind, size)
	if err != nil {
		return nil, failure("cannot make the datatype of %q", kind)
	}
	if t.made == nil {
		t.made = map[typeKey]*hdf5.Datatype{}
	}
	t.made[key] = m
	return m, nil
}

func (t *types) make(kind trajectory.Type, size int) (*hdf5.Datatype, error) {
	if kind == trajectory.Str || kind == trajectory.Bytes {
		return hdf5.CreateDatatype(hdf5.T_STRING, size)
	}
	part := hdf5.T_NATIVE_DOUBLE
	if kind == trajectory.Complex64 {
		part = hdf5.T_NATIVE_FLOAT
	}
	c, err := hdf5.NewCompoundType(size)
	if err != nil {
		return nil, err
	}
	if err := c.Insert("r", 0, part); err != nil {
		return nil, err
	}
	if err := c.Insert("i", size/2, part); err != nil {
		return nil, err
	}
	return &c.Datatype, nil
}

// close frees the datatypes.
func (t *types) close() {
	for _, m := range t.made {
		_ = m.Close() // memory only
	}
	t.made = nil
}

// rows is a table as libhdf5 takes it.
type rows struct {
	n    int
	size int // bytes of one row
	raw  []byte
	cols []rowColumn
}

type rowColumn struct {
	name   string
	data   trajectory.Data
	array  array
	cell   []int // shape of one cell
	offset int
}

// pack interleaves columns into rows. asDict takes each column for one cell. Strings get the
// width asked for, or room to grow, since pypet appends to tables.
func pack(columns []trajectory.Column, asDict bool, widths map[string]int) (rows, error) {
	r := rows{n: 1}
	for i, c := range columns {
		col := rowColumn{name: c.Name, data: c.Data, cell: c.Data.Shape, offset: r.size}
		if !asDict {
			if len(c.Data.Shape) == 0 {
				return r, fmt.Errorf("hdf5: column %q has no rows (shape %v): %w", c.Name, c.Data.Shape, trajectory.ErrType)
			}
			if i > 0 && c.Data.Shape[0] != r.n {
				return r, fmt.Errorf("hdf5: column %q has %d rows, the first has %d: %w", c.Name, c.Data.Shape[0], r.n, trajectory.ErrType)
			}
			r.n, col.cell = c.Data.Shape[0], c.Data.Shape[1:]
		}
		var err error
		if col.array, err = encode(c.Data); err != nil {
			return r, fmt.Errorf("column %q: %w", c.Name, err)
		}
		if s, ok := c.Data.Values.([]string); ok && !asDict {
			width := widths[c.Name]
			if width == 0 {
				width = col.array.size * 3 / 2
			}
			col.array.pack(s, width)
		}
		r.size += col.bytes()
		r.cols = append(r.cols, col)
	}
	if len(r.cols) == 1 {
		r.raw = r.cols[0].array.raw
		return r, nil
	}
	r.raw = make([]byte, r.n*r.size)
	for _, col := range r.cols {
		bytes := col.bytes()
		for i := range r.n {
			copy(r.raw[i*r.size+col.offset:i*r.size+col.offset+bytes], col.array.raw[i*bytes:])
		}
	}
	return r, nil
}

// bytes is the size of one cell.
func (c *rowColumn) bytes() int {
	n := 1
	for _, s := range c.cell {
		n *= s
	}
	return n * c.array.size
}

// rowType makes the datatype of a row; the caller closes it.
func (t *types) rowType(r rows) (*hdf5.CompoundType, error) {
	c, err := hdf5.NewCompoundType(max(r.size, 1))
	if err != nil {
		return nil, failure("cannot make a row of %d bytes", r.size)
	}
	for _, col := range r.cols {
		if err := t.insert(c, col); err != nil {
			_ = c.Close()
			return nil, err
		}
	}
	return c, nil
}

func (t *types) insert(c *hdf5.CompoundType, col rowColumn) error {
	e, err := t.element(col.array.kind, col.array.size)
	if err != nil {
		return err
	}
	if len(col.cell) > 0 {
		a, err := hdf5.NewArrayType(e, col.cell)
		if err != nil {
			return failure("cannot make cells of shape %v for column %q", col.cell, col.name)
		}
		defer a.Close()
		e = &a.Datatype
	}
	if err := c.Insert(col.name, col.offset, e); err != nil {
		return failure("cannot add the column %q", col.name)
	}
	return nil
}

// target is the size of a chunk: large enough to be fast, small enough to read a part.
const target = 256 << 10

// chunk divides an array; the last dimensions stay whole as long as they fit.
func chunk(shape []int, size int) []int {
	c := make([]int, len(shape))
	room := max(1, target/size)
	for i := len(shape) - 1; i >= 0; i-- {
		c[i] = max(1, min(shape[i], room))
		room = max(1, room/c[i])
	}
	return c
}

// sampler tells from a sample whether deflate is worth its time. It keeps its compressor,
// which is large.
type sampler struct {
	flate *flate.Writer
	out   bytes.Buffer
}

// shrinks tries a part of the data. Noisy floats lose a tenth of their size at the
// price of the whole merge.
func (s *sampler) shrinks(raw []byte, size int) bool {
	const sample = 32 << 10
	if len(raw) > sample {
		start := (len(raw) - sample) / 2 / size * size
		raw = raw[start : start+sample/size*size]
	}
	n := len(raw) / size
	if n == 0 {
		return true // elements of more than the sample: most likely padded strings
	}
	shuffled := make([]byte, 0, len(raw))
	for b := range size {
		for i := range n {
			shuffled = append(shuffled, raw[i*size+b])
		}
	}
	s.out.Reset()
	if s.flate == nil {
		s.flate, _ = flate.NewWriter(&s.out, flate.BestSpeed) // fails on bad levels only
	} else {
		s.flate.Reset(&s.out)
	}
	if _, err := s.flate.Write(shuffled); err != nil || s.flate.Close() != nil {
		return false
	}
	return s.out.Len() < len(shuffled)*7/10
}
