package table

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// builder makes a table of a trajectory.
type builder struct {
	t       *trajectory.Trajectory
	o       Options
	table   *Table
	taken   map[string]bool
	omitted map[string]string
	bytes   int64
}

// add appends a column under a name of its own.
func (b *builder) add(c *Column) {
	if b.taken[c.Name] {
		prefix := branchResults
		if c.Role == Parameter {
			prefix = branchParameters
		}
		c.Name = prefix + "." + c.Name
	}
	b.taken[c.Name] = true
	b.table.columns = append(b.table.columns, c)
}

// charge counts memory.
func (b *builder) charge(bytes int) error {
	b.bytes += int64(bytes)
	if most := b.o.maxBytes(); b.bytes > most {
		return fmt.Errorf("table: the results take more than %d MB (read fewer with Options.Results, read run by run with Runs, or allow more with MaxBytes): %w", most>>20, ErrTooLarge)
	}
	return nil
}

// about adds the columns about the runs themselves.
func (b *builder) about() error {
	n := b.table.rows
	run, state, seed := make([]int64, n), make([]string, n), make([]uint64, n)
	known := make([]bool, n)
	for i := range n {
		info, err := b.t.RunInfo(i)
		if err != nil {
			return err
		}
		run[i], state[i], seed[i], known[i] = int64(i), string(info.State), info.Seed, info.Seed != 0
	}
	if !slices.Contains(known, false) {
		known = nil
	}
	b.add(&Column{Name: columnRun, Role: About, Type: trajectory.Int, values: run})
	b.add(&Column{Name: columnState, Role: About, Type: trajectory.Str, values: state})
	b.add(&Column{Name: columnSeed, Role: About, Type: trajectory.Uint64, values: seed, valid: known})
	if b.o.Log {
		return b.log()
	}
	return nil
}

// log adds what is known of how each run was made.
func (b *builder) log() error {
	n := b.table.rows
	attempt, valid := make([]int64, n), make([]bool, n)
	texts := map[string]*Column{}
	names := []string{"start", "finish", "host", "error"}
	for _, name := range names {
		texts[name] = &Column{Name: name, Role: About, Type: trajectory.Str, values: make([]string, n), valid: make([]bool, n)}
	}
	for i := range n {
		info, err := b.t.RunInfo(i)
		if err != nil {
			return err
		}
		valid[i], attempt[i] = info.State != trajectory.Pending, int64(info.Attempt)
		row := map[string]string{"host": info.Host, "error": info.Error}
		const precise = "2006-01-02T15:04:05.000000Z07:00"
		if !info.Start.IsZero() {
			row["start"] = info.Start.UTC().Format(precise)
		}
		if !info.Finish.IsZero() {
			row["finish"] = info.Finish.UTC().Format(precise)
		}
		for name, s := range row {
			texts[name].values.([]string)[i], texts[name].valid[i] = s, s != ""
		}
	}
	b.add(&Column{Name: "attempt", Role: About, Type: trajectory.Int, values: attempt, valid: valid})
	for _, name := range names {
		b.add(texts[name])
	}
	return nil
}

// parameters adds the columns of parameters.
func (b *builder) parameters() error {
	explored := b.t.Explored()
	for _, full := range explored {
		if err := b.parameter(full); err != nil {
			return err
		}
	}
	if len(b.o.Parameters) == 0 {
		return nil
	}
	g, err := b.t.Group(branchParameters)
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	shown := slices.Clone(explored)
	show := func(full string) error {
		if slices.Contains(shown, full) {
			return nil
		}
		shown = append(shown, full)
		return b.parameter(full)
	}
	for _, p := range b.o.Parameters {
		if !isPattern(p) {
			n, err := b.t.Parameter(p)
			if err == nil {
				err = show(n.FullName())
			}
			if err != nil {
				return fmt.Errorf("table: parameter %q: %w", p, err)
			}
			continue
		}
		matched := false
		for full := range g.Parameters() {
			if wants([]string{p}, shortName(full)) {
				matched = true
				if err := show(full); err != nil {
					return err
				}
			}
		}
		if !matched {
			return fmt.Errorf("table: no parameter matches %q: %w", p, trajectory.ErrNotFound)
		}
	}
	return nil
}

