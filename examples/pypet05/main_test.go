package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/euler"
	"galvani/examples/internal/pypettest"
)

// The SHA-256 of what pypet 0.6.1 prints of the results of its example: every coordinate of
// every step, and the one comment.
const digest = "b90c08f3b5a76dc0b323405f6e19775fefdf4346695d80e53518a0fbd3a350ae"

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Example_05_Euler_Integration")
	assert.Equal(t, "Without the class FunctionParameter there is a value of type trajectory.Frame called data.\n"+
		" ---------- The source code of your function ----------\n"+euler.Lorenz().String(), stdout)
	lines = pypettest.Purge(lines)
	assert.Equal(t, digest, pypettest.Digest(pypettest.With(lines, "results.runs.")))
	// Two things differ: the source code, and where the initial conditions are kept. pypet's
	// example asks for an ArrayParameter with an array for each of them; ours lie in a
	// table, as in pypet's Parameter.
	arrays := []string{"parameters.initial_conditions\tdata", "parameters.initial_conditions\texplored"}
	assert.Equal(t, []string{
		"parameters.initial_conditions\tdata\t{data:[[0 0 0]]}",
		"parameters.initial_conditions\texplored_data\t{data:[[0.01 0.01 0.01] [2.02 0.02 0.02] [42 4.2 0.42]]}",
	}, pypettest.With(lines, arrays...))
	assert.Equal(t, pypettest.Without(pypettest.Expected(t), arrays...), pypettest.With(pypettest.Without(lines, arrays...), "parameters.", "\t#comment\t"))
}

func TestGoldenEnds(t *testing.T) {
	p := map[string]float64{"sigma": 10, "beta": 8.0 / 3.0, "rho": 28}
	for _, c := range []struct{ start, end []float64 }{
		{[]float64{0.01, 0.01, 0.01}, []float64{9.691260877798623, 12.946765661238988, 23.903639843145395}},
		{[]float64{2.02, 0.02, 0.02}, []float64{-7.029851111835278, -9.859024995785328, 21.026151612310684}},
		{[]float64{42, 4.2, 0.42}, []float64{5.378668503922272, 3.287017799562172, 26.45183446054125}},
	} {
		evolution, err := euler.Integrate(euler.Lorenz(), p, c.start, 10000, 0.01)
		assert.NoError(t, err)
		assert.Equal(t, c.start, evolution.Data[:3])
		assert.Equal(t, c.end, evolution.Data[3*9999:], "after 9999 steps")
	}
}
