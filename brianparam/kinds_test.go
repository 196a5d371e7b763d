package brianparam_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
)

func kind(t *testing.T, class string) trajectory.Kind {
	for _, k := range brianparam.Kinds() {
		if k.Class == class {
			return k
		}
	}
	require.FailNow(t, "no kind", class)
	return trajectory.Kind{}
}

func ms(x float64) quantity.Quantity { return quantity.New(x*1e-3, quantity.DimTime) }

func table(columns ...trajectory.Column) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Table, Columns: columns}
}

func texts(name string, v ...string) trajectory.Column {
	return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Shape: []int{len(v)}, Values: v}}
}

func floats(name string, v ...float64) trajectory.Column {
	return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Shape: []int{len(v)}, Values: v}}
}

func all(r trajectory.Range) []any {
	if r == nil {
		return nil
	}
	var list []any
	for i := range r.Len() {
		list = append(list, r.At(i))
	}
	return list
}

// What a real pypet file has for 10 ms, explored at 10 and 5 ms.
func TestParameterItems(t *testing.T) {
	k := kind(t, "Brian2Parameter")
	items, err := k.Encode(ms(10), trajectory.Values(ms(10), ms(5)))
	require.NoError(t, err)
	assert.Equal(t, []trajectory.Item{
		{Name: "data__brn2__", Data: table(texts("unit", "1. * second"), floats("value", 0.01))},
		{Name: "explored_data__brn2__", Data: table(floats("value", 0.01, 0.005))},
	}, items)
	_, err = k.Encode(ms(10), trajectory.Values(ms(10), quantity.MustParse("5 mV")))
	assert.ErrorContains(t, err, "5 mV")
	_, err = k.Encode(3.5, nil)
	assert.Error(t, err)
}

// A parameter of pypet that was a number first and a quantity later has the items of both.
func TestQuantityCountsBeforeNumber(t *testing.T) {
	stored := []trajectory.Item{
		{Name: "data", Data: table(floats("data", 7))},
		{Name: "explored_data", Data: table(floats("data", 7, 8, 9))},
		{Name: "data__brn2__", Data: table(texts("unit", "1. * second"), floats("value", 0.01))},
		{Name: "explored_data__brn2__", Data: table(floats("value", 0.01, 0.005))},
	}
	v, r, err := kind(t, "Brian2Parameter").Decode(stored)
	require.NoError(t, err)
	assert.Equal(t, ms(10), v)
	assert.Equal(t, []any{ms(10), ms(5)}, all(r))
	v, r, err = kind(t, "Brian2Parameter").Decode(stored[:3])
	require.NoError(t, err)
	assert.Equal(t, ms(10), v)
	assert.Nil(t, r)
	v, r, err = kind(t, "Brian2Parameter").Decode(stored[:2])
	require.NoError(t, err)
	assert.Equal(t, 7.0, v)
	assert.Equal(t, []any{7.0, 8.0, 9.0}, all(r))
}

// What pypet writes for np.array([1, 2])*mV, explored over one value.
func TestArrayAsAParameter(t *testing.T) {
	k := kind(t, "Brian2Parameter")
	cells := func(n int, v ...float64) trajectory.Column {
		return trajectory.Column{Name: "value", Data: trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Float64, Shape: []int{n, 2}, Values: v}}
	}
	stored := []trajectory.Item{
		{Name: "data__brn2__", Data: table(texts("unit", "1. * volt"), cells(1, 0.001, 0.002))},
		{Name: "explored_data__brn2__", Data: table(cells(2, 0.001, 0.002, 0.003, 0.004))},
	}
	mV := func(v ...float64) brianparam.Array {
		return brianparam.Array{Shape: []int{len(v)}, Values: v, Dimension: quantity.DimVoltage}
	}
	v, r, err := k.Decode(stored)
	require.NoError(t, err)
	assert.Equal(t, mV(0.001, 0.002), v)
	assert.Equal(t, []any{mV(0.001, 0.002), mV(0.003, 0.004)}, all(r))
	require.True(t, k.Match(v))
	items, err := k.Encode(v, r)
	require.NoError(t, err)
	assert.Equal(t, stored, items)
	assert.Equal(t, "[0.001 0.002] kg m^2 s^-3 A^-1", k.Text(v))
	assert.True(t, k.Same(v, mV(5, 6)))
	assert.False(t, k.Same(v, mV(5)))
	assert.False(t, k.Same(v, quantity.MustParse("1 mV")))
	_, err = k.Encode(v, trajectory.Values(mV(1)))
	assert.ErrorIs(t, err, trajectory.ErrType)
}

