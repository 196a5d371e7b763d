package merge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"galvani/trajectory"
)

// The branches below the root.
const (
	branchConfig     = "config"
	branchParameters = "parameters"
	branchDerived    = "derived_parameters"
)

// Stored says where a trajectory lies.
type Stored struct {
	Store trajectory.Store
	Path  string
	Name  string // "" takes the newest in the file
}

// String is the path, with the name if one is given.
func (s Stored) String() string {
	if s.Name == "" {
		return s.Path
	}
	return s.Path + " (" + s.Name + ")"
}

// source is a trajectory that is open for reading.
type source struct {
	Stored
	reader trajectory.Reader
	header trajectory.Header
	rows   []trajectory.RunInfo // of every run
	params map[string]*reading  // all that the space consists of
	packs  *packs               // nil if every run has its groups
	wild   []*wildcard          // of the program, beside the usual ones

	fingerprint string // of the file when it was opened
}

// open opens a trajectory and reads what says which runs it has.
func open(ctx context.Context, at Stored) (*source, error) {
	stamp, err := fingerprint(at.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r, err := at.Store.Open(ctx, at.Path, at.Name)
	if err != nil {
		if dir := trajectory.RunsDir(at.Path); errors.Is(err, trajectory.ErrNotFound) && isDir(dir) {
			err = fmt.Errorf("%w; its runs still lie in %s: the program that made them puts them together when it is run again", err, dir)
		}
		return nil, err
	}
	s := &source{Stored: at, reader: r, header: r.Header(), fingerprint: stamp}
	s.Name = s.header.Name
	if err := s.read(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}

// Finished tells whether all runs that lie in shards beside a file are in the file; if
// not, the error wraps [ErrUnfinished].
func Finished(ctx context.Context, at Stored) error {
	s, err := open(ctx, at)
	if err != nil {
		return fmt.Errorf("merge: %s: %w", at, err)
	}
	return s.close()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (s *source) read(ctx context.Context) error {
	s.header.Length = max(s.header.Length, 1)
	rows, err := s.reader.Runs()
	if err != nil {
		return err
	}
	// A file that only claims to have very many runs costs no memory.
	if n := s.header.Length; n > maxRuns || n > 1<<20 && len(rows) < n {
		return fmt.Errorf("the trajectory has %d runs, and its run table %d: %w", n, len(rows), trajectory.ErrCorrupt)
	}
	s.rows = make([]trajectory.RunInfo, s.header.Length)
	for i := range s.rows {
		s.rows[i] = trajectory.RunInfo{Index: i, State: trajectory.Pending}
	}
	for _, row := range rows {
		if row.Index < 0 || row.Index >= len(s.rows) {
			return fmt.Errorf("the run table has run %d of %d: %w", row.Index, len(s.rows), trajectory.ErrCorrupt)
		}
		s.rows[row.Index] = row
	}
	if err := s.finished(ctx); err != nil {
		return err
	}
	if s.packs, err = openPacks(s.reader); err != nil {
		return err
	}
	return s.readWildcards()
}

// finished checks that no shard beside the file has a run that the file has not.
func (s *source) finished(ctx context.Context) error {
	dir := trajectory.RunsDir(s.Path)
	plan, err := trajectory.ReadPlan(dir)
	if errors.Is(err, trajectory.ErrNotFound) || err == nil && plan.Header.Name != s.header.Name {
		return nil
	}
	if err != nil {
		return err
	}
	const precision = time.Millisecond // of times in files
	again := "the program that made them puts them together when it is run again"
	switch age := plan.Header.Time.Sub(s.header.Time); {
	case age > precision:
		return fmt.Errorf("%s belongs to a newer sweep than the file; %s: %w", dir, again, ErrUnfinished)
	case age < -precision:
		return nil
	}
	runs, err := trajectory.Status(ctx, dir)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if run.State == trajectory.Done && s.rows[run.Index].State != trajectory.Done {
			return fmt.Errorf("run %d is in %s and not in the file; %s: %w", run.Index, dir, again, ErrUnfinished)
		}
	}
	return nil
}

func (s *source) close() error { return s.reader.Close() }

// reopen opens a source again that was closed.
func (s *source) reopen(ctx context.Context) error {
	if err := s.unchanged(); err != nil {
		return err
	}
	r, err := s.Store.Open(ctx, s.Path, s.Name)
	if err != nil {
		return err
	}
	s.reader = r
	s.packs, err = openPacks(r)
	return err
}

// unchanged checks that nobody has written the file since it was opened.
func (s *source) unchanged() error {
	now, err := fingerprint(s.Path)
	if err == nil && now != s.fingerprint {
		err = fmt.Errorf("somebody else has written %s: %w", s.Path, ErrChanged)
	}
	return err
}

// readSpace reads the parameters and what is derived from them outside of runs,
// but for what is ignored. Of the target, keep says to read it all the same if it is explored.
func (s *source) readSpace(ctx context.Context, ignored *ignored, keep bool) error {
	s.params = map[string]*reading{}
	explored := map[string]bool{}
	for _, name := range s.header.Explored {
		explored[name] = true
	}
	var names []string
	for _, branch := range []string{branchParameters, branchDerived} {
		for r, err := range s.reader.Nodes(branch, true) {
			if errors.Is(err, trajectory.ErrNotFound) {
				break
			}
			if err == nil {
				err = ctx.Err()
			}
			if ignored.is(r.Name, s) && !(keep && explored[r.Name]) {
				continue
			}
			if err != nil {
				return err
			}
			if r.Leaf && !s.ofRuns(r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	for _, name := range names {
		r, err := s.reader.Node(name)
		if err != nil {
			return err
		}
		if s.params[name], err = readParameter(r, s.header.Length, explored[name]); err != nil {
			return err
		}
	}
	return nil
}

// ofRuns tells whether a part of a name stands for a run, a set of runs or all of them.
func (s *source) ofRuns(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if kind, _ := s.partOf(part); kind != partPlain {
			return true
		}
	}
	return false
}

// exploredNames lists the explored parameters of the space in their order.
func (s *source) exploredNames() []string {
	names := slices.Clone(s.header.Explored)
	names = slices.DeleteFunc(names, func(n string) bool { return s.params[n] == nil || s.params[n].at == nil })
	return slices.Compact(names)
}

// ignored is what is left out of a merge.
type ignored struct {
	names []string
	used  map[string]bool
}

func newIgnored(names []string) *ignored { return &ignored{names: names, used: map[string]bool{}} }

// is tells whether a node of a source is one of the ignored or below one. $ in
// an ignored name stands for any run of the source.
func (g *ignored) is(name string, s *source) bool {
	found := false
	for _, n := range g.names {
		if covers(n, name, s) {
			g.used[n] = true
			found = true
		}
	}
	return found
}

func covers(ignored, name string, s *source) bool {
	want, have := strings.Split(ignored, "."), strings.Split(name, ".")
	if name == "" || len(have) < len(want) {
		return false
	}
	for i, w := range want {
		kind, _ := s.partOf(have[i])
		if w != have[i] && !(w == "$" && (kind == partRun || kind == partAll) || w == "$set" && (kind == partSet || kind == partAllSets)) {
			return false
		}
	}
	return true
}

// unknown lists the ignored names that no node had.
func (g *ignored) unknown() []string {
	var out []string
	for _, n := range g.names {
		if !g.used[n] {
			out = append(out, n)
		}
	}
	return out
}
