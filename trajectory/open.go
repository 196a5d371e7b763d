package trajectory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
)

// OpenOptions of [Open].
type OpenOptions struct {
	// Stores are the formats that can be read, told by the file's ending.
	Stores []Store
	// Kinds of leaves beside the built-in ones.
	Kinds []Kind
	// Name of the trajectory; "" takes the newest.
	Name string
}

// Open reads a trajectory from the file at path together with the shards of
// its runs folder that the file does not contain yet; either may be missing. If
// the folder belongs to a newer sweep than the file, the folder alone counts.
// The trajectory is locked. Parameters are read now, results when they are asked
// for; Close ends that.
func Open(ctx context.Context, path string, o OpenOptions) (*Trajectory, error) {
	t, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("trajectory: opening %s: %w", path, err)
	}
	return t, nil
}

func open(ctx context.Context, path string, o OpenOptions) (*Trajectory, error) {
	dir := RunsDir(path)
	plan, err := ReadPlan(dir)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if plan != nil && o.Name != "" && plan.Header.Name != o.Name {
		plan = nil
	}
	r, err := openFile(ctx, path, o)
	if err != nil && (plan == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNotFound)) {
		return nil, err
	}
	if r != nil && plan != nil {
		h := r.Header()
		switch newer := sameTime(plan.Header.Time, h.Time); {
		case newer > 0:
			r.Close()
			r = nil
		case newer < 0 || h.Name != plan.Header.Name:
			plan = nil
		}
	}
	files := &files{reader: r}
	t, err := files.read(ctx, dir, plan, o.Kinds)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	t.closer = files
	t.Lock()
	return t, nil
}

// openFile opens the file with the store of its ending.
func openFile(ctx context.Context, path string, o OpenOptions) (Reader, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	var all []string
	for _, s := range o.Stores {
		for _, ext := range s.Extensions() {
			if strings.HasSuffix(path, ext) {
				return s.Open(ctx, path, o.Name)
			}
			all = append(all, ext)
		}
	}
	return nil, fmt.Errorf("no store reads files of that ending (there are %s): %w", strings.Join(all, ", "), ErrNotFound)
}

// files are what an opened trajectory reads from. A Reader belongs to one
// goroutine at a time, so there is a lock.
type files struct {
	mu     sync.Mutex
	reader Reader
	sweep  *sweep
	packed *packed
}

// Close closes file and shards.
func (f *files) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sweep != nil {
		f.sweep.close()
	}
	if f.reader == nil {
		return nil
	}
	err := f.reader.Close()
	f.reader = nil
	return err
}

// node reads one node of the file.
func (f *files) node(name string) (Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reader == nil {
		return Record{}, fmt.Errorf("trajectory: %s: %w", name, fs.ErrClosed)
	}
	return f.reader.Node(name)
}

func (f *files) overview(name string) (Data, error) {
	if f.reader == nil {
		return Data{}, fmt.Errorf("trajectory: %s: %w", name, fs.ErrClosed)
	}
	return f.reader.Overview(name)
}

func (f *files) read(ctx context.Context, dir string, plan *Plan, kinds []Kind) (*Trajectory, error) {
	var t *Trajectory
	var err error
	if f.reader != nil {
		t, err = f.readFile(ctx, kinds)
	} else {
		t, err = plan.Trajectory(kinds)
	}
	if err != nil || plan == nil {
		return t, err
	}
	if f.sweep, err = openSweep(ctx, dir, plan); err != nil {
		return nil, err
	}
	if t.length != plan.Header.Length {
		// The sweep may have grown since the file was made.
		if !slices.ContainsFunc(plan.earlier, func(g generation) bool { return g.Length == t.length }) {
			return nil, fmt.Errorf("the file has %d runs, the plan beside it %d: %w", t.length, plan.Header.Length, ErrPlanDiffers)
		}
		if err := t.follow(plan); err != nil {
			return nil, err
		}
	}
	for _, run := range f.sweep.runs() {
		c := f.sweep.best[run]
		if known, _ := t.RunInfo(run); known.State == Done || known.State == c.info.State && known.Attempt == c.info.Attempt {
			continue
		}
		t.setInfo(c.info)
		if c.info.State == Done {
			t.later(run, func() error {
				records, err := f.sweep.load(c, true)
				if err != nil {
					return err
				}
				return t.bring(records, func(name string) (Record, error) { return f.sweep.loadNode(c, name) })
			})
		}
	}
	return t, nil
}

