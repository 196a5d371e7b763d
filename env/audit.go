package env

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"galvani/trajectory"
)

// An AuditError says that a sweep is not whole although all its runs have ended.
type AuditError struct {
	// Missing lists by result, such as "monitors.rate", the runs that are done and
	// do not have it though others do, or it was declared.
	Missing map[string][]int
	Done    int // runs that are done
}

// Error names every result that is missing, and the first runs that lack it.
func (e *AuditError) Error() string {
	names := slices.Sorted(maps.Keys(e.Missing))
	lines := make([]string, len(names))
	for i, name := range names {
		runs := e.Missing[name]
		lines[i] = fmt.Sprintf("result %s is missing in %d of %d runs that are done: %s", name, len(runs), e.Done, someIndices(runs))
	}
	return "env: the results are not complete: " + strings.Join(lines, "; ")
}

func someIndices(runs []int) string {
	var text []string
	for _, i := range runs[:min(len(runs), 10)] {
		text = append(text, strconv.Itoa(i))
	}
	if len(runs) > len(text) {
		text = append(text, "…")
	}
	return strings.Join(text, ", ")
}

// An auditor reads the shards of a sweep whose runs have all ended.
type auditor struct {
	t     *trajectory.Trajectory
	shard map[int]string // of runs that are done
	names map[string]int // of results: how many runs have them
	open  []*trajectory.Shard
}

// maxOpenShards is enough for runs in order, and for pairs of them.
const maxOpenShards = 8

// audit finds out whether every run that is done has the results that the others
// have, and says which explored parameters change nothing.
func (s *sweep) audit(ctx context.Context) error {
	a := &auditor{t: s.t, shard: map[int]string{}, names: map[string]int{}}
	defer a.close()
	paths, err := trajectory.Shards(s.dir)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if ctx.Err() != nil {
			return fmt.Errorf("env: checking the results: %w", context.Cause(ctx))
		}
		if err := a.read(path); err != nil {
			return err
		}
	}
	idle, err := a.idleParameters()
	if err != nil {
		return err
	}
	for _, names := range idle {
		s.env.say("warning: %s changes no result: is it used?", strings.Join(names, ", "))
	}
	return a.missing(s.declared, s.optional)
}

// use opens a shard, or finds it open from the last time.
func (a *auditor) use(path string) (*trajectory.Shard, error) {
	if i := slices.IndexFunc(a.open, func(s *trajectory.Shard) bool { return s.Path() == path }); i >= 0 {
		return a.open[i], nil
	}
	shard, err := trajectory.OpenShard(path)
	if err != nil {
		return nil, err
	}
	if len(a.open) == maxOpenShards {
		a.open[0].Close()
		a.open = slices.Delete(a.open, 0, 1)
	}
	a.open = append(a.open, shard)
	return shard, nil
}

func (a *auditor) close() {
	for _, s := range a.open {
		s.Close()
	}
}

// read takes note of what the runs of a shard have.
func (a *auditor) read(path string) error {
	shard, err := a.use(path)
	if err != nil {
		return err
	}
	for _, r := range shard.Runs() {
		if _, twice := a.shard[r.Index]; twice || r.State != trajectory.Done {
			continue
		}
		a.shard[r.Index] = path
		names, err := a.resultNames(shard, r.Index)
		if err != nil {
			return err
		}
		for _, name := range names {
			a.names[name]++
		}
	}
	return nil
}

// prefix is what is put before the name that a run gives a result.
func (a *auditor) prefix(run int) (string, error) {
	r, err := a.t.Run(run)
	if err != nil {
		return "", err
	}
	return "results.runs." + r.Name() + ".", nil
}

// resultNames are the results of a run by the names that the run gave them.
func (a *auditor) resultNames(shard *trajectory.Shard, run int) (all []string, err error) {
	prefix, err := a.prefix(run)
	if err != nil {
		return nil, err
	}
	for name, group := range shard.Names(run) {
		if result, ok := strings.CutPrefix(name, prefix); ok && !group {
			all = append(all, result)
		}
	}
	return all, nil
}

