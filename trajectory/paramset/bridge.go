package paramset

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// Annotations by which [FromTrajectory] restores a set.
const (
	annotateText  = "paramset"       // the text of a range, distribution or reference
	annotateForm  = "paramset_form"  // "text": the values are texts, since the trajectory has no form for them
	annotateOrder = "paramset_order" // of the names in a group
)

// Sweep says how the distributions of a set are explored.
type Sweep struct {
	// Realisations is how many samples are drawn from each distribution; every
	// point that the ranges span is run with each of them. 0 leaves
	// distributions as they are.
	Realisations int
	// Seed is the seed of the samples; see [Set.Realize].
	Seed uint64
}

// AddTo makes the parameters of a trajectory of the set, below path ("" is the
// branch parameters itself). A range gives a parameter its first value, a
// distribution the first sample, a reference what it amounts to then; the
// parameters are annotated so that [FromTrajectory] restores the set. What a
// trajectory has no form for (None, mixed lists, distributions without
// Realisations) is kept as text. Quantities need the kinds of package brianparam in
// the trajectory's options. Either all is added or nothing.
func (s *Set) AddTo(t *trajectory.Trajectory, path string, o Sweep) error {
	p, err := newPlan(s, o)
	if err != nil {
		return err
	}
	var added []string
	err = p.addTo(t, branch(path), &added)
	if err != nil {
		for _, name := range slices.Backward(added) {
			_ = t.Remove(name, true) // what was there before stays: the names are new
		}
		return fmt.Errorf("paramset: adding to the trajectory: %w", err)
	}
	return nil
}

// Design is the exploration of the set's ranges and, with Realisations, of its
// distributions, for parameters that [Set.AddTo] added with the same path and
// Sweep:
//
//	err := s.AddTo(t, "network", sweep)
//	d, err := s.Design("network", sweep)
//	err = t.Explore(d)
//
// Run i is the i-th set of [Set.Outer]: the last range changes fastest, and
// faster still the samples. References that depend on what is explored are
// explored along with it. It is an error if nothing is to be explored, or if
// there are distributions and no Realisations.
func (s *Set) Design(path string, o Sweep) (trajectory.Design, error) {
	p, err := newPlan(s, o)
	if err != nil {
		return nil, err
	}
	if dists := s.DistPaths(); len(dists) > 0 && o.Realisations == 0 {
		return nil, fmt.Errorf("paramset: exploring: %s is a distribution; say how many Realisations there are: %w", dists[0], ErrType)
	}
	var columns trajectory.Zip
	for _, l := range p.leaves {
		if l.column != nil {
			columns = append(columns, trajectory.Over(branch(path)+"."+l.path, l.column))
		}
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("paramset: exploring: the set has no range: %w", ErrNotFound)
	}
	return columns, nil
}

// branch is the full name of a group of parameters.
func branch(path string) string {
	const parameters = "parameters"
	if path == "" || path == parameters {
		return parameters
	}
	return parameters + "." + strings.TrimPrefix(path, parameters+".")
}

// plan is a set in the form of a trajectory's parameters.
type plan struct {
	set    *Set
	leaves []*leaf
	length int // points of the design
}

// leaf is one parameter.
type leaf struct {
	path   string
	entry  *entry           // in the set
	at     func(i int) any  // its value in run i, in the set's form; nil if it is not explored
	value  any              // as the trajectory has it
	column trajectory.Range // the same of all runs, nil if it is not explored
	texts  bool             // value and column hold texts of values
}

func newPlan(s *Set, o Sweep) (*plan, error) {
	if o.Realisations < 0 || o.Realisations > maxValues {
		return nil, fmt.Errorf("paramset: %d realisations (want 0 to %d)", o.Realisations, maxValues)
	}
	s, err := expand(s)
	if err != nil {
		return nil, err
	}
	p := &plan{set: s}
	s.walk("", ".", func(path string, e *entry) bool {
		p.leaves = append(p.leaves, &leaf{path: path, entry: e})
		return true
	})
	if err := p.axes(o); err != nil {
		return nil, err
	}
	if err := p.references(); err != nil {
		return nil, err
	}
	for _, l := range p.leaves {
		switch {
		case l.column != nil:
			l.value = l.column.At(0)
		case l.value == nil:
			l.store(l.entry.value)
		}
	}
	return p, nil
}

// store sets the value of a parameter that is not explored.
func (l *leaf) store(v any) {
	column, texts := columnOf([]any{v})
	l.value, l.texts = column[0], texts
}

