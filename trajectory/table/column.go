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

// Role says what a column is about.
type Role string

// The roles of columns.
const (
	About     Role = "run"       // the run itself: number, state, seed, …
	Parameter Role = "parameter" // the value of a parameter in the run
	Result    Role = "result"    // a result or derived parameter of the run
)

// Column is one column of a [Table]: a value or nothing for each row. It is not
// changed once the table is made.
type Column struct {
	Name string
	Unit string // that the numbers count, as quantity.ParseUnit reads it; "" if none
	Role Role
	// Explored tells parameters that are explored from those that are the same in all runs.
	Explored bool
	// Type is the type of the values, or of the elements of arrays: what the
	// trajectory held, or where rows differ Float if all are numbers and Str if not.
	Type trajectory.Type

	// values holds one element per row: []bool, []int64 for all integers,
	// []uint64 for all unsigned ones, []float64, []string, or []trajectory.Data
	// for arrays.
	values any
	valid  []bool // nil: all rows have a value
}

// Label is the name with the unit, "tau [ms]".
func (c *Column) Label() string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + " [" + c.Unit + "]"
}

// Len is the number of rows.
func (c *Column) Len() int {
	switch v := c.values.(type) {
	case []bool:
		return len(v)
	case []int64:
		return len(v)
	case []uint64:
		return len(v)
	case []float64:
		return len(v)
	case []string:
		return len(v)
	case []trajectory.Data:
		return len(v)
	}
	return len(c.valid) // a column without any value
}

// IsArray tells whether the values are arrays.
func (c *Column) IsArray() bool {
	_, ok := c.values.([]trajectory.Data)
	return ok
}

// IsNull tells whether a row has no value, as one that is not there.
func (c *Column) IsNull(row int) bool {
	return row < 0 || row >= c.Len() || c.valid != nil && !c.valid[row]
}

// Nulls counts the rows without a value.
func (c *Column) Nulls() int {
	n := 0
	for _, ok := range c.valid {
		if !ok {
			n++
		}
	}
	return n
}

// Value is the value of a row: bool, int64, uint64, float64, string, or the slice or
// trajectory.Array of an array; nil if there is none. All signed integers are
// int64 and all floats float64; Type tells them apart.
func (c *Column) Value(row int) any {
	if c.IsNull(row) {
		return nil
	}
	switch v := c.values.(type) {
	case []bool:
		return v[row]
	case []int64:
		return v[row]
	case []uint64:
		return v[row]
	case []float64:
		return v[row]
	case []string:
		return v[row]
	case []trajectory.Data:
		x, err := trajectory.Decode(v[row])
		if err != nil {
			return v[row]
		}
		return x
	}
	return nil
}

// Float is a number or bool as a float64; ok is false if there is none.
func (c *Column) Float(row int) (x float64, ok bool) {
	if c.IsNull(row) {
		return math.NaN(), false
	}
	switch v := c.values.(type) {
	case []bool:
		if v[row] {
			return 1, true
		}
		return 0, true
	case []int64:
		return float64(v[row]), true
	case []uint64:
		return float64(v[row]), true
	case []float64:
		return v[row], true
	}
	return math.NaN(), false
}

// Floats is all rows as float64, NaN where there is no number.
func (c *Column) Floats() []float64 {
	out := make([]float64, c.Len())
	for i := range out {
		out[i], _ = c.Float(i)
	}
	return out
}

// IsNumeric tells whether the values are numbers or bools.
func (c *Column) IsNumeric() bool {
	switch c.values.(type) {
	case []string, []trajectory.Data, nil:
		return false
	}
	return true
}

// Text prints the value of a row, "" if there is none: numbers with the digits
// that tell them apart from all others of their type, arrays as JSON.
func (c *Column) Text(row int) string {
	if c.IsNull(row) {
		return ""
	}
	switch v := c.values.(type) {
	case []bool:
		return strconv.FormatBool(v[row])
	case []int64:
		return strconv.FormatInt(v[row], 10)
	case []uint64:
		return strconv.FormatUint(v[row], 10)
	case []float64:
		return strconv.FormatFloat(v[row], 'g', -1, c.bits())
	case []string:
		return printable(v[row])
	case []trajectory.Data:
		return string(appendArray(nil, v[row]))
	}
	return ""
}

