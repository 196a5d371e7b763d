package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

func showCommand() command {
	return command{
		name: "show", args: "FILE [PATH]",
		what: "Print parameters with units, runs and results; or one run; or all values of the node or item at PATH.",
		example: `  galvani show sweep.hdf5
  galvani show -run 3 sweep.hdf5
  galvani show sweep.hdf5 model.tau_e
  galvani show -run 3 sweep.hdf5 spikes_e.t          all values of an item, a line each
  galvani show -run 3 sweep.hdf5 spikes_e.spikes.neuron      of a column of a table
  galvani show sweep.hdf5 config                     a branch that is not in the overview`,
		setup: func(flags *flag.FlagSet) action {
			name := nameFlag(flags)
			run := flags.Int("run", -1, "show the run with this `index`, or PATH as this run has it")
			return func(ctx context.Context, args []string, out io.Writer) error {
				if err := oneFile(args, 1); err != nil {
					return err
				}
				t, err := open(ctx, args[0], *name)
				if err != nil {
					return err
				}
				set := false
				flags.Visit(func(f *flag.Flag) { set = set || f.Name == "run" })
				s := shower{t: t, out: out}
				switch {
				case len(args) == 2 && set:
					err = s.inRun(*run, args[1])
				case len(args) == 2:
					err = s.path(t, args[1])
				case set:
					err = s.run(*run)
				default:
					err = s.whole(ctx)
				}
				return errors.Join(err, t.Close())
			}
		},
	}
}

type shower struct {
	t   *trajectory.Trajectory
	out io.Writer
}

