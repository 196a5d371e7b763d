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
	classParameter    = "Parameter"
	classArray        = "ArrayParameter"
	itemData          = "data"
	exploredPrefix    = "explored_"
	itemArray         = "data__rr__"
	itemArrayExplored = "explored_data__rr__"
	arrayPrefix       = "explored__rr__."
	oldArrayPrefix    = "xa__rr__"
	brianSuffix       = "__brn2__"
	columnUnit        = "unit"
	perSet            = 1000 // arrays in one group
)

// form is how a class keeps values and ranges.
type form int

const (
	// opaque: a class that says nothing of how its items hang together. It
	// can be merged where it is the same everywhere.
	opaque form = iota
	// plain: one value, in a table or as an array of its own.
	plain
	// tabular: a table data… of one row, and explored_data… with a row per
	// run and all columns but the unit.
	tabular
)

// reading is what a file says of a parameter.
type reading struct {
	rec    trajectory.Record
	form   form
	suffix string   // of the table's name behind data; tabular only
	names  []string // of the columns that may differ from run to run
	types  []string // of these columns, and what must not differ at all
	def    []trajectory.Data
	// at is the value for run i; nil if the parameter is not explored.
	at func(i int) []trajectory.Data
	// ranged: it is explored, but how its class keeps the range is not known.
	ranged bool
}

