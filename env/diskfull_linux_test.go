package env_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"galvani/trajectory"
)

// smallDisk is a folder with room for so many bytes. Without the right to mount one, a
// limit on the size of files has to do: that is an error of writing, too.
func smallDisk(t *testing.T, bytes uint64) (dir, reason string, restore func()) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=20m"); err == nil {
		ballast := filepath.Join(dir, "ballast")
		require.NoError(t, os.WriteFile(ballast, make([]byte, 20<<20-bytes), 0o644))
		t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
		return dir, `the disk is (full: .*; the \d+ runs saved before are kept, and|nearly full: .*;) the same command goes on when there is room`, func() { require.NoError(t, os.Remove(ballast)) }
	}
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	small := before
	small.Cur = bytes
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small))
	restore = func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)) }
	t.Cleanup(restore)
	return dir, `finished runs cannot be saved: .*; the \d+ runs saved before are kept, and the same command goes on`, restore
}

func TestDiskFullInTheMiddle(t *testing.T) {
	whole, p := t.TempDir(), newProbe(600)
	large := func(r *trajectory.Run) error {
		values := make([]uint64, 200)
		for i := range values {
			values[i] = r.Seed() * uint64(i)
		}
		return r.AddResult("large", values)
	}
	p.more = large
	status, stderr := p.in(t, whole)
	require.Equal(t, 0, status, stderr)

	dir, reason, restore := smallDisk(t, 300_000)
	out := filepath.Join(dir, "out")
	p = newProbe(600)
	p.more = large
	p.run = func(ctx context.Context, i int) error {
		assert.Eventually(t, func() bool { return i < 100 || published(t, out) > 0 || ctx.Err() != nil }, 20e9, 1e6)
		return nil
	}
	status, stderr = p.in(t, out, "-workers", "2", "-log-file", "")
	require.Equal(t, 1, status, stderr)
	assert.Regexp(t, reason, stderr)
	assert.NotContains(t, stderr, ".tmp", "a file that means nothing to anybody")
	assert.Regexp(t, `\A(prog: built without cgo: .*\n)?prog: 600 runs, 2 at once\n.*\n\z`, stderr, "what is going on, and what happened")
	said := regexp.MustCompile(`the (\d+) runs saved before`).FindStringSubmatch(stderr)
	saved := shards(t, out)
	assert.NotEmpty(t, saved)
	restore()
	p = newProbe(600)
	p.more = large
	status, stderr = p.in(t, out)
	require.Equal(t, 0, status, stderr)
	assert.Regexp(t, `600 of 600 runs done \(reused [1-9]\d*, ran \d+\)`, stderr)
	if said != nil {
		assert.Contains(t, stderr, "(reused "+said[1]+", ", "as many as it said")
	}
	now := shards(t, out)
	for name, content := range saved {
		assert.Equal(t, content, now[name])
	}
	assert.Equal(t, dump(t, file(whole)), dump(t, file(out)))
}
