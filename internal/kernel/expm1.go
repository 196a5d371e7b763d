package kernel

import "math"

// expm1Go is
//
//	for i := range dst {
//		dst[i] = Expm1(a[i])
//	}
func expm1Go(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Expm1(a[i])
	}
}

// Expm1 returns expm1(x).
func Expm1(x float64) float64 { return math.Expm1(x) }
