package euler

import (
	_ "embed"
	"fmt"

	"galvani/trajectory"
)

// The products in these files are converted to float64 so that no machine fuses them with
// the sum that follows: the systems are chaotic, and the last bit decides where they end.

//go:embed lorenz.go
var lorenzSource string

//go:embed roessler.go
var roesslerSource string

// Lorenz needs the parameters sigma, rho and beta.
func Lorenz() Function { return Function{source: lorenzSource, diff: lorenz} }

// Roessler needs the parameters a and c.
func Roessler() Function { return Function{source: roesslerSource, diff: roessler} }

// Integrate follows dx/dt = f(x) with Euler's method: the first of the given number of
// points is start, and dt lies between one and the next. The result has a row per point.
func Integrate(f Function, p map[string]float64, start []float64, steps int, dt float64) (trajectory.Array[float64], error) {
	if len(start) != 3 || steps < 1 {
		return trajectory.Array[float64]{}, fmt.Errorf("euler: %d coordinates and %d steps: want 3 and at least 1", len(start), steps)
	}
	evolution := trajectory.Array[float64]{Shape: []int{steps, 3}, Data: make([]float64, 0, 3*steps)}
	x := [3]float64(start)
	for range steps {
		evolution.Data = append(evolution.Data, x[:]...)
		for k, d := range f.diff(x, p) {
			x[k] = float64(d*dt) + x[k]
		}
	}
	return evolution, nil
}
