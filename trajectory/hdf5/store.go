package hdf5

import (
	"errors"

	"galvani/trajectory"
)

// ErrNoCgo is what every call returns in a program that was built without cgo.
var ErrNoCgo = errors.New("hdf5: this program was built without cgo; build it with CGO_ENABLED=1 and libhdf5, or use a directory store")

// The collection types of items that this package finds but cannot decode. Their
// Data has Type Bytes, no Shape and one value.
const (
	// Pickle holds the raw bytes of a pickled Python object.
	Pickle trajectory.Coll = "PICKLE"
	// Frame is a pandas DataFrame that is no [trajectory.DataFrame]; the value is empty.
	Frame trajectory.Coll = "FRAME"
	// Series is a pandas Series; the value is empty.
	Series trajectory.Coll = "SERIES"
	// Unknown is anything else; the value says what it is.
	Unknown trajectory.Coll = "UNKNOWN"
)

// Options are the choices of a [Store]; the zero value is sensible.
type Options struct {
	// Level is the deflate level, 1 to 9, of large arrays and tables; 0 means 1, and a
	// negative level no compression. Arrays that hardly shrink, such as
	// noisy traces, are stored as they are at level 0; an explicit level compresses them too.
	Level int
}

// Store implements [trajectory.Store] for HDF5 files. Make one with [New].
type Store struct {
	options Options
}

// New returns a store with the options o. A level above 9 is taken as 9.
func New(o Options) *Store {
	o.Level = min(o.Level, 9)
	return &Store{options: o}
}

// Format is "hdf5".
func (s *Store) Format() string { return "hdf5" }

// Extensions lists the endings that pypet accepts, ".hdf5" first.
func (s *Store) Extensions() []string {
	return []string{".hdf5", ".h5", ".hdf", ".he5", ".h4", ".hdf4", ".he2"}
}

var _ trajectory.Store = (*Store)(nil)
