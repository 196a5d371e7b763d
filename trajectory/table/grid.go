package table

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"galvani/trajectory"
)

// Inner is a dimension of results that are arrays themselves.
type Inner struct {
	Name string
	// From is the column, of one-dimensional arrays that are the same in all runs, that has the
	// coordinates; "" counts 0, 1, ….
	From string
}

// ArrayOptions of [Table.Grid] and [Table.OverRuns].
type ArrayOptions struct {
	// Dims are the parameters that become dimensions, in order. Nil is all that
	// are explored, in the order of exploring.
	Dims []string
	// Inner are the dimensions of array-valued results, in order; those without a
	// name are dim_0, dim_1, ….
	Inner []Inner
	// Pad allows arrays of different lengths; what is missing at their ends is not present.
	Pad bool
	// MaxBytes is how much memory the array may take; 0 is 4 GiB.
	MaxBytes int64
}

// Grid arranges a numeric result of all rows by the parameters: one dimension per
// explored parameter, with its values in the order in which they come. A parameter whose value
// follows from that of another one, like those that one pattern matched, is a further coordinate along the
// other's dimension. A result that is an array has its dimensions behind
// those. Points that no run was made for, or that failed, are missing; two runs at
// one point are an error.
func (t *Table) Grid(result string, o ArrayOptions) (*Array, error) {
	c, err := t.Column(result)
	if err != nil {
		return nil, err
	}
	axes, err := t.axes(o.Dims)
	if err != nil {
		return nil, fmt.Errorf("table: array %s: %w", c.Name, err)
	}
	a := &Array{Name: c.Name, Unit: c.Unit}
	at := make([]int, t.rows) // the place of each row
	total := 1
	for _, x := range axes {
		a.Dims = append(a.Dims, x.dim)
		n := x.dim.Len()
		if n > 0 && total > math.MaxInt32*16/n {
			return nil, fmt.Errorf("table: array %s of more than %d points: %w", c.Name, total, ErrTooLarge)
		}
		total *= n
		for row := range at {
			at[row] = at[row]*n + x.at[row]
		}
	}
	rowAt := make(map[int]int, t.rows)
	for row, place := range at {
		if other, ok := rowAt[place]; ok {
			var where []string
			for _, x := range axes {
				where = append(where, fmt.Sprintf("%s=%s", x.dim.Name, coordText(x.dim.Values[x.at[row]])))
			}
			return nil, fmt.Errorf("table: array %s: rows %d and %d are at the same point (%s): make what they differ in a dimension, aggregate first, or use OverRuns",
				c.Name, other, row, strings.Join(where, ", "))
		}
		rowAt[place] = row
	}
	return a.fill(t, c, at, total, o)
}

// OverRuns arranges a numeric result along the rows: a dimension run with the
// numbers of the runs, along which the explored parameters are further coordinates. It is for
// explorations that are no grid.
func (t *Table) OverRuns(result string, o ArrayOptions) (*Array, error) {
	c, err := t.Column(result)
	if err != nil {
		return nil, err
	}
	d := Dim{Coord: Coord{Name: columnRun}}
	at := make([]int, t.rows)
	run, err := t.Column(columnRun)
	for row := range at {
		at[row] = row
		if err == nil {
			d.Values = append(d.Values, run.Value(row))
		} else {
			d.Values = append(d.Values, int64(row))
		}
	}
	for _, p := range t.columns {
		if p.Role != Parameter || !p.Explored || p.IsArray() {
			continue
		}
		also := Coord{Name: p.Name, Unit: p.Unit}
		for row := range at {
			also.Values = append(also.Values, p.Value(row))
		}
		d.Also = append(d.Also, also)
	}
	a := &Array{Name: c.Name, Unit: c.Unit, Dims: []Dim{d}}
	return a.fill(t, c, at, t.rows, o)
}

// axis is a dimension and the place of every row along it.
type axis struct {
	dim   Dim
	at    []int
	array bool // the values are arrays, the coordinate their texts
}

