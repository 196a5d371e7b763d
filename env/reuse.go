package env

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"galvani/trajectory"
)

// The file in the runs folder that says which runs were computed by other sweeps, a line of
// JSON for each.
const reusedFile = "reused.jsonl"

// A reused run is one that was computed by another sweep.
type reused struct {
	Run    int       `json:"run"`
	From   string    `json:"from"`   // runs folder of the other sweep
	Was    int       `json:"was"`    // run there
	Digest string    `json:"digest"` // of parameters and seed
	Time   time.Time `json:"time"`
}

// reuse takes the results of runs that other sweeps have computed: by the same program with
// the same settings, with the same seed and the same values of all parameters.
func (s *sweep) reuse(ctx context.Context) error {
	if len(s.env.o.Reuse) == 0 || s.env.role != nil {
		return nil
	}
	return s.findElsewhere(ctx, s.plan, s.board, func(o *otherSweep, found map[int][]match) error {
		n, err := o.take(ctx, s, found)
		s.taken += n
		if err == nil && n > 0 {
			s.env.say("%d runs are taken from %s", n, o.dir)
		}
		return err
	})
}

// A match is a run that another sweep has computed, and the digest of what it depends on.
type match struct {
	run    int
	digest string
}

// findElsewhere looks for the runs of a plan that have to be executed in each of the other
// sweeps, and hands over those it has, by their runs there. It says so if there are none.
func (s *sweep) findElsewhere(ctx context.Context, plan *trajectory.Plan, b *board, found func(*otherSweep, map[int][]match) error) error {
	p, err := newPoints(plan, s.t.Kinds())
	if err != nil {
		return err
	}
	pending := map[string][]match{}
	for i := range plan.Header.Length {
		if !b.pending(i) || b.attempt(i) > 0 { // one that is to be repeated is executed
			continue
		}
		d, err := p.digest(i)
		if err != nil {
			return err
		}
		pending[d] = append(pending[d], match{i, d})
	}
	for _, path := range s.env.o.Reuse {
		o, err := s.openOther(ctx, path)
		if err != nil {
			return fmt.Errorf("env: -reuse: %w", err)
		}
		there, err := o.match(pending)
		if err != nil {
			return err
		}
		if len(there) == 0 {
			if len(pending) == 0 || plan.Generation > 0 {
				continue // it is not worth a word
			}
			s.env.say("no run is taken from %s: %s", o.dir, o.refusal)
		} else if err := found(o, there); err != nil {
			return err
		}
	}
	return nil
}

// An otherSweep is a sweep whose runs may be taken.
type otherSweep struct {
	dir     string
	points  *points
	done    map[int]trajectory.RunInfo // that the same program has done
	refusal string                     // why none of them is of use
}

// openOther finds out which runs of another sweep count: path is its runs folder, or the
// trajectory file beside it.
func (s *sweep) openOther(ctx context.Context, path string) (*otherSweep, error) {
	if isTrajectoryFile(path) {
		path = trajectory.RunsDir(path)
	}
	dir, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if own, err := filepath.Abs(s.dir); err == nil && own == dir {
		return nil, fmt.Errorf("%s is the sweep itself", path)
	}
	plan, err := trajectory.ReadPlan(dir)
	if errors.Is(err, trajectory.ErrNotFound) {
		return nil, fmt.Errorf("there is no sweep in %s: want the file of a sweep that has its folder NAME.runs beside it, or that folder", path)
	}
	if err != nil {
		return nil, err
	}
	o := &otherSweep{dir: dir, done: map[int]trajectory.RunInfo{}, refusal: "it has done none of the points that are left, with the same seed"}
	if changed := changedFlags(plan.Identity.Args, s.arguments()); len(changed) > 0 {
		o.refusal = strings.Join(changed, "; ")
		return o, nil
	}
	if o.points, err = newPoints(plan, s.t.Kinds()); err != nil {
		return nil, err
	}
	board := newBoard(dir, plan)
	if err := board.learnRounds(); err != nil {
		return nil, err
	}
	attempts, err := trajectory.Attempts(ctx, dir)
	if err != nil {
		return nil, err
	}
	others := false
	for _, r := range attempts {
		if _, twice := o.done[r.Index]; twice || r.State != trajectory.Done {
			continue
		}
		if r.Program == "" && board.roundCount() == 0 { // the log is lost, but there was one program only
			r.Program = programName(plan.Identity.Build)
		}
		if r.Program == s.program {
			o.done[r.Index] = r
		} else {
			others = true
		}
	}
	if others && len(o.done) == 0 {
		o.refusal = strings.Join(buildChanges(board.build(), s.build), "; ")
	}
	return o, nil
}

// match moves what is done there from what is pending.
func (o *otherSweep) match(pending map[string][]match) (map[int][]match, error) {
	there := map[int][]match{}
	for was := range o.done {
		d, err := o.points.digest(was)
		if err != nil {
			return nil, err
		}
		if len(pending[d]) > 0 {
			there[was] = pending[d]
			delete(pending, d)
		}
	}
	return there, nil
}

