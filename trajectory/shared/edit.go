package shared

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"unsafe"

	"galvani/internal/durable"
)

// Action is what becomes of a row in [Table.Edit].
type Action int

// The actions.
const (
	Keep   Action = iota // leave the row as it is, whatever was done to the copy
	Change               // put the copy in its place
	Remove
)

// Edit looks at all rows in order and changes or removes some: f gets the number of a row and a
// copy that it may change, and says what becomes of it. The edit becomes visible and
// durable in one step when all rows have been looked at; an error of f stops it and nothing
// changes. Only runs with rows that changed are written again, and of those only one is in memory at a
// time. It returns how many rows were changed or removed. An edit is meant for what is
// finished: a run that is executed again with another result afterwards is refused by Commit.
func (t *Table[R]) Edit(f func(i int, row *R) (Action, error)) (n int, err error) {
	l, err := t.s.list()
	if err != nil {
		return 0, err
	}
	v, err := t.View()
	if err != nil {
		return 0, err
	}
	e := edit{Format: format, Files: map[int]string{}}
	for _, run := range v.Runs() {
		touched, file, err := t.editRun(v, run, f)
		if err != nil {
			return 0, err
		}
		if touched > 0 {
			e.Files[run] = file
			n += touched
		}
	}
	if n == 0 {
		return 0, nil
	}
	text, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("shared: %w", err)
	}
	_, err = durable.Publish(t.s.dir, func(w io.Writer) error { _, err := w.Write(text); return err }, func(uint64) string { return editFile(l.edits + 1) }, true)
	if errors.Is(err, fs.ErrExist) {
		return 0, fmt.Errorf("shared: table %s was %w", t.s.name, ErrConflict)
	}
	if err != nil {
		return 0, fmt.Errorf("shared: editing %s: %w", t.s.name, err)
	}
	return n, nil
}

// editRun makes the new file of a run, if anything changes in it.
func (t *Table[R]) editRun(v *View[R], run int, f func(i int, row *R) (Action, error)) (touched int, file string, err error) {
	lo, hi := v.OfRun(run)
	columns, err := v.load(lo, hi, nil)
	if err != nil {
		return 0, "", err
	}
	// R may have some of the columns only, in another order.
	mine := make([]column, len(t.fields))
	fresh, err := newColumns(t.fields)
	if err != nil {
		return 0, "", err
	}
	for i, c := range columns {
		for k, field := range t.fields {
			if field.Name != c.describe().Name {
				continue
			}
			c.place(field.offset)
			mine[k], columns[i] = c, fresh[k]
		}
	}
	kept := make([]bool, hi-lo)
	rows := 0
	for i := range kept {
		var row, changed R
		for _, c := range mine {
			// Twice, since the copy must not share slices with the row.
			c.put(i, unsafe.Pointer(&row))
			c.put(i, unsafe.Pointer(&changed))
		}
		action, err := f(lo+i, &changed)
		if err != nil {
			return 0, "", err
		}
		if action == Change {
			row = changed
		}
		if action != Keep {
			touched++
		}
		if kept[i] = action != Remove; kept[i] {
			rows++
			for _, c := range fresh {
				c.take(unsafe.Pointer(&row))
			}
		}
	}
	if touched == 0 {
		return 0, "", nil
	}
	for _, c := range columns {
		if !slices.Contains(fresh, c) {
			c.keep(kept)
		}
	}
	var text bytes.Buffer
	if err := encode(&text, meta{Run: run, Rows: rows}, columns); err != nil {
		return 0, "", fmt.Errorf("shared: %w", err)
	}
	path, err := durable.Publish(t.s.dir, func(w io.Writer) error { _, err := w.Write(text.Bytes()); return err },
		func(hash uint64) string { return fmt.Sprintf("%s%016x%s", edited, hash, npzSuffix) }, false)
	if err != nil {
		return 0, "", fmt.Errorf("shared: editing %s: %w", t.s.name, err)
	}
	return touched, filepath.Base(path), nil
}
