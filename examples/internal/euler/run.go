package euler

import (
	"context"
	"errors"
	"fmt"

	"galvani/trajectory"
)

// Run integrates the equation of the parameter diff_eq, with the parameters of the
// group func_params, from initial_conditions on. Its result is euler_evolution.
func Run(_ context.Context, r *trajectory.Run) error {
	f, errF := trajectory.Get[Function](r, "diff_eq")
	start, errStart := trajectory.Get[[]float64](r, "initial_conditions")
	steps, errSteps := trajectory.Get[int](r, "steps")
	dt, errDT := trajectory.Get[float64](r, "dt")
	p, errP := numbers(r, "func_params")
	if err := errors.Join(errF, errStart, errSteps, errDT, errP); err != nil {
		return err
	}
	evolution, err := Integrate(f, p, start, steps, dt)
	if err != nil {
		return err
	}
	return r.AddResult("euler_evolution", trajectory.Items{"data": evolution}, trajectory.Comment("Our time series data!"))
}

// numbers reads a group of numbers by their names.
func numbers(r *trajectory.Run, path string) (map[string]float64, error) {
	group, err := r.Group(path)
	if err != nil {
		return nil, err
	}
	all := map[string]float64{}
	for _, p := range group.Parameters() {
		x, ok := p.Value().(float64)
		if !ok {
			return nil, fmt.Errorf("euler: %s is a %T, want a float64: %w", p.FullName(), p.Value(), trajectory.ErrType)
		}
		all[p.Name()] = x
	}
	return all, nil
}
