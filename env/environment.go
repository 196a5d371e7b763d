package env

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
)

// An Experiment is what is done at each point of an exploration.
type Experiment interface {
	// Prepare is called once per process and sweep, before the plan is made or
	// compared with the one on disk: what all runs share is made here, and
	// parameters may still be added.
	Prepare(ctx context.Context, t *trajectory.Trajectory) error
	// Run executes one run. It is called from several goroutines at once and
	// must depend on nothing but what r holds and what Prepare made: a run may
	// be executed more than once, in any order and in another process.
	// A returned error or a panic makes the run a failed one.
	Run(ctx context.Context, r *trajectory.Run) error
}

// A Func is an [Experiment] without preparation.
type Func func(ctx context.Context, r *trajectory.Run) error

// Prepare does nothing.
func (f Func) Prepare(context.Context, *trajectory.Trajectory) error { return nil }

// Run calls f.
func (f Func) Run(ctx context.Context, r *trajectory.Run) error { return f(ctx, r) }

// Options are what [New] needs; [Program] fills them from the flags. The zero
// value of each has a meaning.
type Options struct {
	// Name is the program's name, for messages. Empty: "sweep".
	Name string
	// Out is the output folder, or the trajectory file in it if it ends like
	// one (.hdf5, .h5 or .traj). Empty: results/NAME.
	Out string
	// Workers is how many runs are executed at once. 0: GOMAXPROCS.
	Workers int
	// Seed replaces the seed of every trajectory made with
	// [Environment.Trajectory]. Nil: it stays what the program says.
	Seed *uint64
	// Progress is how progress is shown on Stderr: auto, bar, lines or none.
	// Empty: none.
	Progress string
	// Force starts anew if the sweep on disk is another one, moving it aside.
	Force bool
	// Retry runs failed runs once more, also with a changed program: "failed" is
	// all of them; indices such as "3,5-9" or conditions on parameters such as
	// "R_ee>=2, trial=1" choose some.
	Retry string
	// Reuse names other sweeps, by their trajectory file or runs folder: runs that one of
	// them has computed already are taken from there.
	Reuse []string
	// Only executes the runs that it names, like Retry, and tells what becomes of
	// them. Nothing is saved. Empty: the sweep is executed.
	Only string
	// Settings are what decides about results beside parameters and seed, by
	// name; a Program puts its own flags here. They are kept with the plan and
	// compared on resume.
	Settings map[string]string
	// Timeout is after how long a run fails; its context is cancelled then. Like Workers
	// it is not part of the plan, and holds for this start. 0: never.
	Timeout time.Duration
	// Grace is how long runs may go on when the sweep is interrupted, and how long a
	// run has to return when its time is over. 0: ten seconds; less than 0: none.
	Grace time.Duration
	// Deadline is how long the environment may be at work: runs are started until
	// Grace before that, which is at most half of it. 0: for ever.
	Deadline time.Duration
	// Lease is after how long without a sign of life a process on another
	// machine that works on the same sweep counts as lost. 0: a minute.
	Lease time.Duration
	// Chunk is how many runs a process claims at once when several share a
	// sweep. 0: as many as are worth about a second.
	Chunk int
	// Hosts are where further processes of a sweep are started, which end with it.
	// The program has to be a [Program], since it is called again there.
	Hosts []Host
	// Arguments are the command's arguments beside its flags.
	Arguments []string
	// Logs are the log files, and the least level that is logged.
	Logs Logs
	// Threads is how many processors one run may use, which [Threads] tells it: so
	// many runs fewer are executed at once unless Workers says how many. 0: one.
	Threads int
	// Caps are limits on what the machine is used for.
	Caps Caps
	// Reserve is how many bytes have to be left on the disk: before there are less,
	// the sweep is stopped. 0: a hundredth of the disk, at most 256 MB.
	Reserve int64
	// DryRun prints to Stdout what a sweep would do and finds out whether every point
	// is possible, as far as a [Checker] tells. Nothing is executed and nothing written.
	DryRun bool
	// Git says what is done about sources that were changed since the last commit. The
	// zero value notes commit and changes with the trajectory, and no more.
	Git Git
	// Stdout and Stderr take what the program and the environment say.
	// Nil: nothing is written.
	Stdout, Stderr io.Writer
}

