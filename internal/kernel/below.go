package kernel

// belowGo is
//
//	for i, w := range words {
//		for h, v := range [2]uint16{uint16(w), uint16(w >> 16)} {
//			if v < threshold {
//				idx[n] = base + int32(2*i+h)
//				n++
//			}
//			tie = tie || v == threshold
//		}
//	}
func belowGo(idx []int32, words []uint32, threshold uint16, base int32) (n int, tie bool) {
	covers(len(idx), 2*len(words))
	t := uint32(threshold)
	j := base
	for _, w := range words {
		lo, hi := w&0xFFFF, w>>16
		// Writing first and counting by the borrow of the comparison spares a
		// branch that no predictor could learn.
		idx[n] = j
		n += int((lo - t) >> 31)
		idx[n] = j + 1
		n += int((hi - t) >> 31)
		if lo == t || hi == t {
			tie = true
		}
		j += 2
	}
	return n, tie
}