// shortName is the full name of a parameter without the branch.
func shortName(full string) string { return strings.TrimPrefix(full, branchParameters+".") }

// parameter adds the column of a parameter.
func (b *builder) parameter(full string) error {
	p, err := b.t.Parameter(full)
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	values := p.Range()
	if values == nil {
		values = constant{p.Default(), b.table.rows}
	}
	g := b.gather(Parameter)
	var last any
	var e entry
	for i := range values.Len() {
		// A grid repeats its values, many of them side by side.
		if v := values.At(i); i == 0 || !same(v, last) {
			if e, err = encode(v); err != nil {
				return fmt.Errorf("table: %s: %w", full, err)
			}
			last = v
		}
		e.name = shortName(full)
		if err := g.put(i, e); err != nil {
			return err
		}
	}
	g.columns(func(c *Column) {
		c.Explored = p.Explored()
		b.add(c)
	})
	return nil
}

// constant is one value for all runs.
type constant struct {
	v any
	n int
}

func (c constant) Len() int   { return c.n }
func (c constant) At(int) any { return c.v }

// same tells that two values certainly are the same.
func same(a, b any) bool {
	switch a := a.(type) {
	case bool, string, int, int64, quantity.Quantity:
		return a == b
	}
	return false
}

// results adds the columns of results and of what runs derived.
func (b *builder) results(ctx context.Context) error {
	g := b.gather(Result)
	w := newWalker(b.t, b.o.Results)
	var runs []int
	for i := range b.table.rows {
		runs = append(runs, i)
	}
	if b.o.Scalars != nil && !b.o.Arrays {
		s, err := readScalars(b.t, b.o.Scalars)
		if err != nil {
			return err
		}
		if s != nil {
			if runs, err = s.fill(g, w); err != nil {
				return err
			}
		}
	}
	if len(runs) == 0 {
		g.columns(b.add)
		return nil
	}
	for run, err := range w.entries(runs...) {
		if err == nil && ctx.Err() != nil {
			err = fmt.Errorf("table: %w", context.Cause(ctx))
		}
		if err != nil {
			return err
		}
		for _, e := range run.Value {
			if err := g.put(run.Index, e); err != nil {
				return fmt.Errorf("%w (run %d)", err, run.Index)
			}
		}
	}
	g.columns(b.add)
	return nil
}

