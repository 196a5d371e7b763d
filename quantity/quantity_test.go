package quantity_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/quantity"
)

func same(t *testing.T, want, got float64, args ...any) {
	t.Helper()
	if math.Float64bits(want) != math.Float64bits(got) {
		assert.Fail(t, "not the same bits", "want %v, got %v %v", want, got, args)
	}
}

func TestArithmetic(t *testing.T) {
	tau, v, g := quantity.MustParse("5 ms"), quantity.MustParse("2 mV"), quantity.MustParse("3 nS")

	sum, err := tau.Add(quantity.MustParse("1 s"))
	require.NoError(t, err)
	same(t, 5*1e-3+1, sum.SI())
	difference, err := tau.Sub(quantity.MustParse("1 s"))
	require.NoError(t, err)
	assert.Equal(t, "-0.995 s", difference.String())

	current := g.Mul(v)
	assert.Equal(t, quantity.DimCurrent, current.Dimension())
	assert.Equal(t, "6 pA", current.String())
	assert.Equal(t, quantity.DimVoltage, current.Div(g).Dimension())
	assert.Equal(t, "-2 mV", v.Neg().String())
	assert.Equal(t, "10 ms", tau.Scale(2).String())

	square, err := v.Pow(2, 1)
	require.NoError(t, err)
	root, err := square.Pow(-2, -4)
	require.NoError(t, err)
	assert.Equal(t, v, root)
	_, err = v.Neg().Pow(1, 2)
	assert.ErrorContains(t, err, "not a real number")
	_, err = v.Pow(1, 0)
	assert.Error(t, err)
	_, err = quantity.New(2, quantity.DimNone).Pow(1, 0)
	assert.Error(t, err)
	inverse, err := quantity.New(4, quantity.DimTime).Pow(-1, 2)
	require.NoError(t, err)
	same(t, 0.5, inverse.SI())

	order, err := tau.Cmp(quantity.MustParse("6 ms"))
	require.NoError(t, err)
	assert.Equal(t, -1, order)
	nan := quantity.New(math.NaN(), quantity.DimTime)
	assert.True(t, nan.Equal(nan))
	assert.False(t, nan.Equal(tau))
	assert.False(t, tau.Equal(v))
}

func TestMismatch(t *testing.T) {
	tau, v := quantity.MustParse("5 ms"), quantity.MustParse("2 mV")
	for name, f := range map[string]func() error{
		"add":           func() error { _, err := tau.Add(v); return err },
		"subtract":      func() error { _, err := tau.Sub(v); return err },
		"compare":       func() error { _, err := tau.Cmp(v); return err },
		"express in mV": func() error { _, err := tau.In("mV"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			err := f()
			require.ErrorIs(t, err, quantity.ErrMismatch)
			var mismatch *quantity.MismatchError
			require.True(t, errors.As(err, &mismatch))
			assert.Equal(t, name, mismatch.Op)
			assert.Equal(t, quantity.DimTime, mismatch.Left)
			assert.Equal(t, quantity.DimVoltage, mismatch.Right)
			assert.Equal(t, "quantity: "+name+": dimensions differ: s and V", err.Error())
		})
	}
}

func TestOfAndIn(t *testing.T) {
	q, err := quantity.Of(5, "ms")
	require.NoError(t, err)
	same(t, 5*1e-3, q.SI())
	x, err := q.In("us")
	require.NoError(t, err)
	same(t, 5*1e-3/1e-6, x)
	_, err = quantity.Of(5, "msk")
	assert.ErrorIs(t, err, quantity.ErrUnknownUnit)
	_, err = q.In("5 ms")
	assert.ErrorContains(t, err, "a unit is wanted")
}

