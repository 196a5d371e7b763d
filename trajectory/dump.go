package trajectory

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// circumstance tells whether a node belongs to what the environment notes about machine, time and
// sources, and not to what a sweep is.
func circumstance(full string) bool {
	for _, branch := range []string{branchConfig + ".environment", branchConfig + ".git"} {
		if full == branch || below(full, branch) {
			return true
		}
	}
	return false
}

// Dump writes everything that a trajectory is, one line per value, tabs
// between full name, item, type and exact value, sorted by bytes: floats in the
// shortest form that reads back the same, text quoted. There are lines for
// comments, annotations, links, and state, seed and error of each run. Times,
// hosts, attempts and the branches config.environment and config.git are left out, so that two
// sweeps of the same experiment have the same dump, however they were run and
// whatever format they are stored in.
func Dump(w io.Writer, t *Trajectory) error {
	out := bufio.NewWriter(w)
	line := func(parts ...string) {
		out.WriteString(strings.Join(parts, "\t"))
		out.WriteByte('\n')
	}
	head := []string{
		"\t#comment\tstr\t" + strconv.Quote(t.comment), "\t#length\tint\t" + strconv.Itoa(t.length),
		"\t#name\tstr\t" + strconv.Quote(t.name), "\t#seed\tuint64\t" + strconv.FormatUint(t.seed, 10),
	}
	for i, name := range t.Explored() {
		head = append(head, fmt.Sprintf("\t#explored%03d\tname\t%s", i, name))
	}
	nodes, err := t.sortedNodes()
	if err != nil {
		return err
	}
	if nodes[0].full == "" {
		head = append(head, noteLines(nodes[0])...)
		nodes = nodes[1:]
	}
	slices.Sort(head)
	for _, l := range head {
		line(l)
	}
	for i := range t.length {
		info, _ := t.RunInfo(i)
		// # sorts before every letter and digit.
		name := "#" + RunName(i)
		if info.Error != "" {
			line(name, "error", "str", strconv.Quote(info.Error))
		}
		line(name, "seed", "uint64", strconv.FormatUint(info.Seed, 10))
		line(name, "state", "str", strconv.Quote(string(info.State)))
	}
	for _, n := range nodes {
		if circumstance(n.full) {
			continue
		}
		lines, err := t.dumpNode(n)
		if err != nil {
			return err
		}
		for _, l := range lines {
			line(l)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("trajectory: dump: %w", err)
	}
	return nil
}

// sortedNodes lists all nodes by the bytes of their full names.
func (t *Trajectory) sortedNodes() ([]*node, error) {
	t.expandAll()
	if err := t.lazyErr(noRun); err != nil {
		return nil, err
	}
	nodes := make([]*node, 0, len(t.tree.nodes))
	for _, n := range t.tree.nodes {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b *node) int { return strings.Compare(a.full, b.full) })
	return nodes, nil
}

func noteLines(n *node) []string {
	var out []string
	for _, it := range n.notes {
		out = append(out, fmt.Sprintf("%s\t@%s\tannotation\t%s", n.full, it.Name, exactText(it.Data)))
	}
	return out
}

func (t *Trajectory) dumpNode(n *node) ([]string, error) {
	lines := noteLines(n)
	add := func(item, typ, value string) { lines = append(lines, n.full+"\t"+item+"\t"+typ+"\t"+value) }
	if n.comment != "" {
		add("#comment", "str", strconv.Quote(n.comment))
	}
	switch {
	case n.link != "":
		add("#link", "name", n.link)
	case !n.leaf:
		class := n.class
		if class == "" {
			class = "standard"
		}
		add("#group", "name", class)
	default:
		items, class, err := t.itemsOf(n)
		if err != nil {
			return nil, err
		}
		add("#leaf", "name", class)
		for _, it := range items {
			add(it.Name, typeText(it.Data), exactText(it.Data))
		}
	}
	slices.Sort(lines)
	return lines, nil
}

// itemsOf reads the items of a leaf as files have them.
func (t *Trajectory) itemsOf(n *node) ([]Item, string, error) {
	if n.param != nil {
		return n.encode()
	}
	items, err := n.items()
	return items, n.class, err
}

// typeText names collection, element type and shape.
func typeText(d Data) string {
	switch d.Coll {
	case Scalar:
		if d.Shape == nil {
			return string(d.Type)
		}
	case Table, Dict:
		var cols []string
		for _, c := range d.Columns {
			cols = append(cols, c.Name+":"+typeText(c.Data))
		}
		slices.Sort(cols)
		return string(d.Coll) + "{" + strings.Join(cols, " ") + "}"
	case EmptyDict:
		return string(Dict) + "{}"
	}
	return fmt.Sprintf("%s:%s%v", strings.TrimPrefix(string(d.Coll), "COLL_"), d.Type, d.Shape)
}

// exactText prints all values so that different values have different texts.
func exactText(d Data) string {
	var b strings.Builder
	writeExact(&b, d)
	return b.String()
}

