package env

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"galvani/trajectory"
)

// standard are the flags that every program has. What they say does not change
// a result, except for -seed, which the trajectory keeps.
type standard struct {
	out      string
	workers  int
	seed     seedFlag
	progress choice
	profile  choice
	force    bool
	retry    retryFlag
	reuse    pathsFlag
	config   string
	presets  map[string]any
	only     string
	timeout  time.Duration
	grace    time.Duration
	deadline time.Duration
	lease    time.Duration
	chunk    int
	hosts    hostsFlag
	logs     logFlags

	threads                    int
	nice                       int
	maxMemory, maxSwap, maxCPU float64
	runMemory, reserve         int64 // MB
	dryRun                     bool
	git                        Git
}

// configFlag names a configuration file.
const configFlag = "config"

// logFlags are the flags about logs.
type logFlags struct {
	Logs
	format choice
}

func (s *standard) register(fs *flag.FlagSet, name string) {
	s.out = "results/" + name
	s.progress = choice{value: progressAuto, of: []string{progressAuto, progressBar, progressLines, progressNone}}
	s.profile = choice{of: []string{"cpu", "mem", "trace"}}
	s.logs.Logs = Logs{Main: defaultMainLog, Errors: defaultErrorsLog, Runs: defaultRunLogs}
	s.logs.format = choice{value: "text", of: []string{"text", "json"}}
	fs.StringVar(&s.out, "out", s.out, "write into folder `DIR`, or into the trajectory file DIR/NAME.hdf5 and its folder")
	fs.IntVar(&s.workers, "workers", 0, "run `N` points at once; 0 takes as many as there are processors")
	fs.Var(&s.seed, "seed", "root `SEED` of all random numbers (default: the program's)")
	fs.Var(&s.progress, "progress", "show progress as `WAY`: auto, bar, lines or none")
	fs.Var(&s.profile, "profile", "write a profile of `KIND` cpu, mem or trace into the output folder")
	fs.BoolVar(&s.force, "force", false, "start anew although the sweep there is another one; what is there is moved aside")
	fs.Var(&s.retry, "retry", "run failed runs once more, also with a changed program; -retry=3,5-9 or -retry='x>=2, trial=1' chooses some")
	fs.StringVar(&s.config, configFlag, "", "read flags and values of parameters from the sections environment and parameters of the TOML `FILE`; flags that are given go first")
	fs.Var(&s.reuse, "reuse", "take runs that were computed before, by this program with the same parameters and seed, from the sweep in `FILE` or its folder FILE.runs; may be given several times")
	fs.StringVar(&s.only, "only", "", "execute the `RUNS` 3,5-9 or 'x>=2, trial=1' here, tell what becomes of them and save nothing")
	fs.DurationVar(&s.timeout, "timeout", 0, "a run fails that takes longer than `DURATION`; 0 is no limit")
	fs.DurationVar(&s.grace, "grace", defaultGrace, "let runs finish for `DURATION` after Ctrl-C, SIGTERM or before -deadline, half of which it is at most")
	fs.DurationVar(&s.deadline, "deadline", 0, "be at work for `DURATION` at most, as under a job's time limit; the same command goes on")
	fs.DurationVar(&s.lease, "lease", defaultLease, "take over the runs of a process on another machine after `DURATION` without a sign of life")
	fs.IntVar(&s.chunk, "chunk", 0, "claim `N` runs at once when several processes share the sweep; 0 is what takes a second")
	fs.Var(&s.hosts, "hosts", "start workers on other machines too: `LIST` of NAME/WORKERS*CHUNK=COMMAND, of which only NAME is needed; the command is ssh NAME")
	fs.BoolVar(&s.dryRun, "dry-run", false, "print what would be done, check every point, and do nothing")
	fs.IntVar(&s.threads, "threads", 1, "let one run use `N` processors, and execute as many fewer runs at once")
	fs.IntVar(&s.nice, "nice", 0, "lower the priority to `N`, up to 19")
	fs.Float64Var(&s.maxMemory, "max-memory", 100, "start no run while more than `PERCENT` of the memory is in use")
	fs.Float64Var(&s.maxSwap, "max-swap", 100, "start no run while more than `PERCENT` of the swap space is in use")
	fs.Float64Var(&s.maxCPU, "max-cpu", 100, "start no run while more than `PERCENT` of the processors are in use")
	fs.Int64Var(&s.runMemory, "run-memory", 0, "count on `MB` of memory for each run, under -max-memory")
	fs.Int64Var(&s.reserve, "reserve", 0, "stop while `MB` are still free on the disk; 0 is a hundredth of it, 256 at most")
	fs.Var(gitFlag{&s.git}, "git-commit", "commit changes of files that git keeps before the first run of a program; -git-commit=MESSAGE puts a message in front")
	fs.BoolVar(&s.git.Fail, "git-fail", false, "run no program that is new to the sweep while changes of files that git keeps are not committed")
	fs.TextVar(&s.logs.Level, "log-level", slog.LevelInfo, "log from `LEVEL` on: debug, info, warn or error")
	fs.Var(&s.logs.format, "log-format", "write log files as `FORMAT` text or json")
	fs.StringVar(&s.logs.Main, "log-file", s.logs.Main, "log the sweep into `FILE` in the output folder; empty is none")
	fs.StringVar(&s.logs.Errors, "log-errors", s.logs.Errors, "log the errors of the sweep into `FILE`; empty is none")
	fs.StringVar(&s.logs.Runs, "log-runs", s.logs.Runs, "log each run into its `FILE`; empty is none")
}

