package equation

import "strings"

// Node is an expression of the syntax tree: *Number, *Name, *Unary, *Binary or
// *Call. Nodes are immutable.
type Node interface {
	// String prints the expression with as few parentheses as it takes.
	String() string
	// Position is the line and column in the text, from 1.
	Position() (line, col int)

	place() span
	precedence() int
}

// Number is a literal.
type Number struct {
	Text  string // as written
	Value float64
	at    span
}

// Name is a variable, constant or unit; also True and False.
type Name struct {
	Name string
	at   span
}

// Unary is -X, +X or not X.
type Unary struct {
	Op string
	X  Node
	at span // of the operator
}

// Binary is X Op Y.
type Binary struct {
	Op   string
	X, Y Node
	at   span // of the operator
}

// Call is a function with its arguments.
type Call struct {
	Func string
	Args []Node
	at   span // of the name
}

// Binding powers, from loose to tight.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precSum
	precProduct
	precSign
	precPower
	precAtom
)

// binaryPrecedence gives the binding power of a binary operator, 0 if it is none.
func binaryPrecedence(op string) int {
	switch op {
	case "or":
		return precOr
	case "and":
		return precAnd
	case "<", "<=", ">", ">=", "==", "!=":
		return precCompare
	case "+", "-":
		return precSum
	case "*", "/", "//", "%":
		return precProduct
	case "**":
		return precPower
	}
	return 0
}

func (n *Number) precedence() int { return precAtom }
func (n *Name) precedence() int   { return precAtom }
func (n *Call) precedence() int   { return precAtom }
func (n *Binary) precedence() int { return binaryPrecedence(n.Op) }
func (n *Unary) precedence() int {
	if n.Op == "not" {
		return precNot
	}
	return precSign
}

func (n *Number) place() span { return n.at }
func (n *Name) place() span   { return n.at }
func (n *Unary) place() span  { return n.at.to(n.X.place()) }
func (n *Binary) place() span { return n.X.place().to(n.Y.place()) }
func (n *Call) place() span {
	at := n.at
	for _, a := range n.Args {
		at = at.to(a.place())
	}
	return at
}

// Position is where the literal begins.
func (n *Number) Position() (line, col int) { return n.at.position() }

// Position is where the name begins.
func (n *Name) Position() (line, col int) { return n.at.position() }

// Position is where the operator stands.
func (n *Unary) Position() (line, col int) { return n.at.position() }

// Position is where the operator stands.
func (n *Binary) Position() (line, col int) { return n.at.position() }

// Position is where the function's name begins.
func (n *Call) Position() (line, col int) { return n.at.position() }

// String gives the literal as written.
func (n *Number) String() string { return n.Text }

// String gives the name.
func (n *Name) String() string { return n.Name }

// String prints operator and operand.
func (n *Unary) String() string {
	op := n.Op
	if op == "not" {
		op = "not "
	}
	return op + bracket(n.X, n.X.precedence() < n.precedence())
}

// String prints the operands with the operator between them.
func (n *Binary) String() string {
	p := n.precedence()
	left, right := n.X.precedence() < p, n.Y.precedence() <= p
	switch n.Op {
	case "**":
		// To the right, a sign may stand without brackets: 2**-1.
		left, right = n.X.precedence() <= p, n.Y.precedence() < precSign
		return bracket(n.X, left) + "**" + bracket(n.Y, right)
	case "<", "<=", ">", ">=", "==", "!=":
		left = n.X.precedence() <= p // comparisons do not chain
	}
	return bracket(n.X, left) + " " + n.Op + " " + bracket(n.Y, right)
}

// String prints the call.
func (n *Call) String() string {
	args := make([]string, len(n.Args))
	for i, a := range n.Args {
		args[i] = a.String()
	}
	return n.Func + "(" + strings.Join(args, ", ") + ")"
}

func bracket(n Node, yes bool) string {
	if yes {
		return "(" + n.String() + ")"
	}
	return n.String()
}

// renamed copies the tree with other names; functions keep theirs.
func renamed(n Node, f func(string) string) Node {
	switch n := n.(type) {
	case *Name:
		return &Name{f(n.Name), n.at}
	case *Unary:
		return &Unary{n.Op, renamed(n.X, f), n.at}
	case *Binary:
		return &Binary{n.Op, renamed(n.X, f), renamed(n.Y, f), n.at}
	case *Call:
		args := make([]Node, len(n.Args))
		for i, a := range n.Args {
			args[i] = renamed(a, f)
		}
		return &Call{n.Func, args, n.at}
	}
	return n
}
