package kernel

import "math"

// tanhGo is
//
//	for i := range dst {
//		dst[i] = Tanh(a[i])
//	}
func tanhGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Tanh(a[i])
	}
}

// Tanh returns the hyperbolic tangent of x, with an error below 2 units in the
// last place. Tanh(±0) is ±0 and Tanh(±Inf) is ±1.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	e := Expm1(float64(2 * a))
	// The first form loses nothing where the result is small, the second is
	// finite where it is nearly 1.
	if a < 1 {
		return math.Copysign(e/(e+2), x)
	}
	return math.Copysign(1-2/(e+2), x)
}
