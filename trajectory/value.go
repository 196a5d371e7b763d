package trajectory

import (
	"fmt"
	"math"
	"reflect"
	"slices"
)

// Array is an n-dimensional array in row-major order. Its elements are any of
// Go's booleans, numbers or strings. A slice is the short form of an array of
// one dimension (but []byte is a string of bytes: a numeric one is
// Array[uint8]).
type Array[T any] struct {
	Shape []int
	Data  []T
}

// MatrixOf is an array that numpy's matrix class held; only read from files of
// others.
type MatrixOf[T any] struct {
	Shape []int
	Data  []T
}

// ListOf is stored as Python's list, which pypet tells from an array.
type ListOf[T any] []T

// TupleOf is stored as Python's tuple.
type TupleOf[T any] []T

// Frame is a table: named columns of equal length, in order.
type Frame []FrameColumn

// FrameColumn is a column of a [Frame]: a slice with a scalar per row, or an
// [Array] whose first dimension counts the rows.
type FrameColumn struct {
	Name   string
	Values any
}

// encoder is implemented by the value types of this package.
type encoder interface{ encode() (Data, error) }

// Encode makes the neutral form of a Go value; the value is copied. Supported
// are bool, all integers, floats and complex numbers, string, []byte, slices
// of them, [Array], [ListOf], [TupleOf], [Frame], [DataFrame], [Sparse], [JSON], and map[string]any of these.
// A [Data] stands for itself. Anything else is an error that wraps [ErrType].
func Encode(value any) (Data, error) {
	switch v := value.(type) {
	case bool:
		return scalar(Bool, []bool{v}), nil
	case int:
		return scalar(Int, []int64{int64(v)}), nil
	case int8:
		return scalar(Int8, []int8{v}), nil
	case int16:
		return scalar(Int16, []int16{v}), nil
	case int32:
		return scalar(Int32, []int32{v}), nil
	case int64:
		return scalar(Int64, []int64{v}), nil
	case uint:
		return scalar(Uint64, []uint64{uint64(v)}), nil
	case uint8:
		return scalar(Uint8, []uint8{v}), nil
	case uint16:
		return scalar(Uint16, []uint16{v}), nil
	case uint32:
		return scalar(Uint32, []uint32{v}), nil
	case uint64:
		return scalar(Uint64, []uint64{v}), nil
	case float32:
		return scalar(Float32, []float32{v}), nil
	case float64:
		return scalar(Float, []float64{v}), nil
	case complex64:
		return scalar(Complex64, []complex64{v}), nil
	case complex128:
		return scalar(Complex, []complex128{v}), nil
	case string:
		return scalar(Str, []string{v}), nil
	case []byte:
		return scalar(Bytes, []string{string(v)}), nil
	case map[string]any:
		return encodeDict(v, 0)
	case encoder:
		return v.encode()
	case Sparse:
		return encodeSparse(v)
	case Data:
		return v, v.check()
	case nil:
		return Data{}, fmt.Errorf("trajectory: a value is nil: %w", ErrType)
	}
	typ, values, n := flatten(value)
	if typ == "" {
		return Data{}, fmt.Errorf("trajectory: a value of type %T cannot be stored (use a Go scalar, string, slice, Array, ListOf, TupleOf, Frame, DataFrame or map[string]any, or pass a Kind for it): %w", value, ErrType)
	}
	return Data{Coll: NDArray, Type: numpyType(typ), Shape: []int{n}, Values: values}, nil
}

func scalar(t Type, values any) Data { return Data{Coll: Scalar, Type: t, Values: values} }

// numpyType is the element type of an array where Python's own number types
// do not exist.
func numpyType(t Type) Type {
	switch t {
	case Int:
		return Int64
	case Float:
		return Float64
	case Complex:
		return Complex128
	}
	return t
}

