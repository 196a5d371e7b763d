package trajectory

import (
	"fmt"
	"slices"
)

// Sparse is a matrix that stores few of its elements: [CSR], [CSC], [BSR] or
// [DIA], with elements of any of Go's numbers or bool. Parameters and results
// hold them as pypet's SparseParameter and SparseResult do scipy's.
type Sparse interface {
	// Dims is the number of rows and columns.
	Dims() (rows, columns int)
	// Stored is how many elements are stored, zeros among them.
	Stored() int

	// parts gives the arrays under scipy's names, checked.
	parts() (sparseParts, error)
}

// CSR stores a matrix row by row: row i has the elements Starts[i] to
// Starts[i+1] of Columns and Values.
type CSR[T any] struct {
	Shape   [2]int
	Starts  []int
	Columns []int32
	Values  []T
}

// CSC stores a matrix column by column: column j has the elements Starts[j] to
// Starts[j+1] of Rows and Values.
type CSC[T any] struct {
	Shape  [2]int
	Starts []int
	Rows   []int32
	Values []T
}

// BSR stores dense blocks row by row: row of blocks i has the blocks Starts[i]
// to Starts[i+1]; Columns counts in blocks, each of which has Block[0]*Block[1]
// elements of Values, row-major.
type BSR[T any] struct {
	Shape, Block [2]int
	Starts       []int
	Columns      []int32
	Values       []T
}

// DIA stores diagonals: that of Offsets[k] has the elements
// Values[k*Width:(k+1)*Width]; element (i, j) with j-i = Offsets[k] is number j of them.
type DIA[T any] struct {
	Shape   [2]int
	Offsets []int32
	Width   int
	Values  []T
}

// Entry is one element of a matrix.
type Entry[T any] struct {
	Row, Column int
	Value       T
}

// NewCSR makes a matrix of entries in any order; of several at one place the last counts.
func NewCSR[T any](rows, columns int, entries []Entry[T]) (CSR[T], error) {
	m := CSR[T]{Shape: [2]int{rows, columns}}
	if rows < 0 || columns < 0 || columns > 1<<31-1 {
		return m, fmt.Errorf("trajectory: a matrix of %d rows and %d columns: %w", rows, columns, ErrType)
	}
	for _, e := range entries {
		if e.Row < 0 || e.Row >= rows || e.Column < 0 || e.Column >= columns {
			return m, fmt.Errorf("trajectory: element (%d, %d) of a matrix of %d rows and %d columns: %w", e.Row, e.Column, rows, columns, ErrType)
		}
	}
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b Entry[T]) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Column - b.Column
	})
	m.Starts = make([]int, rows+1)
	for i, e := range sorted {
		if i+1 < len(sorted) && sorted[i+1].Row == e.Row && sorted[i+1].Column == e.Column {
			continue
		}
		m.Columns = append(m.Columns, int32(e.Column))
		m.Values = append(m.Values, e.Value)
		m.Starts[e.Row+1] = len(m.Values)
	}
	for i := range rows {
		m.Starts[i+1] = max(m.Starts[i+1], m.Starts[i])
	}
	return m, nil
}

// Dims implements [Sparse].
func (m CSR[T]) Dims() (rows, columns int) { return m.Shape[0], m.Shape[1] }

// Dims implements [Sparse].
func (m CSC[T]) Dims() (rows, columns int) { return m.Shape[0], m.Shape[1] }

// Dims implements [Sparse].
func (m BSR[T]) Dims() (rows, columns int) { return m.Shape[0], m.Shape[1] }

// Dims implements [Sparse].
func (m DIA[T]) Dims() (rows, columns int) { return m.Shape[0], m.Shape[1] }

// Stored implements [Sparse].
func (m CSR[T]) Stored() int { return len(m.Values) }

// Stored implements [Sparse].
func (m CSC[T]) Stored() int { return len(m.Values) }

// Stored implements [Sparse].
func (m BSR[T]) Stored() int { return len(m.Values) }

// Stored implements [Sparse].
func (m DIA[T]) Stored() int { return len(m.Values) }

