package trajectory

import (
	"fmt"
	"slices"
	"strings"
)

const (
	brianValue = "__brn2__value"
	brianUnit  = "__brn2__unit"
	brianTable = "__brn2__"
)

// pypetItems is what pypet would store of a leaf that it has loaded: a quantity
// without dimension is a plain number to it, and of an explored array
// parameter only the arrays that the range refers to are left (pypet 0.6
// leaves copies of them in the file when it stores a second time).
func pypetItems(class string, items []Item) []Item {
	switch {
	case strings.HasPrefix(class, "Brian2"):
		return plainNumbers(items)
	case class == "ArrayParameter":
		return withoutCopies(items)
	case class == "SparseParameter":
		return slices.DeleteFunc(slices.Clone(items), func(it Item) bool {
			return strings.Count(it.Name, "explored__spsp__") > 1
		})
	}
	return items
}

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
