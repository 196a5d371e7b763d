package dirstore

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"galvani/trajectory"
)

// place is where a node lies.
type place struct {
	part  int // -1 for a group that is only the way to others
	run   int
	group bool
}

type reader struct {
	ctx    context.Context
	path   string
	header trajectory.Header
	parts  []*trajectory.Shard
	names  []string // in the order of the tree
	places map[string]place
	closed bool
}

func newReader(ctx context.Context, path string, e entry) (*reader, error) {
	r := &reader{ctx: ctx, path: path, header: e.header(), places: map[string]place{}}
	for i, part := range e.Parts {
		s, err := trajectory.OpenShard(filepath.Join(path, part))
		if err != nil {
			r.Close()
			return nil, err
		}
		r.parts = append(r.parts, s)
		for _, info := range s.Runs() {
			for name, group := range s.Names(info.Index) {
				if removes(e.Removed, i, name) {
					continue
				}
				r.places[name] = place{part: i, run: info.Index, group: group}
			}
		}
	}
	r.connect()
	for name := range r.places {
		if !strings.HasPrefix(name, "/") {
			r.names = append(r.names, name)
		}
	}
	slices.SortFunc(r.names, compareNames)
	return r, nil
}

// connect adds the groups that only hold others, and takes out what lies below
// something that a later part has made a leaf or link.
func (r *reader) connect() {
	var above, gone []string
	for name := range r.places {
		if strings.HasPrefix(name, "/") {
			continue
		}
		for up := parent(name); up != ""; up = parent(up) {
			at, ok := r.places[up]
			if ok && !at.group {
				gone = append(gone, name)
				break
			}
			if !ok {
				above = append(above, up)
			}
		}
	}
	for _, name := range above {
		if _, ok := r.places[name]; !ok {
			r.places[name] = place{part: -1, group: true}
		}
	}
	for _, name := range gone {
		delete(r.places, name)
	}
}

func parent(name string) string {
	return name[:max(0, strings.LastIndexByte(name, '.'))]
}

// compareNames sorts parents before children and children by name: a dot
// counts as less than any other character.
func compareNames(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] == b[i] {
			continue
		}
		if a[i] == '.' {
			return -1
		}
		if b[i] == '.' {
			return 1
		}
		return int(a[i]) - int(b[i])
	}
	return len(a) - len(b)
}

// shadowed tells whether all nodes of a part are replaced or removed.
func (r *reader) shadowed(part int, by names, removed []removal) bool {
	for _, info := range r.parts[part].Runs() {
		for name := range r.parts[part].Names(info.Index) {
			if _, ok := by[name]; !ok && !removes(removed, part, name) {
				return false
			}
		}
	}
	return true
}

// Header implements [trajectory.Reader].
func (r *reader) Header() trajectory.Header { return r.header }

// Node implements [trajectory.Reader].
func (r *reader) Node(name string) (trajectory.Record, error) { return r.load(name, false) }

func (r *reader) load(name string, skeleton bool) (trajectory.Record, error) {
	if r.closed {
		return trajectory.Record{}, fmt.Errorf("dirstore: %s: %w", r.path, fs.ErrClosed)
	}
	at, ok := r.places[name]
	switch {
	case ok && at.part >= 0:
		rec, err := r.parts[at.part].LoadNode(at.run, name, skeleton)
		if name == "" {
			rec.Comment = r.header.Comment
		}
		return rec, err
	case name == "":
		return trajectory.Record{Comment: r.header.Comment}, nil
	case ok:
		return trajectory.Record{Name: name}, nil
	}
	return trajectory.Record{}, fmt.Errorf("dirstore: %s: trajectory %s has no %q: %w", r.path, r.header.Name, name, trajectory.ErrNotFound)
}

// Items implements [trajectory.ItemReader].
func (r *reader) Items(leaf string, names ...string) ([]trajectory.Item, error) {
	if r.closed {
		return nil, fmt.Errorf("dirstore: %s: %w", r.path, fs.ErrClosed)
	}
	at, ok := r.places[leaf]
	if !ok || at.part < 0 {
		return nil, fmt.Errorf("dirstore: %s: trajectory %s has no leaf %q: %w", r.path, r.header.Name, leaf, trajectory.ErrNotFound)
	}
	return r.parts[at.part].LoadItems(at.run, leaf, names...)
}

// Nodes implements [trajectory.Reader].
func (r *reader) Nodes(prefix string, skeleton bool) iter.Seq2[trajectory.Record, error] {
	return func(yield func(trajectory.Record, error) bool) {
		found := prefix == ""
		if _, ok := r.places[""]; !ok && prefix == "" {
			rec, err := r.load("", skeleton)
			if !yield(rec, err) || err != nil {
				return
			}
		}
		for _, name := range r.names {
			if prefix != "" && name != prefix && !strings.HasPrefix(name, prefix+".") {
				continue
			}
			found = true
			rec, err := r.load(name, skeleton)
			if err == nil && r.ctx.Err() != nil {
				err = fmt.Errorf("dirstore: reading %s: %w", r.path, context.Cause(r.ctx))
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
		if !found {
			_, err := r.load(prefix, skeleton)
			yield(trajectory.Record{}, err)
		}
	}
}

// Runs implements [trajectory.Reader].
func (r *reader) Runs() ([]trajectory.RunInfo, error) {
	if _, ok := r.places[runsNode]; !ok {
		return nil, nil
	}
	d, err := r.table(runsNode)
	if err != nil {
		return nil, err
	}
	columns := map[string]any{}
	for _, c := range d.Columns {
		columns[c.Name] = c.Data.Values
	}
	index, ok1 := columns["index"].([]int64)
	attempt, ok2 := columns["attempt"].([]int64)
	seed, ok3 := columns["seed"].([]uint64)
	start, ok4 := columns["start"].([]int64)
	finish, ok5 := columns["finish"].([]int64)
	ok := ok1 && ok2 && ok3 && ok4 && ok5
	texts := map[string][]string{}
	for _, name := range []string{"state", "error", "stack", "summary", "host"} {
		column, isText := columns[name].([]string)
		texts[name] = column
		ok = ok && isText
	}
	if !ok {
		return nil, fmt.Errorf("dirstore: %s: the run table has other columns than it should: %w", r.path, trajectory.ErrCorrupt)
	}
	out := make([]trajectory.RunInfo, len(index))
	for i := range out {
		out[i] = trajectory.RunInfo{
			Index: int(index[i]), State: trajectory.State(texts["state"][i]), Seed: seed[i], Attempt: int(attempt[i]),
			Error: texts["error"][i], Stack: texts["stack"][i], Summary: texts["summary"][i],
			Start: fromNanos(start[i]), Finish: fromNanos(finish[i]), Host: texts["host"][i],
		}
	}
	return out, nil
}

// Overview implements [trajectory.Reader].
func (r *reader) Overview(name string) (trajectory.Data, error) {
	return r.table(overviewPrefix + name)
}

func (r *reader) table(name string) (trajectory.Data, error) {
	rec, err := r.load(name, false)
	if err != nil {
		return trajectory.Data{}, err
	}
	if len(rec.Items) != 1 || rec.Items[0].Data.Coll != trajectory.Table {
		return trajectory.Data{}, fmt.Errorf("dirstore: %s: %s is no table: %w", r.path, name, trajectory.ErrCorrupt)
	}
	return rec.Items[0].Data, nil
}

// Close implements [trajectory.Reader].
func (r *reader) Close() error {
	r.closed = true
	for _, s := range r.parts {
		s.Close()
	}
	r.parts = nil
	return nil
}
