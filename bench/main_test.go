package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/kernel"
	"galvani/network"
)

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-case", "abacus"}, `no case "abacus"; there are kernels, update`},
		{[]string{"-jsn"}, "flag provided but not defined: -jsn"},
		{[]string{"-repeats", "0"}, "-repeats 0: want at least 1"},
		{[]string{"-path", "abacus"}, `no path "abacus"`},
		{[]string{"-profile", "abacus"}, "want cpu, mem or trace"},
		{[]string{"kernels"}, "unexpected argument"},
	} {
		var out bytes.Buffer
		assert.ErrorContains(t, run(context.Background(), c.args, &out, &out), c.want)
	}
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"-list"}, &out, &out))
	for _, b := range benchmarks() {
		assert.Contains(t, out.String(), b.name)
	}
}

func TestJSONHasOneLinePerMetric(t *testing.T) {
	var out bytes.Buffer
	r := report{out: &out, json: true, kernel: kernel.Go(), name: "case"}
	require.NoError(t, r.add("metric", "ns", 3, 1, 2))
	require.NoError(t, r.add("other", "1", 1, 2))
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	var m metric
	require.NoError(t, dec.Decode(&m))
	assert.Equal(t, metric{Case: "case", Metric: "metric", Unit: "ns", Value: 2, Repeats: 3, Path: "go", Workers: 1}, m)
	require.NoError(t, dec.Decode(&m))
	assert.Equal(t, 1.5, m.Value)
	assert.False(t, dec.More())
}

// The floor and the model do the same work, with clusters and without.
func TestFloorDoesTheSameWork(t *testing.T) {
	f, err := newFloor(t.Context())
	require.NoError(t, err)
	defer f.remove()
	for _, ree := range []float64{1, 2.5} {
		const seconds = 2
		c, err := f.run(t.Context(), 1, ree, seconds, 1)
		require.NoError(t, err)
		m := newModel(1, ree, network.Options{Seed: 1})
		require.NoError(t, m.net.Run(t.Context(), "2 s"))
		// Counts differ by a thousandth from draw to draw.
		assert.InEpsilon(t, c.Synapses, m.nSynapses(), 0.01)
		// The rates of single networks scatter by 2 % (R_ee 1) to 4 % (2.5).
		tolerance := 0.1
		if ree > 1 {
			tolerance = 0.2
		}
		rateE := float64(m.spikesE.Recording(m.net).Total()) / float64(seconds*m.e.N())
		rateI := float64(m.spikesI.Recording(m.net).Total()) / float64(seconds*m.i.N())
		assert.InEpsilon(t, c.RateE, rateE, tolerance)
		assert.InEpsilon(t, c.RateI, rateI, tolerance)
	}
}

func TestMedian(t *testing.T) {
	assert.Equal(t, 2.0, median([]float64{3, 1, 2}))
	assert.Equal(t, 1.5, median([]float64{2, 1}))
	assert.True(t, math.IsNaN(median([]float64{math.NaN()})))
}