// All calls yield with every stored element of a matrix until it returns false;
// BSR yields whole blocks, DIA what lies within the matrix. The matrix must be well
// formed, as one that was read is.
func (m CSR[T]) All(yield func(Entry[T]) bool) {
	for i := range m.Shape[0] {
		for k := m.Starts[i]; k < m.Starts[i+1]; k++ {
			if !yield(Entry[T]{i, int(m.Columns[k]), m.Values[k]}) {
				return
			}
		}
	}
}

// All yields every stored element; see [CSR.All].
func (m CSC[T]) All(yield func(Entry[T]) bool) {
	for j := range m.Shape[1] {
		for k := m.Starts[j]; k < m.Starts[j+1]; k++ {
			if !yield(Entry[T]{int(m.Rows[k]), j, m.Values[k]}) {
				return
			}
		}
	}
}

// All yields every stored element; see [CSR.All].
func (m BSR[T]) All(yield func(Entry[T]) bool) {
	size := m.Block[0] * m.Block[1]
	for b := range len(m.Starts) - 1 {
		for k := m.Starts[b]; k < m.Starts[b+1]; k++ {
			for at := range size {
				e := Entry[T]{b*m.Block[0] + at/m.Block[1], int(m.Columns[k])*m.Block[1] + at%m.Block[1], m.Values[k*size+at]}
				if !yield(e) {
					return
				}
			}
		}
	}
}

// All yields every stored element; see [CSR.All].
func (m DIA[T]) All(yield func(Entry[T]) bool) {
	for k, offset := range m.Offsets {
		for j := range min(m.Width, m.Shape[1]) {
			i := j - int(offset)
			if i < 0 || i >= m.Shape[0] {
				continue
			}
			if !yield(Entry[T]{i, j, m.Values[k*m.Width+j]}) {
				return
			}
		}
	}
}

// Dense writes a sparse matrix out in full.
func Dense[T any](m interface {
	Sparse
	All(yield func(Entry[T]) bool)
}) Array[T] {
	rows, columns := m.Dims()
	a := Array[T]{Shape: []int{rows, columns}, Data: make([]T, rows*columns)}
	m.All(func(e Entry[T]) bool {
		a.Data[e.Row*columns+e.Column] = e.Value
		return true
	})
	return a
}

// sparseParts is a matrix as scipy names its arrays.
type sparseParts struct {
	format  string // csr, csc, bsr or dia
	shape   [2]int
	data    Data // an NDArray: 1-D, of bsr 3-D, of dia 2-D
	indices []int64
	indptr  []int64
	offsets []int64
}

func (m CSR[T]) parts() (sparseParts, error) {
	return compressed("csr", m.Shape, m.Shape[0], m.Shape[1], m.Starts, m.Columns, []int{len(m.Values)}, m.Values)
}

func (m CSC[T]) parts() (sparseParts, error) {
	return compressed("csc", m.Shape, m.Shape[1], m.Shape[0], m.Starts, m.Rows, []int{len(m.Values)}, m.Values)
}

func (m BSR[T]) parts() (sparseParts, error) {
	r, c := m.Block[0], m.Block[1]
	if r < 1 || c < 1 || m.Shape[0]%r != 0 || m.Shape[1]%c != 0 {
		return sparseParts{}, fmt.Errorf("trajectory: a matrix of shape %v in blocks of %v: %w", m.Shape, m.Block, ErrType)
	}
	return compressed("bsr", m.Shape, m.Shape[0]/r, m.Shape[1]/c, m.Starts, m.Columns, []int{len(m.Columns), r, c}, m.Values)
}

func (m DIA[T]) parts() (sparseParts, error) {
	d, err := encodeShaped(NDArray, []int{len(m.Offsets), m.Width}, m.Values)
	if err != nil {
		return sparseParts{}, err
	}
	p := sparseParts{format: "dia", shape: m.Shape, data: d, offsets: widen(m.Offsets)}
	return p, p.check()
}

func compressed[T any](format string, shape [2]int, major, minor int, starts []int, indices []int32, dims []int, values []T) (sparseParts, error) {
	d, err := encodeShaped(NDArray, dims, values)
	if err != nil {
		return sparseParts{}, err
	}
	p := sparseParts{format: format, shape: shape, data: d, indices: widen(indices), indptr: converted[int64](starts)}
	return p, p.check()
}

func widen(s []int32) []int64 {
	out := make([]int64, len(s))
	for i, v := range s {
		out[i] = int64(v)
	}
	return out
}

