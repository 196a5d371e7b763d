package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"galvani/trajectory"
	"galvani/trajectory/merge"
)

func diffCommand() command {
	return command{
		name: "diff", args: "FILE FILE", troubleStatus: 2,
		what: "Print in what two trajectories differ: seed, parameters, ranges, and states and results by run.",
		more: `Lines with - are of the first, with + of the second. Runs are compared by number; times,
hosts, attempts and the branch config are left out, with -config only config.environment and config.git.
The exit status is 0 if nothing differs, 1 if something does, 2 if there was trouble.`,
		example: `  galvani diff a.hdf5 b.hdf5
  galvani diff -brief a.hdf5 b.hdf5 || echo they differ
  galvani diff -ignore 'results.runs.$.duration' -config a.hdf5 b.traj
  galvani diff two.hdf5#before two.hdf5#after`,
		setup: func(flags *flag.FlagSet) action {
			d := differ{}
			flags.BoolVar(&d.brief, "brief", false, "say only whether they differ")
			flags.BoolVar(&d.config, "config", false, "compare the branch config, too")
			flags.BoolVar(&d.comments, "comments", true, "compare comments")
			flags.IntVar(&d.most, "lines", 0, "print at most so many `lines`; 0 prints all")
			flags.Func("ignore", "leave out the node of this full `name` and all below it; $ stands for any run; may be given several times", func(s string) error {
				d.ignore = append(d.ignore, s)
				return nil
			})
			return func(ctx context.Context, args []string, out io.Writer) error {
				if len(args) != 2 {
					return &usageError{fmt.Sprintf("want two files, got %d", len(args))}
				}
				d.out = out
				return d.files(ctx, args[0], args[1])
			}
		},
	}
}

// differ compares two trajectories.
type differ struct {
	out      io.Writer
	brief    bool
	config   bool
	comments bool
	most     int
	ignore   []string
	lines    int
	err      error // of writing
}

// errEnough ends a comparison whose result is known.
var errEnough = errors.New("enough")

func (d *differ) files(ctx context.Context, first, second string) error {
	from := readers()
	var both [2]*merge.Contents
	for i, arg := range []string{first, second} {
		at, err := storedAs(arg, from)
		if err != nil {
			return err
		}
		at, done, err := whole(ctx, at.Path, at.Name, from)
		if err != nil {
			return err
		}
		defer done()
		if both[i], err = merge.OpenContents(ctx, at); err != nil {
			return err
		}
		defer both[i].Close()
	}
	err := d.compare(both[0], both[1])
	if errors.Is(err, errEnough) {
		err = nil
	}
	switch {
	case err != nil:
		return err
	case d.err != nil:
		return d.err
	case d.lines == 0:
		return nil
	case d.brief:
		fmt.Fprintf(d.out, "%s and %s differ\n", first, second)
	}
	return exitStatus(1)
}

// line prints a difference.
func (d *differ) line(format string, args ...any) error {
	d.lines++
	if d.brief {
		return errEnough
	}
	if d.most > 0 && d.lines > d.most {
		_, d.err = fmt.Fprintf(d.out, "... and more\n")
		return errEnough
	}
	if _, err := fmt.Fprintf(d.out, format+"\n", args...); err != nil {
		d.err = err
		return errEnough
	}
	return nil
}

// pair prints what one and the other have; "" for nothing.
func (d *differ) pair(what, a, b string) error {
	if a == b {
		return nil
	}
	if a != "" {
		if err := d.line("- %s  %s", what, a); err != nil {
			return err
		}
	}
	if b != "" {
		return d.line("+ %s  %s", what, b)
	}
	return nil
}

