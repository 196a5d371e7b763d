package trajectory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
		if n.param == nil {
			continue
		}
		if _, err := n.decoder(); err != nil {
			return nil, err
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
	files := &files{reader: r, o: o, plan: plan}
	t, err := files.read(ctx, dir)
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
	reader Reader // nil if there are shards only, or when it is closed
	closed bool
	plan   *Plan    // of the folder; nil if there is none that counts
	shards []string // that were in the folder when it was opened
	o      OpenOptions

	// What is read with the rows of the runs; see later.
	sweep    *sweep
	ofShards []bool // runs whose nodes lie in shards
	packed   *packed
}

// Close closes file and shards.
func (f *files) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
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

// Overview reads a table that lies beside the tree in the file, as it is stored ([Decode] makes a
// [Frame] of it): pypet's, such as parameters_overview, and the scalars of all runs.
// [ErrNotFound] if there is none.
func (t *Trajectory) Overview(name string) (Data, error) {
	if t.files == nil {
		return Data{}, fmt.Errorf("trajectory: table %q: the trajectory does not come from a file: %w", clip(name), ErrNotFound)
	}
	f := t.files
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return Data{}, fmt.Errorf("trajectory: table %q: %w", clip(name), fs.ErrClosed)
	case f.reader == nil:
		return Data{}, fmt.Errorf("trajectory: table %q: there is no file yet, only shards: %w", clip(name), ErrNotFound)
	}
	return f.reader.Overview(name)
}

// read makes the trajectory of file and folder. The file is the truth for what it holds:
// its parameters, the number and the points of its runs, the runs that are done. Others may
// have gone on with it, as pypet does when it expands a merged file, and know nothing of the
// folder. So the folder adds to the file: further runs if its plan has grown since the file
// was made, and results of runs that are not done in the file, if they are of the same point.
func (f *files) read(ctx context.Context, dir string) (t *Trajectory, err error) {
	if f.reader == nil {
		t, err = f.plan.trajectory(f.o.Kinds, &f.o)
	} else {
		t, err = f.readFile(ctx)
	}
	if err != nil {
		return nil, err
	}
	if f.plan != nil {
		if f.shards, err = Shards(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if f.plan != nil && f.reader != nil && f.plan.Header.Length > t.length {
		both, err := f.pointsOf(t)
		if err != nil {
			return nil, err
		}
		if both.begin(t.length) {
			if err := t.follow(f.plan); err != nil {
				return nil, err
			}
		}
	}
	t.hasNoRuns = f.o.NoRuns
	t.later = &later{
		read: func() error { return f.readRuns(t) }, bring: func(run int) error { return f.bring(t, run) }, survey: f.survey,
	}
	return t, nil
}

// points compares the runs of a file with those of a plan; nil is that there is no file.
type points struct{ file, plan *Trajectory }

func (f *files) pointsOf(t *Trajectory) (*points, error) {
	if f.reader == nil {
		return nil, nil
	}
	planned, err := f.plan.Trajectory(f.o.Kinds)
	return &points{t, planned}, err
}

// begin tells whether the first runs of the plan are those of the file.
func (p *points) begin(runs int) bool {
	for run := range runs {
		if !p.same(run) {
			return false
		}
	}
	return len(p.file.explored) == len(p.plan.explored)
}

// same tells whether the explored parameters have the same values in a run. Those that
// nobody here can read do not count.
func (p *points) same(run int) bool {
	if p == nil {
		return true
	}
	for _, n := range p.file.explored {
		if !p.agree(n.full, run) {
			return false
		}
	}
	for _, n := range p.plan.explored {
		if !slices.Contains(p.file.explored, p.file.tree.nodes[n.full]) && !p.agree(n.full, run) {
			return false
		}
	}
	return true
}

func (p *points) agree(name string, run int) bool {
	n, m := p.file.tree.nodes[name], p.plan.tree.nodes[name]
	if n == nil || m == nil || n.param == nil || m.param == nil {
		return false
	}
	for _, x := range []*node{n, m} {
		if x.ready() != nil {
			return true
		}
		if _, err := x.decoder(); err != nil {
			return true
		}
	}
	a, b := (&Parameter{n: n, run: run}).Value(), (&Parameter{n: m, run: run}).Value()
	switch a := a.(type) {
	case bool, int, int64, string:
		return a == b
	case float64:
		if a == b {
			return true // sameValue tells whether both are NaN
		}
	}
	return sameValue(a, b)
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
	if err := f.readNodes(ctx, t); err != nil {
		return nil, err
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
