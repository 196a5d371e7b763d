package quantity

import (
	"fmt"
	"strconv"
	"strings"
)

// A Unit is a named amount of a dimension.
type Unit struct {
	Name  string    // as it was written
	Scale float64   // how many SI units it is: a power of ten
	Dim   Dimension // its dimension
}

// String returns the unit's name.
func (u Unit) String() string { return u.Name }

// unit is a power of ten times an SI unit. The power stays an integer so that
// products of units are exact.
type unit struct {
	pow int
	dim Dimension
}

// prefixes are the SI prefixes. None is the beginning of another but d of da;
// da is tried first and gives way when nothing fits behind it.
var prefixes = [...]struct {
	text string
	pow  int
}{
	{"da", 1}, {"d", -1}, {"c", -2}, {"h", 2},
	{"m", -3}, {"u", -6}, {"\u00b5", -6}, {"\u03bc", -6}, // micro sign and Greek mu
	{"n", -9}, {"p", -12}, {"f", -15}, {"a", -18}, {"z", -21}, {"y", -24}, {"r", -27}, {"q", -30},
	{"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"P", 15}, {"E", 18}, {"Z", 21}, {"Y", 24}, {"R", 27}, {"Q", 30},
}

// baseUnits are the units that take prefixes, by name and by symbol.
var baseUnits = map[string]unit{
	"metre": {0, DimLength}, "meter": {0, DimLength}, "m": {0, DimLength},
	"gram": {-3, DimMass}, "gramme": {-3, DimMass}, "g": {-3, DimMass},
	"second": {0, DimTime}, "s": {0, DimTime},
	"amp": {0, DimCurrent}, "ampere": {0, DimCurrent}, "A": {0, DimCurrent},
	"kelvin": {0, DimTemperature}, "K": {0, DimTemperature},
	"mole": {0, DimAmount}, "mol": {0, DimAmount},
	"candle": {0, DimLuminosity}, "candela": {0, DimLuminosity}, "cd": {0, DimLuminosity},
	"molar": {3, DimConcentration}, "M": {3, DimConcentration},
	"liter": {-3, DimVolume}, "litre": {-3, DimVolume}, "l": {-3, DimVolume}, "L": {-3, DimVolume},
	"radian": {0, DimNone}, "rad": {0, DimNone},
	"steradian": {0, DimNone}, "sr": {0, DimNone},
	"hertz": {0, DimFrequency}, "Hz": {0, DimFrequency},
	"becquerel": {0, DimFrequency}, "Bq": {0, DimFrequency},
	"newton": {0, DimForce}, "N": {0, DimForce},
	"pascal": {0, DimPressure}, "Pa": {0, DimPressure},
	"joule": {0, DimEnergy}, "J": {0, DimEnergy},
	"watt": {0, DimPower}, "W": {0, DimPower},
	"coulomb": {0, DimCharge}, "C": {0, DimCharge},
	"volt": {0, DimVoltage}, "V": {0, DimVoltage},
	"farad": {0, DimCapacitance}, "F": {0, DimCapacitance},
	"ohm": {0, DimResistance}, "\u03a9": {0, DimResistance}, "\u2126": {0, DimResistance}, // Greek omega and the ohm sign
	"siemens": {0, DimConductance}, "S": {0, DimConductance},
	"weber": {0, dims(2, 1, -2, -1, 0, 0, 0)}, "Wb": {0, dims(2, 1, -2, -1, 0, 0, 0)},
	"tesla": {0, dims(0, 1, -2, -1, 0, 0, 0)}, "T": {0, dims(0, 1, -2, -1, 0, 0, 0)},
	"henry": {0, dims(2, 1, -2, -2, 0, 0, 0)}, "H": {0, dims(2, 1, -2, -2, 0, 0, 0)},
	"lumen": {0, DimLuminosity}, "lm": {0, DimLuminosity},
	"lux": {0, dims(-2, 0, 0, 0, 0, 0, 1)}, "lx": {0, dims(-2, 0, 0, 0, 0, 0, 1)},
	"gray": {0, dims(2, 0, -2, 0, 0, 0, 0)}, "Gy": {0, dims(2, 0, -2, 0, 0, 0, 0)},
	"sievert": {0, dims(2, 0, -2, 0, 0, 0, 0)}, "Sv": {0, dims(2, 0, -2, 0, 0, 0, 0)},
	"katal": {0, dims(0, 0, -1, 0, 0, 1, 0)}, "kat": {0, dims(0, 0, -1, 0, 0, 1, 0)},
}

// lookup finds a unit by name or symbol, with or without prefix and an attached
// power of 2 or 3.
func lookup(name string) (unit, bool) {
	if len(name) > 32 { // longer than any unit
		return unit{}, false
	}
	if base, power := strings.TrimRight(name, "23"), 0; len(base) == len(name)-1 {
		power = int(name[len(name)-1] - '0')
		u, ok := lookup(base)
		if !ok {
			return unit{}, false
		}
		for i := range u.dim.exp {
			u.dim.exp[i] *= int32(power)
		}
		u.pow *= power
		return u, true
	}
	if name == "kilogram" || name == "kilogramme" {
		return unit{0, DimMass}, true
	}
	if u, ok := baseUnits[name]; ok {
		return u, true
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(name, p.text); ok {
			if u, ok := baseUnits[rest]; ok {
				return unit{u.pow + p.pow, u.dim}, true
			}
		}
	}
	return unit{}, false
}

// LookupUnit finds one unit by name or symbol: "ms", "msecond", "nS",
// "siemens", "Mohm", "metre", "um", "mM", "cm2", …. Case matters.
func LookupUnit(name string) (Unit, bool) {
	u, ok := lookup(name)
	if !ok {
		return Unit{}, false
	}
	return Unit{Name: name, Scale: pow10(u.pow), Dim: u.dim}, true
}

// ParseUnit reads a product of powers of units: "volt", "1", "amp/meter**2",
// "1/ms", "nS*mV", "kg m^2 s^-3". A number other than 1 is an error.
func ParseUnit(text string) (Unit, error) {
	p := parser{text: text}
	v, err := p.parse()
	if err != nil {
		return Unit{}, err
	}
	if !v.isUnit && (v.num != 1 || !v.plain) {
		return Unit{}, &ParseError{Text: text, Msg: fmt.Sprintf("a unit is wanted, got the quantity %s", v.quantity())}
	}
	return Unit{Name: strings.TrimSpace(text), Scale: v.value(), Dim: v.dim}, nil
}

// pow10 is the float64 nearest to 10^n, on every machine; 0 or +Inf beyond its range.
func pow10(n int) float64 {
	x, _ := strconv.ParseFloat("1e"+strconv.Itoa(n), 64) // a range error leaves 0 or Inf, as wanted
	return x
}
