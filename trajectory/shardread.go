package trajectory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"galvani/internal/npz"
)

// Shard is a file of runs that is open for reading. It may be read from
// several goroutines.
type Shard struct {
	path   string
	file   *npz.File
	meta   shardMeta
	runs   []RunInfo
	leaves []leafReader

	verify sync.Once
	broken error

	index  sync.Once
	byName map[string][]int // places of the leaves of that name
}

// named lists the leaves called name: those of different rows may differ.
func (s *Shard) named(name string) []int {
	s.index.Do(func() {
		s.byName = make(map[string][]int, len(s.leaves))
		for i := range s.leaves {
			s.byName[s.leaves[i].Name] = append(s.byName[s.leaves[i].Name], i)
		}
	})
	return s.byName[name]
}

// leafReader is a leafSchema with its list of rows, nil for all rows.
type leafReader struct {
	leafSchema
	rows []int64
}

// position finds row in the list of rows that have the leaf.
func (l *leafReader) position(row int) (int, bool) {
	if l.Rows == "" {
		return row, true
	}
	return slices.BinarySearch(l.rows, int64(row))
}

func corrupt(path string, err error) error {
	if errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("trajectory: shard %s: %w", path, err)
	}
	return fmt.Errorf("trajectory: shard %s: %w: %w", path, ErrCorrupt, err)
}

// OpenShard opens a file that [EncodeShard] or [WriteShard] wrote. It reads
// which runs there are and what they have, and checks that all of it can be; the
// values' checksums are compared when the first of them is asked for. What is
// wrong with the file is an error that names it and wraps [ErrCorrupt].
func OpenShard(path string) (*Shard, error) {
	f, err := npz.Open(path)
	if err != nil {
		if errors.Is(err, npz.ErrFormat) {
			return nil, corrupt(path, err)
		}
		return nil, fmt.Errorf("trajectory: %w", err)
	}
	return newShard(path, f)
}

// DecodeShard reads the bytes that [EncodeShard] wrote; name stands for them in errors.
func DecodeShard(name string, raw []byte) (*Shard, error) {
	f, err := npz.NewFile(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, corrupt(name, err)
	}
	return newShard(name, f)
}

func newShard(path string, f *npz.File) (*Shard, error) {
	s := &Shard{path: path, file: f}
	if err := s.readMeta(); err != nil {
		f.Close()
		return nil, corrupt(path, err)
	}
	return s, nil
}

// Path is the path that the shard was opened with.
func (s *Shard) Path() string { return s.path }

// Close closes the file.
func (s *Shard) Close() error { return s.file.Close() }

// Runs are the rows of the shard's runs by rising index. Start, Finish and Host
// are not in it.
func (s *Shard) Runs() []RunInfo { return s.runs }

// Note unpacks the note that was given to [EncodeShard].
func (s *Shard) Note(into any) error {
	if len(s.meta.Note) == 0 {
		return fmt.Errorf("trajectory: shard %s has no note: %w", s.path, ErrNotFound)
	}
	if err := json.Unmarshal(s.meta.Note, into); err != nil {
		return corrupt(s.path, err)
	}
	return nil
}

// rowOf finds the row of a run.
func (s *Shard) rowOf(run int) (row int, ok bool) {
	return slices.BinarySearchFunc(s.runs, run, func(r RunInfo, run int) int { return r.Index - run })
}

func (s *Shard) readMeta() error {
	text, err := s.array("meta", "|u1", 1)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text.Values.([]uint8), &s.meta); err != nil {
		return fmt.Errorf("meta: %v", err)
	}
	if s.meta.Format != shardFormat {
		return fmt.Errorf("it has format %d, this program reads format %d", s.meta.Format, shardFormat)
	}
	if err := s.readRuns(); err != nil {
		return err
	}
	for token, names := range s.meta.Names {
		if len(names) != len(s.runs) {
			return fmt.Errorf("meta: %d names for %q in %d rows", len(names), clip(token), len(s.runs))
		}
	}
	s.leaves = make([]leafReader, len(s.meta.Leaves))
	for i, l := range s.meta.Leaves {
		s.leaves[i].leafSchema = l
		if err := s.checkLeaf(&s.leaves[i]); err != nil {
			return fmt.Errorf("%s: %w", clip(l.Name), err)
		}
	}
	s.meta.Leaves = nil
	return nil
}