func TestParameterRoundTrip(t *testing.T) {
	k := kind(t, "Brian2Parameter")
	for _, text := range []string{"5 ms", "-70.6 mV", "2.5 nS", "5 Hz", "2", "1 uF/cm^2", "0 V", "1e-320 m", "3 V s^-0.5"} {
		t.Run(text, func(t *testing.T) {
			q := quantity.MustParse(text)
			require.True(t, k.Match(q))
			items, err := k.Encode(q, nil)
			require.NoError(t, err)
			v, r, err := k.Decode(items)
			require.NoError(t, err)
			assert.Nil(t, r)
			got := v.(quantity.Quantity)
			assert.Equal(t, q.Dimension(), got.Dimension())
			assert.Equal(t, math.Float64bits(q.SI()), math.Float64bits(got.SI()))
		})
	}
}

func TestParameterReadsOlderForms(t *testing.T) {
	for name, test := range map[string]struct {
		class string
		items []trajectory.Item
		want  any
		rnge  []any
	}{
		"numbers of the old package": {"BrianParameter", []trajectory.Item{
			{Name: "data__brn__", Data: table(texts("unit", "1.0 * volt"), floats("value", 0.012))},
			{Name: "explored_data__brn__", Data: table(floats("value", 0.012, 0.013))},
		}, quantity.New(0.012, quantity.DimVoltage), []any{quantity.New(0.012, quantity.DimVoltage), quantity.New(0.013, quantity.DimVoltage)}},
		"texts of the old package": {"BrianParameter", []trajectory.Item{
			{Name: "data__brn__", Data: table(texts("data", "12.0 * mV"))},
			{Name: "explored_data__brn__", Data: table(texts("data", "12.0 * mV", "1.0 * volt"))},
		}, quantity.New(12*1e-3, quantity.DimVoltage), []any{quantity.New(12*1e-3, quantity.DimVoltage), quantity.New(1, quantity.DimVoltage)}},
		"a plain number": {"Brian2Parameter", []trajectory.Item{
			{Name: "data", Data: table(floats("data", 3.5))},
			{Name: "explored_data", Data: table(floats("data", 3.5, 4.5))},
		}, 3.5, []any{3.5, 4.5}},
		"a plain text": {"Brian2Parameter", []trajectory.Item{{Name: "data", Data: table(texts("data", "V = 0"))}}, "V = 0", nil},
	} {
		t.Run(name, func(t *testing.T) {
			v, r, err := kind(t, test.class).Decode(test.items)
			require.NoError(t, err)
			assert.Equal(t, test.want, v)
			assert.Equal(t, test.rnge, all(r))
		})
	}
}

