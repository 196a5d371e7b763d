package gridsearch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"galvani/brianparam"
	"galvani/trajectory"
)

// Explore makes the grid the exploration of a trajectory: it adds a parameter for every
// name of the grid that the trajectory does not have, with the first value as default,
// and explores the points.
func (s *Search) Explore(t *trajectory.Trajectory) error {
	for _, a := range s.axes {
		if t.Contains(a.Name) {
			continue
		}
		comment := "Sets " + strings.Join(s.spec.Map[a.Name], ", ")
		if err := t.AddParameter(a.Name, a.Range.At(0), trajectory.Comment(comment)); err != nil {
			return fmt.Errorf("gridsearch: %w", err)
		}
	}
	if err := t.Explore(s.spec.Grid); err != nil {
		return fmt.Errorf("gridsearch: %w", err)
	}
	return nil
}

// Save stores what came of one copy as results of its run.
type Save func(r *trajectory.Run, res *Results, copy int) error

// SaveOutputs is the usual [Save]: every output becomes the result outputs.NAME, an array of
// samples (with several neurons, of neurons by samples) or the recording of a spike
// monitor, with path, unit and time between samples in its comment.
func SaveOutputs(r *trajectory.Run, res *Results, copy int) error {
	for _, o := range res.Outputs {
		path := "outputs." + o.Name
		var value any
		comment := "Spikes of " + strings.TrimSuffix(o.Path, "/"+spikes)
		if o.Spikes != nil {
			value = brianparam.FromSpikes(o.Spikes[copy])
		} else {
			every := o.DT
			if len(o.Steps) > 1 {
				every = float64(o.Steps[1]-o.Steps[0]) * o.DT
			}
			comment = fmt.Sprintf("%s in %s, every %v s from 0 on", o.Path, o.Unit, every)
			rows := o.Values[copy]
			if value = rows[0]; len(rows) > 1 {
				value = trajectory.Array[float64]{Shape: []int{len(rows), len(o.Steps)}, Data: slices.Concat(rows...)}
			}
		}
		if err := r.AddResult(path, value, trajectory.Comment(comment)); err != nil {
			return err
		}
	}
	return nil
}

// Experiment is a search as an experiment of package env: a run for every point of a
// trajectory that explores the names of the grid. When the first run of a batch is executed, the
// batch is simulated and the other runs take their parts of it. So the time of a batch counts as that of
// one run, for which the others wait: several workers are busy when there are
// several batches, and processes that share a sweep simulate again what they both need
// of a batch.
type Experiment struct {
	search *Search
	save   Save
	names  []string // of the parameters, in the order of the grid

	mu     sync.Mutex
	shares map[int]*share // by number of the batch
	order  []int          // of shares, as they were begun
}

// share is a batch that is simulated once for all its runs.
type share struct {
	turn chan struct{} // holds a token while nobody works on it
	res  *Results      // nil before
	left int           // runs that have not taken their parts
}

// maxShares is how many batches are remembered for runs that have not taken their parts
// yet. Batches that were forgotten are simulated again.
const maxShares = 8

// Experiment makes an experiment of the search that simulates at most batch points at
// once (0: all that the trajectory has, 1: every run for itself) and stores what comes of each with save;
// nil is [SaveOutputs]. The points are those of the trajectory, in the order of its
// runs, and the seed is the trajectory's.
func (s *Search) Experiment(batch int, save Save) (*Experiment, error) {
	switch {
	case batch < 0:
		return nil, fmt.Errorf("gridsearch: batches of %d points, want 0 (all) or more", batch)
	case batch != 1 && s.chance != "":
		return nil, fmt.Errorf("gridsearch: %s draws random numbers during a run, which differ with the place in a batch: want batches of 1", s.chance)
	}
	spec := s.spec
	spec.Batch = batch
	if save == nil {
		save = SaveOutputs
	}
	return &Experiment{search: &Search{spec: spec}, save: save, shares: map[int]*share{}}, nil
}

// Prepare builds the model with the seed of the trajectory and finds the parameters.
func (x *Experiment) Prepare(_ context.Context, t *trajectory.Trajectory) error {
	spec := x.search.spec
	spec.Seed = t.Seed()
	search, err := New(spec)
	if err != nil {
		return err
	}
	x.names = nil
	var errs []error
	for _, key := range search.Keys() {
		p, err := t.Parameter(key)
		if err != nil {
			errs = append(errs, fmt.Errorf("gridsearch: %w", err))
			continue
		}
		x.names = append(x.names, p.FullName())
	}
	for _, name := range t.Explored() {
		if !slices.Contains(x.names, name) && len(errs) == 0 {
			errs = append(errs, fmt.Errorf("gridsearch: %s is explored, but the search does not set it: its runs would be equal", name))
		}
	}
	x.search = search
	return errors.Join(errs...)
}

// Run simulates the run's batch, if nobody has done so yet, and stores the run's part.
func (x *Experiment) Run(ctx context.Context, r *trajectory.Run) error {
	t := r.Trajectory()
	size := x.search.spec.Batch
	if size == 0 {
		size = t.Len()
	}
	number := r.Index() / size
	lo := number * size
	hi := min(lo+size, t.Len())
	s := x.share(number)
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if s.res == nil || len(s.res.Copies) != hi-lo {
		res, err := x.simulate(ctx, t, lo, hi)
		if err != nil {
			<-s.turn
			return err
		}
		s.res, s.left = res, hi-lo
	}
	res := s.res
	if s.left--; s.left <= 0 {
		x.forget(number, s)
	}
	<-s.turn
	copy := r.Index() - lo
	if err := res.Copies[copy].Err; err != nil {
		return err
	}
	return x.save(r, res, copy)
}

// share finds a batch, and forgets the oldest one if there get too many.
func (x *Experiment) share(number int) *share {
	x.mu.Lock()
	defer x.mu.Unlock()
	if s := x.shares[number]; s != nil {
		return s
	}
	if len(x.order) == maxShares {
		delete(x.shares, x.order[0])
		x.order = slices.Delete(x.order, 0, 1)
	}
	s := &share{turn: make(chan struct{}, 1)}
	x.shares[number] = s
	x.order = append(x.order, number)
	return s
}

// forget drops a batch of which all runs have their parts.
func (x *Experiment) forget(number int, s *share) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.shares[number] == s {
		delete(x.shares, number)
		x.order = slices.DeleteFunc(x.order, func(n int) bool { return n == number })
	}
}

// simulate simulates the runs lo <= i < hi of a trajectory.
func (x *Experiment) simulate(ctx context.Context, t *trajectory.Trajectory, lo, hi int) (*Results, error) {
	var points []int
	var values [][]any
	for i := lo; i < hi; i++ {
		r, err := t.Run(i)
		if err != nil {
			return nil, err
		}
		at := make([]any, len(x.names))
		for k, name := range x.names {
			p, err := r.Parameter(name)
			if err != nil {
				return nil, err
			}
			at[k] = p.Value()
		}
		points, values = append(points, i), append(values, at)
	}
	return x.search.run(ctx, points, values)
}
