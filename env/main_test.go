package env_test

import (
	"bytes"
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
)

// execute runs a program in this process.
func execute(p env.Program, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	if p.Name == "" {
		p.Name = "prog"
	}
	if p.Run == nil {
		p.Run = func(context.Context, *env.Environment) error { return nil }
	}
	status = p.Exec(context.Background(), args, &out, &errs)
	return status, out.String(), errs.String()
}

func ownFlags(fs *flag.FlagSet) {
	fs.Bool("plots", true, "draw pictures")
	fs.Float64("scale", 1, "size of the network")
	fs.String("ree", "", "values of R_ee, as `LIST`")
}

func TestBadArgumentsAreOneLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-worker", "2"}, "prog: there is no flag -worker: did you mean -workers? (-h lists all)\n"},
		{[]string{"--scael=2"}, "prog: there is no flag -scael: did you mean -scale? (-h lists all)\n"},
		{[]string{"-prog", "bar"}, "prog: there is no flag -prog: did you mean -progress? (-h lists all)\n"},
		{[]string{"-zzzzzz"}, "prog: there is no flag -zzzzzz (-h lists all)\n"},
		{[]string{"-workers", "two"}, "prog: invalid value \"two\" for flag -workers: parse error\n"},
		{[]string{"-workers", "-2"}, "prog: -2 workers: want 0 (one per processor) or more\n"},
		{[]string{"-workers"}, "prog: flag needs an argument: -workers\n"},
		{[]string{"-seed", "-1"}, "prog: invalid value \"-1\" for flag -seed: want a whole number from 0 to 18446744073709551615\n"},
		{[]string{"-progress", "loud"}, "prog: invalid value \"loud\" for flag -progress: want auto, bar, lines or none\n"},
		{[]string{"-profile", "heap"}, "prog: invalid value \"heap\" for flag -profile: want cpu, mem or trace\n"},
		{[]string{"-plots", "false"}, "prog: unexpected argument \"false\": write -plots=false\n"},
		{[]string{"now"}, "prog: unexpected argument \"now\": flags start with -\n"},
	} {
		ran := false
		status, stdout, stderr := execute(env.Program{Flags: ownFlags, Run: func(context.Context, *env.Environment) error {
			ran = true
			return nil
		}}, c.args...)
		assert.Equal(t, 1, status, "%q", c.args)
		assert.Equal(t, c.want, stderr, "%q", c.args)
		assert.Empty(t, stdout)
		assert.False(t, ran, "%q", c.args)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, h := range []string{"-h", "-help", "--help"} {
		status, stdout, stderr := execute(env.Program{Name: "clusternet", About: "Sweeps R_ee.", Example: "clusternet -ree 1,2", Flags: ownFlags}, h)
		assert.Equal(t, 0, status)
		assert.Empty(t, stderr)
		for _, want := range []string{
			"Sweeps R_ee.\n", "usage: clusternet [flags]\n", "  -ree LIST        values of R_ee, as LIST\n", "  -plots           draw pictures (default true)\n",
			"  -workers N ", "results/clusternet)\n", "\nThe same command again goes on where the last one stopped. Further processes help it:\n  clusternet worker results/clusternet/NAME", "example:\n  clusternet -ree 1,2\n",
		} {
			assert.Contains(t, stdout, want)
		}
	}
	_, stdout, _ := execute(env.Program{Name: "p", Arguments: "FILE"}, "-h")
	for line := range strings.Lines(stdout) {
		assert.LessOrEqual(t, len(line), 111, line)
	}
	assert.Contains(t, stdout, "LIST of NAME/WORKERS*CHUNK=COMMAND, of which only\n                      NAME is needed; the command is ssh NAME\n")
	assert.Contains(t, stdout, "usage: p [flags] FILE\n")
	assert.Contains(t, stdout, "example:\n  p ")
}

func TestFlagsReachTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, _, stderr := execute(env.Program{Arguments: "FILE", Run: func(_ context.Context, e *env.Environment) error {
		assert.Equal(t, "prog", e.Name())
		assert.Equal(t, 3, e.Workers())
		assert.Equal(t, dir, e.Dir())
		assert.Equal(t, filepath.Join(dir, "plots", "a.png"), e.Path("plots", "a.png"))
		assert.Equal(t, "/abs/a.png", e.Path("/abs/a.png"))
		assert.Equal(t, filepath.Base(file(dir)), "sweep"+filepath.Ext(e.File("t")))
		assert.Equal(t, []string{"one", "two"}, e.Args())
		e.Logger().Info("unheard")
		e.Logger().Warn("heard", "run", 3)
		return nil
	}}, "-workers", "3", "-out", dir, "-log-level", "warn", "one", "two")
	assert.Equal(t, 0, status)
	assert.Contains(t, stderr, "msg=heard run=3")
	assert.NotContains(t, stderr, "unheard")

	execute(env.Program{Run: func(_ context.Context, e *env.Environment) error {
		assert.Equal(t, filepath.Join(dir, "my.hdf5"), e.File("t"))
		assert.Equal(t, dir, e.Dir())
		return nil
	}}, "-out", filepath.Join(dir, "my.hdf5"))
}

func TestErrorsOfTheProgram(t *testing.T) {
	t.Parallel()
	fails := func(err error) env.Program {
		return env.Program{Run: func(context.Context, *env.Environment) error { return err }}
	}
	status, _, stderr := execute(fails(errors.New("network: 1 V + 1 s")))
	assert.Equal(t, 1, status)
	assert.Equal(t, "prog: network: 1 V + 1 s\n", stderr)

	status, _, stderr = execute(fails(errors.Join(errors.New("env: one"), errors.New("two"))))
	assert.Equal(t, 1, status)
	assert.Equal(t, "prog: one\nprog: two\n", stderr)

	status, _, stderr = execute(env.Program{Run: func(context.Context, *env.Environment) error { panic("broken") }})
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "prog: panic: broken\n")
}

func TestInterruptedProgram(t *testing.T) {
	t.Parallel()
	for _, err := range []error{context.Canceled, env.ErrInterrupted, nil} {
		ctx, cancel := context.WithCancelCause(context.Background())
		var errs bytes.Buffer
		p := env.Program{Name: "prog", Run: func(ctx context.Context, _ *env.Environment) error {
			cancel(env.ErrInterrupted)
			<-ctx.Done()
			return err
		}}
		status := p.Exec(ctx, nil, &bytes.Buffer{}, &errs)
		if err == nil {
			assert.Equal(t, 0, status, "it was finished all the same")
		} else {
			assert.Equal(t, 130, status)
		}
	}
}

func TestProfileIsWrittenHoweverTheProgramEnds(t *testing.T) {
	for kind, file := range map[string]string{"cpu": "cpu.pprof", "mem": "mem.pprof", "trace": "trace.out"} {
		for name, run := range map[string]func(context.Context, *env.Environment) error{
			"well":  func(context.Context, *env.Environment) error { return nil },
			"error": func(context.Context, *env.Environment) error { return errors.New("no") },
			"panic": func(context.Context, *env.Environment) error { panic("no") },
		} {
			dir := filepath.Join(t.TempDir(), "new")
			_, _, stderr := execute(env.Program{Run: run}, "-profile", kind, "-out", dir)
			info, err := os.Stat(filepath.Join(dir, file))
			require.NoError(t, err, "%s %s: %s", kind, name, stderr)
			assert.Positive(t, info.Size(), "%s %s", kind, name)
			assert.Contains(t, stderr, "prog: profile in "+filepath.Join(dir, file))
		}
	}
}

func TestProfileThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	status, _, stderr := execute(env.Program{}, "-profile", "cpu", "-out", filepath.Join(file, "sub"))
	assert.Equal(t, 1, status)
	assert.Regexp(t, `^prog: no output folder: mkdir .*: not a directory; choose another with -out\n$`, stderr)
}
