package env_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

func TestProcessorsAreSplit(t *testing.T) {
	procs := runtime.GOMAXPROCS(6)
	defer runtime.GOMAXPROCS(procs)
	for _, c := range []struct{ workers, threads, wantWorkers, wantThreads int }{
		{0, 0, 6, 1}, {0, 2, 3, 2}, {0, 4, 1, 4}, {0, 9, 1, 9}, {5, 3, 5, 3},
	} {
		e, err := env.New(env.Options{Workers: c.workers, Threads: c.threads, Out: t.TempDir()})
		require.NoError(t, err)
		assert.Equal(t, c.wantWorkers, e.Workers())
		p := newProbe(1)
		p.run = func(ctx context.Context, _ int) error {
			assert.Equal(t, c.wantThreads, env.Threads(ctx))
			return nil
		}
		tr, err := p.trajectory(e)
		require.NoError(t, err)
		require.NoError(t, e.Run(t.Context(), tr, p.experiment))
	}
	assert.Equal(t, 1, env.Threads(t.Context()))
}

func TestBadLimits(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]env.Options{
		"env: cap on memory of 101: want percent from 0 to 100":                        {Caps: env.Caps{Memory: 101}},
		"env: a run that takes -1 bytes of memory: want 0 (not known) or more":         {Caps: env.Caps{RunMemory: -1}},
		"env: -1 threads for a run and 0 bytes in reserve: want 0 (the usual) or more": {Threads: -1},
		"env: timeout of -1ns and deadline after 0s: want 0 (none) or more":            {Timeout: -1},
		"env: lease of 0s and chunks of -1 runs: want 0 (the usual) or more":           {Chunk: -1},
	} {
		_, err := env.New(o)
		assert.EqualError(t, err, want)
	}
}

func TestMemoryCapReached(t *testing.T) {
	t.Parallel()
	// More memory than there is: runs are executed one at a time.
	dir, p := t.TempDir(), newProbe(4)
	var running atomic.Int64
	p.run = func(context.Context, int) error {
		assert.EqualValues(t, 1, running.Add(1))
		time.Sleep(20 * time.Millisecond)
		running.Add(-1)
		return nil
	}
	status, stderr := p.in(t, dir, "-workers", "4", "-max-memory", "90", "-run-memory", "1000000000")
	assert.Equal(t, 0, status, stderr)
	assert.Regexp(t, `prog: memory in use is \d+ % \(the limit is 90 %\): no run is started until it is less or none is running\n`, stderr)
}

// picky is an experiment that knows which points are possible.
type picky struct{ experiment }

func (picky) Check(_ context.Context, r *trajectory.Run) error {
	if r.Index()%4 == 3 {
		return errors.New("model.N is no multiple of the size of clusters")
	}
	return nil
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := func(p *probe, x env.Experiment) env.Program {
		return env.Program{Run: func(ctx context.Context, e *env.Environment) error {
			tr, err := p.trajectory(e)
			if err != nil {
				return err
			}
			return e.Run(ctx, tr, x)
		}}
	}
	p := newProbe(12)
	status, stdout, stderr := execute(program(p, p.experiment), "-out", dir, "-dry-run", "-workers", "3")
	assert.Equal(t, 0, status, stderr)
	assert.Empty(t, stderr)
	assert.Regexp(t, `^sweep: 12 runs, 3 at once, seed 7\nresults: .*\nprogram: executable [0-9a-f]{12}\nparameters.x: 12 values: 0, 1, 2, 3, 4, 5, 6, …, 11\non disk: nothing yet\n$`, stdout)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries, "something was written")
	assert.Zero(t, p.executed.Load())

	status, stdout, stderr = execute(program(p, picky{p.experiment}), "-out", dir, "-dry-run")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: run 7 (x: 7) is not possible: model.N is no multiple of the size of clusters\n")
	assert.Contains(t, stderr, "prog: 3 of 12 runs are not possible\n")
	assert.NotContains(t, stdout, "every run is possible")

	p = newProbe(3)
	status, _, stderr = execute(program(p, p.experiment), "-out", dir)
	require.Equal(t, 0, status, stderr)
	p.constant = 2.5
	status, stdout, stderr = execute(program(p, picky{p.experiment}), "-out", dir, "-dry-run")
	assert.Equal(t, 0, status, stderr)
	assert.Contains(t, stdout, "on disk: 3 of 3 runs done, 0 failed\n")
	assert.Regexp(t, `differs from what is on disk: .*model.constant.*2.5`, stdout)
	assert.Contains(t, stdout, "every run is possible\n")
}
