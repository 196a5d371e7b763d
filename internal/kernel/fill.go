package kernel

// fillGo is
//
//	for i := range dst {
//		dst[i] = x
//	}
func fillGo(dst []float64, x float64) {
	for i := range dst {
		dst[i] = x
	}
}

// copyGo is
//
//	for i := range dst {
//		dst[i] = a[i]
//	}
func copyGo(dst, a []float64) {
	covers(len(a), len(dst))
	copy(dst, a)
}
