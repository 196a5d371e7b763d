package trajectory

// Node is a group, parameter or result of a trajectory, or of a run's view of it.
type Node interface {
	FullName() string            // dots between parts; "" is the root
	Name() string                // the last part
	Comment() string             //
	Annotations() map[string]any // a copy
	IsLeaf() bool
	// Class is the class name in the file: Parameter, Result, ...
	Class() string
}

// Getter is what values are read from: *Trajectory, *Group and *Run, and whatever
// wraps them. A path is a full name, a name relative to the receiver, or a shortcut.
type Getter interface {
	Node(path string) (Node, error)
}