// finish checks that all is there that was asked for.
func (b *builder) finish() (*Table, error) {
	t := b.table
	for _, name := range b.o.Results {
		if isPattern(name) || b.taken[name] || b.taken[branchResults+"."+name] || b.taken[name+".real"] {
			continue
		}
		if why, ok := b.omitted[name]; ok {
			return nil, fmt.Errorf("table: result %q cannot be a column: %s", name, why)
		}
		var names []string
		for _, c := range t.columns {
			if c.Role == Result {
				names = append(names, c.Name)
			}
		}
		return nil, fmt.Errorf("table: no run has a result %q (those asked for and found are: %s): %w", name, listed(names), trajectory.ErrNotFound)
	}
	for name, why := range b.omitted {
		if !b.taken[name] {
			t.Omitted = append(t.Omitted, Omission{Name: name, Reason: why})
		}
	}
	slices.SortFunc(t.Omitted, func(a, b Omission) int { return strings.Compare(a.Name, b.Name) })
	for name, unit := range b.o.Units {
		var err error
		if t, err = t.In(name, unit); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// gathering is the columns of one role that are being made.
type gathering struct {
	b      *builder
	role   Role
	byName map[string]*gatherer
	names  []string // in the order in which they came
}

func (b *builder) gather(role Role) *gathering {
	return &gathering{b: b, role: role, byName: map[string]*gatherer{}}
}

// of is the gatherer of a name.
func (g *gathering) of(name string) (*gatherer, error) {
	if x := g.byName[name]; x != nil {
		return x, nil
	}
	if err := g.b.charge(9 * g.b.table.rows); err != nil {
		return nil, err
	}
	x := newGatherer(name, g.role, g.b.table.rows)
	g.byName[name] = x
	g.names = append(g.names, name)
	return x, nil
}

// put takes over a value of a row; one that cannot be in a table is noted as left out.
func (g *gathering) put(row int, e entry) error {
	d := e.data
	switch {
	case d.Coll == trajectory.Scalar && d.Shape == nil:
		return g.scalar(row, e)
	case isArray(d):
		if g.role == Parameter || g.arrays() {
			n, _ := trajectory.Elements(d.Shape)
			if err := g.b.charge(8 * n); err != nil {
				return err
			}
			x, err := g.of(e.name)
			if err != nil {
				return err
			}
			return x.array(row, d, e.unit)
		}
		g.b.omit(e.name, "an array (ask for arrays, or for it by name)")
	case g.role == Parameter:
		v, err := trajectory.Decode(d)
		if err != nil {
			return err
		}
		return g.scalar(row, entry{name: e.name, data: trajectory.Data{Type: trajectory.Str, Values: []string{fmt.Sprint(v)}}})
	case d.Coll == trajectory.Table:
		g.b.omit(e.name, "a table")
	case d.Coll == trajectory.Dict || d.Coll == trajectory.EmptyDict:
		g.b.omit(e.name, "a map")
	default:
		g.b.omit(e.name, fmt.Sprintf("a %s of %s", d.Coll, d.Type))
	}
	return nil
}

// arrays tells whether results that are arrays are shown: if all are, or if what
// is wanted was said.
func (g *gathering) arrays() bool { return g.b.o.Arrays || g.b.o.Results != nil }

// shows tells whether a result gets a column.
func (g *gathering) shows(e entry) bool {
	return e.data.Coll == trajectory.Scalar && e.data.Shape == nil || isArray(e.data) && g.arrays()
}

func (b *builder) omit(name, why string) {
	if b.omitted == nil {
		b.omitted = map[string]string{}
	}
	b.omitted[name] = why
}

// scalar takes over a scalar; a complex number goes into two columns.
func (g *gathering) scalar(row int, e entry) error {
	parts := []entry{e}
	switch v := e.data.Values.(type) {
	case []complex128:
		parts = complexParts(e, trajectory.Float, []float64{real(v[0])}, []float64{imag(v[0])})
	case []complex64:
		parts = complexParts(e, trajectory.Float32, []float32{real(v[0])}, []float32{imag(v[0])})
	}
	for _, p := range parts {
		x, err := g.of(p.name)
		if err != nil {
			return err
		}
		if err := x.set(row, p.data.Type, p.data.Values, 0, p.unit); err != nil {
			return err
		}
	}
	return nil
}

func complexParts(e entry, t trajectory.Type, re, im any) []entry {
	return []entry{
		{name: e.name + ".real", unit: e.unit, data: trajectory.Data{Coll: trajectory.Scalar, Type: t, Values: re}},
		{name: e.name + ".imag", unit: e.unit, data: trajectory.Data{Coll: trajectory.Scalar, Type: t, Values: im}},
	}
}

// columns hands over what was gathered: parameters in the order in which they
// came, results by name.
func (g *gathering) columns(add func(*Column)) {
	if g.role == Result {
		slices.Sort(g.names)
	}
	for _, name := range g.names {
		add(g.byName[name].column())
	}
}

// isArray tells whether data are an array of values that a column can have.
func isArray(d trajectory.Data) bool {
	switch d.Coll {
	case trajectory.NDArray, trajectory.Matrix, trajectory.List, trajectory.Tuple:
		return kindOf(d.Type) != none
	}
	return false
}
