package sim

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"galvani/internal/kernel"
)

// Object is a handle of something that takes part in a simulation. It does not
// change after it is built.
type Object interface {
	// Name is unique among the objects of a network.
	Name() string
	// Kind says in a word or two what the object is, for messages.
	Kind() string
	// Err tells everything that is wrong with the description, joined.
	Err() error
	// Needs lists the objects without which this one cannot run.
	Needs() []Object
	// StepSize is the object's own time step in seconds, 0 for the network's.
	StepSize() float64
	// Entries lists what the object does in a step: one for each of its tasks.
	Entries() []Entry
	// Prepare checks and compiles the object for a time step in seconds,
	// without making an instance, so that errors show before a run: those that
	// Err does not tell. It may be called any number of times, by several
	// goroutines.
	Prepare(dt float64) error
	// NewInstance makes the object's changing data for one network.
	NewInstance(s *Setup) (Instance, error)
}

// Setup is what a network gives to the instances of its objects.
type Setup struct {
	DT       float64               // the object's time step in seconds
	Step     int64                 // the object's next step
	Seed     uint64                // of initial values and of chance during the run
	Kernel   *kernel.Set           // vector functions to compute with
	Instance func(Object) Instance // the instance of an object that this one needs
}

// Instance is an object in one network: its data and what to do with them.
type Instance interface {
	// State is the instance's data. It stays the same for the instance's life.
	State() *State
	// Tasks offers the instance's work for each step, one task for each of the
	// object's entries and in their order. It is called again whenever the
	// network's plan changes.
	Tasks(l Link) []Task
}

// Rewinder is an instance that records. After a snapshot has been restored the
// network tells it to forget what lies at or after a step. restored says that the
// snapshot had a state for the instance, which it has by now.
type Rewinder interface {
	Rewind(step int64, restored bool)
}

// Link says how a network is going to call the tasks of an instance.
type Link struct {
	Workers int // parts in which a task may be called, at least 1
	// Fuse says that nothing which could change a variable runs between state
	// update and threshold, so that both may go over a block together.
	Fuse bool
}

// Task is a piece of work that is done once per step.
type Task struct {
	// Part does the share of one worker, 0 <= worker < Link.Workers. Parts may
	// run at the same time as other parts of the same slot. It may be nil.
	Part func(step int64, worker int)
	// Whole does what must not be shared out, after all parts. It may be nil.
	Whole func(step int64) error
	// Wake, if not nil, lets the network skip the task in a step for which
	// this history holds no spikes of Delay steps before.
	Wake  *Spikes
	Delay int64
	// Lo and Hi, if Lo < Hi, say that only spikes of the neurons Lo <= i < Hi of that
	// history matter.
	Lo, Hi int32
	// Ahead, if not nil, is the same work in the form that lets a network run ahead.
	Ahead *Ahead
}

// The greatest size of a window. A block stays in the second-level cache; smaller
// ones cut the rows of synapses into too many pieces.
const (
	MaxBlock  = 8192 // neurons
	MaxWindow = 16   // steps
)

// Ahead is how a task takes part in a window: several steps that are carried out
// for a block of neurons, one after the other, before the next block begins, so that
// the block stays in the cache. What comes of it is what the steps taken one by one
// would give: nothing that happens to the neurons of a block during the window depends
// on neurons outside of it.
type Ahead struct {
	// Of is the state of the group whose neurons the blocks are. Block reads and
	// writes columns of no other.
	Of *State
	// Arrivals is the number of spikes that arrive in a step; nil for what delivers none.
	Arrivals func(step int64) int
	// Limit, if not 0, is how long a window may be: what happens in one step acts so
	// many steps later.
	Limit int64
	// Open begins a step before the blocks of the window; false says that there is
	// nothing to do in it. It may be nil.
	Open func(step int64) bool
	// Block does the work of a step for the neurons lo <= i < hi, at most [MaxBlock] of them.
	// The blocks of a worker follow each other over its [Share]. It may be nil.
	Block func(step int64, worker, lo, hi int)
	// Close ends a step, after all blocks and the steps before. It may be nil.
	Close func(step int64)
}

// Share is the range of n elements that is worker w's of so many workers. All
// but the last end at a multiple of 8 elements, so that no two workers write to
// the same cache line.
func Share(n, w, workers int) (lo, hi int) {
	at := func(w int) int {
		if w >= workers {
			return n
		}
		return min(n, (n*w/workers+7)&^7)
	}
	return at(w), at(w + 1)
}

// CheckName refuses names that would make the messages and files they appear in
// unreadable.
func CheckName(name string) error {
	if name == "" {
		return errors.New("a name is missing")
	}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '"' }) {
		return fmt.Errorf("the name %q holds space, a quotation mark or a control character", name)
	}
	return nil
}

// Finite is an instance whose values can run away.
type Finite interface {
	// NonFinite finds a value that is NaN or infinite.
	NonFinite() (variable string, element int, value float64, found bool)
}
