package env

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// When finished runs are published, whichever comes first.
const (
	publishEvery = 100 * time.Millisecond
	publishBytes = 64 << 20
)

// How often progress is shown.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

// maxReasons is how many failed runs say why at the terminal; all are in the
// trajectory.
const maxReasons = 20

// Run executes the experiment at every point that t explores and assembles the
// results in the file [Environment.File] of t's name. What is finished is safe:
// the plan is on disk before the first run, finished runs follow at most a tenth of
// a second later, and the same call goes on where the last one stopped,
// however that ended. If the plan on disk is another one (parameters, ranges,
// seed, settings or program), the error names what differs and
// wraps [trajectory.ErrPlanDiffers]; nothing is run then.
//
// Failed runs are recorded and do not stop the others; they make the error a
// [*SweepError]. A cancelled ctx stops running ones; the error wraps its cause.
// t is locked, and grows by the points that post-processing adds. Run must not be called twice at the same time with one name.
//
// In a process that is a worker of the sweep, Run executes a share of its runs and
// then returns an error that ends the program; of another sweep it does nothing.
func (e *Environment) Run(ctx context.Context, t *trajectory.Trajectory, x Experiment, opts ...Option) error {
	s := &sweep{env: e, t: t, x: x, began: time.Now()}
	for _, o := range opts {
		o(&s.options)
	}
	if err := s.locate(); err != nil {
		return err
	}
	if err := s.introduce(); err != nil {
		return err
	}
	switch {
	case e.role != nil:
		return s.serve(ctx)
	case e.o.DryRun:
		return s.dryRun(ctx)
	case e.o.Only != "":
		return s.replay(ctx)
	}
	err := s.run(ctx)
	if err != nil && s.board != nil && (ctx.Err() != nil || errors.Is(err, ErrDeadline)) {
		left, _ := s.board.count()
		e.say("stopped with %d of %d runs finished; the same command goes on", t.Len()-left, t.Len())
	}
	return err
}

// A sweep is one call of Environment.Run.
type sweep struct {
	options
	env   *Environment
	t     *trajectory.Trajectory
	x     Experiment
	began time.Time

	path  string // of the trajectory file
	dir   string // of plan and shards
	store trajectory.Store
	plan  *trajectory.Plan

	host    string
	build   string  // which program this is
	program string  // the same in a few letters
	hexsha  string  // the same in hexadecimal digits, or the commit that was made of its sources
	start   string  // name of this start of the sweep
	commit  *commit // that the sources are at; nil unless that was asked for

	me         *presence
	others     *observer
	unregister func()
	board      *board
	progress   *progress
	room       *room
	hosts      *fleet    // nil until the first runs are executed
	added      int       // runs that the last generation of the plan added
	said       time.Time // when that was said last
	over       bool      // no runs are added any more

	mu        sync.Mutex
	failed    []*RunError
	reasons   int         // printed
	broke     int         // runs that have failed in this process
	reused    int         // runs that were on disk at the start
	taken     int         // runs of other sweeps
	published int         // runs of this process that are on disk
	foreign   int         // runs that others have finished since the start
	stop      func(error) // ends executing; nil while nothing is executed
}

