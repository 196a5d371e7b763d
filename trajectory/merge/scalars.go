package merge

import (
	"errors"
	"iter"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"galvani/trajectory"
)

// What tables of all scalars look like; see [trajectory.ScalarTables].
const (
	maxColumns  = 400
	columnIndex = "idx"
)

// scalars gathers the columns of the table.
type scalars struct {
	columns map[string]*scalarColumn
}

// scalarColumn holds the values of a column, those of each type apart.
type scalarColumn struct{ segments []*segment }

type segment struct {
	typ    trajectory.Type
	rows   []int32
	values any
}

func (s *scalars) column(name string) *scalarColumn {
	c := s.columns[name]
	if c == nil {
		c = &scalarColumn{}
		s.columns[name] = c
	}
	return c
}

func (c *scalarColumn) segment(t trajectory.Type) *segment {
	for _, s := range c.segments {
		if s.typ == t {
			return s
		}
	}
	s := &segment{typ: t}
	c.segments = append(c.segments, s)
	return s
}

// readScalars reads the columns of results that a file has for its runs; nil
// if it has no table, or an old one.
func readScalars(r trajectory.Reader, runs, params int) (*scalars, error) {
	s := &scalars{columns: map[string]*scalarColumn{}}
	own := map[string]bool{columnIndex: true} // names that are not of results
	skip := params + 1                        // the state
	for i := 0; ; i++ {
		table, err := r.Overview(trajectory.ScalarTable(i))
		if errors.Is(err, trajectory.ErrNotFound) && i > 0 {
			return s, nil
		}
		if errors.Is(err, trajectory.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if rows(table) != runs || table.Columns[0].Name != columnIndex {
			return nil, nil
		}
		for _, c := range table.Columns[1:] {
			if skip > 0 {
				skip--
				own[c.Name] = true
				continue
			}
			name := c.Name
			if base, number, ok := cutNumber(name); ok && own[base] && number > 1 {
				name = base // it had to give way to a parameter
			}
			seg := s.column(name).segment(c.Data.Type)
			for k := range runs {
				seg.rows = append(seg.rows, int32(k))
			}
			seg.values = joined(seg.values, c.Data.Values)
		}
		if len(table.Columns) < maxColumns {
			return s, nil
		}
	}
}

// cutNumber takes _2 off a name.
func cutNumber(name string) (base string, number int, ok bool) {
	i := strings.LastIndexByte(name, '_')
	if i < 0 {
		return name, 0, false
	}
	n, err := strconv.Atoi(name[i+1:])
	return name[:i], n, err == nil
}

// result adds the scalars of a run's node.
func (s *scalars) result(run int, r trajectory.Record) {
	if s == nil || !r.Leaf {
		return
	}
	leaf := scalarName(r.Name)
	last := r.Name[strings.LastIndexByte(r.Name, '.')+1:]
	for _, it := range r.Items {
		d := it.Data
		if it.Name == itemData && d.Coll == trajectory.Table && len(d.Columns) == 1 && rows(d) == 1 {
			d = cell(d.Columns[0].Data, 0) // a derived parameter
		}
		if d.Coll != trajectory.Scalar || d.Shape != nil {
			continue
		}
		name := leaf
		if it.Name != last && it.Name != itemData {
			name += "." + it.Name
		}
		seg := s.column(name).segment(d.Type)
		seg.rows = append(seg.rows, int32(run))
		seg.values = joined(seg.values, d.Values)
	}
}

// scalarName is a node's name without the parts that all runs share.
func scalarName(full string) string {
	var out []string
	for i, p := range strings.Split(full, ".") {
		if _, ok := trajectory.ParseRunName(p); ok || i == 0 && p == "results" || i == 1 && p == "runs" || strings.HasPrefix(p, setPrefix) {
			continue
		}
		out = append(out, p)
	}
	return strings.Join(out, ".")
}

// data makes the whole column. Where values are missing or of several types,
// numbers become float64 with NaN for what is missing, what is no number becomes text.
func (c *scalarColumn) data(runs int) trajectory.Data {
	if len(c.segments) == 1 && len(c.segments[0].rows) == runs && slices.IsSorted(c.segments[0].rows) {
		return trajectory.Data{Coll: trajectory.Scalar, Type: c.segments[0].typ, Shape: []int{runs}, Values: c.segments[0].values}
	}
	numbers := true
	for _, s := range c.segments {
		_, ok := number(reflect.ValueOf(s.values).Index(0))
		numbers = numbers && ok
	}
	if numbers {
		out := make([]float64, runs)
		for i := range out {
			out[i] = math.NaN()
		}
		for _, s := range c.segments {
			v := reflect.ValueOf(s.values)
			for k, row := range s.rows {
				out[row], _ = number(v.Index(k))
			}
		}
		return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Shape: []int{runs}, Values: out}
	}
	out := make([]string, runs)
	for _, s := range c.segments {
		v := reflect.ValueOf(s.values)
		for k, row := range s.rows {
			if x := v.Index(k); x.Kind() == reflect.String {
				out[row] = x.String()
			} else {
				out[row] = element(x, s.typ)
			}
		}
	}
	return trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Str, Shape: []int{runs}, Values: out}
}

// number is an element as a float64, if it is a real number or a bool.
func number(x reflect.Value) (float64, bool) {
	switch {
	case x.CanInt():
		return float64(x.Int()), true
	case x.CanUint():
		return float64(x.Uint()), true
	case x.CanFloat():
		return x.Float(), true
	case x.Kind() == reflect.Bool:
		if x.Bool() {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// inTreeOrder sorts names as a walk through the tree meets them.
func inTreeOrder(names []string) []string {
	return slices.SortedFunc(slices.Values(names), compareNames)
}

// compareNames sorts parents before children and children by name.
func compareNames(a, b string) int {
	return slices.Compare(strings.Split(a, "."), strings.Split(b, "."))
}

// parameterColumns are the columns of an explored parameter.
func parameterColumns(r trajectory.Record, runs int) []trajectory.Column {
	var out []trajectory.Column
	name := strings.TrimPrefix(r.Name, branchParameters+".")
	for _, it := range r.Items {
		if !strings.HasPrefix(it.Name, exploredPrefix+itemData) || it.Data.Coll != trajectory.Table {
			continue
		}
		for _, c := range it.Data.Columns {
			if c.Data.Coll == trajectory.Scalar && len(c.Data.Shape) == 1 && c.Data.Shape[0] == runs {
				out = append(out, trajectory.Column{Name: name, Data: c.Data})
			}
		}
	}
	return out
}

// tables yields the tables.
func (s *scalars) tables(states []trajectory.State, params []trajectory.Column) iter.Seq2[string, trajectory.Data] {
	all := slices.Clone(params)
	for _, name := range slices.Sorted(maps.Keys(s.columns)) {
		all = append(all, trajectory.Column{Name: name, Data: s.columns[name].data(len(states))})
	}
	return trajectory.ScalarTables(states, all)
}
