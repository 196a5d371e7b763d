package table

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// Coord names the places along a dimension.
type Coord struct {
	Name string
	Unit string // of numbers; "" if none
	// Values are float64, int64, uint64, bool or string, all of one type.
	Values []any
}

// Dim is a dimension of an [Array]: a coordinate that gives it its name, and
// others along the same dimension, such as those of parameters that are explored together.
type Dim struct {
	Coord
	Also []Coord
}

// Len is the number of places.
func (d Dim) Len() int { return len(d.Values) }

// Array is an n-dimensional array of numbers whose dimensions have names and
// coordinates. What is missing, as for a run that failed, is NaN and not present. An array
// is not changed once it is made; methods return new ones.
type Array struct {
	Name string
	Unit string // of the numbers; "" if none
	Dims []Dim
	// Values are the numbers in row-major order: the last dimension is contiguous.
	Values []float64
	// Present tells what is there from what is missing; nil if nothing is missing.
	Present []bool
}

// Shape is the length of each dimension.
func (a *Array) Shape() []int {
	out := make([]int, len(a.Dims))
	for i, d := range a.Dims {
		out[i] = d.Len()
	}
	return out
}

// Missing counts what is not present.
func (a *Array) Missing() int {
	n := 0
	for _, ok := range a.Present {
		if !ok {
			n++
		}
	}
	return n
}

// At is the number at an index per dimension; ok is false if it is missing or
// beyond the array.
func (a *Array) At(index ...int) (x float64, ok bool) {
	if len(index) != len(a.Dims) {
		return math.NaN(), false
	}
	at := 0
	for i, d := range a.Dims {
		if index[i] < 0 || index[i] >= d.Len() {
			return math.NaN(), false
		}
		at = at*d.Len() + index[i]
	}
	if at >= len(a.Values) {
		return math.NaN(), false // an array that nobody made
	}
	return a.Values[at], a.Present == nil || a.Present[at]
}

// find is the number of the dimension that has a coordinate of that name, or
// of that end of a name.
func (a *Array) find(name string) (dim int, c Coord, err error) {
	var found []Coord
	for i, d := range a.Dims {
		for _, c := range append([]Coord{d.Coord}, d.Also...) {
			if c.Name == name {
				return i, c, nil
			}
			if strings.HasSuffix(c.Name, "."+name) {
				dim, found = i, append(found, c)
			}
		}
	}
	switch len(found) {
	case 1:
		return dim, found[0], nil
	case 0:
		return 0, Coord{}, fmt.Errorf("table: array %s has no dimension %q (it has %s): %w", a.Name, name, strings.Join(a.names(), ", "), trajectory.ErrNotFound)
	}
	return 0, Coord{}, fmt.Errorf("table: array %s: dimension %q may be %s or %s: %w", a.Name, name, found[0].Name, found[1].Name, trajectory.ErrNotUnique)
}

func (a *Array) names() []string {
	out := make([]string, len(a.Dims))
	for i, d := range a.Dims {
		out[i] = d.Name
	}
	return out
}

// Coord finds a coordinate by its name or the end of it.
func (a *Array) Coord(name string) (Coord, error) {
	_, c, err := a.find(name)
	return c, err
}

// Select is the part of the array at one coordinate, without that dimension.
// The value is a number, text or bool; for a coordinate with a unit also a
// quantity or its text, "10 ms". Numbers need to agree to 1 in 10^9 only, so that
// 1.8 finds 1.7999999999999998.
func (a *Array) Select(name string, value any) (*Array, error) {
	dim, c, err := a.find(name)
	if err != nil {
		return nil, err
	}
	at, err := c.index(value)
	if err != nil {
		return nil, fmt.Errorf("table: array %s: %w", a.Name, err)
	}
	return a.take(dim, []int{at}).drop(dim), nil
}

// Nearest is [Array.Select] for the coordinate that is nearest to a number.
func (a *Array) Nearest(name string, value float64) (*Array, error) {
	dim, c, err := a.find(name)
	if err != nil {
		return nil, err
	}
	best := -1
	for i, v := range c.Values {
		x, ok := asFloat(v)
		if !ok {
			return nil, fmt.Errorf("table: array %s: the values of %s are no numbers: %w", a.Name, c.Name, trajectory.ErrType)
		}
		if y, _ := asFloat(c.Values[max(best, 0)]); best < 0 || math.Abs(x-value) < math.Abs(y-value) {
			best = i
		}
	}
	if best < 0 || math.IsNaN(value) {
		return nil, fmt.Errorf("table: array %s: nothing of %s is near %g: %w", a.Name, c.Name, value, trajectory.ErrNotFound)
	}
	return a.take(dim, []int{best}).drop(dim), nil
}

