package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The neuron behind the rates has 18.3 ms and 13.1 mV.
const want = `grid           441 runs: tau = 19.00 ms, V_th = 13.00 mV, misfit 1.407 Hz
refined_grids   92 runs: tau = 18.75 ms, V_th = 12.97 mV, misfit 0.341 Hz
simplex        100 runs: tau = 18.64 ms, V_th = 12.94 mV, misfit 0.296 Hz
evolution      102 runs: tau = 18.50 ms, V_th = 13.05 mV, misfit 0.103 Hz
`

func TestSearchesNeedFewerRunsThanTheGrid(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // finished sweeps say the same
		var out, messages bytes.Buffer
		status := program().Exec(t.Context(), []string{"-out", dir, "-workers", "2", "-progress", "none"}, &out, &messages)
		require.Zero(t, status, messages.String())
		assert.Equal(t, want, out.String())
	}
}
