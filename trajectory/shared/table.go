package shared

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"galvani/trajectory"
)

// Table is a table on disk whose rows are R, a struct: each exported field is a column, called
// by its tag `column:"name"` or its name in lower case. A field is a bool, a number, a string, an array of
// numbers, or a slice of numbers, which may have another length in each row.
type Table[R any] struct {
	s      *store
	fields []field
}

// CreateTable makes the table called name in a folder, usually [Dir]. If it is there already with the
// same columns it is opened; with others the error wraps [trajectory.ErrExists].
func CreateTable[R any](dir, name string) (*Table[R], error) {
	fields, err := fieldsOf(reflect.TypeFor[R]())
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("shared: %s has no exported field, so a table of it has no column: %w", reflect.TypeFor[R](), trajectory.ErrType)
	}
	columns := make([]Column, len(fields))
	for i, f := range fields {
		columns[i] = f.Column
	}
	s, err := create(dir, name, schemaFile{Kind: "table", Columns: columns})
	return &Table[R]{s, fields}, err
}

// OpenTable opens the table called name. R may have some of the columns only: those are read,
// and the others not touched. If there is none, the error wraps [trajectory.ErrNotFound].
func OpenTable[R any](dir, name string) (*Table[R], error) {
	fields, err := fieldsOf(reflect.TypeFor[R]())
	if err != nil {
		return nil, err
	}
	s, err := open(dir, name, "table")
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		i := slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == f.Name })
		if i < 0 {
			return nil, fmt.Errorf("shared: table %s has no column %q, only %v: %w", name, f.Name, s.Columns, trajectory.ErrNotFound)
		}
		if !f.same(s.Columns[i]) {
			return nil, fmt.Errorf("shared: table %s has the column %v, not %v: %w", name, s.Columns[i], f.Column, trajectory.ErrType)
		}
	}
	return &Table[R]{s, fields}, nil
}

// Name is the table's name.
func (t *Table[R]) Name() string { return t.s.name }

// Schema lists all columns of the table.
func (t *Table[R]) Schema() []Column { return slices.Clone(t.s.Columns) }

// Appender begins the rows of a run, or of no run with index [Before]. It replaces what the run
// committed earlier. Nothing is visible before [Appender.Commit].
func (t *Table[R]) Appender(run int) *Appender[R] {
	a := &Appender[R]{}
	if len(t.fields) < len(t.s.Columns) {
		a.err = fmt.Errorf("shared: table %s has the columns %v, and a row needs all of them: %w", t.s.name, t.s.Columns, trajectory.ErrType)
		return a
	}
	a.w, a.err = t.s.writer(run, t.fields)
	return a
}

// Tidy removes files that nothing refers to: what crashed programs have left and what edits have
// replaced. Nobody may write to the table meanwhile or read from a view that was made earlier.
func (t *Table[R]) Tidy() error { return t.s.tidy() }

// Appender takes the rows of one run. It belongs to one goroutine.
type Appender[R any] struct {
	w   *writer
	err error // of making it
}

// Append adds rows; they are copied.
func (a *Appender[R]) Append(rows ...R) error {
	if err := a.ready(); err != nil {
		return err
	}
	for i := range rows {
		p := unsafe.Pointer(&rows[i])
		for _, c := range a.w.columns {
			c.take(p)
		}
		a.w.rows++
		if i%1024 == 1023 {
			if err := a.w.relieve(); err != nil {
				return err
			}
		}
	}
	return a.w.relieve()
}

// AppendFrame adds the rows of a frame that has all columns: an ordinary table becomes a shared one.
func (a *Appender[R]) AppendFrame(f trajectory.Frame) error {
	if err := a.ready(); err != nil {
		return err
	}
	if len(f) != len(a.w.columns) {
		return fmt.Errorf("shared: %s: the frame has %d columns, the table %d: %w", a.w.s.name, len(f), len(a.w.columns), trajectory.ErrType)
	}
	d, err := trajectory.Encode(f) // checks that columns are of equal length and have distinct names
	if err != nil {
		return fmt.Errorf("shared: %s: %w", a.w.s.name, err)
	}
	// All columns or none: what is there is put aside until the new ones are known to be good.
	fresh := make([]column, len(a.w.columns))
	for i, c := range a.w.columns {
		described := c.describe()
		at := slices.IndexFunc(f, func(x trajectory.FrameColumn) bool { return x.Name == described.Name })
		if at < 0 {
			return fmt.Errorf("shared: %s: the frame has no column %q: %w", a.w.s.name, described.Name, trajectory.ErrType)
		}
		if fresh[i], err = newColumn(field{Column: described}); err != nil {
			return err
		}
		if err := fresh[i].accept(f[at].Values); err != nil {
			return fmt.Errorf("shared: %s: %w", a.w.s.name, err)
		}
	}
	n := d.Columns[0].Data.Shape[0]
	for i, c := range a.w.columns {
		values, _ := fresh[i].values(n)
		if err := c.accept(values); err != nil {
			return err
		}
	}
	a.w.rows += n
	return a.w.relieve()
}

func (a *Appender[R]) ready() error {
	if a.err != nil {
		return a.err
	}
	if a.w.done {
		return errDone
	}
	return nil
}

// Commit makes the rows visible to everybody and durable, all of them in one step. A run that was
// executed before has committed the same rows, and nothing happens. Commit last: what a
// run does behind it can fail, and the rows stay.
func (a *Appender[R]) Commit() error {
	if a.err != nil {
		return a.err
	}
	return a.w.commit()
}

// Discard forgets the rows, unless they are committed: for use with defer.
func (a *Appender[R]) Discard() {
	if a.err == nil {
		a.w.discard()
	}
}
