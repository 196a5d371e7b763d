package env_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/trajectory"
)

// failing is a probe of ten runs of which 2, 5 and 8 fail as long as they are broken.
func failing(broken *bool) *probe {
	p := newProbe(10)
	p.run = func(_ context.Context, i int) error {
		if *broken && i%3 == 2 {
			return errors.New("broken")
		}
		return nil
	}
	return p
}

func TestRetryOfChosenRuns(t *testing.T) {
	t.Parallel()
	broken := true
	for name, c := range map[string]struct {
		flag string
		ran  int64
		left string
	}{
		"all":        {"-retry", 3, ""},
		"failed":     {"-retry=failed", 3, ""},
		"indices":    {"-retry=2,8", 2, "1 of 10 runs failed: 5"},
		"a range":    {"-retry=0-6", 2, "1 of 10 runs failed: 8"},
		"conditions": {"-retry=x>2, x<=5", 1, "2 of 10 runs failed: 2, 8"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			broken = true
			p := failing(&broken)
			status, stderr := p.in(t, dir)
			require.Equal(t, 1, status, stderr)
			assert.Contains(t, stderr, "prog:   to repeat it alone: prog -only 5 -out "+dir+" -progress none\n")
			broken = false
			p.executed.Store(0)
			status, stderr = p.in(t, dir, c.flag)
			assert.Equal(t, c.ran, p.executed.Load())
			if c.left == "" {
				assert.Equal(t, 0, status, stderr)
			} else {
				assert.Equal(t, 1, status)
				assert.Contains(t, stderr, c.left)
			}
		})
	}
	dir := t.TempDir()
	broken = true
	p := failing(&broken)
	p.in(t, dir)
	p.executed.Store(0)
	status, stderr := p.in(t, dir, "-retry=3")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: no run of -retry=3 has failed: none is repeated\n")
	status, stderr = p.in(t, dir, "-retry=99")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: -retry: there is no run 99: sweep has 10, counted from 0\n")
	assert.Zero(t, p.executed.Load())
}

func TestAttemptsAreKept(t *testing.T) {
	t.Parallel()
	broken := true
	dir, p := t.TempDir(), failing(&broken)
	p.in(t, dir)
	for range 2 {
		status, stderr := p.in(t, dir, "-retry=5")
		require.Equal(t, 1, status)
		assert.Contains(t, stderr, "failed: broken")
	}
	broken = false
	status, stderr := p.in(t, dir, "-retry=5")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "2 of 10 runs failed: 2, 8")
	all, err := trajectory.Attempts(t.Context(), runsDir(dir))
	require.NoError(t, err)
	assert.Len(t, all, 10+3)
	all = slices.DeleteFunc(all, func(r trajectory.RunInfo) bool { return r.Index != 5 })
	require.Len(t, all, 4)
	for i, r := range all {
		assert.Equal(t, i, r.Attempt)
		assert.Equal(t, i == 3, r.State == trajectory.Done)
		assert.Equal(t, i < 3, r.Error == "broken")
		assert.Regexp(t, `^(executable|revision|source) [0-9a-f]{12}$`, r.Program)
		assert.NotEmpty(t, r.Host)
		assert.False(t, r.Start.IsZero())
	}
}

