package merge

import (
	"fmt"
	"slices"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// The classes and items of parameters, as pypet calls them.
const (
	classParameter = "Parameter"
	classArray     = "ArrayParameter"
	itemData       = "data"
	itemArray      = "data__rr__"
	itemSparse     = "data__spsp__"
	itemProtocol   = "__pckl_prtcl__" // beside pickles
	exploredPrefix = "explored_"
	brianSuffix    = "__brn2__"
	columnUnit     = "unit"
	columnGoType   = "go_type" // of what is kept as JSON
	perSet         = 1000      // arrays in one group
)

// numbered are the names of the values of a range that lists them by number,
// by the name of the default; the first is that which is written.
func numbered(item string, i int) []string {
	switch item {
	case itemArray:
		return []string{fmt.Sprintf("explored__rr__.set_%05d.xa_%08d", i/perSet, i), fmt.Sprintf("xa__rr__%08d", i)}
	case itemSparse:
		return []string{fmt.Sprintf("xspm__spsp__%08d", i)}
	}
	return []string{fmt.Sprintf("xp_%08d", i)}
}

// form is how a class keeps values and ranges.
type form int

const (
	// opaque: a class that says nothing of how its items hang together. It
	// can be merged where it is the same everywhere.
	opaque form = iota
	// tabular: a table data… of one row, and explored_data… with a row per
	// run and all columns but those that say what all values are.
	tabular
	// listed: the default, and a table explored_data… that gives the number of
	// each run's value, with the values.
	listed
)

// reading is what a file says of a parameter.
type reading struct {
	rec     trajectory.Record
	form    form
	data    string   // the item that holds the default
	names   []string // of the columns that may differ from run to run
	types   []string // of these columns, and what must not differ at all
	def     []trajectory.Data
	ranged  bool // it is explored
	convert bool // one value that a table or an array can hold
	// at is the value for run i; nil if there is no range that can be read.
	at func(i int) []trajectory.Data
}

// readParameter takes a leaf apart; explored tells whether a range counts.
func readParameter(rec trajectory.Record, runs int, explored bool) (*reading, error) {
	for _, it := range rec.Items {
		if err := it.Data.Check(); err != nil {
			return nil, fmt.Errorf("%s: item %q: %w: %w", rec.Name, it.Name, trajectory.ErrCorrupt, err)
		}
	}
	p := &reading{rec: rec, ranged: explored}
	var err error
	for _, it := range rec.Items {
		if !strings.HasPrefix(it.Name, itemData) {
			continue
		}
		if it.Data.Coll == trajectory.Table {
			err = p.readTable(it.Name, runs)
		} else {
			err = p.readList(it.Name, runs)
		}
		break
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rec.Name, err)
	}
	if p.form == opaque {
		p.def, p.names, p.types = nil, nil, nil
	}
	return p, nil
}

// item finds an item of the parameter.
func (p *reading) item(name string) (trajectory.Data, bool) {
	for _, it := range p.rec.Items {
		if it.Name == name {
			return it.Data, true
		}
	}
	return trajectory.Data{}, false
}

// readTable reads default and range of a parameter that has them in tables. It
// leaves the parameter opaque if it has not.
func (p *reading) readTable(name string, runs int) error {
	table, _ := p.item(name)
	if rows(table) != 1 {
		return nil
	}
	ranged, hasRange := p.item(exploredPrefix + name)
	for _, it := range p.rec.Items {
		if it.Name != name && it.Name != exploredPrefix+name {
			return nil
		}
	}
	for _, c := range table.Columns {
		if c.Name == columnUnit || c.Name == columnGoType {
			p.types = append(p.types, c.Name+" "+text(cell(c.Data, 0)))
			continue
		}
		p.names = append(p.names, c.Name)
		p.def = append(p.def, cell(c.Data, 0))
		p.types = append(p.types, typeName(cell(c.Data, 0)))
	}
	p.data, p.convert = name, name == itemData && len(table.Columns) == 1 && slices.Equal(p.names, []string{itemData})
	if !p.ranged || !hasRange {
		p.form = tabular
		return nil
	}
	columns := make([]trajectory.Data, len(p.names))
	for i, n := range p.names {
		k := slices.IndexFunc(ranged.Columns, func(c trajectory.Column) bool { return c.Name == n })
		if k < 0 || ranged.Coll != trajectory.Table || len(ranged.Columns) != len(p.names) {
			return nil
		}
		columns[i] = ranged.Columns[k].Data
		if columns[i].Type != p.def[i].Type {
			return fmt.Errorf("the range holds %s, the default is %s: %w", columns[i].Type, p.def[i].Type, trajectory.ErrCorrupt)
		}
	}
	if n := rows(ranged); n != runs {
		return fmt.Errorf("the range has %d values for %d runs: %w", n, runs, trajectory.ErrCorrupt)
	}
	p.at = func(i int) []trajectory.Data {
		out := make([]trajectory.Data, len(columns))
		for k, c := range columns {
			out[k] = cell(c, i)
		}
		return out
	}
	p.form = tabular
	return nil
}

