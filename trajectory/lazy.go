package trajectory

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
)

// later is what an opened trajectory has not read yet: the rows of its runs with the shards
// that add to them, which take a while for 10^5 runs and which a look at parameters
// does not need; and the nodes of the runs that lie in archives and shards, which come
// into the tree run by run, when something may be among them.
type later struct {
	once sync.Once
	read func() error // rows, shards, archives
	err  error        // of that

	mu      sync.Mutex
	comes   []bool // runs whose nodes lie in archives and shards
	waiting []bool // those of them whose nodes are not in the tree
	left    int    // how many these are
	errs    map[int]error
	bring   func(run int) error
	survey  func() *outline
	outline *outline // of the nodes of these runs, once it was needed
}

// readRuns reads what there is to know of the runs; it does so once.
func (t *Trajectory) readRuns() error {
	if t.later == nil {
		return nil
	}
	t.later.once.Do(func() { t.later.err = t.later.read() })
	return t.later.err
}

// wait puts off bringing in the nodes of a run until they are looked for.
func (l *later) wait(run int) {
	if !l.waiting[run] {
		l.comes[run], l.waiting[run] = true, true
		l.left++
	}
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

// expand brings in the nodes of a run.
func (t *Trajectory) expand(run int) {
	if run == noRun || t.later == nil || t.readRuns() != nil {
		return
	}
	t.later.mu.Lock()
	defer t.later.mu.Unlock()
	t.later.expand(run)
}

func (l *later) expand(run int) {
	if run >= len(l.waiting) || !l.waiting[run] {
		return
	}
	l.waiting[run] = false
	l.left--
	if err := l.bring(run); err != nil {
		if l.errs == nil {
			l.errs = map[int]error{}
		}
		l.errs[run] = err
	}
}

// expandFirst brings in the nodes of the first run that waits.
func (t *Trajectory) expandFirst() {
	if t.later == nil || t.readRuns() != nil {
		return
	}
	t.later.mu.Lock()
	defer t.later.mu.Unlock()
	if first := slices.Index(t.later.waiting, true); first >= 0 {
		t.later.expand(first)
	}
}

// expandAll brings in the nodes of all runs.
func (t *Trajectory) expandAll() {
	t.expandIf(func(*outline) bool { return true })
}

// expandIf brings in the nodes of all runs if there may be some among them that are
// looked for.
func (t *Trajectory) expandIf(some func(*outline) bool) {
	if t.later == nil || t.readRuns() != nil {
		return
	}
	l := t.later
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == 0 {
		return
	}
	if l.outline == nil {
		l.outline = l.survey()
	}
	if !some(l.outline) {
		return
	}
	for run := range l.waiting {
		l.expand(run)
	}
}

// lazyErr says what went wrong with bringing in a run; noRun asks for any.
func (t *Trajectory) lazyErr(run int) error {
	if t.later == nil {
		return nil
	}
	if err := t.readRuns(); err != nil {
		return err
	}
	t.later.mu.Lock()
	defer t.later.mu.Unlock()
	if run != noRun || len(t.later.errs) == 0 {
		return t.later.errs[run]
	}
	for i := range t.length {
		if err := t.later.errs[i]; err != nil {
			return err
		}
	}
	return nil
}

// outline is which names there are among nodes that are not in the tree: a search that
// none of them can answer leaves them where they are.
type outline struct {
	parts   map[string]bool // of full names below what stands for a run
	above   map[string]bool // full names of the groups of all runs that they hang under
	unknown bool            // anything may be there
}

func newOutline() *outline { return &outline{parts: map[string]bool{}, above: map[string]bool{}} }

// add takes over the nodes of a shard, in whose names $ and the like stand for
// what depends on the run.
func (o *outline) add(s *Shard) {
	for i := range s.leaves {
		if s.leaves[i].Link != "" {
			o.unknown = true // it may lead anywhere
		}
		group, ofRun := "", false
		for part := range strings.SplitSeq(s.leaves[i].Name, ".") {
			switch {
			case strings.HasPrefix(part, "$"):
				ofRun = true
			case ofRun:
				o.parts[part] = true
			default:
				group = join(group, part)
				o.above[group] = true
			}
		}
	}
}

// mayAnswer tells whether a search for these parts could end at one of the nodes or go by
// one, so that the tree alone cannot answer it.
func (o *outline) mayAnswer(t *tree, parts []string) bool {
	if o.unknown {
		return true
	}
	for _, p := range parts {
		if o.parts[p] {
			return true
		}
		for full := range o.above {
			if _, name := cutLast(full); name == p && t.nodes[full] == nil {
				return true
			}
		}
	}
	return false
}

// mayBeBelow tells whether some of the nodes lie below a group of all runs.
func (o *outline) mayBeBelow(group string) bool { return o.unknown || o.above[group] }

// readRuns reads the rows of the file, what the shards of the folder add to them, and where
// the nodes of the runs lie.
func (f *files) readRuns(t *Trajectory) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return fmt.Errorf("trajectory: %s: %w", t.name, fs.ErrClosed)
	}
	t.later.comes, t.later.waiting = make([]bool, t.length), make([]bool, t.length)
	if f.reader != nil {
		if err := f.readRows(t); err != nil {
			return err
		}
	}
	if f.plan != nil && !t.allDone() {
		if err := f.readShards(t); err != nil {
			return err
		}
	}
	return nil
}

