package euler

import (
	"fmt"

	"galvani/plot"
	"galvani/trajectory"
)

// Draw draws the first coordinate of all runs over time, one above the other.
func Draw(t *trajectory.Trajectory, file string) error {
	dt, err := trajectory.Get[float64](t, "dt")
	if err != nil {
		return err
	}
	o := plot.TracesOptions{DT: dt, YLabel: "x", TimeUnit: "s", Title: t.Comment()}
	for i := range t.Len() {
		r, err := t.Run(i)
		if err != nil {
			return err
		}
		start, err := trajectory.Get[[]float64](r, "initial_conditions")
		if err != nil {
			return err
		}
		evolution, err := trajectory.Get[trajectory.Array[float64]](r, "euler_evolution") // read now, and not kept
		if err != nil {
			return err
		}
		var x []float64
		for k := 0; k < len(evolution.Data); k += 3 {
			x = append(x, evolution.Data[k])
		}
		o.Values, o.Names = append(o.Values, x), append(o.Names, fmt.Sprintf("from %v", start))
	}
	for k := range o.Values[0] {
		o.Steps = append(o.Steps, int64(k))
	}
	figure, err := plot.Traces(o)
	if err != nil {
		return err
	}
	return figure.Save(file)
}
