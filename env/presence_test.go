package env

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func present(t *testing.T, dir string, slots int) *presence {
	t.Helper()
	p, err := enter(dir, slots, time.Hour, false, func(error) {})
	require.NoError(t, err)
	return p
}

func TestPresenceTellsWhoIsDoingWhat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := present(t, dir, 3)
	path := filepath.Join(dir, processesDir, p.ID())
	read := func() trace {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		tr, err := parseTrace(text)
		require.NoError(t, err)
		return tr
	}
	assert.Equal(t, os.Getpid(), read().PID)
	assert.Empty(t, read().running)
	p.mark(1, runMark(17, 0))
	p.mark(2, runMark(123456789, 12))
	assert.Equal(t, []string{"17.0", "123456789.12"}, read().running)
	p.mark(1, idle)
	require.NoError(t, p.beat())
	assert.Equal(t, []string{"123456789.12"}, read().running)
	p.leave()
	assert.NoFileExists(t, path)

	_, err := parseTrace([]byte("not at all"))
	assert.Error(t, err)
	_, err = parseTrace(nil)
	assert.Error(t, err)
}

// remote makes it look as if a process were on another machine.
func remote(t *testing.T, p *presence) string {
	t.Helper()
	path := filepath.Join(p.dir, processesDir, p.ID())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	at := bytes.Index(text, []byte(p.who.Boot))
	require.Positive(t, at)
	text[at] ^= 1
	require.NoError(t, os.WriteFile(path, text, 0o644))
	return path
}

func TestLostOnThisMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	me, other := present(t, dir, 1), present(t, dir, 1)
	defer me.leave()
	o := newObserver(me, time.Hour)
	look := func() verdict {
		v, _, err := o.look(other.ID())
		require.NoError(t, err)
		return v
	}
	assert.Equal(t, alive, look())
	assert.Equal(t, alive, look())
	require.NoError(t, other.file.Close()) // as if it were killed
	assert.Equal(t, lost, look(), "without any waiting")
	require.NoError(t, o.bury(other.ID()))
	require.NoError(t, o.bury(other.ID()), "another process was faster")
	assert.Equal(t, absent, look())
	assert.FileExists(t, filepath.Join(dir, lostDir, other.ID()))
}

func TestLostOnAnotherMachine(t *testing.T) {
	t.Parallel()
	const lease = 10 * time.Minute
	for name, shift := range map[string]time.Duration{
		"clocks agree":       0,
		"set back an hour":   time.Hour,  // its last sign of life is in the future
		"set ahead an hour":  -time.Hour, // its last sign of life looks old
		"behind by a little": 5 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			me, other := present(t, dir, 1), present(t, dir, 1)
			defer me.leave()
			defer other.leave()
			path := remote(t, other)
			o := newObserver(me, lease)
			clock := time.Unix(0, 0)
			o.clock = func() time.Time { return clock }
			look := func() verdict {
				v, _, err := o.look(other.ID())
				require.NoError(t, err)
				return v
			}
			sign := func() {
				stamp := time.Now().Add(shift + clock.Sub(time.Unix(0, 0)))
				require.NoError(t, os.Chtimes(path, stamp, stamp))
			}
			// As long as it gives signs of life it is not lost, whatever they are dated.
			for range 30 {
				sign()
				assert.NotEqual(t, lost, look())
				clock = clock.Add(lease / 10)
			}
			// Then it gives none any more.
			for range 9 {
				if shift >= 0 {
					assert.NotEqual(t, lost, look())
				}
				clock = clock.Add(lease / 10)
			}
			clock = clock.Add(lease / 5)
			assert.Equal(t, lost, look())
		})
	}
}

func TestLongLostOnAnotherMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	me, other := present(t, dir, 1), present(t, dir, 1)
	defer me.leave()
	old := time.Now().Add(-time.Hour)
	path := remote(t, other)
	require.NoError(t, os.Chtimes(path, old, old))
	o := newObserver(me, time.Minute)
	clock := time.Unix(0, 0)
	o.clock = func() time.Time { return clock }
	v, _, err := o.look(other.ID())
	require.NoError(t, err)
	assert.Equal(t, unclear, v, "it may be a leap of the clock")
	clock = clock.Add(15 * time.Second)
	v, tr, err := o.look(other.ID())
	require.NoError(t, err)
	assert.Equal(t, lost, v, "no need to wait for the whole lease")
	assert.Contains(t, tr.String(), "process ")
}

func TestTakenForLostGoesOnUnderANewName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	me, other := present(t, dir, 1), present(t, dir, 1)
	defer me.leave()
	defer other.leave()
	other.mark(0, "5.0")
	before := other.ID()
	require.NoError(t, newObserver(me, time.Hour).bury(before))
	require.NoError(t, other.beat())
	assert.NotEqual(t, before, other.ID())
	text, err := os.ReadFile(filepath.Join(dir, processesDir, other.ID()))
	require.NoError(t, err)
	tr, err := parseTrace(text)
	require.NoError(t, err)
	assert.Equal(t, []string{"5.0"}, tr.running)
}

