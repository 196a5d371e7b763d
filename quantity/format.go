package quantity

import (
	"math"
	"strconv"
	"strings"
)

// displayUnits are the dimensions with a unit of their own, in the order in which they
// are tried when a dimension is to be written as one of them times something.
var displayUnits = [...]struct {
	symbol string // takes prefixes
	brian  string // Brian's name of the SI unit
	pow    int    // of symbol
	dim    Dimension
}{
	{"s", "second", 0, DimTime},
	{"V", "volt", 0, DimVoltage},
	{"A", "amp", 0, DimCurrent},
	{"S", "siemens", 0, DimConductance},
	{"F", "farad", 0, DimCapacitance},
	{"ohm", "ohm", 0, DimResistance},
	{"C", "coulomb", 0, DimCharge},
	{"Hz", "hertz", 0, DimFrequency},
	{"m", "metre", 0, DimLength},
	{"g", "kilogram", -3, DimMass},
	{"K", "kelvin", 0, DimTemperature},
	{"mol", "mole", 0, DimAmount},
	{"cd", "candle", 0, DimLuminosity},
	{"M", "mmolar", 3, DimConcentration},
	{"N", "newton", 0, DimForce},
	{"Pa", "pascal", 0, DimPressure},
	{"J", "joule", 0, DimEnergy},
	{"W", "watt", 0, DimPower},
	{"Wb", "weber", 0, dims(2, 1, -2, -1, 0, 0, 0)},
	{"T", "tesla", 0, dims(0, 1, -2, -1, 0, 0, 0)},
	{"H", "henry", 0, dims(2, 1, -2, -2, 0, 0, 0)},
	{"lx", "lux", 0, dims(-2, 0, 0, 0, 0, 0, 1)},
	{"Gy", "gray", 0, dims(2, 0, -2, 0, 0, 0, 0)},
	{"kat", "katal", 0, dims(0, 0, -1, 0, 0, 1, 0)},
}

// choices lists the units a quantity of dimension d may be printed in, the plain SI
// unit (power 0) first.
func (d Dimension) choices() []scaled {
	if d.IsNone() {
		return []scaled{{"", 0}}
	}
	// Membrane densities are given per square centimetre, areas and volumes with squared and cubed prefixes.
	switch d {
	case DimArea:
		return []scaled{{"m^2", 0}, {"cm^2", -4}, {"mm^2", -6}, {"um^2", -12}}
	case DimVolume:
		return []scaled{{"m^3", 0}, {"cm^3", -6}, {"mm^3", -9}, {"um^3", -18}}
	case DimMass:
		return append([]scaled{{"kg", 0}}, prefixed("g", -3)...)
	case DimConcentration:
		return append([]scaled{{"mM", 0}}, prefixed("M", 3)...)
	case DimConductance.Div(DimArea):
		return []scaled{{"S/m^2", 0}, {"S/cm^2", 4}, {"mS/cm^2", 1}, {"uS/cm^2", -2}}
	case DimCapacitance.Div(DimArea):
		return []scaled{{"F/m^2", 0}, {"uF/cm^2", -2}, {"nF/cm^2", -5}}
	case DimCurrent.Div(DimArea):
		return []scaled{{"A/m^2", 0}, {"A/cm^2", 4}, {"mA/cm^2", 1}, {"uA/cm^2", -2}, {"nA/cm^2", -5}}
	}
	for _, u := range displayUnits {
		if u.dim == d {
			return append([]scaled{{u.symbol, 0}}, prefixed(u.symbol, 0)...)
		}
	}
	return []scaled{{d.Symbol(), 0}}
}

type scaled struct {
	symbol string
	pow    int
}

