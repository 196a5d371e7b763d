package quantity

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// resolution is the number of parts an exponent of one is divided into: the
// least common multiple of 1..10.
const resolution = 2520

// maxExponent bounds what Pow and the parser produce, far beyond any physics
// and far below what int32 can hold.
const maxExponent = 1000

// Positions in Dimension.exp; the order is Brian's.
const (
	length = iota
	mass
	time
	current
	temperature
	amount
	luminosity
	baseCount
)

// A Dimension is a product of powers of the seven SI base units: metre,
// kilogram, second, ampere, kelvin, mole and candela. Exponents are
// multiples of 1/2520, so every fraction with a denominator up to 10 is exact. Dimensions are comparable with ==; the
// zero value is dimensionless.
type Dimension struct {
	exp [baseCount]int32 // in units of 1/resolution
}

// Dimensions of common physical magnitudes.
var (
	DimNone          = Dimension{}
	DimLength        = dims(1, 0, 0, 0, 0, 0, 0)
	DimMass          = dims(0, 1, 0, 0, 0, 0, 0)
	DimTime          = dims(0, 0, 1, 0, 0, 0, 0)
	DimCurrent       = dims(0, 0, 0, 1, 0, 0, 0)
	DimTemperature   = dims(0, 0, 0, 0, 1, 0, 0)
	DimAmount        = dims(0, 0, 0, 0, 0, 1, 0)
	DimLuminosity    = dims(0, 0, 0, 0, 0, 0, 1)
	DimArea          = dims(2, 0, 0, 0, 0, 0, 0)
	DimVolume        = dims(3, 0, 0, 0, 0, 0, 0)
	DimFrequency     = dims(0, 0, -1, 0, 0, 0, 0)
	DimVoltage       = dims(2, 1, -3, -1, 0, 0, 0)
	DimConductance   = dims(-2, -1, 3, 2, 0, 0, 0)
	DimResistance    = dims(2, 1, -3, -2, 0, 0, 0)
	DimCapacitance   = dims(-2, -1, 4, 2, 0, 0, 0)
	DimCharge        = dims(0, 0, 1, 1, 0, 0, 0)
	DimForce         = dims(1, 1, -2, 0, 0, 0, 0)
	DimPressure      = dims(-1, 1, -2, 0, 0, 0, 0)
	DimEnergy        = dims(2, 1, -2, 0, 0, 0, 0)
	DimPower         = dims(2, 1, -3, 0, 0, 0, 0)
	DimConcentration = dims(-3, 0, 0, 0, 0, 1, 0)
)

func dims(m, kg, s, a, k, mol, cd int32) Dimension {
	d := Dimension{[baseCount]int32{m, kg, s, a, k, mol, cd}}
	for i := range d.exp {
		d.exp[i] *= resolution
	}
	return d
}

// IsNone reports whether d is dimensionless.
func (d Dimension) IsNone() bool { return d == Dimension{} }

// Mul is the dimension of a product: exponents add up.
func (d Dimension) Mul(e Dimension) Dimension {
	for i := range d.exp {
		d.exp[i] += e.exp[i]
	}
	return d
}

// Div is the dimension of a quotient: exponents are subtracted.
func (d Dimension) Div(e Dimension) Dimension {
	for i := range d.exp {
		d.exp[i] -= e.exp[i]
	}
	return d
}

// Pow is d to the power num/den. It is an error if den is 0, if an exponent of
// the result is not a multiple of 1/2520, or if it is beyond ±1000.
func (d Dimension) Pow(num, den int) (Dimension, error) {
	if den == 0 {
		return Dimension{}, fmt.Errorf("quantity: exponent %d/0", num)
	}
	if d.IsNone() {
		return d, nil
	}
	n, q := int64(num), int64(den)
	if q < 0 {
		n, q = -n, -q
	}
	if g := gcd(max(n, -n), q); g > 0 { // g < 0 only for math.MinInt64, which is refused below
		n, q = n/g, q/g
	}
	// An exponent that is not zero is at least 1/resolution, so larger factors can only leave the range.
	const most = maxExponent * resolution
	if n > most || n < -most || q > most {
		return Dimension{}, fmt.Errorf("quantity: exponent %d/%d is out of range", num, den)
	}
	for i, e := range d.exp {
		p := int64(e) * n
		if p%q != 0 {
			return Dimension{}, fmt.Errorf("quantity: (%s)^(%d/%d) has an exponent whose denominator does not divide 2520", d, num, den)
		}
		if p /= q; p > most || p < -most {
			return Dimension{}, fmt.Errorf("quantity: (%s)^(%d/%d) has an exponent beyond %d", d, num, den, maxExponent)
		}
		d.exp[i] = int32(p)
	}
	return d, nil
}

// inRange reports whether all exponents are within ±maxExponent.
func (d Dimension) inRange() bool {
	for _, e := range d.exp {
		if e > maxExponent*resolution || e < -maxExponent*resolution {
			return false
		}
	}
	return true
}

// String writes d in SI base units, as in "kg m^2 s^-3 A^-1"; "1" if
// dimensionless. Parse and ParseUnit read it.
func (d Dimension) String() string {
	var b strings.Builder
	for _, i := range [...]int{mass, length, time, current, temperature, amount, luminosity} {
		if d.exp[i] == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString([...]string{"m", "kg", "s", "A", "K", "mol", "cd"}[i])
		b.WriteString(caret(d.exp[i]))
	}
	if b.Len() == 0 {
		return "1"
	}
	return b.String()
}

// caret writes an exponent after a unit: "", "^-2", "^0.5", "^(1/3)".
func caret(e int32) string {
	if e == resolution {
		return ""
	}
	num, den := fraction(e)
	switch den {
	case 1:
		return "^" + strconv.Itoa(num)
	case 2, 4, 5, 8, 10:
		return "^" + strconv.FormatFloat(float64(num)/float64(den), 'f', -1, 64)
	}
	return fmt.Sprintf("^(%d/%d)", num, den)
}

// fraction is an exponent in lowest terms.
func fraction(e int32) (num, den int) {
	g := int32(gcd(max(int64(e), -int64(e)), resolution))
	return int(e / g), int(resolution / g)
}

// nearFraction finds num/den = x among the multiples of 1/resolution, allowing for the
// digits that a decimal text of 1/3 loses.
func nearFraction(x float64) (num, den int, ok bool) {
	if !(math.Abs(x) <= maxExponent) {
		return 0, 0, false
	}
	parts := math.Round(x * resolution)
	if math.Abs(x*resolution-parts) > 1e-6 {
		return 0, 0, false
	}
	num, den = fraction(int32(parts))
	return num, den, true
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
