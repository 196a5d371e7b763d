package kernel

import "math"

// cosGo is
//
//	for i := range dst {
//		dst[i] = Cos(a[i])
//	}
func cosGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Cos(a[i])
	}
}

// Cos returns cos(x).
func Cos(x float64) float64 { return math.Cos(x) }
