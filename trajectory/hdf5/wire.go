package hdf5

import (
	"fmt"
	"unsafe"

	"galvani/trajectory"
)

// A record as it goes from one process to another: gob forgets the difference between
// nothing and an empty slice, and is slow with numbers.

type wireRecord struct {
	Name, Class, Comment, Link string
	Leaf                       bool
	Annotations, Items         []wireItem
}

type wireItem struct {
	Name string
	Data wireData
}

type wireData struct {
	Coll, Type string
	Shaped     bool // Shape is not nil
	Shape      []int
	Kind       string   // Go type of the elements, "" for none, "string" for Texts
	Raw        []byte   // elements as they lie in memory: the other process is on the same machine
	Texts      []string // instead
	Tabular    bool     // Columns is not nil
	Columns    []wireItem
}

func wireOf(r trajectory.Record) wireRecord {
	w := wireRecord{Name: r.Name, Class: r.Class, Comment: r.Comment, Link: r.Link, Leaf: r.Leaf}
	for _, it := range r.Annotations {
		w.Annotations = append(w.Annotations, wireItem{it.Name, wireDataOf(it.Data)})
	}
	for _, it := range r.Items {
		w.Items = append(w.Items, wireItem{it.Name, wireDataOf(it.Data)})
	}
	return w
}

func (w *wireRecord) record() (trajectory.Record, error) {
	r := trajectory.Record{Name: w.Name, Class: w.Class, Comment: w.Comment, Link: w.Link, Leaf: w.Leaf}
	for _, list := range []struct {
		from []wireItem
		to   *[]trajectory.Item
	}{{w.Annotations, &r.Annotations}, {w.Items, &r.Items}} {
		for _, it := range list.from {
			d, err := it.Data.data()
			if err != nil {
				return r, fmt.Errorf("hdf5: node %q, item %q: %w", w.Name, it.Name, err)
			}
			*list.to = append(*list.to, trajectory.Item{Name: it.Name, Data: d})
		}
	}
	return r, nil
}

func wireDataOf(d trajectory.Data) wireData {
	w := wireData{Coll: string(d.Coll), Type: string(d.Type), Shaped: d.Shape != nil, Shape: d.Shape, Tabular: d.Columns != nil}
	for _, c := range d.Columns {
		w.Columns = append(w.Columns, wireItem{c.Name, wireDataOf(c.Data)})
	}
	switch v := d.Values.(type) {
	case []string:
		w.Kind, w.Texts = "string", v
	case []bool:
		w.Kind, w.Raw = "bool", rawBytes(v)
	case []int8:
		w.Kind, w.Raw = "int8", rawBytes(v)
	case []int16:
		w.Kind, w.Raw = "int16", rawBytes(v)
	case []int32:
		w.Kind, w.Raw = "int32", rawBytes(v)
	case []int64:
		w.Kind, w.Raw = "int64", rawBytes(v)
	case []uint8:
		w.Kind, w.Raw = "uint8", v
	case []uint16:
		w.Kind, w.Raw = "uint16", rawBytes(v)
	case []uint32:
		w.Kind, w.Raw = "uint32", rawBytes(v)
	case []uint64:
		w.Kind, w.Raw = "uint64", rawBytes(v)
	case []float32:
		w.Kind, w.Raw = "float32", rawBytes(v)
	case []float64:
		w.Kind, w.Raw = "float64", rawBytes(v)
	case []complex64:
		w.Kind, w.Raw = "complex64", rawBytes(v)
	case []complex128:
		w.Kind, w.Raw = "complex128", rawBytes(v)
	}
	return w
}

// data is the reverse; what comes is checked, since the other process reads a hostile file.
func (w *wireData) data() (trajectory.Data, error) {
	d := trajectory.Data{Coll: trajectory.Coll(w.Coll), Type: trajectory.Type(w.Type), Shape: w.Shape}
	if w.Shaped && d.Shape == nil {
		d.Shape = []int{}
	}
	if w.Tabular {
		d.Columns = make([]trajectory.Column, 0, len(w.Columns))
	}
	for _, c := range w.Columns {
		e, err := c.Data.data()
		if err != nil {
			return d, fmt.Errorf("column %q: %w", c.Name, err)
		}
		d.Columns = append(d.Columns, trajectory.Column{Name: c.Name, Data: e})
	}
	switch w.Kind {
	case "string":
		if d.Values = w.Texts; w.Texts == nil {
			d.Values = []string{}
		}
	case "bool":
		flags := make([]bool, len(w.Raw))
		for i, b := range w.Raw {
			flags[i] = b != 0
		}
		d.Values = flags
	case "int8":
		d.Values = fromBytes[int8](w.Raw)
	case "int16":
		d.Values = fromBytes[int16](w.Raw)
	case "int32":
		d.Values = fromBytes[int32](w.Raw)
	case "int64":
		d.Values = fromBytes[int64](w.Raw)
	case "uint8":
		d.Values = fromBytes[uint8](w.Raw)
	case "uint16":
		d.Values = fromBytes[uint16](w.Raw)
	case "uint32":
		d.Values = fromBytes[uint32](w.Raw)
	case "uint64":
		d.Values = fromBytes[uint64](w.Raw)
	case "float32":
		d.Values = fromBytes[float32](w.Raw)
	case "float64":
		d.Values = fromBytes[float64](w.Raw)
	case "complex64":
		d.Values = fromBytes[complex64](w.Raw)
	case "complex128":
		d.Values = fromBytes[complex128](w.Raw)
	}
	return d, d.Check()
}

// rawBytes looks at numbers as bytes.
func rawBytes[T any](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0])))
}

// fromBytes is the reverse, as a copy.
func fromBytes[T any](raw []byte) []T {
	var one T
	v := make([]T, len(raw)/int(unsafe.Sizeof(one)))
	copy(rawBytes(v), raw)
	return v
}