// bits is the size of a float of the column.
func (c *Column) bits() int {
	if c.Type == trajectory.Float32 || c.Type == trajectory.Complex64 {
		return 32
	}
	return 64
}

// printable writes bytes that are no UTF-8 as \xff.
func printable(s string) string {
	if strings.ToValidUTF8(s, "") == s {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

// take makes a column of some rows.
func (c *Column) take(rows []int) *Column {
	out := *c
	switch v := c.values.(type) {
	case []bool:
		out.values = pick(v, rows)
	case []int64:
		out.values = pick(v, rows)
	case []uint64:
		out.values = pick(v, rows)
	case []float64:
		out.values = pick(v, rows)
	case []string:
		out.values = pick(v, rows)
	case []trajectory.Data:
		out.values = pick(v, rows)
	}
	if c.valid != nil || c.values == nil {
		out.valid = pick(c.valid, rows)
		if c.values != nil && !slices.Contains(out.valid, false) {
			out.valid = nil
		}
	}
	return &out
}

func pick[T any](v []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = v[r]
	}
	return out
}

// compare orders two rows: no value first, then by size.
func (c *Column) compare(a, b int) int {
	switch na, nb := c.IsNull(a), c.IsNull(b); {
	case na && nb:
		return 0
	case na:
		return -1
	case nb:
		return 1
	}
	switch v := c.values.(type) {
	case []bool:
		return order(v[a], v[b], func(x, y bool) bool { return !x && y })
	case []int64:
		return order(v[a], v[b], func(x, y int64) bool { return x < y })
	case []uint64:
		return order(v[a], v[b], func(x, y uint64) bool { return x < y })
	case []float64:
		return order(v[a], v[b], func(x, y float64) bool { return x < y || x != x && y == y })
	case []string:
		return strings.Compare(v[a], v[b])
	}
	return 0
}

func order[T any](a, b T, less func(x, y T) bool) int {
	switch {
	case less(a, b):
		return -1
	case less(b, a):
		return 1
	}
	return 0
}

// in converts the numbers of a column to another unit.
func (c *Column) in(unit string) (*Column, error) {
	if c.Unit == "" {
		return nil, fmt.Errorf("table: column %q has no unit, so its numbers cannot be given in %s", c.Name, unit)
	}
	from, err := quantity.ParseUnit(c.Unit)
	if err != nil {
		return nil, fmt.Errorf("table: column %q: %w", c.Name, err)
	}
	to, err := quantity.ParseUnit(unit)
	if err != nil {
		return nil, fmt.Errorf("table: column %q: %w", c.Name, err)
	}
	if from.Dim != to.Dim {
		return nil, fmt.Errorf("table: column %q: %w", c.Name, &quantity.MismatchError{Op: "convert", Left: from.Dim, Right: to.Dim})
	}
	// As quantity.Quantity.In has it.
	convert := func(x float64) float64 { return float64(x*from.Scale) / to.Scale }
	out := *c
	out.Unit, out.Type = unit, trajectory.Float
	arrays, ok := c.values.([]trajectory.Data)
	if !ok {
		x := c.Floats()
		for i := range x {
			x[i] = convert(x[i])
		}
		out.values = x
		return &out, nil
	}
	out.Type = trajectory.Float64
	converted := make([]trajectory.Data, len(arrays))
	for row, d := range arrays {
		if c.IsNull(row) {
			continue
		}
		n, _ := trajectory.Elements(d.Shape)
		x := make([]float64, n)
		for i := range x {
			x[i] = convert(number(d.Values, i))
		}
		converted[row] = trajectory.Data{Coll: trajectory.NDArray, Type: trajectory.Float64, Shape: d.Shape, Values: x}
	}
	out.values = converted
	return &out, nil
}

// constant tells whether all rows have the same value, or none has one. Arrays are not
// compared.
func (c *Column) constant() bool {
	if n := c.Nulls(); n > 0 {
		return n == c.Len()
	}
	switch v := c.values.(type) {
	case []bool:
		return allSame(v)
	case []int64:
		return allSame(v)
	case []uint64:
		return allSame(v)
	case []float64:
		return allSame(v) || !slices.ContainsFunc(v, func(x float64) bool { return !math.IsNaN(x) })
	case []string:
		return allSame(v)
	}
	return false
}

func allSame[T comparable](v []T) bool {
	return !slices.ContainsFunc(v, func(x T) bool { return x != v[0] })
}
