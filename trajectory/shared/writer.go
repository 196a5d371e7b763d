package shared

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"galvani/internal/durable"
	"galvani/trajectory"
)

// spillBytes is how much memory the rows of a run may take before they go to disk.
const spillBytes = 32 << 20

// writer gathers the rows of one run.
type writer struct {
	s       *store
	run     int
	columns []column
	rows    int // in memory
	parts   []part
	spill   int
	done    bool
}

var errDone = errors.New("shared: the rows were committed or discarded")

func (s *store) writer(run int, fields []field) (*writer, error) {
	if run < Before || run > 99_999_999 {
		return nil, fmt.Errorf("shared: %s: there is no run %d: %w", s.name, run, trajectory.ErrName)
	}
	columns, err := newColumns(fields)
	return &writer{s: s, run: run, columns: columns, spill: spillBytes}, err
}

// relieve writes the rows to disk if they take too much memory.
func (w *writer) relieve() error {
	n := 0
	for _, c := range w.columns {
		n += c.bytes()
	}
	if n < w.spill {
		return nil
	}
	path, err := durable.Publish(w.s.dir, func(out io.Writer) error {
		return encode(out, meta{Run: w.run, Rows: w.rows}, w.columns)
	}, func(hash uint64) string { return fmt.Sprintf("%s%016x%s", partPrefix, hash, npzSuffix) }, false)
	if err != nil {
		return fmt.Errorf("shared: %s: writing rows of run %d: %w", w.s.name, w.run, err)
	}
	w.parts = append(w.parts, part{filepath.Base(path), w.rows})
	w.reset()
	return nil
}

func (w *writer) reset() {
	w.rows = 0
	for _, c := range w.columns {
		c.reset()
	}
}

// commit makes the rows visible and durable, in one step.
func (w *writer) commit() error {
	if w.done {
		return errDone
	}
	err := w.publish()
	if err == nil {
		w.discard()
		return nil
	}
	return fmt.Errorf("shared: %s: committing the rows of run %d: %w", w.s.name, w.run, err)
}

func (w *writer) publish() error {
	path := filepath.Join(w.s.dir, runFile(w.run))
	var text bytes.Buffer
	if err := encode(&text, meta{Run: w.run, Rows: w.rows, Parts: w.parts}, w.columns); err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if w.rows == 0 && len(w.parts) == 0 {
			return nil
		}
	case err != nil:
		return err
	case bytes.Equal(old, text.Bytes()):
		return nil // the run was executed before
	default:
		// It was executed by another program, or failed behind its commit.
		l, err := w.s.list()
		if err != nil {
			return err
		}
		if l.moved[w.run] {
			return fmt.Errorf("they were edited since the run was executed with another result: %w", trajectory.ErrExists)
		}
	}
	return durable.Replace(path, func(out io.Writer) error { _, err := out.Write(text.Bytes()); return err })
}

// discard forgets what was not committed.
func (w *writer) discard() {
	if !w.done {
		w.done = true
		w.reset()
	}
}
