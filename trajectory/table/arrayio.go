package table

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"galvani/internal/npz"
	"galvani/trajectory"
)

// What an array is in a file: its numbers as data, what is there as present if
// something is missing, the values of coordinates as coord_0, coord_0_1, … (dimension, and
// number of the further coordinate along it), and meta, a JSON text that says what they are.
const (
	itemData    = "data"
	itemPresent = "present"
	itemMeta    = "meta"
)

type metaArray struct {
	Name string    `json:"name"`
	Unit string    `json:"unit,omitempty"`
	Dims []metaDim `json:"dims"`
}

type metaDim struct {
	metaCoord
	Also []metaCoord `json:"also,omitempty"`
}

type metaCoord struct {
	Name   string   `json:"name"`
	Unit   string   `json:"unit,omitempty"`
	Item   string   `json:"item,omitempty"`   // where the numbers are
	Labels []string `json:"labels,omitempty"` // or the texts
}

// parts lists what an array is in a file, meta last.
func (a *Array) parts(emit func(name string, shape []int, values any) error) error {
	meta := metaArray{Name: a.Name, Unit: a.Unit, Dims: []metaDim{}}
	if err := emit(itemData, a.Shape(), a.Values); err != nil {
		return err
	}
	if a.Present != nil {
		if err := emit(itemPresent, a.Shape(), a.Present); err != nil {
			return err
		}
	}
	coord := func(c Coord, item string) (metaCoord, error) {
		m := metaCoord{Name: c.Name, Unit: c.Unit}
		values, labels := flat(c.Values)
		if values == nil {
			m.Labels = labels
			return m, nil
		}
		m.Item = item
		return m, emit(item, []int{len(c.Values)}, values)
	}
	for i, d := range a.Dims {
		head, err := coord(d.Coord, fmt.Sprintf("coord_%d", i))
		if err != nil {
			return err
		}
		m := metaDim{metaCoord: head}
		for k, c := range d.Also {
			also, err := coord(c, fmt.Sprintf("coord_%d_%d", i, k+1))
			if err != nil {
				return err
			}
			m.Also = append(m.Also, also)
		}
		meta.Dims = append(meta.Dims, m)
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	return emit(itemMeta, nil, string(text))
}

// flat makes a slice of one type of the values of a coordinate, or labels if they
// are texts.
func flat(values []any) (slice any, labels []string) {
	if v, ok := each[float64](values); ok {
		return v, nil
	}
	if v, ok := each[int64](values); ok {
		return v, nil
	}
	if v, ok := each[uint64](values); ok {
		return v, nil
	}
	if v, ok := each[bool](values); ok {
		return v, nil
	}
	labels = make([]string, len(values))
	for i, v := range values {
		labels[i] = fmt.Sprint(v)
	}
	return nil, labels
}

func each[T any](values []any) ([]T, bool) {
	out := make([]T, len(values))
	for i, v := range values {
		x, ok := v.(T)
		if !ok {
			return nil, false
		}
		out[i] = x
	}
	return out, true
}

// WriteNPZ writes the array as an .npz file for numpy:
//
//	f = numpy.load("rate.npz")
//	rate, meta = f["data"], json.loads(bytes(f["meta"]))
//	for d in meta["dims"]: print(d["name"], d.get("unit"), f[d["item"]] if "item" in d else d["labels"])
//
// Where numbers are missing there also is a mask, f["present"].
func (a *Array) WriteNPZ(w io.Writer) error {
	out := npz.NewWriter(w)
	err := a.parts(func(name string, shape []int, values any) error {
		if s, ok := values.(string); ok {
			return out.Write(name, []int{len(s)}, []byte(s))
		}
		return out.Write(name, shape, values)
	})
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		return fmt.Errorf("table: writing array %s: %w", a.Name, err)
	}
	return nil
}

