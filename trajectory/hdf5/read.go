//go:build cgo

package hdf5

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/hdf5"

	"galvani/trajectory"
)

// The attributes of pypet and, under names of our own, what pypet has no word for.
const (
	attrLeaf       = "SRVC_LEAF"
	attrClass      = "SRVC_INIT_CLASS_NAME"
	attrComment    = "SRVC_INIT_COMMENT"
	attrAnnotated  = "SRVC_ANNOTATED"
	attrAnnotation = "SRVC_AN_" // + name
	attrStore      = "SRVC_STORE"
	attrSplit      = "SPLIT_TABLE"
	attrColl       = "SRVC_DATA_COLL_TYPE"
	attrScalar     = "SRVC_DATA_SCALAR_TYPE"
	attrColumn     = "SRVC_COLUMN_" // + column + suffix
	suffixColl     = "_COLL_TYPE"
	suffixScalar   = "_SCALAR_TYPE"

	attrType       = "GALVANI_TYPE"     // element type of an array, where it is not numpy's
	attrNote       = "GALVANI_NOTE_"    // + name: "COLL type" of an annotation
	attrOwnColl    = "GALVANI_COLL"     // collection type of what pypet shall take for something else
	attrLengths    = "GALVANI_LENGTHS"  // lengths of strings that end with NUL bytes
	attrColumnType = "GALVANI_COLUMN_"  // + column + _TYPE or _LENGTHS
	attrGathered   = "GALVANI_GATHERED" // collection type of a nested group that stands for one value
	attrKeys       = "GALVANI_KEYS"     // names of its parts
	attrCell       = "GALVANI_CELL"     // collection type of the cells of a gathered table's column
	attrOrder      = "GALVANI_ORDER"    // names of a leaf's items, where groups cannot keep their order
	attrSum        = "GALVANI_SUM"      // checksum and size of data for which HDF5 has none; _ + name for an attribute's
	nestedGroup    = "NESTED_GROUP"
	emptyOfPT2     = "PTCOMPAT__empty__dtype" // PyTables 2 could not store empty arrays
)

// content is what a dataset or attribute holds, not yet interpreted.
type content struct {
	fileType
	shape []int
	n     int      // number of elements
	null  bool     // no element at all, not even an empty array
	raw   []byte   // n elements of the type
	texts []string // instead, if they are strings of variable length
}

func (s source) content() (content, error) {
	var c content
	t, err := s.datatype()
	if err != nil {
		return c, err
	}
	c.fileType = t
	if c.shape, c.null, err = s.extent(); err != nil || c.null {
		return c, err
	}
	if c.n, err = trajectory.Elements(c.shape); err != nil {
		return c, err
	}
	as := hdf5.T_NATIVE_DOUBLE
	switch {
	case t.class == classString && t.variable:
		if err := s.check(16 * int64(min(c.n, 1<<58))); err != nil {
			return c, err
		}
		c.texts, err = s.readStrings(c.n)
		return c, err
	case t.class == classFloat && !t.plain:
		// Half, extended and foreign floats: libhdf5 converts.
		c.fileType = fileType{class: classFloat, size: 8, plain: true}
	case t.class == classInteger && !t.plain:
		c.fileType = fileType{class: classInteger, size: 8, signed: true, plain: true}
		as = hdf5.T_NATIVE_INT64
	default:
		as = nil
	}
	if err := c.fixed(); err != nil {
		return c, err
	}
	if c.n > (1<<62)/c.size {
		return c, fmt.Errorf("hdf5: %d elements of %d bytes are not possible", c.n, c.size)
	}
	if err := s.check(int64(c.n) * int64(c.size)); err != nil {
		return c, err
	}
	c.raw = make([]byte, c.n*c.size)
	if as != nil {
		return c, s.read(id(as.ID()), c.raw)
	}
	return c, s.readAsStored(c.raw)
}

// fixed refuses types whose elements are pointers in memory.
func (t *fileType) fixed() error {
	switch t.class {
	case classInteger, classFloat, classBitfield, classOpaque:
		return nil
	case classString:
		if !t.variable {
			return nil
		}
	case classEnum, classArray:
		return t.super.fixed()
	case classCompound:
		for i := range t.members {
			if err := t.members[i].fixed(); err != nil {
				return err
			}
		}
		return nil
	}
	return &unsupportedError{t.String()}
}

