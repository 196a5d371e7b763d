package env_test

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// environmentOf is the branch in which a start describes itself, by name.
func environmentOf(t *testing.T, path string) map[string]any {
	t.Helper()
	tr, err := trajectory.Open(t.Context(), path, trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer tr.Close()
	g, err := tr.Group("config.environment")
	require.NoError(t, err)
	assert.Equal(t, "Settings for the different environments used to run the experiments", g.Comment())
	starts := g.Children()
	require.Len(t, starts, 1)
	assert.Regexp(t, `^environment_[0-9a-f]{7}_\d{4}_\d\d_\d\d_\d\dh\d\dm\d\ds$`, starts[0].Name())
	all := map[string]any{}
	for r, err := range tr.Records() {
		require.NoError(t, err)
		if name, ok := strings.CutPrefix(r.Name, starts[0].FullName()+"."); ok && r.Leaf {
			p, err := tr.Parameter(r.Name)
			require.NoError(t, err)
			assert.NotEmpty(t, p.Comment(), r.Name)
			all[name] = p.Value()
		}
	}
	return all
}

func TestStartDescribesItself(t *testing.T) {
	repository(t)
	write(t, "model.txt", "2")

	dir := t.TempDir()
	status, stderr := newProbe(3).in(t, dir, "-workers", "3", "-threads", "2", "-max-cpu", "99")
	require.Equal(t, 0, status, stderr)
	first := environmentOf(t, file(dir))
	assert.Equal(t, runtime.Version(), first["versions.go"])
	assert.Equal(t, runtime.GOARCH, first["machine.arch"])
	assert.Equal(t, 3, first["ncores"])
	assert.Equal(t, 2, first["ncores_per_run"])
	assert.Equal(t, true, first["multiproc"])
	assert.Equal(t, []any{99.0, 100.0, 100.0}, []any{first["cpu_cap"], first["memory_cap"], first["swap_cap"]})
	assert.Equal(t, []string{"-out", dir, "-progress", "none", "-workers", "3", "-threads", "2", "-max-cpu", "99"}, first["arguments"])
	assert.NotEmpty(t, first["machine.processor"])
	assert.NotEmpty(t, first["modules"])
	assert.Equal(t, "Make a model", first["git.message"])
	assert.Equal(t, "trunk", first["git.name_rev"])
	assert.Len(t, first["git.hexsha"], 40)
	assert.Equal(t, []string{"M model.txt"}, first["git.modified"])
	assert.Contains(t, first["git.diff"], "\n-1\n")
	assert.Contains(t, first["git.diff"], "\n+2\n")
	assert.EqualValues(t, 7, first["seed"])

	// What a second start would say of itself is not written over the first one's.
	status, stderr = newProbe(3).in(t, dir, "-workers", "1")
	require.Equal(t, 0, status, stderr)
	assert.Equal(t, first, environmentOf(t, file(dir)))

	// Elsewhere, with other settings: the dump is the same.
	elsewhere := t.TempDir()
	t.Chdir(elsewhere)
	status, stderr = newProbe(3).in(t, filepath.Join(elsewhere, "out"), "-workers", "1")
	require.Equal(t, 0, status, stderr)
	second := environmentOf(t, file(filepath.Join(elsewhere, "out")))
	assert.NotContains(t, second, "git.hexsha")
	assert.NotEqual(t, first["timestamp"], second["timestamp"])
	text := dump(t, file(dir))
	assert.Equal(t, text, dump(t, file(filepath.Join(elsewhere, "out"))))
	assert.NotContains(t, text, "environment")
}
