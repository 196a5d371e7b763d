package equation

import "galvani/quantity"

// Kind says what a line of equations defines.
type Kind uint8

// The kinds of lines.
const (
	Differential  Kind = iota // dx/dt = …
	Subexpression             // x = …
	Parameter                 // x : …
)

// String gives the kind's name.
func (k Kind) String() string {
	switch k {
	case Subexpression:
		return "subexpression"
	case Parameter:
		return "parameter"
	}
	return "differential equation"
}

// Variable is one line of equations.
type Variable struct {
	Name            string
	Kind            Kind
	Dim             quantity.Dimension
	Unit            string // as written; "1" for integer and boolean
	Type            Type
	Constant        bool
	Shared          bool
	UnlessRefractory bool
	Expr            Node // nil for a parameter
	Line, Col       int  // of the name in the text, from 1
}

// Equations is a parsed text. It is immutable.
type Equations struct{}

// Parse reads equations. The error joins all errors of the text.
func Parse(text string) (*Equations, error) { panic("not yet") }

// Variables gives the lines in the order of the text.
func (e *Equations) Variables() []Variable { panic("not yet") }

// Lookup finds a variable by name.
func (e *Equations) Lookup(name string) (Variable, bool) { panic("not yet") }

// String prints the equations in a canonical form, one to a line.
func (e *Equations) String() string { panic("not yet") }

// Equal reports whether two texts say the same, apart from layout and comments.
func (e *Equations) Equal(o *Equations) bool { panic("not yet") }

// Digest is the SHA-256 of the canonical form in hexadecimal.
func (e *Equations) Digest() string { panic("not yet") }

// Renamed gives the variable with every name in its expression, and its own,
// replaced by rename(name): how the equations of one object are seen from another
// (V becomes V_post).
func (v Variable) Renamed(rename func(string) string) Variable { panic("not yet") }

// Template replaces keys that stand inside identifiers: with PRE -> e, tau_PRE
// becomes tau_e and dx_PRE/dt becomes dx_e/dt.
func Template(text string, replace map[string]string) string { panic("not yet") }

// Node is an expression of the syntax tree.
type Node interface {
	String() string
}