// value is the content as an array or scalar with the type that the file type stands for.
func (c *content) value() (trajectory.Data, error) {
	d := trajectory.Data{Coll: trajectory.NDArray, Shape: c.shape}
	if c.shape == nil && !c.null {
		d.Coll = trajectory.Scalar
	}
	if c.null {
		if c.class == classString {
			return trajectory.Data{Coll: trajectory.Scalar, Type: c.stringType(), Values: []string{""}}, nil
		}
		d.Shape = []int{0}
	}
	if c.texts != nil {
		d.Type, d.Values = trajectory.Str, c.texts
		return d, nil
	}
	kind, inner, values, err := c.elements(c.raw, 0, c.size, c.n)
	if err != nil {
		return d, err
	}
	d.Type, d.Values = kind, values
	if inner != nil {
		d.Coll, d.Shape = trajectory.NDArray, append(slices.Clone(d.Shape), inner...)
	}
	if c.class == classString {
		d.Type = c.stringType()
	}
	return d, nil
}

func (c *content) stringType() trajectory.Type {
	if c.utf8 {
		return trajectory.Str
	}
	return trajectory.Bytes
}

// attributes are the attributes of one object, read when asked for.
type attributes struct {
	object   id
	names    []string // sorted
	fileSize int64
}

func attributesOf(o id, fileSize int64) (attributes, error) {
	names, err := attributeNames(o)
	slices.Sort(names)
	return attributes{o, names, fileSize}, err
}

func (a attributes) has(name string) bool {
	_, found := slices.BinarySearch(a.names, name)
	return found
}

// text is a string attribute, empty if it is not there or not a string.
func (a attributes) text(name string) string {
	if !a.has(name) {
		return ""
	}
	if s, ok := text(a.object, name); ok {
		return s
	}
	if d, err := a.value(name); err == nil && d.Shape == nil {
		if s, ok := d.Values.([]string); ok && len(s) == 1 {
			return s[0]
		}
	}
	return ""
}

// value reads any attribute.
func (a attributes) value(name string) (trajectory.Data, error) {
	c, err := a.content(name)
	if err != nil {
		return trajectory.Data{}, err
	}
	return c.value()
}

func (a attributes) content(name string) (content, error) {
	s, err := attributeSource(a.object, name, a.fileSize)
	if err != nil {
		return content{}, err
	}
	defer closeID(s.id)
	return s.content()
}

// flag is true for any number but 0.
func (a attributes) flag(name string) bool {
	if !a.has(name) {
		return false
	}
	d, err := a.value(name)
	if err != nil {
		return false
	}
	switch v := d.Values.(type) {
	case []bool:
		return len(v) > 0 && v[0]
	default:
		n, ok := asInt64(v)
		return ok && len(n) > 0 && n[0] != 0
	}
}

// lengths restores the NUL bytes at the ends of strings that a fixed-length string drops.
func (a attributes) lengths(name string, values any) {
	if !a.has(name) {
		return
	}
	s, ok := values.([]string)
	d, err := a.value(name)
	if !ok || err != nil {
		return
	}
	n, ok := asInt64(d.Values)
	if !ok || len(n) != len(s) {
		return
	}
	for i, want := range n {
		if missing := want - int64(len(s[i])); missing > 0 && missing < a.fileSize {
			s[i] += strings.Repeat("\x00", int(missing))
		}
	}
}

// verify compares content with the checksum noted under a name. Content of another size was put
// there by somebody else.
func (a attributes) verify(name string, raw []byte) error {
	if !a.has(name) {
		return nil
	}
	d, err := a.value(name)
	if err != nil {
		return err
	}
	if sum, ok := d.Values.([]int64); ok && len(sum) == 2 && sum[1] == int64(len(raw)) && sum[0] != checksum(raw) {
		return fmt.Errorf("hdf5: the data is damaged: its checksum is not that in %s", name)
	}
	return nil
}

// readData reads one stored value: a dataset, or a group that stands for a value.
func readData(o object, name string, fileSize int64) (trajectory.Data, error) {
	a, err := attributesOf(o.id, fileSize)
	if err != nil {
		return trajectory.Data{}, err
	}
	store := a.text(attrStore)
	if o.kind == groupObject {
		switch {
		case a.flag(attrSplit):
			return readSplit(o.id, a, name)
		case strings.HasPrefix(a.text("pandas_type"), "frame"): // also those that programs change in the file
			d, err := readDataFrame(o.id, a)
			if errors.As(err, new(*unsupportedError)) {
				return opaque(Frame, ""), nil
			}
			return d, err
		case store == string(Frame), store == string(Series):
			return opaque(trajectory.Coll(store), ""), nil
		case a.has(attrGathered):
			return readGathered(o.id, a)
		}
		return opaque(Unknown, "a group stored as "+store), nil
	}
	if o.kind != datasetObject {
		return opaque(Unknown, "a named datatype"), nil
	}
	s := source{id: o.id, fileSize: fileSize}
	c, err := s.content()
	var unsupported *unsupportedError
	if errors.As(err, &unsupported) {
		return opaque(Unknown, unsupported.what), nil
	}
	if err != nil {
		return trajectory.Data{}, err
	}
	if err := a.verify(attrSum, c.raw); err != nil {
		return trajectory.Data{}, err
	}
	if c.class == classCompound && !c.complex() {
		d, err := c.table(a.columnMeta)
		if errors.As(err, &unsupported) {
			return opaque(Unknown, unsupported.what), nil
		}
		if err == nil && (store == "DICT" || a.text(attrColl) == string(trajectory.Dict)) {
			return dictOf(d)
		}
		return d, err
	}
	return c.array(a)
}

