//go:build cgo

package hdf5_test

import (
	"testing"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
	"galvani/trajectory/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) trajectory.Store { return hdf5.New(hdf5.Options{}) })
}
