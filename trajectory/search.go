package trajectory

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// scope is what a lookup sees: the trajectory's tree and, in a run, what the
// run added, with the run that wildcards and ambiguous names refer to.
type scope struct {
	t    *Trajectory
	own  *tree // of a run; nil outside
	run  int
	look Look
}

// Look limits how nodes are found; see [Group.With]. The zero value has no limits.
type Look struct {
	// NoShortcuts takes full names only: every part is a child of the one before.
	NoShortcuts bool
	// NoLinks does not follow links.
	NoLinks bool
	// MaxDepth is how many levels below the start a node may lie; 0 is any.
	MaxDepth int
}

// get finds a node by its full name.
func (s *scope) get(full string) *node {
	if n, ok := s.t.tree.nodes[full]; ok || s.own == nil {
		return n
	}
	return s.own.nodes[full]
}

// handle makes the public form of a node.
func (s *scope) handle(n *node) Node {
	switch {
	case n.param != nil:
		return &Parameter{n: n, run: s.run}
	case n.leaf:
		return &Result{n: n, scope: s}
	}
	return &Group{n: n, scope: s}
}

// children lists the children of a group by name, those of the run and of the
// trajectory together. Links come as they are.
func (s *scope) children(g *node) []*node {
	switch {
	case g.run != noRun:
		s.t.expand(g.run)
	case s.run != noRun:
		s.t.expand(s.run)
	case g == s.t.tree.root:
		s.t.expandFirst() // the branches show that there is something below them
	default:
		s.t.expandIf(func(o *outline) bool { return o.mayBeBelow(g.full) })
	}
	s.t.mu.RLock()
	defer s.t.mu.RUnlock()
	return s.childrenLocked(g.full)
}

func (s *scope) childrenLocked(full string) []*node {
	byName := map[string]*node{}
	if g := s.t.tree.nodes[full]; g != nil {
		for name, c := range g.children {
			byName[name] = c
		}
	}
	if s.own != nil {
		if g := s.own.nodes[full]; g != nil {
			for name, c := range g.children {
				if byName[name] == nil {
					byName[name] = c
				}
			}
		}
	}
	out := make([]*node, 0, len(byName))
	for _, name := range sortedKeys(byName) {
		out = append(out, byName[name])
	}
	return out
}

// walk visits a node and all below it, parents first; visit returns false to
// stop. Links are visited but not followed.
func (s *scope) walk(n *node, visit func(*node) bool) bool {
	if !visit(n) {
		return false
	}
	if n.leaf || n.link != "" {
		return true
	}
	for _, c := range s.children(n) {
		if !s.walk(c, visit) {
			return false
		}
	}
	return true
}

// maxHops bounds chains of links in files of others.
const maxHops = 16

// resolve follows a link; nil if it leads nowhere.
func (s *scope) resolve(n *node) *node {
	for range maxHops {
		if n == nil || n.link == "" {
			return n
		}
		n = s.get(n.link)
	}
	return nil
}

// find is the lookup behind every Node method.
func (s *scope) find(start *node, path string) (Node, error) {
	n, err := s.lookup(start, path)
	if err != nil {
		return nil, err
	}
	if n.param != nil {
		if err := n.ready(); err != nil {
			return nil, err
		}
	}
	return s.handle(n), nil
}

// lookup finds a node: the start itself for "", then a full name, relative to
// the start or absolute, then a search part by part. Wildcards stand for the
// run, and if that leads nowhere for all runs.
func (s *scope) lookup(start *node, path string) (*node, error) {
	if path == "" {
		return start, nil
	}
	s.t.mu.RLock()
	n := s.exact(start, path)
	s.t.mu.RUnlock()
	if n != nil {
		if target := s.resolve(n); target != nil {
			return target, nil
		}
		return nil, fmt.Errorf("trajectory: link %s leads to %s, which is not there: %w", n.full, n.link, ErrNotFound)
	}
	parts, wild := s.t.wild.path(path, s.run)
	if s.look.MaxDepth > 0 && len(parts) > s.look.MaxDepth {
		return nil, fmt.Errorf("trajectory: %q has %d parts and the search goes %d deep: %w", clip(path), len(parts), s.look.MaxDepth, ErrNotFound)
	}
	n, err := s.search(start, parts)
	if n == nil && err == nil && wild && s.run != noRun {
		parts, _ = s.t.wild.path(path, noRun)
		n, err = s.search(start, parts)
	}
	if n == nil && err == nil {
		n, err = s.fetch(start, path)
	}
	if n == nil && err == nil {
		if err = s.t.lazyErr(s.run); err == nil {
			err = s.notFound(start, path)
		}
	}
	return n, err
}

// exact finds a full name relative to start, or an absolute one below it.
func (s *scope) exact(start *node, path string) *node {
	n := s.named(start, path)
	switch {
	case n == nil, s.look == Look{}:
		return n
	case s.look.NoLinks && n.link != "", s.look.MaxDepth > 0 && n.depth-start.depth > s.look.MaxDepth:
		return nil
	}
	return n
}

