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
// stored. More points once there are results are for [Trajectory.Expand].
func (t *Trajectory) Explore(d Design) error {
	if t.locked {
		return fmt.Errorf("trajectory: exploring: the runs have started (Expand adds points): %w", ErrLocked)
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
	found, err := t.explorations(columns, func(n *node) error {
		switch {
		case n.param.explored != nil:
			return fmt.Errorf("trajectory: %s is explored already", n.full)
		case n.locked:
			return n.lockedError("explored")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := t.wild.cover(n); err != nil {
		return err
	}
	for _, x := range found {
		t.explored = append(t.explored, x.node)
	}
	t.take(found, n)
	return nil
}

// Expand adds points to an exploration: the runs that there are stay what they
// are, and those that are done are not run again. The design names exactly the
// parameters that are explored. Either all of it is accepted or nothing is
// changed. Runs may have started and ended, also in a trajectory that was opened
// from a file, but none may execute while Expand is called.
//
// On disk a sweep grows by a further generation of its plan; see [Plan.Next].
func (t *Trajectory) Expand(d Design) error {
	if len(t.explored) == 0 {
		return fmt.Errorf("trajectory: expanding: nothing is explored (use Explore)")
	}
	if err := t.readRuns(); err != nil {
		return err
	}
	columns, err := columnsOf(d)
	if err != nil {
		return err
	}
	n := columns[0].Range.Len()
	if t.length > maxRuns-n {
		return fmt.Errorf("trajectory: expanding %d runs by %d: there can be at most %d", t.length, n, maxRuns)
	}
	found, err := t.explorations(columns, func(n *node) error {
		if !slices.Contains(t.explored, n) {
			return fmt.Errorf("trajectory: %s is not explored, and an expansion is for those that are (%s)", n.full, strings.Join(t.Explored(), ", "))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(found) < len(t.explored) {
		named := map[*node]bool{}
		for _, x := range found {
			named[x.node] = true
		}
		var missing []string
		for _, n := range t.explored {
			if !named[n] {
				missing = append(missing, n.full)
			}
		}
		return fmt.Errorf("trajectory: expanding: %s is explored too and needs values", strings.Join(missing, ", "))
	}
	if err := t.wild.cover(t.length + n); err != nil {
		return err
	}
	t.take(found, t.length+n)
	return nil
}

// Shrink drops all ranges: what is left is one run, with the default values.
// Once the runs have started, or if the trajectory comes from a file, it must be
// forced; the file stays as it is.
func (t *Trajectory) Shrink(force bool) error {
	if !force && (t.locked || t.stored) {
		return fmt.Errorf("trajectory: shrinking: the runs have started (it can be forced): %w", ErrLocked)
	}
	if err := t.readRuns(); err != nil {
		return err
	}
	for _, n := range t.explored {
		if n.param.kind == nil || n.param.value == nil {
			return fmt.Errorf("trajectory: shrinking: %s is of class %s, for which no kind was passed: %w", n.full, n.class, ErrType)
		}
	}
	for _, n := range t.explored {
		n.param.explored, n.param.raw, n.param.layout = nil, nil, nil
	}
	t.explored, t.length, t.infos = nil, 1, nil
	return nil
}

// exploration is a range that is about to be taken.
type exploration struct {
	node  *node
	span  span
	class string
}

// explorations checks the columns of a design: all of them, for one error.
func (t *Trajectory) explorations(columns []Axis, allowed func(*node) error) ([]exploration, error) {
	found := make([]exploration, 0, len(columns))
	var bad []error
	for _, c := range columns {
		n, err := t.explorable(c.Name)
		if err == nil {
			err = allowed(n)
		}
		if err == nil && slices.ContainsFunc(found, func(x exploration) bool { return x.node == n }) {
			err = fmt.Errorf("trajectory: %s is explored twice", n.full)
		}
		if err == nil {
			x := exploration{node: n}
			if x.span, x.class, err = t.span(n, c.Range); err == nil {
				found = append(found, x)
			}
		}
		if err != nil {
			bad = append(bad, err)
		}
	}
	return found, errors.Join(bad...)
}

// take makes checked ranges those of their parameters.
func (t *Trajectory) take(found []exploration, length int) {
	for _, x := range found {
		p := x.node.param
		p.explored, p.raw, p.layout, x.node.class = x.span, nil, nil, x.class
	}
	t.setLength(length)
}

// setLength changes the number of runs; new ones are pending.
func (t *Trajectory) setLength(n int) {
	for i := len(t.infos); t.infos != nil && i < n; i++ {
		t.infos = append(t.infos, RunInfo{Index: i, State: Pending})
	}
	t.length = n
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
	if _, err := n.decoder(); err != nil {
		return nil, err
	}
	if n.param.value == nil {
		return nil, fmt.Errorf("trajectory: exploring %q: %s is empty: set its default first: %w", name, n.full, ErrType)
	}
	return n, nil
}

// span checks the values of a range, each distinct place of it once, puts it
// behind the range that there is, and names the class that the parameter has with it.
func (t *Trajectory) span(n *node, r Range) (span, string, error) {
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
	before := slices.Clip(p.explored)
	class := p.kind.Class
	if j, ok := p.value.(JSON); ok {
		copied := jsons{typ: j.Type, texts: make([]string, x.base.Len())}
		for i := range copied.texts {
			k, err := NewJSON(x.base.At(i))
			if err != nil {
				return nil, "", fmt.Errorf("trajectory: %s: %w", n.full, err)
			}
			copied.texts[i] = k.Text
		}
		x.base = copied
		return append(before, x), class, nil
	}
	if class != classParameter && class != classArrayParameter {
		return append(before, x), class, nil
	}
	d, err := Encode(p.value)
	if err != nil {
		return nil, "", err
	}
	if d.Coll == Scalar {
		return append(before, x), classParameter, nil
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
	if n.class == classArrayParameter && before != nil || !inTable(all) {
		return append(before, x), classArrayParameter, nil
	}
	return append(before, x), classParameter, nil
}

// FindRuns lists the runs for which the values of the named parameters satisfy
// a condition. Parameters that are not explored have their one value in all runs.
func (t *Trajectory) FindRuns(names []string, condition func(values []any) bool) ([]int, error) {
	if condition == nil {
		return nil, missing("condition")
	}
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

// FindAll lists the nodes of the whole tree that fit a pattern; see [Group.FindAll].
func (t *Trajectory) FindAll(pattern string) ([]Node, error) { return t.Root().FindAll(pattern) }
