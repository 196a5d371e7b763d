package equation

import "galvani/internal/rng"

// Frame is the memory a program works on. It may be filled anew for every call.
type Frame struct {
	// Columns are the variables; which is which is said by Symbol.Column. Two columns
	// must not share memory if one of them is written.
	Columns [][]float64
	// Shared are the values that all lanes have in common.
	Shared []float64
	// Index are the index lists by Via. Index[0] is for RunAt and EvalAt. A list of
	// one element serves all lanes. Indices are not checked: they have to lie
	// within the columns that are reached through the list.
	Index [][]int32
	// Step is the time step, which numbers random draws.
	Step int64
	// Key is the key of random draws.
	Key rng.Key
	// First is added to the lane number where it is used as a number: in random draws
	// and in symbols with Column Lane and Via 0.
	First int64
}