// aligned prints rows in columns; the last column is not padded.
func aligned(out io.Writer, rows [][]string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		for len(r) > 1 && r[len(r)-1] == "" {
			r = r[:len(r)-1]
		}
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

// heading begins a part of the output.
func (s shower) heading(text string) { fmt.Fprintf(s.out, "\n%s\n", text) }

// whole shows the trajectory without what belongs to a single run.
func (s shower) whole(ctx context.Context) error {
	h := s.t.Header()
	states := map[trajectory.State]int{}
	for i := range s.t.Len() {
		info, err := s.t.RunInfo(i)
		if err != nil {
			return err
		}
		states[info.State]++
	}
	var counts []string
	for _, state := range slices.Sorted(maps.Keys(states)) {
		counts = append(counts, fmt.Sprintf("%d %s", states[state], state))
	}
	rows := [][]string{
		{"trajectory", h.Name}, {"comment", oneLine(h.Comment)}, {"made", clock(h.Time)}, {"version", oneLine(h.Version)},
		{"seed", fmt.Sprint(h.Seed)}, {"runs", strings.Join(counts, ", ")}, {"explored", strings.Join(h.Explored, ", ")},
	}
	if err := aligned(s.out, rows); err != nil {
		return err
	}
	for _, branch := range []string{"parameters", "derived_parameters"} {
		if err := s.parameters(branch); err != nil {
			return err
		}
	}
	if err := s.runs(); err != nil {
		return err
	}
	return s.results(ctx)
}

func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// branch is a group of the trajectory, nil if there is none.
func branch(g trajectory.Getter, name string) *trajectory.Group {
	n, err := g.Node(name)
	if err != nil {
		return nil
	}
	group, ok := n.(*trajectory.Group)
	if !ok || group.FullName() != name {
		return nil
	}
	return group
}

// parameters lists the parameters of a branch that belong to no run.
func (s shower) parameters(name string) error {
	g := branch(s.t, name)
	if g == nil {
		return nil
	}
	var rows [][]string
	for full, p := range g.Parameters() {
		if ofRun(full) {
			continue
		}
		rows = append(rows, parameterRow(full, p))
	}
	if len(rows) == 0 {
		return nil
	}
	s.heading(name)
	return aligned(s.out, rows)
}

func parameterRow(full string, p *trajectory.Parameter) []string {
	if err := p.Err(); err != nil {
		return []string{full, "unreadable", oneLine(err.Error())}
	}
	comment := oneLine(p.Comment())
	if r := p.Range(); r != nil {
		comment = strings.TrimSpace(comment + "  [explored: " + rangeText(r) + "]")
	}
	return []string{full, clip(oneLine(valueText(p, p.Value())), listed), comment}
}

// listed is how much of a value a list of parameters shows; the parameter's own path shows all of it.
const listed = 60

// valueText prints a parameter's value with its unit.
func valueText(p *trajectory.Parameter, value any) string {
	switch v := value.(type) {
	case trajectory.Items:
		return p.Text() // a class that nobody here knows
	case quantity.Quantity:
		return v.String()
	}
	d, err := trajectory.Encode(value)
	if err != nil {
		return p.Text()
	}
	return brief(d)
}

// rangeText prints the beginning of a range.
func rangeText(r trajectory.Range) string {
	var parts []string
	for i := range r.Len() {
		if i == most {
			parts = append(parts, fmt.Sprintf("... %s", plural(r.Len(), "value")))
			break
		}
		text := fmt.Sprint(r.At(i))
		if d, err := trajectory.Encode(r.At(i)); err == nil {
			text = brief(d)
		}
		parts = append(parts, oneLine(text))
	}
	return strings.Join(parts, ", ")
}

// ofRun tells names that have a run's name in them.
func ofRun(full string) bool {
	for part := range strings.SplitSeq(full, ".") {
		if _, ok := trajectory.ParseRunName(part); ok {
			return true
		}
	}
	return false
}

// shownRuns is how many rows of the run table show prints.
const shownRuns = 50

func (s shower) runs() error {
	s.heading("runs")
	rows := [][]string{{"run", "state", "seed", "attempt", "start", "duration", "parameters", "error"}}
	for i := range min(s.t.Len(), shownRuns) {
		info, err := s.t.RunInfo(i)
		if err != nil {
			return err
		}
		rows = append(rows, []string{
			fmt.Sprint(i), string(info.State), fmt.Sprint(info.Seed), fmt.Sprint(info.Attempt), clock(info.Start), duration(info),
			oneLine(info.Summary), oneLine(info.Error),
		})
	}
	if err := aligned(s.out, rows); err != nil {
		return err
	}
	if s.t.Len() > shownRuns {
		fmt.Fprintf(s.out, "... %s (galvani table lists all)\n", plural(s.t.Len()-shownRuns, "more run"))
	}
	return nil
}

func duration(info trajectory.RunInfo) string {
	if info.Start.IsZero() || info.Finish.IsZero() {
		return ""
	}
	return info.Finish.Sub(info.Start).Round(time.Microsecond).String()
}

// results shows the results that belong to no run.
func (s shower) results(ctx context.Context) error {
	g := branch(s.t, "results")
	if g == nil {
		return nil
	}
	var leaves []*trajectory.Result
	var visit func(*trajectory.Group) error
	visit = func(g *trajectory.Group) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, n := range g.Children() {
			if below(g, n) == "" || ofRun(n.FullName()) || n.FullName() == "results.runs" {
				continue
			}
			switch n := n.(type) {
			case *trajectory.Result:
				leaves = append(leaves, n)
			case *trajectory.Group:
				if err := visit(n); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := visit(g); err != nil || len(leaves) == 0 {
		return err
	}
	s.heading("results")
	return s.items(leaves, "")
}

// items lists the items of results, the names without a common prefix.
func (s shower) items(leaves []*trajectory.Result, prefix string) error {
	var rows [][]string
	var failed error
	for _, r := range leaves {
		name := strings.TrimPrefix(r.FullName(), prefix)
		items, err := rawOf(r)
		if err != nil {
			rows = append(rows, []string{name, "unreadable", oneLine(err.Error())})
			failed = errors.New("some results cannot be read")
			continue
		}
		for _, it := range withUnits(items) {
			item := name
			if it.Name != r.Name() {
				item += "." + it.Name
			}
			rows = append(rows, []string{item, typeOf(it.Data), strings.TrimSpace(brief(it.Data) + " " + it.unit)})
		}
	}
	return errors.Join(aligned(s.out, rows), failed)
}

// valued is an item with the unit that its values are in.
type valued struct {
	trajectory.Item
	unit string
}

// withUnits joins the two items that hold a quantity in a file: x__brn2__value in SI units
// and x__brn2__unit.
func withUnits(items []trajectory.Item) []valued {
	const valueSuffix, unitSuffix = "__brn2__value", "__brn2__unit"
	units := map[string]string{}
	for _, it := range items {
		name, ok := strings.CutSuffix(it.Name, unitSuffix)
		text, isText := it.Data.Values.([]string)
		if ok && isText && len(text) == 1 {
			if d, err := quantity.ParseBrian(text[0]); err == nil {
				units[name] = d.Symbol()
				if d.IsNone() {
					units[name] = ""
				}
			}
		}
	}
	var out []valued
	for _, it := range items {
		if name, ok := strings.CutSuffix(it.Name, unitSuffix); ok {
			if _, known := units[name]; known {
				continue
			}
		}
		unit := ""
		if name, ok := strings.CutSuffix(it.Name, valueSuffix); ok {
			if u, known := units[name]; known {
				it.Name, unit = name, u
			}
		}
		out = append(out, valued{it, unit})
	}
	return out
}

// run shows one run: its row, the explored parameters, its derived parameters and results.
func (s shower) run(i int) error {
	r, err := s.t.Run(i)
	if err != nil {
		return err
	}
	info, err := s.t.RunInfo(i)
	if err != nil {
		return err
	}
	rows := [][]string{
		{"run", fmt.Sprint(i)}, {"name", r.Name()}, {"state", string(info.State)}, {"seed", fmt.Sprint(info.Seed)},
		{"attempt", fmt.Sprint(info.Attempt)}, {"start", clock(info.Start)}, {"finish", clock(info.Finish)}, {"duration", duration(info)},
		{"host", oneLine(info.Host)}, {"error", oneLine(info.Error)},
	}
	if err := aligned(s.out, slices.DeleteFunc(rows, func(r []string) bool { return r[1] == "" })); err != nil {
		return err
	}
	if info.Stack != "" {
		s.heading("stack")
		fmt.Fprintln(s.out, strings.TrimRight(info.Stack, "\n"))
	}
	if explored := s.t.Explored(); len(explored) > 0 {
		s.heading("explored parameters")
		var rows [][]string
		for _, name := range explored {
			p, err := r.Parameter(name)
			if err != nil {
				return err
			}
			rows = append(rows, []string{name, oneLine(valueText(p, p.Value())), oneLine(p.Comment())})
		}
		if err := aligned(s.out, rows); err != nil {
			return err
		}
	}
	return errors.Join(s.derivedOfRun(r), s.resultsOfRun(r))
}

// groupsOfRun are the groups of a branch that belong to a run, by the ways in which pypet names them.
func groupsOfRun(r *trajectory.Run, name string) []*trajectory.Group {
	set := trajectory.RunSetName(r.Index())
	var found []*trajectory.Group
	for _, at := range []string{"runs." + r.Name(), r.Name(), "runs." + set + "." + r.Name(), set + "." + r.Name()} {
		if g := branch(r, name+"."+at); g != nil {
			found = append(found, g)
		}
	}
	return found
}

func (s shower) derivedOfRun(r *trajectory.Run) error {
	var rows [][]string
	for _, g := range groupsOfRun(r, "derived_parameters") {
		for full, p := range g.Parameters() {
			rows = append(rows, parameterRow(strings.TrimPrefix(full, g.FullName()+"."), p))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	s.heading("derived parameters")
	return aligned(s.out, rows)
}

func (s shower) resultsOfRun(r *trajectory.Run) error {
	first := true
	var failed error
	for _, g := range groupsOfRun(r, "results") {
		var leaves []*trajectory.Result
		for _, n := range g.Leaves() {
			if leaf, ok := n.(*trajectory.Result); ok {
				leaves = append(leaves, leaf)
			}
		}
		if len(leaves) == 0 {
			continue
		}
		if first {
			s.heading("results")
			first = false
		}
		failed = errors.Join(failed, s.items(leaves, g.FullName()+"."))
	}
	return failed
}

// inRun shows a node as a run sees it.
func (s shower) inRun(i int, path string) error {
	r, err := s.t.Run(i)
	if err != nil {
		return err
	}
	return s.path(r, path)
}

// path shows a node with all its values; what is left of the path behind a leaf is an item, and
// behind that a column.
func (s shower) path(g trajectory.Getter, path string) error {
	n, err := g.Node(path)
	if err == nil {
		return s.node(n)
	}
	parts := strings.Split(path, ".")
	for i := len(parts) - 1; i > 0; i-- {
		leaf, e := g.Node(strings.Join(parts[:i], "."))
		if e != nil {
			continue
		}
		if !leaf.IsLeaf() {
			break
		}
		return s.part(leaf, strings.Join(parts[i:], "."))
	}
	return err
}

// rawOf is what a file holds of a leaf. Items of pypet's classes for pickles are marked as such.
func rawOf(n trajectory.Node) ([]trajectory.Item, error) {
	var items []trajectory.Item
	switch n := n.(type) {
	case *trajectory.Result:
		var err error
		if items, err = n.Raw(); err != nil {
			return nil, err
		}
		items = slices.Clone(items)
	case *trajectory.Parameter:
		// One that cannot be decoded is shown as it is stored.
		if err := n.Err(); err != nil && n.Value() == nil {
			return nil, err
		}
		items = parameterItems(n)
	}
	if strings.HasPrefix(n.Class(), "Pickle") {
		for i := range items {
			if items[i].Data.Coll == trajectory.Scalar && (items[i].Data.Type == trajectory.Bytes || items[i].Data.Type == trajectory.Str) {
				items[i].Data.Coll = hdf5.Pickle
			}
		}
	}
	return items, nil
}

// parameterItems gives a parameter's value and range as items.
func parameterItems(p *trajectory.Parameter) []trajectory.Item {
	var items []trajectory.Item
	add := func(name string, value any) {
		if d, err := trajectory.Encode(value); err == nil {
			items = append(items, trajectory.Item{Name: name, Data: d})
		}
	}
	switch v := p.Value().(type) {
	case trajectory.Items:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			add(name, v[name])
		}
	case quantity.Quantity:
		add("value", v.SI())
		add("unit", v.Dimension().Brian())
	default:
		add("value", v)
	}
	return items
}

// part shows one item, or one column of a table or entry of a dict.
func (s shower) part(n trajectory.Node, name string) error {
	raw, err := rawOf(n)
	if err != nil {
		return err
	}
	items := withUnits(raw)
	var names []string
	for _, it := range items {
		if it.Name == name {
			all(s.out, it.Data)
			return nil
		}
		names = append(names, it.Name)
		column, ok := strings.CutPrefix(name, it.Name+".")
		if !ok {
			column = name // a result of one table: its columns go by their names
			if len(items) != 1 {
				continue
			}
		}
		for _, c := range it.Data.Columns {
			if c.Name == column {
				d := c.Data
				if it.Data.Coll == trajectory.Table && d.Coll == trajectory.Scalar {
					d.Coll = trajectory.NDArray
				}
				all(s.out, d)
				return nil
			}
		}
	}
	return fmt.Errorf("%s has no item or column %q, only %s: %w", n.FullName(), name, strings.Join(names, ", "), trajectory.ErrNotFound)
}

// node shows everything about a node.
func (s shower) node(n trajectory.Node) error {
	rows := [][]string{{"name", n.FullName()}, {"class", n.Class()}, {"comment", oneLine(n.Comment())}}
	if g, ok := n.(*trajectory.Group); ok {
		return errors.Join(s.about(n, rows), s.below(g))
	}
	if p, ok := n.(*trajectory.Parameter); ok {
		if err := p.Err(); err != nil {
			rows = append(rows, []string{"unreadable", oneLine(err.Error())})
		}
		if q, ok := p.Value().(quantity.Quantity); ok {
			rows = append(rows, []string{"quantity", q.String()})
		}
	}
	if err := s.about(n, rows); err != nil {
		return err
	}
	items, err := rawOf(n)
	if err != nil {
		return err
	}
	for _, it := range withUnits(items) {
		s.heading(strings.TrimSpace(fmt.Sprintf("%s  %s  %s", it.Name, typeOf(it.Data), it.unit)))
		all(s.out, it.Data)
	}
	if p, ok := n.(*trajectory.Parameter); ok {
		return s.explored(p)
	}
	return nil
}

// below lists what is in a group: parameters, results, links.
func (s shower) below(g *trajectory.Group) error {
	prefix := g.FullName() + "."
	var params, links [][]string
	var results []*trajectory.Result
	for full, n := range g.Leaves() {
		switch n := n.(type) {
		case *trajectory.Parameter:
			params = append(params, parameterRow(strings.TrimPrefix(full, prefix), n))
		case *trajectory.Result:
			results = append(results, n)
		}
	}
	targets := g.Links()
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		links = append(links, []string{name, "-> " + targets[name]})
	}
	if len(params)+len(results)+len(links) > 0 {
		s.heading("below it")
	}
	return errors.Join(aligned(s.out, params), s.items(results, prefix), aligned(s.out, links))
}

// about prints the lines on a node and its annotations.
func (s shower) about(n trajectory.Node, rows [][]string) error {
	rows = slices.DeleteFunc(rows, func(r []string) bool { return r[1] == "" })
	notes := n.Annotations()
	for _, key := range slices.Sorted(maps.Keys(notes)) {
		text := fmt.Sprint(notes[key])
		if d, ok := notes[key].(trajectory.Data); ok {
			text = foreign(d)
		} else if d, err := trajectory.Encode(notes[key]); err == nil {
			text = brief(d)
		}
		rows = append(rows, []string{"@" + key, oneLine(text)})
	}
	return aligned(s.out, rows)
}

// explored prints the range of a parameter, one value on a line with the run before it.
func (s shower) explored(p *trajectory.Parameter) error {
	r := p.Range()
	if r == nil {
		return nil
	}
	s.heading("explored  " + plural(r.Len(), "value"))
	for i := range r.Len() {
		var text string
		switch v := r.At(i).(type) {
		case quantity.Quantity:
			text = float(v.SI(), 64)
		default:
			d, err := trajectory.Encode(v)
			if err != nil {
				return err
			}
			n, _ := trajectory.Elements(d.Shape)
			text = joined(d.Values, 0, n, " ")
		}
		fmt.Fprintf(s.out, "%d\t%s\n", i, text)
	}
	return nil
}
