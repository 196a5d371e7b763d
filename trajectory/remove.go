package trajectory

import (
	"fmt"
	"slices"
)

// Remove takes a node and all below it out of memory; files stay as they are (see
// [Delete]). Links to what is removed go too. A group that has children
// needs recursive.
//
// Removing explored parameters makes the exploration smaller, removing the last
// one ends it. In a trajectory that comes from a file the exploration stays,
// since the runs do: [Trajectory.Explored] goes on to list the parameter. Once the runs have started,
// parameters of a trajectory that does not come from a file cannot be removed.
func (t *Trajectory) Remove(path string, recursive bool) error {
	n, err := t.scope().lookup(t.tree.root, path)
	if err != nil {
		return err
	}
	if n == t.tree.root {
		return fmt.Errorf("trajectory: the root cannot be removed (Clear empties it): %w", ErrName)
	}
	if children := t.scope().children(n); len(children) > 0 && !recursive {
		return fmt.Errorf("trajectory: %s has %d children; ask for recursive removal", n.full, len(children))
	}
	return t.removeAll([]*node{n})
}

// RemoveWhere removes those nodes below a group, and the group itself, for which a
// condition holds, but no group that something is left of. The root stays. What
// holds for [Trajectory.Remove] holds here; either all of it is removed or nothing.
func (t *Trajectory) RemoveWhere(path string, condition func(Node) bool) error {
	if condition == nil {
		return missing("condition")
	}
	top, err := t.scope().lookup(t.tree.root, path)
	if err != nil {
		return err
	}
	var gone []*node
	var visit func(n *node) bool // whether all of it goes
	visit = func(n *node) bool {
		all := true
		for _, c := range t.scope().children(n) {
			all = visit(c) && all
		}
		if n == t.tree.root || n.link != "" && !condition(linkNode{t.scope().handle(n)}) || n.link == "" && !condition(t.scope().handle(n)) {
			return false
		}
		if all {
			gone = append(gone, n)
		}
		return all
	}
	visit(top)
	return t.removeAll(gone)
}

// linkNode is the link itself where usually its target stands for it.
type linkNode struct{ Node }

// Class tells links from groups.
func (linkNode) Class() string { return "link" }

// RemoveLink takes out a link and leaves what it leads to. The path ends with the
// link's own name.
func (t *Trajectory) RemoveLink(path string) error {
	parts, _ := t.wild.path(path, noRun)
	above, err := t.scope().lookup(t.tree.root, joinAll(parts[:len(parts)-1]))
	if err != nil {
		return err
	}
	n := t.scope().get(join(above.full, parts[len(parts)-1]))
	if n == nil || n.link == "" {
		return fmt.Errorf("trajectory: there is no link %q: %w", clip(path), ErrNotFound)
	}
	return t.removeAll([]*node{n})
}

// Clear takes everything out of memory; what holds for [Trajectory.Remove] holds
// here.
func (t *Trajectory) Clear() error {
	if l := t.later; l != nil && t.readRuns() == nil {
		l.mu.Lock()
		clear(l.waiting) // nothing is brought in any more
		l.left = 0
		l.mu.Unlock()
	}
	return t.removeAll(slices.Clone(t.scope().children(t.tree.root)))
}

// removeAll checks and removes nodes with all below them.
func (t *Trajectory) removeAll(gone []*node) error {
	explored := map[*node]bool{}
	for _, n := range gone {
		err := error(nil)
		t.scope().walk(n, func(m *node) bool {
			if m.param != nil && t.locked && !t.stored {
				err = fmt.Errorf("trajectory: %s cannot be removed: the runs have started: %w", m.full, ErrLocked)
			}
			if m.locked && err == nil {
				err = m.lockedError("removed")
			}
			if slices.Contains(t.explored, m) {
				explored[m] = true
			}
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range gone {
		if t.tree.nodes[n.full] == n { // not gone with one above it
			t.tree.remove(n)
		}
	}
	t.removeStaleLinks()
	if t.stored || len(explored) == 0 {
		return nil
	}
	t.explored = slices.DeleteFunc(t.explored, func(n *node) bool { return explored[n] })
	if len(t.explored) == 0 {
		t.length, t.infos = 1, nil
	}
	return nil
}

// removeStaleLinks removes the links that lead nowhere any more, and those to them.
func (t *Trajectory) removeStaleLinks() {
	for t.tree.hasLinks() {
		var stale []*node
		consider := func(list []*node) {
			for _, l := range list {
				if t.tree.nodes[l.link] == nil && !t.coming(l.link) {
					stale = append(stale, l)
				}
			}
		}
		consider(t.tree.links.common)
		for _, list := range t.tree.links.runs {
			consider(list)
		}
		if len(stale) == 0 {
			return
		}
		for _, l := range stale {
			t.tree.remove(l)
		}
	}
}

// coming tells whether a node may still be brought in from a file.
func (t *Trajectory) coming(full string) bool {
	run := t.RunOf(full)
	return t.later != nil && run >= 0 && run < len(t.later.waiting) && t.later.waiting[run]
}

func joinAll(parts []string) string {
	full := ""
	for _, p := range parts {
		full = join(full, p)
	}
	return full
}

// IsEmpty tells whether there is nothing but config.
func (t *Trajectory) IsEmpty() bool {
	if l := t.later; l != nil && t.readRuns() == nil {
		l.mu.Lock()
		waiting := l.left
		l.mu.Unlock()
		if waiting > 0 {
			return false
		}
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, n := range t.tree.nodes {
		if n.leaf && Branch(n.full) != branchConfig {
			return false
		}
	}
	return true
}
