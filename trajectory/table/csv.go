package table

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteCSV writes the table as comma-separated values (RFC 4180) with a header
// of the columns' labels. No value is an empty field, as an empty text is; numbers have the digits
// that bring back the same bits; arrays are JSON.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	fields := make([]string, len(t.columns))
	for i, c := range t.columns {
		fields[i] = c.Label()
	}
	for row := -1; row < t.rows; row++ {
		if row >= 0 {
			for i, c := range t.columns {
				fields[i] = c.Text(row)
			}
		}
		if len(fields) == 1 && fields[0] == "" {
			// An empty line would be skipped by readers.
			out.Flush()
			if _, err := io.WriteString(w, "\"\"\n"); err != nil {
				return fmt.Errorf("table: writing CSV: %w", err)
			}
			continue
		}
		if err := out.Write(fields); err != nil {
			return fmt.Errorf("table: writing CSV: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("table: writing CSV: %w", err)
	}
	return nil
}

// WriteText writes the table in aligned columns for people, with a header of the columns' labels:
// numbers to the right and with six digits, a dash where there is no value, long
// texts and arrays cut.
func (t *Table) WriteText(w io.Writer) error {
	cells := make([][]string, len(t.columns)) // by column, the header first
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		column := make([]string, 0, t.rows+1)
		column = append(column, cut(c.Label()))
		for row := range t.rows {
			s := "-"
			if !c.IsNull(row) {
				s = c.short(row)
			}
			column = append(column, s)
		}
		for _, s := range column {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
		cells[i] = column
	}
	out := bufio.NewWriter(w)
	for row := range t.rows + 1 {
		line := ""
		for i, c := range t.columns {
			s := cells[i][row]
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
			if c.IsNumeric() {
				s = pad + s
			} else {
				s += pad
			}
			if i > 0 {
				line += "  "
			}
			line += s
		}
		if _, err := out.WriteString(strings.TrimRight(line, " ") + "\n"); err != nil {
			return fmt.Errorf("table: writing text: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("table: writing text: %w", err)
	}
	return nil
}

// short is the text of a cell for people.
func (c *Column) short(row int) string {
	if v, ok := c.values.([]float64); ok {
		return strconv.FormatFloat(v[row], 'g', 6, 64)
	}
	return cut(c.Text(row))
}

// cut makes a cell of a text: one line, not too long.
func cut(s string) string {
	const most = 40
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most-3]) + "..."
	}
	return s
}

// String is the table as [Table.WriteText] writes it, the middle left out if it
// has many rows.
func (t *Table) String() string {
	const most = 24
	var b strings.Builder
	shown := t
	if t.rows > most {
		rows := make([]int, most)
		for i := range rows {
			rows[i] = i
			if i >= most/2 {
				rows[i] = t.rows - most + i
			}
		}
		shown = t.take(rows)
	}
	_ = shown.WriteText(&b) // a Builder takes everything
	if shown != t {
		lines := strings.SplitAfter(b.String(), "\n")
		return strings.Join(lines[:most/2+1], "") + fmt.Sprintf("... %d rows in all ...\n", t.rows) + strings.Join(lines[most/2+1:], "")
	}
	return b.String()
}