// array reads a whole array of a given type and number of dimensions.
func (s *Shard) array(name, descr string, dims int) (npz.Array, error) {
	h, err := s.file.Header(name)
	if err != nil {
		return npz.Array{}, err
	}
	if h.Type != descr || len(h.Shape) != dims {
		return npz.Array{}, fmt.Errorf("array %q is %s with %d dimensions (want %s with %d)", name, h.Type, len(h.Shape), descr, dims)
	}
	return s.file.Read(name)
}

func (s *Shard) readRuns() error {
	a, err := s.array("runs/index", "<i8", 1)
	if err != nil {
		return err
	}
	index := a.Values.([]int64)
	n := len(index)
	if a, err = s.array("runs/attempt", "<i8", 1); err != nil {
		return err
	}
	attempt := a.Values.([]int64)
	if a, err = s.array("runs/seed", "<u8", 1); err != nil {
		return err
	}
	seed := a.Values.([]uint64)
	if len(attempt) != n || len(seed) != n {
		return fmt.Errorf("the columns of runs differ in length")
	}
	s.runs = make([]RunInfo, n)
	for i := range s.runs {
		if index[i] < noRun || index[i] >= maxRuns || i > 0 && index[i] <= index[i-1] || attempt[i] < 0 || attempt[i] > 1<<31 {
			return fmt.Errorf("bad row for run %d", index[i])
		}
		s.runs[i] = RunInfo{Index: int(index[i]), Attempt: int(attempt[i]), Seed: seed[i]}
	}
	for name, set := range map[string]func(*RunInfo, string){
		"state":   func(r *RunInfo, v string) { r.State = State(v) },
		"error":   func(r *RunInfo, v string) { r.Error = v },
		"stack":   func(r *RunInfo, v string) { r.Stack = v },
		"summary": func(r *RunInfo, v string) { r.Summary = v },
	} {
		// Parts are read without a look at the checksum.
		for _, array := range []string{"runs/" + name, "runs/" + name + ".offsets"} {
			if _, err := s.file.Read(array); err != nil {
				return err
			}
		}
		texts, err := s.texts("runs/"+name, 0, n)
		if err != nil {
			return err
		}
		for i, v := range texts {
			set(&s.runs[i], v)
		}
	}
	return nil
}

// texts reads the strings lo to hi of a text array.
func (s *Shard) texts(name string, lo, hi int) ([]string, error) {
	h, err := s.file.Header(name + ".offsets")
	if err != nil {
		return nil, err
	}
	if h.Type != "<i8" || len(h.Shape) != 1 || hi > h.Shape[0]-1 {
		return nil, fmt.Errorf("array %q has type %s and shape %v (want <i8 and at least [%d])", name+".offsets", h.Type, h.Shape, hi+1)
	}
	v, err := s.file.ReadRange(name+".offsets", lo, hi+1)
	if err != nil {
		return nil, err
	}
	offsets := v.([]int64)
	if h, err = s.file.Header(name); err != nil {
		return nil, err
	}
	if h.Type != "|u1" || len(h.Shape) != 1 {
		return nil, fmt.Errorf("array %q has type %s and shape %v (want bytes)", name, h.Type, h.Shape)
	}
	for i, o := range offsets {
		if o < 0 || o > int64(h.Shape[0]) || i > 0 && o < offsets[i-1] {
			return nil, fmt.Errorf("array %q does not fit its offsets", name)
		}
	}
	first := offsets[0]
	v, err = s.file.ReadRange(name, int(first), int(offsets[len(offsets)-1]))
	if err != nil {
		return nil, err
	}
	all := string(v.([]uint8))
	out := make([]string, hi-lo)
	for i := range out {
		out[i] = all[offsets[i]-first : offsets[i+1]-first]
	}
	return out, nil
}

