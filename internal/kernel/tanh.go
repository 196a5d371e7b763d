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
	var y float64
	switch {
	case a < 1:
		e := Expm1(2 * a)
		y = e / (e + 2)
	case a < 22:
		y = 1 - 2/(Expm1(2*a)+2)
	case a >= 22:
		y = 1
	default:
		return x
	}
	return math.Copysign(y, x)
}