// Between is the part of the array whose coordinate lies between two values, both
// included; they are as for [Array.Select]. The dimension stays.
func (a *Array) Between(name string, low, high any) (*Array, error) {
	dim, c, err := a.find(name)
	if err != nil {
		return nil, err
	}
	lo, err1 := c.number(low)
	hi, err2 := c.number(high)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("table: array %s: %s from %s to %s: want numbers: %w", a.Name, c.Name, trajectory.PythonText(low), trajectory.PythonText(high), trajectory.ErrType)
	}
	var at []int
	for i, v := range c.Values {
		if x, ok := asFloat(v); ok && (x >= lo || close(x, lo)) && (x <= hi || close(x, hi)) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil, fmt.Errorf("table: array %s has no %s from %s to %s (there are %s): %w", a.Name, c.Name, trajectory.PythonText(low), trajectory.PythonText(high), c.text(8), trajectory.ErrNotFound)
	}
	return a.take(dim, at), nil
}

// Index is the part of the array at place i of a dimension, without that dimension.
func (a *Array) Index(name string, i int) (*Array, error) {
	dim, _, err := a.find(name)
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= a.Dims[dim].Len() {
		return nil, fmt.Errorf("table: array %s: %s has the places 0 to %d, not %d: %w", a.Name, a.Dims[dim].Name, a.Dims[dim].Len()-1, i, trajectory.ErrNotFound)
	}
	return a.take(dim, []int{i}).drop(dim), nil
}

// Squeeze is the array without the dimensions that have one place only.
func (a *Array) Squeeze() *Array {
	out := *a
	out.Dims = slices.DeleteFunc(slices.Clone(a.Dims), func(d Dim) bool { return d.Len() == 1 })
	return &out
}

// Rename is the array with another name for a dimension.
func (a *Array) Rename(old, name string) (*Array, error) {
	dim, c, err := a.find(old)
	if err != nil {
		return nil, err
	}
	out := *a
	out.Dims = slices.Clone(a.Dims)
	d := a.Dims[dim]
	if d.Name == c.Name {
		d.Name = name
	} else {
		d.Also = slices.Clone(d.Also)
		d.Also[slices.IndexFunc(d.Also, func(x Coord) bool { return x.Name == c.Name })].Name = name
	}
	out.Dims[dim] = d
	return &out, nil
}

// Transpose is the array with the dimensions in another order; all must be named.
func (a *Array) Transpose(names ...string) (*Array, error) {
	order := make([]int, len(names))
	for i, name := range names {
		dim, _, err := a.find(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(order[:i], dim) {
			return nil, fmt.Errorf("table: array %s: dimension %s is named twice", a.Name, a.Dims[dim].Name)
		}
		order[i] = dim
	}
	if len(order) != len(a.Dims) {
		return nil, fmt.Errorf("table: array %s has the dimensions %s; all must be named, not %d of them", a.Name, strings.Join(a.names(), ", "), len(order))
	}
	out := a.like()
	strides := a.strides()
	step := make([]int, len(order))
	for i, dim := range order {
		out.Dims = append(out.Dims, a.Dims[dim])
		step[i] = strides[dim]
	}
	out.copy(a, step)
	return out, nil
}

// like is an array of the same name and kind without dimensions and numbers.
func (a *Array) like() *Array { return &Array{Name: a.Name, Unit: a.Unit} }

func (a *Array) strides() []int {
	out := make([]int, len(a.Dims))
	n := 1
	for i := len(a.Dims) - 1; i >= 0; i-- {
		out[i] = n
		n *= a.Dims[i].Len()
	}
	return out
}

// copy fills a with what it finds in another array by going step elements on for
// each place of a dimension.
func (a *Array) copy(from *Array, step []int) {
	n := 1
	for _, d := range a.Dims {
		n *= d.Len()
	}
	a.Values = make([]float64, 0, n)
	if from.Present != nil {
		a.Present = make([]bool, 0, n)
	}
	var walk func(dim, at int)
	walk = func(dim, at int) {
		if dim == len(a.Dims) {
			a.Values = append(a.Values, from.Values[at])
			if from.Present != nil {
				a.Present = append(a.Present, from.Present[at])
			}
			return
		}
		for i := range a.Dims[dim].Len() {
			walk(dim+1, at+i*step[dim])
		}
	}
	if n > 0 && len(from.Values) > 0 {
		walk(0, 0)
	}
	a.tidy()
}

// tidy forgets about what is missing if nothing is.
func (a *Array) tidy() {
	if !slices.Contains(a.Present, false) {
		a.Present = nil
	}
}

// take is the array at some places of a dimension.
func (a *Array) take(dim int, at []int) *Array {
	out := a.like()
	out.Dims = slices.Clone(a.Dims)
	pickCoord := func(c Coord) Coord { return Coord{c.Name, c.Unit, pick(c.Values, at)} }
	d := Dim{Coord: pickCoord(a.Dims[dim].Coord)}
	for _, c := range a.Dims[dim].Also {
		d.Also = append(d.Also, pickCoord(c))
	}
	out.Dims[dim] = d
	inner := a.strides()[dim]
	block := inner * a.Dims[dim].Len()
	for from := 0; from < len(a.Values); from += block {
		for _, i := range at {
			lo := from + i*inner
			out.Values = append(out.Values, a.Values[lo:lo+inner]...)
			if a.Present != nil {
				out.Present = append(out.Present, a.Present[lo:lo+inner]...)
			}
		}
	}
	out.tidy()
	return out
}

// drop takes out a dimension that has one place only.
func (a *Array) drop(dim int) *Array {
	a.Dims = without(a.Dims, dim)
	return a
}

// without is the other dimensions.
func without(dims []Dim, dim int) []Dim {
	var out []Dim
	for i, d := range dims {
		if i != dim {
			out = append(out, d)
		}
	}
	return out
}

// index finds a coordinate.
func (c Coord) index(value any) (int, error) {
	if s, ok := value.(string); ok && c.Unit == "" {
		if i := slices.Index(c.Values, any(s)); i >= 0 {
			return i, nil
		}
	} else if b, ok := value.(bool); ok {
		if i := slices.Index(c.Values, any(b)); i >= 0 {
			return i, nil
		}
	} else {
		x, err := c.number(value)
		if err != nil {
			return 0, err
		}
		best := -1
		for i, v := range c.Values {
			y, ok := asFloat(v)
			if ok && y == x {
				return i, nil
			}
			if ok && close(x, y) && best < 0 {
				best = i
			}
		}
		if best >= 0 {
			return best, nil
		}
	}
	return 0, fmt.Errorf("%s has no value %s (there are %s): %w", c.Name, trajectory.PythonText(value), c.text(8), trajectory.ErrNotFound)
}

// number is a value in the coordinate's unit.
func (c Coord) number(value any) (float64, error) {
	if s, ok := value.(string); ok {
		q, err := quantity.Parse(s)
		if err != nil {
			return 0, err
		}
		value = q
	}
	if q, ok := value.(quantity.Quantity); ok {
		unit := c.Unit
		if unit == "" {
			unit = "1"
		}
		return q.In(unit)
	}
	x, ok := asFloat(value)
	if !ok {
		return 0, fmt.Errorf("%s: a %T is no value of a coordinate: %w", c.Name, value, trajectory.ErrType)
	}
	return x, nil
}

// close tells whether two numbers are the same but for rounding.
func close(x, y float64) bool { return math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y)) }

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}

