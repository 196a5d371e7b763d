package kernel

import "math"

// Log1p returns log(1 + x), accurate also for small x.
func Log1p(x float64) float64 { return math.Log1p(x) }
