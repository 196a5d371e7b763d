package trajectory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxReported is how many values or points that break the same rule are told one by one.
const maxReported = 5

// Check applies all rules to what is set up, before the first run: presets have
// been taken up ([ErrPreset]), values of parameters keep their limits, and [Trajectory.Rule]
// holds in every run ([ErrRule]). All that is wrong is in one error. Of
// explored parameters the values that runs have count, not the default.
func (t *Trajectory) Check() error {
	var bad []error
	for _, name := range t.Unused() {
		hint := ""
		if near := t.scope().nearest(t.tree.root, name); near != "" {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		bad = append(bad, fmt.Errorf("trajectory: %s was preset and never added: %w%s", name, ErrPreset, hint))
	}
	for _, n := range t.limited() {
		bad = append(bad, n.checkLimits())
	}
	for _, r := range t.rules {
		bad = append(bad, t.checkRule(r))
	}
	return errors.Join(bad...)
}

// limited lists the parameters that have limits, by name.
func (t *Trajectory) limited() []*node {
	var out []*node
	for _, n := range t.tree.nodes {
		if len(n.limits) > 0 {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	return out
}

func (n *node) checkLimits() error {
	if err := n.ready(); err != nil {
		return err
	}
	p := n.param
	values := Range(list[any]{p.value})
	if p.explored != nil {
		values = p.explored.base()
	}
	var bad []error
	more := 0
	for i := range values.Len() {
		for _, l := range n.limits {
			ok, err := l.ok(values.At(i))
			if ok && err == nil {
				continue
			}
			if len(bad) == maxReported {
				more++
				continue
			}
			where := ""
			if p.explored != nil {
				where = " in run " + fmt.Sprint(p.explored.layout().firstRun(i))
			}
			if err != nil {
				bad = append(bad, fmt.Errorf("trajectory: %s is %s%s, want %s: %w: %w", n.full, valueInWords(values.At(i)), where, l.what, ErrRule, err))
				continue
			}
			bad = append(bad, fmt.Errorf("trajectory: %s is %s%s, want %s: %w", n.full, valueInWords(values.At(i)), where, l.what, ErrRule))
		}
	}
	if more > 0 {
		bad = append(bad, fmt.Errorf("trajectory: %s: %d more values: %w", n.full, more, ErrRule))
	}
	return errors.Join(bad...)
}

// firstRun is the first run that has a place.
func (l layout) firstRun(place int) int {
	run := 0
	for _, p := range l {
		if place < p.Places {
			return run + place*p.Stride
		}
		place -= p.Places
		run += p.Runs
	}
	return run
}

// checkRule applies a rule to all runs; to those that have the same values of what
// it reads once.
func (t *Trajectory) checkRule(r rule) error {
	var bad []error
	more := 0
	reads := &readings{explored: map[*node]bool{}}
	seen := map[string]bool{}
	for i, view := range t.Runs() {
		if i > 0 && seen[reads.key(i)] {
			continue
		}
		reads.Getter = view
		known := len(reads.explored)
		err := r.check(reads)
		if len(reads.explored) > known {
			clear(seen) // it reads more than was known, so that more decides
		}
		seen[reads.key(i)] = true
		switch {
		case err == nil:
		case len(bad) == maxReported:
			more++
		case len(reads.explored) == 0:
			bad = append(bad, fmt.Errorf("trajectory: %s: %w: %w", r.name, ErrRule, err))
		default:
			bad = append(bad, fmt.Errorf("trajectory: %s (run %d: %s): %w: %w", r.name, i, view.Summary(), ErrRule, err))
		}
	}
	if more > 0 {
		bad = append(bad, fmt.Errorf("trajectory: %s: %d more points: %w", r.name, more, ErrRule))
	}
	return errors.Join(bad...)
}

// readings is a run's view that remembers which explored parameters were looked at.
type readings struct {
	Getter
	explored map[*node]bool
}

// Node finds a node and takes note of it.
func (r *readings) Node(path string) (Node, error) {
	n, err := r.Getter.Node(path)
	switch n := n.(type) {
	case *Parameter:
		r.note(n.n)
	case *Group:
		for _, p := range n.Parameters() {
			r.note(p.n)
		}
	}
	return n, err
}

func (r *readings) note(n *node) {
	if n.ready() == nil && n.param.explored != nil {
		r.explored[n] = true
	}
}

// key tells runs apart that have different values of what was read.
func (r *readings) key(run int) string {
	nodes := make([]*node, 0, len(r.explored))
	for n := range r.explored {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	var b strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&b, "%d ", n.param.explored.layout().place(run))
	}
	return b.String()
}