// An Environment executes experiments: it knows where their results go, how
// many runs go at once, and what a run on disk is worth.
// Its methods may be called from several goroutines, Run excepted.
type Environment struct {
	o      Options
	dir    string // output folder
	file   string // trajectory file if Out names one
	con    *console
	stdout io.Writer
	logs   *logs
	log    *slog.Logger
	noCgo  sync.Once // to say it

	machine  machine
	command  []string       // the arguments with which the process was called; nil if it cannot be called again
	deadline time.Time      // zero if there is none
	process  *process       // nil if it is not the program's own
	role     *role          // of a worker
	presets  map[string]any // of a configuration file, by path
}

// New makes an environment. Nothing is written yet.
func New(o Options) (*Environment, error) {
	o.Name = cmp.Or(o.Name, "sweep")
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	return newEnvironment(o, newConsole(o.Stderr))
}

func newEnvironment(o Options, con *console) (*Environment, error) {
	if o.Workers < 0 {
		return nil, fmt.Errorf("env: %d workers: want 0 (one per processor) or more", o.Workers)
	}
	if o.Threads < 0 || o.Reserve < 0 {
		return nil, fmt.Errorf("env: %d threads for a run and %d bytes in reserve: want 0 (the usual) or more", o.Threads, o.Reserve)
	}
	if err := o.Caps.check(); err != nil {
		return nil, err
	}
	if err := o.Git.check(); err != nil {
		return nil, err
	}
	o.Threads = max(1, o.Threads)
	if o.Workers == 0 {
		o.Workers = max(1, runtime.GOMAXPROCS(0)/o.Threads)
	}
	if o.Lease < 0 || o.Chunk < 0 {
		return nil, fmt.Errorf("env: lease of %v and chunks of %d runs: want 0 (the usual) or more", o.Lease, o.Chunk)
	}
	if o.Timeout < 0 || o.Deadline < 0 {
		return nil, fmt.Errorf("env: timeout of %v and deadline after %v: want 0 (none) or more", o.Timeout, o.Deadline)
	}
	o.Lease = cmp.Or(o.Lease, defaultLease)
	// Even without grace, a run needs a moment to see that its context is cancelled.
	o.Grace = cmp.Or(o.Grace, defaultGrace)
	if o.Deadline > 0 {
		o.Grace = min(o.Grace, o.Deadline/2) // or there would be no time to start any
	}
	o.Grace = max(o.Grace, shortestGrace)
	o.Progress = cmp.Or(o.Progress, progressNone)
	if !slices.Contains(progressWays(), o.Progress) {
		return nil, fmt.Errorf("env: progress %q: want %s", o.Progress, enumerate(progressWays()))
	}
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	e := &Environment{o: o, con: con, stdout: o.Stdout, machine: thisMachine()}
	e.dir = cmp.Or(o.Out, filepath.Join("results", o.Name))
	if isTrajectoryFile(e.dir) {
		e.file, e.dir = e.dir, filepath.Dir(e.dir)
	}
	if o.Deadline > 0 {
		e.deadline = time.Now().Add(o.Deadline)
	}
	e.logs = newLogs(o.Logs, con)
	e.log = slog.New(router{logs: e.logs})
	return e, nil
}