// descr is the array type that holds elements of a type; "" for text.
func (t Type) descr() (string, bool) {
	switch t {
	case Bool, BoolNP:
		return "|b1", true
	case Int, Int64:
		return "<i8", true
	case Int8:
		return "|i1", true
	case Int16:
		return "<i2", true
	case Int32:
		return "<i4", true
	case Uint8:
		return "|u1", true
	case Uint16:
		return "<u2", true
	case Uint32:
		return "<u4", true
	case Uint64:
		return "<u8", true
	case Float, Float64:
		return "<f8", true
	case Float32:
		return "<f4", true
	case Complex, Complex128:
		return "<c16", true
	case Complex64:
		return "<c8", true
	case Str, Bytes:
		return "", true
	}
	return "", false
}

// checkLeaf compares a schema with the arrays that it speaks of.
func (s *Shard) checkLeaf(l *leafReader) error {
	rows := len(s.runs)
	if l.Rows != "" {
		a, err := s.array(l.Rows, "<i8", 1)
		if err != nil {
			return err
		}
		l.rows = a.Values.([]int64)
		for i, r := range l.rows {
			if r < 0 || r >= int64(rows) || i > 0 && r <= l.rows[i-1] {
				return fmt.Errorf("bad list of rows")
			}
		}
		rows = len(l.rows)
	}
	for _, list := range [][]itemSchema{l.Annotations, l.Items} {
		seen := map[string]bool{}
		for _, it := range list {
			if seen[it.Name] {
				return fmt.Errorf("item %q is there twice", clip(it.Name))
			}
			seen[it.Name] = true
		}
		if err := checkDepth(list, 0); err != nil {
			return err
		}
		if err := each(list, func(it *itemSchema) error { return s.checkItem(it, rows) }); err != nil {
			return err
		}
	}
	return nil
}

func checkDepth(items []itemSchema, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("values are nested deeper than %d", maxNesting)
	}
	for _, it := range items {
		switch it.Coll {
		case Scalar, List, Tuple, NDArray, Matrix, Dict, EmptyDict, Table:
		default:
			if it.Type != Bytes || it.Dims != -1 {
				return fmt.Errorf("item %q has the unknown collection type %q", clip(it.Name), it.Coll)
			}
		}
		if err := checkDepth(it.Columns, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// checkItem compares the size of an array with what its rows need.
func (s *Shard) checkItem(it *itemSchema, rows int) error {
	descr, ok := it.Type.descr()
	if !ok {
		return fmt.Errorf("item %q has the unknown type %q", clip(it.Name), it.Type)
	}
	if it.Dims < -1 || it.Dims > 32 || !it.Ragged && len(it.Shape) != max(it.Dims, 0) || it.Ragged && it.Dims < 1 {
		return fmt.Errorf("item %q has %d dimensions and shape %v", clip(it.Name), it.Dims, it.Shape)
	}
	var total int
	if it.Ragged {
		h, err := s.file.Header(it.Array + ".rows")
		if err != nil {
			return err
		}
		if h.Type != "<i8" || len(h.Shape) != 1 || h.Shape[0] != rows+1 {
			return fmt.Errorf("array %q has type %s and shape %v", it.Array+".rows", h.Type, h.Shape)
		}
		v, err := s.file.ReadRange(it.Array+".rows", rows, rows+1)
		if err != nil {
			return err
		}
		if end := v.([]int64)[0]; end < 0 || end > 1<<58 {
			return fmt.Errorf("array %q ends with %d", it.Array+".rows", end)
		}
		total = int(v.([]int64)[0])
		if it.Dims > 1 {
			if h, err = s.file.Header(it.Array + ".shapes"); err != nil {
				return err
			}
			if h.Type != "<i8" || !slices.Equal(h.Shape, []int{rows, it.Dims}) {
				return fmt.Errorf("array %q has type %s and shape %v", it.Array+".shapes", h.Type, h.Shape)
			}
		}
	} else {
		var err error
		if total, err = Elements(append([]int{rows}, it.Shape...)); err != nil {
			return err
		}
	}
	if descr == "" {
		h, err := s.file.Header(it.Array + ".offsets")
		if err != nil {
			return err
		}
		if h.Type != "<i8" || len(h.Shape) != 1 || h.Shape[0] != total+1 {
			return fmt.Errorf("array %q has type %s and shape %v", it.Array+".offsets", h.Type, h.Shape)
		}
		return nil
	}
	h, err := s.file.Header(it.Array)
	if err != nil {
		return err
	}
	have, err := Elements(h.Shape)
	if err != nil || h.Type != descr || have != total {
		return fmt.Errorf("array %q has type %s and shape %v (want %s and %d elements)", it.Array, h.Type, h.Shape, descr, total)
	}
	return nil
}

// Verify reads the whole file and compares its checksums.
func (s *Shard) Verify() error {
	s.verify.Do(func() {
		if err := s.file.Verify(); err != nil {
			s.broken = corrupt(s.path, err)
		}
	})
	return s.broken
}

// Names yields the nodes of one run by name, "" for the root, and whether each is a group.
func (s *Shard) Names(index int) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		row, ok := s.rowOf(index)
		if !ok {
			return
		}
		naming := s.meta.Names.row(index, row)
		for i := range s.leaves {
			l := &s.leaves[i]
			if _, ok := l.position(row); ok && !yield(naming.fill(l.Name), !l.Leaf && l.Link == "") {
				return
			}
		}
	}
}