func (s *scope) named(start *node, path string) *node {
	if start.full != "" && !strings.HasPrefix(path, start.full) {
		return s.get(start.full + "." + path)
	}
	if start.full != "" {
		if n := s.get(start.full + "." + path); n != nil || !below(path, start.full) || s.look.NoShortcuts {
			return n
		}
	}
	return s.get(path)
}

// search finds translated parts: exactly if possible, else each part in the
// shallowest place below the one before. It returns nil if there is none.
func (s *scope) search(start *node, parts []string) (*node, error) {
	explicit := map[int]bool{}
	for _, p := range parts {
		if i, ok := s.t.wild.runOf(p); ok {
			explicit[i] = true
			s.t.expand(i)
		}
	}
	s.t.expand(s.run)
	s.t.mu.RLock()
	n := s.exact(start, strings.Join(parts, "."))
	s.t.mu.RUnlock()
	if n != nil {
		return s.resolve(n), nil
	}
	if s.run == noRun && len(explicit) == 0 && !s.look.NoShortcuts {
		s.t.expandIf(func(o *outline) bool { return o.mayAnswer(s.t.tree, parts) })
	}
	s.t.mu.RLock()
	defer s.t.mu.RUnlock()
	if s.look.NoShortcuts {
		return s.step(start, parts), nil
	}
	limit := s.look.MaxDepth
	if limit <= 0 {
		limit = math.MaxInt
	}
	return s.descend(start, parts, explicit, limit)
}

// step goes from child to child, through links if they are allowed.
func (s *scope) step(n *node, parts []string) *node {
	for _, p := range parts {
		c := s.get(join(n.full, p))
		if c == nil || c.link != "" && s.look.NoLinks {
			return nil
		}
		if n = s.resolve(c); n == nil {
			return nil
		}
	}
	return n
}

// descend finds the first part in the shallowest place below current and the
// others below that, at most limit levels down in all. Where several places are
// equally shallow, the one that leads on is meant.
func (s *scope) descend(current *node, parts []string, explicit map[int]bool, limit int) (*node, error) {
	found, depth := s.shallowest(current, parts[0], explicit, limit-len(parts)+1)
	if len(parts) > 1 {
		var ends []*node
		for _, n := range found {
			end, err := s.descend(n, parts[1:], explicit, limit-depth)
			if err != nil {
				return nil, err
			}
			if end != nil && !slices.Contains(ends, end) {
				ends = append(ends, end)
			}
		}
		found = ends
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("trajectory: %q below %s is %s as well as %s: %w; give more of the path",
		strings.Join(parts, "."), orRoot(current.full), found[0].full, found[1].full, ErrNotUnique)
}

func orRoot(full string) string {
	if full == "" {
		return "the root"
	}
	return full
}

// visible tells whether a search may end at n: in a run, the other runs are
// left out unless their name is part of the path.
func (s *scope) visible(n *node, explicit map[int]bool) bool {
	return s.run == noRun || n.run == noRun || n.run == s.run || explicit[n.run]
}

// maxPlaces is how many equally shallow places a search looks at; more are not
// unique whatever comes below.
const maxPlaces = 16

// places are the best that a search has found so far: nodes at the same
// distance, sorted by full name.
type places struct {
	nodes    []*node
	distance int // or beyond which nothing counts
}

func (p *places) add(n *node, distance int) {
	if distance > p.distance {
		return
	}
	if distance < p.distance {
		p.nodes, p.distance = p.nodes[:0], distance
	}
	i, same := slices.BinarySearchFunc(p.nodes, n, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	if same || i == maxPlaces {
		return
	}
	p.nodes = slices.Insert(p.nodes, i, n)
	p.nodes = p.nodes[:min(len(p.nodes), maxPlaces)]
}

// shallowest finds the nodes called name that lie below top and nearest to
// it, no more than limit levels down, and how far down they are.
func (s *scope) shallowest(top *node, name string, explicit map[int]bool, limit int) ([]*node, int) {
	links := !s.look.NoLinks && (s.t.tree.hasLinks() || s.own != nil && s.own.hasLinks())
	if c := s.get(join(top.full, name)); c != nil && s.visible(c, explicit) && limit >= 1 && (c.link == "" || links) {
		if target := s.resolve(c); target != nil {
			return []*node{target}, 1 // nothing is nearer
		}
	}
	found := places{distance: limit}
	if links {
		s.throughLinks(&found, top, name, explicit)
		return found.nodes, found.distance
	}
	for n := range s.namesakes(name, explicit) {
		if n.link == "" && below(n.full, top.full) {
			found.add(n, n.depth-top.depth)
		}
	}
	return found.nodes, found.distance
}

// throughLinks is the search of a tree that has links. What lies below a group is
// found by its name, as without links; every link on the way there opens the group that it
// leads to at the link's own distance. Nearer groups come first, and each once.
func (s *scope) throughLinks(found *places, top *node, name string, explicit map[int]bool) {
	type entry struct {
		group    *node
		distance int
	}
	open := []entry{{top, 0}}
	entered := map[*node]bool{}
	for len(open) > 0 {
		next := 0
		for i, e := range open {
			if e.distance < open[next].distance {
				next = i
			}
		}
		e := open[next]
		open = slices.Delete(open, next, next+1)
		if e.distance >= found.distance {
			return
		}
		if entered[e.group] {
			continue
		}
		entered[e.group] = true
		for n := range s.namesakes(name, explicit) {
			if !below(n.full, e.group.full) {
				continue
			}
			if target := s.resolve(n); target != nil {
				found.add(target, e.distance+n.depth-e.group.depth)
			}
		}
		for l := range s.links(explicit) {
			if !below(l.full, e.group.full) {
				continue
			}
			if target := s.resolve(l); target != nil && !target.leaf && !entered[target] {
				open = append(open, entry{target, e.distance + l.depth - e.group.depth})
			}
		}
	}
}

// namesakes yields the nodes of a last name that a search may look at.
func (s *scope) namesakes(name string, explicit map[int]bool) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for _, t := range []*tree{s.t.tree, s.own} {
			if t != nil && t.byName[name] != nil && !s.among(t.byName[name], explicit, yield) {
				return
			}
		}
	}
}

