package env_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// gitIn runs git in the working directory.
func gitIn(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

// repository makes one with a commit in a new working directory; nothing of the user's
// configuration counts in it.
func repository(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	t.Setenv("GIT_DIR", "") // put back afterwards; see TestMain
	require.NoError(t, os.Unsetenv("GIT_DIR"))
	for _, name := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+name+"_NAME", "n")
		t.Setenv("GIT_"+name+"_EMAIL", "e@example.org")
	}
	gitIn(t, "init", "-q", "-b", "trunk")
	write(t, "model.txt", "1")
	gitIn(t, "add", "model.txt")
	gitIn(t, "commit", "-q", "-m", "Make a model")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// commits are the commit groups in the config of a trajectory.
func commits(t *testing.T, path string) map[string]map[string]any {
	t.Helper()
	tr, err := trajectory.Open(t.Context(), path, trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer tr.Close()
	all := map[string]map[string]any{}
	if !tr.Contains("config.git") {
		return all
	}
	g, err := tr.Group("config.git")
	require.NoError(t, err)
	for _, c := range g.Children() {
		all[c.Name()] = map[string]any{}
		for _, key := range []string{"hexsha", "name_rev", "committed_date", "message"} {
			p, err := tr.Parameter(c.FullName() + "." + key)
			require.NoError(t, err)
			assert.NotEmpty(t, p.Comment())
			all[c.Name()][key] = p.Value()
		}
	}
	return all
}

func TestChangesAreCommittedBeforeTheFirstRun(t *testing.T) {
	repository(t)
	write(t, "model.txt", "2")
	write(t, "other.txt", "not of the repository")
	for name, args := range map[string][]string{
		"not asked": nil, "dry run": {"-git-commit", "-dry-run"}, "replay": {"-git-commit", "-only", "1"},
	} {
		status, stderr := newProbe(3).in(t, t.TempDir(), args...)
		require.Equal(t, 0, status, "%s: %s", name, stderr)
		assert.Equal(t, "1", gitIn(t, "rev-list", "--count", "HEAD"), name)
	}

	dir := t.TempDir()
	status, stderr := newProbe(3).in(t, dir, "-git-commit=Try 2")
	require.Equal(t, 0, status, stderr)
	hex := gitIn(t, "rev-parse", "HEAD")
	assert.Contains(t, stderr, "the changes of 1 files are committed as "+hex[:7])
	message := gitIn(t, "log", "-1", "--format=%B")
	assert.Regexp(t, "^Try 2 -- Trajectory: `sweep`, Time: `\\d{4}_\\d\\d_\\d\\d_\\d\\dh\\d\\dm\\d\\ds`, Comment: `a test`$", message)
	assert.Equal(t, "2", gitIn(t, "show", "HEAD:model.txt"))
	assert.Equal(t, "?? other.txt", gitIn(t, "status", "--porcelain"))
	all := commits(t, file(dir))
	require.Len(t, all, 1)
	for name, c := range all {
		assert.Regexp(t, "^commit_"+hex[:7]+`_\d{4}_\d\d_\d\d_\d\dh\d\dm\d\ds$`, name)
		assert.Equal(t, hex, c["hexsha"])
		assert.Equal(t, message, c["message"])
		assert.Equal(t, "trunk", c["name_rev"])
		assert.Equal(t, gitIn(t, "log", "-1", "--format=%ct"), fmt.Sprint(c["committed_date"]))
	}
	start := environmentOf(t, file(dir))
	assert.Equal(t, hex, start["hexsha"])
	assert.Equal(t, hex, start["git.hexsha"])
	assert.Equal(t, []string{"none"}, start["git.modified"])
	logs, err := filepath.Glob(filepath.Join(dir, "logs", "sweep", "environment_"+hex[:7]+"_*", "LOG.txt"))
	require.NoError(t, err)
	assert.Len(t, logs, 1)

	// Going on with a program that the sweep knows is nothing to commit for.
	write(t, "model.txt", "3")
	for _, flag := range []string{"-git-commit", "-git-fail"} {
		status, stderr = newProbe(3).in(t, dir, flag)
		require.Equal(t, 0, status, stderr)
		assert.Equal(t, hex, gitIn(t, "rev-parse", "HEAD"))
	}
	status, stderr = newProbe(3).exec(t.Context(), "worker", runsDir(dir))
	require.Equal(t, 0, status, stderr)
	assert.Equal(t, hex, gitIn(t, "rev-parse", "HEAD"), "nor is it for a worker")

	// Without changes the last commit is the one, also of the second sweep of a program.
	gitIn(t, "checkout", "-q", "--", "model.txt")
	for _, flag := range []string{"-git-commit", "-git-fail"} {
		again := t.TempDir()
		status, stderr = newProbe(3).in(t, again, flag)
		require.Equal(t, 0, status, stderr)
		assert.Equal(t, hex, gitIn(t, "rev-parse", "HEAD"))
		assert.Equal(t, all, commits(t, file(again)))
	}
}

func TestCommitOfAChangedProgram(t *testing.T) {
	repository(t)
	write(t, "model.txt", "2")
	dir, p := t.TempDir(), newProbe(4)
	plant(t, dir, p, "executable 0123456789abcdef0123")
	status, stderr := p.in(t, dir, "-retry", "-git-fail")
	assert.Equal(t, 1, status, stderr)
	assert.Contains(t, stderr, "there are uncommitted changes: M model.txt; ")
	assert.Zero(t, p.executed.Load())
	status, stderr = p.in(t, dir, "-retry", "-git-commit")
	require.Equal(t, 0, status, stderr)
	rounds, err := os.ReadFile(filepath.Join(runsDir(dir), "rounds.jsonl"))
	require.NoError(t, err)
	assert.Contains(t, string(rounds), `"commit":"`+gitIn(t, "rev-parse", "HEAD")+`"`)
	assert.Equal(t, "2", gitIn(t, "rev-list", "--count", "HEAD"))

	// What is given up for a new sweep is one as well.
	write(t, "model.txt", "3")
	q := newProbe(5)
	status, stderr = q.in(t, dir, "-force", "-git-fail")
	assert.Equal(t, 1, status, stderr)
	old, err := filepath.Glob(filepath.Join(dir, "*.old*"))
	require.NoError(t, err)
	assert.Empty(t, old, "nothing is moved aside")
	status, stderr = q.in(t, dir, "-force", "-git-commit")
	require.Equal(t, 0, status, stderr)
	assert.Len(t, commits(t, file(dir)), 1)
	assert.Equal(t, "3", gitIn(t, "rev-list", "--count", "HEAD"))
}

func TestCommitIsRefused(t *testing.T) {
	cases := map[string]struct {
		spoil func(t *testing.T)
		flag  string
		want  string
	}{
		"changes":       {func(t *testing.T) {}, "-git-fail", "-git-fail: there are uncommitted changes: M model.txt; commit them, or let -git-commit do it"},
		"no repository": {func(t *testing.T) { t.Chdir(t.TempDir()) }, "-git-commit", "-git-commit: fatal: not a git repository (or any of the parent directories): .git; nothing is run"},
		"no promise":    {func(t *testing.T) { t.Chdir(t.TempDir()) }, "-git-fail", "-git-fail: fatal: not a git repository"},
		"no git":        {func(t *testing.T) { t.Setenv("PATH", t.TempDir()) }, "-git-commit", `-git-commit: exec: "git": executable file not found in $PATH; nothing is run`},
		"no commit": {func(t *testing.T) {
			t.Chdir(t.TempDir())
			gitIn(t, "init", "-q")
		}, "-git-fail", "does not have any commits yet; nothing is run"},
		"nobody": {func(t *testing.T) {
			for _, name := range []string{"AUTHOR", "COMMITTER"} {
				require.NoError(t, os.Unsetenv("GIT_"+name+"_NAME"))
				require.NoError(t, os.Unsetenv("GIT_"+name+"_EMAIL"))
			}
			gitIn(t, "config", "user.useConfigOnly", "true")
		}, "-git-commit", "-git-commit: git does not know who commits: set user.name and user.email with git config; nothing is run"},
		"hook": {func(t *testing.T) {
			require.NoError(t, os.WriteFile(".git/hooks/pre-commit", []byte("#!/bin/sh\necho not now\necho please\nexit 1\n"), 0o755))
		}, "-git-commit", "-git-commit: not now; please; nothing is run"},
		"conflict": {func(t *testing.T) {
			gitIn(t, "commit", "-q", "-a", "-m", "Two")
			gitIn(t, "checkout", "-q", "-b", "side", "HEAD^")
			write(t, "model.txt", "3")
			gitIn(t, "commit", "-q", "-a", "-m", "Three")
			require.Error(t, exec.Command("git", "merge", "-q", "trunk").Run())
		}, "-git-commit", "-git-commit: a merge has left conflicts; nothing is run"},
		"merge": {func(t *testing.T) {
			gitIn(t, "commit", "-q", "-a", "-m", "Two")
			gitIn(t, "checkout", "-q", "-b", "side", "HEAD^")
			write(t, "new.txt", "3")
			gitIn(t, "add", "new.txt")
			gitIn(t, "commit", "-q", "-m", "Three")
			gitIn(t, "merge", "-q", "--no-commit", "trunk")
		}, "-git-commit", "-git-commit: a merge is not finished; nothing is run"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			repository(t)
			write(t, "model.txt", "2")
			head := gitIn(t, "rev-parse", "HEAD")
			c.spoil(t)
			if name == "conflict" || name == "merge" {
				head = gitIn(t, "rev-parse", "HEAD")
			}
			dir, p := t.TempDir(), newProbe(3)
			status, stderr := p.in(t, dir, c.flag)
			assert.Equal(t, 1, status)
			assert.Contains(t, stderr, c.want)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			assert.Zero(t, p.executed.Load())
			assert.NoFileExists(t, filepath.Join(runsDir(dir), "plan.npz"))
			if name == "nobody" || name == "hook" {
				assert.Equal(t, head, gitIn(t, "rev-parse", "HEAD"))
				assert.Equal(t, "M model.txt", gitIn(t, "status", "--porcelain"), "the index is left alone")
			}
		})
	}
}

