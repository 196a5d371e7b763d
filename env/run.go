package env

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// An Option changes what [Environment.Run] does.
type Option func(*options)

type options struct {
	finally   []func(context.Context, *trajectory.Trajectory) error
	stopAfter int
	cosmetic  []string
	groups    int
}

// Finally adds a function that is called with the merged trajectory when every
// run has ended, failed ones included: for what is computed or drawn from all
// runs together. It is called again when the same command finds the sweep
// finished, so that a picture that is missing is made.
func Finally(f func(ctx context.Context, t *trajectory.Trajectory) error) Option {
	return func(o *options) { o.finally = append(o.finally, f) }
}

// StopAfter starts no run any more after n runs have failed; those running are
// finished and kept, and the same command goes on with the rest. 0, which is
// the usual, runs all the others however many fail.
func StopAfter(n int) Option { return func(o *options) { o.stopAfter = n } }

// FailFast is StopAfter(1).
func FailFast() Option { return StopAfter(1) }

// Cosmetic names settings (flags of the program) that decide nothing about
// the results, such as whether pictures are drawn. A sweep goes on when they
// have changed.
func Cosmetic(settings ...string) Option {
	return func(o *options) { o.cosmetic = append(o.cosmetic, settings...) }
}

// RunGroups sets up to how many runs the trajectory file has a group per run
// beside the tables of all runs; less than 0 is none. See
// [trajectory.MergeOptions].
func RunGroups(n int) Option { return func(o *options) { o.groups = n } }

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
// t is locked. Run must not be called twice at the same time with one name.
func (e *Environment) Run(ctx context.Context, t *trajectory.Trajectory, x Experiment, opts ...Option) error {
	s := &sweep{env: e, t: t, x: x, start: time.Now()}
	for _, o := range opts {
		o(&s.options)
	}
	err := s.run(ctx)
	if err != nil && ctx.Err() != nil && s.plan != nil {
		e.say("stopped with %d of %d runs finished; the same command goes on", s.reused+s.published, t.Len())
	}
	return err
}

// A sweep is one call of Environment.Run.
type sweep struct {
	options
	env   *Environment
	t     *trajectory.Trajectory
	x     Experiment
	start time.Time

	path  string // of the trajectory file
	dir   string // of plan and shards
	store trajectory.Store
	claim *claim
	plan  *trajectory.Plan

	rows     []trajectory.RunInfo // of the runs that were on disk at the start, by rising index
	attempts map[int]int          // of the runs to retry

	progress *progress
	host     string

	mu        sync.Mutex
	failed    []*RunError
	reasons   int // printed
	reused    int // runs that were on disk at the start
	published int // runs of this start that are on disk
}

func (s *sweep) run(ctx context.Context) error {
	if err := s.locate(); err != nil {
		return err
	}
	if err := checkWritable(filepath.Dir(s.path)); err != nil {
		return err
	}
	var err error
	if s.claim, err = claimFolder(s.dir); err != nil {
		return err
	}
	defer func() { s.claim.release() }()
	if err := s.x.Prepare(ctx, s.t); err != nil {
		return fmt.Errorf("env: preparing the runs: %w", err)
	}
	s.t.Lock()
	if err := s.settlePlan(ctx); err != nil {
		return err
	}
	pending, err := s.pending(ctx)
	if err != nil {
		return err
	}
	s.reused = s.t.Len() - len(pending)
	if len(pending) > 0 {
		if err := s.execute(ctx, pending); err != nil {
			return err
		}
	}
	left := len(pending) - s.published
	slices.SortFunc(s.failed, func(a, b *RunError) int { return a.Index - b.Index })
	if left > 0 {
		s.summary(left)
		return &SweepError{Failed: s.failed, Runs: s.t.Len(), Left: left}
	}
	if err := s.merge(ctx); err != nil {
		return err
	}
	hooks := s.callFinally(ctx)
	s.summary(0)
	if len(s.failed) > 0 {
		return errors.Join(&SweepError{Failed: s.failed, Runs: s.t.Len()}, hooks)
	}
	return hooks
}

