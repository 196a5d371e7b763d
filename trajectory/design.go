package trajectory

// A Range is a finite sequence of values that are made when they are asked for.
type Range interface {
	Len() int
	At(i int) any
}

// A Design says which points of the parameter space are run: one column per
// parameter, all of the same length. Grid, Zip, Points and Axis are designs.
type Design interface {
	Columns() ([]Axis, error)
}

// Axis is one explored parameter, by full name or shortcut, with its values.
type Axis struct {
	Name  string
	Range Range
}

// Over names the values that a parameter takes.
func Over(name string, values Range) Axis { return Axis{Name: name, Range: values} }