// take publishes the results of the runs that were found there.
func (o *otherSweep) take(ctx context.Context, s *sweep, found map[int][]match) (taken int, err error) {
	paths, err := trajectory.Shards(o.dir)
	if err != nil {
		return 0, err
	}
	var batch []outcome
	var notes []reused
	bytes := int64(0)
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := s.take(batch, notes)
		taken += len(batch)
		batch, notes, bytes = nil, nil, 0
		return err
	}
	for _, path := range paths {
		if ctx.Err() != nil {
			return taken, s.stopped(ctx)
		}
		shard, err := trajectory.OpenShard(path)
		if err != nil {
			return taken, err
		}
		for _, r := range shard.Runs() {
			info := o.done[r.Index]
			if len(found[r.Index]) == 0 || r.Attempt != info.Attempt {
				continue
			}
			records, err := shard.Load(r.Index, false)
			if err != nil {
				return taken, errors.Join(err, shard.Close())
			}
			for _, m := range found[r.Index] {
				out, err := s.adopt(m.run, info, records)
				if err != nil {
					return taken, errors.Join(err, shard.Close())
				}
				batch, bytes = append(batch, out), bytes+outcomeBytes(out)
				notes = append(notes, reused{Run: m.run, From: o.dir, Was: r.Index, Digest: m.digest, Time: time.Now()})
			}
			delete(found, r.Index)
			if bytes >= publishBytes {
				if err := flush(); err != nil {
					return taken, errors.Join(err, shard.Close())
				}
			}
		}
		if err := shard.Close(); err != nil {
			return taken, err
		}
	}
	return taken, flush()
}

// adopt makes of the results of a run of another sweep those of a run of this one.
func (s *sweep) adopt(run int, info trajectory.RunInfo, records []trajectory.Record) (outcome, error) {
	r, err := s.t.Run(run)
	if err != nil {
		return outcome{}, err
	}
	was := info.Index
	info.Index, info.Attempt, info.Seed, info.Summary = run, 0, r.Seed(), r.Summary()
	records = slices.Clone(records)
	if was != run {
		for i := range records {
			rec := &records[i]
			rec.Name, rec.Link = ofRun(rec.Name, was, run), ofRun(rec.Link, was, run)
		}
		slices.SortFunc(records, func(a, b trajectory.Record) int { return strings.Compare(a.Name, b.Name) })
	}
	return outcome{RunRecord: trajectory.RunRecord{Info: info, Records: records}}, nil
}

// ofRun is the name of a node of a run, of another run.
func ofRun(name string, was, run int) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		switch p {
		case trajectory.RunName(was):
			parts[i] = trajectory.RunName(run)
		case trajectory.RunSetName(was):
			parts[i] = trajectory.RunSetName(run)
		}
	}
	return strings.Join(parts, ".")
}

// take publishes runs that another sweep has computed and notes where they come from.
func (s *sweep) take(batch []outcome, notes []reused) error {
	if _, err := s.publish(batch); err != nil {
		return s.unsaved(err)
	}
	var text []byte
	for _, n := range notes {
		line, err := json.Marshal(n)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	f, err := os.OpenFile(filepath.Join(s.dir, reusedFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("env: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("env: noting where runs come from: %w", err)
	}
	return nil
}

// points are those of a sweep: what runs depend on beside the program.
type points struct {
	t        *trajectory.Trajectory
	names    []string
	explored []bool     // by name
	values   [][32]byte // of what is not explored, by name
}

// newPoints reads the parameters from the plan, so that two sweeps are compared by what is
// on disk of them. Of config nothing decides about results.
func newPoints(plan *trajectory.Plan, kinds []trajectory.Kind) (*points, error) {
	t, err := plan.Trajectory(kinds)
	if err != nil {
		return nil, err
	}
	p := &points{t: t}
	for rec, err := range t.Records() {
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(rec.Name, "config.wildcards.") {
			return nil, fmt.Errorf("env: -reuse: %s has wildcards of its own, and what they stand for in another sweep is not known", t.Name())
		}
		if trajectory.Branch(rec.Name) == "config" || !rec.Leaf && rec.Link == "" && len(rec.Annotations) == 0 {
			continue
		}
		explored := slices.Contains(plan.Header.Explored, rec.Name)
		var text string
		switch param, err := t.Parameter(rec.Name); {
		case explored:
		case rec.Leaf && err == nil:
			text = p.text(param)
		default:
			text = fmt.Sprintf("%s %#v %s", rec.Class, rec.Items, rec.Link)
		}
		p.names = append(p.names, rec.Name)
		p.explored = append(p.explored, explored)
		p.values = append(p.values, sha256.Sum256([]byte(text)))
	}
	return p, nil
}

// text is the whole of a parameter's value. What has no such text, such as a pointer, is equal to
// nothing else, so that a run is executed rather than taken.
func (p *points) text(param *trajectory.Parameter) string {
	v := param.Value()
	for _, k := range p.t.Kinds() {
		if !k.Result && k.Match(v) {
			if items, err := k.Encode(v, nil); err == nil {
				return fmt.Sprintf("%s %#v", k.Class, items)
			}
		}
	}
	if data, err := trajectory.Encode(v); err == nil {
		return fmt.Sprintf("%#v", data)
	}
	return fmt.Sprintf("%T %#v", v, v)
}

// digest identifies what a run depends on: seeds, and the values of all parameters.
func (p *points) digest(run int) (string, error) {
	r, err := p.t.Run(run)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, p.t.Seed(), r.BuildSeed(), r.Seed())
	for i, name := range p.names {
		value := p.values[i]
		if p.explored[i] {
			param, err := r.Parameter(name)
			if err != nil {
				return "", err
			}
			value = sha256.Sum256([]byte(p.text(param)))
		}
		fmt.Fprintf(h, "%s %x\n", name, value)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
