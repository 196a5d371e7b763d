package brianparam

import (
	"errors"
	"fmt"
	"slices"

	"galvani/quantity"
	"galvani/trajectory"
)

// ErrFormat is wrapped by the errors about items that don't have the form that their
// class promises.
var ErrFormat = errors.New("brianparam: not the items of this class")

// The names in which pypet marks items that hold quantities.
const (
	mark    = "__brn2__"
	oldMark = "__brn__" // pypet before Brian 2: read, never written
)

// encodeParameter makes the items of a parameter: one row of unit and SI value,
// and the SI values of its range if it is explored.
func encodeParameter(value any, explored trajectory.Range) ([]trajectory.Item, error) {
	one, ok := arrayOf(value)
	if !ok {
		return nil, fmt.Errorf("brianparam: got a %T, want a quantity", value)
	}
	items := []trajectory.Item{{Name: "data" + mark, Data: table(
		column("unit", trajectory.Str, []string{one.Dimension.Brian()}), valueColumn(one.Shape, 1, one.Values),
	)}}
	if explored == nil {
		return items, nil
	}
	var values []float64
	for i := range explored.Len() {
		v, ok := arrayOf(explored.At(i))
		if !ok || v.Dimension != one.Dimension {
			return nil, fmt.Errorf("brianparam: value %d of the range, %v, does not have the dimension of the default, %v", i, explored.At(i), value)
		}
		if !slices.Equal(v.Shape, one.Shape) {
			return nil, fmt.Errorf("brianparam: value %d of the range has the shape %v, the default %v: %w", i, v.Shape, one.Shape, trajectory.ErrType)
		}
		values = append(values, v.Values...)
	}
	return append(items, trajectory.Item{Name: "explored_data" + mark, Data: table(valueColumn(one.Shape, explored.Len(), values))}), nil
}

// arrayOf is a quantity as an array without dimensions, or an array.
func arrayOf(value any) (a Array, ok bool) {
	switch v := value.(type) {
	case quantity.Quantity:
		return Array{Values: []float64{v.SI()}, Dimension: v.Dimension()}, true
	case Array:
		if v.Shape == nil {
			v.Shape = []int{len(v.Values)}
		}
		n, err := trajectory.Elements(v.Shape)
		return v, err == nil && n == len(v.Values) && n > 0
	}
	return a, false
}

// valueColumn has a cell of a shape, nil for numbers, in each of n rows.
func valueColumn(shape []int, n int, values []float64) trajectory.Column {
	if shape == nil {
		return column("value", trajectory.Float, values)
	}
	return trajectory.Column{Name: "value", Data: array(trajectory.Float64, values, append([]int{n}, shape...)...)}
}

// decodeParameter reads what encodeParameter wrote and the older forms. pypet
// files plain numbers and texts under this class too, in the items of an ordinary parameter; where
// it left both, a parameter that was a number once, the quantity counts.
func decodeParameter(items []trajectory.Item) (any, trajectory.Range, error) {
	for _, m := range []string{mark, oldMark} {
		data, ok := find(items, "data"+m)
		if !ok {
			continue
		}
		values, dim, err := quantities(data, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("data: %w", err)
		}
		data, ok = find(items, "explored_data"+m)
		if !ok {
			return only(values, nil)
		}
		explored, _, err := quantities(data, &dim)
		if err != nil {
			return nil, nil, fmt.Errorf("explored_data: %w", err)
		}
		return only(values, explored)
	}
	data, ok := find(items, "data")
	if !ok {
		return nil, nil, fmt.Errorf("%w: no item data%s", ErrFormat, mark)
	}
	values, err := rows(data)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	if data, ok = find(items, "explored_data"); !ok {
		return only(values, nil)
	}
	explored, err := rows(data)
	if err != nil {
		return nil, nil, fmt.Errorf("explored_data: %w", err)
	}
	return only(values, explored)
}

// only gives the one value of a parameter, and its range unless there is none.
func only(values, explored []any) (any, trajectory.Range, error) {
	if len(values) != 1 {
		return nil, nil, fmt.Errorf("%w: data has %d rows, want 1", ErrFormat, len(values))
	}
	if explored == nil {
		return values[0], nil, nil
	}
	return values[0], trajectory.Values(explored...), nil
}

// sameDimension tells whether b may be explored where a is the default.
func sameDimension(a, b any) bool {
	p, ok := arrayOf(a)
	q, ok2 := arrayOf(b)
	return ok && ok2 && p.Dimension == q.Dimension && slices.Equal(p.Shape, q.Shape)
}

// quantityText prints a value of a parameter.
func quantityText(value any) string {
	if q, ok := value.(quantity.Quantity); ok {
		return q.String()
	}
	return value.(Array).String()
}

// quantities reads the rows of a table: SI values in column value with the unit
// in column unit or given, or texts such as '12.0 * mV' in column data.
func quantities(d trajectory.Data, given *quantity.Dimension) ([]any, quantity.Dimension, error) {
	var dim quantity.Dimension
	if texts, ok := cells[string](d, "data"); ok {
		list := make([]any, len(texts))
		for i, text := range texts {
			q, err := quantity.Parse(text)
			if err != nil {
				return nil, dim, fmt.Errorf("%w: %w", ErrFormat, err)
			}
			if list[i] = q; i == 0 {
				dim = q.Dimension()
			}
		}
		return list, dim, nil
	}
	values, shape, n, ok := valueCells(d)
	if !ok {
		return nil, dim, fmt.Errorf("%w: no column value of floating-point numbers", ErrFormat)
	}
	if given != nil {
		dim = *given
	} else {
		units, ok := cells[string](d, "unit")
		if !ok || len(units) != n || n == 0 {
			return nil, dim, fmt.Errorf("%w: no column unit of the length of column value", ErrFormat)
		}
		for _, u := range units {
			if u != units[0] {
				return nil, dim, fmt.Errorf("%w: units %q and %q in one table", ErrFormat, units[0], u)
			}
		}
		var err error
		if dim, err = quantity.ParseBrian(units[0]); err != nil {
			return nil, dim, fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
	list := make([]any, n)
	for i := range list {
		if shape == nil {
			list[i] = quantity.New(values[i], dim)
			continue
		}
		size := len(values) / n
		list[i] = Array{Shape: shape, Values: values[i*size : (i+1)*size], Dimension: dim}
	}
	return list, dim, nil
}

// valueCells is the column value of a table of n rows; shape is nil for cells that are numbers.
func valueCells(d trajectory.Data) (values []float64, shape []int, n int, ok bool) {
	if d.Coll != trajectory.Table {
		return nil, nil, 0, false
	}
	for _, c := range d.Columns {
		if c.Name != "value" || len(c.Data.Shape) == 0 {
			continue
		}
		if len(c.Data.Shape) > 1 {
			shape = c.Data.Shape[1:]
		}
		values, ok = flat[float64](c.Data, len(c.Data.Shape))
		return values, shape, c.Data.Shape[0], ok
	}
	return nil, nil, 0, false
}

// find returns the item called name.
func find(items []trajectory.Item, name string) (trajectory.Data, bool) {
	i := slices.IndexFunc(items, func(it trajectory.Item) bool { return it.Name == name })
	if i < 0 {
		return trajectory.Data{}, false
	}
	return items[i].Data, true
}
