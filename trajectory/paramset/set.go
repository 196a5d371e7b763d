package paramset

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Set is a hierarchical set of parameters: names in the order in which they
// were added, each with a value or a set below. A dotted path such as
// "network.inhibitory_cells.tau_m" leads to a parameter. The zero value is an
// empty set. A Set must not be changed while another goroutine uses it.
type Set struct {
	names   []string
	entries map[string]*entry
	label   string
	origin  *origin // nil if it was not loaded from a file
}

// entry is a parameter and where its text stands, for messages.
type entry struct {
	value any // in canonical form, see canonical
	at    Position
}

// reserved are names that NeuroTools cannot read back.
var reserved = [...]string{"parameters", "names"}

// checkName tells whether a parameter can have the name.
func checkName(name string) error {
	bad := ""
	switch {
	case name == "":
		bad = "it is empty"
	case strings.Contains(name, "."):
		bad = "dots separate the levels of a path"
	case !utf8.ValidString(name):
		bad = "it is not UTF-8"
	case slices.Contains(reserved[:], name):
		bad = "it is reserved, since NeuroTools cannot read it back"
	}
	if bad != "" {
		return fmt.Errorf("paramset: name %q: %s: %w", clip(name), bad, ErrName)
	}
	return nil
}

// FromMap makes a set of a map; maps in it become sets below, which are labelled
// with their names. The names are in alphabetical order, since a map has none.
// Values are what [Set.Put] takes.
func FromMap(m map[string]any) (*Set, error) {
	return fromMap(m, 0)
}

