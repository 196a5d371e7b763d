package equation

import "galvani/quantity"

// Type is what kind of value a variable or an expression has.
type Type uint8

// The types of values. All are held as float64; a boolean is 0 or 1.
const (
	Float Type = iota
	Integer
	Boolean
)

// String gives the type's name in the language.
func (t Type) String() string {
	switch t {
	case Integer:
		return "integer"
	case Boolean:
		return "boolean"
	}
	return "float"
}

// Constants are the named constants of a text: a float64, any integer type, a
// bool, a quantity.Quantity, or text that is an expression of other constants and
// units ("(tau1 - tau2)/tau2") or a quantity ("5 ms").
type Constants map[string]any

// Lane as a Symbol's Column stands for the number of the lane itself (the names i
// and j of a text): Frame.First plus the lane for Via 0, the entry of the index
// list for the others.
const Lane = -1

// Symbol is a name that the caller gives to a text, and where its values are.
type Symbol struct {
	Name string
	Dim  quantity.Dimension
	Type Type
	// Via says how a lane reaches its value: 0 directly, 1, 2, … through the index
	// list Frame.Index[Via] (synapses: post, pre).
	Via int
	// Column is the index into Frame.Columns, or into Frame.Shared if Shared, or Lane.
	Column int
	// Shared values are one number for all lanes, such as t.
	Shared bool
	// ReadOnly symbols cannot be assigned to.
	ReadOnly bool
	// Guard names a boolean symbol. Statements that assign to this symbol keep its
	// old value where the guard is false: synaptic input to a variable that is
	// (unless refractory). Empty: no guard. Updates take the flag of the equation instead.
	Guard string
}

// Scope is everything a text may refer to.
type Scope struct {
	Symbols   []Symbol
	Constants Constants
	// Subexpressions are named expressions of another text that this one may use;
	// for CompileUpdate those of the equations themselves need not be given.
	Subexpressions []Variable
	// DT is the time step in seconds; 0 if there is none. If it is not 0 and no
	// symbol or constant is called dt, dt is a constant of that many seconds.
	DT float64
	// Where is the prefix of errors: "neurons_e: threshold".
	Where string
}
