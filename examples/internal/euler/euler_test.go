package euler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/examples/internal/euler"
	"galvani/trajectory"
)

func TestFunctionComesBack(t *testing.T) {
	k := euler.Kind()
	for _, f := range []euler.Function{euler.Lorenz(), euler.Roessler()} {
		require.True(t, k.Match(f))
		items, err := k.Encode(f, nil)
		require.NoError(t, err)
		v, explored, err := k.Decode(items)
		require.NoError(t, err)
		assert.Nil(t, explored)
		p := map[string]float64{"sigma": 1, "beta": 2, "rho": 3, "a": 4, "c": 5}
		want, err := euler.Integrate(f, p, []float64{1, 2, 3}, 2, 0.5)
		require.NoError(t, err)
		got, err := euler.Integrate(v.(euler.Function), p, []float64{1, 2, 3}, 2, 0.5)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestKindRefuses(t *testing.T) {
	k := euler.Kind()
	assert.False(t, k.Match("package euler"))
	_, err := k.Encode(euler.Lorenz(), trajectory.Values(euler.Lorenz()))
	assert.ErrorIs(t, err, trajectory.ErrType)
	foreign, err := trajectory.Encode(trajectory.Frame{{Name: "data", Values: []string{"def diff_lorenz(x):"}}})
	require.NoError(t, err)
	_, _, err = k.Decode([]trajectory.Item{{Name: "data", Data: foreign}})
	assert.ErrorContains(t, err, `got "def diff_lorenz(x):"`)
	number, err := trajectory.Encode(3.5)
	require.NoError(t, err)
	for _, items := range [][]trajectory.Item{nil, {{Name: "data", Data: number}}, {{Name: "code", Data: foreign}}} {
		_, _, err = k.Decode(items)
		assert.ErrorIs(t, err, trajectory.ErrCorrupt)
	}
}

func TestIntegrateRefuses(t *testing.T) {
	_, err := euler.Integrate(euler.Lorenz(), nil, []float64{1, 2}, 10, 0.1)
	assert.EqualError(t, err, "euler: 2 coordinates and 10 steps: want 3 and at least 1")
	_, err = euler.Integrate(euler.Lorenz(), nil, []float64{1, 2, 3}, 0, 0.1)
	assert.EqualError(t, err, "euler: 3 coordinates and 0 steps: want 3 and at least 1")
}
