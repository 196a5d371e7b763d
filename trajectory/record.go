package trajectory

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// record is the node as it is stored, without items.
func (n *node) record() Record {
	return Record{Name: n.full, Leaf: n.leaf, Class: n.class, Comment: n.comment, Annotations: n.notes, Link: n.link}
}

// encodeBase makes a parameter's items with the distinct part of its range.
func (n *node) encodeBase() ([]Item, string, error) {
	p := n.param
	if err := n.ready(); err != nil {
		return nil, "", err
	}
	if _, err := n.decoder(); err != nil || p.value == nil {
		return p.raw, n.class, nil
	}
	var base Range
	if p.explored != nil {
		base = p.explored.base()
	}
	kind, class := p.kind, p.kind.Class
	if n.class == classArrayParameter {
		kind, class = &Kind{Encode: encodeArrayParameter}, classArrayParameter
	}
	items, err := kind.Encode(p.value, base)
	if errors.Is(err, errNotInTable) {
		items, err = encodeArrayParameter(p.value, base)
		class = classArrayParameter
	}
	if err != nil {
		return nil, "", fmt.Errorf("trajectory: %s: %w", n.full, err)
	}
	for _, it := range items {
		if err := it.Data.check(); err != nil {
			return nil, "", fmt.Errorf("trajectory: %s: item %q: %w", n.full, it.Name, err)
		}
	}
	return items, class, nil
}

// encode makes a parameter's items as files have them: a row per run.
func (n *node) encode() ([]Item, string, error) {
	if err := n.ready(); err != nil {
		return nil, "", err
	}
	p := n.param
	if p.raw != nil && p.layout == nil {
		return p.raw, n.class, nil
	}
	items, class, l := p.raw, n.class, p.layout
	if items == nil {
		var err error
		if items, class, err = n.encodeBase(); err != nil {
			return nil, class, err
		}
		l = p.explored.layout()
	}
	items, err := tileItems(items, l)
	if err != nil {
		return nil, class, fmt.Errorf("trajectory: %s: %w", n.full, err)
	}
	return items, class, nil
}

// Records yields the nodes of the trajectory as stores write them, the root
// first, parents before children, children by name. What runs have added in
// their views is not among them.
func (t *Trajectory) Records() iter.Seq2[Record, error] {
	return t.records(t.tree.root, (*node).encode)
}

func (t *Trajectory) records(top *node, encode func(*node) ([]Item, string, error)) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		done := t.scope().walk(top, func(n *node) bool {
			r := n.record()
			var err error
			switch {
			case n == t.tree.root:
				r.Comment = t.comment
			case n.param != nil:
				r.Items, r.Class, err = encode(n)
			case n.leaf:
				r.Items, err = n.items()
			}
			if err != nil {
				yield(r, err)
				return false
			}
			return yield(r, nil)
		})
		if !done {
			return
		}
		if err := t.lazyErr(noRun); err != nil {
			yield(Record{}, err)
		}
	}
}

// Records yields the group and the nodes below it as stores write them, as
// [Trajectory.Records] does for all.
func (g *Group) Records() iter.Seq2[Record, error] {
	return g.scope.t.records(g.n, (*node).encode)
}

// place puts a node that was read from a file into the tree. Leaves below the
// branches of parameters are parameters, others results.
func (t *Trajectory) place(r Record, from source) error {
	if r.Name == "" {
		t.tree.root.notes = sortedNotes(r.Annotations)
		return nil
	}
	n := t.newNode(r, from)
	if old := t.tree.nodes[r.Name]; n.children != nil && old != nil && old.children != nil {
		old.class, old.comment, old.notes = n.class, n.comment, n.notes
		return nil
	}
	_, err := t.tree.insert(n)
	return err
}

// newNode makes the node that a record stands for.
func (t *Trajectory) newNode(r Record, from source) *node {
	n := &node{full: r.Name, class: r.Class, comment: r.Comment, notes: sortedNotes(r.Annotations), link: r.Link}
	switch {
	case r.Link != "":
	case !r.Leaf:
		n.children = map[string]*node{}
	case t.isParameter(r):
		n.leaf = true
		n.param = &param{source: from, kind: t.kind(r.Class)}
		if n.param.kind != nil && n.param.kind.Result {
			n.param.kind = nil
		}
	default:
		n.leaf = true
		n.source = from
	}
	return n
}

func (t *Trajectory) isParameter(r Record) bool {
	for _, b := range []string{branchConfig, branchParameters, branchDerived} {
		if below(r.Name, b) {
			return true
		}
	}
	k := t.kind(r.Class)
	return k != nil && !k.Result
}

func sortedNotes(notes []Item) []Item {
	if len(notes) == 0 {
		return nil
	}
	byName := map[string]Data{}
	for _, it := range notes {
		byName[it.Name] = it.Data
	}
	out := make([]Item, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		out = append(out, Item{Name: name, Data: byName[name]})
	}
	return out
}
