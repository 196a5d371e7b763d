package table

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"galvani/trajectory"
)

// WriteNDJSON writes an object per row and line with the columns' labels as
// names, in order: {"run":0,"state":"done","tau [ms]":5,"rate":null}. No value and NaN are
// null, infinite numbers 1e999, which readers of JSON take for infinity; arrays are
// nested lists.
func (t *Table) WriteNDJSON(w io.Writer) error {
	labels := make([][]byte, len(t.columns))
	for i, c := range t.columns {
		labels[i] = append(appendString(nil, c.Label()), ':')
	}
	out := bufio.NewWriter(w)
	var line []byte
	for row := range t.rows {
		line = append(line[:0], '{')
		for i, c := range t.columns {
			if i > 0 {
				line = append(line, ',')
			}
			line = append(line, labels[i]...)
			line = c.appendJSON(line, row)
		}
		line = append(line, '}', '\n')
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("table: writing JSON: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("table: writing JSON: %w", err)
	}
	return nil
}

func (c *Column) appendJSON(b []byte, row int) []byte {
	if c.IsNull(row) {
		return append(b, "null"...)
	}
	switch v := c.values.(type) {
	case []float64:
		return appendFloat(b, v[row], c.bits())
	case []string:
		return appendString(b, printable(v[row]))
	case []trajectory.Data:
		return appendArray(b, v[row])
	}
	return append(b, c.Text(row)...)
}

func appendFloat(b []byte, x float64, bits int) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, "null"...)
	case math.IsInf(x, 1):
		return append(b, "1e999"...)
	case math.IsInf(x, -1):
		return append(b, "-1e999"...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, bits)
}

func appendString(b []byte, s string) []byte {
	text, _ := json.Marshal(s) // a string always can
	return append(b, text...)
}

// appendArray writes an array as lists in lists.
func appendArray(b []byte, d trajectory.Data) []byte {
	at := 0
	return appendDim(b, d, 0, &at)
}

func appendDim(b []byte, d trajectory.Data, dim int, at *int) []byte {
	if dim == len(d.Shape) {
		k := *at
		*at++
		switch v := d.Values.(type) {
		case []float64:
			return appendFloat(b, v[k], 64)
		case []float32:
			return appendFloat(b, float64(v[k]), 32)
		case []bool:
			return strconv.AppendBool(b, v[k])
		case []string:
			return appendString(b, printable(v[k]))
		}
		return append(b, text(d.Values, k)...)
	}
	b = append(b, '[')
	for i := range d.Shape[dim] {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendDim(b, d, dim+1, at)
	}
	return append(b, ']')
}
