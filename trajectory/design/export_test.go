package design

// Direction is a row of the table of direction numbers, for tests.
type Direction struct {
	Degree, Middle int
	First          []uint32
}

// Directions is the table of direction numbers, for tests.
func Directions() []Direction {
	var out []Direction
	for _, d := range directions {
		out = append(out, Direction{d.degree, d.middle, d.first})
	}
	return out
}
