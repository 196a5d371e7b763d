package trajectory

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Annotate adds an annotation to a node or changes it. The value is anything that
// a result can hold; maps, structs and matrices are texts of JSON in the file.
func (t *Trajectory) Annotate(path, name string, value any) error {
	n, err := t.scope().lookup(t.tree.root, path)
	if err != nil {
		return err
	}
	return n.apply([]AddOption{Annotate(name, value)})
}

// RemoveAnnotation takes annotations off a node, all of them if none is named.
func (t *Trajectory) RemoveAnnotation(path string, names ...string) error {
	n, err := t.scope().lookup(t.tree.root, path)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		n.notes = nil
		return nil
	}
	left := slices.Clone(n.notes)
	for _, name := range names {
		at := slices.IndexFunc(left, func(it Item) bool { return noteName(it) == name })
		if at < 0 {
			return noAnnotation(n.full, name, n.annotations())
		}
		left = slices.Delete(left, at, at+1)
	}
	n.notes = left
	return nil
}

func noAnnotation(full, name string, there map[string]any) error {
	return fmt.Errorf("trajectory: %s has no annotation %q (it has %s): %w", orRoot(full), name, orNone(strings.Join(sortedKeys(there), ", ")), ErrNotFound)
}

// Annotation reads an annotation of a node as the type T, as [Get] does. An
// empty name is that of the only annotation.
func Annotation[T any](n Node, name string) (T, error) {
	var zero T
	there := n.Annotations()
	if name == "" && len(there) == 1 {
		name = sortedKeys(there)[0]
	}
	v, ok := there[name]
	if !ok {
		return zero, noAnnotation(n.FullName(), name, there)
	}
	out, ok := convert(v, reflect.TypeFor[T]())
	if !ok {
		return zero, fmt.Errorf("trajectory: annotation %q of %s is %s, not a %s: %w", name, orRoot(n.FullName()), describe(v), reflect.TypeFor[T](), ErrType)
	}
	return out.Interface().(T), nil
}

// AnnotationText prints the annotations of a node in one line: name=value; name=value.
func AnnotationText(n Node) string {
	there := n.Annotations()
	var out []string
	for _, name := range sortedKeys(there) {
		text, ok := there[name].(string)
		if !ok {
			text = PythonText(there[name])
		}
		out = append(out, name+"="+text)
	}
	return strings.Join(out, "; ")
}

// encodeNote makes the item of an annotation. Attributes of files hold scalars,
// lists and arrays; all else is JSON.
func encodeNote(name string, value any) (Item, error) {
	if !isPlain(value) {
		var err error
		if value, err = plain(reflect.ValueOf(value)); err != nil {
			return Item{}, err
		}
	}
	if j, ok := value.(JSON); ok {
		return noteOfJSON(name, notedValue{Type: j.Type, JSON: json.RawMessage(j.Text)})
	}
	d, err := Encode(value)
	if err != nil {
		return Item{}, err
	}
	if err := d.check(); err != nil {
		return Item{}, err
	}
	switch d.Coll {
	case Dict, EmptyDict, Table:
		return noteOfJSON(name, notedValue{Data: textOfData(d)})
	}
	return Item{Name: name, Data: d}, nil
}

// noteMark ends the name of an annotation that is JSON.
const noteMark = "__json__"

// notedValue is the JSON text of an annotation that is more than an array.
type notedValue struct {
	Type string          `json:"go_type,omitempty"`
	JSON json.RawMessage `json:"json,omitempty"`
	Data *dataText       `json:"data,omitempty"`
}

func noteOfJSON(name string, v notedValue) (Item, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return Item{}, fmt.Errorf("trajectory: %w", err)
	}
	return Item{Name: name + noteMark, Data: scalar(Str, []string{ascii(raw)})}, nil
}

// noteName is what an annotation is called.
func noteName(it Item) string { return strings.TrimSuffix(it.Name, noteMark) }

// decodeNote is the reverse of encodeNote. What is not as it should be is left
// as it is in the file.
func decodeNote(it Item) (name string, value any) {
	texts, ok := it.Data.Values.([]string)
	if ok && len(texts) == 1 && it.Data.Coll == Scalar && strings.HasSuffix(it.Name, noteMark) {
		var v notedValue
		if json.Unmarshal([]byte(texts[0]), &v) == nil {
			if v.JSON != nil {
				return noteName(it), JSON{Type: v.Type, Text: string(v.JSON)}
			}
			if d, err := v.Data.data(0); err == nil {
				if value, err = Decode(d); err == nil {
					return noteName(it), value
				}
			}
		}
	}
	value, err := Decode(it.Data)
	if err != nil {
		value = it.Data
	}
	return it.Name, value
}
