package analysis

import "math"

// Mean is the sum of x in index order divided by its length; NaN of nothing.
func Mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// StdDev is the standard deviation of a sample, dividing by n-1; NaN of fewer
// than two values.
func StdDev(x []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	return math.Sqrt(squares(x, Mean(x)) / float64(len(x)-1))
}

// StdErr is the standard error of the mean of a sample, StdDev/√n; NaN of fewer
// than two values.
func StdErr(x []float64) float64 { return StdDev(x) / math.Sqrt(float64(len(x))) }

// squares is the sum of squared distances from the mean, in index order. The conversion
// keeps compilers from fusing product and sum, which would change bits between machines.
func squares(x []float64, mean float64) float64 {
	sum := 0.0
	for _, v := range x {
		d := v - mean
		sum += float64(d * d)
	}
	return sum
}
