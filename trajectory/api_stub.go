package trajectory

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

var errTodo = errors.New("trajectory: not built yet")

// Options of a new trajectory.
type Options struct {
	Comment string
	Kinds   []Kind
	Seed    uint64           // root seed
	AddTime bool             // append _2015_10_21_04h23m00s to the name
	Now     func() time.Time // nil: time.Now
}

// Trajectory is a tree of parameters and results.
type Trajectory struct{}

func New(name string, o Options) (*Trajectory, error) { return nil, errTodo }

func (t *Trajectory) Name() string       { return "" }
func (t *Trajectory) Comment() string    { return "" }
func (t *Trajectory) Seed() uint64       { return 0 }
func (t *Trajectory) Len() int           { return 0 }
func (t *Trajectory) Header() Header     { return Header{} }
func (t *Trajectory) Kinds() []Kind      { return nil }
func (t *Trajectory) Root() *Group       { return nil }
func (t *Trajectory) Lock()              {}
func (t *Trajectory) Locked() bool       { return false }
func (t *Trajectory) Close() error       { return nil }
func (t *Trajectory) Explored() []string { return nil }

func (t *Trajectory) Node(path string) (Node, error)            { return nil, errTodo }
func (t *Trajectory) Group(path string) (*Group, error)         { return nil, errTodo }
func (t *Trajectory) Parameter(path string) (*Parameter, error) { return nil, errTodo }
func (t *Trajectory) Result(path string) (*Result, error)       { return nil, errTodo }
func (t *Trajectory) FindAll(pattern string) ([]Node, error)    { return nil, errTodo }

func (t *Trajectory) AddParameter(path string, value any, opts ...AddOption) error { return errTodo }
func (t *Trajectory) AddConfig(path string, value any, opts ...AddOption) error    { return errTodo }
func (t *Trajectory) AddDerived(path string, value any, opts ...AddOption) error   { return errTodo }
func (t *Trajectory) AddResult(path string, value any, opts ...AddOption) error    { return errTodo }
func (t *Trajectory) AddGroup(path string, opts ...AddOption) error                { return errTodo }
func (t *Trajectory) AddLink(path, target string) error                            { return errTodo }
func (t *Trajectory) AddStruct(path string, value any, opts ...AddOption) error    { return errTodo }
func (t *Trajectory) Set(path string, value any) error                             { return errTodo }
func (t *Trajectory) Explore(d Design) error                                       { return errTodo }
func (t *Trajectory) Run(i int) (*Run, error)                                      { return nil, errTodo }
func (t *Trajectory) RunInfo(i int) (RunInfo, error)                               { return RunInfo{}, errTodo }
func (t *Trajectory) Records() iter.Seq2[Record, error]                            { return nil }

// AddOption is given to the Add functions.
type AddOption struct{}

// WithComment(text), Annotate(name, value) follow as Comment and Annotate.
func Comment(text string) AddOption             { return AddOption{} }
func Annotate(name string, value any) AddOption { return AddOption{} }

// Group has children.
type Group struct{}

func (g *Group) FullName() string               { return "" }
func (g *Group) Name() string                   { return "" }
func (g *Group) Comment() string                { return "" }
func (g *Group) Annotations() map[string]any    { return nil }
func (g *Group) IsLeaf() bool                   { return false }
func (g *Group) Class() string                  { return "" }
func (g *Group) Node(path string) (Node, error) { return nil, errTodo }

// Children lists the direct children by name.
func (g *Group) Children() []Node { return nil }

// Parameters yields all parameters below the group by full name.
func (g *Group) Parameters() iter.Seq2[string, *Parameter] { return nil }

// Leaves yields all leaves below the group by full name.
func (g *Group) Leaves() iter.Seq2[string, Node] { return nil }

// Parameter holds a value.
type Parameter struct{}

func (p *Parameter) FullName() string            { return "" }
func (p *Parameter) Name() string                { return "" }
func (p *Parameter) Comment() string             { return "" }
func (p *Parameter) Annotations() map[string]any { return nil }
func (p *Parameter) IsLeaf() bool                { return true }
func (p *Parameter) Class() string               { return "" }

// Value is the value: the run's in a run's view, the default elsewhere.
func (p *Parameter) Value() any     { return nil }
func (p *Parameter) Default() any   { return nil }
func (p *Parameter) Explored() bool { return false }
func (p *Parameter) Range() Range   { return nil } // nil if not explored
func (p *Parameter) Text() string   { return "" }  // value as text

// Result holds named items.
type Result struct{}

func (r *Result) FullName() string            { return "" }
func (r *Result) Name() string                { return "" }
func (r *Result) Comment() string             { return "" }
func (r *Result) Annotations() map[string]any { return nil }
func (r *Result) IsLeaf() bool                { return true }
func (r *Result) Class() string               { return "" }

