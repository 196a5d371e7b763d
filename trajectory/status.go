package trajectory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
)

// sweep is what a runs folder holds: its shards and, of every run, the attempt that counts.
type sweep struct {
	shelf  shelf
	shards int
	best   map[int]candidate
	// rivals are further finished attempts, which must have the same results.
	rivals  map[int][]candidate
	outline *outline // of the nodes in the shards
}

// candidate is one attempt of a run in one shard.
type candidate struct {
	path string // of the shard
	info RunInfo
}

// better tells which attempt counts: done before failed, then the lowest attempt.
func (c candidate) better(d candidate) bool {
	if (c.info.State == Done) != (d.info.State == Done) {
		return c.info.State == Done
	}
	return c.info.Attempt < d.info.Attempt
}

// openSweep opens the shards of a folder, which must belong to the plan.
func openSweep(ctx context.Context, dir string, p *Plan) (*sweep, error) {
	paths, err := Shards(dir)
	if err != nil {
		return nil, err
	}
	return openShards(ctx, paths, p)
}

// openShards opens shards of one folder.
func openShards(ctx context.Context, paths []string, p *Plan) (*sweep, error) {
	s := &sweep{best: map[int]candidate{}, rivals: map[int][]candidate{}, outline: newOutline()}
	if len(paths) == 0 {
		return s, nil
	}
	dir := filepath.Dir(paths[0])
	logs, err := readLogs(dir)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			s.close()
			return nil, fmt.Errorf("trajectory: reading %s: %w", dir, context.Cause(ctx))
		}
		if err := s.open(path, p, logs); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *sweep) open(path string, p *Plan, logs map[attempt]logLine) error {
	shard, err := OpenShard(path)
	if err != nil {
		return err
	}
	defer shard.Close()
	s.shards++
	var note shardNote
	if err := shard.Note(&note); err != nil {
		return err
	}
	length, ok := p.Covers(note.Plan)
	if !ok {
		return fmt.Errorf("trajectory: shard %s belongs to another plan (%s, the plan here is %s): %w", path, clip(note.Plan), p.Digest, ErrPlanDiffers)
	}
	s.outline.add(shard)
	for _, info := range shard.Runs() {
		if info.Index < 0 || info.Index >= length {
			return corrupt(path, fmt.Errorf("it holds run %d of a sweep of %d runs", info.Index, length))
		}
		if l, ok := logs[attempt{info.Index, info.Attempt}]; ok {
			info.Start, info.Finish, info.Host, info.Program = l.Start, l.Finish, l.Host, l.Program
		}
		c := candidate{path: path, info: info}
		old, ok := s.best[info.Index]
		if !ok {
			s.best[info.Index] = c
			continue
		}
		if c.better(old) {
			s.best[info.Index] = c
			c = old
		}
		if c.info.State == Done {
			s.rivals[info.Index] = append(s.rivals[info.Index], c)
		}
	}
	return nil
}

func (s *sweep) close() { s.shelf.close() }

// load reads the nodes of a run from the shard of one of its attempts.
func (s *sweep) load(c candidate, skeleton bool) (records []Record, err error) {
	err = s.shelf.use(c.path, func(shard *Shard) error {
		records, err = shard.Load(c.info.Index, skeleton)
		return err
	})
	return records, err
}

// runs lists the indices of all runs that there is something of.
func (s *sweep) runs() []int {
	out := make([]int, 0, len(s.best))
	for i := range s.best {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

// agree compares the results of all finished attempts of a run.
func (s *sweep) agree(run int, records []Record) error {
	best := s.best[run]
	for _, c := range s.rivals[run] {
		other, err := s.load(c, false)
		if err != nil {
			return err
		}
		what := ""
		switch {
		case c.info.Seed != best.info.Seed:
			what = fmt.Sprintf("the seed is %d in one, %d in the other", best.info.Seed, c.info.Seed)
		default:
			what = firstDifference(records, other)
		}
		if what != "" {
			return fmt.Errorf("trajectory: run %d finished twice with different results (%s and %s): %s; a run must depend on plan, index and seed alone: %w",
				run, best.path, c.path, what, ErrPayload)
		}
	}
	return nil
}

// firstDifference names the first node in which two sorted lists differ, "" if none.
func firstDifference(a, b []Record) string {
	for i := 0; i < len(a) || i < len(b); i++ {
		switch {
		case i >= len(b) || i < len(a) && a[i].Name < b[i].Name:
			return fmt.Sprintf("only one has %s", a[i].Name)
		case i >= len(a) || b[i].Name < a[i].Name:
			return fmt.Sprintf("only one has %s", b[i].Name)
		case !a[i].Equal(b[i]):
			return fmt.Sprintf("%s differs", a[i].Name)
		}
	}
	return ""
}

// Status reads the rows of all runs that the shards of a runs folder hold: of
// each the attempt that counts, by rising index. Runs without a shard are not
// listed. A damaged shard is an error that wraps [ErrCorrupt].
func Status(ctx context.Context, dir string) ([]RunInfo, error) {
	p, err := ReadPlan(dir)
	if err != nil {
		return nil, err
	}
	s, err := openSweep(ctx, dir, p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer s.close()
	runs := s.runs()
	out := make([]RunInfo, len(runs))
	for i, run := range runs {
		out[i] = s.best[run].info
	}
	return out, nil
}
