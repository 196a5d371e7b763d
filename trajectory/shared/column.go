package shared

import (
	"fmt"
	"slices"
	"unsafe"

	"galvani/internal/npz"
	"galvani/trajectory"
)

// A column holds some rows of one column of a table as flat slices, and moves them between
// files and Go structs.
type column interface {
	describe() Column
	// take appends the cell of the row at p; put sets it from row i.
	take(p unsafe.Pointer)
	put(i int, p unsafe.Pointer)
	// place says where in a row the cell lies.
	place(offset uintptr)
	// bytes is how much memory the rows take.
	bytes() int
	// reset forgets all rows.
	reset()
	// keep forgets the rows for which it is false.
	keep(rows []bool)
	write(w *npz.Writer, rows int) error
	// load appends rows lo to hi of a file that has rows rows.
	load(f *npz.File, lo, hi, rows int) error
	// values is all rows as a trajectory takes them, starts where the rows of a ragged column begin.
	values(rows int) (values any, starts []int64)
	// accept appends rows that values would give.
	accept(values any) error
}

// newColumn makes an empty column for a field.
func newColumn(f field) (column, error) {
	switch numpyType(f.Type) {
	case trajectory.Bool:
		return &cells[bool]{field: f}, nil
	case trajectory.Int8:
		return &cells[int8]{field: f}, nil
	case trajectory.Int16:
		return &cells[int16]{field: f}, nil
	case trajectory.Int32:
		return &cells[int32]{field: f}, nil
	case trajectory.Int64:
		return &cells[int64]{field: f}, nil
	case trajectory.Uint8:
		return &cells[uint8]{field: f}, nil
	case trajectory.Uint16:
		return &cells[uint16]{field: f}, nil
	case trajectory.Uint32:
		return &cells[uint32]{field: f}, nil
	case trajectory.Uint64:
		return &cells[uint64]{field: f}, nil
	case trajectory.Float32:
		return &cells[float32]{field: f}, nil
	case trajectory.Float64:
		return &cells[float64]{field: f}, nil
	case trajectory.Complex64:
		return &cells[complex64]{field: f}, nil
	case trajectory.Complex128:
		return &cells[complex128]{field: f}, nil
	case trajectory.Str:
		return &texts{cells[uint8]{field: field{Column{Name: f.Name, Type: f.Type, Ragged: true}, f.offset}}}, nil
	}
	return nil, fmt.Errorf("shared: column %q has type %q: %w", f.Name, f.Type, trajectory.ErrType)
}

