package network

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"galvani/internal/kernel"
	"galvani/internal/sim"
	"galvani/neuron"
	"galvani/quantity"
)

// Options of a network. The zero value is ready to use.
type Options struct {
	// Seed is the seed of initial values and of chance during the run.
	Seed uint64
	// BuildSeed is the seed of random connections; 0 takes Seed.
	BuildSeed uint64
	// DT is the time step of objects without one of their own; zero: 0.1 ms.
	DT quantity.Quantity
	// Workers is the number of goroutines that share the work of a step; 0: one. It
	// does not change results. It pays for networks of 10^5 neurons and more.
	Workers int
	// Kernel is the path of the vector functions: "go", "avx2" or "avx512"; empty takes
	// the fastest. It does not change results.
	Kernel string
	// Report, if not nil, is told how far a run is: about every ReportPeriod by Clock,
	// or at every hundredth part of the run if there is no Clock, and at the end.
	Report       func(Progress)
	ReportPeriod time.Duration // 0: a second
	// Clock tells the real time, for Report and Profile; usually time.Now.
	Clock func() time.Time
	// Profile measures how long each object takes. It needs Clock.
	Profile bool
}

// Network is neurons, synapses and monitors that run together. What is made with
// the methods of its [Builder] is part of it; other handles are added.
type Network struct {
	Builder
	options Options
	kernel  *kernel.Set
	workers int
	cache   int // bytes of neurons from which on it pays to run ahead

	live map[Object]*live // everything that was ever part of it
	tick int64            // length in femtoseconds, 0 before the first plan
	now  int64            // ticks since the beginning
	plan *plan            // nil: to be made
	made []Object         // the objects that plan was made for
	sets map[string]int   // calls of Set for a variable in the step setsAt
	at   int64            // tick that sets counts for
	prof profile
}

// live is an object that a network has made an instance of.
type live struct {
	object   Object
	instance sim.Instance
	period   int64 // its time step in femtoseconds
	dt       float64
}

// New makes an empty network. What is wrong with the options is told by Err and by
// the first run.
func New(o Options) *Network {
	if o.BuildSeed == 0 {
		o.BuildSeed = o.Seed
	}
	n := &Network{
		Builder: newBuilder(BuildOptions{Seed: o.BuildSeed, DT: o.DT, Workers: o.Workers, Kernel: o.Kernel}),
		options: o, workers: max(1, o.Workers), cache: cacheSize, live: map[Object]*live{}, sets: map[string]int{},
	}
	// What is wrong with the path the builder has told already.
	if n.kernel, _ = kernel.ByName(n.Builder.options.Kernel); n.kernel == nil {
		n.kernel = kernel.Go()
	}
	if o.Profile && o.Clock == nil {
		n.Fail(errors.New("network: a profile needs Options.Clock, for example time.Now"))
	}
	return n
}

// Err tells everything that is wrong with the network, joined, each mistake once.
func (n *Network) Err() error {
	errs := []error{n.Builder.Err()}
	for _, o := range n.objects {
		for _, need := range o.Needs() {
			if n.names[need.Name()] != need {
				errs = append(errs, fmt.Errorf("network: %s %s needs %s %s, which is not in the network; add it", o.Kind(), o.Name(), need.Kind(), need.Name()))
			}
		}
		if _, err := femtoseconds(n.stepSize(o)); err != nil {
			errs = append(errs, fmt.Errorf("network: %s: %w", o.Name(), err))
		}
	}
	if _, err := femtoseconds(n.dt); err != nil {
		errs = append(errs, fmt.Errorf("network: %w", err))
	}
	return errors.Join(errs...)
}

// Remove takes objects out of the network. Their state stays as it is and their
// recordings stay readable; added again, they go on from there.
func (n *Network) Remove(objects ...Object) {
	for _, o := range objects {
		k := slices.Index(n.objects, o)
		switch {
		case isNil(o):
			n.Fail(errors.New("network: remove: a handle is nil"))
		case k < 0:
			n.Fail(fmt.Errorf("network: remove %s: it is not in the network", o.Name()))
		case n.sealed:
			n.Fail(fmt.Errorf("network: remove %s: the network is running", o.Name()))
		default:
			n.objects = slices.Delete(n.objects, k, k+1)
			delete(n.names, o.Name())
		}
	}
}

// Contains reports whether an object is in the network.
func (n *Network) Contains(o Object) bool { return slices.Contains(n.objects, o) }

// Time is how far the simulation has come, in seconds.
func (n *Network) Time() float64 { return n.seconds(n.now) }

// Step is how far the simulation has come, in steps of the network's dt.
func (n *Network) Step() int64 {
	period, err := femtoseconds(n.dt)
	if err != nil || n.tick == 0 {
		return 0
	}
	return n.now / (period / n.tick)
}

// State is the changing data of an object, such as net.State(e).Float64("V"): the
// live columns, which may be read and written between runs and in network
// operations. It is nil, and so is every column of it, if the object never was in
// the network or the network has errors.
func (n *Network) State(o Object) *sim.State {
	in := n.Instance(o)
	if in == nil {
		return nil
	}
	return in.State()
}

// Instance is what the network keeps for an object; it is how monitors find their
// recordings. It is nil if the object never was in the network or the network has
// errors.
func (n *Network) Instance(o sim.Object) sim.Instance {
	if l := n.live[o]; l != nil {
		return l.instance
	}
	if n.sealed || n.ready() != nil {
		return nil
	}
	if l := n.live[o]; l != nil {
		return l.instance
	}
	return nil
}

// Set gives a variable of a group or a part of it new values, as the Set of a
// group does for the beginning.
func (n *Network) Set(on neuron.View, variable string, value any) error {
	l, err := n.liveGroup(on)
	if err != nil {
		return fmt.Errorf("network: set %s: %w", variable, err)
	}
	if n.at != n.now {
		clear(n.sets)
		n.at = n.now
	}
	key := on.Group().Name() + " " + variable
	n.sets[key]++
	// The number tells repeated calls in a step from each other and from the initial values.
	return neuron.Assign(l.instance, on, variable, value, n.now*n.tick/l.period, -n.sets[key])
}

// Values computes a variable, a subexpression or an expression of them for the
// neurons of a group or a part of it, in SI units.
func (n *Network) Values(on neuron.View, expression string) ([]float64, error) {
	l, err := n.liveGroup(on)
	if err != nil {
		return nil, fmt.Errorf("network: values of %s: %w", expression, err)
	}
	return neuron.Evaluate(l.instance, on, expression, n.now*n.tick/l.period)
}

func (n *Network) liveGroup(on neuron.View) (*live, error) {
	if on == nil || on.Group() == nil {
		return nil, errors.New("no group is given")
	}
	if !n.sealed {
		if err := n.ready(); err != nil {
			return nil, err
		}
	}
	l := n.live[on.Group()]
	if l == nil {
		return nil, fmt.Errorf("%s is not in the network", on.Group().Name())
	}
	return l, nil
}

// String says in a line what the network is.
func (n *Network) String() string {
	var names []string
	for _, o := range n.objects {
		names = append(names, o.Name())
	}
	return fmt.Sprintf("network of %d objects at %g s: %s", len(names), n.Time(), strings.Join(names, ", "))
}
