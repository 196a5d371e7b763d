package equation

import (
	"maps"
	"slices"
)

// unitRule says which units the arguments of a function have and which its result.
type unitRule uint8

const (
	plain    unitRule = iota // dimensionless to dimensionless
	keeps                    // any unit to the same
	roots                    // any unit to its square root
	drops                    // any unit to dimensionless
	agrees                   // all arguments the same unit, which is the result's
	chooses                  // a condition, then two of the same unit
	produces                 // no arguments
)

// function describes a function of the language. How it is computed is in lower.go.
type function struct {
	args    string // for messages
	min     int
	max     int
	unit    unitRule
	integer bool // the result is an integer
	op      op   // for functions that are one instruction
}

// functions is the table of all functions.
var functions = map[string]*function{
	"exp":    {args: "x", min: 1, max: 1, op: opExp},
	"expm1":  {args: "x", min: 1, max: 1, op: opExpm1},
	"exprel": {args: "x", min: 1, max: 1},
	"log":    {args: "x", min: 1, max: 1, op: opLog},
	"log10":  {args: "x", min: 1, max: 1},
	"sin":    {args: "x", min: 1, max: 1, op: opSin},
	"cos":    {args: "x", min: 1, max: 1, op: opCos},
	"tanh":   {args: "x", min: 1, max: 1, op: opTanh},
	"floor":  {args: "x", min: 1, max: 1, op: opFloor, integer: true},
	"ceil":   {args: "x", min: 1, max: 1, op: opCeil, integer: true},
	"int":    {args: "x", min: 1, max: 1, integer: true},
	"sqrt":   {args: "x", min: 1, max: 1, unit: roots, op: opSqrt},
	"abs":    {args: "x", min: 1, max: 1, unit: keeps, op: opAbs},
	"sign":   {args: "x", min: 1, max: 1, unit: drops, op: opSign, integer: true},
	"clip":   {args: "x, low, high", min: 3, max: 3, unit: agrees},
	"min":    {args: "x, y, …", min: 2, max: 16, unit: agrees},
	"max":    {args: "x, y, …", min: 2, max: 16, unit: agrees},
	"where":  {args: "condition, x, y", min: 3, max: 3, unit: chooses},
	"rand":   {unit: produces, op: opUniform},
	"randn":  {unit: produces, op: opNormal},
}

// missing are functions of Brian that are known but not there.
var missing = []string{"tan", "sinh", "cosh", "arcsin", "arccos", "arctan", "poisson", "timestep"}

// Functions lists the names of the functions of the language, sorted.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }
