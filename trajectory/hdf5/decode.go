//go:build cgo

package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"galvani/trajectory"
)

// elements takes n values of type t out of rows that are stride bytes apart, the first at
// offset. An array type gives several values a row; inner is then its shape.
func (t *fileType) elements(raw []byte, offset, stride, n int) (kind trajectory.Type, inner []int, values any, err error) {
	switch t.class {
	case classArray:
		per, err := trajectory.Elements(t.dims)
		if err != nil || per == 0 || t.super.size*per != t.size {
			return "", nil, nil, fmt.Errorf("hdf5: a column has cells of shape %v in %d bytes", t.dims, t.size)
		}
		if per != 1 || stride != t.size {
			// Make the cells one contiguous run of elements.
			packed := make([]byte, n*t.size)
			for i := range n {
				copy(packed[i*t.size:(i+1)*t.size], raw[i*stride+offset:])
			}
			raw, offset = packed, 0
		}
		kind, deeper, values, err := t.super.elements(raw, offset, t.super.size, n*per)
		return kind, append(append([]int{}, t.dims...), deeper...), values, err
	case classEnum:
		if t.boolean {
			return trajectory.Bool, nil, booleans(raw, offset, stride, n), nil
		}
		return t.super.elements(raw, offset, stride, n)
	case classBitfield:
		if t.size == 1 {
			return trajectory.Bool, nil, booleans(raw, offset, stride, n), nil
		}
		if t.plain {
			kind, values = t.integers(raw, offset, stride, n)
			return kind, nil, values, nil
		}
	case classInteger:
		if t.plain {
			kind, values = t.integers(raw, offset, stride, n)
			return kind, nil, values, nil
		}
	case classFloat:
		switch {
		case t.plain && t.size == 4:
			bits := words[uint32](raw, offset, stride, n, t.big)
			return trajectory.Float32, nil, reinterpret[float32](bits), nil
		case t.plain:
			bits := words[uint64](raw, offset, stride, n, t.big)
			return trajectory.Float64, nil, reinterpret[float64](bits), nil
		}
	case classString:
		if !t.variable {
			return trajectory.Bytes, nil, t.strings(raw, offset, stride, n), nil
		}
	case classOpaque:
		values := make([]string, n)
		for i := range values {
			at := i*stride + offset
			values[i] = string(raw[at : at+t.size])
		}
		return trajectory.Bytes, nil, values, nil
	case classCompound:
		if t.complex() {
			r, i := &t.members[0], &t.members[1]
			if r.size == 4 {
				re := reinterpret[float32](words[uint32](raw, offset+r.offset, stride, n, r.big))
				im := reinterpret[float32](words[uint32](raw, offset+i.offset, stride, n, r.big))
				values := make([]complex64, n)
				for k := range values {
					values[k] = complex(re[k], im[k])
				}
				return trajectory.Complex64, nil, values, nil
			}
			re := reinterpret[float64](words[uint64](raw, offset+r.offset, stride, n, r.big))
			im := reinterpret[float64](words[uint64](raw, offset+i.offset, stride, n, r.big))
			values := make([]complex128, n)
			for k := range values {
				values[k] = complex(re[k], im[k])
			}
			return trajectory.Complex128, nil, values, nil
		}
	}
	return "", nil, nil, &unsupportedError{t.String()}
}

// unsupportedError is a datatype that has no place in a trajectory.
type unsupportedError struct{ what string }

func (e *unsupportedError) Error() string { return "hdf5: cannot decode " + e.what }

// String names a type for messages.
func (t *fileType) String() string {
	names := map[int]string{
		classInteger: "integer", classFloat: "float", classString: "string", classBitfield: "bit field", classOpaque: "opaque",
		classCompound: "compound", classEnum: "enum", classArray: "array",
	}
	name := names[t.class]
	if name == "" {
		name = fmt.Sprintf("type class %d", t.class)
	}
	if t.variable {
		return "a column of strings of variable length"
	}
	return fmt.Sprintf("%s of %d bytes", name, t.size)
}