// axes lays out the ranges and samples as a grid, last one fastest.
func (p *plan) axes(o Sweep) error {
	type axis struct {
		leaves []*leaf
		values [][]any // by leaf
	}
	var axes []axis
	samples := axis{}
	budget := maxValues
	for _, l := range p.leaves {
		switch v := l.entry.value.(type) {
		case Range:
			axes = append(axes, axis{[]*leaf{l}, [][]any{slices.Collect(valuesOf(v.All()))}})
		default:
			if o.Realisations == 0 || !holdsDist(v) {
				continue
			}
			if budget -= o.Realisations; budget < 0 {
				return fmt.Errorf("paramset: more than %d samples: %w", maxValues, ErrTooLarge)
			}
			draw := newDraw(o.Seed, l.path, v)
			values := make([]any, o.Realisations)
			for i := range values {
				values[i] = draw()
			}
			samples.leaves = append(samples.leaves, l)
			samples.values = append(samples.values, values)
		}
	}
	if len(samples.leaves) > 0 {
		axes = append(axes, samples)
	}
	if len(axes) == 0 {
		return nil
	}
	// The trajectory's own grid repeats the values, so that it knows what is repeated.
	var leaves []*leaf
	var points, stored trajectory.Grid
	for _, a := range axes {
		var zip, storedZip trajectory.Zip
		for i, l := range a.leaves {
			column, texts := columnOf(a.values[i])
			l.texts = texts
			zip = append(zip, trajectory.Over(l.path, given(a.values[i])))
			storedZip = append(storedZip, trajectory.Over(l.path, given(column)))
			leaves = append(leaves, l)
		}
		points, stored = append(points, zip), append(stored, storedZip)
	}
	columns, err := points.Columns()
	if err != nil {
		return fmt.Errorf("paramset: exploring: %w", err)
	}
	storedColumns, err := stored.Columns()
	if err != nil {
		return fmt.Errorf("paramset: exploring: %w", err)
	}
	for i, l := range leaves {
		l.at, l.column = columns[i].Range.At, storedColumns[i].Range
	}
	p.length = columns[0].Range.Len()
	return nil
}

// given is a range of all values.
type given []any

func (g given) Len() int     { return len(g) }
func (g given) At(i int) any { return g[i] }

// references computes the formulas: once if they depend on nothing that is
// explored, for every run otherwise.
func (p *plan) references() error {
	for _, l := range p.leaves {
		if !holdsReference(l.entry.value) {
			continue
		}
		explored := p.explored(l)
		n := 1
		if len(explored) > 0 {
			if n = p.length; n > maxValues {
				return fmt.Errorf("paramset: %s is computed for %d runs (at most %d): %w", l.path, n, maxValues, ErrTooLarge)
			}
		}
		point := p.set.Clone()
		values := make([]any, n)
		for i := range values {
			for _, other := range explored {
				e, _ := point.find(other.path)
				e.value = other.at(i)
			}
			e, _ := point.find(l.path)
			v, err := newResolver(point).value(e.value, l.path, 0)
			if err != nil {
				return &Error{Position: l.entry.at, Msg: l.path + ": " + inner(err), Err: err}
			}
			values[i] = v
		}
		if len(explored) == 0 {
			// It still is a reference if it leads to a distribution that nobody realises.
			l.store(values[0])
			continue
		}
		column, texts := columnOf(values)
		l.column, l.texts = given(column), texts
	}
	return nil
}

// explored lists the explored parameters that one depends on, itself included.
func (p *plan) explored(l *leaf) []*leaf {
	var out []*leaf
	needs := append(p.needs(l.entry.value, map[string]bool{}), l.path)
	for _, other := range p.leaves {
		if other.at != nil && slices.ContainsFunc(needs, func(path string) bool {
			return path == other.path || strings.HasPrefix(path, other.path+".") || strings.HasPrefix(other.path, path+".")
		}) {
			out = append(out, other)
		}
	}
	return out
}

// needs lists the paths that a value refers to, through other references too.
func (p *plan) needs(v any, seen map[string]bool) []string {
	var out []string
	switch v := v.(type) {
	case Reference:
		for _, path := range v.paths() {
			if seen[path] {
				continue
			}
			seen[path] = true
			out = append(out, path)
			if e, err := p.set.find(path); err == nil {
				out = append(out, p.needs(e.value, seen)...)
			}
		}
	case []any:
		for _, x := range v {
			out = append(out, p.needs(x, seen)...)
		}
	case Range:
		out = p.needs(v.values, seen)
	case *Set:
		for _, e := range v.entries {
			out = append(out, p.needs(e.value, seen)...)
		}
	}
	return out
}