func fromMap(m map[string]any, depth int) (*Set, error) {
	s := &Set{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		v, err := canonicalAt(m[name], depth+1)
		if err != nil {
			return nil, fmt.Errorf("paramset: %s: %w", clip(name), err)
		}
		if err := s.insert(name, v, Position{}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// FromFlat makes a set of paths and values, in their order; it is the reverse of
// [Set.Flat].
func FromFlat(flat iter.Seq2[string, any]) (*Set, error) {
	s := &Set{}
	for path, v := range flat {
		if err := s.Put(path, v); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Label is the name that was given to the set as a whole. Files don't keep it.
func (s *Set) Label() string { return s.label }

// SetLabel gives the set a label.
func (s *Set) SetLabel(label string) { s.label = label }

// Len is the number of names at the top level.
func (s *Set) Len() int { return len(s.names) }

// Names yields the names at the top level, in order.
func (s *Set) Names() iter.Seq[string] { return slices.Values(slices.Clone(s.names)) }

// All yields names and values at the top level, in order. Sets below are not
// copies.
func (s *Set) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range slices.Clone(s.names) {
			if e := s.entries[name]; e != nil && !yield(name, handOut(e.value)) {
				return
			}
		}
	}
}

// Flat yields all parameters of the hierarchy by dotted path, depth first, in
// order. An empty set below counts as a parameter whose value is an empty set,
// so that nothing is lost.
func (s *Set) Flat() iter.Seq2[string, any] { return s.FlatBy(".") }

// FlatBy is [Set.Flat] with another separator between the names.
func (s *Set) FlatBy(separator string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		s.walk("", separator, func(path string, e *entry) bool { return yield(path, handOut(e.value)) })
	}
}

// walk visits the leaves; it returns false once visit has.
func (s *Set) walk(prefix, separator string, visit func(path string, e *entry) bool) bool {
	for _, name := range s.names {
		e := s.entries[name]
		if sub, ok := e.value.(*Set); ok && len(sub.names) > 0 {
			if !sub.walk(prefix+name+separator, separator, visit) {
				return false
			}
			continue
		}
		if !visit(prefix+name, e) {
			return false
		}
	}
	return true
}

// Flatten collects what [Set.FlatBy] yields in a map.
func (s *Set) Flatten(separator string) map[string]any { return maps.Collect(s.FlatBy(separator)) }

// Map returns the hierarchy as plain nested maps, which the set does not share.
// Ranges, distributions and references stay what they are.
func (s *Set) Map() map[string]any {
	m := make(map[string]any, len(s.names))
	for _, name := range s.names {
		m[name] = plain(s.entries[name].value)
	}
	return m
}

func plain(v any) any {
	switch v := v.(type) {
	case *Set:
		return v.Map()
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = plain(x)
		}
		return out
	}
	return v
}

// Clone copies the whole hierarchy.
func (s *Set) Clone() *Set {
	c := &Set{names: slices.Clone(s.names), label: s.label, origin: s.origin}
	if len(s.entries) > 0 {
		c.entries = make(map[string]*entry, len(s.entries))
	}
	for name, e := range s.entries {
		c.entries[name] = &entry{value: clone(e.value), at: e.at}
	}
	return c
}

// Equal tells whether both sets have the same names and equal values, in
// whatever order. Numbers are compared as numbers, so 1 equals 1.0; NaN equals
// itself. Labels don't count.
func (s *Set) Equal(other *Set) bool {
	if other == nil || len(s.names) != len(other.names) {
		return false
	}
	for name, e := range s.entries {
		o := other.entries[name]
		if o == nil || !equal(e.value, o.value) {
			return false
		}
	}
	return true
}

// Has tells whether the path leads to a parameter or a set.
func (s *Set) Has(path string) bool {
	_, err := s.find(path)
	return err == nil
}

// Value returns what the path leads to: nil, bool, int, float64, string,
// [quantity.Quantity], []any, [Range], [Dist], [Reference] or *Set. A set is
// the one below, not a copy of it: what is changed there changes here.
func (s *Set) Value(path string) (any, error) {
	e, err := s.find(path)
	if err != nil {
		return nil, err
	}
	return handOut(e.value), nil
}

// Sub returns the set that the path leads to, not a copy of it.
func (s *Set) Sub(path string) (*Set, error) { return Get[*Set](s, path) }

// find walks down a path.
func (s *Set) find(path string) (*entry, error) {
	at := s
	for rest, done := path, 0; ; {
		name, next, more := strings.Cut(rest, ".")
		e := at.entries[name]
		if e == nil {
			return nil, fmt.Errorf("paramset: %s: %s has no %q%s: %w", clip(path), where(path, done), clip(name), at.offer(), ErrNotFound)
		}
		if !more {
			return e, nil
		}
		done += len(name) + 1
		sub, ok := e.value.(*Set)
		if !ok {
			return nil, fmt.Errorf("paramset: %s: %s is %s and no set: %w", clip(path), where(path, done), describe(e.value), ErrNotFound)
		}
		at, rest = sub, next
	}
}

// where names the part of a path that has been walked.
func where(path string, done int) string {
	if done == 0 {
		return "the set"
	}
	return clip(path[:done-1])
}

// offer lists the names that there are.
func (s *Set) offer() string {
	const most = 8
	if len(s.names) == 0 {
		return " (it is empty)"
	}
	list := make([]string, 0, most+1)
	for i, n := range s.names {
		if i == most {
			list = append(list, "...")
			break
		}
		list = append(list, clip(n))
	}
	return " (it has " + strings.Join(list, ", ") + ")"
}

// Set gives a parameter a value, as [Set.Put] does, but the sets on the way must be
// there: a misspelt one is an error that wraps [ErrNotFound]. The last name may
// be new.
func (s *Set) Set(path string, value any) error {
	to, name := s, path
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		e, err := s.find(path[:i])
		if err != nil {
			return err
		}
		sub, ok := e.value.(*Set)
		if !ok {
			return fmt.Errorf("paramset: %s: %s is %s and no set: %w", clip(path), clip(path[:i]), describe(e.value), ErrNotFound)
		}
		to, name = sub, path[i+1:]
	}
	return to.assign(path, name, value)
}

// Put gives a parameter a value and makes the sets on the way that are missing.
// Values are nil, booleans, integers (kept as int), floats (kept as float64),
// strings, quantities (a dimensionless one is kept as its number), [Range],
// [Dist], [Reference], slices of all these, *Set and map[string]any. They are
// copied, sets too.
func (s *Set) Put(path string, value any) error {
	to := s
	rest := path
	for {
		name, next, more := strings.Cut(rest, ".")
		if !more {
			return to.assign(path, name, value)
		}
		if e := to.entries[name]; e == nil {
			sub := &Set{label: name}
			if err := to.insert(name, sub, Position{}); err != nil {
				return err
			}
			to = sub
		} else if sub, ok := e.value.(*Set); ok {
			to = sub
		} else {
			return fmt.Errorf("paramset: %s: %s is %s and no set: %w", clip(path), clip(name), describe(e.value), ErrType)
		}
		rest = next
	}
}