// links yields the links that a search may go through.
func (s *scope) links(explicit map[int]bool) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for _, t := range []*tree{s.t.tree, s.own} {
			if t != nil && !s.among(&t.links, explicit, yield) {
				return
			}
		}
	}
}

// among yields what is visible of a list.
func (s *scope) among(list *namesakes, explicit map[int]bool, yield func(*node) bool) bool {
	each := func(nodes []*node) bool {
		for _, n := range nodes {
			if !yield(n) {
				return false
			}
		}
		return true
	}
	if !each(list.common) {
		return false
	}
	if s.run == noRun {
		for _, nodes := range list.runs {
			if !each(nodes) {
				return false
			}
		}
		return true
	}
	if !each(list.runs[s.run]) {
		return false
	}
	for i := range explicit {
		if i != s.run && !each(list.runs[i]) {
			return false
		}
	}
	return true
}

// missingError is about a path that leads nowhere. Many programs only ask whether it does: the
// full name that looks most like it is looked for when somebody reads the message.
type missingError struct {
	s     *scope
	start *node
	path  string
}

func (e *missingError) Error() string {
	e.s.t.mu.RLock()
	defer e.s.t.mu.RUnlock()
	hint := ""
	if near := e.s.nearest(e.start, e.path); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Sprintf("trajectory: there is no %q below %s: %v%s", clip(e.path), orRoot(e.start.full), ErrNotFound, hint)
}

func (e *missingError) Unwrap() error { return ErrNotFound }

func (s *scope) notFound(start *node, path string) error { return &missingError{s, start, path} }

// nearest finds the full name below start whose end is most like path.
func (s *scope) nearest(start *node, path string) string {
	const maxLooked = 100_000
	_, last := cutLast(path)
	limit := 1 + len(last)/3
	var best *node
	bestDistance, bestRest := limit, 0
	looked := 0
	for _, t := range []*tree{s.t.tree, s.own} {
		if t == nil {
			continue
		}
		for name, same := range t.byName {
			looked++
			if looked > maxLooked || len(name) > maxName {
				break
			}
			d := editDistance(name, last, limit)
			if d > bestDistance || d >= max(len(name), len(last)) {
				continue
			}
			lists := [][]*node{same.common}
			if s.run != noRun {
				lists = append(lists, same.runs[s.run])
			}
			for _, list := range lists {
				for _, n := range list {
					if !below(n.full, start.full) {
						continue
					}
					rest := editDistance(ending(n.full, path), path, len(path))
					if best == nil || cmp.Or(cmp.Compare(d, bestDistance), cmp.Compare(rest, bestRest), cmp.Compare(n.depth, best.depth), strings.Compare(n.full, best.full)) < 0 {
						best, bestDistance, bestRest = n, d, rest
					}
				}
			}
		}
	}
	if best == nil {
		return ""
	}
	return best.full
}

// ending is as many of the last parts of a full name as a path has.
func ending(full, path string) string {
	parts := strings.Split(full, ".")
	return strings.Join(parts[max(0, len(parts)-Depth(path)):], ".")
}

// editDistance counts the letters to put in, take out, replace or swap with
// their neighbour (Damerau and Levenshtein, restricted), without case; anything
// beyond limit is limit+1.
func editDistance(a, b string, limit int) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			d := last[j]
			if a[i] != b[j] {
				d++
			}
			d = min(d, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}