func TestRemovedFolderIsNoticed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "runs")
	require.NoError(t, os.Mkdir(dir, 0o777))
	gone := make(chan error, 100)
	p, err := enter(dir, 1, time.Millisecond, false, func(err error) { gone <- err })
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	assert.ErrorIs(t, <-gone, fs.ErrNotExist)
	p.leave()
	assert.NoDirExists(t, dir, "it is not made again")
}

func TestLedgerHasOneWriterForEachEntry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const each, writers = 60, 4
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			l := ledger{dir: dir}
			for i := 0; i < each; {
				ok, err := l.append([]byte(strings.Repeat(string(rune('a'+w)), i+1)))
				if !assert.NoError(t, err) {
					return
				}
				if ok {
					i++
					continue
				}
				_, there, err := l.read()
				if !assert.NoError(t, err) || !assert.True(t, there, "an entry that was refused can be read") {
					return
				}
			}
		})
	}
	wg.Wait()
	l := ledger{dir: dir}
	count := map[byte]int{}
	for {
		text, ok, err := l.read()
		require.NoError(t, err)
		if !ok {
			break
		}
		count[text[0]]++
		assert.Equal(t, strings.Repeat(string(text[0]), count[text[0]]), string(text), "entries of one writer are whole and in order")
	}
	assert.Equal(t, each*writers, l.next)
	entries, err := os.ReadDir(filepath.Join(dir, "000"))
	require.NoError(t, err)
	assert.Len(t, entries, each*writers, "something else is left behind")
	l.next = 12345
	ok, err := l.append([]byte("x"))
	require.NoError(t, err)
	assert.True(t, ok)
	assert.FileExists(t, filepath.Join(dir, "012", "012345"))
	ok, err = (&ledger{dir: filepath.Join(dir, "missing")}).append(nil)
	require.NoError(t, err)
	assert.True(t, ok)
	_, err = (&ledger{dir: filepath.Join(dir, "removed", "folder")}).append(nil)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.False(t, errors.Is(create(filepath.Join(dir, "new"), nil), fs.ErrExist))
	assert.ErrorIs(t, create(filepath.Join(dir, "new"), nil), fs.ErrExist)
}

func TestSuspectedRuns(t *testing.T) {
	t.Parallel()
	report := []byte("panic: boom\n\ngoroutine 42 [running labels:{\"run\": \"3.0\"}]:\nmain.bad(0x1)\n\t/src/main.go:7 +0x1d\ncreated by main.run in goroutine 7\n\t/src/main.go:5 +0x2\n\ngoroutine 1 [select labels:{\"run\": \"4.0\"}]:\nmain.main()\n")
	type verdict struct {
		alone  bool
		doomed string
	}
	for name, c := range map[string]struct {
		losses func(*losses)
		want   map[int]verdict
	}{
		"nothing": {func(*losses) {}, map[int]verdict{3: {}}},
		"once":    {func(l *losses) { l.add([]string{"3.0", "4.0"}, nil) }, map[int]verdict{3: {}, 4: {}}},
		"twice": {func(l *losses) {
			l.add([]string{"3.0", "4.0"}, nil)
			l.add([]string{"3.0", "5.0"}, nil)
		}, map[int]verdict{3: {alone: true}, 4: {}, 5: {}}},
		"again and again alone": {func(l *losses) {
			for range aloneTooOften {
				l.add([]string{"3.0"}, nil)
			}
		}, map[int]verdict{3: {true, "the process ended 5 times while it was executed (by os.Exit, a signal or for want of memory)"}}},
		"never alone": {func(l *losses) {
			for range 99 {
				l.add([]string{"3.0", "4.0"}, nil)
			}
		}, map[int]verdict{3: {alone: true}, 4: {alone: true}}},
		"blamed once": {func(l *losses) { l.add([]string{"3.0", "4.0"}, report) }, map[int]verdict{3: {alone: true}, 4: {}}},
		"blamed twice": {func(l *losses) {
			l.add([]string{"3.0", "4.0"}, report)
			l.add([]string{"3.0"}, report)
		}, map[int]verdict{3: {true, "the process ended 2 times while it was executed: panic: boom"}, 4: {}}},
		"another attempt": {func(l *losses) {
			l.add([]string{"3.1"}, nil)
			l.add([]string{"3.1"}, nil)
		}, map[int]verdict{3: {}}},
	} {
		t.Run(name, func(t *testing.T) {
			l := losses{runs: map[string]*loss{}}
			c.losses(&l)
			for run, want := range c.want {
				alone, doomed := l.judge(run, 0)
				assert.Equal(t, want.alone, alone, "run %d", run)
				if want.doomed == "" {
					assert.NoError(t, doomed, "run %d", run)
					continue
				}
				assert.EqualError(t, doomed, want.doomed)
				assert.ErrorIs(t, doomed, ErrCrashed)
			}
		})
	}
	e := &CrashError{Times: 2, Report: string(report)}
	assert.Equal(t, "main.bad\n\t/src/main.go:7\ncreated by main.run\n\t/src/main.go:5", e.stack())
	assert.Empty(t, (&CrashError{}).stack())
}
