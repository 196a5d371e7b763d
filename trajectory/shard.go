package trajectory

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"galvani/internal/npz"
)

// A shard is an .npz archive that holds the nodes of any number of runs, stacked:
// one array per item, type and shape with a row per run.
//
//	meta                     JSON as bytes: which leaf has which items in which array
//	runs/index, attempt, seed, state, error, stack, summary   a row per run
//	results.runs.$.rate/rate          scalars: shape (rows,); arrays: (rows, …)
//	results.runs.$.spikes/i           ragged: all rows one after the other, with
//	results.runs.$.spikes/i.rows      where each row starts (rows+1), and .shapes if of
//	                                  more than one dimension
//	results.runs.$.name/name          text: UTF-8 bytes, with
//	results.runs.$.name/name.offsets  where each text starts (texts+1)
//	….row                             which rows a leaf has, if not all
//
// $ stands for the run's name, $set for that of its set, $0, $1, … for what other
// wildcards give, which stands in meta. Nodes that belong to no run stand in a row with index -1. The bytes depend on nothing but the content.

// RunRecord is what a run leaves behind: its row and its nodes.
type RunRecord struct {
	Info    RunInfo
	Records []Record
}

const shardFormat = 1

type shardMeta struct {
	Format int             `json:"format"`
	Note   json.RawMessage `json:"note,omitempty"`
	Names  rowNames        `json:"names,omitempty"`
	Leaves []leafSchema    `json:"leaves"`
}

// leafSchema describes a node that rows have with the same items, types and
// number of dimensions.
type leafSchema struct {
	Name        string       `json:"name"`
	Leaf        bool         `json:"leaf,omitempty"`
	Class       string       `json:"class,omitempty"`
	Comment     string       `json:"comment,omitempty"`
	Link        string       `json:"link,omitempty"`
	Rows        string       `json:"rows,omitempty"` // array of row numbers; "": every row
	Annotations []itemSchema `json:"annotations,omitempty"`
	Items       []itemSchema `json:"items,omitempty"`
}

type itemSchema struct {
	Name    string       `json:"name"`
	Coll    Coll         `json:"coll"`
	Type    Type         `json:"type,omitempty"`
	Dims    int          `json:"dims"`             // -1: Shape nil
	Shape   []int        `json:"shape,omitempty"`  // of every row, unless ragged
	Ragged  bool         `json:"ragged,omitempty"` // shapes differ
	Array   string       `json:"array,omitempty"`
	Columns []itemSchema `json:"columns,omitempty"`
}

// each visits the parts of a schema that have an array, in order.
func each(items []itemSchema, visit func(*itemSchema) error) error {
	for i := range items {
		it := &items[i]
		if it.Coll == Table || it.Coll == Dict || it.Coll == EmptyDict {
			if err := each(it.Columns, visit); err != nil {
				return err
			}
			continue
		}
		if err := visit(it); err != nil {
			return err
		}
	}
	return nil
}

// variant gathers the rows of one leafSchema.
type variant struct {
	key    string
	schema leafSchema
	rows   []int64
	parts  []Data // len(rows) times what each visits
}

// keyOf names everything of a record that goes into its schema.
func keyOf(b []byte, r Record, name, link string) []byte {
	text := func(s string) {
		b = strconv.AppendInt(b, int64(len(s)), 10)
		b = append(b, ':')
		b = append(b, s...)
	}
	var data func(d Data)
	data = func(d Data) {
		text(string(d.Coll))
		text(string(d.Type))
		dims := len(d.Shape)
		if d.Shape == nil {
			dims = -1
		}
		b = strconv.AppendInt(b, int64(dims), 10)
		b = append(b, '(')
		for _, c := range d.Columns {
			text(c.Name)
			data(c.Data)
		}
		b = append(b, ')')
	}
	// The name first, so that sorting by key sorts by name.
	b = append(b, name...)
	b = append(b, 0)
	if r.Leaf {
		b = append(b, 'l')
	}
	text(r.Class)
	text(r.Comment)
	text(link)
	for _, list := range [][]Item{r.Annotations, r.Items} {
		b = append(b, '|')
		for _, it := range list {
			text(it.Name)
			data(it.Data)
		}
	}
	return b
}

func schemaOf(items []Item) []itemSchema {
	var out []itemSchema
	for _, it := range items {
		out = append(out, dataSchema(it.Name, it.Data))
	}
	return out
}

func dataSchema(name string, d Data) itemSchema {
	s := itemSchema{Name: name, Coll: d.Coll, Type: d.Type, Dims: len(d.Shape)}
	if d.Shape == nil {
		s.Dims = -1
	}
	for _, c := range d.Columns {
		s.Columns = append(s.Columns, dataSchema(c.Name, c.Data))
	}
	return s
}

// appendParts lists the data that have an array of their own, in the order of each.
func appendParts(out []Data, items []Item) []Data {
	for _, it := range items {
		out = appendPart(out, it.Data)
	}
	return out
}

