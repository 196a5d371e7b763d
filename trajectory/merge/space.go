package merge

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"galvani/trajectory"
)

// space is what the merged trajectory's parameters become, run by run.
type space struct {
	target *source
	params map[string]*parameter
	names  []string // sorted
	runs   int      // so far
	states []trajectory.State
	trial  string // full name of the trial parameter, "" if none
	// points finds the run that has a point, if duplicates are looked for.
	points map[string]int
}

func newSpace(target *source, o Options, ignored *ignored) (*space, error) {
	s := &space{target: target, params: map[string]*parameter{}, names: slices.Sorted(maps.Keys(target.params)), runs: target.header.Length}
	for name, p := range target.params {
		s.params[name] = newParameter(p, s.runs)
		s.params[name].frozen = ignored.is(name, target)
	}
	for _, row := range target.rows {
		s.states = append(s.states, row.State)
	}
	if o.TrialParameter != "" {
		var err error
		if s.trial, err = s.find(o.TrialParameter); err != nil {
			return nil, err
		}
	} else if o.RemoveDuplicates {
		s.points = make(map[string]int, s.runs)
		for i := range s.runs {
			key := s.point(func(p *parameter) int32 { return p.in(i) })
			if _, ok := s.points[key]; !ok {
				s.points[key] = i
			}
		}
	}
	return s, nil
}

