package kernel

// findGTGo is
//
//	n := 0
//	for i, v := range a {
//		if v > x {
//			idx[n] = base + int32(i)
//			n++
//		}
//	}
//	return n
func findGTGo(idx []int32, a []float64, x float64, base int32) int {
	covers(len(idx), len(a))
	n := 0
	for i, v := range a {
		if v > x {
			idx[n] = base + int32(i)
			n++
		}
	}
	return n
}

// findGEGo is
//
//	n := 0
//	for i, v := range a {
//		if v >= x {
//			idx[n] = base + int32(i)
//			n++
//		}
//	}
//	return n
func findGEGo(idx []int32, a []float64, x float64, base int32) int {
	covers(len(idx), len(a))
	n := 0
	for i, v := range a {
		if v >= x {
			idx[n] = base + int32(i)
			n++
		}
	}
	return n
}

// findLTGo is
//
//	n := 0
//	for i, v := range a {
//		if v < x {
//			idx[n] = base + int32(i)
//			n++
//		}
//	}
//	return n
func findLTGo(idx []int32, a []float64, x float64, base int32) int {
	covers(len(idx), len(a))
	n := 0
	for i, v := range a {
		if v < x {
			idx[n] = base + int32(i)
			n++
		}
	}
	return n
}

// findLEGo is
//
//	n := 0
//	for i, v := range a {
//		if v <= x {
//			idx[n] = base + int32(i)
//			n++
//		}
//	}
//	return n
func findLEGo(idx []int32, a []float64, x float64, base int32) int {
	covers(len(idx), len(a))
	n := 0
	for i, v := range a {
		if v <= x {
			idx[n] = base + int32(i)
			n++
		}
	}
	return n
}

// findNonZeroGo is
//
//	n := 0
//	for i, v := range a {
//		if v != 0 {
//			idx[n] = base + int32(i)
//			n++
//		}
//	}
//	return n
func findNonZeroGo(idx []int32, a []float64, base int32) int {
	covers(len(idx), len(a))
	n := 0
	for i, v := range a {
		if v != 0 {
			idx[n] = base + int32(i)
			n++
		}
	}
	return n
}
