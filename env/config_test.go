package env_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// configured runs a program with two parameters and tells what it found.
func configured(t *testing.T, config string, args ...string) (found map[string]any, status int, stderr string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "my.toml")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o644))
	scale := 1.0
	status, _, stderr = execute(env.Program{
		Flags: func(f *flag.FlagSet) { f.Float64Var(&scale, "scale", scale, "") },
		Run: func(ctx context.Context, e *env.Environment) error {
			tr, err := e.Trajectory("sweep", trajectory.Options{})
			if err != nil {
				return err
			}
			if err := errors.Join(tr.AddParameter("model.n", 4, trajectory.AtMost(100)), tr.AddParameter("model.tau", 1.5), tr.AddParameter("name", "a")); err != nil {
				return err
			}
			return e.Run(ctx, tr, env.Func(func(_ context.Context, r *trajectory.Run) error {
				found = map[string]any{"workers": e.Workers(), "scale": scale, "seed": tr.Seed()}
				for _, name := range []string{"model.n", "model.tau", "name"} {
					p, err := r.Parameter(name)
					if err != nil {
						return err
					}
					found[name] = p.Value()
				}
				return nil
			}))
		},
	}, append([]string{"-config", file, "-progress", "none", "-out", filepath.Join(dir, "out")}, args...)...)
	return found, status, strings.ReplaceAll(stderr, file, "FILE")
}

func TestConfigurationFile(t *testing.T) {
	t.Parallel()
	const file = "[environment]\nworkers = 3\nscale = 2.5\nseed = 7\n[parameters]\nname = \"b\"\n[parameters.model]\nn = 5\ntau = 2.0\n"
	found, status, stderr := configured(t, file)
	require.Zero(t, status, stderr)
	assert.Equal(t, map[string]any{"workers": 3, "scale": 2.5, "seed": uint64(7), "model.n": 5, "model.tau": 2.0, "name": "b"}, found)
	found, status, stderr = configured(t, file, "-workers", "2", "-scale", "1.5")
	require.Zero(t, status, stderr)
	assert.Equal(t, []any{2, 1.5, 5}, []any{found["workers"], found["scale"], found["model.n"]}, "the command line goes first")

	for config, says := range map[string]string{
		"[environment]\nwrokers = 3\n":        "prog: -config: FILE: there is no flag -wrokers to be set here: did you mean workers?\n",
		"[environment]\nconfig = \"other\"\n": "prog: -config: FILE: there is no flag -config to be set here\n",
		"[environment]\nworkers = \"many\"\n": "prog: -config: FILE: invalid value \"many\" for workers: parse error\n",
		"[environmnet]\nworkers = 3\n":        "prog: -config: FILE: environmnet: want the sections environment and parameters\n",
		"workers = 3\n":                       "prog: -config: FILE: workers: want the sections environment and parameters\n",
		"[parameters]\nnmae = \"b\"\n":        "prog: trajectory: parameters.nmae was preset and never added: preset without a parameter",
		"[parameters.model]\nn = \"many\"\n":  "prog: trajectory: preset: ",
		"[parameters.model]\nn = 101\n":       "parameters.model.n",
		"[environment\n":                      "prog: -config: FILE: toml: line ",
	} {
		found, status, stderr := configured(t, config)
		assert.Equal(t, 1, status, config)
		assert.Contains(t, stderr, says, config)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		assert.Nil(t, found)
	}
	status, _, stderr = execute(env.Program{}, "-config", filepath.Join(t.TempDir(), "none.toml"))
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "prog: -config: ")
}

func TestRulesHoldBeforeTheFirstRun(t *testing.T) {
	t.Parallel()
	e, err := env.New(env.Options{Out: t.TempDir()})
	require.NoError(t, err)
	p := newProbe(4)
	tr, err := p.trajectory(e)
	require.NoError(t, err)
	require.NoError(t, tr.Preset("model.tau", 3.0))
	assert.ErrorIs(t, e.Run(t.Context(), tr, p.experiment), trajectory.ErrPreset)
	assert.Zero(t, p.executed.Load())
}
