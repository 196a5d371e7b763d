package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/env"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/paramset"
)

func exec(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	status = program().Exec(t.Context(), append([]string{"-progress", "none"}, args...), &out, &messages)
	return status, out.String(), messages.String()
}

// TestGoldenOutput compares all that is printed; when the model is meant to give other
// numbers, GALVANI_UPDATE=1 writes them anew.
func TestGoldenOutput(t *testing.T) {
	golden := filepath.Join("testdata", "output.txt")
	dir := t.TempDir()
	status, stdout, stderr := exec(t, "-out", dir, "-workers", "1")
	require.Zero(t, status, stderr)
	if os.Getenv("GALVANI_UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, []byte(stdout), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), stdout)
	status, stdout, stderr = exec(t, "-out", dir)
	require.Zero(t, status, stderr)
	assert.Equal(t, string(want), stdout)
	assert.Contains(t, stderr, "finished before: nothing to run")
}

func TestRunsArePointsOfTheSet(t *testing.T) {
	dir := t.TempDir()
	status, _, stderr := exec(t, "-out", dir, "-workers", "4", "-realisations", "2")
	require.Zero(t, status, stderr)
	set, err := load("")
	require.NoError(t, err)
	e, err := env.New(env.Options{Out: dir})
	require.NoError(t, err)
	tr, err := trajectory.Open(t.Context(), e.File("neurotools"), trajectory.OpenOptions{Stores: env.Stores(), Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	defer tr.Close()
	require.Equal(t, 18, tr.Len())
	i := 0
	for point := range set.Outer() {
		for sample := range point.Realize(1, 2) {
			want, err := sample.Resolve()
			require.NoError(t, err)
			r, err := tr.Run(i)
			require.NoError(t, err)
			got, err := paramset.FromRun(r, "")
			require.NoError(t, err)
			assert.True(t, got.Equal(want), "run %d: %v, want %v", i, got, want)
			i++
		}
	}
	assert.Equal(t, 18, i)
}

func TestParametersOfAnotherFile(t *testing.T) {
	dir := t.TempDir()
	set, err := load("")
	require.NoError(t, err)
	write := func(change func(*paramset.Set)) string {
		s := set.Clone()
		change(s)
		path := filepath.Join(dir, "my.param")
		require.NoError(t, s.Save(path, true))
		return path
	}
	path := write(func(s *paramset.Set) {
		require.NoError(t, s.Set("input.balance", 1.0))
		require.NoError(t, s.Set("sim.tstop", quantity.MustParse("20 ms")))
	})
	out := filepath.Join(dir, "out")
	status, stdout, stderr := exec(t, "-params", path, "-out", out, "-realisations", "1")
	require.Zero(t, status, stderr)
	assert.Contains(t, stdout, "[3] points along [input.rate], 1 realisations: 3 runs\n")

	// A file that was changed is another sweep.
	write(func(s *paramset.Set) { require.NoError(t, s.Set("input.balance", 2.0)) })
	status, _, stderr = exec(t, "-params", path, "-out", out, "-realisations", "1")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "input.balance")

	write(func(s *paramset.Set) { require.NoError(t, s.Set("cells.tau_m", quantity.MustParse("10 mV"))) })
	status, _, stderr = exec(t, "-params", path, "-out", out)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "cells.tau_m")
	assert.NotContains(t, stderr, "\npanic")
}
