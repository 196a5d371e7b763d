package table

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// scalars is the table of scalars that a merge leaves in the file: a row per run, a column
// for every scalar result. It says neither where a value is missing (NaN and the
// empty text stand for that) nor, then, of which type numbers are; the few runs that this
// leaves open are looked up.
type scalars struct {
	t       *trajectory.Trajectory
	rowOf   []int // by run; -1 for a run that is not done, or not in the table
	columns map[string]trajectory.Data
	names   []string
}

// readScalars reads the parts of the table; nil if there is none.
func readScalars(t *trajectory.Trajectory, read func(string) (trajectory.Data, error)) (*scalars, error) {
	s := &scalars{t: t, columns: map[string]trajectory.Data{}}
	params := map[string]bool{}
	for _, full := range t.Explored() {
		params[shortName(full)] = true
	}
	for part := 0; ; part++ {
		name := "scalars"
		if part > 0 {
			name = fmt.Sprintf("scalars_%d", part)
		}
		d, err := read(name)
		if errors.Is(err, trajectory.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("table: %w", err)
		}
		if err := s.part(d, params); err != nil {
			return nil, fmt.Errorf("table: the file's table %s: %w: %w", name, err, trajectory.ErrCorrupt)
		}
	}
	if s.rowOf == nil {
		return nil, nil
	}
	return s, nil
}

// part takes over one of the tables.
func (s *scalars) part(d trajectory.Data, params map[string]bool) error {
	if err := d.Check(); err != nil {
		return err
	}
	if d.Coll != trajectory.Table || len(d.Columns) == 0 || d.Columns[0].Name != "idx" {
		return fmt.Errorf("it is no table with the column idx first")
	}
	index, ok := d.Columns[0].Data.Values.([]int64)
	if !ok || len(d.Columns[0].Data.Shape) != 1 {
		return fmt.Errorf("column idx holds %s (want int64)", d.Columns[0].Data.Type)
	}
	columns := d.Columns[1:]
	if s.rowOf == nil {
		if len(columns) == 0 || columns[0].Name != columnState {
			return fmt.Errorf("there is no column state")
		}
		state, ok := columns[0].Data.Values.([]string)
		if !ok || len(columns[0].Data.Shape) != 1 {
			return fmt.Errorf("column state holds %s (want text)", columns[0].Data.Type)
		}
		columns = columns[1:]
		s.rowOf = make([]int, s.t.Len())
		for i := range s.rowOf {
			s.rowOf[i] = -1
		}
		for row, run := range index {
			if run < 0 || run >= int64(len(s.rowOf)) || s.rowOf[run] >= 0 {
				return fmt.Errorf("row %d is for run %d of %d, or for a run that was there before", row, run, len(s.rowOf))
			}
			if info, err := s.t.RunInfo(int(run)); err == nil && info.State == trajectory.Done && state[row] == string(trajectory.Done) {
				s.rowOf[run] = row
			}
		}
	} else {
		for run, row := range s.rowOf {
			if row >= len(index) || row >= 0 && index[row] != int64(run) {
				return fmt.Errorf("its rows are others than those of the first table")
			}
		}
	}
	for _, c := range columns {
		if params[c.Name] {
			continue // the explored values are at hand
		}
		if c.Data.Coll != trajectory.Scalar || len(c.Data.Shape) != 1 {
			return fmt.Errorf("column %q holds no scalars", c.Name)
		}
		if _, twice := s.columns[c.Name]; twice {
			return fmt.Errorf("there are two columns %q", c.Name)
		}
		s.columns[c.Name] = c.Data
		s.names = append(s.names, c.Name)
	}
	return nil
}

