package kernel

import "math"

// logGo is
//
//	for i := range dst {
//		dst[i] = Log(a[i])
//	}
func logGo(dst, a []float64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = Log(a[i])
	}
}

// Log returns log(x).
func Log(x float64) float64 { return math.Log(x) }
