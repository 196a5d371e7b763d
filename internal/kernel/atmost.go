package kernel

// atMostGo is
//
//	for i := range dst {
//		dst[i] = truth(a[i] <= limit)
//	}
func atMostGo(dst []float64, a []int64, limit int64) {
	covers(len(a), len(dst))
	for i := range dst {
		dst[i] = truth(a[i] <= limit)
	}
}