// Items loads all values.
func (r *Result) Items() (Items, error) { return nil, errTodo }

// Item loads one value.
func (r *Result) Item(name string) (any, error) { return nil, errTodo }

// Value is the item named like the result, or the only one.
func (r *Result) Value() (any, error) { return nil, errTodo }

// Run is the view of one run: immutable but for what it adds itself.
type Run struct{}

func (r *Run) Index() int                                                 { return 0 }
func (r *Run) Name() string                                               { return "" } // run_00000003
func (r *Run) Trajectory() *Trajectory                                    { return nil }
func (r *Run) Seed() uint64                                               { return 0 }
func (r *Run) BuildSeed() uint64                                          { return 0 }
func (r *Run) Summary() string                                            { return "" }
func (r *Run) Node(path string) (Node, error)                             { return nil, errTodo }
func (r *Run) AddResult(path string, value any, opts ...AddOption) error  { return errTodo }
func (r *Run) AddDerived(path string, value any, opts ...AddOption) error { return errTodo }

// Records are the nodes that the run added, sorted by name.
func (r *Run) Records() []Record { return nil }

// Get reads a value. Bind reads a group of parameters into a struct.
func Get[T any](g Getter, path string) (T, error)  { var v T; return v, errTodo }
func Bind[T any](g Getter, path string) (T, error) { var v T; return v, errTodo }

// FromRuns collects a value from all runs that have it.
func FromRuns[T any](t *Trajectory, path string) ([]RunValue[T], error) { return nil, errTodo }

// RunValue is what one run has.
type RunValue[T any] struct {
	Index int
	Value T
}

// RunRecord is what a run leaves behind: its row and its nodes.
type RunRecord struct {
	Info    RunInfo
	Records []Record
}

// RunsDir is the folder of plan and shards of the trajectory file at path.
func RunsDir(path string) string { return path + ".runs" }

// Identity says which program made a plan.
type Identity struct {
	Build string   // vcs revision, module sums, digest
	Args  []string // the program's arguments
}

// Plan is the durable description of a sweep.
type Plan struct {
	Header   Header
	Identity Identity
	Digest   string
}

// Difference is one thing in which a set-up differs from a plan.
type Difference struct {
	What string // "parameter", "range", "seed", "comment", "build", "arguments", "length"
	Name string // full name of the parameter
	Plan string // what the plan says, "" if absent there
	Now  string
}

func NewPlan(t *Trajectory, id Identity) (*Plan, error)         { return nil, errTodo }
func WritePlan(dir string, p *Plan) error                       { return errTodo }      // ErrExists if there is one
func ReadPlan(dir string) (*Plan, error)                        { return nil, errTodo } // ErrNotFound
func (p *Plan) Compare(t *Trajectory, id Identity) []Difference { return nil }
func (d Difference) String() string                             { return "" }

// WriteShard publishes finished runs durably and returns the file's path. Start,
// Finish and Host of the rows do not get into it; see LogRuns.
func WriteShard(dir string, p *Plan, runs ...RunRecord) (string, error) { return "", errTodo }

// LogRuns appends start, finish and host of runs to the side log.
func LogRuns(dir string, runs ...RunInfo) error { return errTodo }

// Status reads the rows of all runs that shards of the folder hold: the best attempt of each, by rising index.
func Status(ctx context.Context, dir string) ([]RunInfo, error) { return nil, errTodo }

// MergeOptions of Merge.
type MergeOptions struct {
	PerRunGroups int    // sweeps up to this many runs get a group per run; 0: 10 000; < 0: none
	Version      string // of the program, for the header
}

// MergeReport counts runs by state.
type MergeReport struct {
	Runs   map[State]int
	Shards int
}

// Merge assembles the trajectory file at path from plan and shards.
func Merge(ctx context.Context, dir string, s Store, path string, o MergeOptions) (MergeReport, error) {
	return MergeReport{}, errTodo
}

// OpenOptions of Open.
type OpenOptions struct {
	Stores []Store
	Kinds  []Kind
	Name   string // of the trajectory; "" takes the newest
}

// Open reads the file at path and shards beside it that the file does not contain.
func Open(ctx context.Context, path string, o OpenOptions) (*Trajectory, error) { return nil, errTodo }

// Save writes a trajectory as it is in memory to a file.
func Save(ctx context.Context, t *Trajectory, s Store, path string) error { return errTodo }

// Dump prints the canonical export.
func Dump(w io.Writer, t *Trajectory) error { return errTodo }

// DumpPypet prints what pypet would say of the trajectory.
func DumpPypet(w io.Writer, t *Trajectory) error { return errTodo }
