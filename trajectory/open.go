package trajectory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// LoadMode says how much of a branch is read when a file is opened.
type LoadMode int

const (
	// LoadNodes reads which nodes there are, with comments and annotations; values are
	// read when they are asked for, and those of results not kept.
	LoadNodes LoadMode = iota
	// LoadNothing leaves the branch out. See [OpenOptions.AutoLoad] and [Trajectory.Load].
	LoadNothing
	// LoadData reads the nodes with their values, which are kept.
	LoadData
)

// LoadModes says it for every branch. Explored parameters are always read, whatever
// it says.
type LoadModes struct {
	Parameters LoadMode // and config
	Derived    LoadMode
	Results    LoadMode
	Other      LoadMode // branches that others have added
}

func (m LoadModes) of(name string) LoadMode {
	switch Branch(name) {
	case branchConfig, branchParameters:
		return m.Parameters
	case branchDerived:
		return m.Derived
	case branchResults:
		return m.Results
	}
	return m.Other
}

// OpenOptions of [Open].
type OpenOptions struct {
	// Stores are the formats that can be read, told by the file's ending.
	Stores []Store
	// Kinds of leaves beside the built-in ones.
	Kinds []Kind
	// Name of the trajectory; "" takes the newest. [Names] lists those of a file.
	Name string
	// Load says how much is read now.
	Load LoadModes
	// Only are the full names of the nodes to read, with all below them; nil is everything.
	Only []string
	// MaxDepth is how many levels below the root are read; 0 is all.
	MaxDepth int
	// AutoLoad looks into the file for nodes that were left out, when they are asked for
	// by their names from the root or from a group, without shortcuts.
	AutoLoad bool
	// NoRuns leaves the table of runs out: [Trajectory.RunInfo] knows nothing then.
	NoRuns bool
	// Force opens files of newer programs, as far as this one understands them;
	// otherwise they are [ErrVersion].
	Force bool
}

// wants tells whether a node is among those to read.
func (o *OpenOptions) wants(name string) bool {
	if name == "" {
		return true
	}
	if o.Load.of(name) == LoadNothing || o.MaxDepth > 0 && Depth(name) > o.MaxDepth {
		return false
	}
	if o.Only == nil {
		return true
	}
	for _, top := range o.Only {
		if name == top || below(name, top) || below(top, name) {
			return true
		}
	}
	return false
}

// Open reads a trajectory from the file at path together with the shards of
// its runs folder that the file does not contain yet; either may be missing. If
// the folder belongs to a newer sweep than the file, the folder alone counts.
// The trajectory is locked. What is read now and what when it is asked for is
// up to the options; Close ends it.
func Open(ctx context.Context, path string, o OpenOptions) (*Trajectory, error) {
	t, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("trajectory: opening %s: %w", path, err)
	}
	return t, nil
}

