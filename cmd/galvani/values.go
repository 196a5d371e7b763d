package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// most is how many elements stand in a line that only describes a value.
const most = 8

// element prints one element of a slice so that it reads back the same.
func element(values any, i int) string {
	switch v := values.(type) {
	case []bool:
		return strconv.FormatBool(v[i])
	case []string:
		return oneLine(v[i])
	case []int64:
		return strconv.FormatInt(v[i], 10)
	case []int32:
		return strconv.FormatInt(int64(v[i]), 10)
	case []int16:
		return strconv.FormatInt(int64(v[i]), 10)
	case []int8:
		return strconv.FormatInt(int64(v[i]), 10)
	case []uint64:
		return strconv.FormatUint(v[i], 10)
	case []uint32:
		return strconv.FormatUint(uint64(v[i]), 10)
	case []uint16:
		return strconv.FormatUint(uint64(v[i]), 10)
	case []uint8:
		return strconv.FormatUint(uint64(v[i]), 10)
	case []float64:
		return float(v[i], 64)
	case []float32:
		return float(float64(v[i]), 32)
	case []complex128:
		return strings.Trim(strconv.FormatComplex(v[i], 'g', -1, 128), "()")
	case []complex64:
		return strings.Trim(strconv.FormatComplex(complex128(v[i]), 'g', -1, 64), "()")
	}
	return "?"
}

func float(x float64, bits int) string {
	if math.IsNaN(x) {
		return "NaN"
	}
	return strconv.FormatFloat(x, 'g', -1, bits)
}

// oneLine quotes a text that would not stay in its line or column.
func oneLine(s string) string {
	for _, r := range s {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	return s
}

// clip cuts a text to a number of characters.
func clip(s string, most int) string {
	if c := []rune(s); len(c) > most {
		return string(c[:most-3]) + "..."
	}
	return s
}

// foreign says what an item is that only Python can decode; empty for all others.
func foreign(d trajectory.Data) string {
	switch d.Coll {
	case hdf5.Pickle:
		return "pickled Python object, not shown"
	case hdf5.Frame, hdf5.Series:
		return "pandas " + strings.ToLower(string(d.Coll)) + ", not shown"
	case hdf5.Unknown:
		text := "unknown"
		if s, ok := d.Values.([]string); ok && len(s) == 1 {
			text = s[0]
		}
		return "not shown: " + oneLine(text)
	}
	return ""
}

// typeOf names type and shape: float64[3x400].
func typeOf(d trajectory.Data) string {
	if t, ok := labelled(d); ok {
		return fmt.Sprintf("dataframe[%d x %d]", rowsOf(t), len(t.Columns)-1)
	}
	switch d.Coll {
	case trajectory.Table:
		return fmt.Sprintf("table[%d x %d]", rowsOf(d), len(d.Columns))
	case trajectory.Dict, trajectory.EmptyDict:
		return fmt.Sprintf("dict[%d]", len(d.Columns))
	case hdf5.Pickle, hdf5.Frame, hdf5.Series, hdf5.Unknown:
		return strings.ToLower(string(d.Coll))
	}
	name := string(d.Type)
	if d.Shape == nil {
		return name
	}
	parts := make([]string, len(d.Shape))
	for i, n := range d.Shape {
		parts[i] = strconv.Itoa(n)
	}
	return name + "[" + strings.Join(parts, "x") + "]"
}

// labelled makes a table of a [trajectory.DataFrame]: the labels of its rows are the first column.
func labelled(d trajectory.Data) (table trajectory.Data, ok bool) {
	f, ok := d.DataFrame()
	if !ok {
		return d, false
	}
	labels, err := trajectory.Encode(f.Columns)
	if err != nil {
		return d, false
	}
	table.Coll = trajectory.Table
	add := func(name string, values any) {
		column, e := trajectory.Encode(values)
		err = errors.Join(err, e)
		table.Columns = append(table.Columns, trajectory.Column{Name: name, Data: column})
	}
	add(cmp.Or(f.IndexName, "index"), f.Index)
	for i, v := range f.Values {
		add(element(labels.Values, i), v)
	}
	if err != nil {
		return d, false
	}
	return table, true
}

func rowsOf(table trajectory.Data) int {
	if len(table.Columns) == 0 || len(table.Columns[0].Data.Shape) == 0 {
		return 0
	}
	return table.Columns[0].Data.Shape[0]
}

// brief prints the beginning of a value in one line.
func brief(d trajectory.Data) string {
	if text := foreign(d); text != "" {
		return text
	}
	d, _ = labelled(d)
	switch d.Coll {
	case trajectory.Table, trajectory.Dict:
		var parts []string
		for _, c := range d.Columns {
			if len(parts) == most {
				parts = append(parts, "...")
				break
			}
			parts = append(parts, oneLine(c.Name)+": "+brief(c.Data))
		}
		return strings.Join(parts, "  ")
	case trajectory.EmptyDict:
		return ""
	}
	n, _ := trajectory.Elements(d.Shape)
	var parts []string
	for i := range min(n, most) {
		parts = append(parts, element(d.Values, i))
	}
	if n > most {
		parts = append(parts, "...")
	}
	return strings.Join(parts, " ")
}

// all prints every element: a scalar on a line, an array with a line for each row of its last
// dimension, a table with a heading and tabs between columns.
func all(out io.Writer, d trajectory.Data) {
	if text := foreign(d); text != "" {
		fmt.Fprintln(out, "# "+text)
		return
	}
	d, _ = labelled(d)
	switch d.Coll {
	case trajectory.Table:
		printTable(out, d)
		return
	case trajectory.Dict, trajectory.EmptyDict:
		for _, c := range d.Columns {
			n, _ := trajectory.Elements(c.Data.Shape)
			fmt.Fprintf(out, "%s\t%s\n", oneLine(c.Name), joined(c.Data.Values, 0, n, " "))
		}
		return
	}
	n, _ := trajectory.Elements(d.Shape)
	row := 1
	if len(d.Shape) > 1 {
		row = max(d.Shape[len(d.Shape)-1], 1)
	}
	for i := 0; i < n; i += row {
		fmt.Fprintln(out, joined(d.Values, i, i+row, "\t"))
	}
}

func joined(values any, from, to int, with string) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		if i > from {
			b.WriteString(with)
		}
		b.WriteString(element(values, i))
	}
	return b.String()
}

func printTable(out io.Writer, d trajectory.Data) {
	names := make([]string, len(d.Columns))
	for i, c := range d.Columns {
		names[i] = oneLine(c.Name)
	}
	fmt.Fprintln(out, strings.Join(names, "\t"))
	cells := make([]string, len(d.Columns))
	for r := range rowsOf(d) {
		for i, c := range d.Columns {
			per, _ := trajectory.Elements(c.Data.Shape[1:])
			cells[i] = joined(c.Data.Values, r*per, (r+1)*per, " ")
		}
		fmt.Fprintln(out, strings.Join(cells, "\t"))
	}
}