// locate finds out where the trajectory goes and in which format.
func (s *sweep) locate() error {
	if s.t == nil || s.x == nil {
		return errors.New("env: a sweep needs a trajectory and an experiment")
	}
	s.path = s.env.File(s.t.Name())
	s.dir = trajectory.RunsDir(s.path)
	s.host, _ = os.Hostname()
	var err error
	s.store, err = storeFor(s.path)
	return err
}

// pending reads what is on disk and lists the runs that are left to do.
func (s *sweep) pending(ctx context.Context) ([]int, error) {
	if err := s.verify(ctx); err != nil {
		return nil, err
	}
	rows, err := trajectory.Status(ctx, s.dir)
	if err != nil {
		return nil, err
	}
	s.rows = rows
	s.attempts = map[int]int{}
	var pending []int
	next := 0
	for _, r := range rows {
		if r.Index < next || r.Index >= s.t.Len() {
			return nil, fmt.Errorf("env: %s holds run %d twice or of another sweep than this of %d runs", s.dir, r.Index, s.t.Len())
		}
		for ; next < r.Index; next++ {
			pending = append(pending, next)
		}
		next++
		switch {
		case r.State == trajectory.Done:
		case r.State == trajectory.Failed && !s.env.o.Retry:
			s.fail(r, errors.New(r.Error))
		default:
			if r.State == trajectory.Failed {
				s.attempts[r.Index] = r.Attempt + 1
			}
			pending = append(pending, r.Index)
		}
	}
	for ; next < s.t.Len(); next++ {
		pending = append(pending, next)
	}
	return pending, nil
}