// allDone tells whether nothing can be added to the runs.
func (t *Trajectory) allDone() bool {
	return len(t.infos) == t.length && !slices.ContainsFunc(t.infos, func(r RunInfo) bool { return r.State != Done })
}

// readRows reads what the file says of the runs.
func (f *files) readRows(t *Trajectory) error {
	if !f.o.NoRuns {
		rows, err := f.reader.Runs()
		if err != nil {
			return err
		}
		for _, info := range rows {
			if info.Index < 0 || info.Index >= t.length {
				return fmt.Errorf("trajectory: the run table has run %d of %d: %w", info.Index, t.length, ErrCorrupt)
			}
			t.setInfo(info)
		}
	}
	var err error
	if f.packed, err = openPacked(f.reader.Overview); err != nil || f.packed == nil {
		return err
	}
	for run := range t.length {
		if f.o.NoRuns || run < len(t.infos) && t.infos[run].State == Done {
			t.later.wait(run)
		}
	}
	return nil
}

// readShards adds the runs that shards hold and the file does not.
func (f *files) readShards(t *Trajectory) error {
	both, err := f.pointsOf(t)
	if err != nil {
		return err
	}
	if f.sweep, err = openShards(context.Background(), f.shards, f.plan); err != nil {
		return err
	}
	f.ofShards = make([]bool, t.length)
	for _, run := range f.sweep.runs() {
		c := f.sweep.best[run]
		if run >= t.length || !both.same(run) {
			continue // the file has other runs in their place
		}
		if run < len(t.infos) {
			if known := t.infos[run]; known.State == Done || known.State == c.info.State && known.Attempt == c.info.Attempt {
				continue
			}
		}
		if !f.o.NoRuns {
			t.setInfo(c.info)
		}
		if c.info.State == Done {
			f.ofShards[run] = true
			t.later.wait(run)
		}
	}
	return nil
}

// survey outlines the nodes of the runs that wait.
func (f *files) survey() *outline {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := newOutline()
	if f.sweep != nil {
		o = f.sweep.outline
	}
	if f.packed == nil {
		return o
	}
	for i := range f.packed.first {
		s, err := f.packed.archive(i)
		if err != nil {
			o.unknown = true // bringing in the runs says what is wrong
			break
		}
		o.add(s)
	}
	return o
}