// readList reads default and range of a parameter whose range gives the numbers
// of values: arrays, sparse matrices, pickles.
func (p *reading) readList(name string, runs int) error {
	switch _, pickle := p.item(itemProtocol); {
	case name == itemArray, name == itemSparse, name == itemData && pickle:
	default:
		return nil
	}
	d, _ := p.item(name)
	p.names, p.def, p.types = []string{itemData}, []trajectory.Data{d}, []string{typeName(d)}
	p.data, p.convert = name, name == itemArray
	table, ok := p.item(exploredPrefix + name)
	if !p.ranged || !ok {
		p.form = listed
		return nil
	}
	if table.Coll != trajectory.Table || rows(table) != runs {
		return fmt.Errorf("the range has %d values for %d runs: %w", rows(table), runs, trajectory.ErrCorrupt)
	}
	k := slices.IndexFunc(table.Columns, func(c trajectory.Column) bool { return c.Name == "idx" })
	if k < 0 || len(table.Columns) > 1 {
		return nil // the first pypet's sparse matrices, in many items each
	}
	byName := make(map[string]trajectory.Data, len(p.rec.Items))
	for _, it := range p.rec.Items {
		byName[it.Name] = it.Data
	}
	values := make([]trajectory.Data, runs)
	for i := range values {
		n, _ := integer(cell(table.Columns[k].Data, i))
		found := false
		for _, candidate := range numbered(name, int(n)) {
			if !found {
				values[i], found = byName[candidate]
			}
		}
		if !found {
			return fmt.Errorf("value %d of the range is missing: %w", n, trajectory.ErrCorrupt)
		}
		if values[i].Type != d.Type || values[i].Coll != d.Coll {
			return fmt.Errorf("value %d of the range is a %s, the default a %s: %w", n, typeName(values[i]), typeName(d), trajectory.ErrCorrupt)
		}
	}
	p.at = func(i int) []trajectory.Data { return values[i : i+1] }
	p.form = listed
	return nil
}

// describe names class and types.
func (p *reading) describe() string {
	switch {
	case p.form == opaque:
		return "a " + p.rec.Class
	case p.convert:
		return p.types[0]
	case p.form == listed:
		return "of class " + p.rec.Class
	}
	return fmt.Sprintf("a %s (%s)", p.rec.Class, strings.Join(p.types, " "))
}

// fits tells whether two readings have values of the same types; of opaque ones
// whether they are the same.
func (p *reading) fits(q *reading) bool {
	switch {
	case !slices.Equal(p.types, q.types) || !slices.Equal(p.names, q.names):
		return false
	case p.convert && q.convert:
		return true
	case p.form != q.form || p.data != q.data || p.rec.Class != q.rec.Class:
		return false
	case p.form == opaque:
		return !p.ranged && !q.ranged && trajectory.EqualItems(p.rec.Items, q.rec.Items)
	}
	return true
}

// parameter gathers the values that a parameter has in all runs, each distinct one
// once.
type parameter struct {
	*reading // of the target
	ids      map[string]int32
	values   [][]trajectory.Data
	index    []int32 // by run; nil while the parameter has one value in all runs
	changed  bool
	// frozen: an explored parameter that the merge ignores; further runs have its default.
	frozen bool
}

func newParameter(p *reading, runs int) *parameter {
	q := &parameter{reading: p, ids: map[string]int32{}}
	if p.form == opaque {
		return q
	}
	q.id(p.def) // 0
	if p.at != nil {
		q.index = make([]int32, runs)
		for i := range q.index {
			q.index[i] = q.id(p.at(i))
		}
	}
	return q
}

// id is the number of a value.
func (p *parameter) id(v []trajectory.Data) int32 {
	var key []byte
	for _, d := range v {
		key = fmt.Appendf(key, "%s%v:", d.Coll, d.Shape)
		n, _ := trajectory.Elements(d.Shape)
		key = appendKey(key, d.Values, 0, n)
	}
	id, ok := p.ids[string(key)]
	if !ok {
		id = int32(len(p.values))
		p.ids[string(key)] = id
		p.values = append(p.values, v)
	}
	return id
}

