package synapse

import (
	"fmt"
	"math"
	"slices"

	"galvani/equation"
	"galvani/internal/rng"
	"galvani/quantity"
)

// weights are the w of a projection: one for all synapses or one for each.
type weights struct {
	given bool
	dim   quantity.Dimension
	equal float64
	each  []float64 // nil if all are equal
}

// weigh evaluates the weights for the connections that were made. moved tells
// where each of the explicit pairs went.
func (c *connector) weigh(made *csr, moved []int64) (weights, error) {
	w := weights{given: c.spec.Weight != nil}
	n := len(made.targets)
	var plain quantity.Dimension
	if c.spec.WeightUnit != "" {
		u, err := quantity.ParseUnit(c.spec.WeightUnit)
		if err != nil {
			return w, fmt.Errorf("weight unit: %w", err)
		}
		plain = u.Dim
		if u.Scale != 1 {
			return w, fmt.Errorf("weight unit %s is not a base unit; give quantities instead", c.spec.WeightUnit)
		}
	}
	each := func(values []float64) error {
		if len(values) != n {
			return fmt.Errorf("%d weights for %d synapses", len(values), n)
		}
		w.each = slices.Clone(values)
		for k, to := range moved {
			w.each[to] = values[k]
		}
		return nil
	}
	var err error
	switch x := c.spec.Weight.(type) {
	case nil:
	case float64:
		w.dim, w.equal = plain, x
	case int:
		w.dim, w.equal = plain, float64(x)
	case quantity.Quantity:
		w.dim, w.equal = x.Dimension(), x.SI()
	case []float64:
		w.dim = plain
		err = each(x)
	case []quantity.Quantity:
		values := make([]float64, len(x))
		for k, q := range x {
			if values[k] = q.SI(); q.Dimension() != x[0].Dimension() {
				return w, &quantity.MismatchError{Op: "weights", Left: x[0].Dimension(), Right: q.Dimension()}
			}
			w.dim = q.Dimension()
		}
		err = each(values)
	case string:
		err = c.evaluate(&w, x, made)
	default:
		err = fmt.Errorf("weight cannot be a %T; want a number, a quantity, a slice of them or a text", x)
	}
	if err != nil {
		return w, err
	}
	if len(w.each) > 0 {
		if k := c.kernel.NonFinite(w.each); k >= 0 {
			return w, fmt.Errorf("weight of synapse %d is %v", k, w.each[k])
		}
		differs := func(x float64) bool { return math.Float64bits(x) != math.Float64bits(w.each[0]) }
		if !slices.ContainsFunc(w.each, differs) {
			w.equal, w.each = w.each[0], nil
		}
	}
	if math.IsNaN(w.equal) || math.IsInf(w.equal, 0) {
		return w, fmt.Errorf("weight is %v", w.equal)
	}
	return w, nil
}

// batch is how many synapses a text is evaluated for at once.
const batch = 4096

// evaluate computes a text for every synapse.
func (c *connector) evaluate(w *weights, text string, made *csr) error {
	if q, err := equation.EvalConstant(text, constants(c.spec, c.pre, c.post)); err == nil {
		w.dim, w.equal = q.Dimension(), q.SI()
		return nil
	}
	program, err := equation.CompileExpression(text, c.scope("weight", []equation.Symbol{
		{Name: "i", Type: equation.Integer, Column: 0, ReadOnly: true},
		{Name: "j", Type: equation.Integer, Column: 1, ReadOnly: true},
	}))
	if err != nil {
		return err
	}
	w.dim, w.each = program.Dimension(), make([]float64, len(made.targets))
	if len(w.each) == 0 {
		return nil
	}
	from, to := members(c.pre), members(c.post)
	m := program.NewMachine(c.kernel)
	i, j := make([]float64, batch), make([]float64, batch)
	frame := equation.Frame{Columns: [][]float64{i, j}, Index: make([][]int32, 1), Key: rng.NewKey(c.seed, c.name, "weight")}
	flush := func(end, n int) {
		frame.First = int64(end - n)
		m.Eval(&frame, 0, n, w.each[end-n:end])
	}
	n := 0
	for r := range made.rows() {
		own, _ := slices.BinarySearch(from, int32(made.lo+r))
		for k := made.start[r]; k < made.start[r+1]; k++ {
			target, _ := slices.BinarySearch(to, made.targets[k])
			i[n], j[n] = float64(own), float64(target)
			if n++; n == batch {
				flush(int(k)+1, n)
				n = 0
			}
		}
	}
	if n > 0 {
		flush(len(w.each), n)
	}
	return nil
}
