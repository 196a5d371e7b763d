package gridsearch

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"galvani/internal/kernel"
	"galvani/network"
	"galvani/quantity"
	"galvani/trajectory"
)

// Spec describes a search. Maps and slices are copied.
type Spec struct {
	// Name is that of the model: copies are called NAME_0, NAME_1, … Empty: copy.
	Name string
	// Model describes one copy. It is called once by New.
	Model func(b *network.Builder) error
	// Grid is the points: trajectory.Grid for all combinations, the last axis
	// changing fastest, trajectory.Zip for values that go together, or any other
	// design. Values are numbers, bools and quantities.
	Grid trajectory.Design
	// Map says for every name in the grid which variables it sets, by path.
	Map map[string][]string
	// Inputs are signals for parameters of the model, by path.
	Inputs map[string]Input
	// Outputs are what is recorded: name to path. Behind the slash of the path is a
	// variable, a subexpression or an expression of them, or "spikes" for the spikes
	// of a group (if it has no such variable).
	Outputs map[string]string
	// Duration is the time to simulate, DT the time step (zero: 0.1 ms).
	Duration, DT quantity.Quantity
	// Sampling is the time between two samples of an output, a multiple of the step; zero: every
	// step. The first sample is taken at time 0, each before the step that begins there.
	Sampling quantity.Quantity
	// Seed is the seed of connections, of initial values and of chance.
	Seed uint64
	// Batch is how many copies are simulated at once at most; 0: all. Results do not
	// depend on it. While it is simulated a batch takes as much memory as its results, and as
	// the connections of all its copies.
	Batch int
	// Workers is the number of goroutines that share the work of a step; 0: one.
	Workers int
	// Kernel is the path of the vector functions; empty: the fastest.
	Kernel string
	// Clock tells the real time for Results.Elapsed, usually time.Now; may be nil.
	Clock func() time.Time
}

// Input is a signal that a parameter follows: in step s it has the value Values[s]
// (SI), in all neurons of all copies. With Channels of N, the size of the group, neuron i has
// Values[s*N+i] in every copy.
type Input struct {
	Values   []float64
	Channels int // 0: 1
}

// Search is a model with its points, ready to be simulated.
type Search struct {
	spec    Spec
	kernel  *kernel.Set
	steps   int64
	dt      float64
	axes    []trajectory.Axis
	model   *model
	targets [][]target // by axis
	feeds   []feed
	outputs []output
	chance  string // the text that draws random numbers during a run; empty: none

	mu      sync.Mutex
	batches map[int]*batch // by number of copies
}

// New checks a search and builds its model. The error joins everything that is wrong,
// also with the texts.
func New(spec Spec) (*Search, error) {
	spec.Map, spec.Inputs, spec.Outputs = maps.Clone(spec.Map), maps.Clone(spec.Inputs), maps.Clone(spec.Outputs)
	spec.Name = cmp.Or(spec.Name, "copy")
	s := &Search{spec: spec, batches: map[int]*batch{}}
	errs := []error{s.checkNumbers(), s.readGrid()}
	if spec.Model == nil {
		errs = append(errs, errors.New("there is no model"))
		return nil, located(errs...)
	}
	b := network.NewBuilder(network.BuildOptions{Seed: spec.Seed, DT: spec.DT, Workers: spec.Workers, Kernel: spec.Kernel})
	b.Fail(spec.Model(b))
	if err := b.Err(); err != nil {
		return nil, located(append(errs, err)...)
	}
	var err error
	if s.kernel, err = kernel.ByName(spec.Kernel); err != nil {
		return nil, located(err)
	}
	s.dt = b.DT()
	if s.model, err = newModel(b.Objects()); err != nil {
		return nil, located(append(errs, err)...)
	}
	errs = append(errs, s.checkTimes(), s.readMap(), s.readInputs(), s.readOutputs())
	if err := errors.Join(errs...); err != nil {
		return nil, located(err)
	}
	s.chance = s.findChance()
	for i := range s.Points() {
		if _, err := s.point(s.Values(i)); err != nil {
			errs = append(errs, fmt.Errorf("point %d: %w", i, err))
			break
		}
	}
	if err := s.model.begin(s.options()); err != nil {
		errs = append(errs, err)
	}
	if errors.Join(errs...) == nil {
		_, err := s.batch(1)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, located(err)
	}
	return s, nil
}

