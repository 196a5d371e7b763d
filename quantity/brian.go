package quantity

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Brian writes the SI unit of d as Brian 2 does: "1. * second", "1. * volt",
// "1. * metre2", and in base units where there is no name,
// "1. * metre ** -4 * kilogram ** -1 * second ** 4 * amp ** 2", all exponents with a
// point if one is a fraction, "1. * second ** 0.25 * amp ** 2.0"; "1" if dimensionless. It is a Python expression over Brian's units.
func (d Dimension) Brian() string {
	if d.IsNone() {
		return "1"
	}
	for _, u := range displayUnits {
		if d == u.dim {
			return "1. * " + u.brian
		}
	}
	for _, power := range [...]int{2, 3} {
		for _, u := range displayUnits {
			if p, err := u.dim.Pow(power, 1); err == nil && p == d {
				return "1. * " + u.brian + strconv.Itoa(power)
			}
		}
	}
	// Python turns all exponents into floats as soon as one of them is a fraction.
	whole := true
	for _, e := range d.exp {
		whole = whole && e%resolution == 0
	}
	var b strings.Builder
	b.WriteString("1.")
	for i, name := range [...]string{"metre", "kilogram", "second", "amp", "kelvin", "mole", "candle"} {
		e := d.exp[i]
		if e == 0 {
			continue
		}
		b.WriteString(" * " + name)
		if e != resolution {
			num, den := fraction(e)
			power := strconv.FormatFloat(float64(num)/float64(den), 'f', -1, 64)
			if !whole && den == 1 {
				power += ".0"
			}
			b.WriteString(" ** " + power)
		}
	}
	return b.String()
}

// ParseBrian reads the dimension from what Brian 2 writes for a unit, such as
// "1. * second", "1.0 * volt" or "1. * siemens / (metre ** 2)". The unit must
// be the SI unit: "1.0 * mV" is an error, since the values beside it would be
// taken for volts.
func ParseBrian(text string) (Dimension, error) {
	q, err := Parse(text)
	if err != nil {
		return Dimension{}, err
	}
	if !(math.Abs(q.si-1) <= 1e-9) { // 0.001 * molar / second is 1 up to rounding
		return Dimension{}, fmt.Errorf("quantity: %s is %v SI units, want a unit of 1", clip(text), q.si)
	}
	return q.dim, nil
}
