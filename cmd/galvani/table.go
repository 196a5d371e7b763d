package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"galvani/trajectory"
	"galvani/trajectory/table"
)

// runTable is what is asked of a table of runs by options.
type runTable struct {
	name    *string
	format  string
	where   string
	columns string
	sort    string
	options table.Options
	params  string
	units   []string
	all     bool
}

// tableFormats write a table.
func tableFormats() map[string]func(*table.Table, io.Writer) error {
	return map[string]func(*table.Table, io.Writer) error{
		"text": (*table.Table).WriteText, "csv": (*table.Table).WriteCSV,
		"ndjson": (*table.Table).WriteNDJSON, "parquet": (*table.Table).WriteParquet,
	}
}

func formatNames() string { return "text, csv, ndjson or parquet" }

func (r *runTable) flags(flags *flag.FlagSet, format string) {
	r.name = nameFlag(flags)
	flags.StringVar(&r.format, "format", format, "how to write the rows: "+formatNames())
	flags.StringVar(&r.where, "where", "", "only runs for which this `predicate` holds, as for galvani find")
	flags.StringVar(&r.columns, "columns", "", "only these columns, `names` or patterns with commas between")
	flags.StringVar(&r.sort, "sort", "", "order by these columns, `names` with commas between; a minus in front turns the order round")
	flags.StringVar(&r.params, "parameters", "", "`names` or patterns of parameters that are not explored, to be shown too")
	flags.BoolVar(&r.options.Arrays, "arrays", false, "show results that are arrays")
	flags.BoolVar(&r.all, "all", false, "show as text, too, what is the same in every run")
	flags.BoolVar(&r.options.Log, "log", false, "show when, how long and where each run was made, and why it failed")
	flags.Func("unit", "`NAME=UNIT`: show a column in this unit; may be given several times", func(s string) error {
		r.units = append(r.units, s)
		return nil
	})
}

// list takes a text with commas apart.
func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// read makes the table.
func (r *runTable) read(ctx context.Context, path string) (*table.Table, error) {
	if tableFormats()[r.format] == nil {
		return nil, &usageError{fmt.Sprintf("there is no format %q, only %s", r.format, formatNames())}
	}
	o := r.options
	o.Parameters = list(r.params)
	for _, u := range r.units {
		name, unit, ok := strings.Cut(u, "=")
		if !ok {
			return nil, &usageError{fmt.Sprintf("-unit %s: want NAME=UNIT", u)}
		}
		if o.Units == nil {
			o.Units = map[string]string{}
		}
		o.Units[name] = unit
	}
	t, err := selected(ctx, path, *r.name, r.where, o)
	if err == nil && r.sort != "" {
		t, err = t.Sort(list(r.sort)...)
	}
	if err == nil && r.columns != "" {
		t, err = t.Select(list(r.columns)...)
	}
	return t, err
}

// write writes the table. Text is for people, who look for what differs.
func (r *runTable) write(t *table.Table, out io.Writer) error {
	if r.format != "text" || r.all || r.columns != "" {
		return tableFormats()[r.format](t, out)
	}
	shown := t.Varying()
	err := shown.WriteText(out)
	if same := len(t.Columns()) - len(shown.Columns()); same > 0 && err == nil {
		_, err = fmt.Fprintf(out, "(%d more are the same in every run; -all shows them)\n", same)
	}
	return err
}

// selected is the table of the runs for which a predicate holds, "" for all.
func selected(ctx context.Context, path, name, where string, o table.Options) (*table.Table, error) {
	p, err := parsePredicate(where)
	if err != nil {
		return nil, err
	}
	// A parameter that the predicate asks for need not be explored.
	t, err := open(ctx, path, name)
	if err != nil {
		return nil, err
	}
	shown := slices.Clone(o.Parameters)
	var asked []string
	results := false
	for _, n := range p.names() {
		if slices.Contains(aboutRuns(), n) {
			o.Log = o.Log || n != "run" && n != "state" && n != "seed"
			continue
		}
		found := parametersCalled(t, n)
		results = results || len(found) == 0
		for _, full := range found {
			if !slices.Contains(t.Explored(), full) {
				asked = append(asked, strings.TrimPrefix(full, "parameters."))
			}
		}
	}
	if err := t.Close(); err != nil {
		return nil, err
	}
	if results && o.Results != nil && len(o.Results) == 0 {
		o.Results = nil
	}
	hidden := slices.DeleteFunc(slices.Clone(asked), func(n string) bool { return slices.Contains(shown, n) })
	o.Parameters = append(shown, hidden...)
	all, err := table.Read(ctx, path, openOptions(name), o)
	if err != nil || where == "" {
		return all, err
	}
	holds, err := p.bind(all)
	if err != nil {
		return nil, err
	}
	some, err := all.Filter(func(r table.Row) bool { return holds(r.Index()) })
	if err != nil || len(hidden) == 0 {
		return some, err
	}
	keep := slices.DeleteFunc(some.Names(), func(n string) bool { return slices.Contains(hidden, n) })
	return some.Select(keep...)
}

