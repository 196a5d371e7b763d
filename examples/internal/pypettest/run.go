package pypettest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// Run runs a program with its output in a new folder, and returns what it printed and,
// line by line, what `galvani dump -pypet` prints of its trajectory called name.
func Run(t *testing.T, p *env.Program, name string) (stdout string, lines []string) {
	t.Helper()
	var out, messages bytes.Buffer
	dir := t.TempDir()
	status := p.Exec(context.Background(), []string{"-out", dir, "-progress", "none"}, &out, &messages)
	require.Zero(t, status, messages.String())
	file := filepath.Join(dir, name+env.Stores()[0].Extensions()[0])
	tr, err := trajectory.Open(context.Background(), file, trajectory.OpenOptions{Stores: env.Stores(), Name: name})
	require.NoError(t, err)
	defer tr.Close()
	var dump bytes.Buffer
	require.NoError(t, trajectory.DumpPypet(&dump, tr))
	return out.String(), split(dump.String())
}

// Expected reads the lines of testdata/pypet.tsv.
func Expected(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "pypet.tsv"))
	require.NoError(t, err)
	return split(string(raw))
}

func split(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }
