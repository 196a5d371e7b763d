package synapse

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"galvani/equation"
	"galvani/internal/kernel"
	"galvani/internal/rng"
	"galvani/neuron"
)

// connector makes the connections of a spec.
type connector struct {
	name      string
	pre, post neuron.View
	spec      Spec
	seed      uint64
	workers   int
	kernel    *kernel.Set
}

// rule checks that exactly one rule is given and that its numbers make sense.
func (c *connector) rule() error {
	s := c.spec
	var given []string
	for _, r := range []struct {
		name string
		is   bool
	}{{"P", s.P != 0}, {"AllToAll", s.AllToAll}, {"OneToOne", s.OneToOne}, {"Pairs", s.Pairs != nil}} {
		if r.is {
			given = append(given, r.name)
		}
	}
	switch {
	case math.IsNaN(s.P) || s.P < 0 || s.P > 1:
		return fmt.Errorf("probability P is %v, want between 0 and 1", s.P)
	case len(given) == 0 && !s.AllowEmpty:
		return errors.New("no rule that connects: want a P above 0, AllToAll, OneToOne or Pairs (or AllowEmpty)")
	case len(given) > 1:
		return fmt.Errorf("more than one rule (%s), want one", strings.Join(given, ", "))
	case s.Pairs != nil && (s.Condition != "" || s.NoAutapses):
		return errors.New("explicit Pairs with a Condition or NoAutapses; leave the pairs out instead")
	case s.OneToOne && c.pre.N() != c.post.N():
		return fmt.Errorf("OneToOne between %s with %d and %s with %d neurons", c.pre.Name(), c.pre.N(), c.post.Name(), c.post.N())
	}
	if pairs := float64(c.pre.N()) * float64(c.post.N()); max(s.P, boolTo(s.AllToAll))*pairs > maxSynapses {
		return fmt.Errorf("%.3g synapses are too many, want at most %d", max(s.P, boolTo(s.AllToAll))*pairs, int64(maxSynapses))
	}
	return nil
}

func boolTo(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// connect makes the connections. moved tells where each of the explicit pairs
// went, nil for other rules.
func (c *connector) connect() (csr, []int64, error) {
	if err := c.rule(); err != nil {
		return csr{}, nil, err
	}
	var made csr
	var moved []int64
	var err error
	switch {
	case c.spec.Pairs != nil:
		made, moved, err = c.pairs()
	case c.spec.P == 0 && !c.spec.AllToAll && !c.spec.OneToOne:
		lo, n := span(c.pre)
		made = csr{lo: lo, start: make([]int64, n+1)}
	default:
		made, err = c.rows()
	}
	if err != nil {
		return csr{}, nil, err
	}
	if len(made.targets) == 0 && !c.spec.AllowEmpty {
		return csr{}, nil, fmt.Errorf("no synapses between %s with %d and %s with %d neurons came of it; AllowEmpty accepts that", c.pre.Name(), c.pre.N(), c.post.Name(), c.post.N())
	}
	made.examine()
	return made, moved, nil
}

// span is the range of neurons that a view lies in.
func span(v neuron.View) (lo, n int) {
	r := v.Ranges()
	if len(r) == 0 {
		return 0, 0
	}
	return r[0].Lo, r[len(r)-1].Hi - r[0].Lo
}

// members lists the neurons of a view by their numbers in the group.
func members(v neuron.View) []int32 {
	list := make([]int32, 0, v.N())
	for _, r := range v.Ranges() {
		for i := r.Lo; i < r.Hi; i++ {
			list = append(list, int32(i))
		}
	}
	return list
}

// pairs takes the connections as they are given.
func (c *connector) pairs() (csr, []int64, error) {
	from, to := members(c.pre), members(c.post)
	pre, post := make([]int32, len(c.spec.Pairs)), make([]int32, len(c.spec.Pairs))
	for k, p := range c.spec.Pairs {
		for side, v := range [2]neuron.View{c.pre, c.post} {
			if p[side] < 0 || int(p[side]) >= v.N() {
				return csr{}, nil, fmt.Errorf("pair %d is (%d, %d): %s has neurons 0 to %d", k, p[0], p[1], v.Name(), v.N()-1)
			}
		}
		pre[k], post[k] = from[p[0]], to[p[1]]
	}
	lo, n := span(c.pre)
	made, moved := fromPairs(pre, post, lo, n)
	return made, moved, nil
}

// rows makes the connections row by row. Rows are independent of each other, so
// that workers can make contiguous parts of them.
func (c *connector) rows() (csr, error) {
	pre := members(c.pre)
	lo, n := span(c.pre)
	lengths := make([]int64, n+1) // of row r at r+1
	workers := max(1, min(c.workers, len(pre)))
	parts := make([][]int32, workers)
	errs := make([]error, workers)
	work := func(w int) {
		a, b := len(pre)*w/workers, len(pre)*(w+1)/workers
		parts[w], errs[w] = c.part(pre, a, b, lengths[1:], lo)
	}
	if workers == 1 {
		work(0)
	} else {
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() { work(w) })
		}
		wg.Wait()
	}
	if err := errors.Join(errs...); err != nil {
		return csr{}, err
	}
	for r := range n {
		lengths[r+1] += lengths[r]
	}
	made := csr{lo: lo, start: lengths}
	if workers == 1 {
		made.targets = shrunk(parts[0])
		return made, nil
	}
	made.targets = make([]int32, 0, lengths[n])
	for w, p := range parts {
		made.targets = append(made.targets, p...)
		parts[w] = nil
	}
	return made, nil
}

// shrunk gives back memory that a list does not need.
func shrunk(list []int32) []int32 {
	if cap(list)-len(list) > len(list)/32+1024 {
		return append(make([]int32, 0, len(list)), list...)
	}
	return list
}

// part makes the rows of the presynaptic neurons pre[a:b] and notes their lengths.
func (c *connector) part(pre []int32, a, b int, lengths []int64, lo int) ([]int32, error) {
	choose, err := c.chooser()
	if err != nil {
		return nil, err
	}
	keep, err := c.filter()
	if err != nil {
		return nil, err
	}
	p := max(c.spec.P, boolTo(c.spec.AllToAll))
	if c.spec.OneToOne {
		p = 1 / float64(c.post.N())
	}
	list := make([]int32, 0, expected(float64(b-a)*float64(c.post.N()), p))
	to := c.numbering()
	for i := a; i < b; i++ {
		begin := len(list)
		list = choose(list, i)
		list = list[:begin+keep(list[begin:], i)]
		to(list[begin:])
		lengths[int(pre[i])-lo] = int64(len(list) - begin)
	}
	return list, nil
}

// chooser returns what appends the targets of the presynaptic neuron i, by their
// numbers in the view and rising.
func (c *connector) chooser() (func(list []int32, i int) []int32, error) {
	n := c.post.N()
	if c.spec.OneToOne {
		return func(list []int32, i int) []int32 { return append(list, int32(i)) }, nil
	}
	p := max(c.spec.P, boolTo(c.spec.AllToAll))
	targets, err := rng.NewTargets(rng.Stream{Key: rng.NewKey(c.seed, c.name, "connect"), Kernel: c.kernel}, p)
	if err != nil {
		return nil, err
	}
	return func(list []int32, i int) []int32 {
		for block := 0; block*rng.BlockWidth < n; block++ {
			base := block * rng.BlockWidth
			list = targets.Append(list, uint32(i), uint32(block), int32(base), min(rng.BlockWidth, n-base))
		}
		return list
	}, nil
}

// filter returns what moves the targets of the presynaptic neuron i that are kept
// to the front and says how many they are.
func (c *connector) filter() (func(row []int32, i int) int, error) {
	var filters []func(row []int32, i int) int
	if c.spec.NoAutapses && c.pre.Group() == c.post.Group() {
		from, to := members(c.pre), members(c.post)
		filters = append(filters, func(row []int32, i int) int {
			own, there := slices.BinarySearch(to, from[i])
			if !there {
				return len(row)
			}
			return without(row, int32(own))
		})
	}
	switch text := strings.Join(strings.Fields(c.spec.Condition), ""); text {
	case "":
	case "i!=j", "j!=i":
		filters = append(filters, func(row []int32, i int) int { return without(row, int32(i)) })
	default:
		f, err := c.condition()
		if err != nil {
			return nil, err
		}
		filters = append(filters, f)
	}
	return func(row []int32, i int) int {
		n := len(row)
		for _, f := range filters {
			n = f(row[:n], i)
		}
		return n
	}, nil
}

// without takes a target out of a rising row.
func without(row []int32, target int32) int {
	if k, there := slices.BinarySearch(row, target); there {
		copy(row[k:], row[k+1:])
		return len(row) - 1
	}
	return len(row)
}

// condition compiles the condition over i and j, and evaluates it for pairs
// that the rule has chosen.
func (c *connector) condition() (func(row []int32, i int) int, error) {
	cond, err := equation.CompileCondition(c.spec.Condition, c.scope("condition", []equation.Symbol{
		{Name: "i", Type: equation.Integer, Shared: true, Column: 0, ReadOnly: true},
		{Name: "j", Type: equation.Integer, Column: 0, ReadOnly: true},
	}))
	if err != nil {
		return nil, err
	}
	m := cond.NewMachine(c.kernel)
	j := make([]float64, c.post.N())
	hits := make([]int32, c.post.N())
	frame := equation.Frame{
		Columns: [][]float64{j}, Shared: []float64{0}, Index: make([][]int32, 1),
		Key: rng.NewKey(c.seed, c.name, "condition"),
	}
	return func(row []int32, i int) int {
		for k, target := range row {
			j[k] = float64(target)
		}
		frame.Shared[0], frame.Step = float64(i), int64(i)
		n := cond.Find(m, &frame, 0, len(row), hits)
		for k, h := range hits[:n] {
			row[k] = row[h]
		}
		return n
	}, nil
}

// scope is what the texts that are evaluated while connecting may refer to.
func (c *connector) scope(what string, symbols []equation.Symbol) equation.Scope {
	return equation.Scope{
		Symbols:   symbols,
		Constants: constants(c.spec, c.pre, c.post),
		Where:     fmt.Sprintf("synapse: %s: %s", c.name, what),
	}
}

// constants are those of the spec and the sizes of the views.
func constants(s Spec, pre, post neuron.View) equation.Constants {
	all := equation.Constants{"N_pre": pre.N(), "N_post": post.N()}
	for name, value := range s.Constants {
		all[name] = value
	}
	return all
}

// numbering returns what turns numbers in the postsynaptic view into numbers in
// its group.
func (c *connector) numbering() func(row []int32) {
	ranges := c.post.Ranges()
	if len(ranges) == 1 {
		off := int32(ranges[0].Lo)
		if off == 0 {
			return func([]int32) {}
		}
		return func(row []int32) {
			for k := range row {
				row[k] += off
			}
		}
	}
	to := members(c.post)
	return func(row []int32) {
		for k, j := range row {
			row[k] = to[j]
		}
	}
}