func (d *differ) compare(a, b *merge.Contents) error {
	x, y := a.Header(), b.Header()
	for _, p := range [][3]string{
		{"runs", fmt.Sprint(x.Length), fmt.Sprint(y.Length)},
		{"seed", fmt.Sprint(x.Seed), fmt.Sprint(y.Seed)},
		{"explored", strings.Join(x.Explored, ", "), strings.Join(y.Explored, ", ")},
	} {
		if err := d.pair(p[0], p[1], p[2]); err != nil {
			return err
		}
	}
	if d.comments {
		if err := d.pair("comment", quoted(x.Comment), quoted(y.Comment)); err != nil {
			return err
		}
	}
	shared := func(c *merge.Contents) ([]trajectory.Record, error) {
		var out []trajectory.Record
		for r, err := range c.Shared() {
			if err != nil {
				return nil, err
			}
			if r.Name == "" {
				r.Comment = "" // stands in the header
			}
			out = append(out, r)
		}
		slices.SortFunc(out, func(a, b trajectory.Record) int { return strings.Compare(a.Name, b.Name) })
		return out, nil
	}
	r, err := shared(a)
	if err != nil {
		return err
	}
	s, err := shared(b)
	if err != nil {
		return err
	}
	if err := d.records("", r, s); err != nil {
		return err
	}
	return d.runs(a, b)
}

// runs compares the runs one by one.
func (d *differ) runs(a, b *merge.Contents) error {
	nextA, stopA := iter.Pull2(a.Runs())
	defer stopA()
	nextB, stopB := iter.Pull2(b.Runs())
	defer stopB()
	for {
		x, errX, okX := nextA()
		y, errY, okY := nextB()
		if err := errors.Join(errX, errY); err != nil {
			return err
		}
		if !okX || !okY {
			return nil // how many there are was said above
		}
		prefix := fmt.Sprintf("run %d: ", x.Info.Index)
		for _, p := range [][3]string{
			{"state", string(x.Info.State), string(y.Info.State)}, {"seed", fmt.Sprint(x.Info.Seed), fmt.Sprint(y.Info.Seed)},
			{"error", oneLine(x.Info.Error), oneLine(y.Info.Error)},
		} {
			if err := d.pair(prefix+p[0], p[1], p[2]); err != nil {
				return err
			}
		}
		byName := func(a, b trajectory.Record) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(x.Records, byName)
		slices.SortFunc(y.Records, byName)
		if err := d.records(prefix, x.Records, y.Records); err != nil {
			return err
		}
	}
}

// ignored tells what is not compared.
func (d *differ) ignored(name string) bool {
	if branch, rest, _ := strings.Cut(name, "."); branch == "config" {
		what, _, _ := strings.Cut(rest, ".")
		if !d.config || what == "environment" || what == "git" {
			return true
		}
	}
	return slices.ContainsFunc(d.ignore, func(pattern string) bool {
		want, have := strings.Split(pattern, "."), strings.Split(name, ".")
		if len(have) < len(want) {
			return false
		}
		for i, w := range want {
			_, isRun := trajectory.ParseRunName(have[i])
			if w != have[i] && (w != "$" || !isRun) {
				return false
			}
		}
		return true
	})
}

// records compares two lists of nodes that are sorted by name.
func (d *differ) records(prefix string, a, b []trajectory.Record) error {
	for i, j := 0, 0; i < len(a) || j < len(b); {
		var x, y *trajectory.Record
		switch {
		case j == len(b) || i < len(a) && a[i].Name < b[j].Name:
			x = &a[i]
			i++
		case i == len(a) || b[j].Name < a[i].Name:
			y = &b[j]
			j++
		default:
			x, y = &a[i], &b[j]
			i, j = i+1, j+1
		}
		if err := d.node(prefix, x, y); err != nil {
			return err
		}
	}
	return nil
}

