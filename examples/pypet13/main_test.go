package main

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

// What pypet 0.6.1 prints of the file of its example has this SHA-256, all 624 lines.
const digest = "cd1a716811d913988cebc1f996ee0d2cef7b988d57bb12eb1fa288ef203ce6b6"

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "FiringRate")
	assert.Equal(t, `  I   tau_ref_5  tau_ref_7.5  tau_ref_10
0.00        0 Hz        0 Hz        0 Hz
0.10        0 Hz        0 Hz        0 Hz
0.11       34 Hz       32 Hz       29 Hz
0.20       84 Hz       69 Hz       59 Hz
0.30      110 Hz       86 Hz       71 Hz
0.40      127 Hz       96 Hz       78 Hz
0.50      137 Hz      102 Hz       82 Hz
0.60      145 Hz      107 Hz       84 Hz
0.70      152 Hz      110 Hz       87 Hz
0.80      157 Hz      113 Hz       88 Hz
0.90      162 Hz      115 Hz       90 Hz
1.00      164 Hz      117 Hz       91 Hz
`, stdout)
	assert.Len(t, lines, 624)
	assert.Equal(t, digest, fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "\n")+"\n"))))
}

func TestGoldenNumbers(t *testing.T) {
	s := simulation{Duration: 1000, DT: 0.1}
	v, spikes := integrate(neuron{I: 0.13, TauV: 10, TauRef: 5}, s)
	assert.Len(t, spikes, 51)
	assert.InDeltaSlice(t, []float64{14.6, 34.2, 53.8, 73.4}, spikes[:4], 1e-9)
	assert.InDelta(t, 0.013, v[1], 1e-15)
	assert.Equal(t, 0.8241579563448017, v[100])
	assert.Equal(t, 1.000303436185916, slices.Max(v))
	assert.InDelta(t, 4629.345431997285, pairwise(v), 1e-9)
	var totals [3]int
	for k, tauRef := range periods {
		for i := range 101 {
			_, spikes := integrate(neuron{I: float64(i) * 0.01, TauV: 10, TauRef: tauRef}, s)
			totals[k] += len(spikes)
		}
	}
	assert.Equal(t, [3]int{11839, 8815, 7053}, totals)
}

// pairwise sums without losing much, as numpy does.
func pairwise(v []float64) float64 {
	if len(v) <= 8 {
		sum := 0.0
		for _, x := range v {
			sum += x
		}
		return sum
	}
	return pairwise(v[:len(v)/2]) + pairwise(v[len(v)/2:])
}

func TestSilentBelowThreshold(t *testing.T) {
	// V tends to I*tau_V, which is 1 at I = 0.1.
	v, spikes := integrate(neuron{I: 0.0999, TauV: 10, TauRef: 5}, simulation{Duration: 1000, DT: 0.1})
	assert.Empty(t, spikes)
	assert.InDelta(t, 0.999, v[len(v)-1], 1e-9)
}
