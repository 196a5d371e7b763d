package euler

import (
	"fmt"

	"galvani/trajectory"
)

// Function is the right-hand side of a differential equation, with its source code.
type Function struct {
	source string
	diff   func(v [3]float64, p map[string]float64) [3]float64
}

// String is the source code.
func (f Function) String() string { return f.source }

// Kind is the class of parameters that hold a Function. pypet's example calls it
// FunctionParameter.
func Kind() trajectory.Kind {
	return trajectory.Kind{
		Class:  "FunctionParameter",
		Match:  func(v any) bool { _, ok := v.(Function); return ok },
		Encode: encode,
		Decode: decode,
	}
}

// encode makes the item that pypet's Parameter has for a text.
func encode(value any, explored trajectory.Range) ([]trajectory.Item, error) {
	if explored != nil {
		return nil, fmt.Errorf("euler: functions cannot be explored: %w", trajectory.ErrType)
	}
	table, err := trajectory.Encode(trajectory.Frame{{Name: "data", Values: []string{value.(Function).source}}})
	return []trajectory.Item{{Name: "data", Data: table}}, err
}

// decode finds the function that has the source code of the file.
func decode(items []trajectory.Item) (any, trajectory.Range, error) {
	if len(items) == 1 && items[0].Name == "data" && len(items[0].Data.Columns) == 1 {
		if source, ok := items[0].Data.Columns[0].Data.Values.([]string); ok && len(source) == 1 {
			for _, f := range []Function{Lorenz(), Roessler()} {
				if f.source == source[0] {
					return f, nil, nil
				}
			}
			return nil, nil, fmt.Errorf("euler: the program that wrote this had another function: want the source of one of ours, got %.60q", source[0])
		}
	}
	return nil, nil, fmt.Errorf("euler: items of another class: want a text called data: %w", trajectory.ErrCorrupt)
}
