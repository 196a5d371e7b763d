package kernel

// addAtGo is
//
//	for _, j := range idx {
//		dst[j] += x
//	}
func addAtGo(dst []float64, idx []int32, x float64) {
	for _, j := range idx {
		dst[j] += x
	}
}

// addAtEachGo is
//
//	for i, j := range idx {
//		dst[j] += src[i]
//	}
func addAtEachGo(dst []float64, idx []int32, src []float64) {
	covers(len(src), len(idx))
	for i, j := range idx {
		dst[j] += src[i]
	}
}
