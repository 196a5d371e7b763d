package trajectory

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Version is the version of the layout that this package writes; it stands in
// the header of files.
const Version = layoutPrefix + "1"

const (
	layoutPrefix = "galvani-"
	layoutNumber = 1 // the newest that this package reads
)

// Options of a new trajectory.
type Options struct {
	Comment string
	// Kinds of leaves beside the built-in ones.
	Kinds []Kind
	// Seed is the root of all random numbers of the experiment.
	Seed uint64
	// AddTime appends the time to the name: _2015_10_21_04h23m00s.
	AddTime bool
	// Now is the clock; nil takes time.Now.
	Now func() time.Time
	// Wildcards beside $ (run_00000003) and $set (run_set_00000), or instead of them.
	Wildcards []Wildcard
}

// Trajectory is the tree of an experiment's parameters and results with the
// exploration and the state of its runs. Setting it up is for one goroutine; once
// it is locked, or opened from a file, any number may read it.
type Trajectory struct {
	name, comment string
	made          time.Time
	seed          uint64
	version       string
	kinds         []Kind
	wild          *wildcards
	tree          *tree
	outside       scope   // what a lookup outside of any run sees
	explored      []*node // in the order of exploring
	length        int
	locked        bool
	stored        bool      // it comes from a file
	infos         []RunInfo // nil: all pending
	presets       map[string]any
	rules         []rule

	mu    sync.RWMutex // guards the tree while runs' nodes are brought in
	files *files       // what it is read from; nil if it was made in memory
	later *later       // what of it has not been read; nil if it was made in memory

	hasNoRuns bool // the table of runs was left out
}

