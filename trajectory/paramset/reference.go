package paramset

import (
	"errors"
	"fmt"
	"slices"
)

// maxFormula bounds how deep the operations of a reference are nested.
const maxFormula = 100

// maxReferred bounds how many values the references of a set may stand for.
const maxReferred = 500_000

// Reference stands for the value of another parameter, or for a formula of such
// values: Ref("p1").Add(Ref("p2")). Paths start at the set that Set.Resolve is
// called on. A Reference is immutable.
type Reference struct {
	root formula
	err  error // of an operand that cannot be, reported when it is used
}

// formula is a node of an expression: one of constant, pointer and operation.
type formula interface {
	// eval computes the value; lookup finds that of a path.
	eval(lookup func(path string) (any, error)) (any, error)
	// write gives the text that Parse reads.
	write() string
	// depth is the number of levels.
	depth() int
}

type constant struct{ value any }

func (c constant) eval(func(string) (any, error)) (any, error) { return clone(c.value), nil }
func (c constant) write() string                               { return text(c.value) }
func (c constant) depth() int                                  { return 1 }

type pointer string

func (p pointer) eval(lookup func(string) (any, error)) (any, error) { return lookup(string(p)) }
func (p pointer) write() string                                      { return "ref(" + quote(string(p)) + ")" }
func (p pointer) depth() int                                         { return 1 }

type operation struct {
	op          byte
	left, right formula
	levels      int
}

func (o operation) depth() int { return o.levels }

func (o operation) write() string {
	return bracketed(o.left) + " " + sign(o.op) + " " + bracketed(o.right)
}

// bracketed leaves single operands alone. A negative number needs brackets
// before a power.
func bracketed(f formula) string {
	s := f.write()
	if _, ok := f.(operation); ok || s[0] == '-' {
		return "(" + s + ")"
	}
	return s
}

func (o operation) eval(lookup func(string) (any, error)) (any, error) {
	l, err := o.left.eval(lookup)
	if err != nil {
		return nil, err
	}
	r, err := o.right.eval(lookup)
	if err != nil {
		return nil, err
	}
	return operate(o.op, l, r)
}

// Ref refers to the parameter of that path.
func Ref(path string) Reference { return Reference{root: pointer(path)} }

// Add is the sum with a number, a quantity or another reference.
func (r Reference) Add(x any) Reference { return r.with('+', x, false) }

// Sub is the difference r - x.
func (r Reference) Sub(x any) Reference { return r.with('-', x, false) }

// SubFrom is the difference x - r.
func (r Reference) SubFrom(x any) Reference { return r.with('-', x, true) }

// Mul is the product with x.
func (r Reference) Mul(x any) Reference { return r.with('*', x, false) }

// Div is the quotient r / x, with a fraction as in Python 3.
func (r Reference) Div(x any) Reference { return r.with('/', x, false) }

// DivInto is the quotient x / r.
func (r Reference) DivInto(x any) Reference { return r.with('/', x, true) }

// Pow is r to the power x.
func (r Reference) Pow(x any) Reference { return r.with('^', x, false) }

func (r Reference) with(op byte, x any, swap bool) Reference {
	if r.err != nil {
		return r
	}
	v, err := canonical(x)
	if err == nil {
		var out formula
		if swap {
			out, err = combine(op, v, r)
		} else {
			out, err = combine(op, r, v)
		}
		if err == nil {
			return Reference{root: out}
		}
	}
	return Reference{root: r.root, err: err}
}

// combine makes the formula a op b, at least one of which is a reference.
func combine(op byte, a, b any) (formula, error) {
	operand := func(v any) (formula, error) {
		switch v := v.(type) {
		case Reference:
			return v.root, v.check()
		case *Set, Range, Dist, nil, bool, []any:
			return nil, fmt.Errorf("nothing can be computed with %s: %w", describe(v), ErrType)
		}
		return constant{v}, nil
	}
	l, err := operand(a)
	if err != nil {
		return nil, err
	}
	r, err := operand(b)
	if err != nil {
		return nil, err
	}
	levels := 1 + max(l.depth(), r.depth())
	if levels > maxFormula {
		return nil, fmt.Errorf("a formula nested deeper than %d: %w", maxFormula, ErrTooLarge)
	}
	return operation{op: op, left: l, right: r, levels: levels}, nil
}

