package trajectory

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A Kind is a class of leaves: it says how a Go value becomes items of a file
// and comes back. Parameter, ArrayParameter and Result are built in; others
// come in through Options.Kinds and OpenOptions.Kinds and are asked first, in
// order. All functions are called from several goroutines.
type Kind struct {
	// Class is the class name in the file, such as "Brian2Parameter".
	Class string
	// Result tells a kind of results from a kind of parameters, derived
	// parameters and config.
	Result bool
	// Match tells whether the kind is meant for a value. Of a result it is
	// asked for each item's value; one that matches decides.
	Match func(value any) bool
	// Encode makes the items of a leaf. The value of a result is always
	// an Items (a single value is filed under the result's name). explored is
	// nil or the parameter's range; tables whose name starts with
	// "explored_data" must have one row per value of it.
	Encode func(value any, explored Range) ([]Item, error)
	// Decode is the reverse. For a result it returns an Items, or a single
	// value that stands for the whole result.
	Decode func(items []Item) (value any, explored Range, err error)
	// Same tells whether b may be explored where a is the default: same
	// type, same dimension. nil compares the types that a file would tell apart.
	Same func(a, b any) bool
	// Text prints a value of a parameter for the run's summary; nil prints it
	// as Python would.
	Text func(value any) string
	// Parts, of a result, are the names of all the stored items that an item of its Items may
	// be made of, so that it can be read without the others; nil reads all.
	Parts func(item string) []string
}

// Items holds the named values of a result that has more than one.
type Items map[string]any

// Class names of the built-in kinds.
const (
	classParameter      = "Parameter"
	classArrayParameter = "ArrayParameter"
	classResult         = "Result"
)

// The items of Parameter and ArrayParameter, as pypet calls them.
const (
	itemData          = "data"
	itemExplored      = "explored_data"
	itemArray         = "data__rr__"
	itemArrayExplored = "explored_data__rr__"
	arrayPrefix       = "explored__rr__"
	oldArrayPrefix    = "xa__rr__"
)

func builtinKinds() []Kind {
	return []Kind{
		{Class: classParameter, Match: parameterValue, Encode: encodeParameter, Decode: decodeParameter, Same: sameType},
		{Class: classArrayParameter, Match: func(any) bool { return false }, Encode: encodeArrayParameter, Decode: decodeArrayParameter, Same: sameType},
		{Class: classSparseParameter, Match: isSparse, Encode: encodeSparseParameter, Decode: decodeSparseParameter, Same: sameType},
		{Class: classSparseResult, Result: true, Match: isSparse, Encode: encodeSparseResult, Decode: decodeSparseResult, Parts: sparseNames},
		{Class: classResult, Result: true, Match: func(any) bool { return true }, Encode: encodeResult, Decode: decodeResult, Parts: ownName},
	}
}

// ownName is the name of an item that is stored in one.
func ownName(item string) []string { return []string{item} }

// parameterValue tells what pypet's parameters can hold: anything but maps and tables.
func parameterValue(value any) bool {
	if _, ok := value.(JSON); ok {
		return true
	}
	d, err := Encode(value)
	return err == nil && d.Coll != Table && d.Coll != Dict && d.Coll != EmptyDict
}

// kind finds the kind of a class, nil if it is unknown.
func (t *Trajectory) kind(class string) *Kind {
	for i := range t.kinds {
		if t.kinds[i].Class == class {
			return &t.kinds[i]
		}
	}
	return nil
}

// kindFor finds the kind that a value of a parameter is meant for.
func (t *Trajectory) kindFor(value any) (*Kind, error) {
	for i := range t.kinds {
		if k := &t.kinds[i]; !k.Result && k.Match(value) {
			return k, nil
		}
	}
	if _, err := Encode(value); err == nil {
		return nil, fmt.Errorf("a parameter cannot hold a %T; make a group with a parameter for each value: %w", value, ErrType)
	}
	if reflect.TypeOf(value) != nil && reflect.TypeOf(value).String() == "quantity.Quantity" {
		return nil, fmt.Errorf("a quantity needs the kind Brian2Parameter, which was not passed (Options.Kinds: brianparam.Kinds()): %w", ErrType)
	}
	var classes []string
	for _, k := range t.kinds {
		if !k.Result {
			classes = append(classes, k.Class)
		}
	}
	return nil, fmt.Errorf("no kind of parameter is meant for a value of type %T (there are %s): %w", value, strings.Join(classes, ", "), ErrType)
}

