package analysis

import (
	"fmt"
	"math"
)

// Intervals are the times in seconds between successive spikes of each neuron,
// by index; a neuron with fewer than two spikes has none. The spikes of a neuron
// must be in rising order of time.
func Intervals(s Spikes) ([][]float64, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	counts := make([]int, s.N)
	for _, i := range s.Neurons {
		counts[i]++
	}
	all := make([]float64, 0, len(s.Steps))
	intervals, last := make([][]float64, s.N), make([]int64, s.N)
	for i, n := range counts {
		if n > 1 {
			at := len(all)
			all = all[:at+n-1]
			intervals[i] = all[at : at : at+n-1]
		}
	}
	seen := make([]bool, s.N)
	for k, i := range s.Neurons {
		step := s.Steps[k]
		if seen[i] {
			if step <= last[i] {
				return nil, fmt.Errorf("analysis: spike %d of neuron %d is in step %d, its spike before in step %d: want rising steps", k, i, step, last[i])
			}
			intervals[i] = append(intervals[i], float64(step-last[i])*s.DT)
		}
		seen[i], last[i] = true, step
	}
	return intervals, nil
}

// CV is the coefficient of variation of intervals: their standard deviation
// (dividing by n) over their mean. It is NaN of fewer than two intervals.
func CV(intervals []float64) float64 {
	if len(intervals) < 2 {
		return math.NaN()
	}
	mean := Mean(intervals)
	return math.Sqrt(squares(intervals, mean)/float64(len(intervals))) / mean
}

// CVs are the coefficients of variation of the inter-spike intervals of each
// neuron, by index; NaN where a neuron has fewer than three spikes.
func CVs(s Spikes) ([]float64, error) {
	intervals, err := Intervals(s)
	if err != nil {
		return nil, err
	}
	cv := make([]float64, len(intervals))
	for i := range cv {
		cv[i] = CV(intervals[i])
	}
	return cv, nil
}