func (r Reference) check() error {
	if r.err != nil {
		return r.err
	}
	if r.root == nil || slices.Contains(r.paths(), "") {
		return fmt.Errorf("a reference without a path: %w", ErrType)
	}
	return nil
}

// String writes the formula as Parse reads it: ref("a.b") * 2.
func (r Reference) String() string {
	if r.root == nil {
		return `ref("")`
	}
	return r.root.write()
}

// paths are those that the formula refers to.
func (r Reference) paths() []string { return pathsOf(r.root, nil) }

func pathsOf(f formula, list []string) []string {
	switch f := f.(type) {
	case pointer:
		return append(list, string(f))
	case operation:
		return pathsOf(f.right, pathsOf(f.left, list))
	}
	return list
}

// Evaluate computes the value from the parameters of a set. References that it
// leads to are followed. A reference to a set gives a copy of it with its
// references resolved. Errors wrap [ErrNotFound], [ErrCycle] or [ErrType].
func (r Reference) Evaluate(s *Set) (any, error) {
	x := newResolver(s)
	v, err := x.reference(r, 0)
	if err != nil {
		return nil, fmt.Errorf("paramset: %s: %w", clip(r.String()), err)
	}
	return v, nil
}

// Resolve returns a copy of the set in which every reference is replaced by the
// value of its formula; references in lists too. A reference that leads to a
// range, to a distribution or to a set that holds one is left as it is, since
// its value depends on that of another parameter: resolve again what Set.Inner,
// Set.Outer, Set.Over and Set.Realize yield.
func (s *Set) Resolve() (*Set, error) {
	x := newResolver(s)
	return x.set(s, "", 0)
}

// LoadWith reads a file, gives parameters in it other values (by path; they must
// be there) and resolves the references: what is referred to has the new value.
func LoadWith(path string, values map[string]any) (*Set, error) {
	s, err := Load(path)
	if err != nil {
		return nil, err
	}
	if err := s.Replace(values); err != nil {
		return nil, err
	}
	return s.Resolve()
}

// resolver replaces the references of a set. Values are copied when they are
// used, and how much may be copied is bounded: references to sets that hold
// references can stand for exponentially much.
type resolver struct {
	root  *Set
	at    map[string]bool // paths whose value is being computed
	done  map[string]resolved
	count int
}

type resolved struct {
	value any
	open  bool // the value depends on a range or a distribution
}

func newResolver(root *Set) *resolver {
	return &resolver{root: root, at: map[string]bool{}, done: map[string]resolved{}}
}

// errOpen marks a value that depends on a range or a distribution.
var errOpen = errors.New("depends on a range or a distribution")

func (x *resolver) charge(n int) error {
	if x.count += n; x.count > maxReferred {
		return fmt.Errorf("references stand for more than %d values: %w", maxReferred, ErrTooLarge)
	}
	return nil
}