func appendPart(out []Data, d Data) []Data {
	if d.Coll == Table || d.Coll == Dict || d.Coll == EmptyDict {
		for _, c := range d.Columns {
			out = appendPart(out, c.Data)
		}
		return out
	}
	return append(out, d)
}

// EncodeShard writes the rows and nodes of runs as an .npz archive; note is
// any JSON that comes back from [Shard.Note]. Start, Finish and Host of the
// runs are left out: the bytes are a function of the results alone, and the same for
// any order of runs and records.
func EncodeShard(w io.Writer, note any, runs []RunRecord) error {
	return encodeShard(w, note, runs, nil)
}

func encodeShard(w io.Writer, note any, runs []RunRecord, wild *wildcards) error {
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b RunRecord) int { return a.Info.Index - b.Info.Index })
	for i, r := range runs {
		if r.Info.Index < noRun || r.Info.Index >= maxRuns {
			return fmt.Errorf("trajectory: a shard cannot hold run %d", r.Info.Index)
		}
		if i > 0 && runs[i-1].Info.Index == r.Info.Index {
			return fmt.Errorf("trajectory: a shard cannot hold run %d twice: %w", r.Info.Index, ErrExists)
		}
	}
	names := wild.rowNames(runs)
	variants, err := gather(runs, names)
	if err != nil {
		return err
	}
	out := shardWriter{npz: npz.NewWriter(w), rows: len(runs), taken: map[string]bool{"meta": true}}
	for _, name := range []string{"index", "attempt", "seed", "state", "error", "stack", "summary"} {
		out.name("runs", name)
	}
	meta := shardMeta{Format: shardFormat, Names: names, Leaves: []leafSchema{}}
	if note != nil {
		if meta.Note, err = json.Marshal(note); err != nil {
			return fmt.Errorf("trajectory: the note of a shard: %w", err)
		}
	}
	for _, v := range variants {
		out.plan(v)
		meta.Leaves = append(meta.Leaves, v.schema)
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return fmt.Errorf("trajectory: %w", err)
	}
	if err := out.npz.Write("meta", []int{len(text)}, text); err != nil {
		return err
	}
	if err := out.runRows(runs); err != nil {
		return err
	}
	for _, v := range variants {
		if err := out.variant(v); err != nil {
			return err
		}
	}
	return out.npz.Close()
}

// gather sorts the records of all runs by schema.
func gather(runs []RunRecord, names rowNames) ([]*variant, error) {
	byKey := map[string]*variant{}
	var key []byte
	for row, run := range runs {
		seen := make(map[string]bool, len(run.Records))
		naming := names.row(run.Info.Index, row)
		for _, r := range run.Records {
			name, err := naming.template(r.Name)
			if err != nil {
				return nil, err
			}
			link, err := naming.template(r.Link)
			if err != nil {
				return nil, err
			}
			if seen[name] {
				return nil, fmt.Errorf("trajectory: run %d has two nodes called %s: %w", run.Info.Index, r.Name, ErrExists)
			}
			seen[name] = true
			if !utf8.ValidString(name) || !utf8.ValidString(link) || !utf8.ValidString(r.Class) || !utf8.ValidString(r.Comment) {
				return nil, fmt.Errorf("trajectory: name, class, comment or link of %q is not UTF-8: %w", r.Name, ErrName)
			}
			for _, list := range [][]Item{r.Annotations, r.Items} {
				for _, it := range list {
					if !utf8.ValidString(it.Name) {
						return nil, fmt.Errorf("trajectory: %s: item name %q is not UTF-8: %w", r.Name, it.Name, ErrName)
					}
					if err := it.Data.check(); err != nil {
						return nil, fmt.Errorf("trajectory: %s, item %q: %w", r.Name, it.Name, err)
					}
				}
			}
			key = keyOf(key[:0], r, name, link)
			v := byKey[string(key)]
			if v == nil {
				v = &variant{key: string(key), schema: leafSchema{
					Name: name, Leaf: r.Leaf, Class: r.Class, Comment: r.Comment, Link: link,
					Annotations: schemaOf(r.Annotations), Items: schemaOf(r.Items),
				}}
				byKey[v.key] = v
			}
			v.rows = append(v.rows, int64(row))
			v.parts = appendParts(appendParts(v.parts, r.Annotations), r.Items)
		}
	}
	out := make([]*variant, 0, len(byKey))
	for _, v := range byKey {
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key < out[j].key })
	return out, nil
}

type shardWriter struct {
	npz   *npz.Writer
	rows  int
	taken map[string]bool
}