func writeExact(b *strings.Builder, d Data) {
	if d.Coll == Table || d.Coll == Dict || d.Coll == EmptyDict {
		b.WriteByte('{')
		for i, c := range byName(d.Columns) {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strconv.Quote(c.Name) + ":")
			writeExact(b, c.Data)
		}
		b.WriteByte('}')
		return
	}
	if d.Shape != nil {
		b.WriteByte('[')
		defer b.WriteByte(']')
	}
	switch v := d.Values.(type) {
	case []bool:
		writeEach(b, v, strconv.FormatBool)
	case []int8:
		writeInts(b, v)
	case []int16:
		writeInts(b, v)
	case []int32:
		writeInts(b, v)
	case []int64:
		writeInts(b, v)
	case []uint8:
		writeUints(b, v)
	case []uint16:
		writeUints(b, v)
	case []uint32:
		writeUints(b, v)
	case []uint64:
		writeUints(b, v)
	case []float32:
		writeEach(b, v, func(x float32) string { return exactFloat(float64(x), 32) })
	case []float64:
		writeEach(b, v, func(x float64) string { return exactFloat(x, 64) })
	case []complex64:
		writeEach(b, v, func(z complex64) string {
			return exactFloat(float64(real(z)), 32) + "," + exactFloat(float64(imag(z)), 32)
		})
	case []complex128:
		writeEach(b, v, func(z complex128) string { return exactFloat(real(z), 64) + "," + exactFloat(imag(z), 64) })
	case []string:
		writeEach(b, v, strconv.Quote)
	}
}

// byName sorts columns by the bytes of their names.
func byName(columns []Column) []Column {
	return slices.SortedFunc(slices.Values(columns), func(x, y Column) int { return strings.Compare(x.Name, y.Name) })
}

func exactFloat(x float64, bits int) string {
	if math.IsNaN(x) {
		return "NaN"
	}
	return strconv.FormatFloat(x, 'g', -1, bits)
}

func writeEach[T any](b *strings.Builder, v []T, text func(T) string) {
	for i, x := range v {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text(x))
	}
}

func writeInts[T int8 | int16 | int32 | int64](b *strings.Builder, v []T) {
	writeEach(b, v, func(x T) string { return strconv.FormatInt(int64(x), 10) })
}

func writeUints[T uint8 | uint16 | uint32 | uint64](b *strings.Builder, v []T) {
	writeEach(b, v, func(x T) string { return strconv.FormatUint(uint64(x), 10) })
}

// DumpPypet writes what pypet says of a trajectory after loading it: lines of
// full name, item and value with tabs between, floats with twelve digits,
// comments and links as #comment and #link, without the branches config and
// overview, sorted by bytes line by line (a text with line breaks takes several).
func DumpPypet(w io.Writer, t *Trajectory) error {
	nodes, err := t.sortedNodes()
	if err != nil {
		return err
	}
	var text strings.Builder
	add := func(name, item, value string) { text.WriteString(name + "\t" + item + "\t" + value + "\n") }
	for _, n := range nodes {
		if n.full == branchConfig || below(n.full, branchConfig) || n.full == reservedOverview || below(n.full, reservedOverview) {
			continue
		}
		comment := n.comment
		if n == t.tree.root {
			comment = t.comment
		}
		if comment != "" {
			add(n.full, "#comment", comment)
		}
		switch {
		case n.link != "":
			add(n.full, "#link", n.link)
		case n.leaf:
			items, class, err := t.itemsOf(n)
			if err != nil {
				return err
			}
			for _, it := range pypetItems(class, items) {
				for _, part := range pypetParts(it) {
					add(n.full, part.Name, pypetText(part.Data))
				}
			}
		}
	}
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	slices.Sort(lines)
	out := bufio.NewWriter(w)
	for _, l := range lines {
		out.WriteString(l)
		out.WriteByte('\n')
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("trajectory: dump: %w", err)
	}
	return nil
}

// pypetText prints a value as the fixtures of real pypet files do.
func pypetText(d Data) string {
	if _, ok := d.DataFrame(); ok {
		return "UNSUPPORTED FRAME"
	}
	switch d.Coll {
	case Table:
		var cols []string
		for _, c := range byName(d.Columns) {
			var cells []string
			for i := range c.Data.Shape[0] {
				cells = append(cells, pypetText(c.Data.cell(i)))
			}
			cols = append(cols, c.Name+":["+strings.Join(cells, " ")+"]")
		}
		return "{" + strings.Join(cols, " ") + "}"
	case Dict, EmptyDict:
		var entries []string
		for _, c := range byName(d.Columns) {
			entries = append(entries, c.Name+":["+pypetText(c.Data)+"]")
		}
		return "{" + strings.Join(entries, " ") + "}"
	case "FRAME", "SERIES":
		return "UNSUPPORTED " + string(d.Coll)
	}
	n, _ := Elements(d.Shape)
	all := make([]string, 0, n)
	for i := range n {
		all = append(all, pypetElement(d.Values, i))
	}
	if len(d.Shape) == 0 {
		return strings.Join(all, " ")
	}
	return "[" + strings.Join(all, " ") + "]"
}

func pypetElement(values any, i int) string {
	switch v := values.(type) {
	case []bool:
		if v[i] {
			return "1"
		}
		return "0"
	case []float32:
		return pypetFloat(float64(v[i]))
	case []float64:
		return pypetFloat(v[i])
	case []complex64:
		return pypetFloat(float64(real(v[i]))) + "+" + pypetFloat(float64(imag(v[i]))) + "j"
	case []complex128:
		return pypetFloat(real(v[i])) + "+" + pypetFloat(imag(v[i])) + "j"
	case []string:
		text, _, _ := strings.Cut(v[i], "\x00")
		return text
	case []uint64:
		return strconv.FormatUint(v[i], 10)
	}
	x, _ := asInt(Data{Coll: Scalar, Values: sliceValues(values, i, i+1)})
	return strconv.Itoa(x)
}

// pypetFloat is C's %.12g.
func pypetFloat(x float64) string {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "+Inf"
	case math.IsInf(x, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(x, 'g', 12, 64)
}