func (s *Set) assign(path, name string, value any) error {
	v, err := canonical(value)
	if err != nil {
		return fmt.Errorf("paramset: %s: %w", clip(path), err)
	}
	return s.insert(name, v, Position{})
}

// insert takes a canonical value over.
func (s *Set) insert(name string, v any, at Position) error {
	if err := checkName(name); err != nil {
		return err
	}
	if s.entries == nil {
		s.entries = map[string]*entry{}
	}
	if _, ok := s.entries[name]; !ok {
		s.names = append(s.names, name)
	}
	if sub, ok := v.(*Set); ok && sub.label == "" {
		sub.label = name
	}
	s.entries[name] = &entry{value: v, at: at}
	return nil
}

// Delete takes a parameter or a whole set away.
func (s *Set) Delete(path string) error {
	if _, err := s.find(path); err != nil {
		return err
	}
	from, name := s, path
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		e, err := s.find(path[:i])
		if err != nil {
			return err
		}
		from, name = e.value.(*Set), path[i+1:]
	}
	delete(from.entries, name)
	from.names = slices.DeleteFunc(from.names, func(n string) bool { return n == name })
	return nil
}

// Update sets every top-level name of another set to its value there.
func (s *Set) Update(other *Set) {
	for name, e := range other.Clone().inOrder() {
		_ = s.insert(name, e.value, e.at) // a name of a set is a good name
	}
}

func (s *Set) inOrder() iter.Seq2[string, *entry] {
	return func(yield func(string, *entry) bool) {
		for _, name := range s.names {
			if !yield(name, s.entries[name]) {
				return
			}
		}
	}
}

// Replace gives many parameters new values, by path. The parameters must be
// there already. Either all are replaced or none.
func (s *Set) Replace(values map[string]any) error {
	found := make(map[*entry]any, len(values))
	for _, path := range slices.Sorted(maps.Keys(values)) {
		e, err := s.find(path)
		if err != nil {
			return err
		}
		if found[e], err = canonical(values[path]); err != nil {
			return fmt.Errorf("paramset: %s: %w", clip(path), err)
		}
	}
	for e, v := range found {
		e.value, e.at = v, Position{}
	}
	return nil
}

// Diff returns what differs between two sets: in the first result the
// parameters that only s has or that differ, with the values of s, in the second
// the same of other. Where a set stands against a plain value, both are taken
// whole.
func (s *Set) Diff(other *Set) (here, there *Set) {
	here, there = &Set{}, &Set{}
	for name, e := range s.inOrder() {
		o := other.entries[name]
		if o == nil {
			_ = here.insert(name, clone(e.value), e.at)
			continue
		}
		a, aSet := e.value.(*Set)
		b, bSet := o.value.(*Set)
		switch {
		case aSet && bSet:
			inA, inB := a.Diff(b)
			if inA.Len() > 0 {
				_ = here.insert(name, inA, e.at)
			}
			if inB.Len() > 0 {
				_ = there.insert(name, inB, o.at)
			}
		case !equal(e.value, o.value):
			_ = here.insert(name, clone(e.value), e.at)
			_ = there.insert(name, clone(o.value), o.at)
		}
	}
	for name, o := range other.inOrder() {
		if s.entries[name] == nil {
			_ = there.insert(name, clone(o.value), o.at)
		}
	}
	return here, there
}

// Congruent tells whether two sets have the same names at all levels. With
// subset, candidate may lack some of template's.
func Congruent(template, candidate *Set, subset bool) bool {
	for name, e := range candidate.entries {
		t := template.entries[name]
		if t == nil {
			return false
		}
		a, aSet := t.value.(*Set)
		b, bSet := e.value.(*Set)
		if aSet != bSet && !(subset && aSet) || aSet && bSet && !Congruent(a, b, subset) {
			return false
		}
	}
	return subset || len(template.entries) == len(candidate.entries)
}
