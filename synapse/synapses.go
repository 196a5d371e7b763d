package synapse

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"

	"galvani/internal/kernel"
	"galvani/internal/sim"
	"galvani/neuron"
	"galvani/quantity"
)

// Synapses is the handle of a projection from one view of neurons to another.
type Synapses struct {
	name      string
	pre, post neuron.View
	spec      Spec
	csr       csr
	weights   weights
	delay     float64 // s
	err       error
	broken    bool // a group has errors, which are reported there

	mu    sync.Mutex
	plans map[float64]*plan
}

// Build says how connections are made.
type Build struct {
	Seed    uint64 // of the random choices
	Workers int    // how many goroutines make rows at the same time; 0: one
	Kernel  string // path of the vector functions; empty: the fastest
}

// NewSynapses connects two views. What is wrong with the spec is joined into
// the error; the handle is returned even then, but no network accepts it. If one
// of the groups has errors these are returned and nothing is connected.
func NewSynapses(name string, pre, post neuron.View, spec Spec, b Build) (*Synapses, error) {
	s := &Synapses{name: name, pre: pre, post: post, spec: spec, plans: map[float64]*plan{}}
	var errs []error
	fail := func(err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("synapse: %s: %w", name, err))
		}
	}
	finish := func() (*Synapses, error) {
		s.err = errors.Join(errs...)
		return s, s.err
	}
	fail(sim.CheckName(name))
	set, err := kernel.ByName(b.Kernel)
	fail(err)
	if missing(pre) || missing(post) {
		fail(errors.New("nothing to connect: a group is missing"))
		return finish()
	}
	for _, v := range []neuron.View{pre, post} {
		if v.Group() != v {
			fail(v.Err())
		}
	}
	if err := errors.Join(pre.Group().Err(), post.Group().Err()); err != nil {
		s.broken = true
		fail(err)
		_, err = finish()
		s.err = nil // reported by the groups
		return s, err
	}
	if len(errs) > 0 {
		return finish()
	}
	if !pre.Group().Spikes() {
		fail(fmt.Errorf("%s has no threshold, so it never spikes", pre.Group().Name()))
	}
	s.delay = spec.Delay.SI()
	switch {
	case spec.Delay == quantity.Quantity{}:
	case spec.Delay.Dimension() != quantity.DimTime:
		fail(fmt.Errorf("delay is %v, want a time", spec.Delay))
	case !(s.delay >= 0) || math.IsInf(s.delay, 0):
		fail(fmt.Errorf("delay is %v, want 0 or more", spec.Delay))
	}
	c := &connector{name: name, pre: pre, post: post, spec: spec, seed: b.Seed, workers: b.Workers, kernel: set}
	made, moved, err := c.connect()
	if err != nil {
		fail(err)
		return finish()
	}
	s.csr = made
	if s.weights, err = c.weigh(&s.csr, moved); err != nil {
		fail(err)
	}
	if strings.TrimSpace(spec.OnPre) == "" {
		fail(errors.New("OnPre is empty: a spike would do nothing"))
	} else if s.weights.given && !regexp.MustCompile(`\bw\b`).MatchString(spec.OnPre) {
		fail(fmt.Errorf("a weight is given, but %q does not use w", spec.OnPre))
	}
	return finish()
}

func missing(v neuron.View) bool {
	if g, ok := v.(*neuron.Group); ok {
		return g == nil
	}
	return v == nil
}

// Name is the projection's name.
func (s *Synapses) Name() string { return s.name }

// Kind is "synapses".
func (s *Synapses) Kind() string { return "synapses" }

// Err tells everything that is wrong with the projection, joined; nil if all is
// well or only its groups are at fault.
func (s *Synapses) Err() error { return s.err }

// Spec is what the projection was made from.
func (s *Synapses) Spec() Spec { return s.spec }

// Pre is the view that the spikes come from.
func (s *Synapses) Pre() neuron.View { return s.pre }

// Post is the view that the spikes go to.
func (s *Synapses) Post() neuron.View { return s.post }

// N is the number of synapses.
func (s *Synapses) N() int { return len(s.csr.targets) }

// Bytes is the memory that the connections take.
func (s *Synapses) Bytes() int64 {
	return 4*int64(cap(s.csr.targets)) + 8*int64(cap(s.weights.each)) + 8*int64(cap(s.csr.start))
}

// Synapse is one connection between two neurons, by their numbers in their groups.
type Synapse struct {
	Pre, Post int32
	Weight    float64 // SI; 0 if the projection has no weight
}

// All goes through the synapses by presynaptic neuron, those of a neuron in the
// order in which they act.
func (s *Synapses) All() iter.Seq[Synapse] {
	return func(yield func(Synapse) bool) {
		for r := range s.csr.rows() {
			for k := s.csr.start[r]; k < s.csr.start[r+1]; k++ {
				syn := Synapse{Pre: int32(s.csr.lo + r), Post: s.csr.targets[k], Weight: s.weights.equal}
				if s.weights.each != nil {
					syn.Weight = s.weights.each[k]
				}
				if !yield(syn) {
					return
				}
			}
		}
	}
}

// Targets lists the targets of a presynaptic neuron, given by its number in the
// group, as numbers in theirs.
func (s *Synapses) Targets(neuron int) []int32 {
	if s.csr.rows() <= 0 {
		return nil
	}
	a, b := s.csr.row(neuron)
	return slices.Clone(s.csr.targets[a:b])
}

// Needs lists the two groups.
func (s *Synapses) Needs() []sim.Object {
	if missing(s.pre) || missing(s.post) {
		return nil
	}
	if s.pre.Group() == s.post.Group() {
		return []sim.Object{s.pre.Group()}
	}
	return []sim.Object{s.pre.Group(), s.post.Group()}
}

// StepSize is that of the presynaptic group.
func (s *Synapses) StepSize() float64 {
	if missing(s.pre) {
		return 0
	}
	return s.pre.Group().StepSize()
}

// Entries lists the pathway from the presynaptic neurons, NAME_pre.
func (s *Synapses) Entries() []sim.Entry {
	return []sim.Entry{{Slot: sim.Synapses, Order: s.spec.Order - 1, Name: s.name + "_pre"}}
}
