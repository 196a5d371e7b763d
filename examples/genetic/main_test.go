package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneMax(t *testing.T) {
	want, err := os.ReadFile("testdata/output.txt")
	require.NoError(t, err)
	for _, workers := range []string{"1", "8"} {
		var out, messages bytes.Buffer
		status := program().Exec(t.Context(), []string{"-out", t.TempDir(), "-workers", workers, "-progress", "none"}, &out, &messages)
		require.Zero(t, status, messages.String())
		assert.Equal(t, string(want), out.String())
		assert.Contains(t, messages.String(), "946 of 946 runs done")
	}
}