func (t *fileType) integers(raw []byte, offset, stride, n int) (trajectory.Type, any) {
	switch t.size {
	case 1:
		w := words[uint8](raw, offset, stride, n, false)
		if t.signed {
			return trajectory.Int8, reinterpret[int8](w)
		}
		return trajectory.Uint8, w
	case 2:
		w := words[uint16](raw, offset, stride, n, t.big)
		if t.signed {
			return trajectory.Int16, reinterpret[int16](w)
		}
		return trajectory.Uint16, w
	case 4:
		w := words[uint32](raw, offset, stride, n, t.big)
		if t.signed {
			return trajectory.Int32, reinterpret[int32](w)
		}
		return trajectory.Uint32, w
	}
	w := words[uint64](raw, offset, stride, n, t.big)
	if t.signed {
		return trajectory.Int64, reinterpret[int64](w)
	}
	return trajectory.Uint64, w
}

// strings cuts fixed-length strings at their padding. NUL bytes inside stay, as pickles have them.
func (t *fileType) strings(raw []byte, offset, stride, n int) []string {
	if n == 0 {
		return []string{}
	}
	pad := byte(0)
	if t.padSpace {
		pad = ' '
	}
	padding := bytes.Repeat([]byte{pad}, t.size)
	// One text for all: to make a string for each would take most of the time.
	var all []byte
	ends := make([]int, n)
	for i := range ends {
		at := i*stride + offset
		s := raw[at : at+t.size]
		if k := bytes.IndexByte(s, pad); k >= 0 && bytes.Equal(s[k:], padding[k:]) {
			s = s[:k] // as usual, and quickly: columns are much wider than most texts
		} else {
			s = bytes.TrimRight(s, string(pad))
		}
		all = append(all, s...)
		ends[i] = len(all)
	}
	text, begin := string(all), 0
	values := make([]string, n)
	for i, end := range ends {
		values[i], begin = text[begin:end], end
	}
	return values
}

func booleans(raw []byte, offset, stride, n int) []bool {
	values := make([]bool, n)
	for i := range values {
		values[i] = raw[i*stride+offset] != 0
	}
	return values
}

// words reads unsigned integers of either byte order.
func words[T uint8 | uint16 | uint32 | uint64](raw []byte, offset, stride, n int, big bool) []T {
	values := make([]T, n)
	if n == 0 {
		return values
	}
	size := int(unsafe.Sizeof(values[0]))
	nativeBig := binary.NativeEndian.Uint16([]byte{0, 1}) == 1
	if stride == size && big == nativeBig {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), n*size), raw[offset:offset+n*size])
		return values
	}
	for i := range values {
		b := raw[i*stride+offset:]
		switch {
		case size == 1:
			values[i] = T(b[0])
		case size == 2 && big:
			values[i] = T(binary.BigEndian.Uint16(b))
		case size == 2:
			values[i] = T(binary.LittleEndian.Uint16(b))
		case size == 4 && big:
			values[i] = T(binary.BigEndian.Uint32(b))
		case size == 4:
			values[i] = T(binary.LittleEndian.Uint32(b))
		case big:
			values[i] = T(binary.BigEndian.Uint64(b))
		default:
			values[i] = T(binary.LittleEndian.Uint64(b))
		}
	}
	return values
}

// reinterpret looks at words as another type of the same size.
func reinterpret[T, W any](w []W) []T {
	if len(w) == 0 {
		return []T{}
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&w[0])), len(w))
}