// forWorker takes back what the first process of a sweep was told about itself.
func (s *standard) forWorker() {
	s.workers, s.chunk, s.force, s.retry.value, s.reuse.paths, s.only = 0, 0, false, "", nil, ""
	s.progress.value, s.profile.value, s.deadline = progressNone, "", 0
	s.dryRun, s.hosts.hosts = false, nil
}

// standardNames are the flags of register: all that is not the program's own.
func standardNames() map[string]bool {
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	new(standard).register(fs, "")
	names := map[string]bool{}
	fs.VisitAll(func(f *flag.Flag) { names[f.Name] = true })
	return names
}

// A seedFlag remembers whether it was given: no number means "not given".
type seedFlag struct {
	value uint64
	set   bool
}

func (s *seedFlag) String() string {
	if s == nil || !s.set {
		return ""
	}
	return strconv.FormatUint(s.value, 10)
}

func (s *seedFlag) Set(text string) error {
	v, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		return fmt.Errorf("want a whole number from 0 to %d", uint64(1<<64-1))
	}
	s.value, s.set = v, true
	return nil
}

// A retryFlag says which failed runs to repeat: all, unless some are named.
type retryFlag struct{ value string }

func (r *retryFlag) String() string { return r.value }

func (r *retryFlag) Set(text string) error {
	switch text {
	case "true":
		text = retryFailed
	case "false":
		text = ""
	}
	r.value = text
	return nil
}

// IsBoolFlag lets the flag stand alone.
func (r *retryFlag) IsBoolFlag() bool { return true }

// A pathsFlag is a flag that may be given several times.
type pathsFlag struct{ paths []string }

func (f *pathsFlag) String() string { return "" }

func (f *pathsFlag) Set(text string) error {
	if text == "" {
		return errors.New("want a path")
	}
	f.paths = append(f.paths, text)
	return nil
}

// A choice is a flag that takes one of a few words.
type choice struct {
	value string
	of    []string
}

func (c *choice) String() string { return c.value }

func (c *choice) Set(text string) error {
	if !slices.Contains(c.of, text) {
		return fmt.Errorf("want %s", enumerate(c.of))
	}
	c.value = text
	return nil
}

