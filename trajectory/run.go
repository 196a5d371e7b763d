package trajectory

import (
	"fmt"
	"slices"
	"strings"
)

// Run is the view of one run: the explored parameters have the run's values,
// $ stands for the run's name, and a name that several runs have means the run's
// own. Parameters cannot be changed; what the run adds is visible in this
// view only, and goes to disk as its [Run.Records]. Making a view is cheap. A
// view belongs to one goroutine; views of different runs do not disturb each
// other.
type Run struct {
	scope *scope
}

// Run makes the view of run i, counted from 0.
func (t *Trajectory) Run(i int) (*Run, error) {
	if i < 0 || i >= t.length {
		return nil, t.noSuchRun(i)
	}
	own := newTree(t.wild.runOf)
	own.ofOneRun = true
	return &Run{scope: &scope{t: t, own: own, run: i}}, nil
}

// Index is the number of the run, from 0.
func (r *Run) Index() int { return r.scope.run }

// Name is run_00000003.
func (r *Run) Name() string { return r.scope.t.wild.run(r.scope.run) }

// Trajectory is what the run belongs to.
func (r *Run) Trajectory() *Trajectory { return r.scope.t }

// Node finds a node; see [Trajectory.Node].
func (r *Run) Node(path string) (Node, error) { return r.scope.find(r.scope.t.tree.root, path) }

// Group finds a group, like [Run.Node].
func (r *Run) Group(path string) (*Group, error) { return groupOf(r, path) }

// Parameter finds a parameter, like [Run.Node].
func (r *Run) Parameter(path string) (*Parameter, error) { return parameterOf(r, path) }

// Result finds a result, like [Run.Node].
func (r *Run) Result(path string) (*Result, error) { return resultOf(r, path) }

// AddResult adds a result of the run: results.runs.run_00000003.path. The
// value is copied, so that its memory can be used again.
func (r *Run) AddResult(path string, value any, opts ...AddOption) error {
	full, err := r.scope.t.fullName(branchResults, path, r.scope.run)
	if err != nil {
		return err
	}
	n, err := r.scope.t.newResult(full, value, opts)
	if err != nil {
		return err
	}
	return r.insert(n)
}

// AddDerived adds a parameter that the run derived from others:
// derived_parameters.runs.run_00000003.path.
func (r *Run) AddDerived(path string, value any, opts ...AddOption) error {
	full, err := r.scope.t.fullName(branchDerived, path, r.scope.run)
	if err != nil {
		return err
	}
	n, err := r.scope.t.newParameter(full, value, opts)
	if err != nil {
		return err
	}
	if n.param.raw, n.class, err = n.encode(); err != nil {
		return err
	}
	return r.insert(n)
}

// AddGroup adds an empty group to what the run adds: results.runs.run_00000003.path,
// or below derived_parameters if the path starts with that.
func (r *Run) AddGroup(path string, opts ...AddOption) error {
	full, err := r.scope.t.fullName(r.branchOf(path), path, r.scope.run)
	if err != nil {
		return err
	}
	n := &node{full: full, children: map[string]*node{}}
	if err := n.apply(opts); err != nil {
		return err
	}
	return r.insert(n)
}

// AddLink adds a link to what the run adds, as [Run.AddGroup] does groups; target is
// found as [Run.Node] finds it.
func (r *Run) AddLink(path, target string) error {
	full, err := r.scope.t.fullName(r.branchOf(path), path, r.scope.run)
	if err != nil {
		return err
	}
	to, err := r.scope.lookup(r.scope.t.tree.root, target)
	if err != nil {
		return err
	}
	if to == r.scope.t.tree.root {
		return fmt.Errorf("trajectory: link %s: the root cannot be linked: %w", full, ErrName)
	}
	return r.insert(&node{full: full, link: to.full})
}

func (r *Run) branchOf(path string) string {
	if first, _ := r.scope.t.wild.translate(Branch(path), r.scope.run); first == branchDerived {
		return branchDerived
	}
	return branchResults
}

// own finds a node that the run has added.
func (r *Run) own(path string) (*node, error) {
	n, err := r.scope.lookup(r.scope.t.tree.root, path)
	if err != nil {
		return nil, err
	}
	if r.scope.own.nodes[n.full] != n || n == r.scope.own.root {
		return nil, fmt.Errorf("trajectory: %s was not added by run %d: %w", orRoot(n.full), r.scope.run, ErrLocked)
	}
	return n, nil
}

// Annotate adds an annotation to what the run has added, or changes it.
func (r *Run) Annotate(path, name string, value any) error {
	n, err := r.own(path)
	if err != nil {
		return err
	}
	return n.apply([]AddOption{Annotate(name, value)})
}

// SetComment changes the comment of what the run has added.
func (r *Run) SetComment(path, comment string) error {
	n, err := r.own(path)
	if err != nil {
		return err
	}
	n.comment = strings.ToValidUTF8(comment, "\uFFFD")
	return nil
}

// Remove takes out something that the run has added, with all below it and the run's
// links to it.
func (r *Run) Remove(path string) error {
	n, err := r.own(path)
	if err != nil {
		return err
	}
	r.scope.own.removeWithLinks(n)
	return nil
}

