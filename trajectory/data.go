package trajectory

import (
	"fmt"
	"slices"
)

// Coll says how the elements of a [Data] hang together. The values are pypet's
// names of the same thing (attribute SRVC_DATA_COLL_TYPE), so that a file says
// in pypet's words what a value was.
type Coll string

// The collection types. A Go scalar is a Scalar, a Go slice or [Array] an
// NDArray; lists and tuples exist because pypet tells them from arrays.
const (
	Scalar    Coll = "COLL_SCALAR"
	List      Coll = "COLL_LIST"
	Tuple     Coll = "COLL_TUPLE"
	NDArray   Coll = "COLL_NDARRAY"
	Matrix    Coll = "COLL_MATRIX"
	Dict      Coll = "COLL_DICT"
	EmptyDict Coll = "COLL_EMPTY_DICT"
	// Table is a list of named columns of equal length. pypet has no
	// collection type for it: it is told by SRVC_STORE='TABLE'.
	Table Coll = "TABLE"
)

// Type names the type of one element in the words of Python and numpy
// (attribute SRVC_DATA_SCALAR_TYPE): a Go int is Python's "int", a Go int64
// numpy's "int64". What goes in comes out with the same type.
type Type string

// The element types and the Go slice type that holds them in [Data.Values].
const (
	Bool       Type = "bool"       // []bool, Go bool
	BoolNP     Type = "bool_"      // []bool, numpy's bool; only read from files of others
	Int        Type = "int"        // []int64, Go int
	Int8       Type = "int8"       // []int8
	Int16      Type = "int16"      // []int16
	Int32      Type = "int32"      // []int32
	Int64      Type = "int64"      // []int64
	Uint8      Type = "uint8"      // []uint8
	Uint16     Type = "uint16"     // []uint16
	Uint32     Type = "uint32"     // []uint32
	Uint64     Type = "uint64"     // []uint64, Go uint64 and uint
	Float      Type = "float"      // []float64, Go float64
	Float32    Type = "float32"    // []float32
	Float64    Type = "float64"    // []float64, elements of arrays; numpy's float64 as a scalar
	Complex    Type = "complex"    // []complex128, Go complex128
	Complex64  Type = "complex64"  // []complex64
	Complex128 Type = "complex128" // []complex128, elements of arrays
	Str        Type = "str"        // []string, UTF-8
	Bytes      Type = "bytes"      // []string holding raw bytes, Go []byte
)

// Data is the neutral form of one stored value: what kinds of leaves encode to
// and what stores write. It is plain data without behaviour of its own.
//
// A scalar has Shape nil and one element in Values. A list or tuple has
// Shape [n]. An array has any shape, row-major, possibly with zeros. A table
// and a dict have Columns instead of Values: a table's columns all have the
// same number of rows, a dict's columns are its entries, each a Data of any
// collection type but Table.
type Data struct {
	Coll    Coll
	Type    Type     // element type; empty for Table, Dict and EmptyDict
	Shape   []int    // nil for a scalar
	Values  any      // flat slice of the Go type listed at Type
	Columns []Column // of a Table or a Dict, in order
}

// Foreign tells what only another program can decode, such as a frame of pandas. Stores give it collection types
// of their own.
func (d Data) Foreign() bool {
	switch d.Coll {
	case Scalar, List, Tuple, NDArray, Matrix, EmptyDict:
		return false
	case Table, Dict:
		return slices.ContainsFunc(d.Columns, func(c Column) bool { return c.Data.Foreign() })
	}
	return true
}

// Column is a named part of a table or dict. For a table, Data holds all rows:
// Shape [rows] for scalar cells and [rows, …] for array cells, Data.Coll says
// what one cell is (Scalar, List, Tuple or NDArray).
type Column struct {
	Name string
	Data Data
}

// Item is a named value of a leaf or an annotation.
type Item struct {
	Name string
	Data Data
}

// Record is one node of the tree as it is stored: a group, a leaf or a link.
type Record struct {
	Name        string // full name, dots between parts; "" is the root
	Leaf        bool
	Class       string // class name of a leaf, such as "Parameter"; of a group only if it is not the standard one
	Comment     string
	Annotations []Item // sorted by name
	Items       []Item // of a leaf, in the order of its kind
	Link        string // full name of the target; set only for a link
}

// Size is about how many bytes the record's values take, for who gathers records and has to
// know when there are enough.
func (r Record) Size() int {
	size := 0
	for _, list := range [][]Item{r.Annotations, r.Items} {
		for _, it := range list {
			size += it.Data.size()
		}
	}
	return size
}

func (d Data) size() int {
	n, _ := Elements(d.Shape)
	size := 8 * n
	if texts, ok := d.Values.([]string); ok {
		for _, s := range texts {
			size += len(s)
		}
	}
	for _, c := range d.Columns {
		size += c.Data.size()
	}
	return size
}

// Elements is the number of elements that a shape holds: 1 for nil. A shape
// whose product overflows or which has a negative part is an error.
func Elements(shape []int) (int, error) {
	n := 1
	for _, s := range shape {
		if s < 0 {
			return 0, fmt.Errorf("trajectory: shape %v has a negative dimension", shape)
		}
		if s != 0 && n > (1<<62)/s {
			return 0, fmt.Errorf("trajectory: shape %v has too many elements", shape)
		}
		n *= s
	}
	return n, nil
}
