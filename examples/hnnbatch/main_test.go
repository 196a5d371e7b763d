package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/internal/npz"
	"galvani/trajectory"
)

func exec(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	args = append([]string{"-out", dir, "-progress", "none", "-basket", "2", "-pyr", "2", "-tstop", "60"}, args...)
	status = program().Exec(t.Context(), args, &out, &messages)
	return status, out.String(), messages.String()
}

const want = `weight_basket  weight_pyr  trial  min_peak  max_peak  at_ms  spikes
         0.50        0.90      0       0.0      77.4   34.6       0
         0.50        0.90      1       0.0      77.1   34.5       0
         0.50        1.70      0     -28.9      16.1   24.8     222
         0.50        1.70      1     -40.3      14.3   23.5     239
         1.40        0.90      0     -28.7      24.5   27.6      70
         1.40        0.90      1     -31.2      24.7   27.2      70
         1.40        1.70      0     -10.1      67.9   31.4      96
         1.40        1.70      1     -10.1      63.1   31.1     102
`

func TestCombinationsOfParameters(t *testing.T) {
	dir := t.TempDir()
	status, stdout, stderr := exec(t, dir, "-batch", "3")
	require.Zero(t, status, stderr)
	assert.Equal(t, want+"sim_run_0-3.npz: 3 simulations\nsim_run_3-6.npz: 3 simulations\nsim_run_6-8.npz: 2 simulations\n", stdout)

	batches, err := loadAll(dir)
	require.NoError(t, err)
	require.Len(t, batches, 3)
	var basket, pyramidal, most []float64
	for _, b := range batches {
		assert.NotContains(t, b, "dpl", "raw data are dropped")
		basket = append(basket, b["param_values.weight_basket"].Values.([]float64)...)
		pyramidal = append(pyramidal, b["param_values.weight_pyr"].Values.([]float64)...)
		most = append(most, b["summary_statistics.max_peak"].Values.([]float64)...)
	}
	assert.Equal(t, []float64{0.5, 0.5, 0.5, 0.5, 1.4, 1.4, 1.4, 1.4}, basket)
	assert.Equal(t, []float64{0.9, 0.9, 1.7, 1.7, 0.9, 0.9, 1.7, 1.7}, pyramidal, "the last one fastest, each with its trials")
	assert.NotEqual(t, most[0], most[1], "trials differ")

	// What is there already is neither simulated again nor, if so wanted, written again.
	status, _, stderr = exec(t, dir, "-batch", "3", "-overwrite=false")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "sim_run_0-3.npz: file already exists; -overwrite writes it again")
	assert.Contains(t, stderr, "(reused 8, ran 0)")
	status, stdout, stderr = exec(t, dir, "-batch", "100")
	assert.Zero(t, status, stderr)
	assert.True(t, strings.HasSuffix(stdout, "sim_run_0-8.npz: 8 simulations\n"), "another size of batches is no other sweep")
}

func TestRecordingsThatAreKept(t *testing.T) {
	dir := t.TempDir()
	status, stdout, stderr := exec(t, dir, "-trials", "1", "-batch", "2", "-save", "dpl,spiking, voltages")
	require.Zero(t, status, stderr)
	assert.NotContains(t, stdout, "  1  ")
	b, err := loadBatch(filepath.Join(dir, "sim_run_2-4.npz"), "dpl", "voltages", "spiking.ends", "spiking.times", "spiking.cells", "metadata")
	require.NoError(t, err)
	steps := 2400 // 60 ms of 0.025 ms
	assert.Equal(t, []int{2, steps}, b["dpl"].Shape)
	assert.Equal(t, []int{2, 200, steps}, b["voltages"].Shape)
	ends := b["spiking.ends"].Values.([]int64)
	assert.Len(t, b["spiking.times"].Values, int(ends[1]))
	assert.Len(t, b["spiking.cells"].Values, int(ends[1]))
	assert.Equal(t, npz.Text{`{"batch_size":2,"n_trials":1,"tstop":60,"dt":0.025}`}, b["metadata"].Values)
	dpl, voltages := b["dpl"].Values.([]float64), b["voltages"].Values.([]float64)
	for _, k := range []int{0, 1200, steps - 1} {
		sum := 0.0
		for cell := range 200 {
			sum += voltages[(200+cell)*steps+k]
		}
		assert.InDelta(t, sum, dpl[steps+k], 1e-9, "the dipole of the second simulation at step %d", k)
	}

	// The peaks are those of the smoothed dipole that was kept.
	tr, err := trajectory.Open(t.Context(), filepath.Join(dir, "hnnbatch"+env.Stores()[0].Extensions()[0]), trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer tr.Close()
	r, err := tr.Run(3)
	require.NoError(t, err)
	least, err := trajectory.Get[float64](r, "min_peak")
	require.NoError(t, err)
	lowest := math.Inf(1)
	for _, x := range smoothed(dpl[steps:], 1200) {
		lowest = math.Min(lowest, x)
	}
	assert.Equal(t, lowest, least)
}

func TestByIndexInsteadOfCombinations(t *testing.T) {
	dir := t.TempDir()
	status, _, stderr := exec(t, dir, "-zip", "-trials", "1")
	require.Zero(t, status, stderr)
	b, err := loadBatch(filepath.Join(dir, "sim_run_0-2.npz"))
	require.NoError(t, err)
	assert.Equal(t, []float64{0.5, 1.4}, b["param_values.weight_basket"].Values)
	assert.Equal(t, []float64{0.9, 1.7}, b["param_values.weight_pyr"].Values)
	status, _, stderr = exec(t, t.TempDir(), "-zip", "-pyr", "3")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, `"weight_basket" has 2, "weight_pyr" has 3`, "nothing is cut off")
}

func TestWhatCannotBe(t *testing.T) {
	for want, args := range map[string][]string{
		"-save lfp: there is no such recording (there are dpl, spiking, voltages)": {"-save", "lfp"},
		"-batch 0 and -trials 2 have to be positive":                               {"-batch", "0"},
	} {
		status, _, stderr := exec(t, t.TempDir(), args...)
		assert.Equal(t, 1, status)
		assert.Equal(t, "hnnbatch: "+want+"\n", stderr)
	}
	_, err := loadBatch("nowhere.npz")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestSmoothing(t *testing.T) {
	v := make([]float64, 100)
	for i := range v {
		v[i] = 2
	}
	assert.InDelta(t, 2, smoothed(v, 21)[50], 1e-12, "a constant stays what it is")
	assert.Equal(t, v, smoothed(v, 1))
	assert.Less(t, smoothed(v, 21)[0], 2.0, "beyond the ends there is nothing")
}
