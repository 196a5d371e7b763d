package table

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// The branches of the tree that hold what runs have left.
const (
	branchParameters = "parameters"
	branchResults    = "results"
	branchDerived    = "derived_parameters"
	// parts of items that together are a quantity, as brianparam and pypet name
	// them, and pypet before Brian 2.
	markValue, markUnit       = "__brn2__value", "__brn2__unit"
	oldMarkValue, oldMarkUnit = "__brn__value", "__brn__unit"
)

// entry is one value that a run left: a result's item or a derived parameter.
type entry struct {
	name string // of its column
	unit string
	data trajectory.Data
}

// walker finds what runs left.
type walker struct {
	t *trajectory.Trajectory
	// wanted are the names or patterns of the columns to look for; nil for all.
	wanted []string
	// cards are the spellings of all wildcards.
	cards []string
	// stems are groups that have nothing but groups of runs as children: they are
	// not listed again for every run.
	stems map[string]bool
}

func newWalker(t *trajectory.Trajectory, wanted []string) *walker {
	return &walker{t: t, wanted: wanted, cards: t.Wildcards(), stems: map[string]bool{}}
}

// entries lists what run r left, by the full names of the nodes.
func (w *walker) entries(r *trajectory.Run) ([]entry, error) {
	var out []entry
	names := w.names(r.Index())
	for _, branch := range []string{branchResults, branchDerived} {
		if err := w.group(r, branch, names, func(n trajectory.Node) error {
			return w.leaf(r, n, names, &out)
		}); err != nil {
			return nil, fmt.Errorf("table: run %d: %w", r.Index(), err)
		}
	}
	return out, nil
}

