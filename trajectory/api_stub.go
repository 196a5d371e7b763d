package trajectory

import (
	"context"
	"errors"
	"io"
)

var errTodo = errors.New("trajectory: not built yet")

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
