package merge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"galvani/trajectory"
)

// Options of [Merge]. The zero value is what pypet does by default.
type Options struct {
	// TrialParameter counts the trials of the trajectories: its values must be
	// exactly the numbers 0 to T in each. Those of the others are shifted behind
	// those of the target. The full name, or its last parts if they are unique. Then
	// there are no duplicates to remove.
	TrialParameter string
	// RemoveDuplicates drops runs of the others at points of the parameter space that the
	// target has, whatever their seeds. If the target's run there is not done and
	// the other's is, that takes its place.
	RemoveDuplicates bool
	// IgnoreData are full names, as the others have them, of what is left out,
	// with all below it; parameters are then not compared either. $ stands for the name of any run.
	IgnoreData []string
	// NoBackup leaves out the copies that are made of the target's file and, if
	// there is one other only, of its file: backup_NAME beside them.
	NoBackup bool
	// MoveData removes from the others what was taken over from them.
	MoveData bool
	// DeleteOther deletes the others, with their files if nothing else is in them.
	DeleteOther bool
	// NoInfo leaves out what is noted on the merge below config.merge.
	NoInfo bool
	// NoOtherInfo leaves out what is noted there on the others.
	NoOtherInfo bool
	// NoConfig leaves out config.git, config.environment and config.merge of the others.
	NoConfig bool
	// PerRunGroups is up to how many runs the merged trajectory has a group per
	// run; 0 is 10 000, less than 0 none. See trajectory.MergeOptions.
	PerRunGroups int
	// Wildcards are those that the trajectories were made with, to name new runs. Without them,
	// $ gives new runs the usual names, and others what they gave in the other trajectory.
	Wildcards []trajectory.Wildcard
	// Now is the clock; nil takes time.Now.
	Now func() time.Time
	// Progress is told after each of the others how many are merged; nil for none.
	Progress func(done, all int)
}

// defaultRunGroups is where a group per run begins to cost minutes.
const defaultRunGroups = 10_000

// Report says what a merge has done.
type Report struct {
	Before, Length int // runs of the target before and after
	Others         []OtherReport
	Explored       []string  // parameters that have become explored
	Skipped        []Skipped // what was not taken over
	Warnings       []string
	Backups        []string // files
}

// OtherReport says what became of the runs of one of the others.
type OtherReport struct {
	Path, Name string
	Length     int
	Merged     int // runs that were added
	Duplicates int // runs that were dropped
	Filled     int // runs that took the place of one that was not done
	OtherSeeds int // dropped runs whose seed was not that of the target's
}

// Skipped is a node, or one of its items, that was not taken over.
type Skipped struct {
	From string // path of the file
	Name string // as it is called there
	Why  string
}

// String says it in a line.
func (s Skipped) String() string { return fmt.Sprintf("%s of %s: %s", s.Name, s.From, s.Why) }

// Merge adds the runs of the others to the target, one after the other, and the
// results with them. If the spaces differ the error is a [SpaceError], if no run
// is left to merge it wraps [ErrNothingToMerge]; nothing has changed then. An error
// after the target was written, when others are moved or deleted, comes with the report.
func Merge(ctx context.Context, target Stored, o Options, others ...Stored) (*Report, error) {
	m := merger{o: o, ignored: newIgnored(o.IgnoreData), report: &Report{}}
	if m.o.Now == nil {
		m.o.Now = time.Now
	}
	defer m.close()
	if err := m.open(ctx, target, others); err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	if err := m.plan(ctx); err != nil {
		var space *SpaceError
		if errors.As(err, &space) {
			return nil, err
		}
		return nil, fmt.Errorf("merge: into %s: %w", target, err)
	}
	if err := m.write(ctx); err != nil {
		return nil, fmt.Errorf("merge: into %s: %w", target, err)
	}
	return m.report, m.afterwards(ctx)
}

type merger struct {
	o       Options
	ignored *ignored
	report  *Report

	target   *source
	others   []*source
	outcomes []*outcome
	space    *space
	names    *namings
	now      time.Time
	moved    []map[string]bool // by other: the nodes that were taken over
	foreign  bool              // something could not be
}

func (m *merger) close() {
	if m.target != nil {
		m.target.close()
	}
	for _, s := range m.others {
		s.close()
	}
}

