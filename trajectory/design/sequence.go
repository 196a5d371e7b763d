package design

import (
	"fmt"

	"galvani/trajectory"
)

// Sequence varies its parts one after another, while the parameters of all other
// parts have their default values: the design of one-at-a-time sensitivity
// analysis. A part is an axis or any other design, whose parameters are then varied
// together. There are as many points as the parts have together.
type Sequence struct {
	// Of is where the defaults come from.
	Of    *trajectory.Trajectory
	Parts []trajectory.Design
	// Baseline adds a first point with all parameters at their defaults.
	Baseline bool
}

// Columns lays out the parts one behind the other.
func (s Sequence) Columns() ([]trajectory.Axis, error) {
	if s.Of == nil || len(s.Parts) == 0 {
		return nil, fmt.Errorf("design: a sequence needs a trajectory with the defaults, and parts")
	}
	total := 0
	if s.Baseline {
		total = 1
	}
	var out []trajectory.Axis
	seen := map[string]bool{}
	for _, part := range s.Parts {
		columns, err := trajectory.Zip{part}.Columns()
		if err != nil {
			return nil, err
		}
		for _, c := range columns {
			p, err := s.Of.Parameter(c.Name)
			if err != nil {
				return nil, fmt.Errorf("design: sequence: %w", err)
			}
			if seen[p.FullName()] {
				return nil, fmt.Errorf("design: a sequence explores %s twice", p.FullName())
			}
			seen[p.FullName()] = true
			out = append(out, trajectory.Over(c.Name, window{base: c.Range, from: total, rest: p.Default()}))
		}
		if total += columns[0].Range.Len(); total > maxPoints {
			return nil, fmt.Errorf("design: a sequence of more than %d points", maxPoints)
		}
	}
	for i, a := range out {
		w := a.Range.(window)
		w.n = total
		out[i].Range = w
	}
	return out, nil
}

// window is the values of base from a place on, and one value everywhere else.
type window struct {
	base    trajectory.Range
	from, n int
	rest    any
}

func (w window) Len() int { return w.n }
func (w window) At(i int) any {
	if i -= w.from; i >= 0 && i < w.base.Len() {
		return w.base.At(i)
	}
	return w.rest
}
