package trajectory

import (
	"errors"
	"fmt"
)

// LoadOptions of [Trajectory.Load].
type LoadOptions struct {
	// Skeleton brings in nodes, and leaves their values where they are.
	Skeleton bool
	// MaxDepth is how many levels below the node to go; 0 is all.
	MaxDepth int
	// Again reads what is in memory already once more. Explored parameters stay.
	Again bool
}

// Load brings nodes that were left out when the file was opened into memory, and
// keeps the values of all leaves at and below a node, so that they are read no more. The
// path is the full name of the node, "" the root. It is for one goroutine, while
// no other reads the trajectory.
func (t *Trajectory) Load(path string, o LoadOptions) error {
	if t.files == nil {
		return fmt.Errorf("trajectory: loading %q: the trajectory does not come from a file", path)
	}
	parts, _ := t.wild.path(path, noRun)
	full := joinAll(parts)
	deep := func(name string) bool { return o.MaxDepth > 0 && Depth(name)-Depth(full) > o.MaxDepth }
	if err := t.files.bringMissing(t, full, deep); err != nil {
		return fmt.Errorf("trajectory: loading %q: %w", path, err)
	}
	top := t.scope().get(full)
	if top == nil {
		if t.expand(t.RunOf(full)); t.scope().get(full) == nil {
			return t.scope().notFound(t.tree.root, path)
		}
		top = t.scope().get(full)
	}
	if o.Skeleton {
		return nil
	}
	var bad error
	t.scope().walk(top, func(n *node) bool {
		if n.leaf && !deep(n.full) {
			bad = n.keep(o.Again)
		}
		return bad == nil
	})
	return errors.Join(bad, t.lazyErr(noRun))
}

// Unload forgets the values at and below a node that can be read from the file again.
// Explored parameters stay, and so does what was changed in memory. [Trajectory.UnloadRuns] forgets
// the nodes of runs too.
func (t *Trajectory) Unload(path string) error {
	top, err := t.scope().lookup(t.tree.root, path)
	if err != nil {
		return err
	}
	top.unload()
	return nil
}

// unload forgets the values at and below a node of the tree.
func (n *node) unload() {
	switch p := n.param; {
	case p != nil && p.explored == nil && p.raw != nil && p.source.all != nil:
		n.param = &param{source: p.source, kind: p.kind, layout: p.layout}
	case p == nil:
		n.kept = nil
	}
	for _, c := range n.children {
		c.unload()
	}
}

// keep reads the values of a leaf into memory.
func (n *node) keep(again bool) error {
	if p := n.param; p != nil {
		if again && p.explored == nil && p.source.all != nil {
			n.param = &param{source: p.source, kind: p.kind, layout: p.layout}
		}
		return n.ready()
	}
	if n.kept != nil && !again {
		return nil
	}
	items, err := n.source.all()
	if err == nil {
		n.kept = &items
	}
	return err
}

// keepAsAsked keeps the values of the branches that are to be.
func (t *Trajectory) keepAsAsked(m LoadModes) error {
	for _, n := range t.tree.nodes {
		if n.leaf && m.of(n.full) == LoadData {
			if err := n.keep(false); err != nil {
				return err
			}
		}
	}
	return nil
}

// bringMissing places what the file has at and below a node and the tree has not.
func (f *files) bringMissing(t *Trajectory, top string, skip func(name string) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reader == nil {
		return nil // all that there is lies in shards
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for r, err := range f.reader.Nodes(top, true) {
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if skip(r.Name) || t.tree.nodes[r.Name] != nil && (r.Leaf || r.Link != "") {
			continue
		}
		if err := t.place(r, f.source(r.Name)); err != nil {
			return err
		}
	}
	return nil
}

// fetch looks for a node that was left out in the file, by its name from start or
// from the root. It returns nil if there is none.
func (s *scope) fetch(start *node, path string) (*node, error) {
	f := s.t.files
	if f == nil || !f.o.AutoLoad {
		return nil, nil
	}
	runs := []int{s.run}
	if s.run != noRun {
		runs = append(runs, noRun)
	}
	for _, run := range runs {
		parts, _ := s.t.wild.path(path, run)
		names := []string{join(start.full, joinAll(parts))}
		if start.full != "" && below(joinAll(parts), start.full) {
			names = append(names, joinAll(parts))
		}
		for _, name := range names {
			n, err := f.bringOne(s.t, name)
			if n != nil || err != nil {
				return s.resolve(n), err
			}
		}
	}
	return nil, nil
}

// bringOne places one node of the file, nil if there is none.
func (f *files) bringOne(t *Trajectory, name string) (*node, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reader == nil {
		return nil, nil
	}
	r, err := f.reader.Node(name)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := t.tree.nodes[name]; n != nil {
		return n, nil // somebody was faster
	}
	if r.Link != "" && t.tree.nodes[r.Link] == nil {
		if target, err := f.reader.Node(r.Link); err == nil {
			if err := t.place(target, f.source(target.Name)); err != nil {
				return nil, err
			}
		}
	}
	if err := t.place(r, f.source(name)); err != nil {
		return nil, err
	}
	return t.tree.nodes[name], nil
}
