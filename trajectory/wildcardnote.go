package trajectory

import (
	"errors"
	"fmt"
	"slices"
	"sort"
)

// wildcardBranch is where the names that a program's own wildcards give are kept.
const wildcardBranch = branchConfig + ".wildcards"

// namesOf is what a wildcard gives for a number of runs: values[k] from run
// first[k] on.
type namesOf struct {
	names  []string
	all    string
	first  []int64
	values []string
}

func (w Wildcard) note(runs int) namesOf {
	n := namesOf{names: w.Names, all: w.Func(noRun)}
	for i := range runs {
		if v := w.Func(i); i == 0 || v != n.values[len(n.values)-1] {
			n.first = append(n.first, int64(i))
			n.values = append(n.values, v)
		}
	}
	return n
}

// wildcard is the reverse of note. Runs beyond those that were noted have
// the names that runs usually have.
func (n namesOf) wildcard(runs int) Wildcard {
	return Wildcard{Names: n.names, Func: func(i int) string {
		switch {
		case i < 0:
			return n.all
		case i >= runs:
			return RunName(i)
		}
		return n.values[sort.Search(len(n.first), func(k int) bool { return n.first[k] > int64(i) })-1]
	}}
}

// noteWildcards puts what the program's own wildcards give into the tree.
func (t *Trajectory) noteWildcards() error {
	if len(t.wild.list) == 0 {
		return nil
	}
	if old := t.tree.nodes[wildcardBranch]; old != nil {
		t.tree.remove(old)
	}
	for i, w := range t.wild.list {
		n := w.note(t.length)
		for name, value := range map[string]any{"names": ListOf[string](n.names), "all": n.all, "first": n.first, "values": n.values} {
			leaf, err := t.newParameter(fmt.Sprintf("%s.function_%d.%s", wildcardBranch, i, name), value, nil)
			if err == nil {
				_, err = t.tree.insert(leaf)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// notedWildcards makes the wildcards that records below config.wildcards speak of.
func notedWildcards(records []Record, runs int) (*wildcards, error) {
	byName := map[string]*Record{}
	for i, r := range records {
		if below(r.Name, wildcardBranch) {
			byName[r.Name] = &records[i]
		}
	}
	var list []Wildcard
	for i := 0; len(byName) > 0; i++ {
		group := fmt.Sprintf("%s.function_%d", wildcardBranch, i)
		if byName[group] == nil {
			break
		}
		n, err := notedNames(byName, group, runs)
		if err != nil {
			return nil, fmt.Errorf("trajectory: %s: %w: %w", group, ErrCorrupt, err)
		}
		list = append(list, n.wildcard(runs))
	}
	w, err := newWildcards(list)
	if err == nil {
		err = w.cover(runs)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return w, nil
}

var errNoted = errors.New("this is not what a wildcard is noted as")

func notedNames(byName map[string]*Record, group string, runs int) (namesOf, error) {
	value := func(name string) any {
		r := byName[group+"."+name]
		if r == nil {
			return nil
		}
		decode := decodeParameter
		if r.Class == classArrayParameter {
			decode = decodeArrayParameter
		}
		v, _, _ := decode(r.Items)
		return v
	}
	var n namesOf
	names, ok := value("names").(ListOf[string])
	if !ok {
		return n, errNoted
	}
	n.names = names
	if n.all, ok = value("all").(string); !ok {
		return n, errNoted
	}
	if n.first, ok = value("first").([]int64); !ok {
		return n, errNoted
	}
	if n.values, ok = value("values").([]string); !ok {
		return n, errNoted
	}
	if len(n.values) == 0 || len(n.values) != len(n.first) || n.first[0] != 0 || n.first[len(n.first)-1] >= int64(runs) || !slices.IsSorted(n.first) {
		return n, errNoted
	}
	return n, nil
}