func TestGitOptions(t *testing.T) {
	repository(t)
	status, stderr := newProbe(3).in(t, t.TempDir(), "-git-commit", "-git-fail")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "want one of them")

	write(t, "model.txt", "2")
	dir := t.TempDir()
	e, err := env.New(env.Options{Out: dir, Git: env.Git{Fail: true}})
	require.NoError(t, err)
	p := newProbe(3)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	assert.ErrorIs(t, e.Run(t.Context(), tr, p.experiment), env.ErrGitDiff)

	e, err = env.New(env.Options{Out: dir, Git: env.Git{Commit: true}})
	require.NoError(t, err)
	tr, err = trajectory.New("uncommented", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, errors.Join(tr.AddParameter("x", 1), tr.AddParameter("model.constant", 1.5)))
	require.NoError(t, e.Run(t.Context(), tr, p.experiment))
	assert.Regexp(t, "^Trajectory: `uncommented`, Time: `[0-9_hms]+`$", gitIn(t, "log", "-1", "--format=%B"))
}

// A program that is built again after its sources were committed for it is the same one.
func TestCommittedProgramGoesOn(t *testing.T) {
	module, err := filepath.Abs("..")
	require.NoError(t, err)
	repository(t)
	text, err := os.ReadFile(filepath.Join(module, "go.mod"))
	require.NoError(t, err)
	mod := regexp.MustCompile(`(?m)^module .*$`).ReplaceAllString(string(text), "module example.org/squares")
	write(t, "go.mod", mod+"\nrequire galvani v0.0.0\nreplace galvani => "+module+"\n")
	sums, err := os.Open(filepath.Join(module, "go.sum"))
	require.NoError(t, err)
	defer sums.Close()
	to, err := os.Create("go.sum")
	require.NoError(t, err)
	_, err = io.Copy(to, sums)
	require.NoError(t, errors.Join(err, to.Close()))
	source := func(comment string) {
		write(t, "main.go", `package main

import (
	"context"
	"errors"

	"galvani/env"
	"galvani/trajectory"
)

// `+comment+`
func main() {
	env.Main("squares", nil, func(ctx context.Context, e *env.Environment) error {
		t, err := e.Trajectory("squares", trajectory.Options{})
		if err != nil {
			return err
		}
		err = errors.Join(t.AddParameter("x", 0), t.Explore(trajectory.Over("x", trajectory.Values(1, 2, 3))))
		if err != nil {
			return err
		}
		return e.Run(ctx, t, env.Func(func(_ context.Context, r *trajectory.Run) error { return r.AddResult("z", r.Index()) }))
	})
}
`)
	}
	source("One.")
	write(t, "more.go", "package main\n")
	gitIn(t, "add", "-A")
	gitIn(t, "commit", "-q", "-m", "Make a program")
	folder := t.TempDir()
	program := filepath.Join(folder, "squares")
	build := func() {
		t.Helper()
		out, err := exec.Command("go", "build", "-buildvcs=true", "-mod=mod", "-o", program).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	run := func(dir string, args ...string) (string, error) {
		out, err := exec.Command(program, append([]string{"-out", filepath.Join(folder, dir), "-progress", "none"}, args...)...).CombinedOutput()
		return string(out), err
	}
	write(t, "model.txt", "2")
	build() // of changed sources: known by its digest
	out, err := run("a", "-git-commit")
	require.NoError(t, err, out)
	require.Contains(t, out, "are committed as")
	out, err = run("a")
	require.NoError(t, err, "the program that made the plan: %s", out)
	out, err = run("b", "-git-commit") // there is nothing to commit any more
	require.NoError(t, err, out)
	build() // of a clean checkout: known by its revision
	for _, dir := range []string{"a", "b"} {
		out, err = run(dir)
		require.NoError(t, err, "the same sources: %s", out)
		assert.Contains(t, out, "reused 3")
	}

	// A clean program stays itself whatever is committed while it works.
	write(t, "model.txt", "3")
	out, err = run("c", "-git-commit")
	require.NoError(t, err, out)
	out, err = run("c")
	require.NoError(t, err, out)
	assert.Contains(t, out, "reused 3")

	// Sources that are younger than the program, or are gone, are not what it was built of.
	for dir, change := range map[string]func(){
		"younger": func() { source("Two.") },
		"gone":    func() { require.NoError(t, os.Remove("more.go")) },
	} {
		write(t, "model.txt", dir)
		build()
		change()
		out, err = run(dir, "-git-commit")
		require.NoError(t, err, out)
		build()
		out, err = run(dir)
		require.Error(t, err)
		assert.Contains(t, out, "the program changed: revision ")
	}
}
