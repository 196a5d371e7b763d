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

// Tanh returns tanh(x).
func Tanh(x float64) float64 { return math.Tanh(x) }
