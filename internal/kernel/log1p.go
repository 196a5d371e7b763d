package kernel

// Log1p returns log(1 + x), with an error below 2 units in the last place also
// for small x.
func Log1p(x float64) float64 {
	u := 1 + x
	if u == 1 || u-1 > 0x1p1000 {
		// Below the rounding of 1 + x the series ends after its first term; +Inf is
		// its own logarithm.
		if u == 1 {
			return x
		}
		return Log(u)
	}
	// What the rounding of 1 + x takes from x it takes from the logarithm in
	// nearly the same proportion (W. Kahan).
	return Log(u) * (x / (u - 1))
}
