package table

import (
	"errors"
	"fmt"
	"iter"
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
}

func newWalker(t *trajectory.Trajectory, wanted []string) *walker {
	return &walker{t: t, wanted: wanted, cards: t.Wildcards()}
}

// entries yields what each of some runs left, by the full names of the nodes; no indices are all runs.
func (w *walker) entries(indices ...int) iter.Seq2[trajectory.RunValue[[]entry], error] {
	return func(yield func(trajectory.RunValue[[]entry], error) bool) {
		// Names of the wildcards are made once a run, not once a leaf.
		var names []string
		of := -1
		base := func(run int, full string) string {
			if run != of {
				names, of = w.names(run), run
			}
			return columnName(full, names)
		}
		wanted := func(run int, full string) bool {
			first := trajectory.Branch(full)
			return (first == branchResults || first == branchDerived) && w.mayWant(base(run, full))
		}
		for run, err := range w.t.RunLeaves(wanted, indices...) {
			out := trajectory.RunValue[[]entry]{Index: run.Index}
			for _, n := range run.Value {
				if err != nil {
					break
				}
				err = w.leaf(n, base(run.Index, n.FullName()), &out.Value)
			}
			if err != nil {
				err = fmt.Errorf("table: run %d: %w", run.Index, err)
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

// entriesOf is what one run left.
func (w *walker) entriesOf(run int) ([]entry, error) {
	for found, err := range w.entries(run) {
		return found.Value, err
	}
	return nil, nil
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

// leaf adds the values of a leaf, whose column is called base.
func (w *walker) leaf(n trajectory.Node, base string, out *[]entry) error {
	switch n := n.(type) {
	case *trajectory.Parameter:
		if err := n.Err(); err != nil && n.Value() == nil {
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
