package adaptive

import (
	"fmt"
	"math"
)

// A Dimension is a parameter that a search varies from Low to High, both included.
type Dimension struct {
	Name      string
	Low, High float64
	// Step, if it is not 0, leaves the values Low, Low+Step, Low+2*Step and so on.
	Step float64
	// Value makes of a number what the parameter holds, such as an integer or a quantity.
	// Nil: the number itself.
	Value func(x float64) any
}

// Int is a dimension of whole numbers, for a parameter that holds an int.
func Int(name string, low, high int) Dimension {
	return Dimension{Name: name, Low: float64(low), High: float64(high), Step: 1, Value: func(x float64) any { return int(math.Round(x)) }}
}

func (d Dimension) check() error {
	switch {
	case d.Name == "":
		return fmt.Errorf("adaptive: a dimension needs the name of a parameter")
	case !(d.Low < d.High) || math.IsInf(d.High-d.Low, 0):
		return fmt.Errorf("adaptive: %s goes from %g to %g (want finite bounds, the lower one first)", d.Name, d.Low, d.High)
	case !(d.Step >= 0) || d.Step > d.High-d.Low:
		return fmt.Errorf("adaptive: %s goes from %g to %g in steps of %g", d.Name, d.Low, d.High, d.Step)
	}
	return nil
}

// fine is the grid of all coordinates, as a part of their range.
const fine = 1 << 32

// at is the value at a coordinate, which is 0 at Low and 1 at High; beyond, it is
// mirrored at the bounds, so that the objective stays continuous there.
func (d Dimension) at(u float64) any {
	u = math.Abs(math.Mod(u, 2))
	if u > 1 {
		u = 2 - u
	}
	u = math.Round(u*fine) / fine
	x := d.Low + float64(u*(d.High-d.Low))
	if u == 1 {
		x = d.High // and not what rounding makes of it
	}
	if d.Step > 0 {
		k := math.Min(math.Round((x-d.Low)/d.Step), math.Floor((d.High-d.Low)/d.Step+1e-9))
		x = d.Low + float64(k*d.Step)
	}
	if d.Value != nil {
		return d.Value(x)
	}
	return x
}

// dimensions are those of a search.
type dimensions []Dimension

func (all dimensions) check() error {
	if len(all) == 0 {
		return fmt.Errorf("adaptive: a search needs a parameter to vary")
	}
	for _, d := range all {
		if err := d.check(); err != nil {
			return err
		}
	}
	return nil
}

func (all dimensions) names() []string {
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Name
	}
	return names
}

func (all dimensions) at(u []float64) point {
	p := make(point, len(all))
	for i, d := range all {
		p[i] = d.at(u[i])
	}
	return p
}