// missing lists results that runs lack, in an *AuditError; nil if there are none.
func (a *auditor) missing(declared, optional []string) error {
	e := &AuditError{Missing: map[string][]int{}, Done: len(a.shard)}
	for _, name := range declared {
		a.names[name] += 0
	}
	for name, n := range a.names {
		isOptional := slices.ContainsFunc(optional, func(pattern string) bool {
			match, err := path.Match(pattern, name)
			return err == nil && match
		})
		if n < len(a.shard) && (!isOptional || slices.Contains(declared, name)) {
			e.Missing[name] = nil
		}
	}
	if len(e.Missing) == 0 {
		return nil
	}
	runs := make([]int, 0, len(a.shard))
	for i := range a.shard {
		runs = append(runs, i)
	}
	slices.Sort(runs)
	for _, i := range runs {
		shard, err := a.use(a.shard[i])
		if err != nil {
			return err
		}
		has, err := a.resultNames(shard, i)
		if err != nil {
			return err
		}
		for name := range e.Missing {
			if !slices.Contains(has, name) {
				e.Missing[name] = append(e.Missing[name], i)
			}
		}
	}
	return e
}

// results reads the results of a run, by the names that the run gave them.
func (a *auditor) results(run int) ([]trajectory.Record, error) {
	shard, err := a.use(a.shard[run])
	if err != nil {
		return nil, err
	}
	records, err := shard.Load(run, false)
	if err != nil {
		return nil, err
	}
	prefix, err := a.prefix(run)
	if err != nil {
		return nil, err
	}
	var own []trajectory.Record
	for _, r := range records {
		var ok bool
		if r.Name, ok = strings.CutPrefix(r.Name, prefix); ok {
			own = append(own, r)
		}
	}
	return own, nil
}

// digest identifies the results of a run.
func (a *auditor) digest(run int) (string, error) {
	records, err := a.results(run)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	if err := trajectory.EncodeShard(&text, nil, []trajectory.RunRecord{{Info: trajectory.RunInfo{Index: -1}, Records: records}}); err != nil {
		return "", err
	}
	sum := sha256.Sum256(text.Bytes())
	return string(sum[:]), nil
}

// idleParameters lists the explored parameters that change no result: wherever two
// runs differ in one of them alone, their results are the same. Parameters that never
// change alone, as in a zip, are looked at together.
func (a *auditor) idleParameters() ([][]string, error) {
	explored := a.t.Explored()
	if len(a.names) == 0 {
		return nil, nil
	}
	digests := map[int]string{}
	var idle [][]string
	var together []string
	for _, name := range explored {
		pairs, changed, err := a.changes([]string{name}, digests)
		switch {
		case err != nil:
			return nil, err
		case pairs == 0:
			together = append(together, name)
		case !changed:
			idle = append(idle, []string{name})
		}
	}
	if len(together) > 0 {
		pairs, changed, err := a.changes(together, digests)
		if err != nil {
			return nil, err
		}
		if pairs > 0 && !changed {
			idle = append(idle, together)
		}
	}
	return idle, nil
}

// changes compares runs that differ in the named parameters alone, until two have
// different results. It returns how many were compared.
func (a *auditor) changes(names []string, digests map[int]string) (pairs int, changed bool, err error) {
	type point struct {
		run    int
		values string // of the named parameters
	}
	first := map[string]point{} // by the values of the other parameters
	for run := range a.t.Len() {
		if _, done := a.shard[run]; !done {
			continue
		}
		values, others, err := a.values(run, names)
		if err != nil {
			return pairs, false, err
		}
		before, ok := first[others]
		if !ok {
			first[others] = point{run, values}
		}
		if !ok || before.values == values {
			continue
		}
		pairs++
		for _, i := range []int{before.run, run} {
			if digests[i] == "" {
				if digests[i], err = a.digest(i); err != nil {
					return pairs, false, err
				}
			}
		}
		if digests[before.run] != digests[run] {
			return pairs, true, nil
		}
	}
	return pairs, false, nil
}

// values are the values of the explored parameters, those that are named and the others.
func (a *auditor) values(run int, names []string) (named, others string, err error) {
	r, err := a.t.Run(run)
	if err != nil {
		return "", "", err
	}
	for _, name := range a.t.Explored() {
		p, err := r.Parameter(name)
		if err != nil {
			return "", "", err
		}
		if slices.Contains(names, name) {
			named += p.Text() + "\x00"
		} else {
			others += p.Text() + "\x00"
		}
	}
	return named, others, nil
}
