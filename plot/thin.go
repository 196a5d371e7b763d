package plot

import "math"

// thin chooses the values of a trace that make a difference in a picture of so many
// pixel columns: of each column the first, the last, the lowest and the highest. It
// returns runs of indices without gaps between them; a value that is not finite ends a
// run. One value before and one after the shown range belong to it, so that lines reach
// the edges.
func thin(steps []int64, perStep float64, values []float64, shown limits, columns int) [][]int {
	from, to := 0, len(steps)
	for from < to && float64(steps[from])*perStep < shown.min {
		from++
	}
	for to > from && float64(steps[to-1])*perStep > shown.max {
		to--
	}
	from, to = max(from-1, 0), min(to+1, len(steps))

	var runs [][]int
	var run []int
	add := func(k int) {
		if n := len(run); n == 0 || run[n-1] < k {
			run = append(run, k)
		}
	}
	width := (shown.max - shown.min) / float64(columns)
	for k := from; k < to; {
		if math.IsNaN(values[k]) || math.IsInf(values[k], 0) {
			if run != nil {
				runs, run = append(runs, run), nil
			}
			k++
			continue
		}
		column := math.Floor((float64(steps[k])*perStep - shown.min) / width)
		end := shown.min + (column+1)*width
		first, lowest, highest := k, k, k
		for k++; k < to && float64(steps[k])*perStep < end && !math.IsNaN(values[k]) && !math.IsInf(values[k], 0); k++ {
			if values[k] < values[lowest] {
				lowest = k
			}
			if values[k] > values[highest] {
				highest = k
			}
		}
		add(first)
		add(min(lowest, highest))
		add(max(lowest, highest))
		add(k - 1)
	}
	if run != nil {
		runs = append(runs, run)
	}
	return runs
}
