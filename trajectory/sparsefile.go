package trajectory

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"galvani/internal/npz"
)

// pypet 0.6 keeps a sparse matrix as text: the hexadecimal digits of the .npz
// archive that scipy.sparse.save_npz makes. pypet 0.1 kept each array as an
// item of its own; pypet 0.6 does not load that, so it is read here and never written.

const (
	classSparseParameter = "SparseParameter"
	classSparseResult    = "SparseResult"

	sparseMark        = "__spsp__"
	sparseKey         = "galvani_spsp"
	itemSparse        = itemData + sparseMark
	itemSparseIndex   = itemExplored + sparseMark
	sparsePrefix      = "xspm" + sparseMark
	oldSparseIsDIA    = "is_dia"
	oldSparseNoValues = "__empty__"
)

func isSparse(value any) bool {
	_, ok := value.(Sparse)
	return ok
}

// encodeSparse makes a dict of the text of a matrix, for where pypet has no place for
// matrices: in maps, annotations and results of other classes.
func encodeSparse(m Sparse) (Data, error) {
	text, err := sparseText(m)
	return Data{Coll: Dict, Columns: []Column{{Name: sparseKey, Data: scalar(Str, []string{text})}}}, err
}

// asSparse is the reverse; ok is false for any other dict.
func asSparse(d Data) (text string, ok bool) {
	if d.Coll != Dict || len(d.Columns) != 1 || d.Columns[0].Name != sparseKey {
		return "", false
	}
	s, ok := d.Columns[0].Data.Values.([]string)
	if !ok || len(s) != 1 {
		return "", false
	}
	return s[0], true
}

// sparseText makes the text of a matrix, the same that scipy makes.
func sparseText(m Sparse) (string, error) {
	archive, err := sparseArchive(m, npz.NewCompressed)
	return hex.EncodeToString(archive), err
}

func sparseArchive(m Sparse, begin func(io.Writer) *npz.Writer) ([]byte, error) {
	p, err := m.parts()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := begin(&b)
	write := func(name string, shape []int, values any) {
		if err == nil {
			err = w.Write(name, shape, values)
		}
	}
	if p.format == "dia" {
		write("offsets", []int{len(p.offsets)}, small(p.offsets, len(p.offsets)))
	} else {
		// scipy wants both of the same type, and takes the small one where it can.
		write("indices", []int{len(p.indices)}, small(p.indices, len(p.indices)))
		write("indptr", []int{len(p.indptr)}, small(p.indptr, len(p.indices)))
	}
	write("format", []int{}, npz.Text{p.format})
	write("shape", []int{2}, []int64{int64(p.shape[0]), int64(p.shape[1])})
	write("data", p.data.Shape, p.data.Values)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("trajectory: a matrix: %w", err)
	}
	return b.Bytes(), nil
}

// small makes int32 of indices unless there are more elements than that counts.
func small(s []int64, elements int) any {
	if elements > math.MaxInt32 {
		return s
	}
	out := make([]int32, len(s))
	for i, v := range s {
		out[i] = int32(v)
	}
	return out
}

// parseSparse is the reverse of sparseText, for what scipy writes too.
func parseSparse(text string) (any, error) {
	bad := func(err error) (any, error) { return nil, fmt.Errorf("a sparse matrix: %w: %w", ErrCorrupt, err) }
	raw, err := hex.DecodeString(text)
	if err != nil {
		return bad(err)
	}
	f, err := npz.NewFile(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return bad(err)
	}
	var p sparseParts
	format, err := f.Read("format")
	if err != nil {
		return bad(err)
	}
	name, ok := format.Values.(npz.Text)
	if !ok || len(name) != 1 {
		return bad(fmt.Errorf("its format is no text"))
	}
	p.format = name[0]
	var shape []int64
	arrays := map[string]*[]int64{"shape": &shape}
	if p.format == "dia" {
		arrays["offsets"] = &p.offsets
	} else {
		arrays["indices"], arrays["indptr"] = &p.indices, &p.indptr
	}
	for name, into := range arrays {
		a, err := f.Read(name)
		if err != nil {
			return bad(err)
		}
		if *into, ok = integers(a.Values); !ok || len(a.Shape) != 1 {
			return bad(fmt.Errorf("%s is no list of integers", name))
		}
	}
	data, err := f.Read("data")
	if err != nil {
		return bad(err)
	}
	p.data = Data{Coll: NDArray, Type: elementType(data.Values), Shape: data.Shape, Values: data.Values}
	return p.finish(shape)
}

// finish checks parts that were read and makes the matrix.
func (p sparseParts) finish(shape []int64) (any, error) {
	if len(shape) != 2 {
		return nil, fmt.Errorf("a sparse matrix of shape %v: %w", shape, ErrCorrupt)
	}
	p.shape = [2]int{int(shape[0]), int(shape[1])}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return p.matrix()
}

