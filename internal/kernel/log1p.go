package kernel

// Log1p returns log(1 + x), with an error below 2 units in the last place also
// for small x.
func Log1p(x float64) float64 {
	u := 1 + x
	switch {
	case u == 1:
		return x // the series ends after its first term
	case u > 0x1p1000:
		return Log(u) // +Inf included
	}
	// What the rounding of 1 + x takes from x it takes from the logarithm in
	// nearly the same proportion (W. Kahan).
	return Log(u) * (x / (u - 1))
}