// OpenAsNew makes a new trajectory of the parameters of a stored one, to run them
// again: same values and ranges, all runs pending, nothing locked, without config, derived
// parameters and results. An empty name keeps the old one; clock, time in the name, seed
// and the other options are those of [New], with the comment kept if there is none.
// Kinds and wildcards come with o and n.
func OpenAsNew(ctx context.Context, path string, o OpenOptions, name string, n Options) (*Trajectory, error) {
	o.Load, o.Only, o.MaxDepth, o.NoRuns = LoadModes{Derived: LoadNothing, Results: LoadNothing, Other: LoadNothing}, []string{branchParameters}, 0, true
	old, err := Open(ctx, path, o)
	if err != nil {
		return nil, err
	}
	defer old.Close()
	if name == "" {
		name = old.name
	}
	if n.Comment == "" {
		n.Comment = old.comment
	}
	if n.Kinds == nil {
		n.Kinds = o.Kinds
	}
	t, err := New(name, n)
	if err != nil {
		return nil, err
	}
	for r, err := range old.Records() {
		if err != nil {
			return nil, err
		}
		if r.Name != branchParameters && !below(r.Name, branchParameters) {
			continue
		}
		if err := t.AddRecord(r); err != nil {
			return nil, err
		}
	}
	if err := t.wild.cover(old.length); err != nil {
		return nil, err
	}
	t.length = old.length
	if err := t.relinkExplored(old.Explored()); err != nil {
		return nil, err
	}
	for _, n := range t.tree.nodes {
		if n.param != nil && n.param.kind == nil {
			return nil, fmt.Errorf("trajectory: %s is of class %s, for which no kind was passed: %w", n.full, n.class, ErrType)
		}
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
	files := &files{reader: r, o: o}
	t, err := files.read(ctx, dir, plan)
	if err == nil {
		err = t.keepAsAsked(o.Load)
	}
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	t.files = files
	t.Lock()
	return t, nil
}

// checkVersion refuses files of layouts that are newer than this one.
func checkVersion(version string, force bool) error {
	text, ours := strings.CutPrefix(version, layoutPrefix)
	if n, err := strconv.Atoi(text); force || !ours || err != nil || n <= layoutNumber {
		return nil
	}
	return fmt.Errorf("it was written as %s and this program knows %s; Force reads what it can: %w", clip(version), Version, ErrVersion)
}

// openFile opens the file with the store of its ending.
func openFile(ctx context.Context, path string, o OpenOptions) (Reader, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	s := storeOf(path, o.Stores)
	if s == nil {
		return nil, noStore(o.Stores)
	}
	r, err := s.Open(ctx, path, o.Name)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(r.Header().Version, o.Force); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// files are what an opened trajectory reads from. A Reader belongs to one
// goroutine at a time, so there is a lock.
type files struct {
	mu     sync.Mutex
	reader Reader
	sweep  *sweep
	packed *packed
	o      OpenOptions
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

// items reads some items of a node of the file; nil if the store cannot.
func (f *files) items(name string) func(names ...string) ([]Item, error) {
	r, ok := f.reader.(ItemReader)
	if !ok {
		return nil
	}
	return func(names ...string) ([]Item, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.reader == nil {
			return nil, fmt.Errorf("trajectory: %s: %w", name, fs.ErrClosed)
		}
		return r.Items(name, names...)
	}
}

// source reads a node of the file when it is asked for.
func (f *files) source(name string) source {
	return source{
		all: func() ([]Item, error) {
			full, err := f.node(name)
			return full.Items, err
		},
		some: f.items(name),
	}
}

func (f *files) overview(name string) (Data, error) {
	if f.reader == nil {
		return Data{}, fmt.Errorf("trajectory: %s: %w", name, fs.ErrClosed)
	}
	return f.reader.Overview(name)
}

func (f *files) read(ctx context.Context, dir string, plan *Plan) (*Trajectory, error) {
	var t *Trajectory
	var err error
	if f.reader != nil {
		t, err = f.readFile(ctx)
	} else {
		t, err = plan.trajectory(f.o.Kinds, &f.o)
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
		if known, err := t.RunInfo(run); err == nil && (known.State == Done || known.State == c.info.State && known.Attempt == c.info.Attempt) {
			continue
		}
		if !f.o.NoRuns {
			t.setInfo(c.info)
		}
		if c.info.State == Done {
			t.later(run, func() error { return f.bringShard(t, c) })
		}
	}
	return t, nil
}

// bringShard brings in a run from a shard.
func (f *files) bringShard(t *Trajectory, c candidate) error {
	records, err := f.sweep.load(c, true)
	if err != nil {
		return err
	}
	return t.bring(records, &f.o, func(name string) source {
		return source{
			all: func() ([]Item, error) {
				r, err := f.sweep.loadNode(c, name)
				return r.Items, err
			},
			some: func(names ...string) (items []Item, err error) {
				err = f.sweep.shelf.use(c.path, func(s *Shard) error {
					items, err = s.LoadItems(c.info.Index, name, names...)
					return err
				})
				return items, err
			},
		}
	})
}

func (f *files) readFile(ctx context.Context) (*Trajectory, error) {
	h := f.reader.Header()
	wild, err := f.wildcards(h.Length)
	if err != nil {
		return nil, err
	}
	t, err := newFromHeader(h, f.o.Kinds, wild)
	if err != nil {
		return nil, err
	}
	t.hasNoRuns = f.o.NoRuns
	if err := f.readNodes(ctx, t); err != nil {
		return nil, err
	}
	if !f.o.NoRuns {
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
	}
	if f.packed, err = openPacked(f.overview); err != nil {
		return nil, err
	}
	if f.packed != nil {
		for run := range t.length {
			if f.o.NoRuns || run < len(t.infos) && t.infos[run].State == Done {
				t.later(run, func() error { return f.bringPacked(t, run) })
			}
		}
	}
	return t, t.relinkExplored(h.Explored)
}

// readNodes places the nodes that are wanted, and the explored parameters.
func (f *files) readNodes(ctx context.Context, t *Trajectory) error {
	prefixes := []string{""}
	switch {
	case f.o.Only != nil:
		prefixes = f.o.Only
	case f.o.Load.Other == LoadNothing:
		prefixes = []string{branchConfig, branchParameters, branchDerived, branchResults}
		prefixes = slices.DeleteFunc(prefixes, func(b string) bool { return f.o.Load.of(b) == LoadNothing })
	}
	if len(prefixes) == 0 || prefixes[0] != "" {
		root, err := f.reader.Node("")
		if err != nil {
			return err
		}
		if err := t.place(root, source{}); err != nil {
			return err
		}
	}
	for _, prefix := range prefixes {
		for r, err := range f.reader.Nodes(prefix, true) {
			if err == nil {
				err = ctx.Err()
			}
			if prefix != "" && errors.Is(err, ErrNotFound) {
				break // a branch that the file does not have
			}
			if err != nil {
				return err
			}
			if !f.o.wants(r.Name) || t.tree.nodes[r.Name] != nil && r.Leaf {
				continue
			}
			if err := t.place(r, f.source(r.Name)); err != nil {
				return err
			}
		}
	}
	for _, name := range f.reader.Header().Explored {
		if t.tree.nodes[name] != nil {
			continue
		}
		r, err := f.reader.Node(name)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			err = t.place(r, held(r.Items))
		}
		if err != nil {
			return err
		}
	}
	return nil
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
	return t.bring(records, &f.o, func(name string) source {
		return source{
			all: func() ([]Item, error) {
				s, err := find()
				if err != nil {
					return nil, err
				}
				r, err := s.LoadNode(run, name, false)
				return r.Items, err
			},
			some: func(names ...string) ([]Item, error) {
				s, err := find()
				if err != nil {
					return nil, err
				}
				return s.LoadItems(run, name, names...)
			},
		}
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
func (t *Trajectory) bring(records []Record, o *OpenOptions, from func(name string) source) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range records {
		if !o.wants(r.Name) {
			continue
		}
		if err := t.place(r, from(r.Name)); err != nil {
			return err
		}
		if n := t.tree.nodes[r.Name]; o.Load.of(r.Name) == LoadData && n.leaf {
			if err := n.keep(false); err != nil {
				return err
			}
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
