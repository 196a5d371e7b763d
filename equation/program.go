package equation

import (
	"galvani/internal/kernel"
	"galvani/internal/rng"
	"galvani/quantity"
)

// Frame is the memory a program works on.
type Frame struct {
	// Columns are the variables; which is which is said by Symbol.Column. Two columns
	// must not share memory if one of them is written.
	Columns [][]float64
	// Shared are the values that all lanes have in common.
	Shared []float64
	// Index are the index lists by Via. Index[0] serves RunAt and its relatives only
	// (nil: lanes 0, 1, …). A list of one element serves all lanes.
	Index [][]int32
	// Step is the time step, which numbers random draws.
	Step int64
	// Key is the key of random draws.
	Key rng.Key
	// First is added to the lane number where it is used as a number: in random draws
	// and in symbols with Column Lane.
	First int64
}

// Program is a compiled text: an instruction list without values. It is immutable.
type Program struct{}

// NewMachine makes the working memory for running the program with the kernels of k.
func (p *Program) NewMachine(k *kernel.Set) *Machine { panic("not yet") }

// String lists the instructions.
func (p *Program) String() string { panic("not yet") }

// Digest identifies what the program computes: equal digests, equal bits.
func (p *Program) Digest() string { panic("not yet") }

// Reads gives the indices of the columns whose values the program uses, rising.
func (p *Program) Reads() []int { panic("not yet") }

// Writes gives the indices of the columns that the program writes, rising.
func (p *Program) Writes() []int { panic("not yet") }

// UsesRandom reports whether the program draws random numbers.
func (p *Program) UsesRandom() bool { panic("not yet") }

// UsesTime reports whether the program reads the shared symbol t.
func (p *Program) UsesTime() bool { panic("not yet") }

// HasShared reports whether the program writes shared values; then RunShared is to
// be called once per step, after all lanes have run.
func (p *Program) HasShared() bool { panic("not yet") }

// Dimension is the dimension of the result of a compiled expression.
func (p *Program) Dimension() quantity.Dimension { panic("not yet") }

// Type is the type of the result of a compiled expression.
func (p *Program) Type() Type { panic("not yet") }

// Increment describes a program that does nothing but `x += c`, `x += w` or
// `x += c*w` (also -=), where c is a constant expression and w a symbol.
type Increment struct {
	Target    Symbol  // x
	Factor    float64 // c; 1 for x += w
	Weight    Symbol  // w, if HasWeight
	HasWeight bool
}

// Increment recognises programs that can be done by adding at targets; the guard
// of the target, if it has one, is left to the caller.
func (p *Program) Increment() (Increment, bool) { panic("not yet") }

// Machine runs a program. It owns the temporaries, allocates nothing after it is
// made, and is not for concurrent use.
type Machine struct{}

// Run runs the program on lanes [lo, hi). Symbols of Via 0 are at their lane,
// those of Via v at Index[v][lane].
func (m *Machine) Run(f *Frame, lo, hi int) { panic("not yet") }

// RunAt runs the program on n lanes that are scattered: lane k has its Via 0
// symbols at Index[0][k] and those of Via v at Index[v][k]. Within one call no two
// lanes may write the same element. Where a lane's number counts (random draws,
// Column Lane) it is Frame.First + Index[0][k].
func (m *Machine) RunAt(f *Frame, n int) { panic("not yet") }

// RunShared computes the new values of shared variables from the old ones.
func (m *Machine) RunShared(f *Frame) { panic("not yet") }

// Eval computes a compiled expression on lanes [lo, hi) into dst[:hi-lo].
func (m *Machine) Eval(f *Frame, lo, hi int, dst []float64) { panic("not yet") }

// EvalAt computes a compiled expression on n scattered lanes, as RunAt, into dst[:n].
func (m *Machine) EvalAt(f *Frame, n int, dst []float64) { panic("not yet") }

// Condition is a compiled boolean expression.
type Condition struct{ *Program }

// Find writes into idx the lanes of [lo, hi) where the condition holds, rising, and
// returns how many there are. m is a machine of c's; len(idx) >= hi-lo.
func (c *Condition) Find(m *Machine, f *Frame, lo, hi int, idx []int32) int { panic("not yet") }
