package trajectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// MergeOptions of [Merge].
type MergeOptions struct {
	// PerRunGroups is up to how many runs a sweep has pypet's group per run in
	// the file; 0 is 10 000, less than 0 none. The nodes of larger sweeps lie in
	// packed tables beside the tree, where Open finds them.
	PerRunGroups int
	// Version of the program, for the header; "" is this package's.
	Version string
}

// defaultRunGroups is where a group per run begins to cost minutes.
const defaultRunGroups = 10_000

// MergeReport says what a merge has put together.
type MergeReport struct {
	Runs   map[State]int // how many runs are in which state; they add up to all
	Shards int
}

// Merge assembles the trajectory file at path from plan and shards of a runs
// folder: parameters with their ranges, a row per run, the nodes of all runs
// that are done, and the table "scalars" with a row per run and a column for
// every explored parameter and scalar result. Of several attempts of a run, a
// done one counts before a failed one, then the lowest attempt. Runs without a shard are
// pending. The file changes at the very end, in one step; shards stay. Merging
// again, after a crash or with more shards, gives the same file as merging once.
// A file that holds runs which the shards do not, that another program has expanded, or that holds
// another trajectory of the name, is left alone; the error wraps [ErrExists].
func Merge(ctx context.Context, dir string, s Store, path string, o MergeOptions) (MergeReport, error) {
	if s == nil {
		return MergeReport{}, missing("store")
	}
	p, err := ReadPlan(dir)
	if err != nil {
		return MergeReport{}, err
	}
	sweep, err := openSweep(ctx, dir, p)
	if err != nil {
		return MergeReport{}, err
	}
	defer sweep.close()
	if err := sweep.covers(ctx, p, s, path); err != nil {
		return MergeReport{}, fmt.Errorf("trajectory: merging into %s: %w", path, err)
	}
	wild, err := p.wildcards()
	if err != nil {
		return MergeReport{}, err
	}
	h := p.Header
	if o.Version != "" {
		h.Version = o.Version
	}
	w, err := s.Create(ctx, path, h)
	if err != nil {
		return MergeReport{}, fmt.Errorf("trajectory: merging into %s: %w", path, err)
	}
	m := merger{plan: p, wild: wild, sweep: sweep, w: w, report: MergeReport{Runs: map[State]int{}, Shards: sweep.shards}, scalars: newScalars(h.Length, wild)}
	m.groups = o.PerRunGroups
	if m.groups == 0 {
		m.groups = defaultRunGroups
	}
	if err := m.run(ctx); err != nil {
		return MergeReport{}, fmt.Errorf("trajectory: merging into %s: %w", path, errors.Join(err, w.Abort()))
	}
	return m.report, nil
}

// covers checks that a merge replaces nothing that it does not have: the file
// may hold an earlier merge of the same sweep, or other trajectories.
func (s *sweep) covers(ctx context.Context, p *Plan, store Store, path string) error {
	r, err := store.Open(ctx, path, p.Header.Name)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()
	if h := r.Header(); sameTime(h.Time, p.Header.Time) != 0 {
		return fmt.Errorf("the file holds another trajectory %s, made at %s (this one was at %s); move it away: %w",
			h.Name, h.Time.Format(time.DateTime), p.Header.Time.Format(time.DateTime), ErrExists)
	}
	length := max(r.Header().Length, 1)
	if length != p.Header.Length && !slices.ContainsFunc(p.earlier, func(g generation) bool { return g.Length == length }) {
		return fmt.Errorf("the file has %d runs and the plan %d: another program has expanded it since; go on with the file, or move it away: %w", length, p.Header.Length, ErrExists)
	}
	rows, err := r.Runs()
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.State == Done && s.best[row.Index].info.State != Done {
			return fmt.Errorf("the file holds run %d, and no shard does; put the shards back or move the file away: %w", row.Index, ErrExists)
		}
	}
	return nil
}

// sameTime compares times as far as formats keep them, to a millisecond.
func sameTime(a, b time.Time) int {
	switch d := a.Sub(b); {
	case d > time.Millisecond:
		return 1
	case d < -time.Millisecond:
		return -1
	}
	return 0
}

type merger struct {
	plan    *Plan
	wild    *wildcards
	sweep   *sweep
	w       Writer
	groups  int
	report  MergeReport
	scalars *scalars
}

func (m *merger) run(ctx context.Context) error {
	explored := map[string]bool{}
	for _, name := range m.plan.Header.Explored {
		explored[name] = true
	}
	for r, err := range m.plan.Records() {
		if err != nil {
			return err
		}
		if explored[r.Name] {
			m.scalars.parameter(r)
		}
		if r.Name == "" && len(r.Annotations) == 0 {
			continue
		}
		if err := m.w.Node(r); err != nil {
			return err
		}
	}
	if err := m.rows(); err != nil {
		return err
	}
	if err := m.nodes(ctx); err != nil {
		return err
	}
	for name, table := range m.scalars.tables() {
		if err := m.w.Overview(name, table); err != nil {
			return err
		}
	}
	return m.w.Commit()
}

// rows writes the run table.
func (m *merger) rows() error {
	for i := range m.plan.Header.Length {
		info := RunInfo{Index: i, State: Pending}
		if c, ok := m.sweep.best[i]; ok {
			info = c.info
		}
		m.report.Runs[info.State]++
		m.scalars.row(info)
		if err := m.w.Run(info); err != nil {
			return err
		}
	}
	return nil
}

// nodes writes what the runs have left.
func (m *merger) nodes(ctx context.Context) error {
	grouped := m.plan.Header.Length <= m.groups
	pack := packer{w: m.w, wild: m.wild}
	for _, run := range m.sweep.runs() {
		c := m.sweep.best[run]
		if c.info.State != Done {
			continue
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		records, err := m.sweep.load(c, false)
		if err != nil {
			return err
		}
		if err := m.sweep.agree(run, records); err != nil {
			return err
		}
		for _, r := range records {
			m.scalars.result(run, r)
			if grouped {
				if err := m.w.Node(r); err != nil {
					return err
				}
			}
		}
		if !grouped {
			if err := pack.add(RunRecord{Info: c.info, Records: records}); err != nil {
				return err
			}
		}
	}
	if grouped {
		return nil
	}
	return pack.close()
}
