package merge

import (
	"context"
	"errors"
	"fmt"

	"galvani/trajectory"
)

// CopyOptions of [Copy].
type CopyOptions struct {
	// PerRunGroups is up to how many runs the nodes of runs that lie packed get
	// groups, as pypet wants them; 0 is none, they stay packed, less than 0 is all.
	PerRunGroups int
	// SkipForeign leaves out what the store cannot write, such as frames of pandas in
	// another format than that of the source, and reports it; otherwise it is an error that wraps [ErrForeign].
	SkipForeign bool
	// Keep says which nodes to copy; nil copies all.
	Keep func(name string) bool
	// KeepRun says of which runs the packed nodes are copied; nil copies all.
	KeepRun func(run int) bool
}

// CopyReport says what a copy has left out.
type CopyReport struct {
	Nodes   int // copied, groups included
	Runs    int
	Skipped []Skipped
}

// Copy copies a trajectory, node by node, into another file, of any store. What the file
// holds under the same name is replaced, other trajectories in it stay. A file
// without a table of scalars gets one. It belongs to one goroutine.
func Copy(ctx context.Context, from, to Stored, o CopyOptions) (*CopyReport, error) {
	s, err := openAny(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("merge: opening %s: %w", from, err)
	}
	defer s.close()
	h := s.header
	if to.Name != "" {
		h.Name = to.Name
	}
	w, err := to.Store.Create(ctx, to.Path, h)
	if err != nil {
		return nil, fmt.Errorf("merge: copying to %s: %w", to, err)
	}
	c := transfer{ctx: ctx, s: s, w: w, o: o, report: &CopyReport{Runs: s.header.Length}}
	if err = c.run(); err == nil {
		err = w.Commit()
	}
	if err != nil {
		return nil, fmt.Errorf("merge: copying %s to %s: %w", from, to, errors.Join(err, w.Abort()))
	}
	return c.report, nil
}

// openAny opens a trajectory whether or not its sweep is finished.
func openAny(ctx context.Context, at Stored) (*source, error) {
	r, err := at.Store.Open(ctx, at.Path, at.Name)
	if err != nil {
		return nil, err
	}
	s := &source{Stored: at, reader: r, header: r.Header()}
	s.Name = s.header.Name
	if s.rows, err = r.Runs(); err == nil {
		s.packs, err = openPacks(r)
	}
	if err == nil {
		err = s.readWildcards()
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}

// transfer copies one trajectory.
type transfer struct {
	ctx     context.Context
	s       *source
	w       trajectory.Writer
	o       CopyOptions
	report  *CopyReport
	scalars *scalars
	columns []trajectory.Column // of explored parameters
}

func (c *transfer) run() error {
	tables, err := c.tables()
	if err != nil {
		return err
	}
	if !tables && len(c.s.rows) == max(c.s.header.Length, 1) {
		c.scalars = &scalars{columns: map[string]*scalarColumn{}}
	}
	explored := map[string]bool{}
	for _, name := range c.s.header.Explored {
		explored[name] = true
	}
	byName := map[string][]trajectory.Column{}
	for r, err := range c.s.reader.Nodes("", false) {
		if c.o.Keep != nil && r.Name != "" && !c.o.Keep(r.Name) {
			continue
		}
		if err == nil {
			err = c.ctx.Err()
		}
		if err != nil {
			return err
		}
		if r.Name == "" && len(r.Annotations) == 0 {
			continue
		}
		if explored[r.Name] {
			byName[r.Name] = parameterColumns(r, c.s.header.Length)
		} else if kind, run := c.s.place(r.Name); kind == partRun {
			c.scalars.result(run, r)
		}
		if err := c.put(r); err != nil {
			return err
		}
	}
	for _, name := range inTreeOrder(c.s.header.Explored) {
		c.columns = append(c.columns, byName[name]...)
	}
	if err := c.packed(); err != nil {
		return err
	}
	states := make([]trajectory.State, len(c.s.rows))
	for i, row := range c.s.rows {
		if err := c.w.Run(row); err != nil {
			return err
		}
		states[i] = row.State
	}
	if c.scalars == nil {
		return nil
	}
	for name, table := range c.scalars.tables(states, c.columns) {
		if err := c.w.Overview(name, table); err != nil {
			return err
		}
	}
	return nil
}

// tables copies the tables of scalars; false if there is none that is current.
func (c *transfer) tables() (bool, error) {
	for i := 0; ; i++ {
		table, err := c.s.reader.Overview(trajectory.ScalarTable(i))
		if errors.Is(err, trajectory.ErrNotFound) {
			return i > 0, nil
		}
		if err != nil {
			return false, err
		}
		if i == 0 && rows(table) != len(c.s.rows) {
			return false, nil
		}
		if err := c.w.Overview(trajectory.ScalarTable(i), table); err != nil {
			return false, err
		}
	}
}

// packed copies the nodes that lie in archives.
func (c *transfer) packed() error {
	p := c.s.packs
	if p == nil {
		return nil
	}
	groups := c.o.PerRunGroups < 0 || len(c.s.rows) <= c.o.PerRunGroups
	whole := !groups && c.scalars == nil && c.o.Keep == nil && c.o.KeepRun == nil
	pack := packer{w: c.w}
	for a := range p.first {
		if err := c.ctx.Err(); err != nil {
			return context.Cause(c.ctx)
		}
		if whole {
			table, err := c.s.reader.Overview(packedName(a))
			if err == nil {
				err = c.w.Overview(packedName(a), table)
			}
			if err != nil {
				return err
			}
			continue
		}
		shard, err := p.archive(a)
		if err != nil {
			return err
		}
		for _, info := range shard.Runs() {
			if c.o.KeepRun != nil && !c.o.KeepRun(info.Index) {
				continue
			}
			records, err := shard.Load(info.Index, false)
			if err != nil {
				return err
			}
			kept := records[:0]
			for _, r := range records {
				if c.o.Keep != nil && !c.o.Keep(r.Name) {
					continue
				}
				c.scalars.result(info.Index, r)
				kept = append(kept, r)
				if groups {
					if err := c.put(r); err != nil {
						return err
					}
				}
			}
			if groups || len(kept) == 0 {
				continue
			}
			if err := pack.add(trajectory.RunRecord{Info: info, Records: kept}); err != nil {
				return err
			}
		}
	}
	if whole {
		pack.first, pack.last = p.first, p.last
	}
	return pack.close(len(c.s.rows))
}

// put writes a node.
func (c *transfer) put(r trajectory.Record) error {
	lost, err := put(c.w, c.s.reader, r.Name, r)
	if len(lost) > 0 && !c.o.SkipForeign {
		return fmt.Errorf("%s: item %q: only Python can read it: %w", r.Name, lost[0], ErrForeign)
	}
	for _, name := range lost {
		c.report.Skipped = append(c.report.Skipped, Skipped{From: c.s.Path, Name: r.Name + "." + name, Why: "only Python can read it"})
	}
	c.report.Nodes++
	return err
}