func (s *sweep) run(ctx context.Context) error {
	if err := checkWritable(filepath.Dir(s.path)); err != nil {
		return err
	}
	if err := s.join(ctx); err != nil {
		s.leave()
		return err
	}
	defer s.leave()
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.settlePlan(ctx); err != nil {
		return err
	}
	s.t.Lock()
	if err := s.writeLaunch(); err != nil {
		return err
	}
	if err := s.learn(ctx, true); err != nil {
		return err
	}
	left, post, err := s.executeAll(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(s.failed, func(a, b *RunError) int { return a.Index - b.Index })
	if left > 0 {
		s.summary(left)
		return &SweepError{Failed: s.failed, Runs: s.t.Len(), Left: left}
	}
	s.end()
	if err := s.merge(ctx); err != nil {
		return err
	}
	s.sweepUp()
	incomplete := s.audit(ctx)
	hooks := post
	if post == nil {
		hooks = s.callFinally(ctx)
	}
	s.summary(0)
	var failed error
	if len(s.failed) > 0 {
		failed = &SweepError{Failed: s.failed, Runs: s.t.Len()}
	}
	return errors.Join(failed, incomplete, hooks)
}

// locate finds out where the trajectory goes and in which format.
func (s *sweep) locate() error {
	if s.t == nil || s.x == nil {
		return errors.New("env: a sweep needs a trajectory and an experiment")
	}
	s.host, _ = os.Hostname()
	if s.env.role != nil {
		return nil
	}
	s.path = s.env.File(s.t.Name())
	s.dir = trajectory.RunsDir(s.path)
	var err error
	s.store, err = storeFor(s.path)
	return err
}

// prepare calls the experiment's Prepare and checks the parameters.
func (s *sweep) prepare(ctx context.Context) error {
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.x.Prepare(ctx, s.t); err != nil {
		return fmt.Errorf("env: preparing the runs: %w", err)
	}
	return s.t.Check()
}

// learn reads what has become of the runs so far, and asks for those to be repeated.
func (s *sweep) learn(ctx context.Context, verify bool) error {
	if _, err := s.board.refresh(ctx, verify); err != nil {
		return err
	}
	if s.env.o.Retry != "" {
		if err := s.retry(); err != nil {
			return err
		}
	}
	for _, r := range s.board.failures() {
		s.fail(r, errors.New(r.Error))
	}
	left, _ := s.board.count()
	s.reused = s.t.Len() - left
	return nil
}

// fail remembers a failed run.
func (s *sweep) fail(r trajectory.RunInfo, err error) *RunError {
	f := &RunError{Index: r.Index, Name: runName(r.Index), Params: params(r), Attempt: r.Attempt, Err: err, Stack: r.Stack}
	s.mu.Lock()
	s.failed = append(s.failed, f)
	s.mu.Unlock()
	return f
}

// params are the explored parameters of a run and their values.
func params(r trajectory.RunInfo) string { return strings.Join(strings.Fields(r.Summary), " ") }

func runName(i int) string { return fmt.Sprintf("run_%08d", i) }

// execute executes this process's share of the runs and publishes them. It returns
// when all runs of the sweep have ended, here or elsewhere.
func (s *sweep) execute(ctx context.Context) error {
	e := s.env
	defer s.openLogs()()
	left, _ := s.board.count()
	s.announce(left)
	s.progress = newProgress(e.o.Name, s.t.Len(), s.t.Len()-left, len(s.failed), time.Now())
	s.showProgress()
	defer s.progress.close()
	if r, ok := s.x.(Reporter); ok {
		r.ReportTo(s.progress.report)
	}

	s.room = &room{dir: s.dir, reserve: e.o.Reserve, space: e.machine.disk, started: time.Now()}
	if err := s.room.check(time.Now()); err != nil {
		return fmt.Errorf("env: %w", err)
	}
	st := newStopper(ctx, e.o.Grace, e.deadline)
	defer st.close()
	s.mu.Lock()
	s.stop = st.stop
	s.mu.Unlock()

	if s.hosts == nil {
		var err error
		if s.hosts, err = s.launchHosts(); err != nil {
			return err
		}
	}
	defer context.AfterFunc(st.launch, s.hosts.release)()
	ended := make(chan outcome, 4*e.o.Workers)
	var unsaved error
	p := publisher{every: publishEvery, limit: publishBytes, size: outcomeBytes, write: s.write}
	published := make(chan struct{})
	go func() {
		defer close(published)
		p.publish(ended, func(err error) {
			unsaved = err
			st.stop(err)
		})
	}()
	broken := s.newCrew(st, ended).work(st.launch, st.runs)
	close(ended)
	<-published
	s.progress.close()
	switch cause := context.Cause(st.launch); {
	case unsaved != nil:
		return s.unsaved(unsaved)
	case broken != nil:
		return s.unsaved(broken)
	case errors.Is(cause, errGone):
		return s.unsaved(cause)
	}
	return s.stopped(st.launch)
}

// newCrew is who executes the runs that this process claims, and hands in what
// became of them.
func (s *sweep) newCrew(st *stopper, handIn chan<- outcome) *crew {
	o := s.env.o
	claims := newClaimer(s.board, s.me, s.others, o.Workers, o.Chunk, s.hear)
	gate := newGate(o.Caps, s.env.machine, s.env.say)
	return &crew{
		slots: o.Workers, stopAfter: max(0, s.stopAfter-s.broke), timeout: o.Timeout, grace: o.Grace,
		view: s.t.Run, mark: s.me.mark, excuses: st.excuses, deaf: s.deaf, now: time.Now,
		take: func(ctx context.Context) (task, bool, error) {
			t, ok, err := claims.take(ctx)
			if ok {
				gate.enter(ctx)
			}
			return t, ok, err
		},
		run: func(ctx context.Context, r *trajectory.Run) error {
			return s.executeIn(ctx, r, &scope{report: func(f float64) { s.progress.report(r.Index(), f) }})
		},
		ended: func(o outcome) {
			gate.leave()
			claims.took(o.Info.Finish.Sub(o.Info.Start))
			s.ended(&o)
			if o.Info.State != trajectory.Cancelled {
				s.board.handIn(o.Info.Index)
				claims.wake()
				handIn <- o
			}
		},
	}
}

// openLogs starts the log files of this start of the sweep.
func (s *sweep) openLogs() (close func()) {
	e := s.env
	n := logNamer{dir: e.dir, traj: s.t.Name(), start: s.start, proc: processName(s.host), worker: e.role != nil}
	if n.worker && e.role.launch.Start != "" {
		n.start = e.role.launch.Start
	}
	return e.logs.open(n)
}

// announce says what is about to happen.
func (s *sweep) announce(left int) {
	e := s.env
	if !hdf5.Available() && e.file == "" && e.role == nil {
		e.noCgo.Do(func() { e.say("built without cgo: the results go into %s instead of an HDF5 file", s.path) })
	}
	switch {
	case s.added > 0:
		s.sayAdded()
	case s.reused+s.taken > 0:
		e.say("going on: %d of %d runs are finished", s.reused+s.taken, s.t.Len())
	case s.t.Len() > 1:
		e.say("%d runs, %d at once", s.t.Len(), min(e.o.Workers, left))
	}
}

// showProgress starts to show how far the sweep has come.
func (s *sweep) showProgress() {
	e := s.env
	every := lineEvery
	if e.o.Progress == progressBar || e.o.Progress == progressAuto && e.con.isTerminal() {
		every = barEvery
	}
	s.progress.show(e.con, e.o.Progress, every)
}

// ended counts a run that has ended and says why it failed.
func (s *sweep) ended(o *outcome) {
	o.Info.Host, o.Info.Program = s.host, s.program
	failed := o.Info.State == trajectory.Failed
	s.progress.finish(o.Info.Index, failed, o.Info.State == trajectory.Cancelled)
	if failed {
		f := s.fail(o.Info, o.err)
		s.mu.Lock()
		s.broke++
		s.mu.Unlock()
		s.env.logs.failure(f)
		s.explain(f)
	}
}

// hear takes note of runs that other processes have finished.
func (s *sweep) hear(news []trajectory.RunInfo) {
	for _, r := range news {
		failed := r.State == trajectory.Failed
		s.progress.finish(r.Index, failed, false)
		if failed {
			s.explain(s.fail(r, errors.New(r.Error)))
		}
	}
	s.mu.Lock()
	s.foreign += len(news)
	s.mu.Unlock()
}

// explain says why a run failed, unless many have.
func (s *sweep) explain(f *RunError) {
	s.mu.Lock()
	s.reasons++
	n := s.reasons
	s.mu.Unlock()
	switch {
	case n <= maxReasons:
		lines := []string{f.Error()}
		if again := s.env.commandWith("-only", strconv.Itoa(f.Index)); again != "" {
			lines = append(lines, "  to repeat it alone: "+again)
		}
		s.env.tell(slog.LevelError, lines...)
	case n == maxReasons+1:
		s.env.say("more runs fail; their reasons are kept with the results")
	}
}

// write publishes runs that were executed here.
func (s *sweep) write(batch []outcome) error {
	if err := s.room.check(time.Now()); err != nil {
		s.stop(err) // what is finished still has room
	}
	path, err := s.publish(batch)
	if path != "" {
		s.published += len(batch)
	}
	if err != nil {
		return err
	}
	s.room.wrote(path, len(batch))
	s.foretell()
	return nil
}

// publish puts finished runs on disk. With a path they are there, whatever the error says.
func (s *sweep) publish(batch []outcome) (path string, err error) {
	// In the order of the runs, so that what a shard holds does not depend on
	// which of two workers was faster.
	slices.SortFunc(batch, func(a, b outcome) int { return a.Info.Index - b.Info.Index })
	runs := make([]trajectory.RunRecord, len(batch))
	rows := make([]trajectory.RunInfo, len(batch))
	for i, o := range batch {
		runs[i], rows[i] = o.RunRecord, o.Info
	}
	if path, err = trajectory.WriteShard(s.dir, s.plan, runs...); err != nil {
		return "", err
	}
	if !s.hasPlan() {
		return "", errGone // somebody is removing the folder file by file
	}
	s.board.published(path, rows)
	s.env.log.Debug("runs published", "runs", len(runs), "first", rows[0].Index, "shard", path)
	return path, trajectory.LogRuns(s.dir, rows...)
}

// foretell says once, after the first runs, how long the sweep will take and how much
// room its results.
func (s *sweep) foretell() {
	left, _ := s.board.count()
	now := time.Now()
	text, warning := s.room.estimate(now, s.env.o.Workers, left, s.progress.tally(now).rate)
	switch {
	case text == "":
	case warning || s.env.o.Progress != progressNone:
		s.env.say("%s", text)
	default:
		s.env.logs.note(slog.LevelInfo, text)
	}
}

// unsaved explains why finished runs could not be written.
func (s *sweep) unsaved(err error) error {
	kept := fmt.Sprintf("the %d runs saved before are kept, and the same command goes on", s.reused+s.taken+s.published+s.foreign)
	if _, missing := os.Stat(s.dir); errors.Is(missing, fs.ErrNotExist) || errors.Is(err, errGone) {
		return fmt.Errorf("env: %w while runs were being saved in it: %s; the same command starts anew, or goes on if the folder is put back", errGone, s.dir)
	}
	// Which part of which temporary file it was is of no use to anybody.
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, full) {
			return fmt.Errorf("env: the disk is full: %s: %w; %s when there is room", s.dir, full, kept)
		}
	}
	return fmt.Errorf("env: finished runs cannot be saved: %w; %s", err, kept)
}

// summary says what became of the sweep.
func (s *sweep) summary(left int) {
	e := s.env
	total, failed := s.t.Len(), len(s.failed)
	text := fmt.Sprintf("%d of %d runs done", total-failed-left, total)
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	if left > 0 {
		text += fmt.Sprintf(", %d not begun", left)
	}
	if s.reused+s.taken+s.foreign > 0 {
		text += fmt.Sprintf(" (reused %d, ", s.reused)
		if s.taken > 0 {
			text += fmt.Sprintf("took %d, ", s.taken)
		}
		text += fmt.Sprintf("ran %d", s.published)
		if s.foreign > 0 {
			text += fmt.Sprintf(", others ran %d", s.foreign)
		}
		text += ")"
	}
	text += " in " + span(time.Since(s.began))
	if left == 0 {
		text += "; results in " + s.path
	}
	e.say("%s", text)
	for i, f := range s.failed {
		if i == maxReasons {
			e.say("  … and %d more", failed-i)
			break
		}
		e.say("  %v", f)
	}
}
