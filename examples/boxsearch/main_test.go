package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/npz"
)

// TestGoldenOutput compares all that is printed but for times; when the model is
// meant to give other numbers, GALVANI_UPDATE=1 writes them anew.
func TestGoldenOutput(t *testing.T) {
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	status := program().Exec(context.Background(), []string{"-out", out, "-progress", "none", "-workers", "3"}, &stdout, &stderr)
	require.Zero(t, status, stderr.String())
	got := regexp.MustCompile(`(?m)^(Made|Duration): .*\n`).ReplaceAllString(stdout.String(), "")
	golden := filepath.Join("testdata", "golden.txt")
	if os.Getenv("GALVANI_UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)

	for name, rows := range map[string]int{"grid": 15, "sequence": 6, "star": 6} {
		f, err := os.Open(filepath.Join(out, name+".csv"))
		require.NoError(t, err)
		defer f.Close()
		lines, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		assert.Len(t, lines, rows+1, name)
	}
	f, err := npz.Open(filepath.Join(out, "grid.npz"))
	require.NoError(t, err)
	defer f.Close()
	h, err := f.Header("data")
	require.NoError(t, err)
	assert.Equal(t, []int{5, 3, nodes, 200}, h.Shape)

	// The same command finds all runs done and shows the same.
	var again bytes.Buffer
	require.Zero(t, program().Exec(context.Background(), []string{"-out", out, "-progress", "none"}, &again, &stderr), stderr.String())
	assert.Equal(t, stdout.String(), again.String())
}
