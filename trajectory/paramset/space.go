package paramset

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"galvani/internal/rng"
	"galvani/quantity"
)

// IsSpace tells whether the set stands for several points of the parameter
// space: whether it holds a range or a distribution.
func (s *Set) IsSpace() bool {
	return !s.walk("", ".", func(_ string, e *entry) bool {
		_, isRange := e.value.(Range)
		return !isRange && !holdsDist(e.value)
	})
}

// holdsDist tells whether a value is a distribution or a list with one.
func holdsDist(v any) bool {
	switch v := v.(type) {
	case Dist:
		return true
	case []any:
		return slices.ContainsFunc(v, holdsDist)
	case *Set: // in a list
		for _, e := range v.entries {
			if holdsDist(e.value) {
				return true
			}
		}
	}
	return false
}

// RangePaths lists the paths of the ranges, in order.
func (s *Set) RangePaths() []string {
	var paths []string
	s.walk("", ".", func(path string, e *entry) bool {
		if _, ok := e.value.(Range); ok {
			paths = append(paths, path)
		}
		return true
	})
	return paths
}

// DistPaths lists the paths of the distributions and of the lists that hold
// one, in order.
func (s *Set) DistPaths() []string {
	var paths []string
	s.walk("", ".", func(path string, e *entry) bool {
		if holdsDist(e.value) {
			paths = append(paths, path)
		}
		return true
	})
	return paths
}

// Ranges returns the values of all ranges by path.
func (s *Set) Ranges() map[string][]any {
	m := map[string][]any{}
	for _, path := range s.RangePaths() {
		r, _ := Get[Range](s, path)
		m[path] = slices.Collect(valuesOf(r.All()))
	}
	return m
}

// Conditions is the number of points that the ranges span: how many sets
// [Set.Inner] yields. It is an error if an int cannot count them.
func (s *Set) Conditions() (int, error) {
	n := 1
	for _, path := range s.RangePaths() {
		r, _ := Get[Range](s, path)
		if n > math.MaxInt/r.Len() {
			return 0, fmt.Errorf("paramset: the ranges span more points than can be counted: %w", ErrTooLarge)
		}
		n *= r.Len()
	}
	return n, nil
}

// Inner yields the full product of all ranges, the first range changing fastest,
// as NeuroTools' iter_inner. Each set is an independent copy, with a value in
// the place of each range. Later changes to s don't show.
func (s *Set) Inner() iter.Seq[*Set] { return s.product(s.RangePaths()) }

// Outer is the full product with the last range changing fastest: the order of
// trajectory.Grid, and of the runs that [Set.Design] gives.
func (s *Set) Outer() iter.Seq[*Set] {
	paths := s.RangePaths()
	slices.Reverse(paths)
	return s.product(paths)
}

// Over yields the product of the ranges with the given paths, the first changing
// fastest; other ranges stay. Without paths it yields one copy.
func (s *Set) Over(paths ...string) (iter.Seq[*Set], error) {
	for i, path := range paths {
		if _, err := Get[Range](s, path); err != nil {
			return nil, err
		}
		if slices.Contains(paths[:i], path) {
			return nil, fmt.Errorf("paramset: iterating over %s twice: %w", clip(path), ErrName)
		}
	}
	return s.product(slices.Clone(paths)), nil
}

// product steps through the ranges of the paths, which are there, first fastest.
func (s *Set) product(paths []string) iter.Seq[*Set] {
	s = s.Clone()
	return func(yield func(*Set) bool) {
		index := make([]int, len(paths))
		for {
			c := s.Clone()
			for i, path := range paths {
				e, _ := c.find(path)
				e.value = e.value.(Range).At(index[i])
			}
			if !yield(c) {
				return
			}
			i := 0
			for ; i < len(paths); i++ {
				e, _ := s.find(paths[i])
				if index[i]++; index[i] < e.value.(Range).Len() {
					break
				}
				index[i] = 0
			}
			if i == len(paths) {
				return
			}
		}
	}
}

// Realize yields n copies of the set with a sample in the place of each
// distribution, in lists too. Every distribution has random numbers of its own,
// which depend on the seed and on its path: other parameters don't matter, and the
// first k of n sets are those that k would give. Ranges stay.
func (s *Set) Realize(seed uint64, n int) iter.Seq[*Set] {
	s = s.Clone()
	return func(yield func(*Set) bool) {
		paths := s.DistPaths()
		draws := make([]func() any, len(paths))
		for i, path := range paths {
			e, _ := s.find(path)
			draws[i] = newDraw(seed, path, e.value)
		}
		for range n {
			c := s.Clone()
			for i, path := range paths {
				e, _ := c.find(path)
				e.value = draws[i]()
			}
			if !yield(c) {
				return
			}
		}
	}
}

// newDraw makes the function that realises a value again and again.
func newDraw(seed uint64, path string, v any) func() any {
	key := rng.NewKey(seed, "paramset", path)
	sources := uint64(0)
	var prepare func(v any) func() any
	prepare = func(v any) func() any {
		switch v := v.(type) {
		case Dist:
			src := rng.NewSequence(key, sources)
			sources++
			return func() any { return realised(v, v.Sample(src, 1)[0]) }
		case []any:
			draws := make([]func() any, len(v))
			for i, x := range v {
				draws[i] = prepare(x)
			}
			return func() any {
				out := make([]any, len(draws))
				for i, d := range draws {
					out[i] = d()
				}
				return out
			}
		case *Set:
			names := slices.Clone(v.names)
			draws := make([]func() any, len(names))
			for i, name := range names {
				draws[i] = prepare(v.entries[name].value)
			}
			return func() any {
				out := v.Clone()
				for i, name := range names {
					out.entries[name].value = draws[i]()
				}
				return out
			}
		}
		return func() any { return clone(v) }
	}
	return prepare(v)
}

// realised is the value of a parameter for a sample.
func realised(d Dist, x float64) any {
	if u, ok := d.(Uniform); ok && u.Int {
		return int(x)
	}
	if d.Units() == "" {
		return x
	}
	q, _ := quantity.Of(x, d.Units()) // checked when the set took the distribution
	return natural(q)
}

// Dimensions are the lengths of the ranges and their paths, in alphabetical
// order of the paths.
func (s *Set) Dimensions() (shape []int, paths []string) {
	paths = s.RangePaths()
	slices.Sort(paths)
	for _, path := range paths {
		r, _ := Get[Range](s, path)
		shape = append(shape, r.Len())
	}
	return shape, paths
}

// Index tells which point of the space a set is: the place of its values in the
// ranges, in the order of [Set.Dimensions]. It is for an array of results. A
// value that its range does not have is an error that wraps [ErrNotFound].
func (s *Set) Index(point *Set) ([]int, error) {
	_, paths := s.Dimensions()
	index := make([]int, len(paths))
	for i, path := range paths {
		r, _ := Get[Range](s, path)
		v, err := point.Value(path)
		if err != nil {
			return nil, err
		}
		index[i] = slices.IndexFunc(slices.Collect(valuesOf(r.All())), func(x any) bool { return equal(x, v) })
		if index[i] < 0 {
			return nil, fmt.Errorf("paramset: %s is %s, which is not within the space (%s): %w", path, describe(v), clip(strings.ReplaceAll(r.String(), "\n", " ")), ErrNotFound)
		}
	}
	return index, nil
}
