package merge

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"galvani/trajectory"
)

// wildcardBranch is where a program's own wildcards are noted: in groups function_0,
// function_1, …, their spellings, the name for all runs, and the names for runs,
// each with the first run from which it holds.
const wildcardBranch = branchConfig + ".wildcards"

// wildcard is what a file says of one.
type wildcard struct {
	group  string
	names  []string // spellings
	all    string
	first  []int64
	values []string
	runs   map[string]int // the first run with a name
}

// isRun tells the wildcard that names runs from those that name sets of them.
func (w *wildcard) isRun() bool {
	return slices.Contains(w.names, "$") || slices.Contains(w.names, "crun")
}

// value is what it stands for in a run.
func (w *wildcard) value(run int) string {
	return w.values[sort.Search(len(w.first), func(k int) bool { return w.first[k] > int64(run) })-1]
}

// readWildcards reads what is noted of wildcards.
func (s *source) readWildcards() error {
	for i := 0; ; i++ {
		w := &wildcard{group: fmt.Sprintf("%s.function_%d", wildcardBranch, i), runs: map[string]int{}}
		if _, err := s.reader.Node(w.group); errors.Is(err, trajectory.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		for name, into := range map[string]any{"names": &w.names, "all": &w.all, "first": &w.first, "values": &w.values} {
			r, err := s.reader.Node(w.group + "." + name)
			if err != nil {
				return err
			}
			p, err := readParameter(r, s.header.Length, false)
			if err != nil {
				return err
			}
			ok := len(p.def) == 1
			if ok {
				switch into := into.(type) {
				case *string:
					var v []string
					if v, ok = p.def[0].Values.([]string); ok && len(v) == 1 {
						*into = v[0]
					}
				case *[]string:
					*into, ok = p.def[0].Values.([]string)
				case *[]int64:
					*into, ok = p.def[0].Values.([]int64)
				}
			}
			if !ok {
				return fmt.Errorf("%s is not what wildcards are noted as: %w", r.Name, trajectory.ErrCorrupt)
			}
		}
		if len(w.values) == 0 || len(w.values) != len(w.first) || w.first[0] != 0 || !slices.IsSorted(w.first) {
			return fmt.Errorf("%s is not what wildcards are noted as: %w", w.group, trajectory.ErrCorrupt)
		}
		for k, v := range w.values {
			if _, ok := w.runs[v]; !ok && w.first[k] < int64(s.header.Length) {
				w.runs[v] = int(w.first[k])
			}
		}
		s.wild = append(s.wild, w)
	}
}

// sameWildcards compares the spellings of two trajectories' wildcards.
func sameWildcards(a, b *source) []Difference {
	spellings := func(s *source) string {
		var all []string
		for _, w := range s.wild {
			all = append(all, strings.Join(w.names, " "))
		}
		slices.Sort(all)
		if all == nil {
			return "those of every trajectory"
		}
		return strings.Join(all, ", ")
	}
	if x, y := spellings(a), spellings(b); x != y {
		return []Difference{{Name: "wildcards", Here: x, There: y}}
	}
	return nil
}

// namings gives the runs of the merged trajectory their names. Names of the target's
// runs stay. What names runs gives new ones the usual name, unless the program says
// otherwise; what names sets keeps for them what it was in the other.
type namings struct {
	wild []*wildcard // of the target, grown
	own  map[string]func(int) string
}

func newNamings(target *source, own []trajectory.Wildcard) *namings {
	n := &namings{own: map[string]func(int) string{}}
	for _, w := range own {
		for _, name := range w.Names {
			n.own[name] = w.Func
		}
	}
	for _, w := range target.wild {
		grown := *w
		grown.first, grown.values = slices.Clone(w.first), slices.Clone(w.values)
		n.wild = append(n.wild, &grown)
	}
	return n
}

// grow adds the names of a new run, which was a run of another trajectory.
func (n *namings) grow(index int, other *source, run int) {
	for _, w := range n.wild {
		value := trajectory.RunName(index)
		if f := n.own[w.names[0]]; f != nil {
			value = f(index)
		} else if !w.isRun() {
			for _, theirs := range other.wild {
				if slices.Equal(theirs.names, w.names) {
					value = theirs.value(run)
				}
			}
		}
		if value != w.values[len(w.values)-1] {
			w.first, w.values = append(w.first, int64(index)), append(w.values, value)
		}
	}
}

// name is what the wildcard with these spellings stands for in a run of the target.
func (n *namings) name(spellings []string, index int) string {
	for _, w := range n.wild {
		if slices.Equal(w.names, spellings) {
			return w.value(index)
		}
	}
	return trajectory.RunName(index)
}

// records note the names anew.
func (n *namings) records() []trajectory.Record {
	var out []trajectory.Record
	for _, w := range n.wild {
		first := trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Int64, Shape: []int{len(w.first)}, Values: w.first}
		values := trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Str, Shape: []int{len(w.values)}, Values: w.values}
		out = append(out, parameterRecord(w.group+".first", "", first), parameterRecord(w.group+".values", "", values))
	}
	return out
}