// opaque is an item that only says what it is.
func opaque(c trajectory.Coll, text string) trajectory.Data {
	return trajectory.Data{Coll: c, Type: trajectory.Bytes, Values: []string{text}}
}

// array interprets content that is no table by the attributes beside it.
func (c *content) array(a attributes) (trajectory.Data, error) {
	coll := trajectory.Coll(a.text(attrColl))
	if own := a.text(attrOwnColl); own != "" {
		coll = trajectory.Coll(own)
	}
	if coll == trajectory.EmptyDict {
		return trajectory.Data{Coll: coll}, nil
	}
	d, err := c.value()
	if err != nil {
		return d, err
	}
	if a.has(emptyOfPT2) && len(d.Shape) == 1 && d.Shape[0] == 1 {
		d.Shape = []int{0}
		d.Values = cut(d.Values)
	}
	switch coll {
	case trajectory.Scalar:
		if n, _ := trajectory.Elements(d.Shape); n == 1 {
			d.Coll, d.Shape = coll, nil
		}
	case trajectory.List, trajectory.Tuple:
		if len(d.Shape) == 1 {
			d.Coll = coll
		}
	case trajectory.NDArray, trajectory.Matrix:
		d.Coll = coll
		if d.Shape == nil {
			d.Shape = []int{}
		}
	case "":
		if d.Type == trajectory.Bytes && c.class == classString {
			d.Type = trajectory.Str // not pypet's: most likely text
		}
	}
	declared := typeOf(a.text(attrScalar))
	if t := typeOf(a.text(attrType)); t != "" {
		declared = t
	}
	if declared == "" && d.Type == trajectory.Str && coll != "" && c.texts == nil && !c.utf8 {
		d.Type = trajectory.Bytes
	}
	d.Values, d.Type = convert(d.Values, d.Type, declared)
	a.lengths(attrLengths, d.Values)
	return d, nil
}

// cut makes an empty slice of the same type.
func cut(values any) any {
	switch v := values.(type) {
	case []float64:
		return v[:0]
	case []int64:
		return v[:0]
	case []int32:
		return v[:0]
	case []string:
		return v[:0]
	case []bool:
		return v[:0]
	}
	return []float64{}
}

// columnMeta is what attributes say of a table's column.
func (a attributes) columnMeta(column string) (coll trajectory.Coll, declared trajectory.Type, restore func(any)) {
	coll, declared = columnTypeOf(a.text, column)
	return coll, declared, func(values any) { a.lengths(attrColumnType+column+"_LENGTHS", values) }
}

// columnTypeOf is what a column was, by what is noted under some names.
func columnTypeOf(noted func(name string) string, column string) (trajectory.Coll, trajectory.Type) {
	declared := typeOf(noted(attrColumnType + column + "_TYPE"))
	if declared == "" {
		declared = typeOf(noted(attrColumn + column + suffixScalar))
	}
	coll := noted(attrColumnType + column + "_COLL")
	if coll == "" {
		coll = noted(attrColumn + column + suffixColl)
	}
	return trajectory.Coll(coll), declared
}

// table interprets rows.
func (c *content) table(meta func(string) (trajectory.Coll, trajectory.Type, func(any))) (trajectory.Data, error) {
	d := trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{}}
	for i := range c.members {
		m := &c.members[i]
		kind, inner, values, err := m.elements(c.raw, m.offset, c.size, c.n)
		if err != nil {
			return d, fmt.Errorf("column %q: %w", m.name, err)
		}
		coll, declared, restore := meta(m.name)
		col := trajectory.Data{Coll: coll, Type: kind, Shape: append([]int{c.n}, inner...), Values: values}
		if kind == trajectory.Bytes && coll == "" && m.innermost().class == classString {
			col.Type = trajectory.Str
		}
		switch {
		case inner == nil && coll != trajectory.NDArray && coll != trajectory.Matrix:
			col.Coll = trajectory.Scalar
		case inner == nil:
		case coll != trajectory.List && coll != trajectory.Tuple && coll != trajectory.Matrix:
			col.Coll = trajectory.NDArray
		}
		col.Values, col.Type = convert(values, col.Type, declared)
		restore(col.Values)
		d.Columns = append(d.Columns, trajectory.Column{Name: m.name, Data: col})
	}
	return d, nil
}

