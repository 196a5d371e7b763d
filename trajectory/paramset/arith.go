package paramset

import (
	"fmt"
	"math"
	"math/bits"

	"galvani/quantity"
)

// maxText bounds texts that are put together by adding.
const maxText = 1 << 20

// operate computes a op b on canonical values; op is one of + - * / and ^ for
// powers. Integers stay integers except in quotients, as in Python 3. A range is
// taken value by value.
func operate(op byte, a, b any) (any, error) {
	ra, aRange := a.(Range)
	rb, bRange := b.(Range)
	switch {
	case aRange && bRange:
		return nil, fmt.Errorf("%s %s %s: two ranges: %w", describe(a), sign(op), describe(b), ErrType)
	case aRange:
		return ra.each(op == '*' || op == '/', b, func(x any) (any, error) { return operate(op, x, b) })
	case bRange:
		return rb.each(op == '*', a, func(x any) (any, error) { return operate(op, a, x) })
	}
	switch x := a.(type) {
	case int:
		switch y := b.(type) {
		case int:
			return integers(op, x, y)
		case float64:
			return reals(op, float64(x), y)
		case quantity.Quantity:
			return quantities(op, quantity.New(float64(x), quantity.DimNone), y)
		}
	case float64:
		switch y := b.(type) {
		case int:
			return reals(op, x, float64(y))
		case float64:
			return reals(op, x, y)
		case quantity.Quantity:
			return quantities(op, quantity.New(x, quantity.DimNone), y)
		}
	case quantity.Quantity:
		switch y := b.(type) {
		case int:
			return quantities(op, x, quantity.New(float64(y), quantity.DimNone))
		case float64:
			return quantities(op, x, quantity.New(y, quantity.DimNone))
		case quantity.Quantity:
			return quantities(op, x, y)
		}
	case string:
		if y, ok := b.(string); ok && op == '+' {
			if len(x)+len(y) > maxText {
				return nil, fmt.Errorf("a text of more than %d bytes: %w", maxText, ErrTooLarge)
			}
			return x + y, nil
		}
	}
	return nil, fmt.Errorf("%s %s %s: cannot be computed: %w", describe(a), sign(op), describe(b), ErrType)
}

// sign is how an operation is written.
func sign(op byte) string {
	if op == '^' {
		return "**"
	}
	return string(op)
}

// each maps the values of a range. Where the operation leaves the unit as it is
// and the other operand is a plain number, the numbers in that unit are mapped.
func (r Range) each(keepsUnit bool, other any, f func(any) (any, error)) (any, error) {
	unit := ""
	if keepsUnit && isNumber(other) {
		unit = r.unit
	}
	out := make([]any, r.Len())
	for i := range out {
		x := r.values[i]
		if unit == "" {
			x = r.At(i)
		}
		var err error
		if out[i], err = f(x); err != nil {
			return nil, fmt.Errorf("value %d of a range: %w", i, err)
		}
	}
	return Range{values: out, unit: unit}, nil
}

func integers(op byte, x, y int) (any, error) {
	switch op {
	case '+':
		if s := x + y; (s > x) == (y > 0) {
			return s, nil
		}
	case '-':
		if d := x - y; (d < x) == (y > 0) {
			return d, nil
		}
	case '*':
		if p, ok := product(x, y); ok {
			return p, nil
		}
	case '^':
		if y < 0 {
			return reals(op, float64(x), float64(y))
		}
		if p, ok := wholePower(x, y); ok {
			return p, nil
		}
	default:
		return reals(op, float64(x), float64(y))
	}
	return nil, fmt.Errorf("%d %s %d is beyond 64 bits (write one of them with a point): %w", x, sign(op), y, ErrType)
}

// wholePower is x to the power n >= 0, if it fits.
func wholePower(x, n int) (p int, ok bool) {
	p, ok = 1, true
	for ; n > 0 && ok; n >>= 1 {
		if n&1 == 1 {
			p, ok = product(p, x)
		}
		if n > 1 && ok {
			x, ok = product(x, x) // needed for a higher bit of n
		}
	}
	return p, ok
}

// product multiplies and tells whether the result fits.
func product(x, y int) (int, bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	if (x < 0) != (y < 0) {
		return int(-lo), hi == 0 && lo <= 1<<63
	}
	return int(lo), hi == 0 && lo < 1<<63
}

func magnitude(x int) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func reals(op byte, x, y float64) (any, error) {
	switch op {
	case '+':
		return x + y, nil
	case '-':
		return x - y, nil
	case '*':
		return x * y, nil
	case '/':
		if y != 0 {
			return x / y, nil
		}
	case '^':
		if p := math.Pow(x, y); !(x == 0 && y < 0) && (!math.IsNaN(p) || math.IsNaN(x) || math.IsNaN(y)) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s %s %s is no number: %w", text(x), sign(op), text(y), ErrType)
}

func quantities(op byte, x, y quantity.Quantity) (any, error) {
	var q quantity.Quantity
	var err error
	switch op {
	case '+':
		q, err = x.Add(y)
	case '-':
		q, err = x.Sub(y)
	case '*':
		q = x.Mul(y)
	case '/':
		if y.SI() == 0 {
			return nil, fmt.Errorf("%v / %v is no number: %w", x, y, ErrType)
		}
		q = x.Div(y)
	case '^':
		q, err = power(x, y)
	}
	if err != nil {
		return nil, err
	}
	return natural(q), nil
}

// power raises a quantity to a plain number that is a fraction of small whole
// numbers, as dimensions allow no other.
func power(x, y quantity.Quantity) (quantity.Quantity, error) {
	if !y.Dimension().IsNone() {
		return y, fmt.Errorf("%v ** %v: the exponent has a unit: %w", x, y, ErrType)
	}
	const most = 1000
	for den := 1; den <= 10; den++ {
		if num := y.SI() * float64(den); num == math.Trunc(num) && math.Abs(num) <= most {
			return x.Pow(int(num), den)
		}
	}
	return y, fmt.Errorf("%v ** %v: the exponent is no simple fraction: %w", x, y, ErrType)
}

// negate is -v.
func negate(v any) (any, error) {
	switch x := v.(type) {
	case int:
		return integers('-', 0, x)
	case float64:
		return -x, nil
	case quantity.Quantity:
		return x.Neg(), nil
	}
	return operate('*', -1, v)
}
