package brianparam

import (
	"galvani/quantity"
	"galvani/trajectory"
)

// Kinds returns the kinds of this package for the options of a trajectory: the parameter and the
// result that hold quantities and the result that holds a monitor's recording.
// Those of pypet's older package are read as the same.
func Kinds() []trajectory.Kind {
	never := func(any) bool { return false }
	monitor := trajectory.Kind{
		Class: "Brian2MonitorResult", Result: true,
		Match:  func(v any) bool { _, ok := v.(*MonitorResult); return ok },
		Encode: encodeMonitor, Decode: decodeMonitor,
	}
	parameter := trajectory.Kind{
		Class:  "Brian2Parameter",
		Match:  func(v any) bool { _, ok := arrayOf(v); return ok },
		Encode: encodeParameter, Decode: decodeParameter,
		Same: sameDimension,
		Text: quantityText,
	}
	result := trajectory.Kind{
		Class: "Brian2Result", Result: true,
		Match: func(v any) bool {
			switch v.(type) {
			case quantity.Quantity, Array:
				return true
			}
			return false
		},
		Encode: encodeResult, Decode: decodeResult, Parts: partsOf,
	}
	kinds := []trajectory.Kind{monitor, parameter, result}
	for _, k := range []trajectory.Kind{monitor, parameter, result} {
		k.Class = "Brian" + k.Class[len("Brian2"):]
		k.Match = never
		kinds = append(kinds, k)
	}
	return kinds
}
