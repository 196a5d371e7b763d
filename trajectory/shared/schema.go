package shared

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"galvani/trajectory"
)

// Column describes a column of a table.
type Column struct {
	Name string          `json:"name"`
	Type trajectory.Type `json:"type"` // of one element
	// Cell is the shape of a cell, nil if it is one value.
	Cell []int `json:"cell,omitempty"`
	// Ragged says that a cell has any number of elements.
	Ragged bool `json:"ragged,omitempty"`
}

// elements is how many elements a cell has if all have as many.
func (c Column) elements() int {
	n, err := trajectory.Elements(c.Cell)
	if err != nil {
		return -1
	}
	return n
}

// same tells whether two columns hold the same in the same way. Python's numbers and
// numpy's are stored alike.
func (c Column) same(d Column) bool {
	return c.Name == d.Name && numpyType(c.Type) == numpyType(d.Type) && slices.Equal(c.Cell, d.Cell) && c.Ragged == d.Ragged
}

// String is name, type and shape of a cell.
func (c Column) String() string {
	s := c.Name + " " + string(c.Type)
	if c.Ragged {
		return s + "[…]"
	}
	for _, n := range c.Cell {
		s += "[" + strconv.Itoa(n) + "]"
	}
	return s
}

func numpyType(t trajectory.Type) trajectory.Type {
	switch t {
	case trajectory.Int:
		return trajectory.Int64
	case trajectory.Float:
		return trajectory.Float64
	case trajectory.Complex:
		return trajectory.Complex128
	}
	return t
}

// field is a column as it lies in a Go struct.
type field struct {
	Column
	offset uintptr
}

const tag = "column"

// fieldsOf reads the columns off a struct type: exported fields, called by their tag
// or their name in lower case. "-" leaves a field out.
func fieldsOf(t reflect.Type) ([]field, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("shared: a row is a %s, want a struct: %w", t, trajectory.ErrType)
	}
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get(tag)
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		c, err := columnOf(name, f.Type)
		if err != nil {
			return nil, fmt.Errorf("shared: field %s of %s: %w", f.Name, t, err)
		}
		if slices.ContainsFunc(out, func(o field) bool { return o.Name == name }) {
			return nil, fmt.Errorf("shared: %s has two columns called %q: %w", t, name, trajectory.ErrExists)
		}
		out = append(out, field{c, f.Offset})
	}
	return out, nil
}

// columnOf is the column that holds values of a Go type.
func columnOf(name string, t reflect.Type) (Column, error) {
	c := Column{Name: name}
	if err := checkName(name); err != nil {
		return c, err
	}
	if t.Kind() == reflect.Slice {
		c.Ragged, t = true, t.Elem()
	}
	for t.Kind() == reflect.Array && !c.Ragged {
		c.Cell, t = append(c.Cell, t.Len()), t.Elem()
	}
	c.Type = typeOf(t.Kind())
	if c.Type == "" || c.Type == trajectory.Str && (c.Ragged || c.Cell != nil) {
		return c, fmt.Errorf("a %s cannot be a cell (want a bool, a number, a string, an array of numbers or a slice of numbers): %w", t, trajectory.ErrType)
	}
	if c.Ragged || c.Cell != nil {
		c.Type = numpyType(c.Type)
	}
	if c.elements() < 1 {
		return c, fmt.Errorf("a cell of shape %v: %w", c.Cell, trajectory.ErrType)
	}
	return c, nil
}

// checkName refuses column names that cannot be told from others in a file.
func checkName(name string) error {
	if err := trajectory.ValidateName(name); err != nil || strings.Contains(name, ".") {
		return errors.Join(fmt.Errorf("a column cannot be called %q: %w", name, trajectory.ErrName), err)
	}
	return nil
}

// typeOf is the element type of a Go kind, empty if there is none.
func typeOf(k reflect.Kind) trajectory.Type {
	const words = unsafe.Sizeof(int(0)) == 8
	switch k {
	case reflect.Bool:
		return trajectory.Bool
	case reflect.Int:
		if words {
			return trajectory.Int
		}
	case reflect.Uint:
		if words {
			return trajectory.Uint64
		}
	case reflect.Int8:
		return trajectory.Int8
	case reflect.Int16:
		return trajectory.Int16
	case reflect.Int32:
		return trajectory.Int32
	case reflect.Int64:
		return trajectory.Int64
	case reflect.Uint8:
		return trajectory.Uint8
	case reflect.Uint16:
		return trajectory.Uint16
	case reflect.Uint32:
		return trajectory.Uint32
	case reflect.Uint64:
		return trajectory.Uint64
	case reflect.Float32:
		return trajectory.Float32
	case reflect.Float64:
		return trajectory.Float
	case reflect.Complex64:
		return trajectory.Complex64
	case reflect.Complex128:
		return trajectory.Complex
	case reflect.String:
		return trajectory.Str
	}
	return ""
}
