package trajectory

// A Kind is a class of leaves: it says how a Go value becomes items of a file
// and comes back. Parameter, ArrayParameter and Result are built in, others
// come in through Options.Kinds and OpenOptions.Kinds and are asked first, in
// order. All functions are called from several goroutines.
type Kind struct {
	// Class is the class name in the file, such as "Brian2Parameter".
	Class string
	// Result tells a kind of results from a kind of parameters, derived
	// parameters and config.
	Result bool
	// Match tells whether the kind is meant for a value. Of a result it is
	// asked for each item's value; one that matches decides.
	Match func(value any) bool
	// Encode makes the items of a leaf. The value of a result is always
	// an Items (a single value is filed under the result's name). explored is
	// nil or the parameter's range; tables whose name starts with
	// "explored_data" must have one row per value of it.
	Encode func(value any, explored Range) ([]Item, error)
	// Decode is the reverse. For a result it returns an Items, or a single
	// value that stands for the whole result.
	Decode func(items []Item) (value any, explored Range, err error)
	// Same tells whether b may be explored where a is the default: same
	// type, same dimension. nil compares Go types.
	Same func(a, b any) bool
	// Text prints a value of a parameter for the run's summary; nil prints it
	// as Python would.
	Text func(value any) string
}

// Items holds the named values of a result that has more than one.
type Items map[string]any