// flatten copies a slice into the form of Data.Values and names its Python
// type; it returns "" for what is not supported.
func flatten(slice any) (Type, any, int) {
	switch s := slice.(type) {
	case []bool:
		return Bool, copied(s), len(s)
	case []int:
		return Int, converted[int64](s), len(s)
	case []int8:
		return Int8, copied(s), len(s)
	case []int16:
		return Int16, copied(s), len(s)
	case []int32:
		return Int32, copied(s), len(s)
	case []int64:
		return Int64, copied(s), len(s)
	case []uint:
		return Uint64, converted[uint64](s), len(s)
	case []uint8:
		return Uint8, copied(s), len(s)
	case []uint16:
		return Uint16, copied(s), len(s)
	case []uint32:
		return Uint32, copied(s), len(s)
	case []uint64:
		return Uint64, copied(s), len(s)
	case []float32:
		return Float32, copied(s), len(s)
	case []float64:
		return Float, copied(s), len(s)
	case []complex64:
		return Complex64, copied(s), len(s)
	case []complex128:
		return Complex, copied(s), len(s)
	case []string:
		return Str, copied(s), len(s)
	case [][]byte:
		out := make([]string, len(s))
		for i, b := range s {
			out[i] = string(b)
		}
		return Bytes, out, len(s)
	}
	return "", nil, 0
}

func copied[T any](s []T) []T { return append(make([]T, 0, len(s)), s...) }

func converted[U, T ~int | ~uint | ~int64 | ~uint64](s []T) []U {
	out := make([]U, len(s))
	for i, v := range s {
		out[i] = U(v)
	}
	return out
}

func encodeShaped[T any](coll Coll, shape []int, data []T) (Data, error) {
	typ, values, n := flatten(data)
	if typ == "" {
		return Data{}, fmt.Errorf("trajectory: elements of type %T cannot be stored: %w", *new(T), ErrType)
	}
	want, err := Elements(shape)
	if err != nil {
		return Data{}, err
	}
	if want != n {
		return Data{}, fmt.Errorf("trajectory: an array of shape %v needs %d elements and has %d: %w", shape, want, n, ErrType)
	}
	if coll == NDArray || coll == Matrix {
		typ = numpyType(typ)
	}
	return Data{Coll: coll, Type: typ, Shape: append([]int{}, shape...), Values: values}, nil
}

func (a Array[T]) encode() (Data, error)    { return encodeShaped(NDArray, a.Shape, a.Data) }
func (m MatrixOf[T]) encode() (Data, error) { return encodeShaped(Matrix, m.Shape, m.Data) }
func (l ListOf[T]) encode() (Data, error)   { return encodeShaped(List, []int{len(l)}, []T(l)) }
func (t TupleOf[T]) encode() (Data, error)  { return encodeShaped(Tuple, []int{len(t)}, []T(t)) }

func (f Frame) encode() (Data, error) {
	d := Data{Coll: Table}
	for _, c := range f {
		e, err := Encode(c.Values)
		if err != nil {
			return Data{}, fmt.Errorf("trajectory: column %q: %w", c.Name, err)
		}
		if e.Coll != NDArray || len(e.Shape) == 0 {
			return Data{}, fmt.Errorf("trajectory: column %q of a table holds a %T (want a slice with a value per row, or an Array): %w", c.Name, c.Values, ErrType)
		}
		if len(e.Shape) == 1 {
			// The cells are scalars, which are Python's own where Go's are.
			e.Coll = Scalar
			if typ, _, _ := flatten(c.Values); typ != "" {
				e.Type = typ
			}
		}
		d.Columns = append(d.Columns, Column{Name: c.Name, Data: e})
	}
	return d, d.check()
}