func TestInterruptedRetryGoesOn(t *testing.T) {
	t.Parallel()
	broken := true
	dir, p := t.TempDir(), failing(&broken)
	p.in(t, dir)
	broken = false
	ctx, cancel := context.WithCancel(t.Context())
	q := newProbe(10)
	q.run = func(_ context.Context, i int) error {
		if i == 5 {
			cancel()
		}
		return ctx.Err()
	}
	status, stderr := q.exec(ctx, "-out", dir, "-workers", "1", "-retry")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "stopped with 8 of 10 runs finished")
	p.executed.Store(0)
	status, stderr = p.in(t, dir) // what was asked for is still to be done
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 2, p.executed.Load())

	// The rest of a line that was being written when its writer was killed never counted.
	path := filepath.Join(runsDir(dir), "rounds.jsonl")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"build":"x","runs":[1,2,3`)
	require.NoError(t, errors.Join(err, f.Close()))
	status, stderr = p.in(t, dir)
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 2, p.executed.Load())
}

func TestReplay(t *testing.T) {
	t.Parallel()
	broken := true
	dir, p := t.TempDir(), failing(&broken)
	p.in(t, dir)
	saved := shards(t, dir)

	p.executed.Store(0)
	status, stderr := p.in(t, dir, "-only", "4,5")
	assert.Equal(t, 1, status)
	assert.EqualValues(t, 2, p.executed.Load())
	assert.Regexp(t, `(?m)^prog: run 4 \(x: 4\), seed \d+: done in .*$`, stderr)
	assert.Contains(t, stderr, "prog:   results.runs.run_00000004.square: square = 24\n")
	assert.Contains(t, stderr, "prog:   results.runs.run_00000004.group.ragged: ragged[4]\n")
	assert.Contains(t, stderr, "prog: these are the results that are saved\n")
	assert.Contains(t, stderr, "prog: run 5 (x: 5) failed: broken\n")
	assert.Contains(t, stderr, "prog: nothing of this was saved\nprog: 1 of 2 runs failed: 5\n")

	q := newProbe(10)
	q.constant = 2.5 // another sweep: there is nothing to compare with
	status, stderr = q.in(t, dir, "-only", "x=5")
	assert.Equal(t, 0, status, stderr)
	assert.NotContains(t, stderr, "saved\nprog: nothing")

	q = newProbe(10)
	q.run = func(context.Context, int) error { panic("again") }
	status, stderr = q.in(t, dir, "-only", "3")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "failed: panic: again\ngalvani/env_test.TestReplay", "with the place")

	status, stderr = q.in(t, dir, "-only", "30")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: -only: there is no run 30")
	assert.Equal(t, saved, shards(t, dir))

	// While the sweep goes on, too.
	busy, r := t.TempDir(), newProbe(2)
	r.run = func(context.Context, int) error {
		status, stderr := newProbe(2).in(t, busy, "-only", "1")
		assert.Equal(t, 0, status, stderr)
		return nil
	}
	status, stderr = r.in(t, busy)
	assert.Equal(t, 0, status, stderr)
}

func TestReplayFindsRunsThatDependOnMore(t *testing.T) {
	t.Parallel()
	// What a run gives must depend on plan, index and seed alone.
	dir, p := t.TempDir(), newProbe(3)
	status, stderr := p.in(t, dir)
	require.Equal(t, 0, status, stderr)
	q := newProbe(3)
	q.more = func(r *trajectory.Run) error { return r.AddResult("extra", 1) }
	status, stderr = q.in(t, dir, "-only", "1")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "run 1 (x: 1) failed: env: the run gives results.runs.run_00000001.extra, but none is saved\n")
}

func TestEveryKindOfFailureIsRepeated(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(20)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	p.run = func(_ context.Context, i int) error {
		switch i {
		case 3:
			var none []int
			_ = none[i]
		case 7:
			return errors.New("no rate for this current")
		case 11:
			return fmt.Errorf("V of neuron 0 is NaN at 100 ms: %w", errors.ErrUnsupported)
		case 15:
			<-release
		}
		return nil
	}
	reasons := []string{
		`run 3 \(x: 3\) failed: panic: runtime error: index out of range \[3\] with length 0`,
		`run 7 \(x: 7\) failed: no rate for this current`,
		`run 11 \(x: 11\) failed: V of neuron 0 is NaN at 100 ms: unsupported operation`,
		`run 15 \(x: 15\) failed: timed out after 1s, and it does not return`,
	}
	status, stderr := p.in(t, dir, "-workers", "2", "-timeout", "1s", "-grace", "100ms")
	assert.Equal(t, 1, status)
	for _, reason := range reasons {
		assert.Regexp(t, `(?m)^prog: `+reason+`\nprog:   to repeat it alone: prog -only \d+ `, stderr, "when it happens")
		assert.Regexp(t, `(?m)^prog:   `+reason+`$`, stderr, "at the end")
	}
	assert.Contains(t, stderr, "prog: 16 of 20 runs done, 4 failed in ")
	assert.True(t, strings.HasSuffix(stderr, "prog: 4 of 20 runs failed: 3, 7, 11, 15; -retry runs them again\n"), stderr)

	p = newProbe(20)
	status, stderr = p.in(t, dir, "-retry")
	assert.Zero(t, status, stderr)
	assert.EqualValues(t, 4, p.executed.Load())
	assert.Contains(t, stderr, "20 of 20 runs done (reused 16, ran 4)")
	attempts, err := trajectory.Attempts(t.Context(), runsDir(dir))
	require.NoError(t, err)
	var failed []string
	for _, a := range attempts {
		if a.State == trajectory.Failed {
			failed = append(failed, fmt.Sprint(a.Index, " ", a.Error))
		}
	}
	assert.Equal(t, []string{
		"3 panic: runtime error: index out of range [3] with length 0", "7 no rate for this current",
		"11 V of neuron 0 is NaN at 100 ms: unsupported operation", "15 timed out after 1s, and it does not return",
	}, failed, "the history is kept")
}
