package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"galvani/trajectory"
)

// Table is columns of equal length with a row per run, or what was selected or
// computed from that. It is not changed once it is made and may be shared by goroutines.
type Table struct {
	// Name is that of the trajectory.
	Name string
	// Omitted are results that are in no column, with the reason: nothing is
	// left out silently.
	Omitted []Omission

	columns []*Column
	rows    int
}

// Omission is a result that a table does not show.
type Omission struct {
	Name   string // as of a column
	Reason string
}

// Options of [New] and [Read].
type Options struct {
	// Parameters are further parameters to show beside those that are explored:
	// full names without "parameters.", or patterns such as "model.*".
	Parameters []string
	// Results are the names or patterns of the results to show, arrays among
	// them; nil is all scalars. A name that no run has is an error.
	Results []string
	// Arrays shows all results that are arrays, one array per cell.
	Arrays bool
	// Units gives numbers with a unit in another one than the SI unit, by column.
	Units map[string]string
	// Log adds when, how long and where each run was made, the attempt, and why it failed.
	Log bool
	// Scalars reads the file's own table of scalars, which has them all in one
	// place: [Read] sets it to [trajectory.Trajectory.Overview]. Without it the results are read run by
	// run. A name that there is no table of gives an error that wraps [trajectory.ErrNotFound].
	Scalars func(name string) (trajectory.Data, error)
	// MaxBytes is how much memory the results may take; 0 is 4 GiB. More is an
	// error that wraps [ErrTooLarge].
	MaxBytes int64
}

// ErrTooLarge is wrapped by the error about a table or array that takes more
// memory than allowed.
var ErrTooLarge = errors.New("too large")

const defaultMaxBytes = 4 << 30

func (o Options) maxBytes() int64 {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return defaultMaxBytes
}

// New makes the table of all runs of a trajectory: their number (column run), state
// and seed, the explored parameters, and every scalar result and derived parameter of
// runs. Names are full names without "parameters.", "results.", "runs." and the names of
// runs. Numbers with a unit are given in the SI unit.
func New(ctx context.Context, t *trajectory.Trajectory, o Options) (*Table, error) {
	if err := errors.Join(checkPatterns(o.Parameters), checkPatterns(o.Results)); err != nil {
		return nil, err
	}
	b := &builder{t: t, o: o, table: &Table{Name: t.Name(), rows: t.Len()}, taken: map[string]bool{}}
	if err := b.about(); err != nil {
		return nil, err
	}
	if err := b.parameters(); err != nil {
		return nil, err
	}
	if err := b.results(ctx); err != nil {
		return nil, err
	}
	return b.finish()
}

// Read opens the trajectory at path and makes its table as [New] does, from the
// file's own table of scalars where there is one.
func Read(ctx context.Context, path string, open trajectory.OpenOptions, o Options) (_ *Table, err error) {
	t, err := trajectory.Open(ctx, path, open)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	o.Scalars = t.Overview
	return New(ctx, t, o)
}

// Rows is the number of rows.
func (t *Table) Rows() int { return t.rows }

// Columns are the columns in order.
func (t *Table) Columns() []*Column { return slices.Clone(t.columns) }

// Names are the names of the columns in order.
func (t *Table) Names() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.Name
	}
	return out
}

// Column finds a column by its name, or by the end of it if only one ends so:
// "tau" for "model.tau".
func (t *Table) Column(name string) (*Column, error) {
	var found []*Column
	for _, c := range t.columns {
		if c.Name == name {
			return c, nil
		}
		if strings.HasSuffix(c.Name, "."+name) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fmt.Errorf("table: there is no column %q (there are %s): %w", name, listed(t.Names()), trajectory.ErrNotFound)
	}
	names := make([]string, len(found))
	for i, c := range found {
		names[i] = c.Name
	}
	return nil, fmt.Errorf("table: column %q may be %s: %w", name, listed(names), trajectory.ErrNotUnique)
}

