package main

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/examples/internal/pypettest"
	"galvani/monitor"
	"galvani/network"
	"galvani/quantity"
	"galvani/trajectory"
)

// The SHA-256 of what pypet 0.6.1 prints of the file of its example 23, run by Brian 2:
// parameters and all spikes. Left out are the trajectory's comment and the voltages, of
// which every 250th is in testdata/vm.tsv.
const digest = "77972df7e29b789192ac421249a9d41c35b9cc4031623e482e0bc487e0d9a789"

// Beside what pypet stores of monitors there is what its package for BRIAN 1 stored, and
// more: these items are ours only.
var ours = []string{
	"delay", "delay_unit", "dt", "n_neurons", "neurons_with_spikes", "nspikes", "spikes", "spiketimes_unit",
	"start_step", "storage_mode", "times_unit", "timestep", "unit", "varname",
}

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.RunWith(t, program(), "Example_07_BRIAN", "-dt", "0.1 ms", "-threshold", "vm > 0*mV")
	assert.Equal(t, `N: 50,   tauw: 30 ms: 2080 spikes
N: 50,   tauw: 40 ms: 1476 spikes
N: 60,   tauw: 30 ms: 2494 spikes
N: 60,   tauw: 40 ms: 1768 spikes
`, stdout)
	voltages := map[string][]float64{}
	lines = slices.DeleteFunc(lines, func(line string) bool {
		field := strings.Split(line, "\t")
		switch {
		case len(field) != 3:
			return false // a further line of a text
		case field[1] == "vm__brn2__value":
			voltages[field[0]] = numbers(t, field[2])
			return true
		}
		return field[0] == "" || field[0] == "parameters.Sim.defaultclock" || slices.Contains(ours, field[1]) ||
			field[1] == "record" && strings.HasSuffix(field[0], "SpikeMonitor")
	})
	assert.Equal(t, digest, pypettest.Digest(lines))
	require.Len(t, voltages, 4)
	for _, line := range pypettest.Lines(t, "vm.tsv") {
		name, text, _ := strings.Cut(line, "\t")
		require.Len(t, voltages[name], 3*5000)
		for k, want := range numbers(t, text) {
			// Brian 2 computes with another exp and in another order: two neurons between
			// two spikes come apart by some 1e-11 V within half a second.
			assert.InDelta(t, want, voltages[name][k*250], 3e-11, "%s %d", name, k*250)
		}
	}
}

func numbers(t *testing.T, text string) []float64 {
	var all []float64
	for field := range strings.FieldsSeq(strings.Trim(text, "[]")) {
		x, err := strconv.ParseFloat(field, 64)
		require.NoError(t, err)
		all = append(all, x)
	}
	return all
}

// The counts are those of BRIAN 1 with the steps and the threshold of example 07.
func TestGoldenCounts(t *testing.T) {
	tr, err := trajectory.New("golden", trajectory.Options{Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	o := options{dt: quantity.MustParse("0.01 ms"), threshold: "vm > VT + 5*DeltaT"}
	require.NoError(t, o.setUp(tr))
	const initial, end, delay = 100_00, 600_00, 1_00 // steps of 0.01 ms
	for i, want := range []struct {
		total, initial, measured, delayed int
		first                             []float64 // of neuron 0, ms
	}{
		{2589, 483, 2106, 2101, []float64{18.15, 21.48, 25.81, 32.01, 42.36, 56.99}},
		{1858, 390, 1468, 1467, []float64{18.00, 21.27, 25.52, 31.74, 44.42, 69.77}},
		{3108, 579, 2529, 2520, []float64{18.15, 21.48, 25.81, 32.01, 42.36, 56.99}},
		{2223, 467, 1756, 1751, []float64{18.00, 21.27, 25.52, 31.74, 44.42, 69.77}},
	} {
		r, err := tr.Run(i)
		require.NoError(t, err)
		net := network.New(network.Options{DT: o.dt})
		neurons, err := newNeurons(net, r)
		require.NoError(t, err)
		spikes := monitor.Spikes(neurons, monitor.Options{})
		net.Record(spikes)
		require.NoError(t, net.Run(context.Background(), "600 ms"))
		rec := spikes.Recording(net)
		count := func(from, to int64) (n int) {
			for _, step := range rec.Steps {
				if from <= step && step < to {
					n++
				}
			}
			return n
		}
		assert.Equal(t, want.total, count(0, end), r.Summary())
		assert.Equal(t, want.initial, count(0, initial), r.Summary())
		assert.Equal(t, want.measured, count(initial, end), r.Summary())
		// BRIAN 1's monitor recorded a spike 1 ms late, and the last ones not at all.
		assert.Equal(t, want.delayed, count(initial, end-delay), r.Summary())
		var first []float64
		for k, neuron := range rec.Neurons {
			if neuron == 0 && len(first) < len(want.first) {
				first = append(first, math.Round(rec.Times()[k]*1e5)/100)
			}
		}
		assert.Equal(t, want.first, first, r.Summary())
	}
}