// axes finds the dimensions.
func (t *Table) axes(names []string) ([]axis, error) {
	var heads, others []*Column
	for _, name := range names {
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(heads, c) {
			return nil, fmt.Errorf("dimension %s is named twice", c.Name)
		}
		heads = append(heads, c)
	}
	for _, c := range t.columns {
		if c.Role != Parameter || !c.Explored || slices.Contains(heads, c) {
			continue
		}
		if names == nil {
			heads = append(heads, c)
		} else {
			others = append(others, c)
		}
	}
	all := make([]axis, 0, len(heads)+len(others))
	for _, c := range append(slices.Clip(heads), others...) {
		x, err := c.axis(t.rows)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	head := make([]bool, len(all))
	for i, x := range all {
		// In a list of names each is a dimension; otherwise what no other one decides about.
		head[i] = i < len(heads) && (names != nil || !slices.ContainsFunc(all[:i], x.follows))
	}
	if names == nil {
		for i, x := range all {
			for k, y := range all {
				// A later one that is not decided by this one itself.
				if head[i] && head[k] && k > i && x.follows(y) {
					head[i] = false
				}
			}
		}
	}
	var out []axis
	for i, x := range all {
		if head[i] {
			out = append(out, x)
		}
	}
	for i, x := range all {
		if k := slices.IndexFunc(out, x.follows); !head[i] && k >= 0 {
			out[k].dim.Also = append(out[k].dim.Also, x.along(out[k]))
		}
	}
	for _, x := range out {
		if x.array && x.dim.Len() > 1 {
			return nil, fmt.Errorf("the values of %s are arrays and cannot be a coordinate (name other dimensions, or use OverRuns)", x.dim.Name)
		}
	}
	return out, nil
}

// follows tells whether the place along another axis decides about the place
// along this one, which has several.
func (x axis) follows(y axis) bool {
	if x.dim.Len() < 2 {
		return false
	}
	place := make([]int, y.dim.Len())
	for row, at := range y.at {
		if place[at] != 0 && place[at] != x.at[row]+1 {
			return false
		}
		place[at] = x.at[row] + 1
	}
	return true
}

// along is the coordinate of x at the places of the axis that it follows.
func (x axis) along(y axis) Coord {
	c := Coord{Name: x.dim.Name, Unit: x.dim.Unit, Values: make([]any, y.dim.Len())}
	for row, at := range y.at {
		c.Values[at] = x.dim.Values[x.at[row]]
	}
	return c
}

// axis lists the distinct values of a column.
func (c *Column) axis(rows int) (axis, error) {
	x := axis{dim: Dim{Coord: Coord{Name: c.Name, Unit: c.Unit}}, at: make([]int, rows), array: c.IsArray()}
	known := map[any]int{}
	for row := range rows {
		v := c.Value(row)
		key := v
		switch y := v.(type) {
		case nil:
			return x, fmt.Errorf("%s has no value in row %d and cannot be a dimension", c.Name, row)
		case float64:
			key = math.Float64bits(y)
		}
		if x.array {
			key = c.Text(row)
			v = key
		}
		i, ok := known[key]
		if !ok {
			i = len(known)
			known[key] = i
			x.dim.Values = append(x.dim.Values, v)
		}
		x.at[row] = i
	}
	return x, nil
}

// fill adds the inner dimensions and the numbers; at is the place of each row
// among total ones.
func (a *Array) fill(t *Table, c *Column, at []int, total int, o ArrayOptions) (*Array, error) {
	shape, err := c.shape(o.Pad)
	if err != nil {
		return nil, err
	}
	inner := 1
	most := Options{MaxBytes: o.MaxBytes}.maxBytes() / 9
	for k, n := range shape {
		d, err := t.inner(o.Inner, k, n, o.Pad)
		if err != nil {
			return nil, fmt.Errorf("table: array %s: %w", c.Name, err)
		}
		a.Dims = append(a.Dims, d)
		if n > 0 && int64(inner) > most/int64(n) {
			inner = math.MaxInt32
			break
		}
		inner *= n
	}
	if len(o.Inner) > len(shape) {
		return nil, fmt.Errorf("table: array %s: the results have %d dimensions, not %d", c.Name, len(shape), len(o.Inner))
	}
	if inner > 0 && int64(total) > most/int64(inner) {
		return nil, fmt.Errorf("table: array %s of %d points with %d numbers each takes more memory than allowed (MaxBytes): %w", c.Name, total, inner, ErrTooLarge)
	}
	a.Values, a.Present = make([]float64, total*inner), make([]bool, total*inner)
	for i := range a.Values {
		a.Values[i] = math.NaN()
	}
	for row, place := range at {
		if c.IsNull(row) {
			continue
		}
		lo := place * inner
		if v, ok := c.values.([]trajectory.Data); ok {
			spread(a.Values[lo:lo+inner], a.Present[lo:lo+inner], shape, v[row])
			continue
		}
		a.Values[lo], a.Present[lo] = c.Float(row)
	}
	a.tidy()
	return a, nil
}

// shape is that of the arrays of a column: the same for all, or the largest.
func (c *Column) shape(pad bool) ([]int, error) {
	if c.values != nil && !c.IsArray() && !c.IsNumeric() || kindOf(c.Type) == texts {
		return nil, fmt.Errorf("table: array %s: the values are %s (want numbers): %w", c.Name, c.Type, trajectory.ErrType)
	}
	v, _ := c.values.([]trajectory.Data)
	var shape []int
	first := -1
	for row, d := range v {
		switch {
		case c.IsNull(row):
		case first < 0:
			shape, first = slices.Clone(d.Shape), row
		case slices.Equal(shape, d.Shape):
		case !pad || len(shape) != len(d.Shape):
			return nil, fmt.Errorf("table: array %s: row %d has the shape %v and row %d %v (with Pad, equally many dimensions are enough)", c.Name, first, v[first].Shape, row, d.Shape)
		default:
			for i := range shape {
				shape[i] = max(shape[i], d.Shape[i])
			}
		}
	}
	return shape, nil
}

// inner makes a dimension of the results themselves.
func (t *Table) inner(inner []Inner, k, n int, pad bool) (Dim, error) {
	d := Dim{Coord: Coord{Name: fmt.Sprintf("dim_%d", k)}}
	if k < len(inner) && inner[k].Name != "" {
		d.Name = inner[k].Name
	}
	if k >= len(inner) || inner[k].From == "" {
		for i := range n {
			d.Values = append(d.Values, int64(i))
		}
		return d, nil
	}
	c, err := t.Column(inner[k].From)
	if err != nil {
		return d, err
	}
	v, ok := c.values.([]trajectory.Data)
	if !ok {
		return d, fmt.Errorf("the coordinates %s are no arrays: %w", c.Name, trajectory.ErrType)
	}
	d.Unit = c.Unit
	longest := -1
	for row := range v {
		if c.IsNull(row) {
			continue
		}
		if len(v[row].Shape) != 1 {
			return d, fmt.Errorf("the coordinates %s have the shape %v in row %d (want one dimension)", c.Name, v[row].Shape, row)
		}
		if longest < 0 || v[row].Shape[0] > v[longest].Shape[0] {
			longest = row
		}
	}
	if longest < 0 || v[longest].Shape[0] != n {
		return d, fmt.Errorf("the coordinates %s are not as many as the %d places of dimension %s", c.Name, n, d.Name)
	}
	elements := func(row int) *Column { return &Column{Type: v[row].Type, values: storage(v[row])} }
	all := elements(longest)
	for i := range n {
		d.Values = append(d.Values, all.Value(i))
	}
	for row := range v {
		if c.IsNull(row) {
			continue
		}
		here := elements(row)
		same := pad || here.Len() == n
		for i := 0; same && i < here.Len(); i++ {
			x, y := here.Value(i), all.Value(i)
			same = x == y || x != x && y != y
		}
		if !same {
			return d, fmt.Errorf("the coordinates %s of row %d are not those of row %d", c.Name, row, longest)
		}
	}
	return d, nil
}

// storage is the elements of an array in the form of a column's values.
func storage(d trajectory.Data) any {
	n, _ := trajectory.Elements(d.Shape)
	g := newGatherer("", "", n)
	for i := range n {
		if err := g.set(i, d.Type, d.Values, i, ""); err != nil {
			break // a single type and unit cannot disagree
		}
	}
	if g.c.values == nil {
		return []float64{}
	}
	return g.c.values
}

// spread copies an array into the corner of a larger one.
func spread(into []float64, present []bool, shape []int, d trajectory.Data) {
	from := 0
	var walk func(dim, at int)
	walk = func(dim, at int) {
		if dim == len(shape) {
			into[at], present[at] = number(d.Values, from), true
			from++
			return
		}
		for i := range d.Shape[dim] {
			walk(dim+1, at*shape[dim]+i)
		}
	}
	walk(0, 0)
}
