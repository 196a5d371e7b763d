// Package equation is the modelling language: text becomes a syntax tree, its
// units are checked, an integrator is applied, and what comes out is a program of
// vector instructions that a Machine runs over columns of float64.
//
//	eqs, err := equation.Parse("dV/dt = (mu - V)/tau : 1\nmu : 1")
//	program, err := equation.CompileUpdate(eqs, "euler", equation.Scope{
//		Symbols: []equation.Symbol{
//			{Name: "V", Column: 0},
//			{Name: "mu", Column: 1, ReadOnly: true},
//		},
//		Constants: equation.Constants{"tau": quantity.MustParse("15 ms")},
//		DT:        1e-4,
//	})
//	m := program.NewMachine(kernel.Best())
//	m.Run(&equation.Frame{Columns: [][]float64{v, mu}}, 0, len(v))
//
// # Language
//
// The language is that of Brian 2. Equations stand one to a line (a line goes on
// inside open brackets; '#' starts a comment):
//
//	dx/dt = expression : unit (flags)    differential equation
//	x = expression : unit (flags)        subexpression
//	x : unit (flags)                     parameter
//
// The unit is that of x in base units (1, volt, Hz, amp/meter**2), or boolean or
// integer. Flags are constant, shared and unless refractory; the others of Brian
// are known by name and refused until they are supported.
//
// Expressions have the operators or, and, not; < <= > >= == !=; + -; * / // %;
// unary + -; ** (from loosest to tightest, ** binds to the right and tighter than
// a minus before it), the functions listed by Functions, True and False, pi and e,
// names of variables and constants, and names of units of more than one letter
// (5*ms). A condition that is used as a number counts 0 or 1. % and // round
// towards minus infinity as in Python.
//
// Statements (reset, synaptic events) are assignments with = += -= *= /= **= //=
// or %=, one to a line or separated by semicolons. A name that is assigned first
// and read later is a local variable.
//
// # What a program computes
//
// The compiled program, not the text, is the definition of the result: constants
// are folded, sums of products with constants are collected into linear
// combinations of up to four terms, equal values are computed once. These
// rewritings are those of real algebra (x - x is 0 even where x is infinite), they
// are deterministic and depend on nothing but the text and the scope, and every
// kernel path gives the same bits. Values written to a number column have
// |x| < 1e-290 replaced by 0.
//
// # Concurrency
//
// Equations, Program and Condition are immutable and may be shared. A Machine
// holds scratch memory and serves one goroutine at a time; disjoint ranges of
// lanes may be run by several machines at once.
package equation
