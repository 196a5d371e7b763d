package trajectory

import (
	"fmt"
	"math"
)

// A Range is a finite sequence of values that are made when they are asked
// for. At is called with 0 <= i < Len, from several goroutines, and gives the
// same value every time.
type Range interface {
	Len() int
	At(i int) any
}

// A Design says which points of the parameter space are run: one column per
// parameter, all of the same length. [Axis], [Grid], [Zip] and [Points] are
// designs and nest in each other; programs can bring their own.
type Design interface {
	Columns() ([]Axis, error)
}

// Axis is one explored parameter, by full name or shortcut, with its values.
type Axis struct {
	Name  string
	Range Range
}

// Over names the values that a parameter takes.
func Over(name string, values Range) Axis { return Axis{Name: name, Range: values} }

// Columns returns the axis itself.
func (a Axis) Columns() ([]Axis, error) {
	if a.Range == nil {
		return nil, fmt.Errorf("trajectory: no values to explore %q over", a.Name)
	}
	if e, ok := a.Range.(invalid); ok {
		return nil, fmt.Errorf("trajectory: exploring %q: %w", a.Name, e.err)
	}
	if a.Range.Len() == 0 {
		return nil, fmt.Errorf("trajectory: no values to explore %q over (the range is empty)", a.Name)
	}
	return []Axis{a}, nil
}

// Grid is the Cartesian product of its parts; the last one changes fastest, as
// in Python's itertools.product and C's arrays.
type Grid []Design

// maxRuns keeps run names to eight digits.
const maxRuns = 100_000_000

// Columns lays out the product. It costs no memory that grows with the number of points.
func (g Grid) Columns() ([]Axis, error) {
	parts := make([][]Axis, len(g))
	total := 1
	for i, d := range g {
		var err error
		if parts[i], err = columnsOf(d); err != nil {
			return nil, err
		}
		n := parts[i][0].Range.Len()
		if total > maxRuns/n {
			return nil, fmt.Errorf("trajectory: a grid of more than %d points", maxRuns)
		}
		total *= n
	}
	if len(g) == 0 {
		return nil, fmt.Errorf("trajectory: a grid without axes")
	}
	var out []Axis
	stride := total
	for _, columns := range parts {
		stride /= columns[0].Range.Len()
		for _, c := range columns {
			out = append(out, Axis{Name: c.Name, Range: tile(c.Range, stride, total)})
		}
	}
	return out, nil
}

// Zip steps through all its parts together; they must be of the same length.
type Zip []Design

// Columns puts the parts' columns side by side.
func (z Zip) Columns() ([]Axis, error) {
	var out []Axis
	for _, d := range z {
		columns, err := columnsOf(d)
		if err != nil {
			return nil, err
		}
		out = append(out, columns...)
	}
	for _, c := range out {
		if c.Range.Len() != out[0].Range.Len() {
			return nil, fmt.Errorf("trajectory: parameters explored together need equally many values: %q has %d, %q has %d",
				out[0].Name, out[0].Range.Len(), c.Name, c.Range.Len())
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("trajectory: nothing to explore")
	}
	return out, nil
}

// Points is an explicit list: one row per run with a value for every name.
type Points struct {
	Names []string
	Rows  [][]any
}

// Columns turns rows into columns.
func (p Points) Columns() ([]Axis, error) {
	if len(p.Names) == 0 || len(p.Rows) == 0 {
		return nil, fmt.Errorf("trajectory: a list of points needs names and rows, got %d names and %d rows", len(p.Names), len(p.Rows))
	}
	for i, r := range p.Rows {
		if len(r) != len(p.Names) {
			return nil, fmt.Errorf("trajectory: point %d has %d values for %d parameters", i, len(r), len(p.Names))
		}
	}
	out := make([]Axis, len(p.Names))
	for i, name := range p.Names {
		out[i] = Axis{Name: name, Range: column{rows: p.Rows, i: i}}
	}
	return out, nil
}

type column struct {
	rows [][]any
	i    int
}

func (c column) Len() int     { return len(c.rows) }
func (c column) At(i int) any { return c.rows[i][c.i] }

// columnsOf also checks what a design of somebody else returns.
func columnsOf(d Design) ([]Axis, error) {
	if d == nil {
		return nil, fmt.Errorf("trajectory: a design is nil")
	}
	columns, err := d.Columns()
	if err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("trajectory: nothing to explore")
	}
	for _, c := range columns {
		if _, err := c.Columns(); err != nil {
			return nil, err
		}
		if c.Range.Len() != columns[0].Range.Len() {
			return nil, fmt.Errorf("trajectory: parameters explored together need equally many values: %q has %d, %q has %d",
				columns[0].Name, columns[0].Range.Len(), c.Name, c.Range.Len())
		}
	}
	return columns, nil
}