// check tells whether the arrays make a matrix.
func (p sparseParts) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("trajectory: a %s matrix of shape %v: %s: %w", p.format, p.shape, fmt.Sprintf(format, args...), ErrType)
	}
	if p.shape[0] < 0 || p.shape[1] < 0 {
		return bad("negative shape")
	}
	if err := p.data.check(); err != nil {
		return bad("%v", err)
	}
	if p.data.Type == Str || p.data.Type == Bytes {
		return bad("its elements are %s (want numbers)", p.data.Type)
	}
	if p.format == "dia" {
		if len(p.data.Shape) != 2 || p.data.Shape[0] != len(p.offsets) {
			return bad("%d offsets for data of shape %v", len(p.offsets), p.data.Shape)
		}
		return nil
	}
	major, minor, dims := p.shape[0], p.shape[1], 1
	switch p.format {
	case "csr":
	case "csc":
		major, minor = minor, major
	case "bsr":
		dims = 3
		if len(p.data.Shape) != 3 || p.data.Shape[1] < 1 || p.data.Shape[2] < 1 || major%p.data.Shape[1] != 0 || minor%p.data.Shape[2] != 0 {
			return bad("blocks of shape %v", p.data.Shape)
		}
		major, minor = major/p.data.Shape[1], minor/p.data.Shape[2]
	default:
		return bad("unknown format")
	}
	if len(p.data.Shape) != dims || p.data.Shape[0] != len(p.indices) {
		return bad("%d indices for data of shape %v", len(p.indices), p.data.Shape)
	}
	if len(p.indptr) != major+1 {
		return bad("%d starts for %d rows or columns (want one more)", len(p.indptr), major)
	}
	if p.indptr[0] != 0 || p.indptr[major] != int64(len(p.indices)) || !slices.IsSorted(p.indptr) {
		return bad("the starts do not rise from 0 to %d", len(p.indices))
	}
	for _, i := range p.indices {
		if i < 0 || i >= int64(minor) {
			return bad("index %d is outside", i)
		}
	}
	return nil
}

// matrix makes the Go value of checked parts.
func (p sparseParts) matrix() (any, error) {
	switch v := p.data.Values.(type) {
	case []bool:
		return sparseOf(p, v)
	case []int8:
		return sparseOf(p, v)
	case []int16:
		return sparseOf(p, v)
	case []int32:
		return sparseOf(p, v)
	case []int64:
		return sparseOf(p, v)
	case []uint8:
		return sparseOf(p, v)
	case []uint16:
		return sparseOf(p, v)
	case []uint32:
		return sparseOf(p, v)
	case []uint64:
		return sparseOf(p, v)
	case []float32:
		return sparseOf(p, v)
	case []float64:
		return sparseOf(p, v)
	case []complex64:
		return sparseOf(p, v)
	case []complex128:
		return sparseOf(p, v)
	}
	return nil, fmt.Errorf("a matrix of %s: %w", p.data.Type, ErrCorrupt)
}

func sparseOf[T any](p sparseParts, values []T) (any, error) {
	narrow := func(s []int64) ([]int32, error) {
		out := make([]int32, len(s))
		for i, v := range s {
			if out[i] = int32(v); int64(out[i]) != v {
				return nil, fmt.Errorf("index %d of a matrix is too large: %w", v, ErrCorrupt)
			}
		}
		return out, nil
	}
	if p.format == "dia" {
		offsets, err := narrow(p.offsets)
		return DIA[T]{Shape: p.shape, Offsets: offsets, Width: p.data.Shape[1], Values: values}, err
	}
	indices, err := narrow(p.indices)
	if err != nil {
		return nil, err
	}
	starts := make([]int, len(p.indptr))
	for i, v := range p.indptr {
		starts[i] = int(v)
	}
	switch p.format {
	case "csr":
		return CSR[T]{Shape: p.shape, Starts: starts, Columns: indices, Values: values}, nil
	case "csc":
		return CSC[T]{Shape: p.shape, Starts: starts, Rows: indices, Values: values}, nil
	}
	return BSR[T]{Shape: p.shape, Block: [2]int{p.data.Shape[1], p.data.Shape[2]}, Starts: starts, Columns: indices, Values: values}, nil
}
