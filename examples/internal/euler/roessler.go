package euler

// roessler is Otto Rössler's attractor, An equation for continuous chaos,
// Physics Letters A 57, 1976, with b = a.
func roessler(v [3]float64, p map[string]float64) [3]float64 {
	x, y, z := v[0], v[1], v[2]
	return [3]float64{
		-y - z,
		x + float64(p["a"]*y),
		p["a"] + float64(z*(x-p["c"])),
	}
}