// resultKindFor finds the kind of a result with one value, nil if it is the ordinary one.
func (t *Trajectory) resultKindFor(value any) *Kind {
	for i := range t.kinds {
		if k := &t.kinds[i]; k.Result && k.Class != classResult && k.Match(value) {
			return k
		}
	}
	return nil
}

// resultKindOf finds the kind of a result with these items.
func (t *Trajectory) resultKindOf(items Items, names []string) *Kind {
	for i := range t.kinds {
		k := &t.kinds[i]
		if !k.Result {
			continue
		}
		for _, name := range names {
			if k.Match(items[name]) {
				return k
			}
		}
	}
	return t.kind(classResult)
}

// sameType compares collection and element type of what would be stored. Shapes
// and lengths may differ: the range is then stored as arrays of their own.
func sameType(a, b any) bool {
	if isSparse(a) || isSparse(b) {
		return isSparse(a) && isSparse(b)
	}
	if j, ok := a.(JSON); ok {
		k, err := NewJSON(b)
		return err == nil && j.Type == k.Type
	}
	if t := reflect.TypeOf(a); t == reflect.TypeOf(b) && t != nil && isBasic(t) {
		return true
	}
	x, err := Encode(a)
	if err != nil {
		return false
	}
	y, err := Encode(b)
	if err != nil {
		return false
	}
	return x.Coll == y.Coll && x.Type == y.Type
}

// inTable tells whether all values fit into the cells of one table column:
// equal shapes, nothing empty, nothing large.
func inTable(values []Data) bool {
	const maxCell = 512
	first := values[0]
	n, err := Elements(first.Shape)
	if err != nil || n == 0 || n > maxCell {
		return false
	}
	for _, v := range values {
		if !slices.Equal(v.Shape, first.Shape) {
			return false
		}
	}
	return true
}

func encodeAll(value any, explored Range) ([]Data, error) {
	n := 0
	if explored != nil {
		n = explored.Len()
	}
	out := make([]Data, 0, n+1)
	d, err := Encode(value)
	if err != nil {
		return nil, err
	}
	out = append(out, d)
	for i := range n {
		if d, err = Encode(explored.At(i)); err != nil {
			return nil, err
		}
		if d.Coll != out[0].Coll || d.Type != out[0].Type {
			return nil, fmt.Errorf("value %d is a %T, the default a %T: %w", i, explored.At(i), value, ErrType)
		}
		out = append(out, d)
	}
	return out, nil
}

// stack makes a table of one column with a row per value.
func stack(name string, values []Data) Data {
	first := values[0]
	c := Data{Coll: first.Coll, Type: first.Type, Shape: append([]int{len(values)}, first.Shape...)}
	for _, v := range values {
		c.Values = appendValues(c.Values, v.Values)
	}
	return Data{Coll: Table, Columns: []Column{{Name: name, Data: c}}}
}

func encodeParameter(value any, explored Range) ([]Item, error) {
	if j, ok := value.(JSON); ok {
		return encodeJSON(j, explored)
	}
	if items := encodeScalars(value, explored); items != nil {
		return items, nil
	}
	all, err := encodeAll(value, explored)
	if err != nil {
		return nil, err
	}
	if !inTable(all) {
		return nil, errNotInTable
	}
	items := []Item{{Name: itemData, Data: stack(itemData, all[:1])}}
	if explored != nil {
		items = append(items, Item{Name: itemExplored, Data: stack(itemData, all[1:])})
	}
	return items, nil
}