func (d *differ) node(prefix string, x, y *trajectory.Record) error {
	one := x
	if x == nil {
		one = y
	}
	if d.ignored(one.Name) {
		return nil
	}
	if x == nil || y == nil {
		if !one.Leaf && one.Link == "" {
			return nil // what is in the group is compared
		}
		sign := "-"
		if x == nil {
			sign = "+"
		}
		return d.line("%s %s%s  %s", sign, prefix, one.Name, summaryOf(one))
	}
	if x.Leaf != y.Leaf || x.Link != y.Link {
		return d.pair(prefix+one.Name, summaryOf(x), summaryOf(y))
	}
	if x.Leaf && x.Class != y.Class {
		if err := d.pair(prefix+one.Name+" class", x.Class, y.Class); err != nil {
			return err
		}
	}
	if d.comments {
		if err := d.pair(prefix+one.Name+" comment", quoted(x.Comment), quoted(y.Comment)); err != nil {
			return err
		}
	}
	if err := d.items(prefix+one.Name+" @", x.Annotations, y.Annotations); err != nil {
		return err
	}
	return d.items(prefix+one.Name+" ", x.Items, y.Items)
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return oneLine(s)
}

// summaryOf says what a node is.
func summaryOf(r *trajectory.Record) string {
	switch {
	case r.Link != "":
		return "-> " + r.Link
	case !r.Leaf:
		return "a group"
	}
	var parts []string
	for _, it := range r.Items {
		if len(parts) == most {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, it.Name+" = "+brief(it.Data))
	}
	return r.Class + " " + strings.Join(parts, ", ")
}

func (d *differ) items(prefix string, a, b []trajectory.Item) error {
	find := func(items []trajectory.Item, name string) *trajectory.Data {
		for i := range items {
			if items[i].Name == name {
				return &items[i].Data
			}
		}
		return nil
	}
	for _, it := range a {
		other := find(b, it.Name)
		if other == nil {
			if err := d.line("- %s%s  %s", prefix, it.Name, brief(it.Data)); err != nil {
				return err
			}
			continue
		}
		if it.Data.Equal(*other) {
			continue
		}
		if err := d.data(prefix+it.Name, it.Data, *other); err != nil {
			return err
		}
	}
	for _, it := range b {
		if find(a, it.Name) == nil {
			if err := d.line("+ %s%s  %s", prefix, it.Name, brief(it.Data)); err != nil {
				return err
			}
		}
	}
	return nil
}

// data prints two values that differ: the first elements in which they do.
func (d *differ) data(what string, a, b trajectory.Data) error {
	if a.Coll != b.Coll || a.Type != b.Type || !slices.Equal(a.Shape, b.Shape) || len(a.Columns) != len(b.Columns) {
		x, y := typeOf(a)+" "+brief(a), typeOf(b)+" "+brief(b)
		return d.pair(what, x, y)
	}
	for i, c := range a.Columns {
		e := b.Columns[i]
		if c.Name != e.Name {
			return d.pair(what, brief(a), brief(b))
		}
		if c.Data.Equal(e.Data) {
			continue
		}
		name := what
		if len(a.Columns) > 1 || c.Name != "data" {
			name += "." + c.Name
		}
		if err := d.data(name, c.Data, e.Data); err != nil {
			return err
		}
	}
	if len(a.Columns) > 0 {
		return nil
	}
	n, _ := trajectory.Elements(a.Shape)
	if n <= 1 {
		return d.pair(what, exactly(a.Values, 0, n), exactly(b.Values, 0, n))
	}
	first, count := -1, 0
	for i := range n {
		if exactly(a.Values, i, i+1) != exactly(b.Values, i, i+1) {
			if count++; first < 0 {
				first = i
			}
		}
	}
	if first < 0 { // NaN of other bits
		return d.line("- %s\n+ %s  other bits", what, what)
	}
	more := ""
	if count > 1 {
		more = fmt.Sprintf("  (and %d more)", count-1)
	}
	at := fmt.Sprintf("%s[%d]", what, first)
	return d.pair(at, exactly(a.Values, first, first+1)+more, exactly(b.Values, first, first+1)+more)
}

// exactly prints elements so that different ones have different texts.
func exactly(values any, from, to int) string {
	text := joined(values, from, to, " ")
	if text == "" {
		return `""`
	}
	return text
}
