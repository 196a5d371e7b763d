package kernel

import "math"

// sinGo is
//
//	for i := range dst {
//		dst[i] = Sin(a[i])
//	}
func sinGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Sin(a[i])
	}
}

// Sin returns sin(x).
func Sin(x float64) float64 { return math.Sin(x) }
