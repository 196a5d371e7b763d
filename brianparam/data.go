package brianparam

import (
	"fmt"
	"reflect"

	"galvani/trajectory"
)

// scalar, list, array, column and table make stored values of Go ones.

func scalar[T any](typ trajectory.Type, v T) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Scalar, Type: typ, Values: []T{v}}
}

func text(s string) trajectory.Data { return scalar(trajectory.Str, s) }

func list[T any](typ trajectory.Type, v []T) trajectory.Data {
	return trajectory.Data{Coll: trajectory.List, Type: typ, Shape: []int{len(v)}, Values: v}
}

func array[T any](typ trajectory.Type, v []T, shape ...int) trajectory.Data {
	if shape == nil {
		shape = []int{len(v)}
	}
	return trajectory.Data{Coll: trajectory.NDArray, Type: typ, Shape: shape, Values: v}
}

func column[T any](name string, typ trajectory.Type, rows []T) trajectory.Column {
	return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: typ, Shape: []int{len(rows)}, Values: rows}}
}

func table(columns ...trajectory.Column) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Table, Columns: columns}
}

// cells returns a column of a table whose cells are scalars of the Go type T.
func cells[T any](d trajectory.Data, name string) ([]T, bool) {
	if d.Coll != trajectory.Table {
		return nil, false
	}
	for _, c := range d.Columns {
		if c.Name == name {
			return flat[T](c.Data, 1)
		}
	}
	return nil, false
}

// flat returns the elements of a value with the given number of dimensions, if they are
// of the Go type T and as many as the shape says.
func flat[T any](d trajectory.Data, dims int) ([]T, bool) {
	v, ok := d.Values.([]T)
	if !ok || len(d.Shape) != dims {
		return nil, false
	}
	n, err := trajectory.Elements(d.Shape)
	return v, err == nil && n == len(v)
}

// numbers is flat for any type of number, converted to float64 or int64.
func numbers[T float64 | int64 | int32](d trajectory.Data, dims int) ([]T, bool) {
	switch d.Values.(type) {
	case []T:
		return flat[T](d, dims)
	case []float64:
		return convert[float64, T](d, dims)
	case []float32:
		return convert[float32, T](d, dims)
	case []int64:
		return convert[int64, T](d, dims)
	case []int32:
		return convert[int32, T](d, dims)
	case []int16:
		return convert[int16, T](d, dims)
	case []int8:
		return convert[int8, T](d, dims)
	case []uint8:
		return convert[uint8, T](d, dims)
	case []uint16:
		return convert[uint16, T](d, dims)
	case []uint32:
		return convert[uint32, T](d, dims)
	}
	return nil, false
}

// convert fails if a number does not keep its value.
func convert[S float64 | float32 | int64 | int32 | int16 | int8 | uint8 | uint16 | uint32, T float64 | int64 | int32](d trajectory.Data, dims int) ([]T, bool) {
	v, ok := flat[S](d, dims)
	if !ok {
		return nil, false
	}
	out := make([]T, len(v))
	for i, x := range v {
		if out[i] = T(x); S(out[i]) != x && x == x {
			return nil, false
		}
	}
	return out, true
}

// rows returns the cells of a table's only column as Go values, one per row.
func rows(d trajectory.Data) ([]any, error) {
	if d.Coll != trajectory.Table || len(d.Columns) != 1 || len(d.Columns[0].Data.Shape) == 0 {
		return nil, fmt.Errorf("%w: not a table of one column", ErrFormat)
	}
	c := d.Columns[0].Data
	n, err := trajectory.Elements(c.Shape)
	values := reflect.ValueOf(c.Values)
	if err != nil || values.Kind() != reflect.Slice || values.Len() != n {
		return nil, fmt.Errorf("%w: a column that does not fill its shape %v", ErrFormat, c.Shape)
	}
	out := make([]any, c.Shape[0])
	for i := range out {
		size := n / len(out)
		cell := trajectory.Data{Coll: c.Coll, Type: c.Type, Values: values.Slice(i*size, (i+1)*size).Interface()}
		if len(c.Shape) > 1 {
			cell.Shape = c.Shape[1:]
		}
		if out[i], err = trajectory.Decode(cell); err != nil {
			return nil, err
		}
	}
	return out, nil
}
