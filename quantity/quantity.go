package quantity

import (
	"cmp"
	"fmt"
	"math"
)

// A Quantity is a number with a physical dimension. The number counts SI base
// units. Quantities are values, comparable with == (same number, same
// dimension); the zero value is the dimensionless 0.
type Quantity struct {
	si  float64
	dim Dimension
}

// New makes a quantity from its value in SI units and its dimension.
func New(si float64, d Dimension) Quantity { return Quantity{si: si, dim: d} }

// Of makes a quantity from a value in a unit that [ParseUnit] reads:
// Of(5, "ms") is 5 * 1e-3 seconds.
func Of(value float64, unit string) (Quantity, error) {
	u, err := ParseUnit(unit)
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{si: value * u.Scale, dim: u.Dim}, nil
}

// SI is the value in SI units.
func (q Quantity) SI() float64 { return q.si }

// Dimension is the dimension of q.
func (q Quantity) Dimension() Dimension { return q.dim }

// Add is q + r; a [*MismatchError] if their dimensions differ.
func (q Quantity) Add(r Quantity) (Quantity, error) {
	if q.dim != r.dim {
		return Quantity{}, &MismatchError{Op: "add", Left: q.dim, Right: r.dim}
	}
	return Quantity{si: q.si + r.si, dim: q.dim}, nil
}

// Sub is q - r; a [*MismatchError] if their dimensions differ.
func (q Quantity) Sub(r Quantity) (Quantity, error) {
	if q.dim != r.dim {
		return Quantity{}, &MismatchError{Op: "subtract", Left: q.dim, Right: r.dim}
	}
	return Quantity{si: q.si - r.si, dim: q.dim}, nil
}

// Mul is q * r.
func (q Quantity) Mul(r Quantity) Quantity {
	return Quantity{si: q.si * r.si, dim: q.dim.Mul(r.dim)}
}

// Div is q / r.
func (q Quantity) Div(r Quantity) Quantity {
	return Quantity{si: q.si / r.si, dim: q.dim.Div(r.dim)}
}

// Scale is q times a plain number.
func (q Quantity) Scale(x float64) Quantity { return Quantity{si: q.si * x, dim: q.dim} }

// Neg is -q.
func (q Quantity) Neg() Quantity { return Quantity{si: -q.si, dim: q.dim} }

// Pow is q to the power num/den. It is an error if the dimension of the result
// cannot be expressed (see [Dimension.Pow]) or if a negative number would get a
// broken exponent.
func (q Quantity) Pow(num, den int) (Quantity, error) {
	d, err := q.dim.Pow(num, den)
	if err != nil {
		return Quantity{}, err
	}
	if den == 0 {
		return Quantity{}, fmt.Errorf("quantity: exponent %d/0", num)
	}
	if den < 0 {
		num, den = -num, -den
	}
	if g := int(gcd(int64(max(num, -num)), int64(den))); g > 1 {
		num, den = num/g, den/g
	}
	if q.si < 0 && den != 1 {
		return Quantity{}, fmt.Errorf("quantity: %s to the power %d/%d is not a real number", q, num, den)
	}
	return Quantity{si: power(q.si, num, den), dim: d}, nil
}

// Cmp is -1, 0 or +1 as q is less than, equal to or greater than r (NaN is less
// than every number); a [*MismatchError] if their dimensions differ.
func (q Quantity) Cmp(r Quantity) (int, error) {
	if q.dim != r.dim {
		return 0, &MismatchError{Op: "compare", Left: q.dim, Right: r.dim}
	}
	return cmp.Compare(q.si, r.si), nil
}

// Equal reports whether q and r have the same dimension and the same value; NaN
// equals NaN here, so that a quantity read back equals the one written.
func (q Quantity) Equal(r Quantity) bool {
	return q.dim == r.dim && (q.si == r.si || math.IsNaN(q.si) && math.IsNaN(r.si))
}

// In is the value of q in a unit that [ParseUnit] reads, SI() divided by the
// unit; a [*MismatchError] if the unit has another dimension.
func (q Quantity) In(unit string) (float64, error) {
	u, err := ParseUnit(unit)
	if err != nil {
		return 0, err
	}
	if u.Dim != q.dim {
		return 0, &MismatchError{Op: "express in " + u.Name, Left: q.dim, Right: u.Dim}
	}
	return q.si / u.Scale, nil
}