// find finds a parameter by its full name or its last parts.
func (s *space) find(name string) (string, error) {
	for _, full := range []string{name, branchParameters + "." + name} {
		if s.params[full] != nil {
			return full, nil
		}
	}
	var found []string
	for _, full := range s.names {
		if strings.HasSuffix(full, "."+name) {
			found = append(found, full)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("merge: there is no trial parameter %q: %w", name, trajectory.ErrNotFound)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("merge: trial parameter %q is %s as well as %s; give more of the name: %w", name, found[0], found[1], trajectory.ErrNotUnique)
}

// point is a text for the values of all parameters, the same for equal points and
// no others. Values that are the target's first are left out, so that it
// stays the same when a parameter is explored later.
func (s *space) point(id func(*parameter) int32) string {
	var key []byte
	for i, name := range s.names {
		if v := id(s.params[name]); v != 0 && !s.params[name].frozen {
			key = binary.AppendUvarint(key, uint64(i))
			key = binary.AppendUvarint(key, uint64(v))
		}
	}
	return string(key)
}

// compare checks that another trajectory lives in the space.
func (s *space) compare(other *source) error {
	diff := sameWildcards(s.target, other)
	names := slices.Clone(s.names)
	for name := range other.params {
		if s.params[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		here, there := s.params[name], other.params[name]
		switch {
		case here != nil && here.frozen:
		case here == nil:
			diff = append(diff, Difference{Name: name, There: there.describe()})
		case there == nil:
			diff = append(diff, Difference{Name: name, Here: here.describe()})
		case !here.fits(there):
			a, b := here.describe(), there.describe()
			if a == b {
				a, b = a+" of a class whose values cannot be merged", "one that differs"
			}
			diff = append(diff, Difference{Name: name, Here: a, There: b})
		}
	}
	if diff == nil {
		return nil
	}
	return &SpaceError{Target: s.target.Name, Other: other.Name, Differences: diff}
}

// outcome says what became of the runs of another trajectory.
type outcome struct {
	index      []int // the run of the target that each has become, -1 if dropped
	merged     int   // new runs
	duplicates int   // dropped
	filled     int   // took the place of a run of the target that was not done
	otherSeeds int   // dropped runs that had another seed
	first      int   // the first run of the target that got one of the other's, -1 if none did
}

// add takes the runs of another trajectory into the space. A run whose point the
// target has is dropped if duplicates are; but one that is done takes the place of one that is not.
func (s *space) add(other *source, seeds func(run int) uint64) (*outcome, error) {
	n := other.header.Length
	ids := make(map[*parameter][]int32, len(s.params)) // by run of the other; one number if it is constant
	for name, p := range s.params {
		q := other.params[name]
		switch {
		case p.form == opaque || p.frozen:
			ids[p] = []int32{0}
		case name == s.trial:
			shifted, err := s.shift(p, q, n)
			if err != nil {
				return nil, err
			}
			ids[p] = shifted
		case q.at == nil:
			ids[p] = []int32{p.id(q.def)}
		default:
			list := make([]int32, n)
			for i := range list {
				list[i] = p.id(q.at(i))
			}
			ids[p] = list
			p.explore(s.runs)
		}
	}
	in := func(i int) func(*parameter) int32 {
		return func(p *parameter) int32 {
			if list := ids[p]; len(list) == 1 {
				return list[0]
			} else {
				return list[i]
			}
		}
	}
	out := &outcome{index: make([]int, n)}
	var taken []int
	for i := range n {
		at := s.runs + len(taken)
		if s.points != nil {
			if same, ok := s.points[s.point(in(i))]; ok {
				at = -1
				switch {
				case s.states[same] != trajectory.Done && other.rows[i].State == trajectory.Done:
					at, s.states[same] = same, trajectory.Done
					out.filled++
				default:
					out.duplicates++
					if seeds(same) != other.rows[i].Seed {
						out.otherSeeds++
					}
				}
				out.index[i] = at
				continue
			}
		}
		out.index[i] = at
		taken = append(taken, i)
	}
	if s.points != nil {
		// Runs of one trajectory are no duplicates of each other.
		for _, i := range taken {
			key := s.point(in(i))
			if _, ok := s.points[key]; !ok {
				s.points[key] = out.index[i]
			}
		}
	}
	for p, list := range ids {
		more := make([]int32, len(taken))
		for k, i := range taken {
			more[k] = list[min(i, len(list)-1)]
		}
		if p.form != opaque {
			p.extend(s.runs, more)
		}
	}
	for _, i := range taken {
		s.states = append(s.states, other.rows[i].State)
	}
	s.runs += len(taken)
	out.merged, out.first = len(taken), -1
	for _, i := range out.index {
		if i >= 0 && (out.first < 0 || i < out.first) {
			out.first = i
		}
	}
	return out, nil
}

// shift gives the numbers of the other's trials behind those of the target.
func (s *space) shift(p *parameter, q *reading, n int) ([]int32, error) {
	here := func(i int) []trajectory.Data { return p.values[p.in(i)] }
	top, err := trials(s.trial, "the target", s.runs, here)
	if err != nil {
		return nil, err
	}
	there := q.at
	if there == nil {
		there = func(int) []trajectory.Data { return q.def }
	}
	if _, err := trials(s.trial, "the other", n, there); err != nil {
		return nil, err
	}
	p.explore(s.runs)
	ids := make([]int32, n)
	for i := range ids {
		v := there(i)[0]
		k, _ := integer(v)
		moved, ok := withInteger(v, k+top+1)
		if !ok {
			return nil, fmt.Errorf("merge: trial parameter %s is of type %s, which does not hold trial %d: %w", s.trial, v.Type, k+top+1, trajectory.ErrType)
		}
		ids[i] = p.id([]trajectory.Data{moved})
	}
	return ids, nil
}

// trials checks that the values are exactly the numbers 0 to T and returns T.
func trials(name, whose string, runs int, at func(int) []trajectory.Data) (int64, error) {
	seen := map[int64]bool{}
	top, negative := int64(0), false
	for i := range runs {
		v := at(i)
		k, ok := int64(0), len(v) == 1
		if ok {
			k, ok = integer(v[0])
		}
		if !ok {
			return 0, fmt.Errorf("merge: trial parameter %s of %s holds %s, want integers: %w", name, whose, typeName(v[0]), trajectory.ErrType)
		}
		seen[k] = true
		top, negative = max(top, k), negative || k < 0
	}
	if negative || int64(len(seen)) != top+1 {
		return 0, fmt.Errorf("merge: trial parameter %s of %s holds %d different numbers up to %d, want exactly 0 to %d: %w",
			name, whose, len(seen), top, top, trajectory.ErrType)
	}
	return top, nil
}

// explored lists the explored parameters: the target's in their order, then those
// that have become so, in the order of the others and then of their names.
func (s *space) explored(others []*source) (all, fresh []string) {
	all = s.target.exploredNames()
	known := map[string]bool{}
	for _, name := range all {
		known[name] = true
	}
	add := func(name string) {
		if p := s.params[name]; p != nil && p.index != nil && !known[name] {
			known[name] = true
			fresh = append(fresh, name)
		}
	}
	for _, o := range others {
		for _, name := range o.exploredNames() {
			add(name)
		}
	}
	for _, name := range s.names {
		add(name)
	}
	return append(all, fresh...), fresh
}

// summary lists the explored parameters with their values in a run, as pypet
// writes it: by name, full names where short ones are not unique.
func (s *space) summary(run int, explored []string) string {
	last := func(full string) string { return full[strings.LastIndexByte(full, '.')+1:] }
	names := slices.SortedFunc(slices.Values(explored), func(a, b string) int {
		if c := strings.Compare(last(a), last(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	var parts []string
	seen := map[string]bool{}
	for _, full := range names {
		p := s.params[full]
		name := last(full)
		if seen[name] {
			name = full
		}
		seen[name] = true
		parts = append(parts, name+": "+p.textOf(p.in(run)))
	}
	return strings.Join(parts, ",   ")
}