func (t *fileType) innermost() *fileType {
	for t.super != nil {
		t = t.super
	}
	return t
}

// dictOf makes the one row of a table a dict.
func dictOf(d trajectory.Data) (trajectory.Data, error) {
	d.Coll = trajectory.Dict
	for i := range d.Columns {
		c := &d.Columns[i].Data
		if len(c.Shape) == 0 || c.Shape[0] != 1 {
			return d, fmt.Errorf("hdf5: a dict is stored in %v rows, want 1", c.Shape)
		}
		if c.Shape = c.Shape[1:]; c.Coll == trajectory.Scalar {
			c.Shape = nil
		}
	}
	return d, nil
}

// readSplit joins a table that had too many columns for one.
func readSplit(group id, a attributes, name string) (trajectory.Data, error) {
	d := trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{}}
	links, err := list(group, false)
	if err != nil {
		return d, err
	}
	// Names end in numbers that grow: t, t_1, …, t_10.
	slices.SortStableFunc(links, func(x, y link) int {
		if c := len(x.name) - len(y.name); c != 0 {
			return c
		}
		return strings.Compare(x.name, y.name)
	})
	types := map[string]string{}
	typeTable := name + "__" + attrStore
	rows := -1
	readPart := func(part string, use func(content) error) error {
		o, err := open(group, part)
		if err != nil {
			return err
		}
		defer closeID(o.id)
		if o.kind != datasetObject {
			return fmt.Errorf("hdf5: %q is no table", part)
		}
		c, err := source{id: o.id, fileSize: a.fileSize}.content()
		if err != nil {
			return err
		}
		if c.class != classCompound {
			return fmt.Errorf("hdf5: %q is no table", part)
		}
		return use(c)
	}
	if err := readPart(typeTable, func(c content) error {
		t, err := c.table(noMeta)
		if err != nil {
			return err
		}
		names, _ := column[[]string](t, "field_name")
		values, _ := column[[]string](t, "data_type")
		for i := range min(len(names), len(values)) {
			types[names[i]] = values[i]
		}
		return nil
	}); err != nil {
		return d, err
	}
	for _, l := range links {
		if l.name == typeTable || l.kind != 'h' {
			continue
		}
		if err := readPart(l.name, func(c content) error {
			if rows >= 0 && c.n != rows {
				return fmt.Errorf("hdf5: parts of a split table have %d and %d rows", rows, c.n)
			}
			rows = c.n
			part, err := c.table(func(col string) (trajectory.Coll, trajectory.Type, func(any)) {
				coll, declared := columnTypeOf(func(name string) string { return types[name] }, col)
				return coll, declared, func(any) {}
			})
			d.Columns = append(d.Columns, part.Columns...)
			return err
		}); err != nil {
			return d, err
		}
	}
	if a.text(attrStore) == "DICT" || a.text(attrColl) == string(trajectory.Dict) {
		return dictOf(d)
	}
	return d, nil
}

func noMeta(string) (trajectory.Coll, trajectory.Type, func(any)) { return "", "", func(any) {} }

// readGathered reads a value that no table can hold, such as a dict of dicts.
func readGathered(group id, a attributes) (trajectory.Data, error) {
	d := trajectory.Data{Coll: trajectory.Coll(a.text(attrGathered)), Columns: []trajectory.Column{}}
	if d.Coll != trajectory.Dict && d.Coll != trajectory.Table {
		return d, fmt.Errorf("hdf5: a group claims to be a %q", d.Coll)
	}
	links, err := list(group, false)
	if err != nil || len(links) == 0 {
		return d, err
	}
	for key := range strings.SplitSeq(a.text(attrKeys), "/") {
		d.Columns = append(d.Columns, trajectory.Column{Name: unescape.Replace(key)})
	}
	for i, part := range trajectory.PartNames(d.Columns) {
		o, err := open(group, part)
		if err != nil {
			return d, err
		}
		c := &d.Columns[i].Data
		*c, err = readData(o, part, a.fileSize)
		if cell, ok := text(o.id, attrCell); ok && d.Coll == trajectory.Table {
			c.Coll = trajectory.Coll(cell)
		}
		closeID(o.id)
		if err != nil {
			return d, err
		}
	}
	return d, nil
}

// Keys are joined by slashes.
var (
	escape   = strings.NewReplacer("%", "%25", "/", "%2F", "\x00", "%00")
	unescape = strings.NewReplacer("%2F", "/", "%00", "\x00", "%25", "%")
)

// column is the column called name of a table as a slice of type T.
func column[T any](table trajectory.Data, name string) (T, bool) {
	for _, c := range table.Columns {
		if c.Name == name {
			v, ok := c.Data.Values.(T)
			return v, ok
		}
	}
	var none T
	return none, false
}