// open opens all trajectories.
func (m *merger) open(ctx context.Context, target Stored, others []Stored) error {
	if len(others) == 0 {
		return fmt.Errorf("nothing was given to merge into %s", target)
	}
	var err error
	if m.target, err = open(ctx, target); err != nil {
		return fmt.Errorf("opening %s: %w", target, err)
	}
	seen := []Stored{m.target.Stored}
	for _, at := range others {
		s, err := open(ctx, at)
		if err != nil {
			return fmt.Errorf("opening %s: %w", at, err)
		}
		m.others = append(m.others, s)
		if err := s.readSpace(ctx, m.ignored, false); err != nil {
			return fmt.Errorf("reading %s: %w", s.Stored, err)
		}
		// Very many others are not kept open at once.
		if err := s.close(); err != nil {
			return err
		}
		for _, before := range seen {
			if before.Name == s.Name && samePath(before.Path, s.Path) {
				return fmt.Errorf("%s is given twice; a trajectory is not merged with itself", s.Stored)
			}
		}
		seen = append(seen, s.Stored)
	}
	return nil
}

// plan reads the parameters of all and decides which run gets which index.
func (m *merger) plan(ctx context.Context) error {
	if err := m.target.readSpace(ctx, m.ignored, true); err != nil {
		return fmt.Errorf("reading %s: %w", m.target.Stored, err)
	}
	var err error
	if m.space, err = newSpace(m.target, m.o, m.ignored); err != nil {
		return err
	}
	for _, s := range m.others {
		if err := m.space.compare(s); err != nil {
			return err
		}
	}
	if m.o.TrialParameter != "" && m.o.RemoveDuplicates {
		m.warn("there are no duplicates when trials are added; none were looked for")
	}
	m.names = newNamings(m.target, m.o.Wildcards)
	seeds := map[int]uint64{}
	m.report.Before = m.space.runs
	changed := false
	for _, s := range m.others {
		before := m.space.runs
		out, err := m.space.add(s, func(run int) uint64 {
			if run < len(m.target.rows) {
				return m.target.rows[run].Seed
			}
			return seeds[run]
		})
		if err != nil {
			return err
		}
		for i, run := range out.index {
			if run < 0 {
				continue
			}
			seeds[run] = s.rows[i].Seed
			if run >= before {
				m.names.grow(run, s, i)
			}
		}
		m.outcomes = append(m.outcomes, out)
		m.report.Others = append(m.report.Others, OtherReport{
			Path: s.Path, Name: s.Name, Length: s.header.Length,
			Merged: out.merged, Duplicates: out.duplicates, Filled: out.filled, OtherSeeds: out.otherSeeds,
		})
		if m.space.runs == before && out.filled == 0 {
			m.warn("%s: all its runs are there already", s.Stored)
			continue
		}
		changed = true
	}
	m.report.Length = m.space.runs
	if !changed {
		return fmt.Errorf("%w: the target has all %d points of the others", ErrNothingToMerge, m.report.Others[0].Length)
	}
	if m.space.runs > maxRuns {
		return fmt.Errorf("%d runs, want at most %d", m.space.runs, maxRuns)
	}
	return nil
}

// maxRuns is what the names of runs can count.
const maxRuns = 100_000_000

func (m *merger) warn(format string, args ...any) {
	m.report.Warnings = append(m.report.Warnings, fmt.Sprintf(format, args...))
}

func (m *merger) skip(s *source, name, format string, args ...any) {
	m.report.Skipped = append(m.report.Skipped, Skipped{From: s.Path, Name: name, Why: fmt.Sprintf(format, args...)})
}

// write writes the new version of the target.
func (m *merger) write(ctx context.Context) error {
	if !m.o.NoBackup {
		if err := m.backup(); err != nil {
			return err
		}
	}
	// A runs folder beside the target is of the time before; one that is newer than the file would count.
	m.now = m.o.Now()
	if least := m.target.header.Time.Add(2 * time.Millisecond); m.now.Before(least) {
		m.now = least
	}
	h := m.target.header
	var fresh []string
	h.Length, h.Time, h.Version = m.space.runs, m.now, trajectory.Version
	h.Explored, fresh = m.space.explored(m.others)
	m.report.Explored = fresh
	w, err := m.target.Store.Create(ctx, m.target.Path, h)
	if err != nil {
		return err
	}
	c := newCopier(ctx, m, w, h.Explored)
	err = m.target.unchanged() // since it was read: the writer has begun with the same
	if err == nil {
		err = c.run()
	}
	if err == nil {
		for _, name := range m.ignored.unknown() {
			m.warn("%s was to be ignored, and nothing is called so", name)
		}
		err = w.Commit()
	}
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	return nil
}