// verify reads all shards through: better to hear of a damaged one now than
// after days of computing, when the results are put together.
func (s *sweep) verify(ctx context.Context) error {
	paths, err := trajectory.Shards(s.dir)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if ctx.Err() != nil {
			return fmt.Errorf("env: reading %s: %w", s.dir, context.Cause(ctx))
		}
		shard, err := trajectory.OpenShard(path)
		if err == nil {
			err = errors.Join(shard.Verify(), shard.Close())
		}
		if errors.Is(err, trajectory.ErrCorrupt) {
			return corrupt(err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fail remembers a failed run.
func (s *sweep) fail(r trajectory.RunInfo, err error) *RunError {
	f := &RunError{Index: r.Index, Name: runName(r.Index), Params: strings.Join(strings.Fields(r.Summary), " "), Attempt: r.Attempt, Err: err, Stack: r.Stack}
	s.mu.Lock()
	s.failed = append(s.failed, f)
	s.mu.Unlock()
	return f
}

func runName(i int) string { return fmt.Sprintf("run_%08d", i) }

// execute runs the pending runs and publishes them.
func (s *sweep) execute(ctx context.Context, pending []int) error {
	e := s.env
	if !hdf5.Available() && e.file == "" {
		e.noCgo.Do(func() { e.say("built without cgo: the results go into %s instead of an HDF5 file", s.path) })
	}
	switch {
	case s.reused > 0:
		e.say("going on: %d of %d runs are finished", s.reused, s.t.Len())
	case s.t.Len() > 1:
		e.say("%d runs, %d at once", s.t.Len(), min(e.o.Workers, len(pending)))
	}
	s.progress = newProgress(e.o.Name, s.t.Len(), s.reused, len(s.failed), time.Now())
	every := lineEvery
	if e.o.Progress == progressBar || e.o.Progress == progressAuto && e.con.isTerminal() {
		every = barEvery
	}
	s.progress.show(e.con, e.o.Progress, every)
	defer s.progress.close()
	if r, ok := s.x.(Reporter); ok {
		r.ReportTo(s.progress.report)
	}

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan outcome, 4*e.o.Workers)
	var unsaved error
	p := publisher{every: publishEvery, limit: publishBytes, size: outcomeBytes, write: s.write}
	published := make(chan struct{})
	go func() {
		defer close(published)
		p.publish(ended, func(err error) {
			unsaved = err
			cancel(err)
		})
	}()
	c := crew{
		workers: e.o.Workers, stopAfter: s.stopAfter, view: s.t.Run, now: time.Now,
		run: func(ctx context.Context, r *trajectory.Run) error {
			i := r.Index()
			ctx = context.WithValue(ctx, reportKey{}, func(f float64) { s.progress.report(i, f) })
			return s.x.Run(ctx, r)
		},
		ended: func(o outcome) {
			s.ended(&o)
			if o.Info.State != trajectory.Cancelled {
				ended <- o
			}
		},
	}
	c.work(ctx, pending)
	close(ended)
	<-published
	s.progress.close()
	switch {
	case unsaved != nil:
		return s.unsaved(unsaved)
	case ctx.Err() != nil:
		return fmt.Errorf("env: stopped with %d of %d runs finished: %w", s.reused+s.published, s.t.Len(), context.Cause(ctx))
	}
	return nil
}

// ended counts a run that has ended and says why it failed.
func (s *sweep) ended(o *outcome) {
	o.Info.Host = s.host
	o.Info.Attempt = s.attempts[o.Info.Index]
	failed := o.Info.State == trajectory.Failed
	s.progress.finish(o.Info.Index, failed, o.Info.State == trajectory.Cancelled)
	if !failed {
		return
	}
	f := s.fail(o.Info, o.err)
	s.mu.Lock()
	s.reasons++
	n := s.reasons
	s.mu.Unlock()
	switch {
	case n <= maxReasons:
		s.env.say("%v", f)
	case n == maxReasons+1:
		s.env.say("more runs fail; their reasons are kept with the results")
	}
}

// write publishes finished runs.
func (s *sweep) write(batch []outcome) error {
	// In the order of the runs, so that what a shard holds does not depend on
	// which of two workers was faster.
	slices.SortFunc(batch, func(a, b outcome) int { return a.Info.Index - b.Info.Index })
	runs := make([]trajectory.RunRecord, len(batch))
	rows := make([]trajectory.RunInfo, len(batch))
	for i, o := range batch {
		runs[i], rows[i] = o.RunRecord, o.Info
	}
	path, err := trajectory.WriteShard(s.dir, s.plan, runs...)
	if err != nil {
		return err
	}
	s.env.log.Debug("runs published", "runs", len(runs), "first", rows[0].Index, "shard", path)
	s.published += len(batch)
	return trajectory.LogRuns(s.dir, rows...)
}

// unsaved explains why finished runs could not be written.
func (s *sweep) unsaved(err error) error {
	kept := fmt.Sprintf("the %d runs saved before are kept, and the same command goes on", s.reused+s.published)
	if _, missing := os.Stat(s.dir); errors.Is(missing, fs.ErrNotExist) {
		return fmt.Errorf("env: the folder %s was removed while runs were being saved in it: %w", s.dir, err)
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("env: the disk is full: %w; %s when there is room", err, kept)
	}
	return fmt.Errorf("env: finished runs cannot be saved: %w; %s", err, kept)
}

// outcomeBytes is about the memory that an outcome takes.
func outcomeBytes(o outcome) int64 {
	n := int64(512 + len(o.Info.Stack))
	for _, r := range o.Records {
		n += int64(256 + len(r.Name) + len(r.Comment))
		for _, it := range r.Items {
			n += dataBytes(it.Data)
		}
	}
	return n
}

func dataBytes(d trajectory.Data) int64 {
	n := int64(96)
	switch v := d.Values.(type) {
	case []bool:
		n += int64(len(v))
	case []int8:
		n += int64(len(v))
	case []uint8:
		n += int64(len(v))
	case []int16:
		n += 2 * int64(len(v))
	case []uint16:
		n += 2 * int64(len(v))
	case []int32:
		n += 4 * int64(len(v))
	case []uint32:
		n += 4 * int64(len(v))
	case []float32:
		n += 4 * int64(len(v))
	case []int64:
		n += 8 * int64(len(v))
	case []uint64:
		n += 8 * int64(len(v))
	case []float64:
		n += 8 * int64(len(v))
	case []complex64:
		n += 8 * int64(len(v))
	case []complex128:
		n += 16 * int64(len(v))
	case []string:
		for _, s := range v {
			n += 16 + int64(len(s))
		}
	}
	for _, c := range d.Columns {
		n += dataBytes(c.Data)
	}
	return n
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
	if s.reused > 0 {
		text += fmt.Sprintf(" (reused %d, ran %d)", s.reused, s.published)
	}
	text += " in " + span(time.Since(s.start))
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
