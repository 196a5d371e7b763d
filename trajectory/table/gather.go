package table

import (
	"fmt"
	"math"
	"strconv"

	"galvani/trajectory"
)

// gatherer makes a column from the values of rows in any order.
type gatherer struct {
	c    *Column
	rows int
	unit bool // a value has been set, so the unit is decided
}

func newGatherer(name string, role Role, rows int) *gatherer {
	return &gatherer{c: &Column{Name: name, Role: role, valid: make([]bool, rows)}, rows: rows}
}

// kind is what holds the values of a type: one of the slices of Column.values.
type kind int

const (
	none kind = iota
	bools
	ints
	uints
	floats
	texts
	arrays
)

func kindOf(t trajectory.Type) kind {
	switch t {
	case trajectory.Bool, trajectory.BoolNP:
		return bools
	case trajectory.Int, trajectory.Int8, trajectory.Int16, trajectory.Int32, trajectory.Int64:
		return ints
	case trajectory.Uint8, trajectory.Uint16, trajectory.Uint32, trajectory.Uint64:
		return uints
	case trajectory.Float, trajectory.Float32, trajectory.Float64:
		return floats
	case trajectory.Str, trajectory.Bytes:
		return texts
	}
	return none
}

func (k kind) make(rows int) any {
	switch k {
	case bools:
		return make([]bool, rows)
	case ints:
		return make([]int64, rows)
	case uints:
		return make([]uint64, rows)
	case floats:
		return make([]float64, rows)
	case texts:
		return make([]string, rows)
	}
	return make([]trajectory.Data, rows)
}

// set takes over element k of the values of a row; they are of the type t.
func (g *gatherer) set(row int, t trajectory.Type, values any, k int, unit string) error {
	if err := g.counts(unit); err != nil {
		return err
	}
	c := g.c
	if c.values == nil {
		c.Type, c.values = t, kindOf(t).make(g.rows)
	}
	if c.Type != t {
		if err := g.widen(mixed(c.Type, t)); err != nil {
			return err
		}
	}
	switch into := c.values.(type) {
	case []bool:
		into[row] = values.([]bool)[k]
	case []int64:
		into[row] = whole(values, k)
	case []uint64:
		into[row] = natural(values, k)
	case []float64:
		into[row] = number(values, k)
	case []string:
		if into[row] = text(values, k); t == trajectory.Bytes && c.Type == trajectory.Str {
			into[row] = trajectory.PythonText([]byte(into[row]))
		}
	}
	c.valid[row] = true
	return nil
}

// array takes over the array of a row.
func (g *gatherer) array(row int, d trajectory.Data, unit string) error {
	if err := g.counts(unit); err != nil {
		return err
	}
	c := g.c
	if c.values == nil {
		c.Type, c.values = d.Type, arrays.make(g.rows)
	}
	into, ok := c.values.([]trajectory.Data)
	if !ok {
		return fmt.Errorf("table: column %q holds an array in some rows and a scalar in others", c.Name)
	}
	if c.Type != d.Type {
		c.Type = mixed(c.Type, d.Type)
	}
	into[row], c.valid[row] = d, true
	return nil
}

// counts checks that all rows count the same unit.
func (g *gatherer) counts(unit string) error {
	if g.unit && unit != g.c.Unit {
		return fmt.Errorf("table: column %q is in %s in some rows and in %s in others", g.c.Name, unitOr1(g.c.Unit), unitOr1(unit))
	}
	g.c.Unit, g.unit = unit, true
	return nil
}

func unitOr1(unit string) string {
	if unit == "" {
		return "1"
	}
	return unit
}

// mixed is the type of a column that holds two.
func mixed(a, b trajectory.Type) trajectory.Type {
	if ka, kb := kindOf(a), kindOf(b); ka == none || kb == none || ka == texts || kb == texts {
		return trajectory.Str
	}
	return trajectory.Float
}

// widen changes the type of what has been gathered so far.
func (g *gatherer) widen(to trajectory.Type) error {
	c := g.c
	if c.IsArray() {
		return fmt.Errorf("table: column %q holds an array in some rows and a scalar in others", c.Name)
	}
	if c.Type == to {
		return nil
	}
	old := *c
	if to == trajectory.Str {
		v := make([]string, g.rows)
		for row, ok := range c.valid {
			if ok {
				v[row] = old.pythonText(row)
			}
		}
		c.values = v
	} else {
		v := make([]float64, g.rows)
		for row, ok := range c.valid {
			if ok {
				v[row], _ = old.Float(row)
			}
		}
		c.values = v
	}
	c.Type = to
	return nil
}

// column is what has been gathered.
func (g *gatherer) column() *Column {
	all := true
	for _, ok := range g.c.valid {
		all = all && ok
	}
	if all && g.c.values != nil {
		g.c.valid = nil
	}
	return g.c
}

// whole is an element of a slice of any signed integers.
func whole(values any, k int) int64 {
	switch v := values.(type) {
	case []int8:
		return int64(v[k])
	case []int16:
		return int64(v[k])
	case []int32:
		return int64(v[k])
	case []int64:
		return v[k]
	}
	return 0
}

// natural is an element of a slice of any unsigned integers.
func natural(values any, k int) uint64 {
	switch v := values.(type) {
	case []uint8:
		return uint64(v[k])
	case []uint16:
		return uint64(v[k])
	case []uint32:
		return uint64(v[k])
	case []uint64:
		return v[k]
	}
	return 0
}

// number is an element of a slice of any numbers or bools.
func number(values any, k int) float64 {
	switch v := values.(type) {
	case []bool:
		if v[k] {
			return 1
		}
		return 0
	case []float64:
		return v[k]
	case []float32:
		return float64(v[k])
	case []int8, []int16, []int32, []int64:
		return float64(whole(v, k))
	case []uint8, []uint16, []uint32, []uint64:
		return float64(natural(v, k))
	}
	return math.NaN()
}

// text is an element as text: that of other types in the words of Python, as in
// the trajectory's own table of scalars.
func text(values any, k int) string {
	switch v := values.(type) {
	case []string:
		return v[k]
	case []bool:
		return trajectory.PythonText(v[k])
	case []float64:
		return trajectory.PythonText(v[k])
	case []float32:
		return trajectory.PythonText(v[k])
	case []int8, []int16, []int32, []int64:
		return strconv.FormatInt(whole(v, k), 10)
	case []uint8, []uint16, []uint32, []uint64:
		return strconv.FormatUint(natural(v, k), 10)
	}
	return ""
}

func (c *Column) pythonText(row int) string {
	switch v := c.values.(type) {
	case []string:
		if c.Type == trajectory.Bytes {
			return trajectory.PythonText([]byte(v[row]))
		}
	case []float64:
		if c.bits() == 32 {
			return trajectory.PythonText(float32(v[row]))
		}
	}
	return text(c.values, row)
}
