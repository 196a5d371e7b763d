package kernel

import "math"

// expGo is
//
//	for i := range dst {
//		dst[i] = Exp(a[i])
//	}
func expGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Exp(a[i])
	}
}

// Exp returns exp(x).
func Exp(x float64) float64 { return math.Exp(x) }
