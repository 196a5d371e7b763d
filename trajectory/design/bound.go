package design

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"galvani/quantity"
)

// scale is what numbers count: nothing (the zero value), or a unit.
type scale struct {
	unit     quantity.Unit
	quantity bool
}

// si is the scale of a dimension's SI unit.
func si(d quantity.Dimension) scale {
	return scale{unit: quantity.Unit{Name: d.Symbol(), Scale: 1, Dim: d}, quantity: true}
}

// value makes the value of a parameter from its number.
func (s scale) value(x float64) any {
	if !s.quantity {
		return x
	}
	return quantity.New(x*s.unit.Scale, s.unit.Dim)
}

// bound is an end of an interval, a step, or a moment of a distribution.
type bound struct {
	x float64
	scale
}

func (b bound) String() string {
	text := strconv.FormatFloat(b.x, 'g', -1, 64)
	if b.quantity && b.unit.Name != "1" {
		text += " " + b.unit.Name
	}
	return text
}

// newBound reads a number, a quantity or the text of one. A text without a unit
// is a plain number.
func newBound(v any) (b bound, err error) {
	switch v := v.(type) {
	case float64:
		b.x = v
	case float32:
		b.x = float64(v)
	case int:
		b.x = float64(v)
	case int64:
		b.x = float64(v)
	case quantity.Quantity:
		b = bound{v.SI(), si(v.Dimension())}
	case string:
		if b, err = parseBound(v); err != nil {
			return bound{}, err
		}
	default:
		return bound{}, fmt.Errorf("a %T is no bound (want a number, a quantity, or a text such as \"5 ms\")", v)
	}
	if math.IsNaN(b.x) || math.IsInf(b.x*max(b.unit.Scale, 1), 0) {
		return bound{}, fmt.Errorf("a bound is %v (want a finite number)", v)
	}
	return b, nil
}

// parseBound keeps the unit that stands behind a number, so that values between
// "5 ms" and "20 ms" are those that one would write in ms.
func parseBound(s string) (bound, error) {
	number, unit, _ := strings.Cut(strings.TrimSpace(s), " ")
	if x, err := strconv.ParseFloat(number, 64); err == nil {
		if unit == "" {
			return bound{x: x}, nil
		}
		if u, err := quantity.ParseUnit(strings.TrimSpace(unit)); err == nil && !u.Dim.IsNone() {
			return bound{x, scale{unit: u, quantity: true}}, nil
		}
	}
	q, err := quantity.Parse(s)
	if err != nil {
		return bound{}, err
	}
	if q.Dimension().IsNone() {
		return bound{x: q.SI()}, nil
	}
	return bound{q.SI(), si(q.Dimension())}, nil
}

// common reads several bounds that must count the same, in the unit that
// all are written in, or else the SI unit.
func common(values ...any) ([]float64, scale, error) {
	bounds := make([]bound, len(values))
	same := true
	for i, v := range values {
		var err error
		if bounds[i], err = newBound(v); err != nil {
			return nil, scale{}, err
		}
		a, b := bounds[0], bounds[i]
		if a.quantity != b.quantity || a.unit.Dim != b.unit.Dim {
			return nil, scale{}, fmt.Errorf("%v and %v: %w", values[0], v, &quantity.MismatchError{Op: "compare", Left: a.unit.Dim, Right: b.unit.Dim})
		}
		same = same && a.unit.Name == b.unit.Name
	}
	s := bounds[0].scale
	if s.quantity && !same {
		s = si(s.unit.Dim)
	}
	out := make([]float64, len(bounds))
	for i, b := range bounds {
		out[i] = b.x
		if b.quantity && !same {
			out[i] = b.x * b.unit.Scale
		}
	}
	return out, s, nil
}

// interval reads two ends, the first of which must be less.
func interval(low, high any) (lo, hi float64, s scale, err error) {
	x, s, err := common(low, high)
	if err != nil {
		return 0, 0, s, err
	}
	lo, hi = x[0], x[1]
	switch {
	case !(lo < hi):
		err = fmt.Errorf("from %v to %v: the lower bound must be less than the upper one", low, high)
	case math.IsInf(hi-lo, 0):
		err = fmt.Errorf("from %v to %v: too wide", low, high)
	}
	return lo, hi, s, err
}

// logInterval reads an interval of numbers greater than zero.
func logInterval(low, high any) (lo, hi float64, s scale, err error) {
	if lo, hi, s, err = interval(low, high); err == nil && lo <= 0 {
		err = fmt.Errorf("from %v to %v: a logarithmic scale has only numbers greater than zero", low, high)
	}
	return lo, hi, s, err
}