// tiled repeats each value of base stride times and the whole as often as
// n needs: value i is base[i / stride mod len].
type tiled struct {
	base   Range
	stride int
	n      int
}

func (t tiled) Len() int     { return t.n }
func (t tiled) At(i int) any { return t.base.At(i / t.stride % t.base.Len()) }

// tile wraps a range; a range that is tiled in whole periods stays one layer.
func tile(r Range, stride, n int) tiled {
	if t, ok := r.(tiled); ok && t.n%(t.stride*t.base.Len()) == 0 {
		return tiled{base: t.base, stride: t.stride * stride, n: n}
	}
	return tiled{base: r, stride: stride, n: n}
}

// invalid stands for a range that cannot be; the error comes out of Columns.
type invalid struct{ err error }

func (invalid) Len() int   { return 0 }
func (invalid) At(int) any { return nil }

type list[T any] []T

func (l list[T]) Len() int     { return len(l) }
func (l list[T]) At(i int) any { return l[i] }

func (l list[T]) flat() any { return []T(l) }

// Values is a range of given values.
func Values[T any](values ...T) Range { return list[T](copied(values)) }

type arange struct {
	start, step float64
	n           int
}

func (a arange) Len() int     { return a.n }
func (a arange) At(i int) any { return a.start + float64(float64(i)*a.step) }

// Arange is numpy's arange: start + i*step for all i below
// ceil((stop-start)/step). The end is left out, but rounding can let it in: that
// is numpy's rule too.
func Arange(start, stop, step float64) Range {
	n := math.Ceil((stop - start) / step)
	if math.IsNaN(n) || math.IsInf(n, 0) || step == 0 {
		return invalid{fmt.Errorf("arange(%g, %g, %g) has no end", start, stop, step)}
	}
	if n > maxRuns {
		return invalid{fmt.Errorf("arange(%g, %g, %g) has more than %d values", start, stop, step, maxRuns)}
	}
	// numpy computes the step it uses from the first two values.
	return arange{start: start, step: (start + step) - start, n: max(0, int(n))}
}

type linspace struct {
	start, stop float64
	n           int
}

func (l linspace) Len() int { return l.n }
func (l linspace) At(i int) any {
	if i == l.n-1 && l.n > 1 {
		return l.stop
	}
	if l.n == 1 {
		return l.start
	}
	return l.start + float64(float64(i)*((l.stop-l.start)/float64(l.n-1)))
}

// Linspace is numpy's linspace: n values from start to stop, both included.
func Linspace(start, stop float64, n int) Range {
	if n < 1 || n > maxRuns || math.IsNaN(stop-start) || math.IsInf(stop-start, 0) {
		return invalid{fmt.Errorf("linspace(%g, %g, %d) is no range", start, stop, n)}
	}
	return linspace{start: start, stop: stop, n: n}
}

type counting int

func (c counting) Len() int     { return int(c) }
func (c counting) At(i int) any { return i }

// Trials counts 0, 1, … n-1: repetitions of a point, to explore an integer
// parameter called trial or seed over (see [Run.Seed]).
func Trials(n int) Range {
	if n < 1 || n > maxRuns {
		return invalid{fmt.Errorf("%d trials (want 1 to %d)", n, maxRuns)}
	}
	return counting(n)
}