// elementType names the numpy type of a flat slice.
func elementType(values any) Type {
	for _, t := range []Type{Bool, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64, Float32, Float64, Complex64, Complex128} {
		if _, ok := t.length(values); ok {
			return t
		}
	}
	return ""
}

// integers widens a slice of any integers.
func integers(values any) ([]int64, bool) {
	n, ok := elementType(values).length(values)
	if !ok {
		return nil, false
	}
	out := make([]int64, n)
	for i := range out {
		v, ok := asInt(Data{Coll: Scalar, Values: sliceValues(values, i, i+1)})
		if !ok {
			return nil, false
		}
		out[i] = int64(v)
	}
	return out, true
}

func sparseItem(name, text string) Item { return Item{Name: name, Data: scalar(Str, []string{text})} }

func encodeSparseParameter(value any, explored Range) ([]Item, error) {
	m, ok := value.(Sparse)
	if !ok {
		return nil, fmt.Errorf("a %T is no sparse matrix: %w", value, ErrType)
	}
	text, err := sparseText(m)
	if err != nil {
		return nil, err
	}
	items := []Item{sparseItem(itemSparse, text)}
	if explored == nil {
		return items, nil
	}
	index := make([]int64, explored.Len())
	seen := map[string]int64{}
	for i := range index {
		m, ok := explored.At(i).(Sparse)
		if !ok {
			return nil, fmt.Errorf("value %d is a %T (want a sparse matrix): %w", i, explored.At(i), ErrType)
		}
		archive, err := sparseArchive(m, npz.NewWriter) // compressing takes its time
		if err != nil {
			return nil, err
		}
		at, ok := seen[string(archive)]
		if !ok {
			at = int64(len(seen))
			seen[string(archive)] = at
			if text, err = sparseText(m); err != nil {
				return nil, err
			}
			items = append(items, sparseItem(fmt.Sprintf("%s%08d", sparsePrefix, at), text))
		}
		index[i] = at
	}
	return append(items, Item{Name: itemSparseIndex, Data: indexTable(index)}), nil
}

// copySparse copies a matrix, as all values that are handed in.
func copySparse(value any) (any, string, error) {
	p, err := value.(Sparse).parts()
	if err != nil {
		return nil, "", err
	}
	m, err := p.matrix()
	return m, classSparseParameter, err
}

// indexTable is the table that says which of the stored values each run has.
func indexTable(index []int64) Data {
	return Data{Coll: Table, Columns: []Column{{Name: "idx", Data: Data{Coll: Scalar, Type: Int, Shape: []int{len(index)}, Values: index}}}}
}

// matrices are ranges whose matrices are made when they are asked for, since
// the same one may be there many times.
type matrices struct {
	index    []int
	distinct map[int]any
}

func (m matrices) Len() int     { return len(m.index) }
func (m matrices) At(i int) any { return m.distinct[m.index[i]] }

func decodeSparseParameter(items []Item) (any, Range, error) {
	byName := make(map[string]Data, len(items))
	for _, it := range items {
		byName[it.Name] = it.Data
	}
	value, ok, err := sparseOfItems(byName, itemData, "")
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return decodeArrayParameter(items) // pypet's class also holds arrays, in the manner of the class below it
	}
	x, ok, err := tableColumn(items, itemSparseIndex, "idx")
	if err != nil || !ok {
		return value, nil, err
	}
	index, ok := integers(x.Values)
	if !ok || len(x.Shape) != 1 {
		return nil, nil, fmt.Errorf("item %q: column idx holds %s (want integers): %w", itemSparseIndex, x.Type, ErrCorrupt)
	}
	r := matrices{index: make([]int, len(index)), distinct: map[int]any{}}
	for i, at := range index {
		r.index[i] = int(at)
		if _, ok := r.distinct[int(at)]; ok {
			continue
		}
		m, ok, err := sparseOfItems(byName, "xspm", fmt.Sprintf("%08d", at))
		if err == nil && !ok {
			err = fmt.Errorf("matrix %d of the range is missing: %w", at, ErrCorrupt)
		}
		if err != nil {
			return nil, nil, err
		}
		r.distinct[int(at)] = m
	}
	return value, r, nil
}

// sparseOfItems finds the matrix called name among items, in pypet's form of
// today or in one of its old ones; ok is false if there is none.
func sparseOfItems(byName map[string]Data, name, number string) (any, bool, error) {
	if text, ok := byName[name+sparseMark+number]; ok {
		s, isText := text.Values.([]string)
		if !isText || len(s) != 1 {
			return nil, true, fmt.Errorf("item %q is a %s of %s (want text): %w", name+sparseMark+number, text.Coll, text.Type, ErrCorrupt)
		}
		m, err := parseSparse(s[0])
		return m, true, err
	}
	part := func(prop string) (Data, bool) {
		for _, full := range []string{name + sparseMark + prop + sparseMark + number, name + sparseMark + prop + number} {
			if d, ok := byName[full]; ok {
				return d, true
			}
		}
		return Data{}, false
	}
	format, ok := part("format")
	if !ok {
		return nil, false, nil
	}
	m, err := oldSparse(format, part)
	if err != nil {
		return nil, true, fmt.Errorf("sparse matrix %q: %w", name+sparseMark+number, err)
	}
	return m, true, nil
}

