package env

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// The exit statuses of a program. Stopped by -deadline counts as interrupted.
const (
	statusOK          = 0
	statusError       = 1
	statusPanic       = 2
	statusInterrupted = 130
)

// sameSignal is for how long further signals count as the first one.
const sameSignal = 300 * time.Millisecond

// ErrInterrupted is the cause of a context that a signal cancelled.
var ErrInterrupted = errors.New("interrupted")

// A Program is a command built on this package: standard flags, signals,
// profiles and exit statuses around a function.
type Program struct {
	// Name is the command's name: of its messages and of its default output
	// folder results/NAME.
	Name string
	// About says in a sentence or two what the program does, for -h.
	About string
	// Example is a command line for -h.
	Example string
	// Arguments names the arguments beside flags, such as "FILE…". If it is
	// empty there are none, and a stray word is an error.
	Arguments string
	// Flags adds the program's own flags; may be nil.
	Flags func(*flag.FlagSet)
	// Run is the program. An error is printed and makes the exit status 1.
	Run func(ctx context.Context, e *Environment) error
}

// Main runs a program that consists of its name, its own flags (may be nil) and
// what it does, and ends the process with an exit status: 0 if all is well, 1
// after an error or a failed run, 130 after Ctrl-C or SIGTERM. It is
// [Program.Main] for programs that need no more.
func Main(name string, flags func(*flag.FlagSet), run func(ctx context.Context, e *Environment) error) {
	p := Program{Name: name, Flags: flags, Run: run}
	p.Main()
}

// Main runs the program with the arguments of the process and ends the process.
// The first Ctrl-C or SIGTERM stops it in good order, the second one at once.
func (p *Program) Main() {
	// A crash report then says which run was to blame.
	os.Setenv("GODEBUG", strings.TrimPrefix(os.Getenv("GODEBUG")+",tracebacklabels=1", ","))
	proc := &process{}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel(ErrInterrupted)
		// Whoever ends a job may signal its processes one by one and all together: that is
		// one request.
		for over := time.After(sameSignal); ; {
			select {
			case <-signals:
				continue
			case <-over:
			}
			break
		}
		<-signals
		proc.exit(statusInterrupted)
	}()
	os.Exit(p.exec(ctx, os.Args[1:], os.Stdout, os.Stderr, proc))
}

// Exec runs the program with the given arguments and returns its exit status.
// It neither ends the process nor listens to signals: a caller that wants to
// interrupt it cancels ctx with the cause [ErrInterrupted].
func (p *Program) Exec(ctx context.Context, args []string, stdout, stderr io.Writer) (status int) {
	return p.exec(ctx, args, stdout, stderr, nil)
}

func (p *Program) exec(ctx context.Context, args []string, stdout, stderr io.Writer, proc *process) (status int) {
	con := newConsole(stderr)
	defer func() {
		if r := recover(); r != nil {
			con.printf("%s: panic: %v\n%s", p.Name, r, debug.Stack())
			status = statusPanic
		}
	}()
	if len(args) > 0 && args[0] == workerCommand {
		return p.worker(ctx, args[1:], stdout, con, proc)
	}
	var std standard
	fs := p.flags(&std)
	err := parse(fs, args, p.Arguments != "")
	if err == nil {
		err = std.configure(fs)
	}
	if err != nil {
		if errors.Is(err, flag.ErrHelp) {
			p.help(stdout, fs)
			return statusOK
		}
		return p.complain(con, err)
	}
	e, err := p.environment(std, fs, stdout, con)
	if err != nil {
		return p.complain(con, err)
	}
	e.process, e.command = proc, append([]string{}, args...)
	return p.run(ctx, std, e, con)
}

// flags are the standard ones and the program's own.
func (p *Program) flags(std *standard) *flag.FlagSet {
	fs := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	std.register(fs, p.Name)
	if p.Flags != nil {
		p.Flags(fs)
	}
	return fs
}

// run calls the program in its environment and turns what it returns into an exit status.
func (p *Program) run(ctx context.Context, std standard, e *Environment, con *console) int {
	if std.nice != 0 && e.process.owned() {
		if err := setNice(std.nice); err != nil {
			return p.complain(con, err)
		}
	}
	stop, file, err := startProfile(std.profile.value, e.Dir())
	if err != nil {
		return p.complain(con, err)
	}
	// Deferred, so that a panic in the program ends the profile too.
	defer func() {
		stop()
		if file != "" {
			con.printf("%s: profile in %s", p.Name, file)
		}
	}()
	told := make(chan struct{})
	quiet := context.AfterFunc(ctx, func() {
		defer close(told)
		if errors.Is(context.Cause(ctx), ErrInterrupted) {
			con.printf("%s: interrupted: finished runs are being saved, those running have %s; once more leaves at once", p.Name, span(e.o.Grace))
		}
	})
	defer func() {
		if !quiet() {
			<-told // nothing is written any more when the program is over
		}
	}()
	err = p.Run(ctx, e)
	switch {
	case e.role != nil && errors.Is(err, errServed):
		return statusOK
	case e.role != nil && err == nil && !e.role.served:
		return p.complain(con, fmt.Errorf("the program does not come to the sweep in %s", e.role.dir))
	case err == nil:
		return statusOK
	case errors.Is(err, ErrDeadline):
		return statusInterrupted
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), ErrInterrupted):
		if !errors.Is(err, context.Canceled) && !errors.Is(err, ErrInterrupted) {
			p.complain(con, err)
		}
		return statusInterrupted
	default:
		return p.complain(con, err)
	}
}

// complain prints the error, one line for each of those joined in it.
func (p *Program) complain(con *console, err error) int {
	for _, line := range lines(err) {
		con.printf("%s: %s", p.Name, line)
	}
	return statusError
}

// lines is the text of an error without the repetition of this package's name
// that a reader has no use for.
func lines(err error) []string {
	var all []string
	for _, s := range strings.Split(fmt.Sprint(err), "\n") {
		if s = strings.TrimPrefix(s, "env: "); strings.TrimSpace(s) != "" {
			all = append(all, s)
		}
	}
	return all
}