// fill puts into the gathering what the table says for certain, and lists the runs
// that have to be read for the rest.
func (s *scalars) fill(g *gathering, w *walker) (rest []int, err error) {
	f := filler{scalars: s, g: g, w: w, read: map[int]map[string]entry{}, open: map[int]bool{}}
	first, last := -1, -1
	for run, row := range s.rowOf {
		if row >= 0 {
			if first < 0 {
				first = run
			}
			last = run
		} else if info, err := s.t.RunInfo(run); err == nil && info.State == trajectory.Done {
			f.open[run] = true
		}
	}
	if first >= 0 {
		// What the table has no columns for shows in the runs themselves.
		var known []entry
		for _, run := range []int{first, last} {
			entries, err := f.entries(run)
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				known = append(known, e)
			}
		}
		if err := f.all(known); err != nil {
			return nil, err
		}
	}
	if f.everything {
		for run, row := range s.rowOf {
			if row >= 0 {
				f.open[run] = true
			}
		}
	}
	for run := range f.open {
		rest = append(rest, run)
	}
	slices.Sort(rest)
	return rest, nil
}

// filler takes columns over from the table.
type filler struct {
	*scalars
	g          *gathering
	w          *walker
	read       map[int]map[string]entry
	open       map[int]bool // runs to be read
	everything bool         // all runs are to be read, for what is not in the table
}

// entries is what a run left, by name.
func (f *filler) entries(run int) (map[string]entry, error) {
	if m, ok := f.read[run]; ok {
		return m, nil
	}
	list, err := f.w.entriesOf(run)
	if err != nil {
		return nil, err
	}
	m := make(map[string]entry, len(list))
	for _, e := range list {
		m[e.name] = e
	}
	if len(f.read) < 1000 {
		f.read[run] = m
	}
	return m, nil
}

// all takes over all columns that are wanted.
func (f *filler) all(known []entry) error {
	byName := map[string]entry{}
	for _, e := range known {
		byName[e.name] = e
	}
	found := map[string]bool{}
	for _, column := range f.names {
		name, unit, err := f.meaning(column, byName)
		if err != nil || name == "" {
			// Units differ, or this is the unit of another column.
			f.everything = f.everything || err != nil && f.w.wants(name)
			continue
		}
		found[name] = true
		if !f.w.wants(name) {
			continue
		}
		ok, err := f.column(name, unit, f.columns[column])
		if err != nil {
			return err
		}
		f.everything = f.everything || !ok
	}
	for _, e := range known {
		if !found[e.name] && f.g.shows(e) {
			f.everything = true
		} else if !found[e.name] {
			// Not shown by anybody, and noted as such.
			if err := f.g.put(0, e); err != nil {
				return err
			}
		}
	}
	for _, name := range f.w.wanted {
		// It may be an array or be in a few runs only.
		f.everything = f.everything || !isPattern(name) && !found[name]
	}
	return nil
}

// meaning is the name and unit that a column of the table has here; "" for
// the unit of another one.
func (f *filler) meaning(column string, known map[string]entry) (name, unit string, err error) {
	if _, ok := known[column]; ok {
		return column, "", nil
	}
	// A name that was taken has a number behind it.
	if at := strings.LastIndexByte(column, '_'); at > 0 {
		if _, err := strconv.Atoi(column[at+1:]); err == nil {
			if _, ok := known[column[:at]]; ok {
				return column[:at], "", nil
			}
		}
	}
	for _, marks := range [][2]string{{markValue, markUnit}, {oldMarkValue, oldMarkUnit}} {
		if stem, ok := strings.CutSuffix(column, marks[0]); ok {
			if units, ok := f.columns[stem+marks[1]].Values.([]string); ok {
				unit, err := f.unit(units)
				return joined(stem), unit, err
			}
		}
		if stem, ok := strings.CutSuffix(column, marks[1]); ok {
			if _, ok := f.columns[stem+marks[0]]; ok {
				return "", "", nil
			}
		}
	}
	return column, "", nil
}

