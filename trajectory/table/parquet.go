package table

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"galvani/trajectory"
)

// WriteParquet writes the table as a Parquet file, compressed with Snappy. Types are
// kept: whole numbers with their size and sign, float and double, booleans, texts, byte strings; arrays are
// lists, of lists if they have more dimensions. Columns have their names without units; the
// file's metadata hold the units as a JSON object under the key "units", and likewise the
// columns' "roles" and "types", and the trajectory's name under "trajectory".
func (t *Table) WriteParquet(w io.Writer) error {
	if err := t.writeParquet(w); err != nil {
		return fmt.Errorf("table: writing Parquet: %w", err)
	}
	return nil
}

func (t *Table) writeParquet(w io.Writer) error {
	nodes := parquet.Group{}
	for _, c := range t.columns {
		var err error
		if nodes[c.Name], err = c.parquetNode(); err != nil {
			return err
		}
	}
	units, roles, types := map[string]string{}, map[string]Role{}, map[string]trajectory.Type{}
	for _, c := range t.columns {
		roles[c.Name], types[c.Name] = c.Role, c.Type
		if c.Unit != "" {
			units[c.Name] = c.Unit
		}
	}
	options := []parquet.WriterOption{
		parquet.NewSchema("table", inOrder(nodes, t.Names())), parquet.Compression(&parquet.Snappy), parquet.CreatedBy("galvani", trajectory.Version, ""),
		parquet.KeyValueMetadata("trajectory", t.Name),
	}
	for key, v := range map[string]any{"units": units, "roles": roles, "types": types} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		options = append(options, parquet.KeyValueMetadata(key, string(text)))
	}
	out := parquet.NewWriter(w, options...)
	const batch = 1024
	rows := make([]parquet.Row, 0, batch)
	for row := range t.rows {
		var values parquet.Row
		if len(rows) < cap(rows) {
			values = rows[:len(rows)+1][len(rows)][:0] // the memory of an earlier batch
		}
		for i, c := range t.columns {
			values = c.appendParquet(values, row, i)
		}
		rows = append(rows, values)
		if len(rows) == batch || row == t.rows-1 {
			if _, err := out.WriteRows(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	return out.Close()
}

// group is a group of columns in an order; the library's own has them sorted by name.
type group struct {
	parquet.Group
	fields []parquet.Field
}

// Fields lists the columns.
func (g group) Fields() []parquet.Field { return g.fields }

// inOrder makes a group with the names in that order.
func inOrder(nodes parquet.Group, names []string) group {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[name] = i
	}
	fields := make([]parquet.Field, len(names))
	for _, f := range nodes.Fields() {
		fields[at[f.Name()]] = f
	}
	return group{nodes, fields}
}

// parquetNode describes a column.
func (c *Column) parquetNode() (parquet.Node, error) {
	node := c.parquetType()
	if v, ok := c.values.([]trajectory.Data); ok {
		dims := -1
		for row, d := range v {
			if c.IsNull(row) {
				continue
			}
			if dims >= 0 && dims != len(d.Shape) {
				return nil, fmt.Errorf("column %q holds arrays of %d and of %d dimensions", c.Name, dims, len(d.Shape))
			}
			dims = len(d.Shape)
		}
		for range max(dims, 1) {
			node = parquet.List(node)
		}
	}
	if c.optional() {
		node = parquet.Optional(node)
	}
	return node, nil
}

func (c *Column) optional() bool { return c.valid != nil }

// parquetType is the type of an element.
func (c *Column) parquetType() parquet.Node {
	switch c.Type {
	case trajectory.Bool, trajectory.BoolNP:
		return parquet.Leaf(parquet.BooleanType)
	case trajectory.Int8:
		return parquet.Int(8)
	case trajectory.Int16:
		return parquet.Int(16)
	case trajectory.Int32:
		return parquet.Int(32)
	case trajectory.Int, trajectory.Int64:
		return parquet.Int(64)
	case trajectory.Uint8:
		return parquet.Uint(8)
	case trajectory.Uint16:
		return parquet.Uint(16)
	case trajectory.Uint32:
		return parquet.Uint(32)
	case trajectory.Uint64:
		return parquet.Uint(64)
	case trajectory.Float32:
		return parquet.Leaf(parquet.FloatType)
	case trajectory.Float, trajectory.Float64:
		return parquet.Leaf(parquet.DoubleType)
	case trajectory.Bytes:
		return parquet.Leaf(parquet.ByteArrayType)
	}
	return parquet.String()
}

// parquetValue makes a value of an element of the column's type.
func (c *Column) parquetValue(values any, k int) parquet.Value {
	switch c.Type {
	case trajectory.Bool, trajectory.BoolNP:
		return parquet.BooleanValue(values.([]bool)[k])
	case trajectory.Int8, trajectory.Int16, trajectory.Int32:
		return parquet.Int32Value(int32(whole(values, k)))
	case trajectory.Int, trajectory.Int64:
		return parquet.Int64Value(whole(values, k))
	case trajectory.Uint8, trajectory.Uint16, trajectory.Uint32:
		return parquet.Int32Value(int32(natural(values, k)))
	case trajectory.Uint64:
		return parquet.Int64Value(int64(natural(values, k)))
	case trajectory.Float32:
		return parquet.FloatValue(float32(number(values, k)))
	case trajectory.Float, trajectory.Float64:
		return parquet.DoubleValue(number(values, k))
	}
	return parquet.ByteArrayValue([]byte(text(values, k)))
}

// appendParquet appends the values of a row with their levels: how many of the
// optional and repeated parts around a value are there, and which of the lists it
// goes on in.
func (c *Column) appendParquet(row parquet.Row, i, column int) parquet.Row {
	there := 0
	if c.optional() {
		if c.IsNull(i) {
			return append(row, parquet.NullValue().Level(0, 0, column))
		}
		there = 1
	}
	v, ok := c.values.([]trajectory.Data)
	if !ok {
		return append(row, c.parquetValue(c.values, i).Level(0, there, column))
	}
	at := 0
	var list func(row parquet.Row, dim, going, there int) parquet.Row
	list = func(row parquet.Row, dim, going, there int) parquet.Row {
		if dim == len(v[i].Shape) {
			at++
			return append(row, c.parquetValue(v[i].Values, at-1).Level(going, there, column))
		}
		if v[i].Shape[dim] == 0 {
			return append(row, parquet.NullValue().Level(going, there, column))
		}
		for k := range v[i].Shape[dim] {
			if k > 0 {
				going = dim + 1
			}
			row = list(row, dim+1, going, there+1)
		}
		return row
	}
	return list(row, 0, 0, there)
}
