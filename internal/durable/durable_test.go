package durable_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/durable"
)

func content(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		out[e.Name()] = string(raw)
	}
	return out
}

func TestPublish(t *testing.T) {
	dir := t.TempDir()
	fixed := func(uint64) string { return "x.txt" }
	path, err := durable.Publish(dir, content("one"), fixed, false)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "x.txt"), path)
	path, err = durable.Publish(dir, content("one"), fixed, false)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(dir, "x.txt"), path, "the same content is there already")
	for range 2 {
		path, err = durable.Publish(dir, content("two"), fixed, false)
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(dir, "x~2.txt"), path, "other content gets another name")
	}
	_, err = durable.Publish(dir, content("two"), fixed, true)
	assert.ErrorIs(t, err, fs.ErrExist)
	_, err = durable.Publish(dir, content("one"), fixed, true)
	assert.ErrorIs(t, err, fs.ErrExist)
	broken := errors.New("broken")
	_, err = durable.Publish(dir, func(w io.Writer) error { io.WriteString(w, "half"); return broken }, func(uint64) string { return "y" }, false)
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, map[string]string{"x.txt": "one", "x~2.txt": "two"}, files(t, dir))
	_, err = durable.Publish(filepath.Join(dir, "nowhere"), content("x"), fixed, false)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestNamesFollowTheContent(t *testing.T) {
	dir := t.TempDir()
	name := func(hash uint64) string { return fmt.Sprintf("%016x", hash) }
	a, err := durable.Publish(dir, content("a"), name, false)
	require.NoError(t, err)
	b, err := durable.Publish(dir, content("b"), name, false)
	require.NoError(t, err)
	assert.Equal(t, "ca978112ca1bbdca", filepath.Base(a), "the beginning of SHA-256")
	assert.NotEqual(t, a, b)
}

func TestManyPublishersOfOneName(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			_, err := durable.Publish(dir, content(fmt.Sprint("content ", i%10)), func(uint64) string { return "x.npz" }, false)
			assert.NoError(t, err)
		})
	}
	wait.Wait()
	got := files(t, dir)
	assert.Len(t, got, 10, "every content once")
	for name := range got {
		assert.False(t, strings.HasPrefix(name, durable.TempPrefix))
	}
}

func TestReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, durable.Replace(path, content("one")))
	require.NoError(t, durable.Replace(path, content("two")))
	assert.Error(t, durable.Replace(path, func(w io.Writer) error { io.WriteString(w, "half"); return io.ErrUnexpectedEOF }))
	assert.Equal(t, map[string]string{"x": "two"}, files(t, filepath.Dir(path)))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o644), info.Mode().Perm())
}

func TestMakeDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "c")
	require.NoError(t, durable.MakeDir(dir))
	require.NoError(t, durable.MakeDir(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o644))
	assert.Error(t, durable.MakeDir(filepath.Join(dir, "file", "d")))
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var inside, rounds atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 50 {
				unlock, err := durable.Lock(path)
				if !assert.NoError(t, err) {
					return
				}
				assert.EqualValues(t, 1, inside.Add(1), "alone with the lock")
				rounds.Add(1)
				inside.Add(-1)
				assert.NoError(t, unlock())
			}
		})
	}
	wait.Wait()
	assert.EqualValues(t, 400, rounds.Load())
}