func newColumns(fields []field) ([]column, error) {
	out := make([]column, len(fields))
	for i, f := range fields {
		var err error
		if out[i], err = newColumn(f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// cells is a column of numbers.
type cells[T any] struct {
	field
	data []T
	ends []int64 // of a ragged column: where each row ends in data
}

func (c *cells[T]) describe() Column { return c.Column }

func (c *cells[T]) take(p unsafe.Pointer) {
	p = unsafe.Add(p, c.offset)
	if !c.Ragged {
		c.data = append(c.data, unsafe.Slice((*T)(p), c.elements())...)
		return
	}
	c.data = append(c.data, *(*[]T)(p)...)
	c.ends = append(c.ends, int64(len(c.data)))
}

// row is the elements of a row.
func (c *cells[T]) row(i int) []T {
	if !c.Ragged {
		n := c.elements()
		return c.data[i*n : (i+1)*n : (i+1)*n]
	}
	start := int64(0)
	if i > 0 {
		start = c.ends[i-1]
	}
	return c.data[start:c.ends[i]:c.ends[i]]
}

func (c *cells[T]) place(offset uintptr) { c.offset = offset }

func (c *cells[T]) put(i int, p unsafe.Pointer) {
	p = unsafe.Add(p, c.offset)
	if c.Ragged {
		*(*[]T)(p) = slices.Clone(c.row(i)) // rows are their reader's
		return
	}
	copy(unsafe.Slice((*T)(p), c.elements()), c.row(i))
}

func (c *cells[T]) bytes() int {
	var one T
	return len(c.data)*int(unsafe.Sizeof(one)) + 8*len(c.ends)
}

func (c *cells[T]) reset() { c.data, c.ends = nil, nil }

func (c *cells[T]) keep(rows []bool) {
	kept := cells[T]{field: c.field}
	for i, yes := range rows {
		if yes {
			kept.data = append(kept.data, c.row(i)...)
			kept.ends = append(kept.ends, int64(len(kept.data)))
		}
	}
	c.data = kept.data
	if c.Ragged {
		c.ends = kept.ends
	}
}

// Where rows of a ragged column begin in the flat array of its name, and where the last ends.
const startsSuffix = ".starts"

func (c *cells[T]) starts() []int64 { return append([]int64{0}, c.ends...) }

func (c *cells[T]) write(w *npz.Writer, rows int) error {
	data := c.data
	if data == nil {
		data = []T{}
	}
	if !c.Ragged {
		return w.Write(c.Name, append([]int{rows}, c.Cell...), data)
	}
	if err := w.Write(c.Name, []int{len(data)}, data); err != nil {
		return err
	}
	return w.Write(c.Name+startsSuffix, []int{rows + 1}, c.starts())
}

func (c *cells[T]) load(f *npz.File, lo, hi, rows int) error {
	h, err := f.Header(c.Name)
	if err != nil {
		return err
	}
	if !c.Ragged {
		if want := append([]int{rows}, c.Cell...); !slices.Equal(h.Shape, want) {
			return fmt.Errorf("column %q has shape %v, want %v: %w", c.Name, h.Shape, want, npz.ErrFormat)
		}
		n := c.elements()
		data, err := readRange[T](f, c.Name, lo*n, hi*n)
		c.data = append(c.data, data...)
		return err
	}
	if s, err := f.Header(c.Name + startsSuffix); err != nil || len(h.Shape) != 1 || !slices.Equal(s.Shape, []int{rows + 1}) {
		return fmt.Errorf("column %q does not have %d rows: %w", c.Name, rows, npz.ErrFormat)
	}
	starts, err := readRange[int64](f, c.Name+startsSuffix, lo, hi+1)
	if err != nil {
		return err
	}
	if !slices.IsSorted(starts) || starts[0] < 0 || starts[len(starts)-1] > int64(h.Shape[0]) {
		return fmt.Errorf("column %q has rows that lie nowhere: %w", c.Name, npz.ErrFormat)
	}
	data, err := readRange[T](f, c.Name, int(starts[0]), int(starts[len(starts)-1]))
	if err != nil {
		return err
	}
	before := int64(len(c.data))
	c.data = append(c.data, data...)
	for _, s := range starts[1:] {
		c.ends = append(c.ends, before+s-starts[0])
	}
	return nil
}

func readRange[T any](f *npz.File, name string, lo, hi int) ([]T, error) {
	v, err := f.ReadRange(name, lo, hi)
	if err != nil {
		return nil, err
	}
	data, ok := v.([]T)
	if !ok {
		return nil, fmt.Errorf("column %q holds a %T, want a %T: %w", name, v, data, npz.ErrFormat)
	}
	return data, nil
}

func (c *cells[T]) values(rows int) (any, []int64) {
	data := c.data
	if data == nil {
		data = []T{}
	}
	if c.Ragged {
		return trajectory.Array[T]{Shape: []int{len(data)}, Data: data}, c.starts()
	}
	if c.Cell == nil {
		if ints, ok := any(data).([]int64); ok && c.Type == trajectory.Int {
			return convert[int](ints), nil
		}
		if c.Type != trajectory.Uint8 { // a []uint8 would be a text of bytes
			return data, nil
		}
	}
	return trajectory.Array[T]{Shape: append([]int{rows}, c.Cell...), Data: data}, nil
}

func convert[U, T int | int64 | uint | uint64](v []T) []U {
	out := make([]U, len(v))
	for i, x := range v {
		out[i] = U(x)
	}
	return out
}

func (c *cells[T]) accept(values any) error {
	var data any = values
	shape := []int{-1}
	switch v := values.(type) {
	case trajectory.Array[T]:
		data, shape = v.Data, v.Shape
	case []int:
		data = convert[int64](v)
	case []uint:
		data = convert[uint64](v)
	}
	flat, ok := data.([]T)
	if !ok || c.Ragged || len(shape) == 0 || !slices.Equal(shape[1:], c.Cell) {
		return fmt.Errorf("column %v cannot take a %T: %w", c.Column, values, trajectory.ErrType)
	}
	c.data = append(c.data, flat...)
	return nil
}

// texts is a column of strings: bytes with the place where each begins.
type texts struct{ cells[uint8] }

func (t *texts) describe() Column { return Column{Name: t.Name, Type: trajectory.Str} }

func (t *texts) take(p unsafe.Pointer) { t.add(*(*string)(unsafe.Add(p, t.offset))) }

func (t *texts) add(s string) {
	t.data = append(t.data, s...)
	t.ends = append(t.ends, int64(len(t.data)))
}

func (t *texts) put(i int, p unsafe.Pointer) {
	*(*string)(unsafe.Add(p, t.offset)) = string(t.row(i))
}

func (t *texts) values(rows int) (any, []int64) {
	out := make([]string, rows)
	for i := range out {
		out[i] = string(t.row(i))
	}
	return out, nil
}

func (t *texts) accept(values any) error {
	all, ok := values.([]string)
	if !ok {
		return fmt.Errorf("column %q holds texts and cannot take a %T: %w", t.Name, values, trajectory.ErrType)
	}
	for _, s := range all {
		t.add(s)
	}
	return nil
}
