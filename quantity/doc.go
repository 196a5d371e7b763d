// Package quantity holds physical quantities: a float64 in SI base units
// together with its dimension. It reads the texts people write ("5 ms",
// "-70.6 mV", "1 uF/cm^2"), checks dimensions when quantities are combined, and
// prints them in the unit that suits their size.
//
//	tau := quantity.MustParse("15 ms")
//	v := quantity.MustParse("-70.6 mV")
//	fmt.Println(tau.SI(), v)       // 0.015 -70.6 mV
//	_, err := tau.Add(v)           // quantity: add: dimensions differ: s and V
//
// # Units
//
// The units are those of Brian 2: the SI base and derived units, gram, litre
// and molar, under their names (volt, siemens, metre or meter) and symbols
// (V, S, m), each with every SI prefix (msecond, ms, Mohm, µA) and, directly
// attached, the power 2 or 3 (cm2, umetre3). All of them are powers of ten times
// an SI unit, and that power is kept as an integer while units are multiplied:
// uF/cm^2 is exactly 1e-2 F/m^2.
//
// # Numbers
//
// A number is multiplied by the unit that follows it, once: "5 ms" is
// float64(5) * 1e-3, and in "2 nS*mV" the unit is all of nS*mV. Where an
// operator stands between number and unit the text is computed from left to
// right, as Python computes it with Brian's units: "2*nS*mV" is (2 * 1e-9) * 1e-3.
// The two may differ in the last bit.
//
// # Concurrency
//
// Quantity, Dimension and Unit are values; everything here can be used from any
// number of goroutines.
//
// # Caveats
//
// Temperatures are kelvin; Celsius has an offset and is no unit. Angles are
// dimensionless. String rounds to 12 significant digits for people;
// MarshalText keeps every bit of the value (except which NaN it was).
// Exponents of a dimension are multiples of 1/2520, so that every fraction with
// a denominator up to 10 is exact.
package quantity
