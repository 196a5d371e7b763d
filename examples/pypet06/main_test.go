package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/euler"
	"galvani/examples/internal/pypettest"
)

// The SHA-256 of what pypet 0.6.1 prints of the results of its example: every coordinate of
// every step, and the one comment.
const digest = "5b8d6f66d150314783e0083e46af80d6654a12038ca2c29eae09dcfe744646fc"

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Example_06_Euler_Integration")
	assert.Equal(t, " ---------- The source code of your function ----------\n"+euler.Roessler().String(), stdout)
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
	p := map[string]float64{"a": 0.1, "c": 14}
	for _, c := range []struct{ start, end []float64 }{
		{[]float64{0.01, 0.01, 0.01}, []float64{4.384643297173065, 1.504642859985349, 0.010519046213483646}},
		{[]float64{2.02, 0.02, 0.02}, []float64{4.669679966023593, 15.913235391323749, 0.5852690210126619}},
		{[]float64{42, 4.2, 0.42}, []float64{-19.433120379102252, 4.01452006622579, 0.003003461488573317}},
	} {
		evolution, err := euler.Integrate(euler.Roessler(), p, c.start, 10000, 0.01)
		assert.NoError(t, err)
		assert.Equal(t, c.end, evolution.Data[3*9999:], "after 9999 steps")
	}
}

func TestAnotherSystem(t *testing.T) {
	for _, c := range []struct {
		system  string
		status  int
		message string
	}{
		{"diff_lorenz", 0, ""},
		{"heart", 1, "pypet06: unknown system \"heart\": want diff_lorenz or diff_roessler\n"},
	} {
		var out, messages bytes.Buffer
		status := program().Exec(context.Background(), []string{"-out", t.TempDir(), "-progress", "none", "-system", c.system}, &out, &messages)
		assert.Equal(t, c.status, status)
		assert.Contains(t, messages.String(), c.message)
		assert.Equal(t, status == 0, bytes.Contains(out.Bytes(), []byte(euler.Lorenz().String())))
	}
}
