package dirstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"galvani/internal/durable"
	"galvani/trajectory"
)

// A part is written when the nodes gathered hold about partSize bytes or
// partNodes nodes.
const (
	partSize  = 64 << 20
	partNodes = 1_000_000
)

// The nodes that are no nodes of the tree.
const (
	runsNode       = "/runs"
	overviewPrefix = "/overview/"
)

type writer struct {
	ctx    context.Context
	path   string
	header trajectory.Header

	nodes map[int]map[string]trajectory.Record // by run, by name
	count int
	size  int
	runs  map[int]trajectory.RunInfo

	parts   []string  // written so far
	removed []removal // of nodes of the version before, and of the first of parts
	made    bool      // the folder was made by this writer
	written names     // of all nodes
	done    bool
	err     error // of an earlier call; nothing is committed after it
}

// names holds node names and whether each is a group.
type names map[string]bool

func checkName(name string) error {
	if name == "" {
		return nil
	}
	for _, p := range strings.Split(name, ".") {
		if p == "" || strings.ContainsAny(p, "/\x00") || strings.HasPrefix(p, "$") || !json.Valid([]byte(quote(p))) {
			return fmt.Errorf("dirstore: bad name %q: parts must be text that is not empty, does not begin with $ and holds no slash: %w", name, trajectory.ErrName)
		}
	}
	return nil
}

func quote(s string) string {
	if strings.ToValidUTF8(s, "") != s {
		return ""
	}
	return `""`
}

// Node implements [trajectory.Writer].
func (w *writer) Node(r trajectory.Record) error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := checkName(r.Name); err != nil {
		return err
	}
	if r.Link != "" {
		if err := checkName(r.Link); err != nil {
			return err
		}
	}
	for up := parent(r.Name); up != ""; up = parent(up) {
		if group, ok := w.written[up]; ok && !group {
			return fmt.Errorf("dirstore: %s cannot be written: %s is no group: %w", r.Name, up, trajectory.ErrExists)
		}
	}
	seen := names{}
	for _, list := range [][]trajectory.Item{r.Annotations, r.Items} {
		clear(seen)
		for _, it := range list {
			if _, ok := seen[it.Name]; ok || it.Name == "" || strings.ToValidUTF8(it.Name, "") != it.Name {
				return fmt.Errorf("dirstore: %s: item name %q is empty, taken or no text: %w", r.Name, it.Name, trajectory.ErrName)
			}
			seen[it.Name] = true
			if err := it.Data.Check(); err != nil {
				return fmt.Errorf("dirstore: %s: item %q: %w", r.Name, it.Name, err)
			}
		}
	}
	r.Comment = strings.ToValidUTF8(r.Comment, "\uFFFD")
	return w.add(r)
}

// Remove implements [trajectory.Remover].
func (w *writer) Remove(name string) error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := checkName(name); err != nil {
		return err
	}
	if name == "" {
		return fmt.Errorf("dirstore: the root cannot be removed: %w", trajectory.ErrName)
	}
	found := w.has(name)
	if !found {
		r, err := (&Store{}).Open(w.ctx, w.path, w.header.Name)
		if err == nil {
			_, err = r.Node(name)
			r.Close()
		}
		if err != nil {
			return err
		}
	}
	if err := w.flush(); err != nil {
		return err
	}
	w.removed = append(w.removed, removal{Name: name, Parts: len(w.parts)})
	for written := range w.written {
		if written == name || strings.HasPrefix(written, name+".") {
			delete(w.written, written)
		}
	}
	return nil
}

// has tells whether a node, or one below it, was written.
func (w *writer) has(name string) bool {
	for written := range w.written {
		if written == name || strings.HasPrefix(written, name+".") {
			return true
		}
	}
	return false
}

// add gathers a node, whatever its name.
func (w *writer) add(r trajectory.Record) error {
	run := trajectory.RunOf(r.Name)
	of := w.nodes[run]
	if of == nil {
		of = map[string]trajectory.Record{}
		w.nodes[run] = of
	}
	of[r.Name] = r
	if w.written == nil {
		w.written = names{}
	}
	w.written[r.Name] = !r.Leaf && r.Link == ""
	w.count++
	w.size += r.Size()
	if w.count < partNodes && w.size < partSize {
		return nil
	}
	return w.flush()
}