// readParameter takes a leaf apart; explored tells whether a range counts.
func readParameter(rec trajectory.Record, runs int, explored bool) (*reading, error) {
	for _, it := range rec.Items {
		if err := it.Data.Check(); err != nil {
			return nil, fmt.Errorf("%s: item %q: %w: %w", rec.Name, it.Name, trajectory.ErrCorrupt, err)
		}
	}
	p := &reading{rec: rec, types: []string{rec.Class}}
	var err error
	switch rec.Class {
	case classParameter:
		err = p.readTable(itemData, runs, explored)
		if p.form == tabular && slices.Equal(p.names, []string{itemData}) {
			p.form = plain
		}
	case classArray:
		err = p.readArrays(runs, explored)
	default:
		for _, it := range rec.Items {
			if strings.HasPrefix(it.Name, itemData) && rows(it.Data) == 1 {
				err = p.readTable(it.Name, runs, explored)
				break
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rec.Name, err)
	}
	if p.form == opaque {
		p.def, p.names, p.ranged = nil, nil, explored
		for _, it := range rec.Items {
			p.types = append(p.types, it.Name)
		}
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
func (p *reading) readTable(name string, runs int, explored bool) error {
	table, ok := p.item(name)
	if !ok || table.Coll != trajectory.Table || rows(table) != 1 {
		return nil
	}
	ranged, hasRange := p.item(exploredPrefix + name)
	for _, it := range p.rec.Items {
		if it.Name != name && it.Name != exploredPrefix+name {
			return nil
		}
	}
	types := []string{}
	for _, c := range table.Columns {
		if c.Name == columnUnit {
			types = append(types, "in "+text(cell(c.Data, 0)))
			continue
		}
		p.names = append(p.names, c.Name)
		p.def = append(p.def, cell(c.Data, 0))
		types = append(types, typeName(cell(c.Data, 0)))
	}
	if !explored || !hasRange {
		p.form, p.types, p.suffix = tabular, types, strings.TrimPrefix(name, itemData)
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
	p.form, p.types, p.suffix = tabular, types, strings.TrimPrefix(name, itemData)
	return nil
}

// readArrays reads an ArrayParameter, whose range lists arrays by number.
func (p *reading) readArrays(runs int, explored bool) error {
	d, ok := p.item(itemArray)
	if !ok {
		return nil
	}
	p.form, p.names, p.def, p.types = plain, []string{itemData}, []trajectory.Data{d}, []string{typeName(d)}
	table, ok := p.item(itemArrayExplored)
	if !explored || !ok {
		return nil
	}
	if table.Coll != trajectory.Table || len(table.Columns) != 1 || rows(table) != runs {
		return fmt.Errorf("the range has %d values for %d runs: %w", rows(table), runs, trajectory.ErrCorrupt)
	}
	byName := make(map[string]trajectory.Data, len(p.rec.Items))
	for _, it := range p.rec.Items {
		byName[it.Name] = it.Data
	}
	values := make([]trajectory.Data, runs)
	for i := range values {
		n, ok := integer(cell(table.Columns[0].Data, i))
		if ok {
			values[i], ok = byName[arrayName(int(n))]
		}
		if !ok {
			values[i], ok = byName[fmt.Sprintf("%s%08d", oldArrayPrefix, n)]
		}
		if !ok {
			return fmt.Errorf("array %d of the range is missing: %w", n, trajectory.ErrCorrupt)
		}
		if values[i].Type != d.Type || values[i].Coll != d.Coll {
			return fmt.Errorf("array %d of the range is a %s, the default a %s: %w", n, typeName(values[i]), typeName(d), trajectory.ErrCorrupt)
		}
	}
	p.at = func(i int) []trajectory.Data { return values[i : i+1] }
	return nil
}

func arrayName(n int) string { return fmt.Sprintf("%sset_%05d.xa_%08d", arrayPrefix, n/perSet, n) }

// describe names class and types.
func (p *reading) describe() string {
	if p.form == opaque {
		return "a " + p.rec.Class
	}
	what := strings.Join(p.types, " ")
	if p.form == tabular {
		return fmt.Sprintf("a %s (%s)", p.rec.Class, what)
	}
	return what
}

// fits tells whether two readings have values of the same types; of opaque ones
// whether they are the same.
func (p *reading) fits(q *reading) bool {
	if p.form != q.form || !slices.Equal(p.types, q.types) || !slices.Equal(p.names, q.names) {
		return false
	}
	switch p.form {
	case opaque:
		return !p.ranged && !q.ranged && trajectory.EqualItems(p.rec.Items, q.rec.Items)
	case tabular:
		return p.rec.Class == q.rec.Class && p.suffix == q.suffix
	}
	return true
}

// parameter gathers the values that a parameter has in all runs, each distinct one
// once.
type parameter struct {
	*reading // of the target
	array    bool
	ids      map[string]int32
	values   [][]trajectory.Data
	index    []int32 // by run; nil while the parameter has one value in all runs
	changed  bool
	// frozen: an explored parameter that the merge ignores; further runs have its default.
	frozen bool
}

func newParameter(p *reading, runs int) *parameter {
	q := &parameter{reading: p, array: p.rec.Class == classArray, ids: map[string]int32{}}
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
	if p.form == plain && (p.array || !inTable(append([][]trajectory.Data{p.def}, distinct...))) {
		r.Class = classArray
		r.Items = arrays(p.def[0], distinct, index)
		return r
	}
	name := itemData + p.suffix
	base, _ := p.item(name)
	table := trajectory.Data{Coll: trajectory.Table}
	for k, n := range p.names {
		column := make([]trajectory.Data, len(distinct))
		for i, v := range distinct {
			column[i] = v[k]
		}
		table.Columns = append(table.Columns, trajectory.Column{Name: n, Data: stack(column, index)})
	}
	r.Items = []trajectory.Item{{Name: name, Data: base}, {Name: exploredPrefix + name, Data: table}}
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

func arrays(def trajectory.Data, distinct [][]trajectory.Data, index []int32) []trajectory.Item {
	items := []trajectory.Item{{Name: itemArray, Data: def}}
	for i, v := range distinct {
		items = append(items, trajectory.Item{Name: arrayName(i), Data: v[0]})
	}
	numbers := make([]int64, len(index))
	for i, n := range index {
		numbers[i] = int64(n)
	}
	column := trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int, Shape: []int{len(numbers)}, Values: numbers}
	return append(items, trajectory.Item{Name: itemArrayExplored, Data: trajectory.Data{
		Coll: trajectory.Table, Columns: []trajectory.Column{{Name: "idx", Data: column}},
	}})
}

// textOf prints a value for the summary of a run.
func (p *parameter) textOf(id int32) string {
	v := p.values[id]
	if base, _ := p.item(itemData + p.suffix); p.suffix == brianSuffix && len(v) == 1 {
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
	parts := make([]string, len(v))
	for i, d := range v {
		parts[i] = text(d)
	}
	return strings.Join(parts, " ")
}
