package euler

// lorenz is Edward Lorenz's model of convection, Deterministic nonperiodic flow,
// Journal of the Atmospheric Sciences 20, 1963.
func lorenz(v [3]float64, p map[string]float64) [3]float64 {
	x, y, z := v[0], v[1], v[2]
	return [3]float64{
		p["sigma"] * (y - x),
		float64(x*(p["rho"]-z)) - y,
		float64(x*y) - float64(p["beta"]*z),
	}
}