func (x *resolver) set(s *Set, prefix string, depth int) (*Set, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("paramset: %s: references nest sets deeper than %d: %w", clip(prefix), maxDepth, ErrTooLarge)
	}
	out := &Set{label: s.label, origin: s.origin}
	for name, e := range s.inOrder() {
		v, err := x.value(e.value, prefix+name, depth)
		if err != nil {
			if located := (*Error)(nil); errors.As(err, &located) {
				return nil, err
			}
			return nil, &Error{Position: e.at, Msg: prefix + name + ": " + inner(err), Err: err}
		}
		if err := out.insert(name, v, e.at); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// value resolves one value. What is open stays a reference.
func (x *resolver) value(v any, path string, depth int) (any, error) {
	if err := x.charge(1); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *Set:
		return x.set(v, path+".", depth+1)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = x.value(e, path, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case Reference:
		if x.at[path] {
			return nil, fmt.Errorf("%s leads back to itself: %w", path, ErrCycle)
		}
		x.at[path] = true
		defer delete(x.at, path)
		out, err := x.reference(v, depth)
		if errors.Is(err, errOpen) {
			return v, nil
		}
		return out, err
	}
	return v, nil
}

func (x *resolver) reference(r Reference, depth int) (any, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	_, single := r.root.(pointer)
	return r.root.eval(func(path string) (any, error) {
		v, err := x.lookup(path, depth)
		if _, isSet := v.(*Set); isSet && !single {
			return nil, fmt.Errorf("nothing can be computed with the set %s: %w", path, ErrType)
		}
		return v, err
	})
}

// lookup finds the value of a path with all references on the way resolved.
func (x *resolver) lookup(path string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%s: references lead further than %d times: %w", path, maxDepth, ErrTooLarge)
	}
	if known, ok := x.done[path]; ok {
		if known.open {
			return nil, errOpen
		}
		if err := x.charge(size(known.value)); err != nil {
			return nil, err
		}
		return clone(known.value), nil
	}
	if x.at[path] {
		return nil, fmt.Errorf("%s leads back to itself: %w", path, ErrCycle)
	}
	x.at[path] = true
	defer delete(x.at, path)
	v, err := x.target(path, depth)
	if errors.Is(err, errOpen) {
		x.done[path] = resolved{open: true}
	}
	if err != nil {
		return nil, err
	}
	x.done[path] = resolved{value: v}
	return clone(v), nil
}

func (x *resolver) target(path string, depth int) (any, error) {
	e, err := x.root.find(path)
	if err != nil {
		return x.beyond(path, depth, bare{err})
	}
	switch v := e.value.(type) {
	case Range, Dist:
		return nil, errOpen
	case Reference:
		return x.reference(v, depth+1)
	case *Set:
		out, err := x.set(v, path+".", depth+1)
		if err == nil && (out.IsSpace() || out.hasReferences()) {
			return nil, errOpen
		}
		return out, err
	case []any:
		// The elements have a name of their own, since the list is being computed.
		out, err := x.value(v, path+"[]", depth+1)
		if err == nil && (holdsDist(out) || holdsReference(out)) {
			return nil, errOpen
		}
		return out, err
	default:
		return v, nil
	}
}

// beyond follows a path that leads through a reference to a set, or into the
// sets of a range. If it does neither the path is missing.
func (x *resolver) beyond(path string, depth int, missing error) (any, error) {
	if next, ok := through(x.root, path); ok {
		return x.lookup(next, depth+1)
	}
	for i := range path {
		if path[i] == '.' {
			if e, err := x.root.find(path[:i]); err == nil {
				if _, ok := e.value.(Range); ok {
					return nil, errOpen
				}
			}
		}
	}
	return nil, missing
}

// through puts the target of a reference in its place in a path that leads
// through it: a.b with a = ref("c") is c.b.
func through(root *Set, path string) (string, bool) {
	for i := range path {
		if path[i] != '.' {
			continue
		}
		e, err := root.find(path[:i])
		if err != nil {
			return "", false
		}
		if r, ok := e.value.(Reference); ok {
			p, ok := r.root.(pointer)
			return string(p) + path[i:], ok
		}
	}
	return "", false
}

// size is the number of values that a copy takes.
func size(v any) int {
	n := 1
	switch v := v.(type) {
	case *Set:
		for _, e := range v.entries {
			n += size(e.value)
		}
	case []any:
		for _, x := range v {
			n += size(x)
		}
	}
	return n
}

func (s *Set) hasReferences() bool {
	for _, e := range s.entries {
		if holdsReference(e.value) {
			return true
		}
	}
	return false
}

func holdsReference(v any) bool {
	switch v := v.(type) {
	case Reference:
		return true
	case *Set:
		return v.hasReferences()
	case []any:
		return slices.ContainsFunc(v, holdsReference)
	case Range:
		return slices.ContainsFunc(v.values, holdsReference)
	}
	return false
}