// located puts the package's name in front of every error.
func located(errs ...error) error {
	var out []error
	for _, err := range errs {
		joined, ok := err.(interface{ Unwrap() []error })
		if ok && errors.Join(joined.Unwrap()...).Error() == err.Error() {
			out = append(out, located(joined.Unwrap()...))
		} else if err != nil {
			out = append(out, fmt.Errorf("gridsearch: %w", err))
		}
	}
	return errors.Join(out...)
}

// options are those of the networks that the search simulates.
func (s *Search) options() network.Options {
	return network.Options{Seed: s.spec.Seed, DT: s.spec.DT, Workers: s.spec.Workers, Kernel: s.spec.Kernel}
}

func (s *Search) checkNumbers() error {
	var errs []error
	if s.spec.Batch < 0 {
		errs = append(errs, fmt.Errorf("batches of %d points, want 0 (all) or more", s.spec.Batch))
	}
	if len(s.spec.Outputs) == 0 {
		errs = append(errs, errors.New("there are no outputs, so that nothing would come of it"))
	}
	return errors.Join(errs...)
}

// checkTimes turns the durations into steps.
func (s *Search) checkTimes() error {
	var err error
	s.steps, err = multiple("duration", s.spec.Duration, s.dt)
	if err == nil && s.steps == 0 {
		err = errors.New("duration is 0")
	}
	return err
}

// multiple is how many time steps a duration has.
func multiple(what string, q quantity.Quantity, dt float64) (int64, error) {
	seconds := q.SI()
	steps := math.Round(seconds / dt)
	switch {
	case q == quantity.Quantity{}:
		return 0, nil
	case q.Dimension() != quantity.DimTime:
		return 0, fmt.Errorf("%s is %v, want a time", what, q)
	case !(seconds >= 0) || steps >= 1<<53:
		return 0, fmt.Errorf("%s is %v, want 0 or more, and not for ever", what, q)
	case math.Abs(seconds-steps*dt) > 1e-9*seconds:
		return 0, fmt.Errorf("%s of %v is no multiple of the time step of %v", what, q, quantity.New(dt, quantity.DimTime))
	}
	return int64(steps), nil
}

// readGrid lays out the points.
func (s *Search) readGrid() error {
	if s.spec.Grid == nil {
		return errors.New("there is no grid")
	}
	axes, err := s.spec.Grid.Columns()
	if err != nil {
		return err
	}
	if len(axes) == 0 {
		return errors.New("the grid is empty")
	}
	for k, a := range axes {
		if _, err := a.Columns(); err != nil {
			return err
		}
		if slices.ContainsFunc(axes[:k], func(o trajectory.Axis) bool { return o.Name == a.Name }) {
			return fmt.Errorf("the grid has %s twice", a.Name)
		}
		if n, m := a.Range.Len(), axes[0].Range.Len(); n != m {
			return fmt.Errorf("the grid has %d values of %s, but %d of %s", m, axes[0].Name, n, a.Name)
		}
	}
	s.axes = axes
	return nil
}

// Keys are the names of the grid in its order.
func (s *Search) Keys() []string {
	keys := make([]string, len(s.axes))
	for k, a := range s.axes {
		keys[k] = a.Name
	}
	return keys
}

// Points is the number of points of the grid.
func (s *Search) Points() int {
	if len(s.axes) == 0 {
		return 0
	}
	return s.axes[0].Range.Len()
}

// Values are the parameters of a point, 0 <= i < Points, in the order of Keys.
func (s *Search) Values(i int) []any {
	values := make([]any, len(s.axes))
	for k, a := range s.axes {
		values[k] = a.Range.At(i)
	}
	return values
}

// Steps is the number of time steps of a copy.
func (s *Search) Steps() int64 { return s.steps }