// text lists the first values.
func (c Coord) text(most int) string {
	var parts []string
	for i, v := range c.Values {
		if i == most-1 && len(c.Values) > most {
			parts = append(parts, "…", coordText(c.Values[len(c.Values)-1]))
			break
		}
		parts = append(parts, coordText(v))
	}
	return strings.Join(parts, " ")
}

func coordText(v any) string {
	if x, ok := v.(float64); ok {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	return fmt.Sprint(v)
}

// label is a name with a unit.
func label(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " [" + unit + "]"
}

// String shows name, dimensions, coordinates and, of a small array, the numbers.
func (a *Array) String() string {
	var b strings.Builder
	var sizes []string
	for _, d := range a.Dims {
		sizes = append(sizes, fmt.Sprintf("%s: %d", d.Name, d.Len()))
	}
	fmt.Fprintf(&b, "%s (%s)", label(a.Name, a.Unit), strings.Join(sizes, ", "))
	if n := a.Missing(); n > 0 {
		fmt.Fprintf(&b, ", %d of %d missing", n, len(a.Values))
	}
	b.WriteByte('\n')
	width := 0
	for _, d := range a.Dims {
		for _, c := range append([]Coord{d.Coord}, d.Also...) {
			width = max(width, len([]rune(label(c.Name, c.Unit))))
		}
	}
	for _, d := range a.Dims {
		for i, c := range append([]Coord{d.Coord}, d.Also...) {
			mark := "*"
			if i > 0 {
				mark = " "
			}
			name := label(c.Name, c.Unit)
			fmt.Fprintf(&b, "  %s %s%s  %s\n", mark, name, strings.Repeat(" ", width-len([]rune(name))), c.text(8))
		}
	}
	const most = 100
	if len(a.Values) > most {
		return b.String()
	}
	row := 1
	if n := len(a.Dims); n > 0 {
		row = max(a.Dims[n-1].Len(), 1)
	}
	for i, x := range a.Values {
		switch {
		case i%row == 0 && i > 0:
			b.WriteString("\n  ")
		case i%row == 0:
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
		if a.Present != nil && !a.Present[i] {
			b.WriteByte('-')
		} else {
			b.WriteString(strconv.FormatFloat(x, 'g', 6, 64))
		}
	}
	if len(a.Values) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}
