package env_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
)

// logFiles are the files below logs by their names there, those of the start's name cut.
func logFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	root := filepath.Join(dir, "logs")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name := regexp.MustCompile(`environment_[0-9a-f]{7}_[0-9_hms]+`).ReplaceAllString(path[len(root)+1:], "ENV")
		all[name] += string(text)
		return err
	})
	require.NoError(t, err)
	return all
}

func talking(p *probe) {
	p.run = func(ctx context.Context, i int) error {
		log := env.Log(ctx)
		switch i {
		case 1:
			log.Info("spikes", "count", 17)
			log.Debug("unheard")
			log.With("group", "e").WithGroup("rates").Info("rates", "mean", 2.5)
			fmt.Fprintf(env.Output(ctx), "printed\nin two lines\nand a ")
		case 2:
			log.Warn("no spikes")
		case 1003:
			log.Info("far away")
		case 4:
			log.Info("before")
			return errors.New("broken")
		}
		return nil
	}
}

func TestLogsOfRuns(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(1010)
	talking(p)
	status, stderr := p.in(t, dir)
	assert.Equal(t, 1, status)
	assert.Regexp(t, `level=WARN msg="no spikes" run=2`, stderr)
	assert.NotContains(t, stderr, "msg=spikes")
	files := logFiles(t, dir)
	const sets = "sweep/ENV/run_set_0000"
	assert.Len(t, files, 6, "a run that logs nothing has no file")
	one := files[sets+"0/run_00000001_LOG.txt"]
	assert.Regexp(t, `(?m)^time=\S+ level=INFO msg=spikes run=1 count=17$`, one)
	assert.Regexp(t, `(?m)^time=\S+ level=INFO msg=rates run=1 group=e rates.mean=2.5$`, one)
	assert.Regexp(t, `msg=printed run=1\n.* msg="in two lines" run=1\n$`, one)
	assert.NotContains(t, one, "unheard")
	assert.Contains(t, files[sets+"1/run_00001003_LOG.txt"], "far away")
	four := files[sets+"0/run_00000004_LOG.txt"]
	assert.Regexp(t, `msg=before run=4\n.*level=ERROR msg=failed run=4 parameters="x: 4" attempt=0 error=broken\n$`, four)
	main := files["sweep/ENV/LOG.txt"]
	assert.Contains(t, main, "1010 runs, ")
	assert.Contains(t, main, `level=WARN msg="no spikes" run=2`)
	assert.Contains(t, main, "run 4 (x: 4) failed: broken")
	failures := files["sweep/ENV/ERROR.txt"]
	assert.Contains(t, failures, "run 4 (x: 4) failed: broken")
	assert.NotContains(t, failures, "1010 runs")
}

func TestLogFilesAsTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(5)
	talking(p)
	var e *env.Environment
	p.preparing = func(environment *env.Environment) { e = environment }
	run := p.run
	p.run = func(ctx context.Context, i int) error {
		if i == 3 {
			e.Logger().InfoContext(ctx, "with context", "i", i)
			e.Logger().Info("without")
		}
		return run(ctx, i)
	}
	status, stderr := p.in(t, dir, "-log-format", "json", "-log-level", "debug", "-log-runs", "logs/$traj/$set_$run_$proc.json", "-log-file", "logs/$run.json", "-log-errors", "")
	assert.Equal(t, 1, status, stderr)
	files := logFiles(t, dir)
	assert.Len(t, files, 5)
	host, err := os.Hostname()
	require.NoError(t, err)
	suffix := fmt.Sprintf("_%s_%d.json", host, os.Getpid())
	entries := func(name string) (all []map[string]any) {
		for s := bufio.NewScanner(strings.NewReader(files[name])); s.Scan(); {
			var e map[string]any
			require.NoError(t, json.Unmarshal(s.Bytes(), &e), s.Text())
			all = append(all, e)
		}
		return all
	}
	one := entries("sweep/run_set_00000_run_00000001" + suffix)
	require.Len(t, one, 5)
	assert.Equal(t, "unheard", one[1]["msg"])
	assert.Equal(t, map[string]any{"mean": 2.5}, one[2]["rates"])
	three := entries("sweep/run_set_00000_run_00000003" + suffix)
	require.Len(t, three, 1)
	assert.Equal(t, "with context", three[0]["msg"])
	assert.EqualValues(t, 3, three[0]["run"])
	assert.Contains(t, files["run_ALL.json"], `"msg":"without"`)
	assert.NotContains(t, files["run_ALL.json"], `"with context"`)
}

func TestNoLogFiles(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(5)
	talking(p)
	p.in(t, dir, "-log-file", "", "-log-runs", "", "-log-errors", "")
	assert.NoDirExists(t, filepath.Join(dir, "logs"))
	log := env.Log(t.Context()) // of nothing
	log.Error("unheard")
	fmt.Fprintln(env.Output(t.Context()), "unheard")
	assert.False(t, log.Enabled(t.Context(), 100))
}

func TestLogsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(5)
	p.run = func(ctx context.Context, i int) error {
		env.Log(ctx).Info("hello")
		return nil
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "logs"), nil, 0o644))
	status, stderr := p.in(t, dir)
	assert.Equal(t, 0, status, "no reason to lose results: %s", stderr)
	assert.Equal(t, 1, strings.Count(stderr, "no log can be written: "), stderr)
}

func TestWorkerHasItsOwnLog(t *testing.T) {
	t.Parallel()
	dir, p, q := t.TempDir(), newProbe(3), newProbe(3)
	ctx, cancel := context.WithCancelCause(t.Context())
	p.run = func(_ context.Context, i int) error {
		if i == 0 {
			status, stderr := q.exec(ctx, "worker", runsDir(dir), "-workers", "1")
			assert.Equal(t, 130, status, stderr)
		}
		return nil
	}
	q.run = func(ctx context.Context, i int) error {
		env.Log(ctx).Warn("helping")
		if i == 2 { // run 0 waits for this one
			cancel(env.ErrInterrupted)
		}
		return nil
	}
	status, stderr := p.in(t, dir, "-workers", "1")
	require.Equal(t, 0, status, stderr)
	files := logFiles(t, dir)
	host, err := os.Hostname()
	require.NoError(t, err)
	assert.Contains(t, files[fmt.Sprintf("sweep/ENV/%s_%d_LOG.txt", host, os.Getpid())], "helping")
	assert.Contains(t, files["sweep/ENV/run_set_00000/run_00000001_LOG.txt"], "helping")
	assert.NotContains(t, files["sweep/ENV/LOG.txt"], "helping")
}

func TestReplayLogsAtTheTerminal(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newProbe(5)
	talking(p)
	_, stderr := p.in(t, dir, "-only", "1", "-log-level", "debug")
	assert.Contains(t, stderr, "level=DEBUG msg=unheard run=1")
	assert.NoDirExists(t, filepath.Join(dir, "logs"))
}
