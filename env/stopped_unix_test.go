//go:build unix

package env_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStoppedWorkerIsReplaced(t *testing.T) {
	t.Parallel()
	// Nobody gives a sign of life for the process that stands still, but it holds
	// its lock: its run is taken over when the lease is over.
	dir := t.TempDir()
	main, _, errs := childProcess("sweep", "-out", dir, "-workers", "1", "-lease", "500ms")
	require.NoError(t, main.Start())
	worker, _, _ := childProcess("sweep", "worker", runsDir(dir), "-workers", "1")
	require.NoError(t, worker.Start())
	require.Eventually(t, func() bool { return published(t, dir) > 2 }, 20*time.Second, time.Millisecond)
	require.NoError(t, worker.Process.Signal(syscall.SIGSTOP))
	require.NoError(t, main.Wait(), errs)
	require.NoError(t, worker.Process.Kill())
	_ = worker.Wait()
	assert.Contains(t, errs.String(), "200 of 200 runs done")
	assert.Equal(t, wholeSweep(t), dump(t, file(dir)))
}
