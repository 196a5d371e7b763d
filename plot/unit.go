package plot

import (
	"fmt"
	"math"

	"galvani/quantity"
)

// timeAxis checks a time step and finds the unit of a time axis; "" is ms.
func timeAxis(dt float64, unit string) (quantity.Unit, error) {
	if !(dt > 0) || math.IsInf(dt, 0) {
		return quantity.Unit{}, fmt.Errorf("plot: a step lasts %v s, want a positive time", dt)
	}
	if unit == "" {
		unit = "ms"
	}
	u, err := quantity.ParseUnit(unit)
	if err != nil {
		return u, fmt.Errorf("plot: time unit: %w", err)
	}
	if u.Dim != quantity.DimTime {
		return u, fmt.Errorf("plot: time unit: %w", &quantity.MismatchError{Op: "use " + unit, Left: u.Dim, Right: quantity.DimTime})
	}
	return u, nil
}