// environment makes the environment that the flags describe.
func (p *Program) environment(std standard, fs *flag.FlagSet, stdout io.Writer, con *console) (*Environment, error) {
	o := Options{
		Name: p.Name, Out: std.out, Workers: std.workers, Progress: std.progress.value,
		Force: std.force, Retry: std.retry.value, Reuse: std.reuse.paths, Only: std.only, Timeout: std.timeout, Grace: cmp.Or(std.grace, -1), Deadline: std.deadline,
		Lease: std.lease, Chunk: std.chunk, Hosts: std.hosts.hosts, Threads: std.threads,
		Caps:    Caps{Memory: std.maxMemory, Swap: std.maxSwap, CPU: std.maxCPU, RunMemory: std.runMemory << 20},
		Reserve: std.reserve << 20, DryRun: std.dryRun, Git: std.git, Logs: std.logs.Logs, Arguments: fs.Args(), Stdout: stdout,
	}
	if std.seed.set {
		o.Seed = &std.seed.value
	}
	o.Settings = map[string]string{}
	o.Logs.JSON = std.logs.format.value == "json"
	names := standardNames()
	fs.VisitAll(func(f *flag.Flag) {
		if !names[f.Name] {
			o.Settings[f.Name] = f.Value.String()
		}
	})
	e, err := newEnvironment(o, con)
	if err == nil {
		e.presets = std.presets
	}
	return e, err
}

// Name is the program's name.
func (e *Environment) Name() string { return e.o.Name }

// Dir is the output folder.
func (e *Environment) Dir() string { return e.dir }

// Path is a place in the output folder; absolute paths stay what they are.
func (e *Environment) Path(elem ...string) string {
	if p := filepath.Join(elem...); filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(append([]string{e.dir}, elem...)...)
}

// File is the file of the trajectory called name: NAME.hdf5 in the output
// folder, NAME.traj in a program built without cgo, or what Out names.
func (e *Environment) File(name string) string {
	if e.file != "" {
		return e.file
	}
	return filepath.Join(e.dir, name+Stores()[0].Extensions()[0])
}

// Workers is how many runs are executed at once.
func (e *Environment) Workers() int { return e.o.Workers }

// Threads is how many processors the run that ctx belongs to may use: as many workers
// its network should have.
func Threads(ctx context.Context) int {
	if s := scopeOf(ctx); s != nil {
		return max(1, s.threads)
	}
	return 1
}

// Args are the program's arguments beside its flags.
func (e *Environment) Args() []string { return slices.Clone(e.o.Arguments) }

// Logger writes to standard error, without disturbing the progress bar, and to the
// log of the sweep that is being executed. With the context of a run it is [Log].
func (e *Environment) Logger() *slog.Logger { return e.log }

// Stdout is where the program's own output goes, such as a table of results.
func (e *Environment) Stdout() io.Writer { return e.stdout }

// Trajectory makes a trajectory called name, with the seed of -seed if that was
// given, and the values of parameters of -config.
func (e *Environment) Trajectory(name string, o trajectory.Options) (*trajectory.Trajectory, error) {
	if e.o.Seed != nil {
		o.Seed = *e.o.Seed
	}
	if e.role != nil && o.Now == nil {
		o.Now = func() time.Time { return e.role.launch.Time }
	}
	t, err := trajectory.New(name, o)
	if err != nil {
		return nil, err
	}
	return t, e.preset(t)
}

// say prints a line for the person at the terminal.
func (e *Environment) say(format string, args ...any) {
	e.tell(slog.LevelInfo, fmt.Sprintf(format, args...))
}

// complain prints a line about something that failed.
func (e *Environment) complain(format string, args ...any) {
	e.tell(slog.LevelError, fmt.Sprintf(format, args...))
}

// tell prints and logs lines that nothing else may come between.
func (e *Environment) tell(level slog.Level, lines ...string) {
	var text strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&text, "%s: %s\n", e.o.Name, line)
		e.logs.note(level, line)
	}
	io.WriteString(e.con, text.String())
}

func progressWays() []string {
	return []string{progressAuto, progressBar, progressLines, progressNone}
}

// isTrajectoryFile tells a trajectory file from a folder by its ending; a
// trajectory in the format without cgo is itself a folder.
func isTrajectoryFile(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return slices.Contains(hdf5.New(hdf5.Options{}).Extensions(), ext) || slices.Contains(dirstore.New().Extensions(), ext)
}