func (w *writer) usable() error {
	if w.done {
		return fmt.Errorf("dirstore: %s: the version is committed or given up: %w", w.path, fs.ErrClosed)
	}
	if w.err == nil && w.ctx.Err() != nil {
		w.err = fmt.Errorf("dirstore: writing %s: %w", w.path, context.Cause(w.ctx))
	}
	return w.err
}

// flush publishes what is gathered as a part. Nobody looks at it before the commit.
func (w *writer) flush() error {
	if w.count == 0 {
		return nil
	}
	var rows []trajectory.RunRecord
	for run, of := range w.nodes {
		r := trajectory.RunRecord{Info: trajectory.RunInfo{Index: run}}
		for _, rec := range of {
			r.Records = append(r.Records, rec)
		}
		rows = append(rows, r)
	}
	if !w.made {
		if _, err := os.Stat(w.path); errors.Is(err, fs.ErrNotExist) {
			w.made = true
		}
	}
	if err := durable.MakeDir(w.path); err != nil {
		return w.fail(err)
	}
	path, err := durable.Publish(w.path, func(out io.Writer) error {
		return trajectory.EncodeShard(out, nil, rows)
	}, func(hash uint64) string { return fmt.Sprintf("part_%016x.npz", hash) }, false)
	if err != nil {
		return w.fail(err)
	}
	w.parts = append(w.parts, filepath.Base(path))
	w.nodes, w.count, w.size = map[int]map[string]trajectory.Record{}, 0, 0
	return nil
}

func (w *writer) fail(err error) error {
	w.err = fmt.Errorf("dirstore: writing %s: %w", w.path, err)
	return w.err
}

// Run implements [trajectory.Writer].
func (w *writer) Run(r trajectory.RunInfo) error {
	if err := w.usable(); err != nil {
		return err
	}
	if r.Index < 0 {
		return fmt.Errorf("dirstore: a row for run %d", r.Index)
	}
	w.runs[r.Index] = r
	return nil
}

// Overview implements [trajectory.Writer].
func (w *writer) Overview(name string, table trajectory.Data) error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := trajectory.ValidateName(name); err != nil || strings.Contains(name, ".") {
		return fmt.Errorf("dirstore: bad name %q of a table: %w", name, trajectory.ErrName)
	}
	if err := table.Check(); err != nil {
		return fmt.Errorf("dirstore: table %s: %w", name, err)
	}
	if table.Coll != trajectory.Table {
		return fmt.Errorf("dirstore: table %s is a %s: %w", name, table.Coll, trajectory.ErrType)
	}
	return w.add(trajectory.Record{Name: overviewPrefix + name, Leaf: true, Items: []trajectory.Item{{Name: "table", Data: table}}})
}

// Commit implements [trajectory.Writer].
func (w *writer) Commit() error {
	if err := w.usable(); err != nil {
		return err
	}
	unlock, err := lock(w.path)
	if err != nil {
		return w.fail(err)
	}
	defer unlock()
	m, err := readManifest(w.path)
	if errors.Is(err, fs.ErrNotExist) {
		m = &manifest{Format: manifestFormat, Version: manifestNumber}
	} else if err != nil {
		return err
	}
	e := newEntry(w.header)
	at := slices.IndexFunc(m.Trajectories, func(old entry) bool { return old.Name == e.Name })
	var old *reader
	if at >= 0 {
		if old, err = newReader(w.ctx, w.path, m.Trajectories[at]); err != nil {
			return w.fail(err)
		}
		defer old.Close()
	}
	if err := w.runTable(old); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return err
	}
	var stale []string
	if old != nil {
		before := m.Trajectories[at]
		gone := slices.Clone(before.Removed)
		for _, r := range w.removed {
			gone = append(gone, removal{Name: r.Name, Parts: len(before.Parts)})
		}
		kept := make([]int, 1, len(before.Parts)+1) // how many of the first parts stay
		for i, part := range before.Parts {
			switch {
			case slices.Contains(w.parts, part):
			case old.shadowed(i, w.written, gone):
				stale = append(stale, part)
			default:
				e.Parts = append(e.Parts, part)
			}
			kept = append(kept, len(e.Parts))
		}
		for _, r := range before.Removed {
			if r.Parts = kept[r.Parts]; r.Parts > 0 {
				e.Removed = append(e.Removed, r)
			}
		}
	}
	for _, r := range w.removed {
		if r.Parts += len(e.Parts); r.Parts > 0 {
			e.Removed = append(e.Removed, r)
		}
	}
	e.Parts = append(e.Parts, w.parts...)
	if at >= 0 {
		m.Trajectories[at] = e
	} else {
		m.Trajectories = append(m.Trajectories, e)
	}
	err = durable.Replace(filepath.Join(w.path, manifestName), func(out io.Writer) error {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(m)
	})
	if err != nil {
		return w.fail(err)
	}
	w.done = true
	for _, part := range stale {
		if !m.uses(part) {
			os.Remove(filepath.Join(w.path, part))
		}
	}
	return nil
}

