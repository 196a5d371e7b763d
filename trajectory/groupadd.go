package trajectory

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// AddParameter adds a parameter below the group, which is the root or lies in
// parameters; see [Trajectory.AddParameter]. In a run's view it is an error.
func (g *Group) AddParameter(path string, value any, opts ...AddOption) error {
	return g.addParameter(branchParameters, path, value, opts)
}

// AddConfig adds to the config; see [Group.AddParameter].
func (g *Group) AddConfig(path string, value any, opts ...AddOption) error {
	return g.addParameter(branchConfig, path, value, opts)
}

func (g *Group) addParameter(branch, path string, value any, opts []AddOption) error {
	full, err := g.path(branch, path)
	if err != nil {
		return err
	}
	if g.scope.run != noRun {
		return fmt.Errorf("trajectory: %s cannot be added in a run: %w", full, ErrLocked)
	}
	return g.scope.t.addParameter(branch, full, value, opts)
}

// AddDerived adds a derived parameter below the group, in a run's view to what the
// run has derived; see [Trajectory.AddDerived] and [Run.AddDerived].
func (g *Group) AddDerived(path string, value any, opts ...AddOption) error {
	full, err := g.path(branchDerived, path)
	switch {
	case err != nil:
		return err
	case g.scope.run != noRun:
		return (&Run{scope: g.scope}).AddDerived(full, value, opts...)
	}
	return g.scope.t.AddDerived(full, value, opts...)
}

// AddResult adds a result below the group, in a run's view to the run's
// results; see [Trajectory.AddResult] and [Run.AddResult].
func (g *Group) AddResult(path string, value any, opts ...AddOption) error {
	full, err := g.path(branchResults, path)
	switch {
	case err != nil:
		return err
	case g.scope.run != noRun:
		return (&Run{scope: g.scope}).AddResult(full, value, opts...)
	}
	return g.scope.t.AddResult(full, value, opts...)
}

// AddGroup adds an empty group below this one.
func (g *Group) AddGroup(path string, opts ...AddOption) error {
	if g.scope.run != noRun {
		return (&Run{scope: g.scope}).AddGroup(join(g.n.full, path), opts...)
	}
	return g.scope.t.AddGroup(join(g.n.full, path), opts...)
}

// AddLink adds a link below the group; target is a path from the root.
func (g *Group) AddLink(path, target string) error {
	if g.scope.run != noRun {
		return (&Run{scope: g.scope}).AddLink(join(g.n.full, path), target)
	}
	return g.scope.t.AddLink(join(g.n.full, path), target)
}

// path is the path from the root of what is added below the group.
func (g *Group) path(branch, path string) (string, error) {
	if g.n.full == "" {
		return path, nil
	}
	if Branch(g.n.full) != branch {
		return "", fmt.Errorf("trajectory: %q cannot be added to %s, which does not lie in %s: %w", clip(path), g.n.full, branch, ErrName)
	}
	return g.n.full + "." + path, nil
}

// Add adds a leaf of the sort that its place asks for: a parameter below config,
// parameters or derived_parameters, a result below results and, where the path
// starts with none of these, in a branch of its own.
func (t *Trajectory) Add(path string, value any, opts ...AddOption) error {
	first, _ := t.wild.translate(Branch(path), noRun)
	switch first {
	case branchConfig, branchParameters, branchDerived:
		return t.addParameter(first, path, value, opts)
	case branchResults:
		return t.AddResult(path, value, opts...)
	}
	full, err := t.fullName("", path, noRun)
	if err != nil {
		return err
	}
	n, err := t.newResult(full, value, opts)
	if err != nil {
		return err
	}
	return t.insert(n)
}

// AddRecord adds a node as files have it, of any class: a group, a leaf with its
// items, or a link. It is for programs that bring trajectories in from elsewhere. A leaf of a class that
// no kind is known for keeps its items as they are.
func (t *Trajectory) AddRecord(r Record) error {
	if err := ValidateName(r.Name); err != nil {
		return err
	}
	for _, list := range [][]Item{r.Annotations, r.Items} {
		for _, it := range list {
			if err := it.Data.check(); err != nil {
				return fmt.Errorf("trajectory: %s: item %q: %w", r.Name, it.Name, err)
			}
		}
	}
	if t.locked && t.isParameter(r) && r.Leaf {
		return fmt.Errorf("trajectory: %s cannot be added: the runs have started: %w", r.Name, ErrLocked)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.place(r, held(r.Items)); err != nil {
		return err
	}
	if n := t.tree.nodes[r.Name]; n.param != nil {
		if err := (&Parameter{n: n}).Err(); err != nil {
			t.tree.remove(n)
			return err
		}
	}
	return nil
}

// insert puts a node that was made into the tree.
func (t *Trajectory) insert(n *node) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := t.tree.insert(n)
	return err
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// Flatten makes one level of maps in maps: the keys are the paths, with dots. A map that
// stands inside itself stays a value.
func Flatten(nested map[string]any) map[string]any {
	out := map[string]any{}
	flattenInto(out, "", nested, nil)
	return out
}

func flattenInto(out map[string]any, path string, nested map[string]any, above mapsAbove) {
	above = above.and(nested)
	for k, v := range nested {
		if m, ok := v.(map[string]any); ok && len(m) > 0 && !above.have(m) {
			flattenInto(out, join(path, k), m, above)
			continue
		}
		out[join(path, k)] = v
	}
}

// mapsAbove are the maps that one is nested in.
type mapsAbove []uintptr

func (a mapsAbove) and(m map[string]any) mapsAbove {
	return append(a[:len(a):len(a)], reflect.ValueOf(m).Pointer())
}

func (a mapsAbove) have(m map[string]any) bool {
	return slices.Contains(a, reflect.ValueOf(m).Pointer())
}

// Nest is the reverse of [Flatten]. A key that leads through another one's
// value is an error that wraps [ErrExists].
func Nest(flat map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, path := range sortedKeys(flat) {
		at := out
		parts := strings.Split(path, ".")
		for _, p := range parts[:len(parts)-1] {
			next, there := at[p]
			m, ok := next.(map[string]any)
			if !there {
				m, ok = map[string]any{}, true
				at[p] = m
			}
			if !ok {
				return nil, fmt.Errorf("trajectory: %q leads through a value: %w", path, ErrExists)
			}
			at = m
		}
		last := parts[len(parts)-1]
		if _, there := at[last]; there {
			return nil, fmt.Errorf("trajectory: %q is there twice: %w", path, ErrExists)
		}
		at[last] = flat[path]
	}
	return out, nil
}
