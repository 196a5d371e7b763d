package network

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"galvani/neuron"
	"galvani/synapse"
	"galvani/trajectory"
)

// Build is where a component makes what a run needs. It builds as a [Network]
// does (Group, Connect, Record) and keeps what other components need with [Put].
//
// What is made here is shared by all runs that would read the same: the manager
// notes the parameters, values and seeds that are read through the Build and
// hands the same groups, connections, values and derived parameters to the next run for which
// they are unchanged. So read everything that decides about the build through it, in
// particular nothing from the component's fields that changes between runs. Groups
// are complete when the component that makes them returns: their Set is an error
// afterwards, and other components give values in AddToNetwork, by [Network.Set].
type Build struct {
	*Builder
	scope
	ctx     context.Context
	run     *trajectory.Run // nil in a PreBuild
	add     func(path string, value any, opts ...trajectory.AddOption) error
	derived []derivedParameter
	before  int // values put before this build
}

// PreBuild is where a component makes what all runs share, before the sweep. It is a Build
// that may not read explored parameters.
type PreBuild struct{ Build }

// derivedParameter is one that a build added, to be added to every run that
// shares the build.
type derivedParameter struct {
	path  string
	value any
	opts  []trajectory.AddOption
}

// product is what one build made.
type product struct {
	objects []Object
	values  []registered
	derived []derivedParameter
}

// Context is cancelled when the run is.
func (b *Build) Context() context.Context { return b.ctx }

// Node returns a parameter or group and notes that the build depends on it. In a
// PreBuild one that is or holds an explored parameter is an error.
func (b *Build) Node(path string) (trajectory.Node, error) {
	node, err := b.getter.Node(path)
	if err == nil && b.run == nil {
		if name := explored(node); name != "" {
			return nil, fmt.Errorf("%w: %s; read it in Build", ErrExplored, name)
		}
	}
	if err != nil || !b.own(node) {
		b.note(readKey{readParameter, path}, lookNode(node, err))
	}
	return node, err
}

// own tells whether a node is a derived parameter that this build added.
func (b *Build) own(node trajectory.Node) bool {
	return slices.ContainsFunc(b.derived, func(d derivedParameter) bool {
		return strings.HasSuffix("."+node.FullName(), "."+d.path)
	})
}

// lookNode makes what is found at a path comparable.
func lookNode(node trajectory.Node, err error) any {
	if err != nil {
		return absent{}
	}
	type found struct {
		name  string
		value any
	}
	switch n := node.(type) {
	case *trajectory.Parameter:
		return found{n.FullName(), fingerprint(n.Value())}
	case *trajectory.Group:
		all := []string{n.FullName()}
		for name, p := range n.Parameters() {
			all = append(all, fmt.Sprintf("%s %v", name, fingerprint(p.Value())))
		}
		return fingerprint(all)
	}
	return new(byte) // of what else there is no two are equal
}

// Connect makes connections as [Builder.Connect] does, drawn from the build seed if there is
// chance in them.
func (b *Build) Connect(name string, pre, post neuron.View, spec synapse.Spec) *synapse.Synapses {
	if random(spec) {
		b.note(readKey{kind: readSeed}, b.options.Seed)
	}
	return b.Builder.Connect(name, pre, post, spec)
}

// random tells whether chance may decide about connections or their weights.
func random(s synapse.Spec) bool {
	_, weight := s.Weight.(string)
	return weight || s.P > 0 && s.P < 1 || strings.Contains(s.Condition, "rand")
}

// Run is the run that is being built for. What depends on it is not shared.
func (b *Build) Run() *trajectory.Run {
	if b.run != nil {
		b.note(readKey{kind: readRun}, b.run.Index())
	}
	return b.run
}

// Seed is the build seed, from which connections are drawn.
func (b *Build) Seed() uint64 {
	b.note(readKey{kind: readSeed}, b.options.Seed)
	return b.options.Seed
}

// Derived adds a derived parameter to every run that uses this build.
func (b *Build) Derived(path string, value any, opts ...trajectory.AddOption) {
	b.derived = append(b.derived, derivedParameter{path, value, opts})
	if err := b.add(path, value, opts...); err != nil {
		b.fail("%w", err)
	}
}

// Err returns everything that went wrong so far in this build.
func (b *Build) Err() error {
	return errors.Join(append([]error{b.Builder.Err()}, b.problems...)...)
}

// Explores tells whether a parameter is explored, or any in a group: what depends on it
// is left to Build.
func (b *PreBuild) Explores(path string) bool {
	node, err := b.getter.Node(path)
	if err != nil {
		b.fail("%w", err)
		return false
	}
	return explored(node) != ""
}

// explored names the first explored parameter at or below a node.
func explored(node trajectory.Node) string {
	switch n := node.(type) {
	case *trajectory.Parameter:
		if n.Explored() {
			return n.FullName()
		}
	case *trajectory.Group:
		for name, p := range n.Parameters() {
			if p.Explored() {
				return name
			}
		}
	}
	return ""
}

// ErrExplored is returned for an explored parameter that is read before the sweep.
var ErrExplored = errors.New("an explored parameter has no value before the sweep")

// finish ends a build whose callback has returned err.
func (b *Build) finish(err error) (product, error) {
	p := product{objects: b.objects, values: slices.Clone(b.values.list[b.before:]), derived: b.derived}
	if err == nil {
		err = b.Err()
	}
	if err == nil {
		err = b.seal()
	}
	if err != nil {
		return product{}, located(b.where, err)
	}
	return p, nil
}

// seal begins a network with the groups, so that Set in another component, whose
// effect would depend on who shares the group, is an error from the first run on.
func (b *Build) seal() error {
	net := New(Options{DT: b.options.DT, Kernel: b.options.Kernel})
	for _, o := range b.objects {
		if g, ok := o.(*neuron.Group); ok {
			net.Add(g)
		}
	}
	return net.ready()
}