// name makes an array name of letters that every system allows in a file name
// and that nobody has.
func (w *shardWriter) name(parts ...string) string {
	clean := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("_-.$@", r):
			return r
		}
		return '_'
	}
	for i, p := range parts {
		p = strings.Map(clean, p)
		if len(p) > 2*maxName {
			p = p[:2*maxName]
		}
		if strings.Trim(p, ".") == "" {
			p += "_"
		}
		parts[i] = p
	}
	base := strings.Join(parts, "/")
	name := base
	for i := 2; w.taken[name] || w.taken[name+".rows"]; i++ {
		name = fmt.Sprintf("%s~%d", base, i)
	}
	for _, suffix := range []string{"", ".rows", ".shapes", ".offsets"} {
		w.taken[name+suffix] = true
	}
	return name
}

// plan decides about names and shapes of a variant's arrays.
func (w *shardWriter) plan(v *variant) {
	if len(v.rows) < w.rows {
		v.schema.Rows = w.name(v.schema.Name + ".row")
	}
	width := 0
	count := func(*itemSchema) error { width++; return nil }
	each(v.schema.Annotations, count)
	each(v.schema.Items, count)
	k := 0
	var assign func(items []itemSchema, prefix []string)
	assign = func(items []itemSchema, prefix []string) {
		for i := range items {
			it := &items[i]
			path := append(slices.Clone(prefix), it.Name)
			if it.Coll == Table || it.Coll == Dict || it.Coll == EmptyDict {
				assign(it.Columns, path)
				continue
			}
			it.Array = w.name(path...)
			if len(v.rows) > 0 {
				first := v.parts[k].Shape
				for r := 1; r < len(v.rows); r++ {
					if !slices.Equal(v.parts[r*width+k].Shape, first) {
						it.Ragged = true
						break
					}
				}
				if !it.Ragged {
					it.Shape = first
				}
			}
			k++
		}
	}
	assign(v.schema.Annotations, []string{v.schema.Name + "@"})
	assign(v.schema.Items, []string{v.schema.Name})
}

func (w *shardWriter) runRows(runs []RunRecord) error {
	n := len(runs)
	index, attempt, seed := make([]int64, n), make([]int64, n), make([]uint64, n)
	texts := map[string][]string{}
	for i, r := range runs {
		index[i], attempt[i], seed[i] = int64(r.Info.Index), int64(r.Info.Attempt), r.Info.Seed
		for name, s := range map[string]string{"state": string(r.Info.State), "error": r.Info.Error, "stack": r.Info.Stack, "summary": r.Info.Summary} {
			texts[name] = append(texts[name], s)
		}
	}
	if err := w.npz.Write("runs/index", []int{n}, index); err != nil {
		return err
	}
	if err := w.npz.Write("runs/attempt", []int{n}, attempt); err != nil {
		return err
	}
	if err := w.npz.Write("runs/seed", []int{n}, seed); err != nil {
		return err
	}
	for _, name := range []string{"state", "error", "stack", "summary"} {
		if err := w.text("runs/"+name, texts[name]); err != nil {
			return err
		}
	}
	return nil
}

// text writes strings as their bytes and where each starts.
func (w *shardWriter) text(name string, all []string) error {
	offsets := make([]int64, 1, len(all)+1)
	var bytes []byte
	for _, s := range all {
		bytes = append(bytes, s...)
		offsets = append(offsets, int64(len(bytes)))
	}
	if err := w.npz.Write(name, []int{len(bytes)}, bytes); err != nil {
		return err
	}
	return w.npz.Write(name+".offsets", []int{len(offsets)}, offsets)
}

func (w *shardWriter) variant(v *variant) error {
	if v.schema.Rows != "" {
		if err := w.npz.Write(v.schema.Rows, []int{len(v.rows)}, v.rows); err != nil {
			return err
		}
	}
	var arrays []*itemSchema
	collect := func(it *itemSchema) error { arrays = append(arrays, it); return nil }
	each(v.schema.Annotations, collect)
	each(v.schema.Items, collect)
	for k, it := range arrays {
		if err := w.column(it, v.parts, k, len(arrays), len(v.rows)); err != nil {
			return err
		}
	}
	return nil
}

// column writes part k of all rows.
func (w *shardWriter) column(it *itemSchema, parts []Data, k, width, rows int) error {
	var values any
	starts := make([]int64, 1, rows+1)
	var shapes []int64
	for r := range rows {
		d := parts[r*width+k]
		values = appendValues(values, d.Values)
		n, _ := Elements(d.Shape)
		starts = append(starts, starts[r]+int64(n))
		for _, s := range d.Shape {
			shapes = append(shapes, int64(s))
		}
	}
	if it.Ragged {
		if err := w.npz.Write(it.Array+".rows", []int{len(starts)}, starts); err != nil {
			return err
		}
		if it.Dims > 1 {
			if err := w.npz.Write(it.Array+".shapes", []int{rows, it.Dims}, shapes); err != nil {
				return err
			}
		}
	}
	if texts, ok := values.([]string); ok {
		return w.text(it.Array, texts)
	}
	shape := []int{int(starts[rows])}
	if !it.Ragged {
		shape = append([]int{rows}, it.Shape...)
	}
	return w.npz.Write(it.Array, shape, values)
}
