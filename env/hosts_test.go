package env_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	// `sh -c` stands in for ssh: it starts the process on this machine.
	dir := t.TempDir()
	cmd, _, errs := childProcess("slow", "-out", dir, "-workers", "1", "-hosts", "animals/1*3=sh -c, spanien/2=sh -c, nowhere=no-such-command, broken=sh -c false")
	require.NoError(t, cmd.Run(), errs)
	assert.Regexp(t, `(?m)^child: host nowhere is left out: exec: "no-such-command": executable file not found in \$PATH$`, errs.String())
	assert.Regexp(t, `(?m)^child: host broken is left out: exit status 1$`, errs.String())
	assert.NotContains(t, errs.String(), "host animals")
	assert.NotContains(t, errs.String(), "host spanien")
	own, others := number(t, `\(reused 0, ran (\d+)`, errs.String()), number(t, `others ran (\d+)\)`, errs.String())
	assert.Equal(t, killRuns, own+others)
	assert.Positive(t, others)
	assert.Equal(t, wholeSweep(t), dump(t, file(dir)))
	logs := logFiles(t, dir)
	assert.Contains(t, logs["sweep/ENV/host_animals.txt"], "child: ")
}

// pids are the processes at work in a runs folder.
func pids(t *testing.T, dir string) (all []int) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(runsDir(dir), "processes", "*"))
	require.NoError(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil || strings.HasSuffix(path, ".crash") {
			continue
		}
		head, _, _ := strings.Cut(string(text), "\n")
		var who struct{ PID int }
		if json.Unmarshal([]byte(head), &who) == nil && who.PID > 0 {
			all = append(all, who.PID)
		}
	}
	return all
}

func TestHostThatIsLost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, _, errs := childProcess("slow", "-out", dir, "-workers", "1", "-hosts", "animals/1*50=sh -c")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return len(pids(t, dir)) == 2 && published(t, dir) > 1 }, 20*time.Second, time.Millisecond)
	for _, pid := range pids(t, dir) {
		if pid != cmd.Process.Pid {
			process, err := os.FindProcess(pid)
			require.NoError(t, err)
			require.NoError(t, process.Kill())
		}
	}
	require.NoError(t, cmd.Wait(), errs)
	assert.Regexp(t, `(?m)^child: host animals is left out: (signal: killed|exit status 137)`, errs.String())
	assert.Contains(t, errs.String(), "200 of 200 runs done")
	assert.Equal(t, wholeSweep(t), dump(t, file(dir)))
}

func TestHostsEndWithTheMainProcess(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]os.Signal{"killed": syscall.SIGKILL, "interrupted": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd, _, errs := childProcess("slow", "-out", dir, "-workers", "1", "-hosts", "animals/1=sh -c")
			require.NoError(t, cmd.Start())
			require.Eventually(t, func() bool { return len(pids(t, dir)) == 2 && published(t, dir) > 1 }, 20*time.Second, time.Millisecond)
			require.NoError(t, cmd.Process.Signal(end))
			var status *exec.ExitError
			require.ErrorAs(t, cmd.Wait(), &status, errs)
			left := 0
			if name == "killed" {
				left = 1 // its own file, which it could not take away
			} else {
				assert.Equal(t, 130, status.ExitCode())
				assert.NotContains(t, errs.String(), "left out")
			}
			require.Eventually(t, func() bool { return len(pids(t, dir)) == left }, 20*time.Second, time.Millisecond, "a process on a host goes on")
			assert.Less(t, published(t, dir), killRuns)
			cmd, _, errs = childProcess("slow", "-out", dir, "-workers", "8")
			require.NoError(t, cmd.Run(), errs)
			assert.Regexp(t, `200 of 200 runs done \(reused [1-9]\d*, ran [1-9]\d*\)`, errs.String())
		})
	}
}

func TestHostsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a*0":     `invalid value "a*0" for flag -hosts: host "a*0": want NAME/WORKERS*CHUNK=COMMAND with whole numbers from 1`,
		"a/x":     `host "a/x": want NAME/WORKERS`,
		"*3":      `host "*3" has no name`,
		"a,,b":    `host "" has no name`,
		"a= ":     `host "a=" has no command behind =`,
		"a=ssh,=": `host "=" has no command behind =`,
	} {
		status, stderr := newProbe(1).exec(t.Context(), "-hosts", text)
		assert.Equal(t, 1, status, text)
		assert.Contains(t, stderr, want, text)
	}
	e, err := env.New(env.Options{Out: t.TempDir(), Hosts: []env.Host{{Name: "a"}}})
	require.NoError(t, err)
	p := newProbe(2)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	assert.EqualError(t, e.Run(t.Context(), tr, p.experiment), "env: hosts need a program that can be called again: see Program")
}
