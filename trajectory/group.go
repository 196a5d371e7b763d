package trajectory

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Location is the full name of the group that holds a node: "a.b" for "a.b.c".
func Location(fullName string) string {
	above, _ := cutLast(fullName)
	return above
}

// Branch is the first part of a full name: the branch below the root that a
// node lies in. That of the root is "".
func Branch(fullName string) string {
	first, _, _ := strings.Cut(fullName, ".")
	return first
}

// Depth is how many levels below the root a node lies.
func Depth(fullName string) int {
	if fullName == "" {
		return 0
	}
	return 1 + strings.Count(fullName, ".")
}

// With is the group for lookups with limits: what is found through it, and
// through groups found through it, is found within these limits.
//
//	tau, err := trajectory.Get[float64](t.Root().With(trajectory.Look{NoShortcuts: true}), "parameters.model.tau")
func (g *Group) With(l Look) *Group {
	s := *g.scope
	s.look = l
	return &Group{n: g.n, scope: &s}
}

// Config is the branch of settings that have no influence on results. Like
// the other branches it is there even if nothing has been added to it.
func (t *Trajectory) Config() *Group { return t.branch(branchConfig) }

// Parameters is the branch of parameters.
func (t *Trajectory) Parameters() *Group { return t.branch(branchParameters) }

// Derived is the branch of parameters that were computed from others.
func (t *Trajectory) Derived() *Group { return t.branch(branchDerived) }

// Results is the branch of results.
func (t *Trajectory) Results() *Group { return t.branch(branchResults) }

func (t *Trajectory) branch(name string) *Group {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := t.tree.nodes[name]
	if n == nil || n.leaf || n.link != "" {
		n = &node{name: name, full: name, depth: 1, run: noRun, children: map[string]*node{}}
	}
	return &Group{n: n, scope: t.scope()}
}

// Group finds a group, like [Group.Node].
func (g *Group) Group(path string) (*Group, error) { return groupOf(g, path) }

// Parameter finds a parameter, like [Group.Node].
func (g *Group) Parameter(path string) (*Parameter, error) { return parameterOf(g, path) }

// Result finds a result, like [Group.Node].
func (g *Group) Result(path string) (*Result, error) { return resultOf(g, path) }

// Parent is the group that holds this one; ok is false for the root.
func (g *Group) Parent() (parent *Group, ok bool) {
	if g.n.full == "" {
		return nil, false
	}
	n := g.scope.get(Location(g.n.full))
	if n == nil {
		return nil, false // it was removed
	}
	return &Group{n: n, scope: g.scope}, true
}

// Groups lists the groups directly below, by name, links to groups among them.
func (g *Group) Groups() []*Group {
	var out []*Group
	for _, c := range g.Children() {
		if group, ok := c.(*Group); ok {
			out = append(out, group)
		}
	}
	return out
}

// Results yields all results below the group by full name.
func (g *Group) Results() iter.Seq2[string, *Result] {
	return func(yield func(string, *Result) bool) {
		g.scope.walk(g.n, func(n *node) bool {
			return !n.leaf || n.param != nil || yield(n.full, &Result{n: n, scope: g.scope})
		})
	}
}

// Contains tells whether there is a node of exactly that name below the group; a
// full name that starts with the group's own will do too. A name through a
// link counts.
func (g *Group) Contains(path string) bool {
	if path == "" {
		return false
	}
	s := *g.scope
	s.look.NoShortcuts = true
	_, err := s.lookup(g.n, path)
	if err != nil && g.n.full != "" && below(path, g.n.full) {
		_, err = s.lookup(s.t.tree.root, path)
	}
	return err == nil
}

// Walk says how [Group.Walk] goes.
type Walk struct {
	// Links goes through links too; every node comes once.
	Links bool
	// MaxDepth is how many levels to go down; 0 is all.
	MaxDepth int
	// Keep leaves out a node and all below it where it returns false; nil keeps all.
	Keep func(Node) bool
	// Runs leaves out what belongs to other runs than these; -1 stands for
	// what belongs to all runs. nil leaves out nothing.
	Runs []int
}

// Walk yields the nodes below the group level by level, children by name.
func (g *Group) Walk(w Walk) iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		seen := map[*node]bool{g.n: true}
		level := []*node{g.n}
		for depth := 1; len(level) > 0 && (w.MaxDepth <= 0 || depth <= w.MaxDepth); depth++ {
			var next []*node
			for _, above := range level {
				for _, c := range g.scope.children(above) {
					if c.link != "" {
						if !w.Links {
							continue
						}
						if c = g.scope.resolve(c); c == nil {
							continue
						}
					}
					if seen[c] || !w.shows(g.scope.t.wild, c) {
						continue
					}
					seen[c] = true
					h := g.scope.handle(c)
					if w.Keep != nil && !w.Keep(h) {
						continue
					}
					if !yield(c.full, h) {
						return
					}
					if !c.leaf {
						next = append(next, c)
					}
				}
			}
			level = next
		}
	}
}

