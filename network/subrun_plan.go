package network

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"galvani/quantity"
	"galvani/trajectory"
)

// ErrSubruns is wrapped by errors about the durations of subruns: none there, an
// order missing, given twice or no integer, a duration that is no time.
var ErrSubruns = errors.New("bad subruns")

// Planned is a subrun that is still to come.
type Planned struct {
	Name     string
	Order    int
	Duration quantity.Quantity
}

// Remaining is the list of the subruns that are still to come, first one
// first. Any callback of a run may edit it.
type Remaining struct{ list []Planned }

// Len is the number of subruns to come; 0 during the last one.
func (r *Remaining) Len() int { return len(r.list) }

// All returns a copy of the list.
func (r *Remaining) All() []Planned { return slices.Clone(r.list) }

// Cancel drops all subruns to come.
func (r *Remaining) Cancel() { r.list = nil }

// Append adds subruns at the end.
func (r *Remaining) Append(p ...Planned) { r.list = append(slices.Clip(r.list), p...) }

// Replace puts another list in the place of this one.
func (r *Remaining) Replace(p ...Planned) { r.list = slices.Clone(p) }

func (r *Remaining) next() Planned {
	p := r.list[0]
	r.list = r.list[1:]
	return p
}

// planned reads the subruns from a group of durations, sorted by order.
func planned(g trajectory.Getter, path string) ([]Planned, error) {
	node, err := g.Node(path)
	if errors.Is(err, trajectory.ErrNotFound) {
		return nil, fmt.Errorf("network: %w: no group %s of durations; the runner's AddParameters adds them: %w", ErrSubruns, path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("network: durations of the subruns: %w", err)
	}
	group, ok := node.(*trajectory.Group)
	if !ok {
		return nil, fmt.Errorf("network: %w: %s is no group but a leaf", ErrSubruns, path)
	}
	var list []Planned
	var errs []error
	for name, p := range group.Parameters() {
		s := Planned{Name: p.Name()}
		if s.Duration, ok = p.Value().(quantity.Quantity); !ok || s.Duration.Dimension() != quantity.DimTime {
			errs = append(errs, fmt.Errorf("network: %w: %s is %v, want a time such as 500 ms", ErrSubruns, name, p.Value()))
		}
		if s.Order, err = order(p.Annotations()["order"]); err != nil {
			errs = append(errs, fmt.Errorf("network: %w: %s: %w", ErrSubruns, name, err))
		}
		list = append(list, s)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("network: %w: the group %s holds no durations", ErrSubruns, path)
	}
	slices.SortStableFunc(list, func(a, b Planned) int { return cmp.Compare(a.Order, b.Order) })
	for i := 1; i < len(list); i++ {
		if list[i].Order == list[i-1].Order {
			return nil, fmt.Errorf("network: %w: %s and %s in %s have the same order %d", ErrSubruns, list[i-1].Name, list[i].Name, path, list[i].Order)
		}
	}
	return list, nil
}

// order reads the annotation that places a subrun.
func order(annotation any) (int, error) {
	v := reflect.ValueOf(annotation)
	switch {
	case annotation == nil:
		return 0, errors.New(`no annotation "order"; want an integer, as in trajectory.Annotate("order", 0)`)
	case v.CanInt():
		return int(v.Int()), nil
	case v.CanUint() && v.Uint() <= math.MaxInt:
		return int(v.Uint()), nil
	}
	return 0, fmt.Errorf(`the annotation "order" is %v (%T), want an integer`, annotation, annotation)
}
