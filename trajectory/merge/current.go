package merge

import (
	"context"
	"errors"
	"fmt"

	"galvani/trajectory"
)

// CompareScalars compares a file's table of scalars, which has a row per run, with
// the runs themselves, and says in what they differ. A file without such a table has
// nothing to differ.
func CompareScalars(ctx context.Context, at Stored) ([]string, error) {
	c, err := OpenContents(ctx, at)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if _, err := c.s.reader.Overview(trajectory.ScalarTable(0)); errors.Is(err, trajectory.ErrNotFound) {
		return nil, nil
	}
	computed := &scalars{columns: map[string]*scalarColumn{}}
	states := make([]trajectory.State, len(c.s.rows))
	for r, err := range c.Runs() {
		if err != nil {
			return nil, fmt.Errorf("merge: %s: run %d: %w", at, r.Info.Index, err)
		}
		states[r.Info.Index] = r.Info.State
		if r.Info.State == trajectory.Done {
			for _, rec := range r.Records {
				computed.result(r.Info.Index, rec)
			}
		}
	}
	var params []trajectory.Column
	for _, name := range inTreeOrder(c.s.header.Explored) {
		r, err := c.s.reader.Node(name)
		if err != nil {
			return nil, fmt.Errorf("merge: %s: %w", at, err)
		}
		params = append(params, parameterColumns(r, len(states))...)
	}
	var out []string
	for name, want := range computed.tables(states, params) {
		have, err := c.s.reader.Overview(name)
		if errors.Is(err, trajectory.ErrNotFound) {
			out = append(out, fmt.Sprintf("there is no table %s", name))
			continue
		}
		if err != nil {
			return out, fmt.Errorf("merge: %s: %w", at, err)
		}
		out = append(out, compareTables(name, want, have)...)
	}
	return out, nil
}

func compareTables(name string, want, have trajectory.Data) []string {
	var out []string
	byName := map[string]trajectory.Data{}
	for _, c := range have.Columns {
		byName[c.Name] = c.Data
	}
	for _, c := range want.Columns {
		d, ok := byName[c.Name]
		delete(byName, c.Name)
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("table %s has no column %s", name, c.Name))
		case c.Data.Equal(d):
		case d.Type != c.Data.Type || len(d.Shape) != 1 || d.Shape[0] != c.Data.Shape[0]:
			out = append(out, fmt.Sprintf("column %s of table %s holds %s%v, the runs have %s%v", c.Name, name, d.Type, d.Shape, c.Data.Type, c.Data.Shape))
		default:
			for i := range c.Data.Shape[0] {
				if x, y := cell(c.Data, i), cell(d, i); !x.Equal(y) {
					out = append(out, fmt.Sprintf("run %d has %s = %s, table %s says %s", i, c.Name, text(x), name, text(y)))
					break
				}
			}
		}
	}
	for _, c := range have.Columns {
		if _, left := byName[c.Name]; left {
			out = append(out, fmt.Sprintf("table %s has a column %s, the runs do not", name, c.Name))
		}
	}
	return out
}
