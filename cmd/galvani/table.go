package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

func tableCommand() command {
	return command{
		name: "table", args: "FILE",
		what: "Print a row per run: index, state, explored parameters (quantities in SI units) and scalar results.",
		example: `  galvani table sweep.hdf5
  galvani table -csv sweep.hdf5 > sweep.csv`,
		setup: func(flags *flag.FlagSet) action {
			name := nameFlag(flags)
			comma := flags.Bool("csv", false, "print comma-separated values")
			return func(ctx context.Context, args []string, out io.Writer) error {
				if err := oneFile(args, 0); err != nil {
					return err
				}
				t, err := open(ctx, args[0], *name)
				if err != nil {
					return err
				}
				rows, err := runTable(ctx, t)
				if err == nil {
					if *comma {
						w := csv.NewWriter(out)
						err = w.WriteAll(rows)
					} else {
						err = alignedTable(out, rows)
					}
				}
				return errors.Join(err, t.Close())
			}
		},
	}
}

// widest is how much of a text a column of the aligned table shows.
const widest = 40

// alignedTable marks empty cells and fills blanks, so that a row has as many words as the heading.
func alignedTable(out io.Writer, rows [][]string) error {
	for _, r := range rows {
		for i := range r {
			if r[i] == "" {
				r[i] = "-"
			}
			r[i] = strings.ReplaceAll(r[i], " ", "_")
			r[i] = clip(r[i], widest)
		}
	}
	return aligned(out, rows)
}

// runTable makes the heading and a row for each run.
func runTable(ctx context.Context, t *trajectory.Trajectory) ([][]string, error) {
	heading := []string{"run", "state"}
	var params []*trajectory.Parameter
	short := shortNames(t.Explored())
	for i, name := range t.Explored() {
		p, err := t.Parameter(name)
		if err != nil {
			return nil, err
		}
		params = append(params, p)
		heading = append(heading, short[i]+unitOf(p))
	}
	scalars := map[string][]string{}
	rows := [][]string{heading}
	for i := range t.Len() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		info, err := t.RunInfo(i)
		if err != nil {
			return nil, err
		}
		row := []string{fmt.Sprint(i), string(info.State)}
		for _, p := range params {
			r := p.Range()
			if r == nil || i >= r.Len() {
				return nil, fmt.Errorf("explored parameter %s has no value for run %d: %w", p.FullName(), i, trajectory.ErrCorrupt)
			}
			row = append(row, cell(r.At(i)))
		}
		rows = append(rows, row)
		if info.State != trajectory.Done {
			continue
		}
		values, err := scalarsOf(t, i)
		if err != nil {
			return nil, err
		}
		for name, value := range values {
			column := scalars[name]
			if column == nil {
				column = make([]string, t.Len())
				scalars[name] = column
			}
			column[i] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(scalars)) {
		rows[0] = append(rows[0], oneLine(name))
		for i, value := range scalars[name] {
			rows[i+1] = append(rows[i+1], value)
		}
	}
	return rows, nil
}

// shortNames are the last parts of names where these are unique.
func shortNames(full []string) []string {
	count := map[string]int{}
	last := func(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
	for _, name := range full {
		count[last(name)]++
	}
	out := make([]string, len(full))
	for i, name := range full {
		if out[i] = last(name); count[out[i]] > 1 {
			out[i] = name
		}
	}
	return out
}

// unitOf is the SI unit of a parameter's values for the heading.
func unitOf(p *trajectory.Parameter) string {
	q, ok := p.Default().(quantity.Quantity)
	if !ok || q.Dimension().IsNone() {
		return ""
	}
	return bracketed(q.Dimension().Symbol())
}

// bracketed is a unit as it stands behind a column's name.
func bracketed(unit string) string {
	if unit == "" {
		return ""
	}
	return "[" + strings.ReplaceAll(unit, " ", "*") + "]"
}

func cell(value any) string {
	if q, ok := value.(quantity.Quantity); ok {
		return float(q.SI(), 64)
	}
	d, err := trajectory.Encode(value)
	if err != nil {
		return "?"
	}
	return brief(d)
}

const (
	// pickleProtocol is an item beside pickles that is no result.
	pickleProtocol = "__pckl_prtcl__"
	// spikeCount is the one scalar of a monitor that is a result.
	spikeCount = "num_spikes"
)

// scalarsOf reads the scalar results of a run by the name behind the run's.
func scalarsOf(t *trajectory.Trajectory, i int) (map[string]string, error) {
	r, err := t.Run(i)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, g := range groupsOfRun(r, "results") {
		for full, n := range g.Leaves() {
			result, ok := n.(*trajectory.Result)
			if !ok {
				continue
			}
			items, err := rawOf(result)
			if err != nil {
				return nil, err
			}
			for _, it := range withUnits(items) {
				if it.Data.Coll != trajectory.Scalar || it.Name == pickleProtocol {
					continue
				}
				if strings.HasSuffix(result.Class(), "MonitorResult") && it.Name != spikeCount {
					continue // how the monitor was set up
				}
				name := strings.TrimPrefix(full, g.FullName()+".")
				if it.Name != result.Name() {
					name += "." + it.Name
				}
				out[name+bracketed(it.unit)] = element(it.Data.Values, 0)
			}
		}
	}
	return out, nil
}
