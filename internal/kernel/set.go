package kernel

import (
	"fmt"
	"strings"
)

// Set holds the functions of one path through the kernels. All sets compute
// the same bits; they differ in speed alone. A set is immutable once made and
// may be shared by any number of goroutines.
//
// Unless a field says otherwise: sources must be at least as long as dst (the
// kernels panic if they are not), len(dst) may be anything from zero up, slices
// may start at any address, and dst may be the very same slice as a source but
// must not overlap one partly.
type Set struct {
	// Name is "go", "avx2" or "avx512".
	Name string

	// Fill sets dst[i] = x.
	Fill func(dst []float64, x float64)
	// Copy sets dst[i] = a[i].
	Copy func(dst, a []float64)

	// Arithmetic, element by element: dst[i] = a[i] op b[i]. Min and Max give
	// NaN where either operand is NaN and b[i] where the two are equal.
	Add, Sub, Mul, Div, Min, Max, Pow func(dst, a, b []float64)

	// Functions of one argument: dst[i] = f(a[i]). The scalar functions of the
	// same names define the results and say how exact they are.
	Neg, Abs, Sqrt, Exp, Expm1, Log, Sin, Cos, Tanh, Floor, Ceil, Trunc, Sign func(dst, a []float64)

	// Lin[n-1] is the linear combination of n columns,
	// dst[i] = k[0]*a[i] + k[1]*b[i] + … + k[4], added up from left to right
	// with every product rounded. Sources beyond the n-th are not looked at.
	Lin [4]func(dst []float64, k *[5]float64, a, b, c, d []float64)
	// LinFlush[n-1] is Lin[n-1] followed by Flush.
	LinFlush [4]func(dst []float64, k *[5]float64, a, b, c, d []float64)
	// LinOnto[n-1] is the linear combination of n columns added to the last of
	// them, dst[i] = x[i] + (k[0]*a[i] + … + k[n-1]*x[i] + k[4]): a small step of x,
	// whose factor k[n-1] would lose its digits in 1 + k[n-1].
	LinOnto [4]func(dst []float64, k *[5]float64, a, b, c, d []float64)
	// LinOntoFlush[n-1] is LinOnto[n-1] followed by Flush.
	LinOntoFlush [4]func(dst []float64, k *[5]float64, a, b, c, d []float64)
	// Flush sets dst[i] = a[i], or +0 where |a[i]| < [Tiny].
	Flush func(dst, a []float64)

	// Comparisons as in IEEE 754: dst[i] = 1 where a[i] op b[i] holds, else 0.
	LT, LE, GT, GE, EQ, NE func(dst, a, b []float64)
	// And and Or combine truth values (anything but ±0 is true) into 1 or 0.
	And, Or func(dst, a, b []float64)
	// Not sets dst[i] = 1 where a[i] is ±0, else 0.
	Not func(dst, a []float64)
	// Select sets dst[i] = a[i] where mask[i] is true, else b[i].
	Select func(dst, mask, a, b []float64)
	// AtMost sets dst[i] = 1 where a[i] <= limit, else 0.
	AtMost func(dst []float64, a []int64, limit int64)

	// FindGT and its siblings write base+i for every i with a[i] op x to idx, in
	// rising order, and return how many there are. idx must be as long as a;
	// what it holds behind the returned count is unspecified.
	FindGT, FindGE, FindLT, FindLE func(idx []int32, a []float64, x float64, base int32) int
	// FindNonZero does the same for every a[i] that is true.
	FindNonZero func(idx []int32, a []float64, base int32) int

	// Gather sets dst[i] = src[idx[i]] for every i of dst. The indices of this
	// and the following kernels are not checked on every path: the caller
	// guarantees that they lie in the indexed slice.
	Gather func(dst, src []float64, idx []int32)
	// Scatter sets dst[idx[i]] = src[i] for every i of idx, in order, so that
	// the last of several equal indices wins.
	Scatter func(dst []float64, idx []int32, src []float64)
	// ScatterConst sets dst[idx[i]] = x for every i of idx.
	ScatterConst func(dst []float64, idx []int32, x float64)
	// GatherI64 is Gather for 64-bit integers.
	GatherI64 func(dst, src []int64, idx []int32)
	// ScatterConstI64 is ScatterConst for 64-bit integers.
	ScatterConstI64 func(dst []int64, idx []int32, x int64)
	// AddAt does dst[idx[i]] += x for every i of idx, in order; equal indices
	// add up one after another.
	AddAt func(dst []float64, idx []int32, x float64)
	// AddAtEach does dst[idx[i]] += src[i] for every i of idx, in order.
	AddAtEach func(dst []float64, idx []int32, src []float64)

	// NonFinite returns the index of the first NaN or infinity, -1 if none.
	NonFinite func(a []float64) int
	// Sum adds a up in a fixed order of its own.
	Sum func(a []float64) float64

	// Philox fills dst with Philox4x32-10 blocks: dst[4*i : 4*i+4] is the block
	// of counter (first+i, ctr[0], ctr[1], ctr[2]). len(dst) is a multiple of 4.
	Philox func(dst []uint32, key [2]uint32, ctr [3]uint32, first uint32)
	// Uniform fills dst with numbers from the open interval (0, 1): dst[i] is
	// element e = first+i of the stream, made of words 2*(e%2) and 2*(e%2)+1 of
	// block e/2. The elements of one stream end at 2^33.
	Uniform func(dst []float64, key [2]uint32, ctr [3]uint32, first int64)
	// Normal turns pairs of uniform numbers in (0, 1) into pairs of independent
	// standard normal numbers, see [NormalPair]. len(dst) is even.
	Normal func(dst, u []float64)
	// Jumps turns uniform numbers in (0, 1) into geometric jumps:
	// dst[i] = floor(log(u[i]) / logq), at most limit; logq = log(1-p) < 0.
	Jumps func(dst []int32, u []float64, logq float64, limit int32)
	// Below writes base+i for every 16-bit half w of words, in memory order
	// with the low half first, that is below threshold, in rising order, and
	// returns how many there are. tie says that a half equals the threshold.
	// idx must be twice as long as words; what it holds behind the returned
	// count is unspecified.
	Below func(idx []int32, words []uint32, threshold uint16, base int32) (n int, tie bool)
}

