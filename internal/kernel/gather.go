package kernel

// gatherGo is
//
//	for i, j := range idx[:len(dst)] {
//		dst[i] = src[j]
//	}
func gatherGo(dst, src []float64, idx []int32) {
	covers(len(idx), len(dst))
	for i, j := range idx[:len(dst)] {
		dst[i] = src[j]
	}
}

// scatterGo is
//
//	for i, j := range idx {
//		dst[j] = src[i]
//	}
func scatterGo(dst []float64, idx []int32, src []float64) {
	covers(len(src), len(idx))
	for i, j := range idx {
		dst[j] = src[i]
	}
}

// scatterConstGo is
//
//	for _, j := range idx {
//		dst[j] = x
//	}
func scatterConstGo(dst []float64, idx []int32, x float64) {
	for _, j := range idx {
		dst[j] = x
	}
}

// gatherI64Go is
//
//	for i, j := range idx[:len(dst)] {
//		dst[i] = src[j]
//	}
func gatherI64Go(dst, src []int64, idx []int32) {
	covers(len(idx), len(dst))
	for i, j := range idx[:len(dst)] {
		dst[i] = src[j]
	}
}

// scatterConstI64Go is
//
//	for _, j := range idx {
//		dst[j] = x
//	}
func scatterConstI64Go(dst []int64, idx []int32, x int64) {
	for _, j := range idx {
		dst[j] = x
	}
}
