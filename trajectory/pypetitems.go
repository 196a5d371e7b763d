package trajectory

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	brianValue = "__brn2__value"
	brianUnit  = "__brn2__unit"
	brianTable = "__brn2__"
)

// pypetItems is what pypet would store of a leaf that it has loaded: of a parameter the column
// data alone, of a quantity without dimension a plain number, and of an explored array
// parameter only the arrays that the range refers to (pypet 0.6
// leaves copies of them in the file when it stores a second time).
func pypetItems(class string, items []Item) []Item {
	switch {
	case class == classParameter:
		return columnData(items)
	case class == "Brian2Parameter":
		return plainNumbers(withoutPlain(items))
	case strings.HasPrefix(class, "Brian2"):
		return plainNumbers(withoutMarked(items))
	case class == classArrayParameter:
		return withoutCopies(items)
	case class == "SparseParameter":
		return slices.DeleteFunc(slices.Clone(items), func(it Item) bool {
			return strings.Count(it.Name, "explored__spsp__") > 1
		})
	}
	return items
}

// columnData leaves out what the tables of a parameter have beside the column data.
func columnData(items []Item) []Item {
	out := slices.Clone(items)
	for i, it := range out {
		for _, c := range it.Data.Columns {
			if it.Data.Coll == Table && c.Name == itemData {
				out[i].Data = Data{Coll: Table, Columns: []Column{c}}
			}
		}
	}
	return out
}

// withoutPlain leaves out the plain number that pypet has stored beside the quantity
// that it had loaded as one: of a parameter it loads the quantity.
func withoutPlain(items []Item) []Item {
	if !hasItem(items, itemData+brianTable) {
		return columnData(items)
	}
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.Name == itemData || it.Name == itemExplored })
}

// withoutMarked is the same for a result, of which pypet loads the plain number.
func withoutMarked(items []Item) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool {
		name, _, marked := strings.Cut(it.Name, brianTable)
		return marked && hasItem(items, name)
	})
}

func hasItem(items []Item, name string) bool {
	return slices.ContainsFunc(items, func(it Item) bool { return it.Name == name })
}

// plainNumbers makes quantities without dimension numbers.
func plainNumbers(items []Item) []Item {
	plain := map[string]bool{} // names before __brn2__ whose unit is 1
	for _, it := range items {
		if name, ok := strings.CutSuffix(it.Name, brianUnit); ok && isOne(it.Data) {
			plain[name] = true
		}
		if name, ok := strings.CutSuffix(it.Name, brianTable); ok && it.Data.Coll == Table {
			for _, c := range it.Data.Columns {
				if c.Name == "unit" && isOne(c.Data) {
					plain[name] = true
				}
			}
		}
	}
	if plain["data"] {
		plain["explored_data"] = true
	}
	out := make([]Item, 0, len(items))
	for _, it := range items {
		if name, ok := strings.CutSuffix(it.Name, brianUnit); ok && plain[name] {
			continue
		}
		if name, ok := strings.CutSuffix(it.Name, brianValue); ok && plain[name] {
			it.Name = name
		}
		if name, ok := strings.CutSuffix(it.Name, brianTable); ok && plain[name] && it.Data.Coll == Table {
			it.Name = name
			for _, c := range it.Data.Columns {
				if c.Name == "value" {
					it.Data = Data{Coll: Table, Columns: []Column{{Name: "data", Data: c.Data}}}
				}
			}
		}
		out = append(out, it)
	}
	return out
}

// isOne tells the unit of a number without dimension.
func isOne(d Data) bool {
	s, ok := d.Values.([]string)
	return ok && len(s) == 1 && s[0] == "1"
}

func withoutCopies(items []Item) []Item {
	used := map[string]bool{}
	for _, it := range items {
		if it.Name != "explored_data__rr__" || it.Data.Coll != Table || len(it.Data.Columns) == 0 || len(it.Data.Columns[0].Data.Shape) == 0 {
			continue
		}
		c := it.Data.Columns[0].Data
		for i := range c.Shape[0] {
			n, _ := asInt(c.cell(i))
			used[fmt.Sprintf("explored__rr__.set_%05d.xa_%08d", n/1000, n)] = true
		}
	}
	out := make([]Item, 0, len(items))
	for _, it := range items {
		if !strings.HasPrefix(it.Name, "explored__rr__.") || used[it.Name] {
			out = append(out, it)
		}
	}
	return out
}

// FitsTable tells whether a table or dict can be a table of PyTables; pypet gets others as
// several values, see [PartNames]. What is nested in other values pypet writes again whenever it
// stores the whole, and it can write no texts but ASCII in a dict.
func (d Data) FitsTable(nested bool) bool {
	seen := map[string]bool{}
	for _, c := range d.Columns {
		if nested && d.Coll == Dict && !isASCII(c.Data.Values) {
			return false
		}
		if c.Name == "" || seen[c.Name] || strings.ContainsAny(c.Name, "/\x00") || isReserved(c.Name) {
			return false
		}
		seen[c.Name] = true
		cell := c.Data.Shape
		switch c.Data.Coll {
		case Scalar, List, Tuple, NDArray, Matrix:
		default:
			return false
		}
		if d.Coll == Table {
			if len(cell) == 0 {
				return true // not a column at all; storing says so
			}
			cell = cell[1:]
		}
		switch c.Data.Coll {
		case Scalar:
			if len(cell) > 0 {
				return false
			}
		case List, Tuple:
			if len(cell) == 0 {
				return false
			}
		}
		if len(cell) > 0 && slices.Min(cell) == 0 {
			return false
		}
	}
	return len(d.Columns) > 0
}

// isReserved tells which names PyTables refuses.
func isReserved(name string) bool {
	return len(name) > 2 && name[0] == '_' && name[2] == '_' && strings.IndexByte("cfgv", name[1]) >= 0 || name == "__members__" || name == "__methods__"
}

func isASCII(values any) bool {
	texts, _ := values.([]string)
	return !slices.ContainsFunc(texts, func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
	})
}

// PartNames names the columns of a table or the entries of a dict where each is a value of
// its own: names that cannot stand in a file are replaced.
func PartNames(columns []Column) []string {
	names := make([]string, len(columns))
	taken := map[string]bool{}
	for i, c := range columns {
		names[i] = c.Name
		if c.Name == "" || taken[c.Name] || strings.ContainsAny(c.Name, "/.\x00") || c.Name[0] == '_' {
			names[i] = fmt.Sprintf("c%d", i)
			for taken[names[i]] {
				names[i] += "_"
			}
		}
		taken[names[i]] = true
	}
	return names
}

// pypetParts is the items that pypet takes an item for.
func pypetParts(it Item) []Item {
	d := it.Data
	if _, ok := d.DataFrame(); ok {
		return []Item{it}
	}
	if d.Coll != Table && d.Coll != Dict || d.FitsTable(strings.Contains(it.Name, ".")) {
		return []Item{it}
	}
	var out []Item
	for i, name := range PartNames(d.Columns) {
		part := d.Columns[i].Data
		if d.Coll == Table && part.Coll != Dict {
			part.Coll = NDArray
		}
		out = append(out, pypetParts(Item{Name: it.Name + "." + name, Data: part})...)
	}
	return out
}