// Tiny is the magnitude below which a value written to a state column becomes
// zero. It lies far above the subnormal numbers, so that products of what is
// left do not fall among them either.
const Tiny = 1e-290

// Go returns the reference path, in plain Go. It defines the results.
func Go() *Set {
	return &Set{
		Name: "go",
		Fill: fillGo, Copy: copyGo,
		Add: addGo, Sub: subGo, Mul: mulGo, Div: divGo, Min: minGo, Max: maxGo, Pow: powGo,
		Neg: negGo, Abs: absGo, Sqrt: sqrtGo,
		Exp: expGo, Expm1: expm1Go, Log: logGo, Sin: sinGo, Cos: cosGo, Tanh: tanhGo,
		Floor: floorGo, Ceil: ceilGo, Trunc: truncGo, Sign: signGo,
		Lin:          [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){lin1Go, lin2Go, lin3Go, lin4Go},
		LinFlush:     [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linFlush1Go, linFlush2Go, linFlush3Go, linFlush4Go},
		LinOnto:      [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linOnto1Go, linOnto2Go, linOnto3Go, linOnto4Go},
		LinOntoFlush: [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linOntoFlush1Go, linOntoFlush2Go, linOntoFlush3Go, linOntoFlush4Go},
		Flush:        flushGo,
		LT:           ltGo, LE: leGo, GT: gtGo, GE: geGo, EQ: eqGo, NE: neGo,
		And: andGo, Or: orGo, Not: notGo, Select: selectGo,
		AtMost: atMostGo,
		FindGT: findGTGo, FindGE: findGEGo, FindLT: findLTGo, FindLE: findLEGo, FindNonZero: findNonZeroGo,
		Gather: gatherGo, Scatter: scatterGo, ScatterConst: scatterConstGo,
		GatherI64: gatherI64Go, ScatterConstI64: scatterConstI64Go,
		AddAt: addAtGo, AddAtEach: addAtEachGo,
		NonFinite: nonFiniteGo, Sum: sumGo,
		Philox: philoxGo, Uniform: uniformGo, Normal: normalGo, Jumps: jumpsGo, Below: belowGo,
	}
}

// Best returns the fastest path that this processor can run.
func Best() *Set {
	all := Available()
	return all[len(all)-1]
}

// Available returns the paths that this processor can run, slowest first. The
// first is always [Go].
func Available() []*Set {
	return append([]*Set{Go()}, accelerated()...)
}

// ByName returns the path of that name, or the fastest one if name is empty.
// The error for a name that is unknown, or that this processor cannot run,
// lists those it can.
func ByName(name string) (*Set, error) {
	if name == "" {
		return Best(), nil
	}
	var names []string
	for _, s := range Available() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, fmt.Errorf("kernel: no path %q on this processor, available: %s", name, strings.Join(names, ", "))
}

// covers panics if a slice of m elements is too short for a job of n: a broken
// promise of the caller, which assembly could not survive.
func covers(m, n int) {
	if m < n {
		tooShort(m, n)
	}
}

// tooShort is apart from covers so that covers costs its callers nothing.
func tooShort(m, n int) {
	panic(fmt.Sprintf("kernel: slice of %d elements where at least %d are needed", m, n))
}