// expand replaces references to whole sets by sets of references to their
// parameters.
func expand(s *Set) (*Set, error) {
	// This finds references that are missing or go round in circles.
	if _, err := s.Resolve(); err != nil {
		return nil, err
	}
	budget := maxReferred
	var walk func(in *Set, depth int) (*Set, error)
	walk = func(in *Set, depth int) (*Set, error) {
		if budget -= in.Len() + 1; budget < 0 || depth > maxDepth {
			return nil, fmt.Errorf("paramset: references stand for more than %d values or %d levels: %w", maxReferred, maxDepth, ErrTooLarge)
		}
		out := &Set{label: in.label, origin: in.origin}
		for name, e := range in.inOrder() {
			sub, isSet := e.value.(*Set)
			if r, ok := e.value.(Reference); ok {
				sub, isSet = r.members(s)
			}
			v := clone(e.value)
			if isSet {
				var err error
				if v, err = walk(sub, depth+1); err != nil {
					return nil, err
				}
			}
			if err := out.insert(name, v, e.at); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return walk(s, 0)
}

// members makes a set of references to the parameters of the set that r leads
// to, if it leads to one.
func (r Reference) members(root *Set) (*Set, bool) {
	for range maxDepth {
		p, ok := r.root.(pointer)
		if !ok {
			return nil, false
		}
		e, err := root.find(string(p))
		if err != nil {
			path, ok := through(root, string(p))
			if !ok {
				return nil, false
			}
			r = Ref(path)
			continue
		}
		switch v := e.value.(type) {
		case *Set:
			out := &Set{label: v.label}
			for name := range v.inOrder() {
				_ = out.insert(name, Ref(string(p)+"."+name), Position{}) // a name of a set is a good name
			}
			return out, true
		case Reference:
			r = v
		default:
			return nil, false
		}
	}
	return nil, false
}

// native is the form that a trajectory has for a value, if there is one.
func native(v any) (any, bool) {
	switch v := v.(type) {
	case bool, int, float64, string, quantity.Quantity:
		return v, true
	case []any:
		if len(v) == 0 {
			return nil, false
		}
		switch v[0].(type) {
		case bool:
			return listOf[bool](v)
		case int:
			return listOf[int](v)
		case float64:
			return listOf[float64](v)
		case string:
			return listOf[string](v)
		}
	}
	return nil, false
}

func listOf[T any](v []any) (any, bool) {
	out := make(trajectory.ListOf[T], len(v))
	for i, x := range v {
		t, ok := x.(T)
		if !ok {
			return nil, false
		}
		out[i] = t
	}
	return out, true
}

// columnOf makes a column of values: all of one type, floats if there are whole
// numbers and others, and texts if there is no other way.
func columnOf(values []any) (column []any, texts bool) {
	column = make([]any, len(values))
	var first string
	same, numbers := true, true
	for i, v := range values {
		x, ok := native(v)
		if !ok {
			return textsOf(values), true
		}
		kind := fmt.Sprintf("%T", x)
		if q, ok := x.(quantity.Quantity); ok {
			kind += q.Dimension().String()
		}
		if i == 0 {
			first = kind
		}
		same = same && kind == first
		numbers = numbers && isNumber(x)
		column[i] = x
	}
	switch {
	case same:
	case numbers:
		for i, x := range column {
			column[i] = float(x)
		}
	default:
		return textsOf(values), true
	}
	return column, false
}

func textsOf(values []any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = text(v)
	}
	return out
}

// addTo adds the parameters; added collects what is new, for the way back.
func (p *plan) addTo(t *trajectory.Trajectory, under string, added *[]string) error {
	if err := addGroups(t, p.set, under, added); err != nil {
		return err
	}
	for _, l := range p.leaves {
		var options []trajectory.AddOption
		switch l.entry.value.(type) {
		case *Set:
			continue // an empty one is a group already
		case Range, Dist, Reference, []any:
			if l.column != nil || holdsReference(l.entry.value) {
				options = append(options, trajectory.Annotate(annotateText, text(l.entry.value)))
			}
		}
		if l.texts {
			options = append(options, trajectory.Annotate(annotateForm, "text"))
		}
		full := under + "." + l.path
		if err := t.AddParameter(full, l.value, options...); err != nil {
			return err
		}
		*added = append(*added, full)
	}
	return nil
}

// addGroups adds a group for each set, with the order of its names.
func addGroups(t *trajectory.Trajectory, s *Set, full string, added *[]string) error {
	if !t.Contains(full) {
		var options []trajectory.AddOption
		if len(s.names) > 0 {
			options = append(options, trajectory.Annotate(annotateOrder, trajectory.ListOf[string](s.names)))
		}
		if err := t.AddGroup(full, options...); err != nil {
			return err
		}
		*added = append(*added, full)
	}
	for name, e := range s.inOrder() {
		if sub, ok := e.value.(*Set); ok {
			if err := addGroups(t, sub, full+"."+name, added); err != nil {
				return err
			}
		}
	}
	return nil
}

// FromTrajectory makes a set of the parameters below path ("" is the branch
// parameters itself). What [Set.AddTo] added comes back as it was, with ranges,
// distributions and references; other explored parameters become ranges of their
// distinct values. Arrays become lists.
func FromTrajectory(t *trajectory.Trajectory, path string) (*Set, error) {
	g, err := t.Group(branch(path))
	if err != nil {
		return nil, fmt.Errorf("paramset: %w", err)
	}
	return fromGroup(g, false)
}

// FromRun makes a set of the parameters below path with the values that they
// have in a run.
func FromRun(r *trajectory.Run, path string) (*Set, error) {
	g, err := r.Group(branch(path))
	if err != nil {
		return nil, fmt.Errorf("paramset: %w", err)
	}
	return fromGroup(g, true)
}

func fromGroup(g *trajectory.Group, run bool) (*Set, error) {
	s := &Set{}
	for _, n := range g.Children() {
		var v any
		var err error
		switch n := n.(type) {
		case *trajectory.Group:
			v, err = fromGroup(n, run)
		case *trajectory.Parameter:
			if v, err = fromParameter(n, run); err != nil {
				err = fmt.Errorf("paramset: %s: %w", n.FullName(), bare{err})
			}
		default:
			continue
		}
		if err == nil {
			err = s.insert(n.Name(), v, Position{})
		}
		if err != nil {
			return nil, err
		}
	}
	if order, ok := g.Annotations()[annotateOrder].(trajectory.ListOf[string]); ok {
		slices.SortStableFunc(s.names, func(a, b string) int {
			i, j := slices.Index(order, a), slices.Index(order, b)
			if i < 0 || j < 0 { // names that were added by others come last
				return cmp.Compare(j, i)
			}
			return cmp.Compare(i, j)
		})
	}
	return s, nil
}

func fromParameter(p *trajectory.Parameter, run bool) (any, error) {
	if err := p.Err(); err != nil {
		return nil, err
	}
	notes := p.Annotations()
	if note, ok := notes[annotateText].(string); ok && !run {
		return parseValue(note)
	}
	if p.Explored() && !run {
		return distinct(p.Range())
	}
	if text, ok := p.Value().(string); ok && notes[annotateForm] == any("text") {
		return parseValue(text)
	}
	return fromValue(p.Value())
}

// parseValue reads a value that AddTo wrote.
func parseValue(src string) (any, error) {
	return newLoader(nil).expression(src, Position{Line: 1, Col: 1})
}

// distinct makes a range of the values of all runs, each once.
func distinct(r trajectory.Range) (any, error) {
	var list []any
	seen := map[string]bool{}
	for i := range r.Len() {
		v, err := fromValue(r.At(i))
		if err != nil {
			return nil, err
		}
		if key := text(v); !seen[key] {
			if seen[key] = true; len(list) == maxValues {
				return nil, fmt.Errorf("more than %d values: %w", maxValues, ErrTooLarge)
			}
			list = append(list, v)
		}
	}
	return newRange(list, "")
}

// fromValue makes a set's value of a trajectory's.
func fromValue(v any) (any, error) {
	if _, ok := v.([]byte); ok {
		return nil, fmt.Errorf("bytes are no value of a set: %w", ErrType)
	}
	if reflect.ValueOf(v).Kind() != reflect.Struct {
		return canonical(v)
	}
	switch v.(type) {
	case quantity.Quantity:
		return canonical(v)
	}
	d, err := trajectory.Encode(v)
	if err != nil || d.Coll != trajectory.NDArray && d.Coll != trajectory.Matrix {
		return canonical(v) // which says what is wrong with it
	}
	list, err := canonical(d.Values)
	if err != nil {
		return nil, err
	}
	return nested(list.([]any), d.Shape), nil
}

// nested cuts the elements of an array into lists of lists.
func nested(elements []any, shape []int) any {
	if len(shape) < 2 {
		return elements
	}
	out := make([]any, shape[0])
	for i := range out {
		n := len(elements) / shape[0]
		out[i] = nested(elements[i*n:(i+1)*n], shape[1:])
	}
	return out
}