// encodeScalars does what encodeParameter does for ranges that are slices of
// scalars, all values at once; nil if they are none.
func encodeScalars(value any, explored Range) []Item {
	r, ok := explored.(interface{ flat() any })
	if !ok {
		return nil
	}
	d, err := Encode(value)
	if err != nil || d.Coll != Scalar {
		return nil
	}
	typ, values, n := flatten(r.flat())
	if typ != d.Type || n == 0 {
		return nil
	}
	column := Data{Coll: Scalar, Type: typ, Shape: []int{n}, Values: values}
	return []Item{
		{Name: itemData, Data: stack(itemData, []Data{d})},
		{Name: itemExplored, Data: Data{Coll: Table, Columns: []Column{{Name: itemData, Data: column}}}},
	}
}

// errNotInTable makes the trajectory take an ArrayParameter instead.
var errNotInTable = fmt.Errorf("values do not fit into a table: %w", ErrType)

// cells is a range over the cells of a table column.
type cells struct{ d Data }

func (c cells) Len() int { return c.d.Shape[0] }
func (c cells) At(i int) any {
	v, err := Decode(c.d.cell(i))
	if err != nil {
		return nil
	}
	return v
}

// tableColumn finds a column of an item that must be a table.
func tableColumn(items []Item, item, column string) (Data, bool, error) {
	for _, it := range items {
		if it.Name != item {
			continue
		}
		if it.Data.Coll != Table {
			return Data{}, false, fmt.Errorf("item %q is a %s (want a table): %w", item, it.Data.Coll, ErrCorrupt)
		}
		if err := it.Data.check(); err != nil {
			return Data{}, false, fmt.Errorf("item %q: %w: %w", item, err, ErrCorrupt)
		}
		for _, c := range it.Data.Columns {
			if c.Name == column {
				return c.Data, true, nil
			}
		}
		return Data{}, false, fmt.Errorf("item %q has no column %q: %w", item, column, ErrCorrupt)
	}
	return Data{}, false, nil
}

func decodeParameter(items []Item) (any, Range, error) {
	if v, x, ok, err := decodeJSON(items); ok || err != nil {
		return v, x, err
	}
	d, ok, err := tableColumn(items, itemData, itemData)
	if err != nil {
		return nil, nil, err
	}
	if !ok || d.Shape[0] == 0 {
		return nil, nil, fmt.Errorf("there is no item %q: %w", itemData, ErrCorrupt)
	}
	v, err := Decode(d.cell(0))
	if err != nil {
		return nil, nil, err
	}
	x, ok, err := tableColumn(items, itemExplored, itemData)
	if err != nil || !ok {
		return v, nil, err
	}
	return v, cells{x}, nil
}

func encodeArrayParameter(value any, explored Range) ([]Item, error) {
	all, err := encodeAll(value, explored)
	if err != nil {
		return nil, err
	}
	if all[0].Coll == Scalar {
		return encodeParameter(value, explored) // as pypet does
	}
	items := []Item{{Name: itemArray, Data: all[0]}}
	if explored == nil {
		return items, nil
	}
	// Every distinct array is stored once.
	index := make([]int64, 0, len(all)-1)
	byHash := map[uint64][]int{}
	var arrays []Item
	for _, v := range all[1:] {
		h := v.hash()
		same := slices.IndexFunc(byHash[h], func(at int) bool { return arrays[at].Data.Equal(v) })
		var at int
		if same >= 0 {
			at = byHash[h][same]
		} else {
			at = len(arrays)
			byHash[h] = append(byHash[h], at)
			arrays = append(arrays, Item{Name: fmt.Sprintf("%s.set_%05d.xa_%08d", arrayPrefix, at/runsPerSet, at), Data: v})
		}
		index = append(index, int64(at))
	}
	items = append(items, arrays...)
	return append(items, Item{Name: itemArrayExplored, Data: indexTable(index)}), nil
}

