//go:build !cgo

package hdf5

import (
	"context"

	"galvani/trajectory"
)

// Available reports whether this program can use HDF5 files.
func Available() bool { return false }

// Create returns [ErrNoCgo].
func (s *Store) Create(context.Context, string, trajectory.Header) (trajectory.Writer, error) {
	return nil, ErrNoCgo
}

// Open returns [ErrNoCgo].
func (s *Store) Open(context.Context, string, string) (trajectory.Reader, error) {
	return nil, ErrNoCgo
}

// Names returns [ErrNoCgo].
func (s *Store) Names(context.Context, string) ([]string, error) { return nil, ErrNoCgo }
