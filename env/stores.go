package env

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"galvani/trajectory"
)

// stores are the formats that this program can write, the usual one first.
func stores() []trajectory.Store {
	return nil
}

// storeFor is the store of the file, by its ending.
func storeFor(path string) (trajectory.Store, error) {
	ext := strings.ToLower(filepath.Ext(path))
	var known []string
	for _, s := range stores() {
		if slices.Contains(s.Extensions(), ext) {
			return s, nil
		}
		known = append(known, s.Extensions()[0])
	}
	return nil, fmt.Errorf("env: %s: this program writes %s", path, enumerate(known))
}