func decodeArrayParameter(items []Item) (any, Range, error) {
	byName := make(map[string]Data, len(items))
	for _, it := range items {
		byName[it.Name] = it.Data
	}
	d, ok := byName[itemArray]
	if !ok {
		return decodeParameter(items) // pypet's class also holds scalars, in the manner of the class below it
	}
	v, err := Decode(d)
	if err != nil {
		return nil, nil, err
	}
	x, ok, err := tableColumn(items, itemArrayExplored, "idx")
	if err != nil || !ok {
		return v, nil, err
	}
	values := make(list[any], x.Shape[0])
	for i := range values {
		at, ok := asInt(x.cell(i))
		if !ok {
			return nil, nil, fmt.Errorf("item %q: column idx holds %s (want integers): %w", itemArrayExplored, x.Type, ErrCorrupt)
		}
		d, ok := byName[fmt.Sprintf("%s.set_%05d.xa_%08d", arrayPrefix, at/runsPerSet, at)]
		if !ok {
			d, ok = byName[fmt.Sprintf("%s%08d", oldArrayPrefix, at)]
		}
		if !ok {
			return nil, nil, fmt.Errorf("array %d of the range is missing: %w", at, ErrCorrupt)
		}
		if values[i], err = Decode(d); err != nil {
			return nil, nil, err
		}
	}
	return v, values, nil
}

// asInt is a scalar of any integer type as an int.
func asInt(d Data) (int, bool) {
	if d.Coll != Scalar || d.Shape != nil {
		return 0, false
	}
	switch v := d.Values.(type) {
	case []int64:
		return int(v[0]), true
	case []int32:
		return int(v[0]), true
	case []int16:
		return int(v[0]), true
	case []int8:
		return int(v[0]), true
	case []uint64:
		return int(v[0]), true
	case []uint32:
		return int(v[0]), true
	case []uint16:
		return int(v[0]), true
	case []uint8:
		return int(v[0]), true
	}
	return 0, false
}

func encodeResult(value any, _ Range) ([]Item, error) {
	items, ok := value.(Items)
	if !ok {
		return nil, fmt.Errorf("a result's value is a %T: %w", value, ErrType)
	}
	out := make([]Item, 0, len(items))
	for _, name := range sortedKeys(items) {
		it, err := encodeItem(name, items[name])
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, nil
}

func encodeItem(name string, value any) (Item, error) {
	d, err := Encode(value)
	if err != nil {
		return Item{}, fmt.Errorf("item %q: %w", name, err)
	}
	return Item{Name: name, Data: d}, nil
}

func decodeResult(items []Item) (any, Range, error) { return rawItems(items), nil, nil }

// tileItems repeats the rows of the tables that have one per explored value.
func tileItems(items []Item, l layout) ([]Item, error) {
	if l.plain() {
		return items, nil
	}
	places, runs := l.places()
	out := slices.Clone(items)
	for i, it := range out {
		if !strings.HasPrefix(it.Name, itemExplored) {
			continue
		}
		if it.Data.Coll != Table {
			return nil, fmt.Errorf("item %q must be a table: %w", it.Name, ErrType)
		}
		table := Data{Coll: Table}
		for _, c := range it.Data.Columns {
			if len(c.Data.Shape) == 0 || c.Data.Shape[0] != places {
				return nil, fmt.Errorf("column %q of %q has shape %v (want %d rows): %w", c.Name, it.Name, c.Data.Shape, places, ErrType)
			}
			d := c.Data
			d.Shape = append([]int{runs}, d.Shape[1:]...)
			d.Values = tileRows(c.Data, l)
			table.Columns = append(table.Columns, Column{Name: c.Name, Data: d})
		}
		out[i].Data = table
	}
	return out, nil
}

func tileRows(d Data, l layout) any {
	width := 1
	for _, s := range d.Shape[1:] {
		width *= s
	}
	var out any
	for at := range l.rows {
		out = appendValues(out, sliceValues(d.Values, at*width, (at+1)*width))
	}
	if out == nil {
		return sliceValues(d.Values, 0, 0)
	}
	return out
}