// removeWithLinks takes a node out with all below it, and the links that lead there.
func (t *tree) removeWithLinks(n *node) {
	t.remove(n)
	if !t.hasLinks() {
		return
	}
	var stale []*node
	for _, m := range t.nodes {
		if m.link != "" && (m.link == n.full || below(m.link, n.full)) {
			stale = append(stale, m)
		}
	}
	for _, l := range stale {
		t.removeWithLinks(l)
	}
}

// Root is the group that holds everything, as the run sees it.
func (r *Run) Root() *Group { return &Group{n: r.scope.t.tree.root, scope: r.scope} }

// String prints name, comment, number of runs and the first children of the trajectory.
func (r *Run) String() string { return r.scope.t.text(" (during single run)", r.Root()) }

func (r *Run) insert(n *node) error {
	// The trajectory may have something of that name, from a file.
	r.scope.t.expand(r.scope.run)
	r.scope.t.mu.RLock()
	old := r.scope.t.tree.nodes[n.full]
	for above, _ := cutLast(n.full); old == nil && above != ""; above, _ = cutLast(above) {
		if o := r.scope.t.tree.nodes[above]; o != nil && (o.leaf || o.link != "") {
			old = o
		}
	}
	r.scope.t.mu.RUnlock()
	if old != nil {
		return fmt.Errorf("trajectory: %s cannot be added: %s is there already: %w", n.full, old.full, ErrExists)
	}
	_, err := r.scope.own.insert(n)
	return err
}

// Records are the leaves and links that the run added, and the groups that say more than
// that they hold something, sorted by name: what a shard holds of the run. They share memory with it.
func (r *Run) Records() []Record {
	out := []Record{}
	for _, n := range r.scope.own.nodes {
		rec := n.record()
		switch {
		case n.param != nil:
			rec.Items = n.param.raw
		case n.leaf:
			rec.Items, _ = n.items()
		case n.link == "" && (n == r.scope.own.root || len(n.children) > 0 && n.comment == "" && len(n.notes) == 0):
			continue
		}
		out = append(out, rec)
	}
	slices.SortFunc(out, func(a, b Record) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Summary lists the explored parameters with the run's values, as pypet writes
// it into the run table: sorted by name, full names where short ones are not unique.
func (r *Run) Summary() string { return r.scope.t.summary(r.scope.run) }

func (t *Trajectory) summary(run int) string {
	explored := slices.Clone(t.explored)
	slices.SortFunc(explored, func(a, b *node) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.full, b.full)
	})
	var b strings.Builder
	seen := map[string]bool{}
	for i, n := range explored {
		if i > 0 {
			b.WriteString(",   ")
		}
		name := n.name
		if seen[name] {
			name = n.full
		}
		seen[name] = true
		p := Parameter{n: n, run: run}
		b.WriteString(name + ": " + p.Text())
	}
	return b.String()
}

// Seed is the seed of everything random in the run. It depends on the
// trajectory's root seed and on the run's index; or, when integer parameters
// called seed or trial are explored, on the root seed and their values
// instead, so that points that differ in other parameters only see the same
// random numbers and a trial can be found again in a larger sweep.
//
// With h the finaliser of SplitMix64, it is h(h(root) + index + 1), and for
// explored values v1, v2, … in the order of their full names
// h(… h(h(h(root) + v1 + 1) + v2 + 1) …).
func (r *Run) Seed() uint64 { return r.scope.t.runSeed(r.scope.run) }

// BuildSeed is the seed of what is built before or at the start of a run, such
// as random connections: the root seed, so that all runs share it, unless a
// seed or trial is explored; then it is [Run.Seed].
func (r *Run) BuildSeed() uint64 {
	if len(r.scope.t.seedNodes()) > 0 {
		return r.Seed()
	}
	return r.scope.t.seed
}

func (t *Trajectory) runSeed(run int) uint64 {
	nodes := t.seedNodes()
	h := mix64(t.seed)
	if len(nodes) == 0 {
		return mix64(h + uint64(run) + 1)
	}
	for _, n := range nodes {
		v, _ := seedValue(n.param.explored.At(run))
		h = mix64(h + v + 1)
	}
	return h
}

// seedNodes are the explored parameters that decide about seeds, by full name.
func (t *Trajectory) seedNodes() []*node {
	var out []*node
	for _, n := range t.explored {
		if isSeedName(n.name) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	return out
}

func isSeedName(name string) bool { return name == "seed" || name == "trial" }

// seedValue is an integer of any type as bits.
func seedValue(v any) (uint64, bool) {
	if i, ok := v.(int); ok {
		return uint64(i), true
	}
	d, err := Encode(v)
	if err != nil || d.Coll != Scalar {
		return 0, false
	}
	if u, ok := d.Values.([]uint64); ok {
		return u[0], true
	}
	i, ok := asInt(d)
	return uint64(i), ok
}

// mix64 is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, Stafford's
// variant 13): a bijection that spreads every bit over all.
func mix64(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
