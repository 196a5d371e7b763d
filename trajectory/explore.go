package trajectory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Explore gives parameters the values that a design has for them: run i takes
// point i. Either all of it is accepted or nothing is changed. The
// values have the type of the parameter, or what its kind calls the same. A
// further call explores more parameters along with the first ones and needs as
// many points. Ranges stay as they are given: the points of a grid are not
// stored.
func (t *Trajectory) Explore(d Design) error {
	if t.locked {
		return fmt.Errorf("trajectory: exploring: the runs have started: %w", ErrLocked)
	}
	columns, err := columnsOf(d)
	if err != nil {
		return err
	}
	n := columns[0].Range.Len()
	if len(t.explored) > 0 && n != t.length {
		return fmt.Errorf("trajectory: exploring %q with %d values: %s has %d already, and parameters explored together need equally many",
			columns[0].Name, n, t.explored[0].full, t.length)
	}
	nodes := make([]*node, len(columns))
	spans := make([]*tiled, len(columns))
	classes := make([]string, len(columns))
	var bad []error
	for i, c := range columns {
		if nodes[i], err = t.explorable(c.Name); err == nil && slices.Contains(nodes[:i], nodes[i]) {
			err = fmt.Errorf("trajectory: %s is explored twice", nodes[i].full)
		}
		if err == nil {
			spans[i], classes[i], err = t.span(nodes[i], c.Range)
		}
		if err != nil {
			bad = append(bad, err)
			nodes[i] = nil
		}
	}
	if len(bad) > 0 {
		return errors.Join(bad...)
	}
	for i, node := range nodes {
		node.param.explored, node.param.raw, node.class = spans[i], nil, classes[i]
		t.explored = append(t.explored, node)
	}
	t.length = n
	return nil
}

// explorable finds a parameter that can be explored.
func (t *Trajectory) explorable(name string) (*node, error) {
	n, err := t.scope().lookup(t.tree.root, name)
	if err != nil {
		return nil, fmt.Errorf("trajectory: exploring %q: %w", name, err)
	}
	if n.param == nil || (n.full != branchParameters && !below(n.full, branchParameters)) {
		return nil, fmt.Errorf("trajectory: exploring %q: %s is no parameter below %s: %w", name, n.full, branchParameters, ErrType)
	}
	if err := n.ready(); err != nil {
		return nil, err
	}
	if n.param.explored != nil {
		return nil, fmt.Errorf("trajectory: %s is explored already", n.full)
	}
	if n.param.kind == nil {
		return nil, fmt.Errorf("trajectory: %s is of class %s, for which no kind was passed: %w", n.full, n.class, ErrType)
	}
	return n, nil
}

// span checks the values of a range, each distinct place of it once, and names
// the class that the parameter has with it.
func (t *Trajectory) span(n *node, r Range) (*tiled, string, error) {
	x, ok := r.(tiled)
	if !ok {
		x = tiled{base: r, stride: 1, n: r.Len()}
	}
	p := n.param
	for i := range x.base.Len() {
		v := x.base.At(i)
		if !p.kind.same(p.value, v) {
			return nil, "", fmt.Errorf("trajectory: %s holds %s and cannot be explored over %s (value %d): %w",
				n.full, describe(p.value), describe(v), i, ErrType)
		}
		if isSeedName(n.name) {
			if _, ok := seedValue(v); !ok {
				return nil, "", fmt.Errorf("trajectory: %s is explored and sets the seed of runs, so it needs integers, not %s: %w", n.full, describe(v), ErrType)
			}
		}
	}
	class := p.kind.Class
	if class != classParameter && class != classArrayParameter {
		return &x, class, nil
	}
	d, err := Encode(p.value)
	if err != nil {
		return nil, "", err
	}
	if d.Coll == Scalar {
		return &x, classParameter, nil
	}
	// Arrays are copied, like all values that are handed in.
	all, err := encodeAll(p.value, x.base)
	if err != nil {
		return nil, "", fmt.Errorf("trajectory: %s: %w", n.full, err)
	}
	values := make(list[any], len(all)-1)
	for i, d := range all[1:] {
		if values[i], err = Decode(d); err != nil {
			return nil, "", err
		}
	}
	x.base = values
	if inTable(all) {
		return &x, classParameter, nil
	}
	return &x, classArrayParameter, nil
}

// FindRuns lists the runs for which the values of the named parameters satisfy
// a condition. Parameters that are not explored have their one value in all runs.
func (t *Trajectory) FindRuns(names []string, condition func(values []any) bool) ([]int, error) {
	params := make([]*Parameter, len(names))
	for i, name := range names {
		var err error
		if params[i], err = t.Parameter(name); err != nil {
			return nil, err
		}
	}
	found := []int{}
	values := make([]any, len(names))
	for i := range t.length {
		for j, p := range params {
			values[j] = (&Parameter{n: p.n, run: i}).Value()
		}
		if condition(values) {
			found = append(found, i)
		}
	}
	return found, nil
}

// FindAll lists the nodes whose last part is that of the pattern and whose
// path has the pattern's other parts in that order, with any gaps: "runs.z"
// finds z of every run. They are sorted by full name.
func (t *Trajectory) FindAll(pattern string) ([]Node, error) {
	parts, _ := t.wild.path(pattern, noRun)
	for _, p := range parts {
		if bad := badPart(p); bad != "" {
			return nil, fmt.Errorf("trajectory: pattern %q: %s: %w", clip(pattern), bad, ErrName)
		}
	}
	t.expandAll()
	t.mu.RLock()
	defer t.mu.RUnlock()
	same := t.tree.byName[parts[len(parts)-1]]
	if same == nil {
		return nil, nil
	}
	var found []*node
	pick := func(list []*node) {
		for _, n := range list {
			if n.link == "" && inOrder(strings.Split(n.full, "."), parts) {
				found = append(found, n)
			}
		}
	}
	pick(same.common)
	for _, list := range same.runs {
		pick(list)
	}
	slices.SortFunc(found, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	s := t.scope()
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