// parametersCalled are the full names of the parameters that end with a name. (A
// search of the whole tree would look at the nodes of all runs.)
func parametersCalled(t *trajectory.Trajectory, name string) []string {
	g := branch(t, "parameters")
	if g == nil {
		return nil
	}
	var found []string
	for full := range g.Parameters() {
		if full == "parameters."+name {
			return []string{full}
		}
		if strings.HasSuffix(full, "."+name) {
			found = append(found, full)
		}
	}
	return found
}

// aboutRuns are the columns about a run itself.
func aboutRuns() []string {
	return []string{"run", "state", "seed", "attempt", "start", "finish", "host", "error"}
}

func tableCommand() command {
	return command{
		name: "table", args: "FILE",
		what: "Print a row per run: number, state, seed, explored parameters and scalar results; numbers with a unit in SI units.",
		more: `As text, results that are the same in every run are left out, unless -all or -columns asks for them.`,
		example: `  galvani table sweep.hdf5
  galvani table -format csv sweep.hdf5 > sweep.csv
  galvani table -format parquet sweep.hdf5 > sweep.parquet
  galvani table -where 'R_ee > 1.2 and state == "done"' -sort -rate -columns run,R_ee,rate sweep.hdf5
  galvani table -unit tau=ms sweep.hdf5`,
		setup: func(flags *flag.FlagSet) action {
			var r runTable
			r.flags(flags, "text")
			return func(ctx context.Context, args []string, out io.Writer) error {
				if err := oneFile(args, 0); err != nil {
					return err
				}
				t, err := r.read(ctx, args[0])
				if err != nil {
					return err
				}
				return r.write(t, out)
			}
		},
	}
}

func findCommand() command {
	return command{
		name: "find", args: "FILE PREDICATE",
		what: "Print the numbers of the runs for which a predicate on parameters and results holds, a line for each.",
		more: `A predicate has the operators == != < <= > >= in, and or not, + - * / %, brackets,
numbers with or without a unit, texts in quotes, true and false, and the names of
parameters and scalar results, as long as they have to be; run, state, seed, attempt,
start, finish, host and error are those of the run. A comparison with what a run does
not have is false; has(NAME) tells whether it has it. Names with other characters than
letters, digits, dots and underlines stand in backquotes.`,
		example: `  galvani find sweep.hdf5 'R_ee > 1.2 and trial == 0'
  galvani find sweep.hdf5 'tau >= 10 ms and 5 <= rate < 20'
  galvani find sweep.hdf5 'state == "failed" or label in ["a", "b"]'
  galvani find -names sweep.hdf5 'not has(rate)'`,
		setup: func(flags *flag.FlagSet) action {
			var r runTable
			r.flags(flags, "")
			names := flags.Bool("names", false, "print names (run_00000003) instead of numbers")
			count := flags.Bool("count", false, "print only how many there are")
			return func(ctx context.Context, args []string, out io.Writer) error {
				if len(args) < 2 {
					return &usageError{"want a file and a predicate"}
				}
				if err := oneFile(args, 1); err != nil {
					return err
				}
				r.where = args[1]
				if r.format == "" && r.sort == "" {
					r.options.Results = []string{} // unless the predicate asks for them
				}
				rows := r.format != ""
				if !rows {
					r.format = "text"
				}
				t, err := r.read(ctx, args[0])
				switch {
				case err != nil:
					return err
				case *count:
					_, err = fmt.Fprintln(out, t.Rows())
					return err
				case rows:
					return r.write(t, out)
				}
				run, err := t.Column("run")
				if err != nil {
					return err
				}
				for i := range t.Rows() {
					x, _ := run.Float(i)
					if *names {
						_, err = fmt.Fprintln(out, trajectory.RunName(int(math.Round(x))))
					} else {
						_, err = fmt.Fprintln(out, int(math.Round(x)))
					}
					if err != nil {
						return err
					}
				}
				return nil
			}
		},
	}
}