// uses tells whether any trajectory has a part.
func (m *manifest) uses(part string) bool {
	return slices.ContainsFunc(m.Trajectories, func(e entry) bool { return slices.Contains(e.Parts, part) })
}

// runTable gathers the rows of runs, old ones that are not replaced included.
func (w *writer) runTable(old *reader) error {
	if old != nil {
		rows, err := old.Runs()
		if err != nil {
			return w.fail(err)
		}
		for _, r := range rows {
			if _, ok := w.runs[r.Index]; !ok && r.Index < w.header.Length {
				w.runs[r.Index] = r
			}
		}
	}
	return w.add(trajectory.Record{Name: runsNode, Leaf: true, Items: []trajectory.Item{{Name: "table", Data: encodeRuns(w.runs)}}})
}

// Abort implements [trajectory.Writer].
func (w *writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	if len(w.parts) == 0 {
		return nil
	}
	unlock, err := lock(w.path)
	if err != nil {
		return err
	}
	defer unlock()
	m, err := readManifest(w.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var all error
	for _, part := range w.parts {
		if m == nil || !m.uses(part) {
			all = errors.Join(all, os.Remove(filepath.Join(w.path, part)))
		}
	}
	if w.made && m == nil {
		os.Remove(filepath.Join(w.path, lockName))
		os.Remove(w.path) // stays if somebody else put something there
	}
	return all
}

// encodeRuns makes the run table.
func encodeRuns(runs map[int]trajectory.RunInfo) trajectory.Data {
	index := make([]int64, 0, len(runs))
	for i := range runs {
		index = append(index, int64(i))
	}
	slices.Sort(index)
	n := len(index)
	attempt, start, finish := make([]int64, n), make([]int64, n), make([]int64, n)
	seed := make([]uint64, n)
	texts := map[string][]string{}
	for i, run := range index {
		r := runs[int(run)]
		attempt[i], seed[i] = int64(r.Attempt), r.Seed
		start[i], finish[i] = nanos(r.Start), nanos(r.Finish)
		for name, s := range map[string]string{"state": string(r.State), "error": r.Error, "stack": r.Stack, "summary": r.Summary, "host": r.Host} {
			texts[name] = append(texts[name], s)
		}
	}
	column := func(name string, t trajectory.Type, values any) trajectory.Column {
		return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: t, Shape: []int{n}, Values: values}}
	}
	table := trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{
		column("index", trajectory.Int64, index), column("attempt", trajectory.Int64, attempt), column("seed", trajectory.Uint64, seed),
		column("start", trajectory.Int64, start), column("finish", trajectory.Int64, finish),
	}}
	for _, name := range []string{"state", "error", "stack", "summary", "host"} {
		if n == 0 {
			texts[name] = []string{}
		}
		table.Columns = append(table.Columns, column(name, trajectory.Str, texts[name]))
	}
	return table
}

// noTime stands for the zero time.
const noTime = -1 << 63

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return noTime
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == noTime {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
