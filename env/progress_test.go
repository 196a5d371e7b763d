package env

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProgressCountsAndEstimates(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	p := newProgress("sweep", 10, 2, 1, start)
	assert.Equal(t, "sweep: 2 of 10 runs finished, 1 failed", p.tally(start.Add(time.Second)).line())

	p.report(2, 0.5)
	p.report(3, 1.5)                           // more than all of it
	p.report(4, -1)                            // nothing sensible
	got := p.tally(start.Add(3 * time.Second)) // 1.5 runs' worth in 3 s, 6.5 left
	assert.InDelta(t, 3.5, got.work, 1e-12)
	assert.Equal(t, 13*time.Second, got.eta)
	assert.Equal(t, "sweep: 2 of 10 runs finished, 1 failed, 30 runs/min, 13 s to go", got.line())

	p.finish(2, false, false)
	p.finish(3, true, false)
	p.finish(4, false, true) // cancelled: not begun
	got = p.tally(start.Add(time.Second))
	assert.Equal(t, "sweep: 4 of 10 runs finished, 2 failed, 2 runs/s, 3 s to go", got.line())
	assert.Equal(t, "sweep [======         ]  4/10 runs  40%, 2 failed, 2 runs/s, 3 s to go", got.bar(83))
	later := p.tally(start.Add(time.Hour))
	assert.Equal(t, "sweep [======         ]  4/10 runs  40%, 2 failed, 2 runs/h", later.bar(83), "as long as before")
	assert.Equal(t, "sweep [==   ]  4/10 runs  40%, 2 failed, 2 runs/s, 3 s to go", got.bar(70))
	assert.Equal(t, "sweep [==   ]  4/10 runs  40%, 2 failed", got.bar(50))
}

func TestNoTimeIsPromisedThatWasNotKept(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	p := newProgress("sweep", 20, 0, 0, start)
	for i := range 18 {
		p.finish(i, false, false)
	}
	at := func(d time.Duration) string { return p.tally(start.Add(d)).line() }
	assert.Equal(t, "sweep: 18 of 20 runs finished, 1 runs/s, 2 s to go", at(18*time.Second))
	assert.Equal(t, "sweep: 18 of 20 runs finished, 56.8 runs/min, 2.1 s to go", at(19*time.Second))
	assert.Equal(t, "sweep: 18 of 20 runs finished, 47 runs/min", at(23*time.Second), "the last two take longer")
	p.finish(18, false, false)
	assert.Equal(t, "sweep: 19 of 20 runs finished, 47.5 runs/min, 1.3 s to go", at(24*time.Second))
	p.finish(19, false, false)
	assert.Equal(t, "sweep: 20 of 20 runs finished, 50 runs/min", at(24*time.Second))
}

func TestBarFitsItsLine(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	p := newProgress("a name that is quite long", 123456, 7, 3, now)
	p.finish(1, false, false)
	for width := 20; width <= 160; width++ {
		assert.LessOrEqual(t, len(p.tally(now.Add(time.Hour)).bar(width)), width)
	}
	full := newProgress("x", 1, 0, 0, now)
	full.finish(0, false, false)
	assert.Contains(t, full.tally(now.Add(time.Second)).bar(60), "=] 1/1 runs 100%")
	assert.Equal(t, 1.0, newProgress("x", 0, 0, 0, now).tally(now).part())
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 ms"}, {8 * time.Millisecond, "8 ms"}, {1250 * time.Millisecond, "1.2 s"}, {9 * time.Second, "9 s"}, {59 * time.Second, "59 s"},
		{61 * time.Second, "1 min 01 s"}, {3 * time.Hour, "3 h 00 min"}, {100 * time.Hour, "4 days 4 h"},
	} {
		assert.Equal(t, c.want, span(c.d), "%v", c.d)
	}
}

func TestConsoleKeepsBarAndLinesApart(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newConsole(&out)
	assert.False(t, c.isTerminal())
	c.printf("first %d", 1)
	c.setBar("[= ]")
	c.setBar("[= ]") // nothing new to draw
	c.printf("second")
	c.setBar("")
	assert.Equal(t, "first 1\n"+wipe+"[= ]"+wipe+"second\n[= ]"+wipe, out.String())
}

// lockedBuffer may be read while others write to it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestShowingProgressEndsWithClose(t *testing.T) {
	t.Parallel()
	for way, want := range map[string]string{
		progressLines: "sweep: 1 of 2 runs finished", progressAuto: "sweep: 1 of 2 runs finished", progressBar: wipe + "sweep [",
	} {
		t.Run(way, func(t *testing.T) {
			var out lockedBuffer
			p := newProgress("sweep", 2, 1, 0, time.Unix(0, 0))
			p.show(newConsole(&out), way, time.Millisecond)
			require.Eventually(t, func() bool { return strings.Contains(out.String(), want) }, 10*time.Second, time.Millisecond)
			p.close()
			p.close()
			after := out.String()
			if way == progressBar {
				assert.True(t, strings.HasSuffix(after, wipe), "the bar is wiped at the end: %q", after)
			}
			time.Sleep(5 * time.Millisecond)
			assert.Equal(t, after, out.String(), "something is written after close")
		})
	}
	var out lockedBuffer
	p := newProgress("sweep", 2, 1, 0, time.Unix(0, 0))
	p.show(newConsole(&out), progressNone, time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	p.close()
	assert.Empty(t, out.String())
}
