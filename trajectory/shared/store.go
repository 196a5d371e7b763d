package shared

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"galvani/internal/durable"
	"galvani/internal/npz"
	"galvani/trajectory"
)

// Before is the index of rows that belong to no run; they come before those of all runs.
const Before = -1

// Dir is the folder with the shared data of the trajectory file at path; it is a part of its
// runs folder, and goes where that goes.
func Dir(path string) string { return filepath.Join(trajectory.RunsDir(path), "shared") }

// The files in a table's folder.
const (
	schemaName = "schema.json"
	npzSuffix  = ".npz"
	partPrefix = "part_" // rows of runs that had too many for one file
	edited     = "edited_"
	editPrefix = "edit_" // what takes the place of which run
	metaName   = "_meta" // in every archive
)

const format = 1

// schemaFile is schema.json.
type schemaFile struct {
	Format  int      `json:"format"`
	Kind    string   `json:"kind"` // "table" or "array"
	Columns []Column `json:"columns"`
	Shape   []int    `json:"shape,omitempty"` // of the part of an array that is there from the start
}

// store is a table or array on disk without its Go type.
type store struct {
	dir, name string
	schemaFile
}

// create makes the folder, or finds it with the same schema.
func create(dir, name string, s schemaFile) (*store, error) {
	if err := trajectory.ValidateName(name); err != nil {
		return nil, fmt.Errorf("shared: %w", err)
	}
	s.Format = format
	made := &store{dir: filepath.Join(dir, name), name: name, schemaFile: s}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return nil, fmt.Errorf("shared: %w", err)
	}
	if _, err := os.Stat(filepath.Join(made.dir, schemaName)); errors.Is(err, fs.ErrNotExist) {
		err := durable.MakeDir(made.dir)
		if err == nil {
			_, err = durable.Publish(made.dir, func(w io.Writer) error { _, err := w.Write(text); return err }, func(uint64) string { return schemaName }, true)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("shared: making %s: %w", name, err)
		}
	}
	there, err := open(dir, name, s.Kind)
	if err != nil {
		return nil, err
	}
	if !slices.EqualFunc(there.Columns, s.Columns, Column.same) || !slices.Equal(there.Shape, s.Shape) {
		return nil, fmt.Errorf("shared: %s in %s has %v %v, not %v %v: %w", name, dir, there.Columns, there.Shape, s.Columns, s.Shape, trajectory.ErrExists)
	}
	return there, nil
}

// open finds a table or array.
func open(dir, name, kind string) (*store, error) {
	if err := trajectory.ValidateName(name); err != nil {
		return nil, fmt.Errorf("shared: %w", err)
	}
	s := &store{dir: filepath.Join(dir, name), name: name}
	path := filepath.Join(s.dir, schemaName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("shared: there is no %s called %s in %s: %w", kind, name, dir, trajectory.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("shared: %w", err)
	}
	if err := json.Unmarshal(text, &s.schemaFile); err != nil {
		return nil, corrupt(path, err)
	}
	if s.Format != format {
		return nil, corrupt(path, fmt.Errorf("format %d, want %d", s.Format, format))
	}
	if s.Kind != kind {
		return nil, fmt.Errorf("shared: %s in %s is of kind %q, want %q: %w", name, dir, s.Kind, kind, trajectory.ErrType)
	}
	for i, c := range s.Columns {
		if err := checkName(c.Name); err != nil {
			return nil, corrupt(path, err)
		}
		_, err := newColumn(field{Column: c})
		if err != nil || c.elements() < 1 || slices.ContainsFunc(s.Columns[:i], func(d Column) bool { return d.Name == c.Name }) {
			return nil, corrupt(path, fmt.Errorf("column %v: %w", c, err))
		}
	}
	if n, err := trajectory.Elements(s.Shape); s.Kind == "array" && (len(s.Columns) != 1 || len(s.Shape) == 0 || err != nil || n < 0) {
		return nil, corrupt(path, fmt.Errorf("shape %v", s.Shape))
	}
	return s, nil
}

// Names lists the tables and arrays in a folder.
func Names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("shared: %w", err)
	}
	var names []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, e.Name(), schemaName)); err == nil {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// runFile is the name of the file with the rows that a run committed.
func runFile(run int) string { return trajectory.RunName(run) + npzSuffix }

// editFile is the name of an edit, counted from 1.
func editFile(n int) string { return fmt.Sprintf("%s%08d.json", editPrefix, n) }

// edit says which file has the rows of which run from now on.
type edit struct {
	Format int            `json:"format"`
	Files  map[int]string `json:"files"`
}

// listing is what lies in a folder.
type listing struct {
	runs  []int          // that have rows, rising
	files map[int]string // where
	edits int
	moved map[int]bool // runs whose rows were edited
}

func (s *store) list() (listing, error) {
	l := listing{files: map[int]string{}, moved: map[int]bool{}}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return l, fmt.Errorf("shared: %s: %w", s.name, err)
	}
	for _, e := range entries {
		stem, ok := strings.CutSuffix(e.Name(), npzSuffix)
		run, isRun := trajectory.ParseRunName(stem)
		if stem == trajectory.RunName(Before) {
			run, isRun = Before, true
		}
		if ok && isRun {
			l.files[run] = e.Name()
		}
	}
	for {
		path := filepath.Join(s.dir, editFile(l.edits+1))
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return l, fmt.Errorf("shared: %w", err)
		}
		var e edit
		if err := json.Unmarshal(text, &e); err != nil || e.Format != format {
			return l, corrupt(path, fmt.Errorf("not an edit of format %d (%v)", format, err))
		}
		for run, file := range e.Files {
			if file != filepath.Base(file) || !strings.HasPrefix(file, edited) {
				return l, corrupt(path, fmt.Errorf("bad file name %s", strconv.Quote(file)))
			}
			l.files[run], l.moved[run] = file, true
		}
		l.edits++
	}
	for run := range l.files {
		l.runs = append(l.runs, run)
	}
	slices.Sort(l.runs)
	return l, nil
}

