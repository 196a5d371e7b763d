package env_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"galvani/env"
)

// stopAt makes a sweep that is interrupted when it comes to a run.
func stopAt(t *testing.T, dir string, n, at int) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	p := newProbe(n)
	p.run = func(ctx context.Context, i int) error {
		if i == at {
			cancel(env.ErrInterrupted)
			<-ctx.Done()
		}
		return ctx.Err()
	}
	status, stderr := p.exec(ctx, "-out", dir, "-progress", "none", "-workers", "1", "-grace", "0")
	require.Equal(t, 130, status, stderr)
	require.Positive(t, published(t, dir))
}

func TestClockSetBack(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	status, stderr := newProbe(20).in(t, whole)
	require.Zero(t, status, stderr)

	dir := t.TempDir()
	stopAt(t, dir, 20, 12)
	// After the clock was set back an hour, all that is there was written in the future.
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		later := time.Now().Add(time.Hour)
		return errors.Join(err, os.Chtimes(path, later, later))
	}))
	before := shards(t, dir)
	status, stderr = newProbe(20).in(t, dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "(reused 12, ran 8)")
	for name, content := range before {
		assert.Equal(t, content, shards(t, dir)[name])
	}
	assert.Equal(t, dump(t, file(whole)), dump(t, file(dir)))
	status, stderr = newProbe(20).in(t, dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "finished before: nothing to run")
}

// readOnly makes a folder one that nobody can write in: by a disk of its own, since root may write
// anywhere, else by its mode.
func readOnly(t *testing.T) (dir string, lock, unlock func()) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=20m"); err != nil {
		out := filepath.Join(dir, "out")
		runs := runsDir(out)
		set := func(mode fs.FileMode) func() {
			return func() { require.NoError(t, errors.Join(os.Chmod(runs, mode), os.Chmod(out, mode))) }
		}
		return dir, set(0o555), set(0o755)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	remount := func(flags uintptr) func() {
		return func() {
			// A file that is just being written keeps it busy.
			require.Eventually(t, func() bool { return unix.Mount("", dir, "", unix.MS_REMOUNT|flags, "") == nil }, 20*time.Second, time.Millisecond)
		}
	}
	return dir, remount(unix.MS_RDONLY), remount(0)
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	status, stderr := newProbe(20).in(t, whole)
	require.Zero(t, status, stderr)

	disk, lock, unlock := readOnly(t)
	dir := filepath.Join(disk, "out")
	stopAt(t, dir, 20, 12)
	before := dump(t, file(dir))
	lock()
	status, stderr = newProbe(20).in(t, dir)
	assert.Equal(t, 1, status)
	assert.Regexp(t, `^prog: cannot write in the output folder .*/out: (read-only file system|permission denied); choose another with -out\n$`, stderr)
	assert.Equal(t, before, dump(t, file(dir)), "what is there can be read")
	unlock()
	status, stderr = newProbe(20).in(t, dir)
	require.Zero(t, status, stderr)
	assert.Contains(t, stderr, "(reused 12, ran 8)")
	assert.Equal(t, dump(t, file(whole)), dump(t, file(dir)))
}

func TestRunsFolderOfAnotherProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, _, stderr := newLattice(2, 1, 2).in(t, dir)
	require.Zero(t, status, stderr)
	before := dump(t, file(dir))
	p := newProbe(20)
	status, stderr = p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Equal(t, "prog: "+runsDir(dir)+" differs from the plan: it belongs to the program lattice, this is prog; -force starts anew and moves what is there aside, -out takes another folder\n", stderr)
	assert.Zero(t, p.executed.Load())
	assert.Equal(t, before, dump(t, file(dir)))
	status, stderr = p.in(t, dir, "-force")
	assert.Zero(t, status, stderr)
	old := strings.Replace(file(dir), "sweep.", "sweep.old1.", 1)
	assert.Equal(t, before, dump(t, old))
}
