package brianparam

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// Array is many values of one dimension, as a parameter, a result or a named item of one.
type Array struct {
	Shape     []int     // row-major; nil means one dimension
	Values    []float64 // SI values
	Dimension quantity.Dimension
}

// String prints the SI values and their unit.
func (a Array) String() string {
	if a.Dimension.IsNone() {
		return fmt.Sprint(a.Values)
	}
	return fmt.Sprintf("%v %v", a.Values, a.Dimension)
}

// encodeResult makes the items of a result: for a quantity called k its SI value
// and its unit, k__brn2__value and k__brn2__unit, and everything else as it is.
func encodeResult(value any, _ trajectory.Range) ([]trajectory.Item, error) {
	named, ok := value.(trajectory.Items)
	if !ok {
		return nil, fmt.Errorf("brianparam: got a %T, want trajectory.Items", value)
	}
	var items []trajectory.Item
	for name, v := range sorted(named) {
		if strings.Contains(name, mark) {
			return nil, fmt.Errorf("brianparam: %w: item %q: %q marks quantities in the file and can't be part of a name", trajectory.ErrName, name, mark)
		}
		switch v := v.(type) {
		case quantity.Quantity:
			items = append(items, pair(name, scalar(trajectory.Float, v.SI()), v.Dimension())...)
		case Array:
			shape := v.Shape
			if shape == nil {
				shape = []int{len(v.Values)}
			}
			if n, err := trajectory.Elements(shape); err != nil || n != len(v.Values) {
				return nil, fmt.Errorf("brianparam: item %q: %d values don't fill the shape %v", name, len(v.Values), shape)
			}
			items = append(items, pair(name, array(trajectory.Float64, v.Values, shape...), v.Dimension)...)
		default:
			d, err := trajectory.Encode(v)
			if err != nil {
				return nil, fmt.Errorf("item %q: %w", name, err)
			}
			items = append(items, trajectory.Item{Name: name, Data: d})
		}
	}
	return items, nil
}

// errUnit is wrapped by the error about a unit whose dimension this program has no number for,
// such as volt**-4.73.
var errUnit = errors.New("unit")

// partsOf names what an item of a result may be stored in.
func partsOf(item string) []string {
	item, _, _ = strings.Cut(item, mark)
	item, _, _ = strings.Cut(item, oldMark)
	names := []string{item}
	for _, m := range []string{mark, oldMark} {
		names = append(names, item+m, item+m+"value", item+m+"unit")
	}
	return names
}

// decodeResult is the reverse of encodeResult. A quantity whose unit it cannot tell stays as it is stored: as two items.
func decodeResult(items []trajectory.Item) (any, trajectory.Range, error) {
	named := make(trajectory.Items, len(items))
	for _, it := range items {
		name, part, isPart := strings.Cut(it.Name, mark)
		if !isPart {
			name, part, isPart = strings.Cut(it.Name, oldMark)
		}
		switch {
		case !isPart:
			v, err := trajectory.Decode(it.Data)
			if err != nil {
				return nil, nil, fmt.Errorf("item %q: %w", it.Name, err)
			}
			named[name] = v
		case part == "unit":
			if _, ok := find(items, strings.TrimSuffix(it.Name, "unit")+"value"); !ok {
				return nil, nil, fmt.Errorf("%w: a unit of %q but no value", ErrFormat, name)
			}
		default: // "value"; the oldest files have a table or a text in an item of another name
			v, err := decodePair(items, it)
			if errors.Is(err, errUnit) {
				unit := strings.TrimSuffix(it.Name, "value") + "unit"
				text, _ := find(items, unit)
				if v, err = trajectory.Decode(it.Data); err == nil {
					named[unit], err = trajectory.Decode(text)
				}
				name = it.Name
			}
			if err != nil {
				return nil, nil, fmt.Errorf("item %q: %w", it.Name, err)
			}
			named[name] = v
		}
	}
	return named, nil, nil
}

// decodePair reads the quantity or array of which it is the value.
func decodePair(items []trajectory.Item, it trajectory.Item) (any, error) {
	stem, isValue := strings.CutSuffix(it.Name, "value")
	if !isValue {
		list, _, err := quantities(it.Data, nil)
		if err == nil && len(list) != 1 {
			err = fmt.Errorf("%w: %d rows, want 1", ErrFormat, len(list))
		}
		if err != nil {
			return nil, err
		}
		return list[0], nil
	}
	unit, _ := find(items, stem+"unit")
	units, ok := flat[string](unit, 0)
	if !ok {
		return nil, fmt.Errorf("%w: no unit beside it", ErrFormat)
	}
	dim, err := quantity.ParseBrian(units[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w: %w", ErrFormat, errUnit, err)
	}
	values, ok := numbers[float64](it.Data, len(it.Data.Shape))
	if !ok {
		return nil, fmt.Errorf("%w: not an array of numbers", ErrFormat)
	}
	if len(it.Data.Shape) == 0 {
		return quantity.New(values[0], dim), nil
	}
	return Array{Shape: it.Data.Shape, Values: values, Dimension: dim}, nil
}

// pair is what stands for a quantity in a result.
func pair(name string, value trajectory.Data, dim quantity.Dimension) []trajectory.Item {
	return []trajectory.Item{
		{Name: name + mark + "value", Data: value},
		{Name: name + mark + "unit", Data: text(dim.Brian())},
	}
}

// sorted yields items by name, so that files don't depend on the order of a map.
func sorted(items trajectory.Items) func(func(string, any) bool) {
	names := make([]string, 0, len(items))
	for name := range items {
		names = append(names, name)
	}
	slices.Sort(names)
	return func(yield func(string, any) bool) {
		for _, name := range names {
			if !yield(name, items[name]) {
				return
			}
		}
	}
}