// listed names some things for an error.
func listed(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// Select is the table of some columns, in the order of the names. A pattern
// such as "model.*" stands for all columns that it matches.
func (t *Table) Select(names ...string) (*Table, error) {
	if err := checkPatterns(names); err != nil {
		return nil, err
	}
	out := *t
	out.columns = nil
	for _, name := range names {
		if isPattern(name) {
			before := len(out.columns)
			for _, c := range t.columns {
				if wants([]string{name}, c.Name) && !slices.Contains(out.columns, c) {
					out.columns = append(out.columns, c)
				}
			}
			if len(out.columns) == before {
				return nil, fmt.Errorf("table: no further column matches %q (there are %s): %w", name, listed(t.Names()), trajectory.ErrNotFound)
			}
			continue
		}
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out.columns, c) {
			out.columns = append(out.columns, c)
		}
	}
	return &out, nil
}

// Varying is the table without the results that are the same in every row. Of
// fewer than two rows it is the table itself.
func (t *Table) Varying() *Table {
	if t.rows < 2 {
		return t
	}
	out := *t
	out.columns = slices.DeleteFunc(t.Columns(), func(c *Column) bool { return c.Role == Result && c.constant() })
	return &out
}

// Row is one row of a table, as [Table.Filter] shows it.
type Row struct {
	t   *Table
	i   int
	err *error
}

// Index is the number of the row in its table, from 0.
func (r Row) Index() int { return r.i }

// Value is what [Column.Value] has for the row. A column that is not there gives
// nil, and makes Filter return the error of [Table.Column].
func (r Row) Value(name string) any {
	if c := r.column(name); c != nil {
		return c.Value(r.i)
	}
	return nil
}

// Float is a number of the row; ok is false if there is none. A column that is
// not there makes Filter return an error.
func (r Row) Float(name string) (x float64, ok bool) {
	if c := r.column(name); c != nil {
		return c.Float(r.i)
	}
	return 0, false
}

func (r Row) column(name string) *Column {
	c, err := r.t.Column(name)
	if err != nil && *r.err == nil {
		*r.err = err
	}
	return c
}

// Filter is the table of the rows for which keep returns true.
func (t *Table) Filter(keep func(Row) bool) (*Table, error) {
	var rows []int
	var err error
	for i := range t.rows {
		if keep(Row{t, i, &err}) {
			rows = append(rows, i)
		}
		if err != nil {
			return nil, err
		}
	}
	return t.take(rows), nil
}

// Done is the table of the runs that are done.
func (t *Table) Done() (*Table, error) {
	return t.Filter(func(r Row) bool { return r.Value(columnState) == string(trajectory.Done) })
}

// Sort is the table with the rows in rising order of the first column named, equal
// ones in that of the next; a minus in front of a name turns its order round.
// Rows without a value come first. The order of equal rows is kept.
func (t *Table) Sort(names ...string) (*Table, error) {
	type key struct {
		c    *Column
		down bool
	}
	var keys []key
	for _, name := range names {
		name, down := strings.CutPrefix(name, "-")
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		if c.IsArray() {
			return nil, fmt.Errorf("table: column %q holds arrays, which have no order", c.Name)
		}
		keys = append(keys, key{c, down})
	}
	rows := make([]int, t.rows)
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		for _, k := range keys {
			d := k.c.compare(a, b)
			if k.down {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return 0
	})
	return t.take(rows), nil
}

func (t *Table) take(rows []int) *Table {
	out := *t
	out.rows, out.columns = len(rows), make([]*Column, len(t.columns))
	for i, c := range t.columns {
		out.columns[i] = c.take(rows)
	}
	return &out
}

// In is the table with the numbers of a column in another unit.
func (t *Table) In(name, unit string) (*Table, error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	in, err := c.in(unit)
	if err != nil {
		return nil, err
	}
	out := *t
	out.columns = slices.Clone(t.columns)
	out.columns[slices.Index(t.columns, c)] = in
	return &out, nil
}

// The names of the columns about the run itself.
const (
	columnRun   = "run"
	columnState = "state"
	columnSeed  = "seed"
)
