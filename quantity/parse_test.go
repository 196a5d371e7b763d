package quantity_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/quantity"
)

// one hides a number from the compiler, which would fold constants exactly.
var one = func() float64 { return 1 }

func TestParse(t *testing.T) {
	x := one()
	density := func(a quantity.Dimension) quantity.Dimension { return a.Div(quantity.DimArea) }
	noise, err := quantity.DimTime.Pow(-1, 2)
	require.NoError(t, err)
	for _, c := range []struct {
		text string
		si   float64
		dim  quantity.Dimension
	}{
		{"5 ms", x * 5 * 1e-3, quantity.DimTime},
		{"5ms", x * 5 * 1e-3, quantity.DimTime},
		{"  5\tmsecond ", x * 5 * 1e-3, quantity.DimTime},
		{"5*ms", x * 5 * 1e-3, quantity.DimTime},
		{"5 us", x * 5 * 1e-6, quantity.DimTime},
		{"5 \u00b5s", x * 5 * 1e-6, quantity.DimTime},
		{"5 \u03bcs", x * 5 * 1e-6, quantity.DimTime},
		{"-70.6 mV", x * -70.6 * 1e-3, quantity.DimVoltage},
		{"\u221270.6 mV", x * -70.6 * 1e-3, quantity.DimVoltage},
		{"+3 Hz", 3, quantity.DimFrequency},
		{"30 nS", x * 30 * 1e-9, quantity.DimConductance},
		{"12.0 * mV", x * 12 * 1e-3, quantity.DimVoltage},
		{"0.5", 0.5, quantity.DimNone},
		{".5", 0.5, quantity.DimNone},
		{"5.", 5, quantity.DimNone},
		{"-0", math.Copysign(0, -1), quantity.DimNone},
		{"1/ms", 1000, quantity.DimFrequency},
		{"3/ms", x * 3 / 1e-3, quantity.DimFrequency},
		{"3 / (2 ms)", x * 3 / (x * 2 * 1e-3), quantity.DimFrequency},
		{"2*nS*mV", x * 2 * 1e-9 * 1e-3, quantity.DimCurrent},
		{"2 nS*mV", x * 2 * 1e-12, quantity.DimCurrent},
		{"2 nS mV", x * 2 * 1e-12, quantity.DimCurrent},
		{"1 uF/cm^2", 1e-2, density(quantity.DimCapacitance)},
		{"1*uF/cm**2", x * 1e-6 / 1e-4, density(quantity.DimCapacitance)},
		{"1.5e-3 uA/cm**2", x * 1.5e-3 * 1e-2, density(quantity.DimCurrent)},
		{"1.5E-3 uA cm^-2", x * 1.5e-3 * 1e-2, density(quantity.DimCurrent)},
		{"100 S/(m^2)", 100, density(quantity.DimConductance)},
		{"100. * siemens / (metre ** 2)", 100, density(quantity.DimConductance)},
		{"3 cm2/2", x * 3 * 1e-4 / 2, quantity.DimArea},
		{"3 cm2*2 * 4", x * 3 * 1e-4 * 2 * 4, quantity.DimArea},
		{"6 ms/(2*3)", x * 6 * 1e-3 / 6, quantity.DimTime},
		{"3 s/2 ms*(2 V)", x * 3 / (x * 2 * 1e-3) * 2, quantity.DimVoltage},
		{strings.Repeat("1 m/(", 45) + "1 m" + strings.Repeat(")", 45), 1, quantity.DimNone}, // in time, too
		{"6 ms*(2)", x * 6 * 1e-3 * 2, quantity.DimTime},
		{"5 um3", x * 5 * 1e-18, quantity.DimVolume},
		{"4 ms**0.5*ms**0.5", x * 4 * 1e-3, quantity.DimTime},
		{"2 ms**-0.5", x * 2 * math.Sqrt(1000), noise},
		{"10**-3 V", x * 1e-3, quantity.DimVoltage},
		{"-2**2 V", -4, quantity.DimVoltage},
		{"(2 mV)**2/volt", x * (2 * 1e-3) * (2 * 1e-3), quantity.DimVoltage},
		{"kg m^2 s^-3 A^-1", 1, quantity.DimVoltage},
		{"kilogram*metre**2/second**3/amp", 1, quantity.DimVoltage},
		{"3 liter", x * 3 * 1e-3, quantity.DimVolume},
		{"2 mM", 2, quantity.DimConcentration},
		{"2 k\u03a9", 2000, quantity.DimResistance},
		{"2 k\u2126", 2000, quantity.DimResistance},
		{"1 Qs", 1e30, quantity.DimTime},
		{"1 qs", 1e-30, quantity.DimTime},
		{"7 radian", 7, quantity.DimNone},
		{"2 ms^0 V", 2, quantity.DimVoltage},
		{"inf ms", math.Inf(1), quantity.DimTime},
		{"-Inf", math.Inf(-1), quantity.DimNone},
	} {
		q, err := quantity.Parse(c.text)
		if assert.NoError(t, err, c.text) {
			same(t, c.si, q.SI(), c.text)
			assert.Equal(t, c.dim, q.Dimension(), c.text)
		}
	}
	// What Python prints for 10.0**(n/2).
	for text, want := range map[string]float64{"ms^0.5": 0.03162277660168379, "us^0.5": 1e-3, "ks^1.5": 31622.776601683792, "ns^-2.5": 3.1622776601683792e+22, "ys^2.5": 1e-60, "ps^2.5": 1e-30, "as^3.5": 1e-63} {
		same(t, want, quantity.MustParse(text).SI(), text)
	}
	nan, err := quantity.Parse("nan V")
	require.NoError(t, err)
	assert.True(t, math.IsNaN(nan.SI()))
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		msg    string
	}{
		{"", 0, "empty"},
		{"   ", 3, "empty"},
		{"5 msecnd", 2, "did you mean msecond?"},
		{"5 mv", 2, "did you mean mV"},
		{"3 hz", 2, "did you mean Hz?"},
		{"5 volts", 2, "did you mean volt?"},
		{"5 furlong", 2, "units are names such as ms"},
		{"20 celsius", 3, "kelvin"},
		{"5 minutes", 2, "seconds"},
		{"5 kilovoltampereperfortnight", 2, "units are names such as ms"},
		{"5 kelvinn2", 2, "unknown unit"},
		{"5 ms22", 2, "unknown unit"},
		{"5 µµs", 2, "unknown unit"},
		{"5 ms +", 5, "unexpected '+'"},
		{"5 ms 3", 5, "unexpected '3'"},
		{"5 3", 2, "unexpected '3'"},
		{"(5 ms", 5, "unexpected end, want a closing parenthesis"},
		{"5 ms)", 4, "unexpected ')'"},
		{"5 *", 3, "unexpected end, want a number or a unit"},
		{"* 5", 0, "unexpected '*'"},
		{"5 ms^", 5, "want an exponent"},
		{"5 ms^V", 5, "want an exponent"},
		{"5 ms^0.123", 5, "denominator up to 10"},
		{"5 ms^(1/0)", 5, "denominator up to 10"},
		{"5 ms^(1/3", 9, "closing parenthesis after the exponent"},
		{"5 ms^inf", 5, "denominator up to 10"},
		{"5 s^1001", 4, "within ±1000"},
		{"5 (s^1000)^1000", 2, "unexpected '('"},
		{"(s^1000)^1000", 8, "beyond 1000"},
		{"(ms^(1/10))^(1/10)", 11, "denominator does not divide 2520"},
		{"s^1000 s^1000", 7, "exponent beyond 1000"},
		{"ms^1000", 2, "out of range"},
		{"Qs^10 Qm^10", 6, "out of range"},
		{"W/m^2 K", 6, "ambiguous"},
		{"3 W/m^2 K", 8, "ambiguous"},
		{"1e400 V", 0, "the number 1e400 is out of range"},
		{"1e308 kV", 6, "out of range"},
		{"5 V/0", 3, "division by zero"},
		{"1e-320 V / 1e300 / 0", 17, "division by zero"},
		{".", 0, "needs a digit"},
		{"5 V\xff", 3, "unexpected"},
		{strings.Repeat("(", 1000), 50, "too deeply nested"},
	} {
		_, err := quantity.Parse(c.text)
		var parse *quantity.ParseError
		if !assert.True(t, errors.As(err, &parse), "%q: %v", c.text, err) {
			continue
		}
		assert.Equal(t, c.offset, parse.Offset, "%q: %v", c.text, err)
		assert.Contains(t, err.Error(), c.msg)
		assert.Equal(t, strings.Contains(parse.Msg, "unknown unit"), errors.Is(err, quantity.ErrUnknownUnit), c.text)
	}
	_, err := quantity.Parse("3 µA/hz")
	assert.EqualError(t, err, `quantity: "3 µA/hz", column 6: unknown unit "hz": did you mean Hz?`)
	_, err = quantity.Parse(strings.Repeat("z", 1<<20))
	assert.Less(t, len(err.Error()), 400, "a message must not repeat a megabyte of text")
	assert.Panics(t, func() { quantity.MustParse("5 bananas") })
}

// Whatever the text, Parse ends with a quantity that can be written and read again or with an
// error that points into the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"5 ms", "-70.6 mV", "1 uF/cm^2", "1/ms", "2*nS*mV", "3 V s^-0.5", "(((", "5 mV / (2 nS)", "1e400", "nan V", "10**-3 S",
		"1. * metre ** -4 * kilogram ** -1", "µΩ^(1/3)", "5 ms^0.3333333333333333", "W/m^2 K", "-inf K2", "1e-320 yV", "(10 s)^1000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := quantity.Parse(text)
		if err != nil {
			var parse *quantity.ParseError
			require.True(t, errors.As(err, &parse), "%v", err)
			require.True(t, 0 <= parse.Offset && parse.Offset <= len(text))
			require.NotEmpty(t, err.Error())
			return
		}
		written, err := q.MarshalText()
		require.NoError(t, err)
		back, err := quantity.Parse(string(written))
		require.NoError(t, err, "%s", written)
		require.True(t, q.Equal(back), "%q -> %s", text, written)
		_, err = quantity.Parse(q.String())
		require.NoError(t, err)
		dim, err := quantity.ParseBrian(q.Dimension().Brian())
		require.NoError(t, err)
		require.Equal(t, q.Dimension(), dim)
	})
}
