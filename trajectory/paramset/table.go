package paramset

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Table is a set of sets that all have the same names: rows with the same
// columns. It is immutable.
type Table struct {
	rows, columns []string
	cells         [][]any // by row
}

// ParseTable reads a table of numbers: a line with a corner and the labels of the
// columns, then a line for each row, label first.
//
//	#       col1    col2
//	row1     1       2
//	row2     3       4
func ParseTable(src string) (*Table, error) {
	t := &Table{}
	header := false
	for i, line := range strings.Split(src, "\n") {
		fields := strings.Fields(line)
		at := Position{Line: i + 1, Col: 1}
		switch {
		case len(fields) == 0:
			continue
		case !header:
			header = true
			t.columns = fields[1:]
			continue
		case len(fields) != len(t.columns)+1:
			return nil, &Error{Position: at, Msg: fmt.Sprintf("row %q has %d values for %d columns", clip(fields[0]), len(fields)-1, len(t.columns)), Err: ErrSyntax}
		}
		row := make([]any, len(t.columns))
		for j, f := range fields[1:] {
			x, err := strconv.ParseFloat(f, 64)
			if err != nil {
				return nil, &Error{Position: at, Msg: fmt.Sprintf("row %q, column %q: %q is no number", clip(fields[0]), clip(t.columns[j]), clip(f)), Err: ErrSyntax}
			}
			row[j] = x
		}
		t.rows = append(t.rows, fields[0])
		t.cells = append(t.cells, row)
	}
	return t, t.check()
}

// NewTable makes a table of a set whose parameters are sets with the same names
// and no sets in them.
func NewTable(s *Set) (*Table, error) {
	t := &Table{}
	for name, e := range s.inOrder() {
		row, ok := e.value.(*Set)
		if !ok {
			return nil, fmt.Errorf("paramset: table: row %q is %s (want a set): %w", clip(name), describe(e.value), ErrType)
		}
		if len(t.rows) == 0 {
			t.columns = slices.Clone(row.names)
		}
		if len(row.names) != len(t.columns) {
			return nil, fmt.Errorf("paramset: table: row %q has %d columns, the first row %d: %w", clip(name), len(row.names), len(t.columns), ErrType)
		}
		cells := make([]any, len(t.columns))
		for i, column := range t.columns {
			cell := row.entries[column]
			if cell == nil {
				return nil, fmt.Errorf("paramset: table: row %q has no column %q: %w", clip(name), clip(column), ErrType)
			}
			if _, ok := cell.value.(*Set); ok {
				return nil, fmt.Errorf("paramset: table: row %q, column %q is a set: %w", clip(name), clip(column), ErrType)
			}
			cells[i] = clone(cell.value)
		}
		t.rows = append(t.rows, name)
		t.cells = append(t.cells, cells)
	}
	return t, t.check()
}

func (t *Table) check() error {
	if len(t.rows) == 0 || len(t.columns) == 0 {
		return fmt.Errorf("paramset: a table with %d rows and %d columns: %w", len(t.rows), len(t.columns), ErrSyntax)
	}
	for _, labels := range [][]string{t.rows, t.columns} {
		seen := make(map[string]bool, len(labels))
		for _, l := range labels {
			if err := checkName(l); err != nil {
				return err
			}
			if seen[l] {
				return fmt.Errorf("paramset: two rows or columns of a table are called %q: %w", clip(l), ErrSyntax)
			}
			seen[l] = true
		}
	}
	return nil
}

// RowLabels are the names of the rows, in order.
func (t *Table) RowLabels() []string { return slices.Clone(t.rows) }

// ColumnLabels are the names of the columns, in order.
func (t *Table) ColumnLabels() []string { return slices.Clone(t.columns) }

// Row is a row as a set of its columns.
func (t *Table) Row(label string) (*Set, error) {
	i := slices.Index(t.rows, label)
	if i < 0 {
		return nil, fmt.Errorf("paramset: the table has no row %q (it has %s): %w", clip(label), clip(strings.Join(t.rows, ", ")), ErrNotFound)
	}
	return t.row(i), nil
}

func (t *Table) row(i int) *Set {
	s := &Set{label: t.rows[i]}
	for j, c := range t.columns {
		_ = s.insert(c, clone(t.cells[i][j]), Position{}) // labels are good names
	}
	return s
}

// Column is a column as a set of its rows.
func (t *Table) Column(label string) (*Set, error) {
	j := slices.Index(t.columns, label)
	if j < 0 {
		return nil, fmt.Errorf("paramset: the table has no column %q (it has %s): %w", clip(label), clip(strings.Join(t.columns, ", ")), ErrNotFound)
	}
	return t.column(j), nil
}

func (t *Table) column(j int) *Set { return t.Transpose().row(j) }

// Rows yields the rows, in order.
func (t *Table) Rows() iter.Seq2[string, *Set] {
	return func(yield func(string, *Set) bool) {
		for i, r := range t.rows {
			if !yield(r, t.row(i)) {
				return
			}
		}
	}
}

// Columns yields the columns, in order.
func (t *Table) Columns() iter.Seq2[string, *Set] { return t.Transpose().Rows() }

// Transpose swaps rows and columns.
func (t *Table) Transpose() *Table {
	out := &Table{rows: t.columns, columns: t.rows, cells: make([][]any, len(t.columns))}
	for j := range out.cells {
		out.cells[j] = make([]any, len(t.rows))
		for i := range t.rows {
			out.cells[j][i] = t.cells[i][j]
		}
	}
	return out
}

// Set is the table as a set of rows.
func (t *Table) Set() *Set {
	s := &Set{}
	for name, row := range t.Rows() {
		_ = s.insert(name, row, Position{}) // labels are good names
	}
	return s
}

// String writes the table; [ParseTable] reads it back if all cells are numbers
// and labels have no white space.
func (t *Table) String() string {
	lines := []string{"#\t" + strings.Join(t.columns, "\t")}
	for i, r := range t.rows {
		cells := make([]string, len(t.columns))
		for j, v := range t.cells[i] {
			cells[j] = text(v)
		}
		lines = append(lines, r+"\t"+strings.Join(cells, "\t"))
	}
	return strings.Join(lines, "\n")
}