// names is what the wildcards stand for in a run.
func (w *walker) names(run int) []string {
	var out []string
	for _, c := range w.cards {
		if name, err := w.t.Wildcard(c, run); err == nil && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// group visits the leaves of the run below a group that runs share.
func (w *walker) group(r *trajectory.Run, full string, names []string, visit func(trajectory.Node) error) error {
	for _, name := range names {
		// The run's own groups. Asking for one brings it in if it lies in a file.
		own := full + "." + name
		if !w.t.Contains(own) {
			continue
		}
		n, err := r.Node(own)
		if err != nil {
			return err
		}
		g, ok := n.(*trajectory.Group)
		switch {
		case !ok:
			err = visit(n)
		case w.t.RunOf(own) == r.Index():
			for _, leaf := range g.Leaves() {
				if err = visit(leaf); err != nil {
					break
				}
			}
		default: // a set of runs
			err = w.group(r, own, names, visit)
		}
		if err != nil {
			return err
		}
	}
	if w.stems[full] || !w.t.Contains(full) {
		return nil
	}
	g, err := r.Group(full)
	if err != nil {
		return err
	}
	children := g.Children()
	stem := len(children) > 0 // an empty group may get any children later
	for _, c := range children {
		if c.FullName() != full+"."+c.Name() || w.isRun(c.Name()) {
			continue // what a link leads to, or another run's
		}
		stem = false
		if _, ok := c.(*trajectory.Group); ok && !slices.Contains(names, c.Name()) {
			if err := w.group(r, c.FullName(), names, visit); err != nil {
				return err
			}
		}
	}
	w.stems[full] = stem
	return nil
}

// isRun tells whether a part of a name stands for some run or set of runs.
func (w *walker) isRun(part string) bool {
	return w.t.RunOf(part) >= 0 || strings.HasPrefix(part, "run_set_") || part == trajectory.RunName(-1)
}

// leaf adds the values of a leaf.
func (w *walker) leaf(r *trajectory.Run, n trajectory.Node, names []string, out *[]entry) error {
	base := columnName(n.FullName(), names)
	if !w.mayWant(base) {
		return nil
	}
	switch n := n.(type) {
	case *trajectory.Parameter:
		if err := n.Err(); err != nil {
			return err
		}
		e, err := encode(n.Value())
		if err != nil {
			return fmt.Errorf("%s: %w", n.FullName(), err)
		}
		if e.name = base; w.wants(base) {
			*out = append(*out, e)
		}
	case *trajectory.Result:
		items, err := n.Raw()
		if err != nil {
			return err
		}
		for _, e := range logical(items) {
			if e.name = itemName(base, n.Name(), e.name); w.wants(e.name) {
				*out = append(*out, e)
			}
		}
	}
	return nil
}

// encode makes the data and unit of a parameter's value.
func encode(v any) (entry, error) {
	if q, ok := v.(quantity.Quantity); ok {
		d, err := trajectory.Encode(q.SI())
		return entry{unit: symbol(q.Dimension()), data: d}, err
	}
	d, err := trajectory.Encode(v)
	if errors.Is(err, trajectory.ErrType) {
		// Of a kind that nobody knows here: what it prints as.
		d, err = trajectory.Encode(fmt.Sprint(v))
	}
	return entry{data: d}, err
}

func symbol(d quantity.Dimension) string {
	if d.IsNone() {
		return ""
	}
	return d.Symbol()
}

// logical joins the items that together are a quantity.
func logical(items []trajectory.Item) []entry {
	units := map[string]string{}
	for _, it := range items {
		for _, mark := range []string{markUnit, oldMarkUnit} {
			stem, ok := strings.CutSuffix(it.Name, mark)
			text, isText := it.Data.Values.([]string)
			if !ok || !isText || it.Data.Shape != nil {
				continue
			}
			if d, err := quantity.ParseBrian(text[0]); err == nil {
				units[stem+strings.TrimSuffix(mark, "unit")] = symbol(d)
			}
		}
	}
	var out []entry
	for _, it := range items {
		e := entry{name: it.Name, data: it.Data}
		if stem, ok := strings.CutSuffix(it.Name, "unit"); ok {
			if _, known := units[stem]; known {
				continue
			}
		}
		if stem, ok := strings.CutSuffix(it.Name, "value"); ok {
			if unit, known := units[stem]; known {
				e.name = strings.TrimSuffix(strings.TrimSuffix(stem, "__brn2__"), "__brn__")
				e.unit = unit
			}
		}
		out = append(out, e)
	}
	return out
}

// columnName is a node's name without the parts that all runs share.
func columnName(full string, names []string) string {
	var out []string
	for i, p := range strings.Split(full, ".") {
		if i == 0 && p == branchResults || i == 1 && p == "runs" || slices.Contains(names, p) {
			continue
		}
		out = append(out, p)
	}
	return strings.Join(out, ".")
}

// itemName is the column of an item; one that is called like its result, or just
// data, has the result's name.
func itemName(base, last, item string) string {
	if item == last || item == "data" {
		return base
	}
	return base + "." + item
}

func isPattern(s string) bool { return strings.ContainsAny(s, "*?[") }

// wants tells whether a column is asked for.
func (w *walker) wants(name string) bool { return wants(w.wanted, name) }

func wants(wanted []string, name string) bool {
	if wanted == nil {
		return true
	}
	return slices.ContainsFunc(wanted, func(p string) bool {
		if p == name {
			return true
		}
		ok, _ := path.Match(p, name) // a bad pattern has been refused before
		return ok
	})
}

// mayWant tells whether an item of the leaf may be asked for.
func (w *walker) mayWant(base string) bool {
	if w.wanted == nil {
		return true
	}
	return slices.ContainsFunc(w.wanted, func(p string) bool {
		return isPattern(p) || p == base || strings.HasPrefix(p, base+".")
	})
}

// checkPatterns refuses patterns that mean nothing.
func checkPatterns(patterns []string) error {
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil || p == "" {
			return fmt.Errorf("table: %q is neither a name nor a pattern", p)
		}
	}
	return nil
}
