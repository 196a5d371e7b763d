package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/examples/internal/pypettest"
	"galvani/trajectory"
)

func TestMain(m *testing.M) { pypettest.Main(m, program()) }

const (
	printed = "[6 7 8 12 14 16 18 21 24 24 28 32]\n"
	// pypet's example does not store the array, so it is not in its file.
	ourLine = "results.z\tz\t[6 7 8 12 14 16 18 21 24 24 28 32]"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Multiplication")
	assert.Equal(t, printed, stdout)
	assert.Equal(t, append(pypettest.Expected(t), ourLine), lines)
}

// Processes write into the same array, and the command can be called again.
func TestTwoProcesses(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	file := pypettest.File(t, "Multiplication")
	helper, helperSaid := pypettest.Command(ctx, t, "worker", trajectory.RunsDir(file))
	require.NoError(t, helper.Start())
	for range 2 {
		command, said := pypettest.Command(ctx, t, "-out", file, "-progress", "none")
		require.NoError(t, command.Run(), said)
		assert.Contains(t, said.String(), printed)
	}
	require.NoError(t, helper.Wait(), helperSaid)
	assert.Equal(t, append(pypettest.Expected(t), ourLine), pypettest.Dump(t, file))
}
