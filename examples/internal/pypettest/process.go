package pypettest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/trajectory"
)

// child makes the test binary the program itself.
const child = "GALVANI_EXAMPLE_PROCESS"

// Main is for TestMain of a program whose tests use [Command].
func Main(m *testing.M, p *env.Program) {
	if os.Getenv(child) != "" {
		p.Main()
	}
	os.Exit(m.Run())
}

// Command prepares the program as a process of its own, and what it will say.
func Command(ctx context.Context, t *testing.T, args ...string) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	said = &bytes.Buffer{}
	cmd = exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), child+"=1")
	cmd.Stdout, cmd.Stderr = said, said
	return cmd, said
}

// File is the path of a trajectory called name in a new folder.
func File(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(t.TempDir(), name+env.Stores()[0].Extensions()[0])
}

// RunWith is [Run] of a program that gets arguments.
func RunWith(t *testing.T, p *env.Program, name string, args ...string) (stdout string, lines []string) {
	t.Helper()
	var out, messages bytes.Buffer
	file := File(t, name)
	status := p.Exec(context.Background(), append([]string{"-out", file, "-progress", "none"}, args...), &out, &messages)
	require.Zero(t, status, messages.String())
	return out.String(), Dump(t, file)
}

// Dump is, line by line, what `galvani dump -pypet` prints of a trajectory file.
func Dump(t *testing.T, file string) []string {
	t.Helper()
	tr, err := trajectory.Open(context.Background(), file, trajectory.OpenOptions{Stores: env.Stores()})
	require.NoError(t, err)
	defer tr.Close()
	var dump bytes.Buffer
	require.NoError(t, trajectory.DumpPypet(&dump, tr))
	return split(dump.String())
}

// Lines reads the lines of a file in the folder testdata.
func Lines(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return split(string(raw))
}