func encodeDict(m map[string]any, depth int) (Data, error) {
	if depth > maxNesting {
		return Data{}, fmt.Errorf("trajectory: a map holds maps that are nested deeper than %d: %w", maxNesting, ErrType)
	}
	if len(m) == 0 {
		return Data{Coll: EmptyDict}, nil
	}
	d := Data{Coll: Dict}
	for _, k := range sortedKeys(m) {
		v, err := m[k], error(nil)
		if !isPlain(v) {
			v, err = plain(reflect.ValueOf(v))
		}
		var e Data
		if inner, ok := v.(map[string]any); ok {
			e, err = encodeDict(inner, depth+1)
		} else if err == nil {
			e, err = Encode(v)
		}
		if err != nil {
			return Data{}, fmt.Errorf("trajectory: key %q: %w", k, err)
		}
		if e.Coll == Table {
			return Data{}, fmt.Errorf("trajectory: key %q: a map cannot hold a table: %w", k, ErrType)
		}
		d.Columns = append(d.Columns, Column{Name: k, Data: e})
	}
	return d, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Decode makes the Go value that a Data stands for; it is the reverse of
// [Encode]. The value may share memory with d. A []int comes back as []int64:
// numpy knows no other. What Go has no type for comes back as the Data itself.
func Decode(d Data) (any, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	switch d.Coll {
	case EmptyDict:
		return map[string]any{}, nil
	case Dict:
		if j, ok := asJSON(d); ok {
			return j, nil
		}
		if text, ok := asSparse(d); ok {
			return parseSparse(text)
		}
		if f, ok := d.DataFrame(); ok {
			return f, nil
		}
		m := make(map[string]any, len(d.Columns))
		for _, c := range d.Columns {
			v, err := Decode(c.Data)
			if err != nil {
				return nil, fmt.Errorf("trajectory: key %q: %w", c.Name, err)
			}
			m[c.Name] = v
		}
		return m, nil
	case Table:
		f := make(Frame, len(d.Columns))
		for i, c := range d.Columns {
			e := c.Data
			if len(e.Shape) == 1 && e.Coll == Scalar && e.Type != Uint8 {
				f[i] = FrameColumn{Name: c.Name, Values: natural(e)}
				continue
			}
			e.Coll = NDArray
			v, err := Decode(e)
			if err != nil {
				return nil, fmt.Errorf("trajectory: column %q: %w", c.Name, err)
			}
			f[i] = FrameColumn{Name: c.Name, Values: v}
		}
		return f, nil
	}
	switch v := d.Values.(type) {
	case []bool:
		return shaped(d, v), nil
	case []int8:
		return shaped(d, v), nil
	case []int16:
		return shaped(d, v), nil
	case []int32:
		return shaped(d, v), nil
	case []int64:
		if d.Type == Int && d.Coll != NDArray && d.Coll != Matrix {
			return shaped(d, converted[int](v)), nil
		}
		return shaped(d, v), nil
	case []uint8:
		return shaped(d, v), nil
	case []uint16:
		return shaped(d, v), nil
	case []uint32:
		return shaped(d, v), nil
	case []uint64:
		return shaped(d, v), nil
	case []float32:
		return shaped(d, v), nil
	case []float64:
		return shaped(d, v), nil
	case []complex64:
		return shaped(d, v), nil
	case []complex128:
		return shaped(d, v), nil
	case []string:
		if d.Type == Bytes {
			raw := make([][]byte, len(v))
			for i, s := range v {
				raw[i] = []byte(s)
			}
			return shaped(d, raw), nil
		}
		return shaped(d, v), nil
	}
	return d, nil
}

// natural is the slice of a table column's scalar cells with Go's int where
// the file says Python's.
func natural(d Data) any {
	switch v := d.Values.(type) {
	case []int64:
		if d.Type == Int {
			return converted[int](v)
		}
	case []string:
		if d.Type == Bytes {
			raw := make([][]byte, len(v))
			for i, s := range v {
				raw[i] = []byte(s)
			}
			return raw
		}
	}
	return d.Values
}

// shaped dresses checked elements as the Go value of their collection type.
func shaped[T any](d Data, v []T) any {
	switch d.Coll {
	case Scalar:
		if d.Shape == nil {
			return v[0]
		}
	case List:
		if len(d.Shape) == 1 {
			return ListOf[T](v)
		}
	case Tuple:
		if len(d.Shape) == 1 {
			return TupleOf[T](v)
		}
	case NDArray:
		// A []uint8 would be a string of bytes.
		if len(d.Shape) == 1 && d.Type != Uint8 {
			return v
		}
		return Array[T]{Shape: d.Shape, Data: v}
	case Matrix:
		return MatrixOf[T]{Shape: d.Shape, Data: v}
	}
	return d
}

// length is that of a flat slice, if it is of the Go type that belongs to an
// element type.
func (t Type) length(values any) (int, bool) {
	switch v := values.(type) {
	case []bool:
		return len(v), t == Bool || t == BoolNP
	case []int8:
		return len(v), t == Int8
	case []int16:
		return len(v), t == Int16
	case []int32:
		return len(v), t == Int32
	case []int64:
		return len(v), t == Int || t == Int64
	case []uint8:
		return len(v), t == Uint8
	case []uint16:
		return len(v), t == Uint16
	case []uint32:
		return len(v), t == Uint32
	case []uint64:
		return len(v), t == Uint64
	case []float32:
		return len(v), t == Float32
	case []float64:
		return len(v), t == Float || t == Float64
	case []complex64:
		return len(v), t == Complex64
	case []complex128:
		return len(v), t == Complex || t == Complex128
	case []string:
		return len(v), t == Str || t == Bytes
	}
	return 0, false
}

// maxNesting bounds how deep dicts hold dicts.
const maxNesting = 32

// Check tells whether d is well formed: collection and element types are
// known, Values is the slice that belongs to Type and as long as Shape says, the
// columns of a table have distinct names and equally many rows.
func (d Data) Check() error { return d.check() }

func (d Data) check() error { return d.checkDepth(0) }

func (d Data) checkDepth(depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("trajectory: a value is nested deeper than %d: %w", maxNesting, ErrType)
	}
	switch d.Coll {
	case EmptyDict:
		return nil
	case Dict:
		return d.checkColumns(depth, func(c Column) error {
			if c.Data.Coll == Table {
				return fmt.Errorf("trajectory: key %q of a dict holds a table: %w", c.Name, ErrType)
			}
			return nil
		})
	case Table:
		rows := -1
		return d.checkColumns(depth, func(c Column) error {
			switch c.Data.Coll {
			case Scalar, List, Tuple, NDArray, Matrix:
			default:
				return fmt.Errorf("trajectory: column %q of a table has cells of collection type %q: %w", c.Name, c.Data.Coll, ErrType)
			}
			if len(c.Data.Shape) == 0 {
				return fmt.Errorf("trajectory: column %q of a table has no rows dimension: %w", c.Name, ErrType)
			}
			if rows >= 0 && c.Data.Shape[0] != rows {
				return fmt.Errorf("trajectory: column %q of a table has %d rows, the one before %d: %w", c.Name, c.Data.Shape[0], rows, ErrType)
			}
			rows = c.Data.Shape[0]
			return nil
		})
	case Scalar, List, Tuple, NDArray, Matrix:
	default:
		// What a store found and cannot read is passed on as one text of bytes.
		if d.Type != Bytes || d.Shape != nil || d.Coll == "" {
			return fmt.Errorf("trajectory: unknown collection type %q: %w", d.Coll, ErrType)
		}
	}
	n, ok := d.Type.length(d.Values)
	if !ok {
		return fmt.Errorf("trajectory: elements of type %q are held as %T: %w", d.Type, d.Values, ErrType)
	}
	want, err := Elements(d.Shape)
	if err != nil {
		return err
	}
	if want != n {
		return fmt.Errorf("trajectory: shape %v needs %d elements, there are %d: %w", d.Shape, want, n, ErrType)
	}
	return nil
}

func (d Data) checkColumns(depth int, each func(Column) error) error {
	seen := make(map[string]bool, len(d.Columns))
	for _, c := range d.Columns {
		if seen[c.Name] {
			return fmt.Errorf("trajectory: two columns are called %q: %w", c.Name, ErrType)
		}
		seen[c.Name] = true
		if err := each(c); err != nil {
			return err
		}
		if err := c.Data.checkDepth(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// Equal tells whether two Data are the same to the bit: equal types and
// shapes, and floats that have the same bits (so NaN equals itself and 0 is not -0).
func (d Data) Equal(e Data) bool {
	if d.Coll != e.Coll || d.Type != e.Type || len(d.Columns) != len(e.Columns) ||
		(d.Shape == nil) != (e.Shape == nil) || !slices.Equal(d.Shape, e.Shape) {
		return false
	}
	for i, c := range d.Columns {
		if c.Name != e.Columns[i].Name || !c.Data.Equal(e.Columns[i].Data) {
			return false
		}
	}
	return equalValues(d.Values, e.Values)
}

// hash is the same for data that are equal, and seldom for others.
func (d Data) hash() uint64 {
	h := mix64(uint64(len(d.Shape)))
	for _, n := range d.Shape {
		h = mix64(h ^ uint64(n))
	}
	switch v := d.Values.(type) {
	case []float64:
		for _, x := range v {
			h = mix64(h ^ math.Float64bits(x))
		}
	case []float32:
		for _, x := range v {
			h = mix64(h ^ uint64(math.Float32bits(x)))
		}
	case []complex128:
		for _, x := range v {
			h = mix64(mix64(h^math.Float64bits(real(x))) ^ math.Float64bits(imag(x)))
		}
	case []complex64:
		for _, x := range v {
			h = mix64(mix64(h^uint64(math.Float32bits(real(x)))) ^ uint64(math.Float32bits(imag(x))))
		}
	case []int64:
		for _, x := range v {
			h = mix64(h ^ uint64(x))
		}
	default: // equal values have equal texts
		for _, c := range []byte(exactText(d)) {
			h = mix64(h ^ uint64(c))
		}
	}
	for _, c := range d.Columns {
		h = mix64(h ^ c.Data.hash())
	}
	return h
}

func equalValues(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case []float64:
		b, ok := b.([]float64)
		return ok && slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
	case []float32:
		b, ok := b.([]float32)
		return ok && slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
	case []complex128:
		b, ok := b.([]complex128)
		return ok && slices.EqualFunc(a, b, func(x, y complex128) bool {
			return math.Float64bits(real(x)) == math.Float64bits(real(y)) && math.Float64bits(imag(x)) == math.Float64bits(imag(y))
		})
	case []complex64:
		b, ok := b.([]complex64)
		return ok && slices.EqualFunc(a, b, func(x, y complex64) bool {
			return math.Float32bits(real(x)) == math.Float32bits(real(y)) && math.Float32bits(imag(x)) == math.Float32bits(imag(y))
		})
	case []bool:
		return same(a, b)
	case []int8:
		return same(a, b)
	case []int16:
		return same(a, b)
	case []int32:
		return same(a, b)
	case []int64:
		return same(a, b)
	case []uint8:
		return same(a, b)
	case []uint16:
		return same(a, b)
	case []uint32:
		return same(a, b)
	case []uint64:
		return same(a, b)
	case []string:
		return same(a, b)
	}
	return false
}

func same[T comparable](a []T, b any) bool {
	c, ok := b.([]T)
	return ok && slices.Equal(a, c)
}

// EqualItems tells whether two lists of items are the same to the bit.
func EqualItems(a, b []Item) bool {
	return slices.EqualFunc(a, b, func(x, y Item) bool { return x.Name == y.Name && x.Data.Equal(y.Data) })
}

// Equal tells whether two records are the same to the bit.
func (r Record) Equal(s Record) bool {
	return r.Name == s.Name && r.Leaf == s.Leaf && r.Class == s.Class && r.Comment == s.Comment && r.Link == s.Link &&
		EqualItems(r.Annotations, s.Annotations) && EqualItems(r.Items, s.Items)
}

// sliceValues is the part [lo, hi) of a flat slice.
func sliceValues(values any, lo, hi int) any {
	switch v := values.(type) {
	case []bool:
		return v[lo:hi:hi]
	case []int8:
		return v[lo:hi:hi]
	case []int16:
		return v[lo:hi:hi]
	case []int32:
		return v[lo:hi:hi]
	case []int64:
		return v[lo:hi:hi]
	case []uint8:
		return v[lo:hi:hi]
	case []uint16:
		return v[lo:hi:hi]
	case []uint32:
		return v[lo:hi:hi]
	case []uint64:
		return v[lo:hi:hi]
	case []float32:
		return v[lo:hi:hi]
	case []float64:
		return v[lo:hi:hi]
	case []complex64:
		return v[lo:hi:hi]
	case []complex128:
		return v[lo:hi:hi]
	case []string:
		return v[lo:hi:hi]
	}
	return nil
}

// appendValues appends the elements of b to those of a, which may be nil; both
// hold the same type.
func appendValues(a, b any) any {
	switch b := b.(type) {
	case []bool:
		return joined(a, b)
	case []int8:
		return joined(a, b)
	case []int16:
		return joined(a, b)
	case []int32:
		return joined(a, b)
	case []int64:
		return joined(a, b)
	case []uint8:
		return joined(a, b)
	case []uint16:
		return joined(a, b)
	case []uint32:
		return joined(a, b)
	case []uint64:
		return joined(a, b)
	case []float32:
		return joined(a, b)
	case []float64:
		return joined(a, b)
	case []complex64:
		return joined(a, b)
	case []complex128:
		return joined(a, b)
	case []string:
		return joined(a, b)
	}
	return a
}

func joined[T any](a any, b []T) any {
	s, _ := a.([]T)
	return append(s, b...)
}

// cell is row i of a table column as a value of its own.
func (d Data) cell(i int) Data {
	width := 1
	for _, s := range d.Shape[1:] {
		width *= s
	}
	c := Data{Coll: d.Coll, Type: d.Type, Values: sliceValues(d.Values, i*width, (i+1)*width)}
	if d.Coll != Scalar || len(d.Shape) > 1 {
		c.Shape = d.Shape[1:]
	}
	return c
}
