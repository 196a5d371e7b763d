package adaptive

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"galvani/env"
	"galvani/trajectory"
)

// Refine searches on grids: at first one over all of the space, then one around the best point
// so far that reaches to its neighbours, and so on. It finds the least value of objectives
// with one valley. With 5 points the distance of neighbours is halved from grid to grid, and
// the next one contains 3^n points of the n dimensions that have been run.
type Refine struct {
	Over      []Dimension
	Objective Objective
	Trials    Trials
	// Points is how many there are along each dimension of a grid, an odd number. 0: 5.
	Points int
	// Levels is how many grids there are. 0: 5.
	Levels int
}

// maxGrid is the greatest number of points of a grid.
const maxGrid = 1 << 20

// Next returns the points of the next grid that have not been run.
func (r Refine) Next(done []env.Outcome) (trajectory.Design, error) {
	all := dimensions(r.Over)
	points, levels := cmp.Or(r.Points, 5), cmp.Or(r.Levels, 5)
	switch {
	case all.check() != nil:
		return nil, all.check()
	case points < 3 || points%2 == 0:
		return nil, fmt.Errorf("adaptive: %d points along a dimension (want an odd number from 3)", points)
	case levels < 1:
		return nil, fmt.Errorf("adaptive: %d levels of grids", levels)
	case math.Pow(float64(points), float64(len(all))) > maxGrid:
		return nil, fmt.Errorf("adaptive: grids of %d points in each of %d dimensions", points, len(all))
	}
	k, err := learn(done, all.names(), r.Objective, r.Trials)
	if err != nil {
		return nil, err
	}
	center, half := make([]float64, len(all)), 0.5
	for i := range center {
		center[i] = 0.5
	}
	for range levels {
		best := math.Inf(1)
		next := center
		for _, u := range grid(center, half, points) {
			if v, ok := k.value(all.at(u)); ok && v < best {
				best, next = v, u
			}
		}
		if d := k.design(); d != nil {
			return d, nil
		}
		if math.IsInf(best, 1) && len(k.means) == 0 {
			return nil, errors.New("adaptive: no point of the grid has a value")
		}
		half = half * 2 / float64(points-1)
		// A box that sticks out of the space is pushed into it.
		center = next
		for i, u := range center {
			center[i] = math.Max(half, math.Min(u, 1-half))
		}
	}
	return nil, nil
}

// grid is the points of a box, the last coordinate fastest.
func grid(center []float64, half float64, points int) [][]float64 {
	total := 1
	for range center {
		total *= points
	}
	all := make([][]float64, total)
	for i := range all {
		u := make([]float64, len(center))
		for d, rest := len(center)-1, i; d >= 0; d-- {
			k := rest % points
			rest /= points
			u[d] = center[d] - half + float64(2*half*float64(k)/float64(points-1))
		}
		all[i] = u
	}
	return all
}