// in is the number of the value that a run has.
func (p *parameter) in(run int) int32 {
	if p.index == nil {
		return 0
	}
	return p.index[run]
}

// extend adds the values of further runs behind the first runs.
func (p *parameter) extend(runs int, ids []int32) {
	if p.index == nil {
		if !slices.ContainsFunc(ids, func(id int32) bool { return id != 0 }) {
			return
		}
		p.explore(runs)
	}
	p.index = append(p.index, ids...)
	p.changed = true
}

// explore repeats the one value.
func (p *parameter) explore(runs int) {
	if p.index == nil {
		p.index = make([]int32, runs)
		p.changed = true
	}
}

// record is the parameter as files have it.
func (p *parameter) record() trajectory.Record {
	r := p.rec
	if p.index == nil {
		return r
	}
	// Values of runs that were dropped are not stored.
	used := make([]int32, len(p.values))
	var distinct [][]trajectory.Data
	index := make([]int32, len(p.index))
	for i, id := range p.index {
		if used[id] == 0 {
			distinct = append(distinct, p.values[id])
			used[id] = int32(len(distinct))
		}
		index[i] = used[id] - 1
	}
	switch {
	case p.form == listed:
		r.Items = list(p.data, r.Items, p.def[0], distinct, index)
		return r
	case p.convert && !inTable(append([][]trajectory.Data{p.def}, distinct...)):
		if r.Class == classParameter {
			r.Class = classArray
		}
		r.Items = list(itemArray, nil, p.def[0], distinct, index)
		return r
	}
	base, _ := p.item(p.data)
	table := trajectory.Data{Coll: trajectory.Table}
	for k, n := range p.names {
		column := make([]trajectory.Data, len(distinct))
		for i, v := range distinct {
			column[i] = v[k]
		}
		table.Columns = append(table.Columns, trajectory.Column{Name: n, Data: stack(column, index)})
	}
	r.Items = []trajectory.Item{{Name: p.data, Data: base}, {Name: exploredPrefix + p.data, Data: table}}
	return r
}

// inTable tells whether all values fit into the cells of one column, as package
// trajectory has it: equal shapes, nothing empty, nothing large.
func inTable(values [][]trajectory.Data) bool {
	const maxCell = 512
	shape := values[0][0].Shape
	n, err := trajectory.Elements(shape)
	if err != nil || n == 0 || n > maxCell {
		return false
	}
	return !slices.ContainsFunc(values, func(v []trajectory.Data) bool { return !slices.Equal(v[0].Shape, shape) })
}

// list makes the items of a parameter whose range gives the numbers of values; what
// else there was stays.
func list(name string, old []trajectory.Item, def trajectory.Data, distinct [][]trajectory.Data, index []int32) []trajectory.Item {
	items := []trajectory.Item{{Name: name, Data: def}}
	for _, it := range old {
		if it.Name == itemProtocol {
			items = append(items, it)
		}
	}
	for i, v := range distinct {
		items = append(items, trajectory.Item{Name: numbered(name, i)[0], Data: v[0]})
	}
	numbers := make([]int64, len(index))
	for i, n := range index {
		numbers[i] = int64(n)
	}
	column := trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Shape: []int{len(numbers)}, Values: numbers}
	return append(items, trajectory.Item{Name: exploredPrefix + name, Data: trajectory.Data{
		Coll: trajectory.Table, Columns: []trajectory.Column{{Name: "idx", Data: column}},
	}})
}

// textOf prints a value for the summary of a run.
func (p *parameter) textOf(id int32) string {
	v := p.values[id]
	if base, _ := p.item(p.data); p.data == itemData+brianSuffix && len(v) == 1 {
		for _, c := range base.Columns {
			unit, isText := c.Data.Values.([]string)
			si, isNumber := v[0].Values.([]float64)
			if c.Name != columnUnit || !isText || !isNumber || len(si) != 1 {
				continue
			}
			if d, err := quantity.ParseBrian(unit[0]); err == nil {
				return quantity.New(si[0], d).String()
			}
		}
	}
	if p.form == listed && !p.convert {
		return p.rec.Class
	}
	parts := make([]string, len(v))
	for i, d := range v {
		parts[i] = text(d)
	}
	return strings.Join(parts, " ")
}
