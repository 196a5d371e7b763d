package env

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"galvani/trajectory"
)

// workerCommand is the first argument that makes of a program a further process of
// a sweep: `prog worker DIR [flags]`, where DIR is the runs folder.
const workerCommand = "worker"

// attachedFlag, behind the folder, makes a worker end when its standard input does:
// together with the process that started it.
const attachedFlag = "-attached"

// A role is what a process does that works on a sweep which another one started.
type role struct {
	dir    string // runs folder
	launch launch
	served bool // the program came to the sweep
}

// errServed ends the program of a worker when its work is done: what comes after
// the runs is the main process's.
var errServed = errors.New("all runs of the sweep have ended")

// worker runs the program as a worker: its set-up is repeated with the arguments it
// was started with, in the same working directory.
func (p *Program) worker(ctx context.Context, args []string, stdout io.Writer, con *console, proc *process) int {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return p.complain(con, fmt.Errorf("usage: %s %s DIR [flags], where DIR is the runs folder of a sweep, such as results/%s/%s.hdf5.runs", p.Name, workerCommand, p.Name, p.Name))
	}
	dir, err := filepath.Abs(args[0])
	if err != nil {
		return p.complain(con, err)
	}
	l, err := p.awaitLaunch(ctx, con, dir)
	if err != nil {
		return p.complain(con, err)
	}
	if now, err := os.Getwd(); err == nil && now != l.Dir {
		// The working directory belongs to the process. A worker that has not
		// got the process to itself stays where it is.
		if !proc.owned() {
			return p.complain(con, fmt.Errorf("the sweep was started in %s, this process is in %s", l.Dir, now))
		}
		if err := os.Chdir(l.Dir); err != nil {
			con.printf("%s: the sweep was started in a folder that is not here: %v", p.Name, err)
		}
	}
	own := args[1:]
	if len(own) > 0 && own[0] == attachedFlag {
		own = own[1:]
		if proc.owned() {
			// What it says may go to a process that is not there any more.
			signal.Ignore(syscall.SIGPIPE)
			var cancel context.CancelCauseFunc
			ctx, cancel = context.WithCancelCause(ctx)
			go func() {
				_, _ = io.Copy(io.Discard, os.Stdin)
				cancel(ErrInterrupted)
			}()
		}
	}
	var std standard
	fs := p.flags(&std)
	if err := parse(fs, l.Args, p.Arguments != ""); err != nil {
		return p.complain(con, fmt.Errorf("the arguments that the sweep was started with: %w", err))
	}
	if err := std.configure(fs); err != nil {
		return p.complain(con, err)
	}
	positional := fs.Args()
	std.forWorker()
	if err := parse(fs, own, false); err != nil {
		return p.complain(con, err)
	}
	if lease, err := time.ParseDuration(l.Lease); err == nil {
		std.lease = lease
	}
	e, err := p.environment(std, fs, stdout, con)
	if err != nil {
		return p.complain(con, err)
	}
	e.o.Arguments, e.process, e.command = positional, proc, l.Args
	e.role = &role{dir: dir, launch: l}
	// The folder may have been moved since.
	e.dir = filepath.Dir(dir)
	if e.file != "" {
		e.file = strings.TrimSuffix(dir, trajectory.RunsDir(""))
	}
	return p.run(ctx, std, e, con)
}

// awaitLaunch waits a while for the sweep to be started: processes of one job
// begin in any order.
func (p *Program) awaitLaunch(ctx context.Context, con *console, dir string) (launch, error) {
	for until, said := time.Now().Add(defaultLease), false; ; said = true {
		l, err := readLaunch(dir)
		if err == nil && l.Program != p.Name {
			return l, fmt.Errorf("the sweep in %s was started by the program %s, this is %s", dir, l.Program, p.Name)
		}
		if !errors.Is(err, trajectory.ErrNotFound) || !time.Now().Before(until) {
			return l, err
		}
		if !said {
			con.printf("%s: waiting for the sweep in %s to be started", p.Name, dir)
		}
		select {
		case <-ctx.Done():
			return l, context.Cause(ctx)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// serve works on the sweep if it is the one that this process was started for.
func (s *sweep) serve(ctx context.Context) error {
	r := s.env.role
	plan, err := trajectory.ReadPlan(r.dir)
	if err != nil {
		return err
	}
	if plan.Header.Name != s.t.Name() {
		return nil // the program has several sweeps
	}
	r.served = true
	s.plan, s.dir, s.path = plan, r.dir, strings.TrimSuffix(r.dir, trajectory.RunsDir(""))
	if err := s.prepare(ctx); err != nil {
		return err
	}
	s.t.Lock()
	if err := s.comply(); err != nil {
		return err
	}
	if err := s.join(ctx); err != nil {
		return err
	}
	defer s.leave()
	if err := s.learn(ctx, false); err != nil {
		return err
	}
	if err := s.execute(ctx); err != nil {
		return err
	}
	if err := s.serveGrowth(ctx); err != nil {
		return err
	}
	s.env.say("executed %d runs", s.published)
	return errServed
}

// comply finds out whether this set-up is the planned one.
func (s *sweep) comply() error {
	s.board = newBoard(s.dir, s.plan)
	if err := s.board.learnRounds(); err != nil {
		return err
	}
	differs := s.differences(s.plan, s.identity())
	differs = append(differs, buildChanges(s.board.build(), s.build)...)
	if len(differs) > 0 {
		return fmt.Errorf("env: %s %w: %s; a worker has to be the same program", s.dir, trajectory.ErrPlanDiffers, strings.Join(differs, "; "))
	}
	return s.follow(s.plan)
}
