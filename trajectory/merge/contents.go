package merge

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"galvani/trajectory"
)

// Contents reads what a stored trajectory holds, run by run, wherever its store keeps
// the nodes of runs. It belongs to one goroutine.
type Contents struct {
	s      *source
	ctx    context.Context
	shared []string
	runs   map[int][]string
}

// OpenContents opens a stored trajectory. What the shards beside it have and it has
// not is not part of it.
func OpenContents(ctx context.Context, at Stored) (*Contents, error) {
	s, err := openAny(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("merge: opening %s: %w", at, err)
	}
	c := &Contents{s: s, ctx: ctx, runs: map[int][]string{}}
	for r, err := range s.reader.Nodes("", true) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			s.close()
			return nil, fmt.Errorf("merge: reading %s: %w", at, err)
		}
		switch kind, run := s.place(r.Name); {
		case kind == partRun && (r.Leaf || r.Link != "" || r.Comment != "" || r.Class != "" || len(r.Annotations) > 0):
			c.runs[run] = append(c.runs[run], r.Name)
		case kind != partRun:
			c.shared = append(c.shared, r.Name)
		}
	}
	return c, nil
}

// Close closes the file.
func (c *Contents) Close() error { return c.s.close() }

// Header describes the trajectory as a whole.
func (c *Contents) Header() trajectory.Header { return c.s.header }

// Rows are the rows of the run table by rising index.
func (c *Contents) Rows() []trajectory.RunInfo { return slices.Clone(c.s.rows) }

// Shared yields the nodes that belong to no single run, groups among them, the root
// first, in the order of the tree. A node that cannot be read comes with the error.
func (c *Contents) Shared() iter.Seq2[trajectory.Record, error] {
	return func(yield func(trajectory.Record, error) bool) {
		for _, name := range c.shared {
			r, err := c.s.reader.Node(name)
			if err != nil {
				r.Name = name
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Runs yields the rows of all runs by rising index, with what each has left, sorted by
// name; groups are among it only if they say something. A run that cannot be read comes with the error.
func (c *Contents) Runs() iter.Seq2[trajectory.RunRecord, error] {
	return func(yield func(trajectory.RunRecord, error) bool) {
		archive, shard := -1, (*trajectory.Shard)(nil)
		for _, row := range c.s.rows {
			out := trajectory.RunRecord{Info: row}
			err := c.ctx.Err()
			for _, name := range c.runs[row.Index] {
				r, e := c.s.reader.Node(name)
				if e != nil {
					err = e
					break
				}
				out.Records = append(out.Records, r)
			}
			if p := c.s.packs; err == nil && p != nil {
				if at := p.find(row.Index); at >= 0 && at != archive {
					archive = at
					shard, err = p.archive(at)
				}
				if err == nil && shard != nil {
					var records []trajectory.Record
					if records, err = load(shard, row.Index); len(records) > 0 {
						out.Records = append(out.Records, records...)
					}
				}
			}
			slices.SortStableFunc(out.Records, func(a, b trajectory.Record) int { return compareNames(a.Name, b.Name) })
			if !yield(out, err) {
				return
			}
		}
	}
}