// New makes an empty trajectory. The name follows the rules of [ValidateName] and has no dots.
func New(name string, o Options) (*Trajectory, error) {
	if bad := badPart(name); bad != "" {
		return nil, fmt.Errorf("trajectory: name %q of a trajectory: %s: %w", clip(name), bad, ErrName)
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	made := now()
	if o.AddTime {
		name += made.Format("_2006_01_02_15h04m05s")
	}
	if len(name) >= maxName {
		return nil, fmt.Errorf("trajectory: name %q has %d characters (at most %d): %w", clip(name), len(name), maxName-1, ErrName)
	}
	wild, err := newWildcards(o.Wildcards)
	if err != nil {
		return nil, err
	}
	kinds, err := allKinds(o.Kinds)
	if err != nil {
		return nil, err
	}
	t := &Trajectory{
		name: name, comment: o.Comment, made: made, seed: o.Seed, version: Version,
		kinds: kinds, wild: wild, tree: newTree(wild.runOf), length: 1,
	}
	t.outside = scope{t: t, run: noRun}
	return t, nil
}

// allKinds checks kinds and puts the built-in ones behind them.
func allKinds(own []Kind) ([]Kind, error) {
	for i, k := range own {
		if k.Class == "" || k.Match == nil || k.Encode == nil || k.Decode == nil {
			return nil, fmt.Errorf("trajectory: kind %d (class %q) needs Class, Match, Encode and Decode", i, k.Class)
		}
	}
	return append(slices.Clone(own), builtinKinds()...), nil
}

// Rename gives the trajectory another name, under which it is saved from now on. What is
// on disk stays what it is.
func (t *Trajectory) Rename(name string) error {
	if bad := badPart(name); bad != "" || len(name) >= maxName {
		return fmt.Errorf("trajectory: name %q of a trajectory: %s: %w", clip(name), bad, ErrName)
	}
	t.name = name
	return nil
}

// Name is the trajectory's name.
func (t *Trajectory) Name() string { return t.name }

// Comment is the trajectory's comment.
func (t *Trajectory) Comment() string { return t.comment }

// Time is when the trajectory was made.
func (t *Trajectory) Time() time.Time { return t.made }

// Seed is the root seed.
func (t *Trajectory) Seed() uint64 { return t.seed }

// Len is the number of runs: at least 1.
func (t *Trajectory) Len() int { return t.length }

// Kinds returns the kinds that were given, without the built-in ones, to be
// handed on to [Open].
func (t *Trajectory) Kinds() []Kind {
	return slices.Clone(t.kinds[:len(t.kinds)-len(builtinKinds())])
}

// Header describes the trajectory as stores want it.
func (t *Trajectory) Header() Header {
	return Header{
		Name: t.name, Comment: t.comment, Time: t.made, Seed: t.seed, Length: t.length,
		Explored: t.Explored(), Version: t.version,
	}
}

// Explored lists the full names of the explored parameters in the order of exploring.
func (t *Trajectory) Explored() []string {
	names := make([]string, len(t.explored))
	for i, n := range t.explored {
		names[i] = n.full
	}
	return names
}

// Lock locks all parameters and the exploration, as at the start of the runs.
// Results can still be added.
func (t *Trajectory) Lock() { t.locked = true }

// Locked tells whether parameters are locked.
func (t *Trajectory) Locked() bool { return t.locked }

// Close closes the file of an opened trajectory.
func (t *Trajectory) Close() error {
	if t.files == nil {
		return nil
	}
	return t.files.Close()
}

func (t *Trajectory) scope() *scope { return &t.outside }

// Root is the group that holds everything.
func (t *Trajectory) Root() *Group { return &Group{n: t.tree.root, scope: t.scope()} }

// Node finds a node. The path may be a full name; or a shortcut, whose parts are
// looked for one below the other, each in the shallowest place: Node("R_ee")
// finds parameters.connections.R_ee if nothing else of that name is as near to
// the root. Two at the same depth are [ErrNotUnique], none is [ErrNotFound].
//
// Parts may be abbreviated (conf, par, dpar, res), runs be called run_3 or r_3,
// and $ or crun stand for the run's name, outside of runs for run_ALL.
// A path through a link finds what the link leads to. "" is the root.
func (t *Trajectory) Node(path string) (Node, error) { return t.scope().find(t.tree.root, path) }

// Group finds a group, like [Trajectory.Node].
func (t *Trajectory) Group(path string) (*Group, error) { return groupOf(t, path) }

// Parameter finds a parameter, like [Trajectory.Node].
func (t *Trajectory) Parameter(path string) (*Parameter, error) { return parameterOf(t, path) }

// Result finds a result, like [Trajectory.Node].
func (t *Trajectory) Result(path string) (*Result, error) { return resultOf(t, path) }

// Contains tells whether there is a node of exactly that full name.
func (t *Trajectory) Contains(path string) bool { return t.Root().Contains(path) }

func groupOf(g Getter, path string) (*Group, error) {
	n, err := g.Node(path)
	if err != nil {
		return nil, err
	}
	if g, ok := n.(*Group); ok {
		return g, nil
	}
	return nil, fmt.Errorf("trajectory: %s is a %s (want a group): %w", n.FullName(), n.Class(), ErrType)
}

func parameterOf(g Getter, path string) (*Parameter, error) {
	n, err := g.Node(path)
	if err != nil {
		return nil, err
	}
	if p, ok := n.(*Parameter); ok {
		return p, nil
	}
	return nil, fmt.Errorf("trajectory: %s is a %s (want a parameter): %w", n.FullName(), classOf(n), ErrType)
}

func resultOf(g Getter, path string) (*Result, error) {
	n, err := g.Node(path)
	if err != nil {
		return nil, err
	}
	if r, ok := n.(*Result); ok {
		return r, nil
	}
	return nil, fmt.Errorf("trajectory: %s is a %s (want a result): %w", n.FullName(), classOf(n), ErrType)
}

func classOf(n Node) string {
	if !n.IsLeaf() {
		return "group"
	}
	return n.Class()
}

// String prints name, comment, number of runs and the first children.
func (t *Trajectory) String() string { return t.text("", t.Root()) }

func (t *Trajectory) text(during string, root *Group) string {
	comment := ""
	if t.comment != "" {
		comment = "`" + t.comment + "`, "
	}
	return fmt.Sprintf("Trajectory%s %s (%slen:%d): %s", during, t.name, comment, t.length, root.childrenText())
}

// RunInfo is the row of run i. Runs that nothing is known of are pending.
func (t *Trajectory) RunInfo(i int) (RunInfo, error) {
	if i < 0 || i >= t.length {
		return RunInfo{}, t.noSuchRun(i)
	}
	if t.hasNoRuns {
		return RunInfo{}, fmt.Errorf("trajectory: run %d: the table of runs was not read (OpenOptions.NoRuns): %w", i, ErrNotFound)
	}
	if err := t.readRuns(); err != nil {
		return RunInfo{}, err
	}
	if i < len(t.infos) {
		return t.infos[i], nil
	}
	return RunInfo{Index: i, State: Pending}, nil
}

func (t *Trajectory) noSuchRun(i int) error {
	return fmt.Errorf("trajectory: there is no run %d (%s has %d, counted from 0): %w", i, t.name, t.length, ErrNotFound)
}
