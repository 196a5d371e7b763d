//go:build cgo

package hdf5

import (
	"fmt"
	"path"
	"strings"

	"galvani/trajectory"
)

// overview is the group beside the tree; no node can have its name.
const overview = "overview"

// split takes a full name apart; the root is nil.
func split(name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	parts := strings.Split(name, ".")
	for _, p := range parts {
		if p == "" || strings.ContainsAny(p, "/\x00") {
			return nil, fmt.Errorf("hdf5: bad name %q: parts must not be empty or hold a slash or NUL: %w", name, trajectory.ErrName)
		}
	}
	if parts[0] == overview {
		return nil, fmt.Errorf("hdf5: bad name %q: %q is reserved for tables: %w", name, overview, trajectory.ErrName)
	}
	return parts, nil
}

// linkPath is what a soft link to a node of a trajectory says.
func linkPath(trajectory, target string) string {
	if strings.HasPrefix(target, "/") {
		return target // out of the trajectory, as read
	}
	return "/" + trajectory + "/" + strings.ReplaceAll(target, ".", "/")
}

// linkName is the full name that a soft link in the group called in leads to, or its path
// if that is outside of the trajectory.
func linkName(trajectory, in, target string) string {
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/", trajectory, strings.ReplaceAll(in, ".", "/"), target)
	}
	target = path.Clean(target)
	if rest, ok := strings.CutPrefix(target, "/"+trajectory+"/"); ok {
		return strings.ReplaceAll(rest, "/", ".")
	}
	return target
}