func (w Walk) shows(wild *wildcards, n *node) bool {
	if w.Runs == nil {
		return true
	}
	if n.run != noRun {
		return slices.Contains(w.Runs, n.run)
	}
	return n.name != wild.run(noRun) || slices.Contains(w.Runs, noRun)
}

// FindAll lists the nodes below the group whose last part is that of the pattern
// and whose path has the pattern's other parts in that order, with any gaps:
// "runs.z" finds z of every run. Without shortcuts ([Group.With]) the parts are
// all that is between group and node. Links are not followed. The nodes are
// sorted by full name.
func (g *Group) FindAll(pattern string) ([]Node, error) {
	s := g.scope
	parts, _ := s.t.wild.path(pattern, s.run)
	for _, p := range parts {
		if bad := badPart(p); bad != "" {
			return nil, fmt.Errorf("trajectory: pattern %q: %s: %w", clip(pattern), bad, ErrName)
		}
	}
	s.t.expandAll()
	s.t.mu.RLock()
	defer s.t.mu.RUnlock()
	var found []*node
	for n := range (&scope{t: s.t, own: s.own, run: noRun}).namesakes(parts[len(parts)-1], nil) {
		if n.link != "" || !below(n.full, g.n.full) || s.look.MaxDepth > 0 && n.depth-g.n.depth > s.look.MaxDepth {
			continue
		}
		path := strings.Split(n.full, ".")[g.n.depth:]
		if s.look.NoShortcuts && slices.Equal(path, parts) || !s.look.NoShortcuts && inOrder(path, parts) {
			found = append(found, n)
		}
	}
	slices.SortFunc(found, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	out := make([]Node, len(found))
	for i, n := range found {
		out[i] = s.handle(n)
	}
	return out, nil
}

// inOrder tells whether path has all parts one after the other and ends with the last.
func inOrder(path, parts []string) bool {
	want := parts[:len(parts)-1]
	for _, p := range path[:len(path)-1] {
		if len(want) > 0 && p == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}

// MapOptions say what [Group.Map] makes.
type MapOptions struct {
	// Values takes the values of parameters and of results that have one, and
	// not the nodes.
	Values bool
	// ShortNames takes the last part of names. Two that are the same are [ErrNotUnique].
	ShortNames bool
	// Links follows links.
	Links bool
}

// Map is all leaves below the group by name.
func (g *Group) Map(o MapOptions) (map[string]any, error) {
	m := map[string]any{}
	from := map[string]string{}
	for full, n := range g.Walk(Walk{Links: o.Links}) {
		if !n.IsLeaf() {
			continue
		}
		name := full
		if o.ShortNames {
			name = n.Name()
		}
		if other, ok := from[name]; ok {
			return nil, fmt.Errorf("trajectory: %s and %s have the same short name: %w", other, full, ErrNotUnique)
		}
		from[name] = full
		m[name] = n
		if !o.Values {
			continue
		}
		v, err := shortValue(n)
		if err != nil {
			return nil, err
		}
		m[name] = v
	}
	return m, nil
}

// shortValue is the value of a parameter, or of a result that has one; other results stay.
func shortValue(n Node) (any, error) {
	r, ok := n.(*Result)
	if !ok {
		return valueOf(n)
	}
	items, err := r.Items()
	if err != nil {
		return nil, err
	}
	if v, ok := items[r.n.name]; ok && len(items) == 1 {
		return v, nil
	}
	return r, nil
}

// GetOr reads a value as [Get] does; where there is none it is instead. Other
// errors are errors.
func GetOr[T any](g Getter, path string, instead T) (T, error) {
	v, err := Get[T](g, path)
	if isNotFound(err) {
		return instead, nil
	}
	return v, err
}

// Equal tells whether two leaves hold the same to the bit: the same class, and
// the same values in every run. Names, comments and annotations do not count. Groups are
// never equal.
func Equal(a, b Node) (bool, error) {
	x, classA, err := itemsOfNode(a)
	if err != nil {
		return false, err
	}
	y, classB, err := itemsOfNode(b)
	if err != nil {
		return false, err
	}
	if !a.IsLeaf() || !b.IsLeaf() || classA != classB {
		return false, nil
	}
	if a.Name() != b.Name() {
		x, y = namedAlike(a, x), namedAlike(b, y)
	}
	return EqualItems(x, y), nil
}

func itemsOfNode(n Node) ([]Item, string, error) {
	switch n := n.(type) {
	case *Parameter:
		return n.n.encode()
	case *Result:
		items, err := n.n.items()
		return items, n.n.class, err
	}
	return nil, "", nil
}

// namedAlike renames what a result has under its own name.
func namedAlike(n Node, items []Item) []Item {
	out := slices.Clone(items)
	for i, it := range out {
		if rest, ok := strings.CutPrefix(it.Name, n.Name()); ok && (rest == "" || strings.HasPrefix(rest, "_")) {
			out[i].Name = rest
		}
	}
	return out
}