// Load reads the nodes of one run by name. With skeleton, leaves come
// without Items.
func (s *Shard) Load(index int, skeleton bool) ([]Record, error) {
	if _, ok := s.rowOf(index); !ok {
		return nil, fmt.Errorf("trajectory: shard %s does not hold run %d: %w", s.path, index, ErrNotFound)
	}
	return s.load(index, skeleton, nil)
}

// load reads the nodes of one run that are wanted; none if the shard does not hold the run.
func (s *Shard) load(index int, skeleton bool, wanted func(name string) bool) ([]Record, error) {
	row, ok := s.rowOf(index)
	if !ok {
		return nil, nil
	}
	if err := s.Verify(); err != nil {
		return nil, err
	}
	out := []Record{}
	naming := s.meta.Names.row(index, row)
	for i := range s.leaves {
		l := &s.leaves[i]
		at, ok := l.position(row)
		if !ok || wanted != nil && !wanted(naming.fill(l.Name)) {
			continue
		}
		r, err := s.record(l, naming, at, skeleton)
		if err != nil {
			return nil, corrupt(s.path, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// LoadNode reads the node of that name of one run.
func (s *Shard) LoadNode(index int, name string, skeleton bool) (Record, error) {
	row, ok := s.rowOf(index)
	if !ok {
		return Record{}, fmt.Errorf("trajectory: shard %s does not hold run %d: %w", s.path, index, ErrNotFound)
	}
	if err := s.Verify(); err != nil {
		return Record{}, err
	}
	naming := s.meta.Names.row(index, row)
	want, err := naming.template(name)
	if err != nil {
		return Record{}, err
	}
	for _, i := range s.named(want) {
		l := &s.leaves[i]
		if at, ok := l.position(row); ok {
			r, err := s.record(l, naming, at, skeleton)
			if err != nil {
				return Record{}, corrupt(s.path, err)
			}
			return r, nil
		}
	}
	return Record{}, fmt.Errorf("trajectory: shard %s has no %s: %w", s.path, clip(name), ErrNotFound)
}

// LoadItems reads some items of the node of that name of one run: those of these names that it has.
func (s *Shard) LoadItems(index int, name string, items ...string) ([]Item, error) {
	row, ok := s.rowOf(index)
	if !ok {
		return nil, fmt.Errorf("trajectory: shard %s does not hold run %d: %w", s.path, index, ErrNotFound)
	}
	if err := s.Verify(); err != nil {
		return nil, err
	}
	want, err := s.meta.Names.row(index, row).template(name)
	if err != nil {
		return nil, err
	}
	for _, i := range s.named(want) {
		l := &s.leaves[i]
		if at, ok := l.position(row); ok {
			wanted := slices.DeleteFunc(slices.Clone(l.Items), func(it itemSchema) bool { return !slices.Contains(items, it.Name) })
			out, err := s.items(wanted, at)
			if err != nil {
				return nil, corrupt(s.path, err)
			}
			return out, nil
		}
	}
	return nil, fmt.Errorf("trajectory: shard %s has no %s: %w", s.path, clip(name), ErrNotFound)
}

func (s *Shard) record(l *leafReader, naming nameMap, at int, skeleton bool) (Record, error) {
	r := Record{Name: naming.fill(l.Name), Leaf: l.Leaf, Class: l.Class, Comment: l.Comment, Link: naming.fill(l.Link)}
	var err error
	if r.Annotations, err = s.items(l.Annotations, at); err != nil {
		return r, err
	}
	if !skeleton {
		r.Items, err = s.items(l.Items, at)
	}
	return r, err
}

func (s *Shard) items(schema []itemSchema, at int) ([]Item, error) {
	var out []Item
	for i := range schema {
		d, err := s.data(&schema[i], at)
		if err == nil {
			err = d.check()
		}
		if err != nil {
			return nil, fmt.Errorf("item %q: %w", clip(schema[i].Name), err)
		}
		out = append(out, Item{Name: schema[i].Name, Data: d})
	}
	return out, nil
}

// data reads the value that one row has.
func (s *Shard) data(it *itemSchema, at int) (Data, error) {
	d := Data{Coll: it.Coll, Type: it.Type}
	if it.Coll == Table || it.Coll == Dict || it.Coll == EmptyDict {
		for i := range it.Columns {
			c, err := s.data(&it.Columns[i], at)
			if err != nil {
				return Data{}, err
			}
			d.Columns = append(d.Columns, Column{Name: it.Columns[i].Name, Data: c})
		}
		return d, nil
	}
	lo, n, err := s.extent(it, &d, at)
	if err != nil {
		return Data{}, err
	}
	if descr, _ := it.Type.descr(); descr == "" {
		d.Values, err = s.texts(it.Array, lo, lo+n)
	} else {
		d.Values, err = s.file.ReadRange(it.Array, lo, lo+n)
	}
	return d, err
}

// extent finds where a row's elements lie and gives d its shape.
func (s *Shard) extent(it *itemSchema, d *Data, at int) (lo, n int, err error) {
	if !it.Ragged {
		if it.Dims >= 0 {
			d.Shape = append([]int{}, it.Shape...)
		}
		n, err = Elements(it.Shape)
		return at * n, n, err
	}
	v, err := s.file.ReadRange(it.Array+".rows", at, at+2)
	if err != nil {
		return 0, 0, err
	}
	rows := v.([]int64)
	if rows[0] < 0 || rows[1] < rows[0] {
		return 0, 0, fmt.Errorf("bad extent %v", rows)
	}
	n = int(rows[1] - rows[0])
	d.Shape = []int{n}
	if it.Dims > 1 {
		v, err = s.file.ReadRange(it.Array+".shapes", at*it.Dims, (at+1)*it.Dims)
		if err != nil {
			return 0, 0, err
		}
		d.Shape = make([]int, it.Dims)
		for i, x := range v.([]int64) {
			d.Shape[i] = int(x)
		}
	}
	// Values are compared with the shape by the caller's check; the end
	// with the array's by ReadRange.
	return int(rows[0]), n, nil
}
