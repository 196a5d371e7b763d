package trajectory

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// scalarsName is the table of all scalars with a row per run; further ones
// have a number behind it when there are more columns than a table takes.
const (
	scalarsName = "scalars"
	maxColumns  = 400
)

// scalars gathers what is in the tables: states of the runs, in order, the explored
// parameters, the scalar results.
type scalars struct {
	rows    int
	states  []State
	params  []Column
	columns map[string]*scalarColumn
	wild    *wildcards
}

// scalarColumn holds the values of a column, those of each type apart.
type scalarColumn struct{ segments []*segment }

type segment struct {
	typ    Type
	rows   []int32
	values any
}

func newScalars(rows int, wild *wildcards) *scalars {
	return &scalars{rows: rows, wild: wild, columns: map[string]*scalarColumn{}}
}

func (s *scalars) row(r RunInfo) {
	s.states = append(s.states, r.State)
}

// parameter adds the columns of an explored parameter.
func (s *scalars) parameter(r Record) {
	name := strings.TrimPrefix(r.Name, branchParameters+".")
	for _, it := range r.Items {
		if !strings.HasPrefix(it.Name, itemExplored) || it.Data.Coll != Table {
			continue
		}
		for _, c := range it.Data.Columns {
			if c.Data.Coll == Scalar && len(c.Data.Shape) == 1 && c.Data.Shape[0] == s.rows {
				s.params = append(s.params, Column{Name: name, Data: c.Data})
			}
		}
	}
}

// result adds the scalars of a run's node.
func (s *scalars) result(run int, r Record) {
	if !r.Leaf {
		return
	}
	leaf := s.wild.scalarName(r.Name, run)
	_, last := cutLast(r.Name)
	for _, it := range r.Items {
		d := it.Data
		if d.Coll == Table && it.Name == itemData && len(d.Columns) == 1 && len(d.Columns[0].Data.Shape) == 1 && d.Columns[0].Data.Shape[0] == 1 {
			d = d.Columns[0].Data.cell(0) // a derived parameter
		}
		if d.Coll != Scalar || d.Shape != nil {
			continue
		}
		name := leaf
		if it.Name != last && it.Name != itemData {
			name += "." + it.Name
		}
		c := s.columns[name]
		if c == nil {
			c = &scalarColumn{}
			s.columns[name] = c
		}
		c.add(run, d)
	}
}

// scalarName is a node's name without the parts that all runs share.
func (w *wildcards) scalarName(full string, run int) string {
	var out []string
	for i, p := range strings.Split(full, ".") {
		if _, ok := w.runOf(p); ok || i == 0 && p == branchResults || i == 1 && p == "runs" || strings.HasPrefix(p, "run_set_") {
			continue
		}
		if slices.ContainsFunc(w.list, func(c Wildcard) bool { return c.Func(run) == p }) {
			continue
		}
		out = append(out, p)
	}
	return strings.Join(out, ".")
}

func (c *scalarColumn) add(run int, d Data) {
	var seg *segment
	for _, s := range c.segments {
		if s.typ == d.Type {
			seg = s
		}
	}
	if seg == nil {
		seg = &segment{typ: d.Type}
		c.segments = append(c.segments, seg)
	}
	seg.rows = append(seg.rows, int32(run))
	seg.values = appendValues(seg.values, d.Values)
}

// data makes the whole column. Where values are missing or of several types,
// numbers become float64 with NaN for what is missing; what is no number
// becomes text.
func (c *scalarColumn) data(rows int) Data {
	if len(c.segments) == 1 && len(c.segments[0].rows) == rows && slices.IsSorted(c.segments[0].rows) {
		return Data{Coll: Scalar, Type: c.segments[0].typ, Shape: []int{rows}, Values: c.segments[0].values}
	}
	numbers := true
	for _, s := range c.segments {
		_, ok := number(s.values, 0)
		numbers = numbers && ok
	}
	if numbers {
		out := make([]float64, rows)
		for i := range out {
			out[i] = math.NaN()
		}
		for _, s := range c.segments {
			for k, row := range s.rows {
				out[row], _ = number(s.values, k)
			}
		}
		return Data{Coll: Scalar, Type: Float, Shape: []int{rows}, Values: out}
	}
	out := make([]string, rows)
	for _, s := range c.segments {
		for k, row := range s.rows {
			v, _ := Decode(Data{Coll: Scalar, Type: s.typ, Values: sliceValues(s.values, k, k+1)})
			if text, ok := v.(string); ok {
				out[row] = text
			} else {
				out[row] = PythonText(v)
			}
		}
	}
	return Data{Coll: Scalar, Type: Str, Shape: []int{rows}, Values: out}
}

// number is element k as a float64, if it is a number or a bool.
func number(values any, k int) (float64, bool) {
	switch v := values.(type) {
	case []bool:
		if v[k] {
			return 1, true
		}
		return 0, true
	case []int8:
		return float64(v[k]), true
	case []int16:
		return float64(v[k]), true
	case []int32:
		return float64(v[k]), true
	case []int64:
		return float64(v[k]), true
	case []uint8:
		return float64(v[k]), true
	case []uint16:
		return float64(v[k]), true
	case []uint32:
		return float64(v[k]), true
	case []uint64:
		return float64(v[k]), true
	case []float32:
		return float64(v[k]), true
	case []float64:
		return v[k], true
	}
	return 0, false
}

// tables yields the tables.
func (s *scalars) tables() iter.Seq2[string, Data] {
	all := slices.Clone(s.params)
	for _, name := range sortedKeys(s.columns) {
		all = append(all, Column{Name: name, Data: s.columns[name].data(s.rows)})
	}
	return ScalarTables(s.states, all)
}

// ScalarTable is the name of table i of all scalars, from 0.
func ScalarTable(i int) string {
	if i == 0 {
		return scalarsName
	}
	return fmt.Sprintf("%s_%d", scalarsName, i)
}

// ScalarTables yields the tables of all scalars with their names, for [Writer.Overview]: a row per
// run with its index, its state and the columns given, which have an element for each run. A
// table takes at most 400 columns, the index among them; a name that is taken already gets a
// number behind it.
func ScalarTables(states []State, columns []Column) iter.Seq2[string, Data] {
	return func(yield func(string, Data) bool) {
		runs := len(states)
		index, texts := make([]int64, runs), make([]string, runs)
		for i, state := range states {
			index[i], texts[i] = int64(i), string(state)
		}
		first := Column{Name: "idx", Data: Data{Coll: Scalar, Type: Int64, Shape: []int{runs}, Values: index}}
		all := append([]Column{{Name: "state", Data: Data{Coll: Scalar, Type: Str, Shape: []int{runs}, Values: texts}}}, columns...)
		taken := map[string]bool{first.Name: true}
		for i, c := range all {
			name := c.Name
			for n := 2; taken[name]; n++ {
				name = fmt.Sprintf("%s_%d", c.Name, n)
			}
			taken[name] = true
			all[i].Name = name
		}
		for i := 0; len(all) > 0; i++ {
			n := min(len(all), maxColumns-1)
			if !yield(ScalarTable(i), Data{Coll: Table, Columns: append([]Column{first}, all[:n]...)}) {
				return
			}
			all = all[n:]
		}
	}
}
