package kernel

// nonFiniteGo is
//
//	for i, v := range a {
//		if v-v != 0 {
//			return i
//		}
//	}
//	return -1
//
// v-v is zero for every finite v and NaN for all others.
func nonFiniteGo(a []float64) int {
	for i, v := range a {
		if v-v != 0 {
			return i
		}
	}
	return -1
}