// convert gives values of type from the declared type, if that loses nothing; else they stay as they are.
func convert(values any, from, declared trajectory.Type) (any, trajectory.Type) {
	if from == declared || declared == "" {
		return values, from
	}
	switch declared {
	case trajectory.Bool, trajectory.BoolNP:
		if b, ok := values.([]bool); ok {
			return b, declared
		}
		if n, ok := asInt64(values); ok {
			b := make([]bool, len(n))
			for i, v := range n {
				if v != 0 && v != 1 {
					return values, from
				}
				b[i] = v == 1
			}
			return b, declared
		}
	case trajectory.Int, trajectory.Int64:
		if n, ok := asInt64(values); ok {
			return n, declared
		}
	case trajectory.Int8:
		return narrow[int8](values, from, declared)
	case trajectory.Int16:
		return narrow[int16](values, from, declared)
	case trajectory.Int32:
		return narrow[int32](values, from, declared)
	case trajectory.Uint8:
		return narrow[uint8](values, from, declared)
	case trajectory.Uint16:
		return narrow[uint16](values, from, declared)
	case trajectory.Uint32:
		return narrow[uint32](values, from, declared)
	case trajectory.Uint64:
		return narrow[uint64](values, from, declared)
	case trajectory.Float, trajectory.Float64:
		switch v := values.(type) {
		case []float64:
			return v, declared
		case []float32:
			f := make([]float64, len(v))
			for i, x := range v {
				f[i] = float64(x)
			}
			return f, declared
		}
	case trajectory.Complex, trajectory.Complex128:
		switch v := values.(type) {
		case []complex128:
			return v, declared
		case []complex64:
			c := make([]complex128, len(v))
			for i, x := range v {
				c[i] = complex128(x)
			}
			return c, declared
		}
	case trajectory.Str, trajectory.Bytes:
		if s, ok := values.([]string); ok {
			return s, declared
		}
	}
	return values, from
}

// asInt64 widens any integers that fit.
func asInt64(values any) ([]int64, bool) {
	switch v := values.(type) {
	case []int64:
		return v, true
	case []int8:
		return widen(v), true
	case []int16:
		return widen(v), true
	case []int32:
		return widen(v), true
	case []uint8:
		return widen(v), true
	case []uint16:
		return widen(v), true
	case []uint32:
		return widen(v), true
	case []uint64:
		for _, x := range v {
			if x > math.MaxInt64 {
				return nil, false
			}
		}
		return widen(v), true
	}
	return nil, false
}

func widen[T int8 | int16 | int32 | uint8 | uint16 | uint32 | uint64](v []T) []int64 {
	n := make([]int64, len(v))
	for i, x := range v {
		n[i] = int64(x)
	}
	return n
}

func narrow[T int8 | int16 | int32 | uint8 | uint16 | uint32 | uint64](values any, from, declared trajectory.Type) (any, trajectory.Type) {
	n, ok := asInt64(values)
	if !ok {
		return values, from
	}
	out := make([]T, len(n))
	for i, x := range n {
		out[i] = T(x)
		if int64(out[i]) != x || (x < 0) != (out[i] < 0) {
			return values, from
		}
	}
	return out, declared
}

// typeOf is the element type that pypet's name stands for; names of older versions are
// understood. It is empty for a name nobody knows.
func typeOf(name string) trajectory.Type {
	switch name {
	case "long", "int_":
		return trajectory.Int
	case "unicode", "unicode_", "str_":
		return trajectory.Str
	case "string_", "bytes_":
		return trajectory.Bytes
	case "float_":
		return trajectory.Float64
	case "complex_":
		return trajectory.Complex128
	}
	switch t := trajectory.Type(name); t {
	case trajectory.Bool, trajectory.BoolNP, trajectory.Int, trajectory.Int8, trajectory.Int16, trajectory.Int32, trajectory.Int64,
		trajectory.Uint8, trajectory.Uint16, trajectory.Uint32, trajectory.Uint64, trajectory.Float, trajectory.Float32, trajectory.Float64,
		trajectory.Complex, trajectory.Complex64, trajectory.Complex128, trajectory.Str, trajectory.Bytes:
		return t
	}
	return ""
}
