package quantity_test

import (
	"bufio"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/quantity"
)

// lines reads a table in testdata without its comments.
func lines(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var list []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if !strings.HasPrefix(s.Text(), "#") {
			list = append(list, s.Text())
		}
	}
	return list
}

// dimension builds a dimension from the exponents of m kg s A K mol cd.
func dimension(t *testing.T, exponents []string) quantity.Dimension {
	t.Helper()
	require.Len(t, exponents, 7)
	var d quantity.Dimension
	for i, base := range []quantity.Dimension{quantity.DimLength, quantity.DimMass, quantity.DimTime, quantity.DimCurrent,
		quantity.DimTemperature, quantity.DimAmount, quantity.DimLuminosity} {
		x, err := strconv.ParseFloat(exponents[i], 64)
		require.NoError(t, err)
		p, err := base.Pow(int(math.Round(x*10)), 10)
		require.NoError(t, err)
		d = d.Mul(p)
	}
	return d
}

func TestUnitsAreBrians(t *testing.T) {
	table := lines(t, "testdata/brian2_units.txt")
	require.Len(t, table, 2094)
	for _, line := range table {
		field := strings.Fields(line)
		u, ok := quantity.LookupUnit(field[0])
		if !assert.True(t, ok, line) {
			continue
		}
		scale, err := strconv.ParseFloat("1e"+field[1], 64)
		require.NoError(t, err)
		same(t, scale, u.Scale, line)
		assert.Equal(t, dimension(t, field[2:]), u.Dim, line)
		assert.Equal(t, field[0], u.Name)
		p, err := quantity.ParseUnit(field[0])
		require.NoError(t, err)
		assert.Equal(t, u, p)
	}
}

func TestBrianText(t *testing.T) {
	named := regexp.MustCompile(`^1$|^1\. \* \w+$`)
	count := 0
	for _, line := range lines(t, "testdata/brian2_reprs.txt") {
		exponents, text, _ := strings.Cut(line, " | ")
		want := dimension(t, strings.Fields(exponents))
		got, err := quantity.ParseBrian(text)
		require.NoError(t, err, line)
		assert.Equal(t, want, got, line)
		if named.MatchString(text) {
			assert.Equal(t, text, want.Brian())
			count++
		}
		back, err := quantity.ParseBrian(want.Brian())
		require.NoError(t, err, line)
		assert.Equal(t, want, back)
	}
	assert.Equal(t, 73, count)

	for text, unit := range map[string]string{
		"1. * metre ** -4 * kilogram ** -1 * second ** 4 * amp ** 2":  "uF/cm^2",
		"1. * metre ** -2 * amp":                                      "uA/cm^2",
		"1. * metre ** 2.0 * kilogram * second ** -3.5 * amp ** -1.0": "mV/ms**0.5",
		"1. * second ** 0.25 * amp ** 2.0":                            "A^2*s^0.25",
		"1. * second ** 0.3333333333333333":                           "s^(1/3)",
		"1. * metre ** 2 * kilogram * second ** -4 * amp ** -1":       "V/s",
		"1. * metre ** -3 * second ** -1 * mole":                      "mM/s",
	} {
		u, err := quantity.ParseUnit(unit)
		require.NoError(t, err)
		assert.Equal(t, text, u.Dim.Brian())
		back, err := quantity.ParseBrian(text)
		require.NoError(t, err)
		assert.Equal(t, u.Dim, back)
	}
	for _, text := range []string{"1.0 * mV", "12 * volt", "0", "nan * volt", "", "volt +"} {
		_, err := quantity.ParseBrian(text)
		assert.Error(t, err, text)
	}
	for text, want := range map[string]quantity.Dimension{
		"1.0 * volt": quantity.DimVoltage, "1. * siemens": quantity.DimConductance, "1": quantity.DimNone, "1.0": quantity.DimNone, "volt": quantity.DimVoltage,
		"1. * metre ** 2 * kilogram * second ** -3.5 * amp ** -1": quantity.MustParse("1 V/s**0.5").Dimension(), "1. * metre ** 2.0": quantity.DimArea,
		"0.001 * molar / second": quantity.DimConcentration.Div(quantity.DimTime),
	} {
		got, err := quantity.ParseBrian(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestParseUnit(t *testing.T) {
	for _, c := range []struct {
		text  string
		scale float64
		dim   quantity.Dimension
	}{
		{"volt", 1, quantity.DimVoltage},
		{"1", 1, quantity.DimNone},
		{" 1/ms ", 1000, quantity.DimFrequency},
		{"nS*mV", 1e-12, quantity.DimCurrent},
		{"amp/meter**2", 1, quantity.DimCurrent.Div(quantity.DimArea)},
		{"uF/cm^2", 1e-2, quantity.DimCapacitance.Div(quantity.DimArea)},
		{"kg m^2 s^-3 A^-1", 1, quantity.DimVoltage},
	} {
		u, err := quantity.ParseUnit(c.text)
		require.NoError(t, err, c.text)
		same(t, c.scale, u.Scale, c.text)
		assert.Equal(t, c.dim, u.Dim, c.text)
		assert.Equal(t, strings.TrimSpace(c.text), u.String())
	}
	for _, text := range []string{"5 ms", "2", "1*2", "", "volts"} {
		_, err := quantity.ParseUnit(text)
		assert.Error(t, err, text)
	}
	for _, name := range []string{"", "ms ", "5", "1", "m/s", "2", "23", "kkg", "mkilogram", "celsius", "h", "cm4", "inf", strings.Repeat("m", 1000)} {
		_, ok := quantity.LookupUnit(name)
		assert.False(t, ok, name)
	}
}

func TestDimension(t *testing.T) {
	assert.Equal(t, "kg m^2 s^-3 A^-1", quantity.DimVoltage.String())
	assert.Equal(t, "1", quantity.DimNone.String())
	assert.Equal(t, "1", quantity.DimNone.Symbol())
	assert.True(t, quantity.DimVoltage.Div(quantity.DimVoltage).IsNone())
	assert.Equal(t, quantity.DimVoltage, quantity.DimCurrent.Mul(quantity.DimResistance))
	assert.Equal(t, quantity.DimCurrent, quantity.DimConductance.Mul(quantity.DimVoltage))

	for den := 1; den <= 10; den++ {
		for num := -12; num <= 12; num++ {
			d, err := quantity.DimVoltage.Mul(quantity.DimLuminosity).Pow(num, den)
			require.NoError(t, err)
			for _, text := range []string{d.String(), d.Symbol()} {
				u, err := quantity.ParseUnit(text)
				require.NoError(t, err, text)
				assert.Equal(t, d, u.Dim, text)
				same(t, 1, u.Scale, text)
			}
			if num != 0 {
				back, err := d.Pow(den, num)
				require.NoError(t, err)
				assert.Equal(t, quantity.DimVoltage.Mul(quantity.DimLuminosity), back)
			}
		}
	}
	for _, e := range [][2]int{{1, 0}, {1, 11}, {1001, 1}, {math.MaxInt, 1}, {math.MinInt, 1}, {1, math.MaxInt}, {math.MinInt, math.MinInt + 1}, {1, math.MinInt}} {
		_, err := quantity.DimTime.Pow(e[0], e[1])
		assert.Error(t, err, e)
	}
	same1, err := quantity.DimTime.Pow(math.MaxInt, math.MaxInt)
	require.NoError(t, err)
	assert.Equal(t, quantity.DimTime, same1)
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := quantity.Parse("-70.6 mV"); err != nil {
			b.Fatal(err)
		}
	}
}