// bring puts the nodes of a run into the tree, but for those that are there already.
func (f *files) bring(t *Trajectory, run int) error {
	records, from, err := f.nodesOf(run)
	if err != nil {
		return err
	}
	records = slices.DeleteFunc(records, func(r Record) bool { return !f.o.wants(r.Name) })
	kept := make([]*[]Item, len(records))
	for i, r := range records {
		if r.Leaf && f.o.Load.of(r.Name) == LoadData {
			items, err := from(r.Name).all()
			if err != nil {
				return err
			}
			kept[i] = &items
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, r := range records {
		if old := t.tree.nodes[r.Name]; old != nil && (r.Leaf || r.Link != "") {
			if old.leaf != r.Leaf || old.link != r.Link {
				return fmt.Errorf("trajectory: %s is in the file and in a shard, and not the same: %w", r.Name, ErrCorrupt)
			}
			continue
		}
		if err := t.place(r, from(r.Name)); err != nil {
			return err
		}
		switch n := t.tree.nodes[r.Name]; {
		case kept[i] == nil:
		case n.param != nil:
			n.param.source.all = held(*kept[i]).all
		default:
			n.kept = kept[i]
		}
	}
	return nil
}

// UnloadRuns forgets what some runs have left, as far as it can be read again: their values and,
// where these lie in shards or packed, the nodes themselves. No indices are all runs. Nodes that
// were changed in memory stay. It is for one goroutine, while no other reads the trajectory;
// nodes that were handed out before must not be used any more.
//
//	for i, r := range t.Runs() {
//		analyse(r)
//		err = t.UnloadRuns(i) // 10^5 runs need not fit into memory
//	}
func (t *Trajectory) UnloadRuns(indices ...int) error {
	if err := t.readRuns(); err != nil {
		return err
	}
	in := t.nodesOfRuns()
	if len(indices) == 0 {
		indices = slices.Sorted(maps.Keys(in.tops))
	}
	for _, i := range indices {
		if i < 0 || i >= t.length {
			return t.noSuchRun(i)
		}
		for _, top := range in.tops[i] {
			top.unload()
		}
		if l := t.later; l != nil && i < len(l.comes) && l.comes[i] && !l.waiting[i] {
			if err := t.putBack(i); err != nil {
				return fmt.Errorf("trajectory: run %d: %w", i, err)
			}
		}
	}
	return nil
}

// putBack takes the nodes of a run out of the tree again, as they were brought in.
func (t *Trajectory) putBack(run int) error {
	records, _, err := t.files.nodesOf(run)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range slices.Backward(records) {
		n := t.tree.nodes[r.Name]
		if n == nil || n.run != run || n.comment != r.Comment || !EqualItems(n.notes, sortedNotes(r.Annotations)) ||
			n.leaf && n.param == nil && n.source.some == nil || n.param != nil && n.param.source.some == nil {
			continue
		}
		// With the groups that are empty then, as far as they are the run's.
		for ; len(n.children) == 0 && n.run == run; n = t.tree.nodes[Location(n.full)] {
			t.tree.remove(n)
		}
	}
	t.later.wait(run)
	return nil
}

// nodesOf lists the nodes of a run that waits, without items, and says where those come from.
func (f *files) nodesOf(run int) (records []Record, from func(name string) source, err error) {
	use := f.reading(run)
	err = use(func(s *Shard) (err error) {
		records, err = s.load(run, true, nil) // a run that left nothing may not be there
		return err
	})
	return records, func(name string) source {
		return source{
			all: func() (items []Item, err error) {
				err = use(func(s *Shard) error {
					r, err := s.LoadNode(run, name, false)
					items = r.Items
					return err
				})
				return items, err
			},
			some: func(names ...string) (items []Item, err error) {
				err = use(func(s *Shard) error {
					items, err = s.LoadItems(run, name, names...)
					return err
				})
				return items, err
			},
		}
	}, err
}

// reading opens the shard or archive of a run that waits for as long as a function reads it.
func (f *files) reading(run int) func(read func(*Shard) error) error {
	if run < len(f.ofShards) && f.ofShards[run] {
		path := f.sweep.best[run].path
		return func(read func(*Shard) error) error { return f.sweep.shelf.use(path, read) }
	}
	return func(read func(*Shard) error) error {
		f.mu.Lock()
		s, err := f.packed.shard(run)
		f.mu.Unlock()
		if err != nil {
			return err
		}
		return read(s)
	}
}
