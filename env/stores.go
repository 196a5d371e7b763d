package env

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
)

// Stores are the formats that this program can read and write, the usual one
// first: HDF5, unless it was built without cgo, and the folder format.
func Stores() []trajectory.Store {
	if hdf5.Available() {
		return []trajectory.Store{hdf5.New(hdf5.Options{}), dirstore.New()}
	}
	return []trajectory.Store{dirstore.New()}
}

// storeFor is the store of the file, by its ending.
func storeFor(path string) (trajectory.Store, error) {
	ext := strings.ToLower(filepath.Ext(path))
	var known []string
	for _, s := range Stores() {
		if slices.Contains(s.Extensions(), ext) {
			return s, nil
		}
		known = append(known, s.Extensions()[0])
	}
	if slices.Contains(hdf5.New(hdf5.Options{}).Extensions(), ext) {
		return nil, fmt.Errorf("env: %s: %w", path, hdf5.ErrNoCgo)
	}
	return nil, fmt.Errorf("env: %s: this program writes files that end with %s", path, enumerate(known))
}
