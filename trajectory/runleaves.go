package trajectory

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// RunLeaves yields the parameters and results that each run has left, with their values, by
// rising index; no indices are all runs. It is for going through many runs once: what lies in
// files is read run by run in one go and not kept, while looking for nodes
// ([Trajectory.Node]) brings them into memory to stay. Leaves for which wanted returns false
// are neither read nor listed; nil wants all. They are sorted by full name. The iteration
// may go on after an error.
func (t *Trajectory) RunLeaves(wanted func(run int, fullName string) bool, indices ...int) iter.Seq2[RunValue[[]Node], error] {
	return func(yield func(RunValue[[]Node], error) bool) {
		if err := t.readRuns(); err != nil {
			yield(RunValue[[]Node]{}, err)
			return
		}
		in := t.nodesOfRuns()
		each := slices.Values(indices)
		if len(indices) == 0 {
			each = counted(t.length)
		}
		for i := range each {
			var leaves []Node
			err := t.noSuchRun(i)
			if i >= 0 && i < t.length {
				leaves, err = t.runLeaves(i, &in, func(full string) bool { return wanted == nil || wanted(i, full) })
			}
			if !yield(RunValue[[]Node]{Index: i, Value: leaves}, err) {
				return
			}
		}
	}
}

// counted yields 0 to n-1.
func counted(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// inTree is which nodes of runs are in the tree.
type inTree struct {
	waited []bool          // runs whose nodes are not
	tops   map[int][]*node // by run, the nodes that hang below one of no run
}

func (t *Trajectory) nodesOfRuns() inTree {
	in := inTree{tops: map[int][]*node{}}
	if l := t.later; l != nil {
		l.mu.Lock()
		in.waited = slices.Clone(l.waiting)
		l.mu.Unlock()
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	var visit func(n *node)
	visit = func(n *node) {
		if n.run != noRun {
			in.tops[n.run] = append(in.tops[n.run], n)
			return
		}
		for _, c := range n.children {
			visit(c)
		}
	}
	visit(t.tree.root)
	return in
}

// runLeaves are the leaves of one run: those in the tree and, of a run that waits, those in its
// shard or archive.
func (t *Trajectory) runLeaves(run int, in *inTree, wanted func(full string) bool) (leaves []Node, err error) {
	found, waits, err := t.waitingLeaves(run, wanted)
	if err == nil && !waits {
		err = t.lazyErr(run) // of bringing it in before
	}
	if err != nil {
		return nil, fmt.Errorf("trajectory: run %d: %w", run, err)
	}
	if !waits && run < len(in.waited) && in.waited[run] {
		*in = t.nodesOfRuns() // somebody has brought it in meanwhile
	}
	for _, top := range in.tops[run] {
		below, err := t.leavesBelow(top, wanted)
		if err != nil {
			return nil, fmt.Errorf("trajectory: run %d: %w", run, err)
		}
		found = append(found, below...)
	}
	slices.SortFunc(found, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	for _, n := range found {
		leaves = append(leaves, t.scope().handle(n))
	}
	return leaves, nil
}

// waitingLeaves reads the leaves of a run that is not in the tree; waits is false if it is.
func (t *Trajectory) waitingLeaves(run int, wanted func(full string) bool) (leaves []*node, waits bool, err error) {
	l := t.later
	if l == nil {
		return nil, false, nil
	}
	l.mu.Lock()
	waits = run < len(l.waiting) && l.waiting[run]
	l.mu.Unlock()
	if !waits {
		return nil, false, nil
	}
	take := func(full string) bool { return t.files.o.wants(full) && wanted(full) }
	err = t.files.reading(run)(func(s *Shard) error {
		records, err := s.load(run, false, take)
		for _, r := range records {
			if !r.Leaf {
				continue
			}
			n := t.newNode(r, held(r.Items))
			_, n.name = cutLast(n.full)
			n.depth, n.run = Depth(n.full), run
			leaves = append(leaves, n)
		}
		return err
	})
	return leaves, true, err
}

// leavesBelow lists the leaves at and below a node of the tree. If all of them are wanted, they
// are read from the file in one pass.
func (t *Trajectory) leavesBelow(top *node, wanted func(full string) bool) ([]*node, error) {
	var leaves []*node
	all := true
	var visit func(n *node)
	visit = func(n *node) {
		switch {
		case !n.leaf:
			for _, c := range n.children {
				visit(c)
			}
		case wanted(n.full):
			leaves = append(leaves, n)
		default:
			all = false
		}
	}
	t.mu.RLock()
	visit(top)
	t.mu.RUnlock()
	if !all || t.files == nil {
		return leaves, nil
	}
	items, err := t.files.itemsBelow(top.full)
	for i, n := range leaves {
		leaves[i] = n.with(items)
	}
	return leaves, err
}

// itemsBelow reads the items of the leaves at and below a node of the file, by full name; there
// are none if the node lies elsewhere.
func (f *files) itemsBelow(full string) (map[string][]Item, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reader == nil {
		return nil, nil
	}
	items := map[string][]Item{}
	for r, err := range f.reader.Nodes(full, false) {
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if r.Leaf {
			items[r.Name] = r.Items
		}
	}
	return items, nil
}

// with is the node with items that were read for it, unless its own are others.
func (n *node) with(items map[string][]Item) *node {
	read, ok := items[n.full]
	if !ok || n.kept != nil || n.param != nil && n.param.source.all == nil {
		return n
	}
	c := *n
	if p := n.param; p != nil {
		c.param = &param{source: held(read), kind: p.kind, layout: p.layout}
	} else {
		c.source = held(read)
	}
	return &c
}
