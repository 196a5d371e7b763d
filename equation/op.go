package equation

import (
	"math"

	"galvani/internal/kernel"
)

// op is what an instruction does, and what a value of the graph is made by.
type op uint8

const (
	// Leaves of the graph; no instructions.
	opConst  op = iota // k[0]
	opLoad             // column n
	opShared           // shared symbol n

	opLin      // k[0]*a + k[1]*b + … + k[4], one to four terms
	opLinFlush // the same, flushed
	opOnto     // the last source plus the same
	opOntoFlush
	opFlush
	opCopy

	opMul
	opDiv
	opMin
	opMax
	opPow
	opMod
	opFloorDiv
	opLT
	opLE
	opGT
	opGE
	opEQ
	opNE
	opAnd
	opOr

	opAbs
	opSqrt
	opExp
	opExpm1
	opLog
	opSin
	opCos
	opTanh
	opFloor
	opCeil
	opTrunc
	opSign
	opNot

	opSelect // mask, a, b

	opUniform // draw n
	opNormal  // draw n
	opLane    // number of the lane, by way of index list n
)

// name is how listings call the operation.
func (o op) name() string {
	return [...]string{
		opConst: "const", opLoad: "load", opShared: "shared",
		opLin: "lin", opLinFlush: "linflush", opOnto: "onto", opOntoFlush: "ontoflush",
		opFlush: "flush", opCopy: "copy",
		opMul: "mul", opDiv: "div", opMin: "min", opMax: "max", opPow: "pow", opMod: "mod", opFloorDiv: "floordiv",
		opLT: "lt", opLE: "le", opGT: "gt", opGE: "ge", opEQ: "eq", opNE: "ne", opAnd: "and", opOr: "or",
		opAbs: "abs", opSqrt: "sqrt", opExp: "exp", opExpm1: "expm1", opLog: "log", opSin: "sin", opCos: "cos",
		opTanh: "tanh", opFloor: "floor", opCeil: "ceil", opTrunc: "trunc", opSign: "sign", opNot: "not",
		opSelect: "select", opUniform: "uniform", opNormal: "normal", opLane: "lane",
	}[o]
}

// commutes reports whether the operands may be swapped without changing a bit.
// Min and Max tell their operands apart where they are equal (0 and -0).
func (o op) commutes() bool {
	switch o {
	case opMul, opEQ, opNE, opAnd, opOr:
		return true
	}
	return false
}

// binary gives the kernel of an operation of two operands, nil if it has none.
func (o op) binary(k *kernel.Set) func(dst, a, b []float64) {
	switch o {
	case opMul:
		return k.Mul
	case opDiv:
		return k.Div
	case opMin:
		return k.Min
	case opMax:
		return k.Max
	case opPow:
		return k.Pow
	case opMod:
		return modVector
	case opFloorDiv:
		return floorDivVector
	case opLT:
		return k.LT
	case opLE:
		return k.LE
	case opGT:
		return k.GT
	case opGE:
		return k.GE
	case opEQ:
		return k.EQ
	case opNE:
		return k.NE
	case opAnd:
		return k.And
	case opOr:
		return k.Or
	}
	return nil
}

// unary gives the kernel of an operation of one operand, nil if it has none.
func (o op) unary(k *kernel.Set) func(dst, a []float64) {
	switch o {
	case opFlush:
		return k.Flush
	case opCopy:
		return k.Copy
	case opAbs:
		return k.Abs
	case opSqrt:
		return k.Sqrt
	case opExp:
		return k.Exp
	case opExpm1:
		return k.Expm1
	case opLog:
		return k.Log
	case opSin:
		return k.Sin
	case opCos:
		return k.Cos
	case opTanh:
		return k.Tanh
	case opFloor:
		return k.Floor
	case opCeil:
		return k.Ceil
	case opTrunc:
		return k.Trunc
	case opSign:
		return k.Sign
	case opNot:
		return k.Not
	}
	return nil
}

// fold computes an operation on constants, with the reference kernels, so that a
// folded value has the bits it would have had at run time.
func (o op) fold(args ...float64) float64 {
	k := kernel.Go()
	var dst [1]float64
	if f := o.unary(k); f != nil {
		f(dst[:], args[:1])
	} else if f := o.binary(k); f != nil {
		f(dst[:], args[:1], args[1:2])
	} else {
		panic("equation: no fold for " + o.name())
	}
	return dst[0]
}

// mod is a - b*floor(a/b) without rounding on the way, with the sign of b, as
// Python's %.
func mod(a, b float64) float64 {
	r := math.Mod(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

// floorDiv is floor(a/b) for the exact quotient, as Python's //.
func floorDiv(a, b float64) float64 {
	if b == 0 {
		return a / b
	}
	q := (a - mod(a, b)) / b
	f := math.Floor(q)
	if q-f > 0.5 {
		f++
	}
	return f
}

func modVector(dst, a, b []float64) {
	for i := range dst {
		dst[i] = mod(a[i], b[i])
	}
}

func floorDivVector(dst, a, b []float64) {
	for i := range dst {
		dst[i] = floorDiv(a[i], b[i])
	}
}