func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// parse reads the arguments; its errors are one line each. Help asked for is
// [flag.ErrHelp].
func parse(fs *flag.FlagSet, args []string, positional bool) error {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return clearer(fs, err)
	case fs.NArg() > 0 && !positional:
		word := fs.Arg(0)
		// The usual cause: "-plots false" sets -plots and leaves the word.
		if i := len(args) - fs.NArg(); i > 0 && strings.HasPrefix(args[i-1], "-") {
			if f := fs.Lookup(strings.TrimLeft(args[i-1], "-")); f != nil && isBool(f) {
				return fmt.Errorf("unexpected argument %q: write -%s=%s", word, f.Name, word)
			}
		}
		return fmt.Errorf("unexpected argument %q: flags start with -", word)
	}
	return nil
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// clearer says package flag's errors in the words of this package.
func clearer(fs *flag.FlagSet, err error) error {
	text := strings.Map(func(r rune) rune { // arguments may hold anything
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, err.Error())
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		name = strings.TrimLeft(name, "-")
		if near := nearest(fs, name); near != "" {
			return fmt.Errorf("there is no flag -%s: did you mean -%s? (-h lists all)", name, near)
		}
		return fmt.Errorf("there is no flag -%s (-h lists all)", name)
	}
	return errors.New(text)
}

// nearest finds the flag whose name is most like the given one; none if all are
// quite different.
func nearest(fs *flag.FlagSet, name string) string {
	best, bestAt := "", len(name)/3+2
	fs.VisitAll(func(f *flag.Flag) {
		d := distance(strings.ToLower(name), strings.ToLower(f.Name))
		if d > 1 && len(name) > 2 && strings.HasPrefix(f.Name, name) {
			d = 1
		}
		if d < bestAt {
			best, bestAt = f.Name, d
		}
	})
	return best
}

// distance is the number of letters to put in, take out, change or swap with
// their neighbour to make b from a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// helpWidth is how many columns the text of -h takes.
const helpWidth = 110

// wrap breaks a text into lines of at most so many letters, between words.
func wrap(text string, width int) (lines []string) {
	for part := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.FieldsSeq(part) {
			switch {
			case line == "":
				line = word
			case len(line)+1+len(word) > width:
				lines, line = append(lines, line), word
			default:
				line += " " + word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// help writes what the program is, its own flags, the standard ones and an example.
func (p *Program) help(w io.Writer, fs *flag.FlagSet) {
	std := standardNames()
	usage := p.Name + " [flags]"
	if p.Arguments != "" {
		usage += " " + p.Arguments
	}
	if p.About != "" {
		fmt.Fprintf(w, "%s\n\n", strings.TrimSpace(p.About))
	}
	fmt.Fprintf(w, "usage: %s\n", usage)
	var own, common []*flag.Flag
	fs.VisitAll(func(f *flag.Flag) {
		if std[f.Name] {
			common = append(common, f)
		} else {
			own = append(own, f)
		}
	})
	section := func(title string, flags []*flag.Flag) {
		if len(flags) == 0 {
			return
		}
		fmt.Fprintf(w, "\n%s:\n", title)
		slices.SortFunc(flags, func(a, b *flag.Flag) int { return cmp.Compare(a.Name, b.Name) })
		heads, width := make([]string, len(flags)), 16
		for i, f := range flags {
			arg, _ := flag.UnquoteUsage(f)
			heads[i] = strings.TrimSpace("-" + f.Name + " " + arg)
			width = max(width, len(heads[i]))
		}
		for i, f := range flags {
			_, usage := flag.UnquoteUsage(f)
			if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "0s" {
				usage += " (default " + d + ")"
			}
			text := strings.Join(wrap(usage, max(40, helpWidth-width-3)), "\n"+strings.Repeat(" ", width+3))
			fmt.Fprintf(w, "  %-*s %s\n", width, heads[i], text)
		}
	}
	section("flags of "+p.Name, own)
	section("flags of every sweep", common)
	example := p.Example
	if example == "" {
		example = p.Name + " -workers 2 -out results/" + p.Name
	}
	fmt.Fprintf(w, "\nexample:\n  %s\n", strings.ReplaceAll(strings.TrimSpace(example), "\n", "\n  "))
	runs := trajectory.RunsDir(filepath.Join("results", p.Name, "NAME"+Stores()[0].Extensions()[0]))
	fmt.Fprintf(w, "\nThe same command again goes on where the last one stopped. Further processes help it:\n  %s %s %s [flags]\n", p.Name, workerCommand, runs)
}
