package kernel

// sumLanes is the number of partial sums that Sum keeps.
const sumLanes = 16

// sumGo is
//
//	var s [16]float64
//	for i, v := range a {
//		s[i%16] += v
//	}
//	for w := 8; w > 0; w /= 2 {
//		for i := range w {
//			s[i] += s[i+w]
//		}
//	}
//	return s[0]
//
// an order that two AVX-512 or four AVX2 registers follow naturally and that
// loses less to rounding than adding from left to right.
func sumGo(a []float64) float64 {
	var s [sumLanes]float64
	return sumTail(&s, a)
}

// sumTail finishes a sum whose partial sums hold a multiple of 16 elements so
// far and of which a is left.
func sumTail(s *[sumLanes]float64, a []float64) float64 {
	for len(a) >= sumLanes {
		for i, v := range a[:sumLanes] {
			s[i] += v
		}
		a = a[sumLanes:]
	}
	for i, v := range a {
		s[i] += v
	}
	for w := sumLanes / 2; w > 0; w /= 2 {
		for i := range w {
			s[i] += s[i+w]
		}
	}
	return s[0]
}
