package trajectory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON holds a value of a Go type that files have no form of their own for, such
// as a struct, as JSON text. Values of such types become a JSON when they are
// added, and [Get] makes the value again:
//
//	err := t.AddParameter("options", Options{Depth: 3})
//	o, err := trajectory.Get[Options](t, "options")
//
// The fields that encoding/json sees are what is kept. In the file a parameter is a text,
// and a value of a result a dict of texts, so that pypet reads them too.
type JSON struct {
	Type string // of the Go value: "main.Options"
	Text string // ASCII
}

const (
	jsonText  = "galvani_json"    // its text, as an entry of a dict
	jsonType  = "galvani_go_type" // its type
	goType    = "go_type"         // the same as a column of a parameter's table
	maxSlices = 8                 // how deep slices of slices are arrays
)

// NewJSON makes the JSON of a value. What JSON has no form for (NaN, channels,
// functions, structs that show nothing of themselves) is an error that wraps [ErrType].
func NewJSON(value any) (JSON, error) {
	if j, ok := value.(JSON); ok {
		return j, nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return JSON{}, fmt.Errorf("trajectory: a %T as JSON: %w: %w", value, ErrType, err)
	}
	if v := reflect.Indirect(reflect.ValueOf(value)); v.IsValid() && v.Kind() == reflect.Struct && string(raw) == "{}" && !showsFields(v.Type()) {
		return JSON{}, fmt.Errorf("trajectory: a %T has no fields that JSON sees: %w", value, ErrType)
	}
	return JSON{Type: fmt.Sprintf("%T", value), Text: ascii(raw)}, nil
}

// showsFields tells whether a struct has fields for JSON to see, all of which may be left out.
func showsFields(t reflect.Type) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
			return true
		}
	}
	return false
}

// ascii writes other characters as \u escapes: pypet's parameters hold ASCII only.
func ascii(raw []byte) string {
	var b strings.Builder
	for _, r := range string(raw) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		}
	}
	return b.String()
}

// Into makes the value again: out is a pointer to the type that it was made from,
// or to one with the same fields. Fields that out does not have are an error.
func (j JSON) Into(out any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(j.Text)))
	d.DisallowUnknownFields()
	err := d.Decode(out)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = fmt.Errorf("there is more than one value")
		}
	}
	if err != nil {
		return fmt.Errorf("trajectory: a %s as %T: %w: %w", j.Type, out, ErrType, err)
	}
	return nil
}

// String is the text.
func (j JSON) String() string { return j.Text }

// plain brings values of types that files have no form for into one that they
// have: named types are the ones below them, arrays and slices of slices Arrays, maps
// with text as keys map[string]any, the rest is JSON. What a kind wants stays.
func (t *Trajectory) plain(value any) (any, error) {
	if isPlain(value) {
		return value, nil
	}
	for i := range t.kinds[:len(t.kinds)-len(builtinKinds())] {
		if t.kinds[i].Match(value) {
			return value, nil
		}
	}
	return plain(reflect.ValueOf(value))
}

// isPlain tells what is stored as it is, or refused as it is.
func isPlain(value any) bool {
	switch value.(type) {
	case nil, encoder, Data, JSON, Sparse, map[string]any, []byte, [][]byte:
		return true
	}
	t := reflect.TypeOf(value)
	if t == quantityType {
		return true // refused later, with a hint
	}
	if t.PkgPath() != "" {
		return false
	}
	return isBasic(t) || t.Kind() == reflect.Slice && isBasic(t.Elem()) && t.Elem().PkgPath() == ""
}

func isBasic(t reflect.Type) bool {
	k := t.Kind()
	return k >= reflect.Bool && k <= reflect.Complex128 && k != reflect.Uintptr || k == reflect.String
}

// basicType is the type without a name below a basic one.
func basicType(k reflect.Kind) reflect.Type {
	for _, v := range []any{false, 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), float32(0), 0.0, complex64(0), 0i, ""} {
		if t := reflect.TypeOf(v); t.Kind() == k {
			return t
		}
	}
	return nil
}

func plain(v reflect.Value) (any, error) {
	t := v.Type()
	switch {
	case isBasic(t):
		return v.Convert(basicType(t.Kind())).Interface(), nil
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		elem := t.Elem()
		for range maxSlices {
			if elem.Kind() == reflect.Slice || elem.Kind() == reflect.Array {
				elem = elem.Elem()
			}
		}
		switch {
		case isBasic(elem):
			return plainArray(v, basicType(elem.Kind()))
		case elem.Kind() == reflect.Interface:
			return v.Interface(), nil // JSON would forget what they are
		}
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String && isBasic(t.Elem()):
		m := make(map[string]any, v.Len())
		for k, x := range v.Seq2() {
			m[k.String()], _ = plain(x)
		}
		return m, nil
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		if t.Kind() == reflect.Pointer && t.Elem().Kind() != reflect.Struct {
			break
		}
		return NewJSON(v.Interface())
	}
	return v.Interface(), nil
}

