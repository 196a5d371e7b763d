package trajectory

import (
	"fmt"
	"strings"
)

// span is the range of an explored parameter: that of its first exploration
// and those that the trajectory was expanded by, one after the other. Each
// repeats distinct places and keeps those only.
type span []tiled

// Len implements [Range].
func (s span) Len() int {
	n := 0
	for _, x := range s {
		n += x.n
	}
	return n
}

// At implements [Range].
func (s span) At(i int) any {
	for _, x := range s {
		if i < x.n {
			return x.At(i)
		}
		i -= x.n
	}
	panic("trajectory: a range is shorter than its length") // no caller asks for a run that is not there
}

// base lists the distinct places of all parts.
func (s span) base() Range {
	if len(s) == 1 {
		return s[0].base
	}
	c := make(chain, len(s))
	for i, x := range s {
		c[i] = x.base
	}
	return c
}

// chain is ranges one after the other.
type chain []Range

func (c chain) Len() int {
	n := 0
	for _, r := range c {
		n += r.Len()
	}
	return n
}

func (c chain) At(i int) any {
	for _, r := range c {
		if n := r.Len(); i >= n {
			i -= n
			continue
		}
		return r.At(i)
	}
	panic("trajectory: a range is shorter than its length")
}

// layout says how the distinct places of a range are repeated over the runs.
type layout []layoutPart

// layoutPart is one part of a range: place i/Stride mod Places for its run i.
type layoutPart struct {
	Stride int `json:"stride"`
	Places int `json:"places"`
	Runs   int `json:"runs"`
}

func (s span) layout() layout {
	l := make(layout, len(s))
	for i, x := range s {
		l[i] = layoutPart{Stride: x.stride, Places: x.base.Len(), Runs: x.n}
	}
	return l
}

// span puts a range of distinct places and its layout together.
func (l layout) span(base Range) span {
	s := make(span, len(l))
	at := 0
	for i, p := range l {
		r := base
		if len(l) > 1 {
			r = slice{base, at, p.Places}
		}
		s[i] = tiled{base: r, stride: p.Stride, n: p.Runs}
		at += p.Places
	}
	return s
}

// places is how many distinct places there are, runs how many runs.
func (l layout) places() (places, runs int) {
	for _, p := range l {
		places += p.Places
		runs += p.Runs
	}
	return places, runs
}

// plain tells whether every run has its own place, in order.
func (l layout) plain() bool {
	for _, p := range l {
		if p.Stride != 1 || p.Places != p.Runs {
			return false
		}
	}
	return true
}

// check tells whether a layout that was read can be one of so many runs.
func (l layout) check(runs int) error {
	total := 0
	for _, p := range l {
		if p.Stride < 1 || p.Stride > maxRuns || p.Places < 1 || p.Places > maxRuns || p.Runs < 1 || p.Runs > maxRuns {
			return fmt.Errorf("%d places, each %d times in a row, for %d runs", p.Places, p.Stride, p.Runs)
		}
		total += p.Runs
	}
	if total != runs {
		return fmt.Errorf("it covers %d runs of %d", total, runs)
	}
	return nil
}

// String says how the values of a range are repeated.
func (l layout) String() string {
	var parts []string
	for _, p := range l {
		parts = append(parts, fmt.Sprintf("%d values, each %d times in a row", p.Places, p.Stride))
	}
	return strings.Join(parts, "; then ")
}

// rows yields the place of each run.
func (l layout) rows(yield func(place int) bool) {
	first := 0
	for _, p := range l {
		for i := range p.Runs {
			if !yield(first + i/p.Stride%p.Places) {
				return
			}
		}
		first += p.Places
	}
}

// slice is a part of a range.
type slice struct {
	r     Range
	first int
	n     int
}

func (s slice) Len() int     { return s.n }
func (s slice) At(i int) any { return s.r.At(s.first + i) }