// sparseNames are those of an item that may be a matrix in one of pypet's forms.
func sparseNames(item string) []string {
	names := []string{item, item + sparseMark}
	for _, prop := range []string{"format", "shape", "data", "indices", "indptr", "offsets", "is_dia"} {
		names = append(names, item+sparseMark+prop, item+sparseMark+prop+sparseMark)
	}
	return names
}

// oldSparse puts together what pypet 0.1 kept apart.
func oldSparse(format Data, part func(string) (Data, bool)) (any, error) {
	var p sparseParts
	name, ok := format.Values.([]string)
	if !ok || len(name) != 1 {
		return nil, fmt.Errorf("its format is no text: %w", ErrCorrupt)
	}
	p.format = name[0]
	list := func(prop string) ([]int64, error) {
		d, ok := part(prop)
		if !ok {
			return nil, fmt.Errorf("it has no %s: %w", prop, ErrCorrupt)
		}
		if n, err := Elements(d.Shape); err == nil && n == 0 && len(d.Shape) == 1 {
			return []int64{}, nil
		}
		out, ok := integers(d.Values)
		if !ok {
			return nil, fmt.Errorf("its %s is no list of integers: %w", prop, ErrCorrupt)
		}
		return out, nil
	}
	shape, err := list("shape")
	if err != nil {
		return nil, err
	}
	data, ok := part("data")
	if !ok {
		return nil, fmt.Errorf("it has no data: %w", ErrCorrupt)
	}
	if s, isText := data.Values.([]string); isText && slices.Equal(s, []string{oldSparseNoValues}) {
		return p.nothing(shape)
	}
	p.data = Data{Coll: NDArray, Type: elementType(data.Values), Shape: data.Shape, Values: data.Values}
	if p.format == "dia" {
		p.offsets, err = list("offsets")
	} else if p.indices, err = list("indices"); err == nil {
		p.indptr, err = list("indptr")
	}
	if err != nil {
		return nil, err
	}
	return p.finish(shape)
}

// nothing is a matrix without elements, of which pypet 0.1 kept only the shape.
func (p sparseParts) nothing(shape []int64) (any, error) {
	if len(shape) != 2 || shape[0] < 0 || shape[1] < 0 || shape[0] > 1<<24 || shape[1] > 1<<24 {
		return nil, fmt.Errorf("shape %v: %w", shape, ErrCorrupt)
	}
	dims := []int{0}
	rows := shape[0]
	switch p.format {
	case "csc":
		rows = shape[1]
	case "bsr":
		dims = []int{0, 1, 1}
	case "dia":
		dims = []int{0, 0}
	}
	p.data = Data{Coll: NDArray, Type: Float64, Shape: dims, Values: []float64{}}
	p.indices, p.indptr, p.offsets = []int64{}, make([]int64, rows+1), []int64{}
	return p.finish(shape)
}

func encodeSparseResult(value any, _ Range) ([]Item, error) {
	items, ok := value.(Items)
	if !ok {
		return nil, fmt.Errorf("a result's value is a %T: %w", value, ErrType)
	}
	var out []Item
	for _, name := range sortedKeys(items) {
		m, ok := items[name].(Sparse)
		if !ok {
			it, err := encodeItem(name, items[name])
			if err != nil {
				return nil, err
			}
			out = append(out, it)
			continue
		}
		if strings.Contains(name, sparseMark) {
			return nil, fmt.Errorf("item %q: %s in a name marks sparse matrices: %w", name, sparseMark, ErrName)
		}
		text, err := sparseText(m)
		if err != nil {
			return nil, fmt.Errorf("item %q: %w", name, err)
		}
		out = append(out, sparseItem(name+sparseMark, text))
	}
	return out, nil
}

func decodeSparseResult(items []Item) (any, Range, error) {
	byName := make(map[string]Data, len(items))
	for _, it := range items {
		byName[it.Name] = it.Data
	}
	var rest []Item
	out := Items{}
	for _, it := range items {
		name, _, marked := strings.Cut(it.Name, sparseMark)
		if !marked {
			rest = append(rest, it)
			continue
		}
		if _, done := out[name]; done {
			continue
		}
		m, ok, err := sparseOfItems(byName, name, "")
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			rest = append(rest, it)
			continue
		}
		out[name] = m
	}
	for name, v := range rawItems(rest) {
		out[name] = v
	}
	return out, nil, nil
}
