package quantity

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// displayUnits are the dimensions with a unit of their own, in the order in which they
// are tried when a dimension is to be written as one of them times something.
var displayUnits = [...]struct {
	si     string // symbol of the SI unit
	symbol string // what takes prefixes
	pow    int    // symbol is 10^pow SI units
	brian  string // Brian's name of the SI unit
	joins  bool   // may be followed by a power of time or length
	dim    Dimension
}{
	{"s", "s", 0, "second", false, DimTime},
	{"V", "V", 0, "volt", true, DimVoltage},
	{"A", "A", 0, "amp", true, DimCurrent},
	{"S", "S", 0, "siemens", true, DimConductance},
	{"F", "F", 0, "farad", true, DimCapacitance},
	{"ohm", "ohm", 0, "ohm", true, DimResistance},
	{"C", "C", 0, "coulomb", true, DimCharge},
	{"Hz", "Hz", 0, "hertz", false, DimFrequency},
	{"m", "m", 0, "metre", true, DimLength},
	{"kg", "g", -3, "kilogram", false, DimMass},
	{"K", "K", 0, "kelvin", true, DimTemperature},
	{"mol", "mol", 0, "mole", true, DimAmount},
	{"cd", "cd", 0, "candle", false, DimLuminosity},
	{"mM", "M", 3, "mmolar", true, DimConcentration},
	{"N", "N", 0, "newton", true, DimForce},
	{"Pa", "Pa", 0, "pascal", true, DimPressure},
	{"J", "J", 0, "joule", true, DimEnergy},
	{"W", "W", 0, "watt", true, DimPower},
	{"Wb", "Wb", 0, "weber", false, dims(2, 1, -2, -1, 0, 0, 0)},
	{"T", "T", 0, "tesla", false, dims(0, 1, -2, -1, 0, 0, 0)},
	{"H", "H", 0, "henry", false, dims(2, 1, -2, -2, 0, 0, 0)},
	{"lx", "lx", 0, "lux", false, dims(-2, 0, 0, 0, 0, 0, 1)},
	{"Gy", "Gy", 0, "gray", false, dims(2, 0, -2, 0, 0, 0, 0)},
	{"kat", "kat", 0, "katal", false, dims(0, 0, -1, 0, 0, 1, 0)},
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
	case DimConductance.Div(DimArea):
		return []scaled{{"S/m^2", 0}, {"S/cm^2", 4}, {"mS/cm^2", 1}, {"uS/cm^2", -2}}
	case DimCapacitance.Div(DimArea):
		return []scaled{{"F/m^2", 0}, {"uF/cm^2", -2}, {"nF/cm^2", -5}}
	case DimCurrent.Div(DimArea):
		return []scaled{{"A/m^2", 0}, {"A/cm^2", 4}, {"mA/cm^2", 1}, {"uA/cm^2", -2}, {"nA/cm^2", -5}}
	}
	for _, u := range displayUnits {
		if u.dim == d {
			return append([]scaled{{u.si, 0}}, prefixed(u.symbol, u.pow)...)
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
	for _, u := range displayUnits {
		if u.dim == d {
			return u.si
		}
	}
	// One named unit and a power of time or length say more than three or four base units.
	factors := 0
	for _, e := range d.exp {
		if e != 0 {
			factors++
		}
	}
	for _, u := range displayUnits {
		if !u.joins || factors < 3 && !u.dim.isBase() {
			continue
		}
		rest := d.Div(u.dim)
		for _, i := range [...]int{time, length} {
			only := Dimension{}
			only.exp[i] = rest.exp[i]
			if rest != only || u.dim == DimLength && i == length {
				continue
			}
			base := [...]string{length: "m", time: "s"}[i]
			if e := rest.exp[i]; e < 0 && e%resolution == 0 {
				return u.si + "/" + base + caret(-e)
			}
			return u.si + " " + base + caret(rest.exp[i])
		}
	}
	for _, u := range displayUnits[1:] {
		for _, n := range [...]int{2, 3, -1, -2} {
			if p, err := u.dim.Pow(n, 1); u.joins && err == nil && p == d {
				return u.si + caret(int32(n)*resolution)
			}
		}
	}
	return d.String()
}

// isBase reports whether d is one of the seven base dimensions.
func (d Dimension) isBase() bool {
	sum := int32(0)
	for _, e := range d.exp {
		if e != 0 && e != resolution {
			return false
		}
		sum += e
	}
	return sum == resolution
}

// ranked lists the units for q, that in which its number is nearest to 10 first, as
// Brian chooses it.
func (q Quantity) ranked() []scaled {
	list := q.dim.choices()
	x := math.Abs(q.si)
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return list[:1]
	}
	magnitude := math.Log10(x) - 1
	slices.SortStableFunc(list, func(a, b scaled) int {
		return cmp.Compare(math.Abs(magnitude-float64(a.pow)), math.Abs(magnitude-float64(b.pow)))
	})
	return list
}

// String writes q in the unit of a fitting size, rounded to 12 significant
// digits: "5 ms", "-70.6 mV", "0.9 uF/cm^2", "0.5". Parse reads it.
func (q Quantity) String() string {
	u := q.ranked()[0]
	x, err := strconv.ParseFloat(strconv.FormatFloat(q.si/pow10(u.pow), 'g', 12, 64), 64)
	if err != nil { // rounding up the largest number
		x = q.si / pow10(u.pow)
	}
	return number(x) + suffix(u)
}

// MarshalText writes q so that UnmarshalText gets the same bits back: in the
// fitting unit, or a neighbour of it if that takes fewer digits ("0.1 ms", not
// "100.00000000000001 us"), or in the SI unit where no decimal number times the
// unit gives that value. A NaN is "nan", whichever it was.
func (q Quantity) MarshalText() ([]byte, error) {
	units := q.ranked()
	best, length := "", math.MaxInt
	for _, u := range units[:min(3, len(units))] {
		scale := pow10(u.pow)
		for digits := 1; digits <= 17 && digits < length; digits++ {
			x, err := strconv.ParseFloat(strconv.FormatFloat(q.si/scale, 'g', digits, 64), 64)
			if err == nil && math.Float64bits(x*scale) == math.Float64bits(q.si) {
				best, length = number(x)+suffix(u), digits
			}
		}
	}
	if best == "" {
		best = number(q.si) + suffix(q.dim.choices()[0])
	}
	return []byte(best), nil
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

// number writes x with the digits it takes to get x back, without exponent where that is
// readable.
func number(x float64) string {
	format := byte('f')
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(x, 'f', -1, 64), "+"))
	case a != 0 && (a < 1e-4 || a >= 1e7):
		format = 'e'
	}
	return strconv.FormatFloat(x, format, -1, 64)
}