// meta is in every archive.
type meta struct {
	Format int    `json:"format"`
	Run    int    `json:"run"`
	Rows   int    `json:"rows"`            // in this archive
	Parts  []part `json:"parts,omitempty"` // files with the rows before
}

// part is a file with some of a run's rows.
type part struct {
	File string `json:"file"`
	Rows int    `json:"rows"`
}

// segment is an archive as a part of the whole.
type segment struct {
	path        string
	run         int
	first, rows int
}

// maxRows bounds what rows a file may claim.
const maxRows = 1 << 40

// segments lists the archives in the order of their rows.
func (s *store) segments() (all []segment, rows int, err error) {
	l, err := s.list()
	if err != nil {
		return nil, 0, err
	}
	add := func(file string, run, n int) {
		if n > 0 {
			all = append(all, segment{filepath.Join(s.dir, file), run, rows, n})
			rows += n
		}
	}
	for _, run := range l.runs {
		m, err := readMeta(filepath.Join(s.dir, l.files[run]))
		if err != nil {
			return nil, 0, err
		}
		for _, p := range m.Parts {
			add(p.File, run, p.Rows)
		}
		add(l.files[run], run, m.Rows)
		if rows > maxRows {
			return nil, 0, corrupt(filepath.Join(s.dir, l.files[run]), fmt.Errorf("%d rows", rows))
		}
	}
	return all, rows, nil
}

func readMeta(path string) (meta, error) {
	var m meta
	f, err := npz.Open(path)
	if err != nil {
		return m, reading(path, err)
	}
	defer f.Close()
	a, err := f.Read(metaName)
	if err != nil {
		return m, reading(path, err)
	}
	text, _ := a.Values.([]uint8)
	if err := json.Unmarshal(text, &m); err != nil {
		return m, corrupt(path, err)
	}
	bad := m.Format != format || m.Rows < 0 || m.Rows > maxRows || len(m.Parts) > 1<<20
	for _, p := range m.Parts {
		bad = bad || p.File != filepath.Base(p.File) || !strings.HasPrefix(p.File, partPrefix) || p.Rows < 0 || p.Rows > maxRows
	}
	if bad {
		return m, corrupt(path, fmt.Errorf("bad description %.100q", text))
	}
	return m, nil
}

// encode writes an archive.
func encode(w io.Writer, m meta, columns []column) error {
	m.Format = format
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	z := npz.NewWriter(w)
	if err := z.Write(metaName, []int{len(text)}, text); err != nil {
		return err
	}
	for _, c := range columns {
		if err := c.write(z, m.Rows); err != nil {
			return err
		}
	}
	return z.Close()
}

// tidy removes the files that nothing refers to.
func (s *store) tidy() error {
	l, err := s.list()
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, file := range l.files {
		m, err := readMeta(filepath.Join(s.dir, file))
		if err != nil {
			return err
		}
		used[file] = true
		for _, p := range m.Parts {
			used[p.File] = true
		}
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("shared: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		stale := strings.HasPrefix(name, durable.TempPrefix) || (strings.HasPrefix(name, partPrefix) || strings.HasPrefix(name, edited)) && !used[name]
		if !stale {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
			return fmt.Errorf("shared: %w", err)
		}
	}
	return nil
}