// joined is the name of the column of an item, from that with result and item.
func joined(stem string) string {
	base, item, ok := cutLast(stem)
	if !ok {
		return stem
	}
	_, last, _ := cutLast(base)
	return itemName(base, last, item)
}

func cutLast(s string) (before, last string, ok bool) {
	at := strings.LastIndexByte(s, '.')
	if at < 0 {
		return "", s, false
	}
	return s[:at], s[at+1:], true
}

// unit is what all runs say.
func (f *filler) unit(texts []string) (string, error) {
	first := ""
	for _, row := range f.rowOf {
		if row < 0 || texts[row] == "" || texts[row] == first {
			continue
		}
		if first != "" {
			return "", fmt.Errorf("units %s and %s", first, texts[row])
		}
		first = texts[row]
	}
	if first == "" {
		return "", nil
	}
	d, err := quantity.ParseBrian(first)
	return symbol(d), err
}

// column takes over one column; not ok means that it must be read run by run.
func (f *filler) column(name, unit string, d trajectory.Data) (ok bool, err error) {
	missing := func(row int) bool { return false }
	switch v := d.Values.(type) {
	case []float64:
		missing = func(row int) bool { return math.IsNaN(v[row]) }
	case []string:
		missing = func(row int) bool { return v[row] == "" }
	}
	// In a table of all runs that is complete, the type is that of the values.
	witness, gaps := -1, false
	for run, row := range f.rowOf {
		switch {
		case row < 0:
			gaps = true
		case missing(row):
			gaps = true
			f.open[run] = true
		case witness < 0:
			witness = run
		}
	}
	if witness < 0 {
		return true, nil // all that there may be is in the runs to be read
	}
	typ := d.Type
	if gaps && (typ == trajectory.Float || typ == trajectory.Str) {
		entries, err := f.entries(witness)
		if err != nil {
			return false, err
		}
		e, ok := entries[name]
		if !ok {
			return false, nil
		}
		typ = e.data.Type
	}
	if kindOf(typ) == none {
		return false, nil // complex numbers
	}
	x, err := f.g.of(name)
	if err != nil {
		return false, err
	}
	if err := x.counts(unit); err != nil {
		return false, err
	}
	x.c.Type, x.c.values = typ, kindOf(typ).make(x.rows)
	for run, row := range f.rowOf {
		if row < 0 || missing(row) {
			continue
		}
		if !x.exact(run, d, row) {
			// Values of several types: those that do not fit say so.
			delete(f.g.byName, name)
			f.g.names = slices.DeleteFunc(f.g.names, func(s string) bool { return s == name })
			return false, nil
		}
		x.c.valid[run] = true
	}
	return true, nil
}

// exact puts element k of a column of the file's table into a row, if a value of
// the gatherer's type can be what it comes from.
func (g *gatherer) exact(row int, d trajectory.Data, k int) bool {
	from, isFloat := d.Values.([]float64)
	if !isFloat || kindOf(g.c.Type) == floats {
		if kindOf(d.Type) != kindOf(g.c.Type) {
			return false
		}
		switch into := g.c.values.(type) {
		case []bool:
			into[row] = d.Values.([]bool)[k]
		case []int64:
			into[row] = whole(d.Values, k)
		case []uint64:
			into[row] = natural(d.Values, k)
		case []float64:
			into[row] = number(d.Values, k)
			return g.c.bits() == 64 || float64(float32(into[row])) == into[row] || into[row] != into[row]
		case []string:
			into[row] = text(d.Values, k)
		}
		return true
	}
	x := from[k]
	const most = 1 << 53 // whole numbers are kept up to there
	switch into := g.c.values.(type) {
	case []bool:
		into[row] = x == 1
		return x == 0 || x == 1
	case []int64:
		into[row] = int64(x)
		return x == math.Trunc(x) && math.Abs(x) < most
	case []uint64:
		into[row] = uint64(max(x, 0))
		return x == math.Trunc(x) && x >= 0 && x < most
	}
	return false
}
