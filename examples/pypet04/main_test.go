package main

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/examples/internal/pypettest"
	"galvani/trajectory"
)

func TestMain(m *testing.M) { pypettest.Main(m, program()) }

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Example_04_MP")
	assert.Equal(t, "400 products, 36100 in total\n", stdout) // (0 + … + 19)^2
	assert.Equal(t, pypettest.Purge(pypettest.Expected(t)), pypettest.Purge(lines))
}

// The command is killed, started again, and helped by another process.
func TestKilledAndResumedByTwoProcesses(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	file := pypettest.File(t, "Example_04_MP")
	runs := trajectory.RunsDir(file)

	killed, _ := pypettest.Command(ctx, t, "-out", file, "-workers", "2", "-pause", "20ms")
	require.NoError(t, killed.Start())
	require.Eventually(t, func() bool {
		shards, _ := trajectory.Shards(runs)
		return len(shards) > 0
	}, 30*time.Second, time.Millisecond)
	require.NoError(t, killed.Process.Kill())
	require.Error(t, killed.Wait())
	require.NoFileExists(t, file)

	helper, helperSaid := pypettest.Command(ctx, t, "worker", runs, "-workers", "2")
	again, said := pypettest.Command(ctx, t, "-out", file, "-workers", "2", "-pause", "2ms")
	require.NoError(t, helper.Start())
	require.NoError(t, again.Run(), said)
	require.NoError(t, helper.Wait(), helperSaid)
	assert.Regexp(t, regexp.MustCompile(`400 of 400 runs done \(reused [1-9]\d*, ran \d+`), said.String())
	assert.Equal(t, pypettest.Purge(pypettest.Expected(t)), pypettest.Purge(pypettest.Dump(t, file)))
}
