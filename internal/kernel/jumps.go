package kernel

import "math"

// jumpsGo is
//
//	for i := range dst {
//		dst[i] = int32(math.Floor(min(Log(u[i])/logq, float64(limit))))
//	}
func jumpsGo(dst []int32, u []float64, logq float64, limit int32) {
	covers(len(u), len(dst))
	for i := range dst {
		j := math.Floor(Log(u[i]) / logq)
		if j < float64(limit) {
			dst[i] = int32(j)
		} else {
			dst[i] = limit
		}
	}
}