// plainArray makes a slice or an Array of slices of slices, which must be a block.
func plainArray(v reflect.Value, elem reflect.Type) (any, error) {
	flat := reflect.MakeSlice(reflect.SliceOf(elem), 0, v.Len())
	var shape []int
	var visit func(v reflect.Value, depth int) error
	visit = func(v reflect.Value, depth int) error {
		if depth == len(shape) {
			shape = append(shape, v.Len())
		}
		if shape[depth] != v.Len() {
			return fmt.Errorf("trajectory: a %T has rows of %d and of %d elements (want a block; a struct can hold others): %w", v.Interface(), shape[depth], v.Len(), ErrType)
		}
		for i := range v.Len() {
			x := v.Index(i)
			if x.Kind() != reflect.Slice && x.Kind() != reflect.Array {
				flat = reflect.Append(flat, x.Convert(elem))
				continue
			}
			if err := visit(x, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := visit(v, 0); err != nil {
		return nil, err
	}
	for t := v.Type(); t.Elem().Kind() == reflect.Slice || t.Elem().Kind() == reflect.Array; t = t.Elem() {
		if len(shape) == depthOf(v.Type()) {
			break
		}
		shape = append(shape, 0) // no rows that could say how long they are
	}
	if len(shape) == 1 && elem.Kind() != reflect.Uint8 {
		return flat.Interface(), nil
	}
	typ, values, _ := flatten(flat.Interface())
	d := Data{Coll: NDArray, Type: numpyType(typ), Shape: shape, Values: values}
	return Decode(d)
}

func depthOf(t reflect.Type) int {
	n := 0
	for ; t.Kind() == reflect.Slice || t.Kind() == reflect.Array; t = t.Elem() {
		n++
	}
	return n
}

// plainItems does so for all items; the map handed in stays what it is.
func (t *Trajectory) plainItems(items Items) (Items, error) {
	var out Items
	for name, v := range items {
		p, err := t.plain(v)
		if err != nil {
			return nil, fmt.Errorf("item %q: %w", name, err)
		}
		if reflect.TypeOf(p) == reflect.TypeOf(v) {
			continue
		}
		if out == nil {
			out = maps.Clone(items)
		}
		out[name] = p
	}
	if out == nil {
		return items, nil
	}
	return out, nil
}

// encode makes a dict of two texts of a JSON.
func (j JSON) encode() (Data, error) {
	text := func(name, s string) Column { return Column{Name: name, Data: scalar(Str, []string{s})} }
	return Data{Coll: Dict, Columns: []Column{text(jsonText, j.Text), text(jsonType, j.Type)}}, nil
}

// asJSON is the reverse; ok is false for any other dict.
func asJSON(d Data) (j JSON, ok bool) {
	if d.Coll != Dict || len(d.Columns) != 2 {
		return j, false
	}
	for _, c := range d.Columns {
		s, isText := c.Data.Values.([]string)
		if !isText || len(s) != 1 || c.Data.Coll != Scalar {
			return j, false
		}
		switch c.Name {
		case jsonType:
			j.Type = s[0]
		case jsonText:
			j.Text = s[0]
		default:
			return j, false
		}
	}
	return j, true
}

// encodeJSON makes the items of a parameter: tables of texts.
func encodeJSON(value JSON, explored Range) ([]Item, error) {
	texts := func(s ...string) Data { return Data{Coll: Scalar, Type: Str, Shape: []int{len(s)}, Values: s} }
	items := []Item{{Name: itemData, Data: Data{Coll: Table, Columns: []Column{
		{Name: itemData, Data: texts(value.Text)}, {Name: goType, Data: texts(value.Type)},
	}}}}
	if explored == nil {
		return items, nil
	}
	all := make([]string, explored.Len())
	for i := range all {
		j, err := NewJSON(explored.At(i))
		if err != nil {
			return nil, err
		}
		if j.Type != value.Type {
			return nil, fmt.Errorf("value %d is a %s, the default a %s: %w", i, j.Type, value.Type, ErrType)
		}
		all[i] = j.Text
	}
	return append(items, Item{Name: itemExplored, Data: Data{Coll: Table, Columns: []Column{{Name: itemData, Data: texts(all...)}}}}), nil
}

// jsons is a range of JSON values of one type.
type jsons struct {
	typ   string
	texts []string
}

func (j jsons) Len() int     { return len(j.texts) }
func (j jsons) At(i int) any { return JSON{Type: j.typ, Text: j.texts[i]} }

// decodeJSON is the reverse of encodeJSON; ok is false if it is no such parameter.
func decodeJSON(items []Item) (value any, explored Range, ok bool, err error) {
	typ, found, err := tableColumn(items, itemData, goType)
	if err != nil || !found {
		return nil, nil, false, nil // an ordinary parameter
	}
	text, _, err := tableColumn(items, itemData, itemData)
	if err != nil {
		return nil, nil, true, err
	}
	types, ok1 := typ.Values.([]string)
	texts, ok2 := text.Values.([]string)
	if !ok1 || !ok2 || len(types) != 1 || len(texts) != 1 {
		return nil, nil, true, fmt.Errorf("item %q is no JSON: %w", itemData, ErrCorrupt)
	}
	j := JSON{Type: types[0], Text: texts[0]}
	x, found, err := tableColumn(items, itemExplored, itemData)
	if err != nil || !found {
		return j, nil, true, err
	}
	all, isText := x.Values.([]string)
	if !isText || len(x.Shape) != 1 {
		return nil, nil, true, fmt.Errorf("item %q is no JSON: %w", itemExplored, ErrCorrupt)
	}
	return j, jsons{typ: j.Type, texts: all}, true, nil
}