// prefixed lists a symbol with the prefixes that count in thousands.
func prefixed(symbol string, pow int) []scaled {
	var list []scaled
	for _, p := range [...]scaled{{"y", -24}, {"z", -21}, {"a", -18}, {"f", -15}, {"p", -12}, {"n", -9}, {"u", -6}, {"m", -3}, {"", 0}, {"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}} {
		if p.pow > 0 && symbol == "s" {
			break // nobody counts in kiloseconds
		}
		list = append(list, scaled{p.symbol + symbol, p.pow + pow})
	}
	return list
}

// Symbol is the SI unit of d as people write it: "V", "S/m^2", "V s^-0.5"; "1"
// if dimensionless. [ParseUnit] reads it, with scale 1.
func (d Dimension) Symbol() string {
	switch d {
	case DimNone:
		return "1"
	case DimMass:
		return "kg"
	case DimConcentration:
		return "mM"
	}
	named := displayUnits[:]
	for _, u := range named {
		if u.pow == 0 && u.dim == d {
			return u.symbol
		}
	}
	// One named unit and a power of time or length say more than four base units.
	for _, u := range named {
		if u.pow != 0 || u.dim == DimFrequency {
			continue
		}
		rest := d.Div(u.dim)
		for _, i := range [...]int{time, length} {
			e := rest.exp[i]
			only := Dimension{}
			only.exp[i] = e
			if e == 0 || rest != only || u.dim.exp[i] != 0 && u.dim.isBase() {
				continue
			}
			base := [...]string{length: "m", time: "s"}[i]
			if e < 0 && e%resolution == 0 {
				return u.symbol + "/" + base + caret(-e)
			}
			return u.symbol + " " + base + caret(e)
		}
	}
	for _, u := range named {
		if u.pow == 0 && u.dim != DimFrequency && !u.dim.isBase() {
			for _, n := range [...]int{2, 3, -1, -2} {
				if p, err := u.dim.Pow(n, 1); err == nil && p == d {
					return u.symbol + caret(int32(n)*resolution)
				}
			}
		}
	}
	return d.String()
}

// isBase reports whether d is one of the seven base dimensions.
func (d Dimension) isBase() bool {
	n := 0
	for _, e := range d.exp {
		if e != 0 && e != resolution {
			return false
		}
		n += int(e / resolution)
	}
	return n == 1
}

// best chooses the unit in which x is nearest to 10, as Brian does.
func (q Quantity) best() scaled {
	list := q.dim.choices()
	x := math.Abs(q.si)
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return list[0]
	}
	best, distance := list[0], math.Inf(1)
	for _, u := range list {
		if d := math.Abs(math.Log10(x) - float64(u.pow) - 1); d < distance {
			best, distance = u, d
		}
	}
	return best
}

// String writes q in the unit of a fitting size, rounded to 12 significant
// digits: "5 ms", "-70.6 mV", "0.9 uF/cm^2", "0.5". Parse reads it.
func (q Quantity) String() string {
	u := q.best()
	return number(q.si/pow10(u.pow), 12) + suffix(u)
}

// MarshalText writes q so that UnmarshalText gets the same bits back: in the
// fitting unit with as many digits as that takes, or in the SI unit where no
// decimal number gives that value.
func (q Quantity) MarshalText() ([]byte, error) {
	u := q.best()
	scale := pow10(u.pow)
	x := q.si / scale
	for digits := 1; digits <= 17; digits++ {
		s := strconv.FormatFloat(x, 'g', digits, 64)
		y, err := strconv.ParseFloat(s, 64)
		if err == nil && math.Float64bits(y*scale) == math.Float64bits(q.si) {
			return []byte(number(y, -1) + suffix(u)), nil
		}
	}
	return []byte(number(q.si, -1) + suffix(q.dim.choices()[0])), nil
}

// UnmarshalText reads what [Parse] reads.
func (q *Quantity) UnmarshalText(text []byte) error {
	p, err := Parse(string(text))
	if err != nil {
		return err
	}
	*q = p
	return nil
}

func suffix(u scaled) string {
	if u.symbol == "" {
		return ""
	}
	return " " + u.symbol
}

// number writes x with at most the given number of significant digits (-1: as many as
// needed to get x back), without exponent where that is readable.
func number(x float64, digits int) string {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(x, 'g', -1, 64), "+"))
	}
	if digits > 0 {
		y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
		if err == nil {
			x = y
		}
	}
	format := byte('f')
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e7) {
		format = 'e'
	}
	return strconv.FormatFloat(x, format, -1, 64)
}
