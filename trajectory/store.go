package trajectory

import (
	"context"
	"iter"
	"time"
)

// State is what became of a run.
type State string

// The states of a run. Only done runs have results; a failed run has a reason.
const (
	Pending   State = "pending"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Lost      State = "lost" // its worker vanished
	Cancelled State = "cancelled"
)

// RunInfo is the row that a trajectory keeps for each run.
type RunInfo struct {
	Index   int
	State   State
	Seed    uint64
	Attempt int    // 0 for the first
	Error   string // of a failed run: one line
	Stack   string // of a run that panicked
	Summary string // the explored parameters and their values, as pypet writes them
	Start   time.Time
	Finish  time.Time
	Host    string
	Program string // which program executed the attempt; only the side log of a runs folder keeps it
}

// Header describes a stored trajectory as a whole.
type Header struct {
	Name     string
	Comment  string
	Time     time.Time // when it was made
	Seed     uint64
	Length   int      // number of runs; 1 when nothing is explored
	Explored []string // full names of the explored parameters
	Version  string   // of the program that wrote it
}

// A Store keeps trajectories in files of one format. Every implementation
// passes trajectory/storetest. Its methods may be called from several
// goroutines; a Reader and a Writer belong to one.
type Store interface {
	// Format names the format, such as "hdf5".
	Format() string
	// Extensions lists the file name endings of the format, the usual one first.
	Extensions() []string
	// Create begins a new version of the trajectory called h.Name in the file at
	// path. What the file held before and the new version does not
	// replace stays (other trajectories, nodes somebody added). Nothing
	// changes on disk before Commit.
	Create(ctx context.Context, path string, h Header) (Writer, error)
	// Open opens the trajectory called name; an empty name takes the newest
	// in the file.
	Open(ctx context.Context, path, name string) (Reader, error)
	// Names lists the trajectories in the file, oldest first.
	Names(ctx context.Context, path string) ([]string, error)
}

// A Writer writes one version of a trajectory: any number of nodes and
// runs in any order, parents before children or not, then Commit.
type Writer interface {
	// Node writes a node and creates the groups above it. A node that is
	// there already is replaced.
	Node(Record) error
	// Run writes the row of a run.
	Run(RunInfo) error
	// Overview writes a table beside the tree, such as the columns of all
	// scalar results with a row per run ("scalars").
	Overview(name string, table Data) error
	// Commit makes the new version durable and visible, in one step:
	// after a crash there is the old file or the new one.
	Commit() error
	// Abort gives up; after Commit it does nothing.
	Abort() error
}

// A Remover is a [Writer] that can also leave out of the new version what the
// file holds. Not every store has such writers; [Delete] needs one.
type Remover interface {
	// Remove takes out a node and all below it. What is written afterwards stays.
	// ErrNotFound if there is no such node.
	Remove(name string) error
}

// A LeafCopier is a [Writer] that can take a leaf from a reader of its own format as it is, with what
// only other programs can decode ([Data.Foreign]), its comment and its annotations: the leaf that from has under
// the name old and r describes. It is false if from has another format.
type LeafCopier interface {
	CopyLeaf(from Reader, old string, r Record) (bool, error)
}

// An ItemReader is a [Reader] that can read some of a leaf's items without the
// others.
type ItemReader interface {
	// Items reads the items of these names that the leaf has, in the leaf's order.
	Items(leaf string, names ...string) ([]Item, error)
}

// A Reader reads a stored trajectory.
type Reader interface {
	Header() Header
	// Runs lists the run rows by rising index.
	Runs() ([]RunInfo, error)
	// Nodes yields the node called prefix and all below it, parents first,
	// children in name order; an empty prefix yields all. With
	// skeleton, leaves come without Items.
	Nodes(prefix string, skeleton bool) iter.Seq2[Record, error]
	// Node reads one node.
	Node(name string) (Record, error)
	// Overview reads a table beside the tree; ErrNotFound if there is none.
	Overview(name string) (Data, error)
	Close() error
}