func TestParameterRefusesWhatItIsNot(t *testing.T) {
	short := floats("value", 1)
	short.Data.Shape = []int{3}
	for name, items := range map[string][]trajectory.Item{
		"nothing":             nil,
		"no unit":             {{Name: "data__brn2__", Data: table(floats("value", 1))}},
		"no value":            {{Name: "data__brn2__", Data: table(texts("unit", "1. * second"))}},
		"unknown unit":        {{Name: "data__brn2__", Data: table(texts("unit", "1. * parsec"), floats("value", 1))}},
		"scaled unit":         {{Name: "data__brn2__", Data: table(texts("unit", "1.0 * mV"), floats("value", 1))}},
		"code":                {{Name: "data__brn__", Data: table(texts("data", "__import__('os')"))}},
		"two rows":            {{Name: "data__brn2__", Data: table(texts("unit", "1", "1"), floats("value", 1, 2))}},
		"rows of two lengths": {{Name: "data__brn2__", Data: table(texts("unit", "1"), floats("value", 1, 2))}},
		"rows missing":        {{Name: "data__brn2__", Data: table(texts("unit", "1", "1", "1"), short)}},
		"no table":            {{Name: "data__brn2__", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Values: []float64{1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := kind(t, "Brian2Parameter").Decode(items)
			assert.ErrorIs(t, err, brianparam.ErrFormat)
		})
	}
}

func TestSameIsSameDimension(t *testing.T) {
	same := kind(t, "Brian2Parameter").Same
	assert.True(t, same(quantity.MustParse("5 mV"), quantity.MustParse("1 V")))
	assert.False(t, same(quantity.MustParse("5 mV"), ms(5)))
	assert.False(t, same(quantity.MustParse("5 mV"), 5.0))
}

// What a real pypet file has for vth=-50*mV, arr=[1, 2]*ms, plain=3.
func TestResultItems(t *testing.T) {
	k := kind(t, "Brian2Result")
	value := trajectory.Items{
		"vth": quantity.MustParse("-50 mV"), "plain": 3,
		"arr": brianparam.Array{Values: []float64{0.001, 0.002}, Dimension: quantity.DimTime},
	}
	items, err := k.Encode(value, nil)
	require.NoError(t, err)
	scalar := func(typ trajectory.Type, v any) trajectory.Data {
		return trajectory.Data{Coll: trajectory.Scalar, Type: typ, Values: v}
	}
	assert.Equal(t, []trajectory.Item{
		{Name: "arr__brn2__value", Data: trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Float64, Shape: []int{2}, Values: []float64{0.001, 0.002}}},
		{Name: "arr__brn2__unit", Data: scalar(trajectory.Str, []string{"1. * second"})},
		{Name: "plain", Data: scalar(trajectory.Int, []int64{3})},
		{Name: "vth__brn2__value", Data: scalar(trajectory.Float, []float64{-0.05})},
		{Name: "vth__brn2__unit", Data: scalar(trajectory.Str, []string{"1. * volt"})},
	}, items)
	back, _, err := k.Decode(items)
	require.NoError(t, err)
	value["arr"] = brianparam.Array{Shape: []int{2}, Values: []float64{0.001, 0.002}, Dimension: quantity.DimTime}
	assert.Equal(t, value, back)
}

func TestResultRefuses(t *testing.T) {
	k := kind(t, "Brian2Result")
	for name, items := range map[string]trajectory.Items{
		"a reserved name":      {"a__brn2__b": ms(1)},
		"a wrong shape":        {"a": brianparam.Array{Shape: []int{3}, Values: []float64{1}}},
		"what can't be stored": {"a": ms(1), "b": make(chan int)},
	} {
		_, err := k.Encode(items, nil)
		assert.Error(t, err, name)
	}
	for name, items := range map[string][]trajectory.Item{
		"no unit":  {{Name: "a__brn2__value", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Values: []float64{1}}}},
		"no value": {{Name: "a__brn2__unit", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Values: []string{"1"}}}},
	} {
		_, _, err := k.Decode(items)
		assert.ErrorIs(t, err, brianparam.ErrFormat, name)
	}
}

func FuzzParameterDecode(f *testing.F) {
	f.Add("data__brn2__", "unit", "1. * second", "value", 0.01)
	f.Add("data__brn__", "data", "12.0 * mV", "x", 1.0)
	f.Add("data", "data", "x", "", math.NaN())
	f.Fuzz(func(t *testing.T, item, column, text, column2 string, value float64) {
		items := []trajectory.Item{{Name: item, Data: table(texts(column, text), floats(column2, value))}}
		for _, k := range brianparam.Kinds() {
			v, _, err := k.Decode(items)
			if q, ok := v.(quantity.Quantity); ok && err == nil {
				again, err := k.Encode(q, nil)
				require.NoError(t, err)
				back, _, err := k.Decode(again)
				require.NoError(t, err)
				assert.True(t, q.Equal(back.(quantity.Quantity)))
			}
		}
	})
}