func TestString(t *testing.T) {
	for text, want := range map[string]string{
		"5 ms": "5 ms", "0.1 ms": "100 us", "500 ms": "0.5 s", "12345 s": "12345 s",
		"-70.6 mV": "-70.6 mV", "0.0355 V": "35.5 mV", "30 nS": "30 nS", "2*nS*mV": "2 pA",
		"0.9 uF/cm^2": "0.9 uF/cm^2", "0.009*farad*meter**-2": "0.9 uF/cm^2",
		"120 mS/cm**2": "120 mS/cm^2", "1/ms": "1 kHz", "300 um2": "300 um^2",
		"3 gram": "3 g", "2 kilogram": "2 kg", "2 mM": "2 mM", "100 nM": "100 nM",
		"0 V": "0 V", "0.5": "0.5", "1e-30": "1e-30", "12345678": "1.2345678e+07",
		"3 V*s**-0.5": "3 V s^-0.5", "0.2 mV/ms": "0.2 V/s", "35.4 ohm cm": "0.354 ohm m",
		"3 mV^2": "3e-06 V^2", "2 / volt": "2 V^-1", "7 kg m": "7 kg m", "4 m/s": "4 m/s", "1 um/ms^(1/3)": "1e-05 m s^(-1/3)",
		"6 metre**2/second": "6 m^2 s^-1", "1 uM/ms": "1 mM/s",
		"inf mV": "inf V", "-inf": "-inf", "nan s": "nan s",
	} {
		q, err := quantity.Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, q.String(), text)
		back, err := quantity.Parse(q.String())
		require.NoError(t, err, q.String())
		assert.Equal(t, q.Dimension(), back.Dimension(), q.String())
		if q.SI() != 0 && !math.IsInf(q.SI(), 0) {
			assert.False(t, math.Abs(back.SI()/q.SI()-1) > 1e-11, q.String())
		}
	}
}

func TestMarshalText(t *testing.T) {
	for text, want := range map[string]string{
		"5 ms": "5 ms", "0.1 ms": "0.1 ms", "30 nS": "30 nS", "-70.6 mV": "-70.6 mV", "1 uF/cm^2": "1 uF/cm^2",
		"2*nS*mV": "0.002 nA", "1*uF/cm**2": "0.9999999999999998 uF/cm^2", "-0 mV": "-0 V", "nan V": "nan V", "-inf": "-inf",
		"0.3333333333333333": "0.3333333333333333",
	} {
		q := quantity.MustParse(text)
		got, err := q.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
		var back quantity.Quantity
		require.NoError(t, back.UnmarshalText(got))
		assert.True(t, q.Equal(back))
		assert.Equal(t, math.Signbit(q.SI()), math.Signbit(back.SI()))
	}
	var back struct{ Tau quantity.Quantity }
	require.NoError(t, json.Unmarshal([]byte(`{"Tau":"15 ms"}`), &back))
	same(t, 15*1e-3, back.Tau.SI())
	assert.Error(t, json.Unmarshal([]byte(`{"Tau":"15 bananas"}`), &back))
	same(t, 15*1e-3, back.Tau.SI(), "a failed read must leave the value alone")
}

// Every value of every printable dimension must come back bit for bit.
func FuzzMarshalText(f *testing.F) {
	for _, x := range []float64{0, 1, -0.0706, 3e-8, 5e-324, math.MaxFloat64, 0.1, 1e22, 123456.789e-9, 1e-300} {
		for i := range uint8(7) {
			f.Add(math.Float64bits(x), i, int8(1), int8(1))
		}
	}
	units := []string{"s", "V", "S/m^2", "F/m^2", "kg", "M", "m", "A", "V s", "K", "ohm", "A/m^2"}
	f.Fuzz(func(t *testing.T, bits uint64, unit uint8, num, den int8) {
		u, err := quantity.ParseUnit(units[int(unit)%len(units)])
		require.NoError(t, err)
		d, err := u.Dim.Pow(int(num), int(den))
		if err != nil {
			d = u.Dim
		}
		q := quantity.New(math.Float64frombits(bits), d)
		text, err := q.MarshalText()
		require.NoError(t, err)
		var back quantity.Quantity
		require.NoError(t, back.UnmarshalText(text), "%s", text)
		require.True(t, q.Equal(back), "%s: %v %v", text, q.SI(), back.SI())
		if q.SI() == q.SI() {
			same(t, q.SI(), back.SI(), string(text))
		}
		again, err := quantity.Parse(q.String())
		require.NoError(t, err, q.String())
		require.Equal(t, d, again.Dimension(), q.String())
	})
}