func (f *files) readFile(ctx context.Context, kinds []Kind) (*Trajectory, error) {
	h := f.reader.Header()
	wild, err := f.wildcards(h.Length)
	if err != nil {
		return nil, err
	}
	t, err := newFromHeader(h, kinds, wild)
	if err != nil {
		return nil, err
	}
	for r, err := range f.reader.Nodes("", true) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		name := r.Name
		err = t.place(r, func() ([]Item, error) {
			full, err := f.node(name)
			return full.Items, err
		})
		if err != nil {
			return nil, err
		}
	}
	rows, err := f.reader.Runs()
	if err != nil {
		return nil, err
	}
	for _, info := range rows {
		if info.Index < 0 || info.Index >= t.length {
			return nil, fmt.Errorf("the run table has run %d of %d: %w", info.Index, t.length, ErrCorrupt)
		}
		t.setInfo(info)
	}
	if f.packed, err = openPacked(f.overview); err != nil {
		return nil, err
	}
	if f.packed != nil {
		for _, info := range t.infos {
			if info.State == Done {
				run := info.Index
				t.later(run, func() error { return f.bringPacked(t, run) })
			}
		}
	}
	return t, t.relinkExplored(h.Explored)
}

// wildcards are those of the program that wrote the file.
func (f *files) wildcards(runs int) (*wildcards, error) {
	if _, err := f.reader.Node(wildcardBranch); errors.Is(err, ErrNotFound) {
		return newWildcards(nil)
	}
	var records []Record
	for r, err := range f.reader.Nodes(wildcardBranch, false) {
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return notedWildcards(records, max(runs, 1))
}

// bringPacked brings in a run from the file's archives.
func (f *files) bringPacked(t *Trajectory, run int) error {
	find := func() (*Shard, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.packed.shard(run)
	}
	s, err := find()
	if err != nil {
		return err
	}
	if _, ok := s.rowOf[run]; !ok {
		return nil
	}
	records, err := s.Load(run, true)
	if err != nil {
		return err
	}
	return t.bring(records, func(name string) (Record, error) {
		s, err := find()
		if err != nil {
			return Record{}, err
		}
		return s.LoadNode(run, name, false)
	})
}

// setInfo replaces the row of a run.
func (t *Trajectory) setInfo(info RunInfo) {
	if t.infos == nil {
		t.infos = make([]RunInfo, t.length)
		for i := range t.infos {
			t.infos[i] = RunInfo{Index: i, State: Pending}
		}
	}
	t.infos[info.Index] = info
}

// later puts off bringing in the nodes of a run until they are looked for.
func (t *Trajectory) later(run int, bring func() error) {
	if t.lazy == nil {
		t.lazy = map[int]func() error{}
	}
	t.lazy[run] = bring
}

// bring puts the nodes of a run into the tree.
func (t *Trajectory) bring(records []Record, load func(name string) (Record, error)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range records {
		name := r.Name
		err := t.place(r, func() ([]Item, error) {
			full, err := load(name)
			return full.Items, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// expand brings in the nodes of a run that lie in a file or shard.
func (t *Trajectory) expand(run int) {
	if run == noRun || t.lazy == nil {
		return
	}
	t.lazyMu.Lock()
	defer t.lazyMu.Unlock()
	t.expandLocked(run)
}

func (t *Trajectory) expandLocked(run int) {
	bring, ok := t.lazy[run]
	if !ok {
		return
	}
	delete(t.lazy, run)
	if err := bring(); err != nil {
		if t.lazyErrs == nil {
			t.lazyErrs = map[int]error{}
		}
		t.lazyErrs[run] = err
	}
}

// expandFirst brings in the nodes of the first run that has not been.
func (t *Trajectory) expandFirst() {
	if t.lazy == nil {
		return
	}
	t.lazyMu.Lock()
	defer t.lazyMu.Unlock()
	if len(t.lazy) > 0 {
		t.expandLocked(slices.Min(slices.Collect(maps.Keys(t.lazy))))
	}
}

// expandAll brings in the nodes of all runs.
func (t *Trajectory) expandAll() {
	if t.lazy == nil {
		return
	}
	t.lazyMu.Lock()
	defer t.lazyMu.Unlock()
	if len(t.lazy) == 0 {
		return
	}
	for run := range t.length {
		t.expandLocked(run)
	}
}

// lazyErr says what went wrong with bringing in a run; noRun asks for any.
func (t *Trajectory) lazyErr(run int) error {
	if t.lazy == nil {
		return nil
	}
	t.lazyMu.Lock()
	defer t.lazyMu.Unlock()
	if run != noRun || len(t.lazyErrs) == 0 {
		return t.lazyErrs[run]
	}
	for i := range t.length {
		if err := t.lazyErrs[i]; err != nil {
			return err
		}
	}
	return nil
}
