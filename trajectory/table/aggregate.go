package table

import (
	"fmt"
	"slices"

	"galvani/trajectory"
	"galvani/trajectory/design"
)

// Statistics are what the numbers along a dimension of an array have in common;
// see [design.Summary].
type Statistics struct {
	N, Mean, Std, Low, High *Array
}

// Summarize takes mean, standard deviation and 95 % confidence interval of the mean
// along a dimension, such as the trials. What is missing does not count. Where fewer
// than two numbers are left, Std, Low and High are missing.
func (a *Array) Summarize(name string) (*Statistics, error) {
	dim, _, err := a.find(name)
	if err != nil {
		return nil, err
	}
	inner, n := a.strides()[dim], a.Dims[dim].Len()
	s := &Statistics{}
	into := map[string]**Array{"n": &s.N, "mean": &s.Mean, "std": &s.Std, "low": &s.Low, "high": &s.High}
	for what, p := range into {
		*p = &Array{Name: a.Name + "." + what, Unit: a.Unit, Dims: without(a.Dims, dim)}
	}
	s.N.Unit = ""
	var x []float64
	for from := 0; from < len(a.Values); from += inner * n {
		for i := range inner {
			x = x[:0]
			for k := range n {
				if at := from + k*inner + i; a.Present == nil || a.Present[at] {
					x = append(x, a.Values[at])
				}
			}
			sum := design.Summarize(x)
			for p, v := range map[*Array]float64{s.N: float64(sum.N), s.Mean: sum.Mean, s.Std: sum.Std, s.Low: sum.Low, s.High: sum.High} {
				p.Values = append(p.Values, v)
				p.Present = append(p.Present, p == s.N || sum.N >= 2 || p == s.Mean && sum.N == 1)
			}
		}
	}
	for _, p := range into {
		(*p).tidy()
	}
	return s, nil
}

// Aggregate is the table of the points of an exploration: a row for each distinct
// combination of the explored parameters but the one called over, which is the trial. For
// each of the numeric columns named, all results if none is, it has the mean under the column's
// name, NAME.n, how many values there are, NAME.std, and NAME.low and NAME.high, the ends
// of the 95 % confidence interval of the mean (see [design.Summary]).
func (t *Table) Aggregate(over string, names ...string) (*Table, error) {
	trial, err := t.Column(over)
	if err != nil {
		return nil, err
	}
	var params, columns []*Column
	for _, c := range t.columns {
		if c.Role == Parameter && c.Explored && c != trial {
			params = append(params, c)
		}
		if len(names) == 0 && c.Role == Result && c.IsNumeric() {
			columns = append(columns, c)
		}
	}
	for _, name := range names {
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		if !c.IsNumeric() {
			return nil, fmt.Errorf("table: column %q holds no numbers and has no mean: %w", c.Name, trajectory.ErrType)
		}
		columns = append(columns, c)
	}
	first, rows, err := t.groups(params)
	if err != nil {
		return nil, err
	}
	out := &Table{Name: t.Name, rows: len(first)}
	for _, c := range params {
		out.columns = append(out.columns, c.take(first))
	}
	for _, c := range columns {
		out.columns = append(out.columns, summaries(c, rows)...)
	}
	return out, nil
}

// groups lists the rows at each distinct point, and the first of them.
func (t *Table) groups(params []*Column) (first []int, rows [][]int, err error) {
	at := make([]int, t.rows)
	count := min(t.rows, 1)
	for _, c := range params {
		known := map[[2]int]int{}
		x, err := c.axis(t.rows)
		if err != nil {
			return nil, nil, fmt.Errorf("table: %w", err)
		}
		for row := range at {
			key := [2]int{at[row], x.at[row]}
			n, ok := known[key]
			if !ok {
				n = len(known)
				known[key] = n
			}
			at[row] = n
		}
		count = len(known)
	}
	rows = make([][]int, count)
	for row, n := range at {
		if rows[n] == nil {
			first = append(first, row)
		}
		rows[n] = append(rows[n], row)
	}
	return first, rows, nil
}

// summaries makes the columns of the mean and what belongs to it.
func summaries(c *Column, rows [][]int) []*Column {
	n := make([]int64, len(rows))
	floats := func(suffix string) *Column {
		return &Column{Name: c.Name + suffix, Unit: c.Unit, Role: c.Role, Type: trajectory.Float, values: make([]float64, len(rows)), valid: make([]bool, len(rows))}
	}
	mean, std, low, high := floats(""), floats(".std"), floats(".low"), floats(".high")
	var x []float64
	for i, r := range rows {
		x = x[:0]
		for _, row := range r {
			if v, ok := c.Float(row); ok {
				x = append(x, v)
			}
		}
		s := design.Summarize(x)
		n[i] = int64(s.N)
		for p, v := range map[*Column]float64{mean: s.Mean, std: s.Std, low: s.Low, high: s.High} {
			p.values.([]float64)[i], p.valid[i] = v, s.N > 1 || p == mean && s.N == 1
		}
	}
	out := []*Column{mean, {Name: c.Name + ".n", Role: c.Role, Type: trajectory.Int, values: n}, std, low, high}
	for _, p := range out {
		if !slices.Contains(p.valid, false) {
			p.valid = nil
		}
	}
	return out
}

// Stack puts arrays of equal dimensions together along a new first dimension, such
// as several results of the same runs under the names of the results. A unit that not
// all of them have is left out.
func Stack(dim string, arrays ...*Array) (*Array, error) {
	if len(arrays) == 0 {
		return nil, fmt.Errorf("table: nothing to stack")
	}
	out := &Array{Name: dim, Unit: arrays[0].Unit}
	names := Dim{Coord: Coord{Name: dim}}
	missing := slices.ContainsFunc(arrays, func(a *Array) bool { return a.Present != nil })
	for _, a := range arrays {
		if !sameDims(a.Dims, arrays[0].Dims) {
			return nil, fmt.Errorf("table: %s and %s cannot be stacked: their dimensions or coordinates differ", arrays[0].Name, a.Name)
		}
		if a.Unit != out.Unit {
			out.Unit = ""
		}
		names.Values = append(names.Values, a.Name)
		out.Values = append(out.Values, a.Values...)
		if missing && a.Present != nil {
			out.Present = append(out.Present, a.Present...)
		} else if missing {
			out.Present = append(out.Present, slices.Repeat([]bool{true}, len(a.Values))...)
		}
	}
	out.Dims = append([]Dim{names}, arrays[0].Dims...)
	return out, nil
}

func sameDims(a, b []Dim) bool {
	return slices.EqualFunc(a, b, func(x, y Dim) bool {
		return sameCoord(x.Coord, y.Coord) && slices.EqualFunc(x.Also, y.Also, sameCoord)
	})
}

func sameCoord(x, y Coord) bool {
	return x.Name == y.Name && x.Unit == y.Unit && slices.EqualFunc(x.Values, y.Values, func(v, w any) bool { return v == w || v != v && w != w })
}