// Items is the array as the items of a result, which go into any file of a
// trajectory, such as datasets of HDF5. [FromItems] reads them.
func (a *Array) Items() (trajectory.Items, error) {
	items := trajectory.Items{}
	err := a.parts(func(name string, shape []int, values any) error {
		switch v := values.(type) {
		case string:
			items[name] = v
		case []float64:
			items[name] = trajectory.Array[float64]{Shape: shape, Data: v}
		case []bool:
			items[name] = trajectory.Array[bool]{Shape: shape, Data: v}
		case []int64:
			items[name] = v
		case []uint64:
			items[name] = v
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("table: array %s: %w", a.Name, err)
	}
	return items, nil
}

// FromItems makes an array of what [Array.Items] made, as it comes from a file.
func FromItems(items trajectory.Items) (*Array, error) {
	a, err := fromItems(items)
	if err != nil {
		return nil, fmt.Errorf("table: these items are no array: %w: %w", err, trajectory.ErrCorrupt)
	}
	return a, nil
}

func fromItems(items trajectory.Items) (*Array, error) {
	text, ok := items[itemMeta].(string)
	if !ok {
		return nil, fmt.Errorf("there is no text %q", itemMeta)
	}
	var meta metaArray
	in := json.NewDecoder(strings.NewReader(text))
	if err := in.Decode(&meta); err != nil {
		return nil, fmt.Errorf("%s: %w", itemMeta, err)
	}
	a := &Array{Name: meta.Name, Unit: meta.Unit}
	for _, m := range meta.Dims {
		head, err := m.coord(items)
		if err != nil {
			return nil, err
		}
		d := Dim{Coord: head}
		for _, k := range m.Also {
			c, err := k.coord(items)
			if err != nil {
				return nil, err
			}
			if len(c.Values) != len(d.Values) {
				return nil, fmt.Errorf("coordinate %q has %d values, %q has %d", c.Name, len(c.Values), d.Name, len(d.Values))
			}
			d.Also = append(d.Also, c)
		}
		a.Dims = append(a.Dims, d)
	}
	n, err := trajectory.Elements(a.Shape())
	if err != nil {
		return nil, err
	}
	d, err := trajectory.Encode(items[itemData])
	if err != nil {
		return nil, err
	}
	if a.Values, ok = d.Values.([]float64); !ok || len(a.Values) != n {
		return nil, fmt.Errorf("item %q holds %s of the shape %v (want float64 of the shape %v)", itemData, d.Type, d.Shape, a.Shape())
	}
	if v, ok := items[itemPresent]; ok {
		d, err := trajectory.Encode(v)
		if err != nil {
			return nil, err
		}
		if a.Present, ok = d.Values.([]bool); !ok || len(a.Present) != n {
			return nil, fmt.Errorf("item %q holds %s of the shape %v (want bool of the shape %v)", itemPresent, d.Type, d.Shape, a.Shape())
		}
	}
	return a, nil
}

// coord finds the values of a coordinate.
func (m metaCoord) coord(items trajectory.Items) (Coord, error) {
	c := Coord{Name: m.Name, Unit: m.Unit}
	if m.Item == "" {
		for _, s := range m.Labels {
			c.Values = append(c.Values, s)
		}
		return c, nil
	}
	d, err := trajectory.Encode(items[m.Item])
	if err != nil {
		return c, fmt.Errorf("coordinate %q: %w", m.Name, err)
	}
	if len(d.Shape) != 1 || kindOf(d.Type) == none {
		return c, fmt.Errorf("coordinate %q: item %q holds %s of the shape %v (want one dimension)", m.Name, m.Item, d.Type, d.Shape)
	}
	column := &Column{Type: d.Type, values: storage(d)}
	for i := range d.Shape[0] {
		c.Values = append(c.Values, column.Value(i))
	}
	return c, nil
}

// Table is the array as a table with a row for each number, the coordinates as columns: the
// long form that plotting programs like.
func (a *Array) Table() *Table {
	t := &Table{Name: a.Name, rows: len(a.Values)}
	inner := a.strides()
	taken := map[string]bool{a.Name: true}
	for i, d := range a.Dims {
		places := make([]int, t.rows)
		for row := range places {
			places[row] = row / inner[i] % d.Len()
		}
		for _, c := range append([]Coord{d.Coord}, d.Also...) {
			column := &Column{Name: c.Name, Unit: c.Unit, Role: Parameter, Explored: true}
			for n := 2; taken[column.Name]; n++ {
				column.Name = fmt.Sprintf("%s_%d", c.Name, n)
			}
			taken[column.Name] = true
			values, labels := flat(c.Values)
			switch v := values.(type) {
			case []float64:
				column.Type, column.values = trajectory.Float, pick(v, places)
			case []int64:
				column.Type, column.values = trajectory.Int, pick(v, places)
			case []uint64:
				column.Type, column.values = trajectory.Uint64, pick(v, places)
			case []bool:
				column.Type, column.values = trajectory.Bool, pick(v, places)
			default:
				column.Type, column.values = trajectory.Str, pick(labels, places)
			}
			t.columns = append(t.columns, column)
		}
	}
	t.columns = append(t.columns, &Column{Name: a.Name, Unit: a.Unit, Role: Result, Type: trajectory.Float, values: a.Values, valid: a.Present})
	return t
}
