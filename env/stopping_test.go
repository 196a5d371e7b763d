package env_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

func TestRunsMayFinishInTheGrace(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(30)
	ctx, cancel := context.WithCancelCause(t.Context())
	p.run = func(ctx context.Context, i int) error {
		if i == 12 {
			cancel(env.ErrInterrupted)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(30 * time.Millisecond): // long enough to be cancelled without grace
			}
		}
		return nil
	}
	status, stderr := p.exec(ctx, "-out", dir, "-workers", "1", "-grace", "1h")
	assert.Equal(t, 130, status)
	assert.Contains(t, stderr, "prog: interrupted: finished runs are being saved, those running have 1 h 00 min; once more leaves at once\n")
	assert.Contains(t, stderr, "prog: stopped with 13 of 30 runs finished; the same command goes on\n")
	status, stderr = newProbe(30).in(t, dir)
	assert.Equal(t, 0, status)
	assert.Contains(t, stderr, "(reused 13, ran 17)")
}

func TestDeafRunIsGivenUpWhenTheSweepIsStopped(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(4)
	ctx, cancel := context.WithCancelCause(t.Context())
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	p.run = func(ctx context.Context, i int) error {
		if i == 2 {
			cancel(env.ErrInterrupted)
			<-release
		}
		return nil
	}
	status, stderr := p.exec(ctx, "-out", dir, "-workers", "1", "-grace", "0")
	assert.Equal(t, 130, status)
	assert.Contains(t, stderr, "prog: run 2 does not return: it is given up")
	assert.Contains(t, stderr, "prog: stopped with 2 of 4 runs finished")
	status, stderr = newProbe(4).in(t, dir)
	assert.Equal(t, 0, status, stderr)
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	status, stderr := newProbe(200).in(t, whole)
	require.Equal(t, 0, status, stderr)
	dir := t.TempDir()
	// Twice the time at each start, so that a slow machine gets on, too.
	for deadline := 300 * time.Millisecond; ; deadline *= 2 {
		p := newProbe(200)
		p.run = func(ctx context.Context, _ int) error {
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Millisecond):
			}
			return ctx.Err()
		}
		status, stderr = p.in(t, dir, "-workers", "2", "-deadline", deadline.String(), "-grace", "100ms")
		if status == 0 {
			break
		}
		require.Equal(t, 130, status, stderr)
		assert.Regexp(t, `prog: stopped with \d+ of 200 runs finished; the same command goes on\n$`, stderr)
	}
	assert.Equal(t, dump(t, file(whole)), dump(t, file(dir)))
	p := newProbe(200)
	status, stderr = p.in(t, dir, "-deadline", "200ms")
	assert.Equal(t, 0, status, "all is done: %s", stderr)
	p.run = func(ctx context.Context, i int) error {
		if i > 20 {
			<-ctx.Done()
		}
		return ctx.Err()
	}
	status, stderr = p.in(t, t.TempDir(), "-deadline", "2s")
	assert.Equal(t, 130, status)
	assert.Positive(t, p.executed.Load(), "a grace that is longer than the deadline leaves time to start runs: %s", stderr)
	status, stderr = p.in(t, t.TempDir(), "-deadline", "1ns")
	assert.Equal(t, 130, status, "there is no time for anything: %s", stderr)
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(12)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	p.run = func(ctx context.Context, i int) error {
		switch i {
		case 3:
			<-ctx.Done() // listens
			return ctx.Err()
		case 5:
			<-release // hangs
		case 7:
			<-ctx.Done() // it was finished just then
		}
		return nil
	}
	status, stderr := p.in(t, dir, "-workers", "2", "-timeout", "100ms", "-grace", "100ms")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: run 3 (x: 3) failed: timed out after 100ms: context canceled\n")
	assert.Contains(t, stderr, "prog: run 5 does not return: it is given up, but goes on using processor and memory until the program ends\n")
	assert.Contains(t, stderr, "prog: run 5 (x: 5) failed: timed out after 100ms, and it does not return\n")
	assert.Contains(t, stderr, "10 of 12 runs done, 2 failed")

	e, err := env.New(env.Options{Out: dir, Timeout: time.Hour})
	require.NoError(t, err)
	tr, err := newProbe(12).trajectory(e)
	require.NoError(t, err)
	assert.ErrorIs(t, e.Run(t.Context(), tr, newProbe(12).experiment), trajectory.ErrPlanDiffers, "the flags are missing")

	p = newProbe(12)
	status, stderr = p.in(t, dir, "-retry", "-timeout", "1h")
	assert.Equal(t, 0, status, stderr)
	assert.EqualValues(t, 2, p.executed.Load())
}

func TestTimeoutHoldsForOneStart(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(4)
	p.run = func(ctx context.Context, i int) error {
		if i == 3 {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
		return ctx.Err()
	}
	const limit = "50ms"
	status, stderr := p.in(t, dir, "-timeout", limit)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "to repeat it alone: prog -only 3 -out "+dir+" -progress none -timeout "+limit+"\n")
	status, stderr = p.in(t, dir, "-only", "3", "-timeout", limit)
	assert.Equal(t, 1, status, "the command that is printed repeats it as it was: %s", stderr)
	assert.Contains(t, stderr, "run 3 (x: 3) failed: timed out after "+limit)
	status, stderr = p.in(t, dir, "-retry", "-timeout", limit)
	assert.Equal(t, 1, status, "the same command: %s", stderr)
	status, stderr = p.in(t, dir, "-retry")
	assert.Equal(t, 0, status, "without the limit: %s", stderr)
}

func TestTimeoutCanBeAskedFor(t *testing.T) {
	t.Parallel()
	e, err := env.New(env.Options{Out: t.TempDir(), Timeout: time.Millisecond})
	require.NoError(t, err)
	p := newProbe(1)
	p.run = func(ctx context.Context, _ int) error {
		<-ctx.Done()
		return errors.New("half done")
	}
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	err = e.Run(t.Context(), tr, p.experiment)
	assert.ErrorIs(t, err, env.ErrTimeout)
	assert.ErrorContains(t, err, "1 of 1 runs failed: 0")
}
