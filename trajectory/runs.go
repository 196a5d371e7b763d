package trajectory

import (
	"fmt"
	"iter"
	"reflect"
	"strings"
)

// Runs yields the views of all runs by rising index; see [Trajectory.Run].
func (t *Trajectory) Runs() iter.Seq2[int, *Run] {
	return func(yield func(int, *Run) bool) {
		for i := range t.length {
			r, err := t.Run(i)
			if err != nil || !yield(i, r) {
				return
			}
		}
	}
}

// RunNamed is the view of the run of that name: run_00000003, or short run_3 or r_3.
func (t *Trajectory) RunNamed(name string) (*Run, error) {
	full, _ := t.wild.translate(name, noRun)
	i, ok := t.wild.runOf(full)
	if !ok {
		return nil, fmt.Errorf("trajectory: there is no run called %q: %w", clip(name), ErrNotFound)
	}
	return t.Run(i)
}

// RunName is what run i is called, -1 for all runs.
func (t *Trajectory) RunName(i int) string { return t.wild.run(i) }

// Completed tells whether a run is done.
func (t *Trajectory) Completed(i int) bool {
	info, err := t.RunInfo(i)
	return err == nil && info.State == Done
}

// AllCompleted tells whether all runs are done.
func (t *Trajectory) AllCompleted() bool {
	for i := range t.length {
		if !t.Completed(i) {
			return false
		}
	}
	return true
}

// FindRunsWhere lists the runs whose view satisfies a condition; the first error
// ends the search.
func (t *Trajectory) FindRunsWhere(condition func(r *Run) (bool, error)) ([]int, error) {
	if condition == nil {
		return nil, missing("condition")
	}
	found := []int{}
	for i, r := range t.Runs() {
		ok, err := condition(r)
		if err != nil {
			return nil, fmt.Errorf("trajectory: run %d: %w", i, err)
		}
		if ok {
			found = append(found, i)
		}
	}
	return found, nil
}

// FromRunsOptions say what [FromRuns] and [Trajectory.NodesFromRuns] take.
type FromRunsOptions struct {
	Look
	// OwnOnly leaves out runs that only find what belongs to all runs: what lies under
	// run_ALL, or outside of runs altogether.
	OwnOnly bool
	// Required makes a run that has nothing an error.
	Required bool
	// Where takes the runs for which it returns true; nil takes all.
	Where func(i int) bool
}

// RunValue is what one run has under a path.
type RunValue[T any] struct {
	Index int
	Value T
}

// FromRuns collects a value, as [Get] reads it, from all runs that have it, by
// rising index. A run that has none, as one that failed, is left out. Several
// nodes of the name in one run, equally near, are [ErrNotUnique]. At most one set of
// options is taken.
func FromRuns[T any](t *Trajectory, path string, o ...FromRunsOptions) ([]RunValue[T], error) {
	var out []RunValue[T]
	err := t.eachRun(path, first(o), func(i int, n Node) error {
		v, err := getNode[T](n)
		if err == nil {
			out = append(out, RunValue[T]{Index: i, Value: v})
		}
		return err
	})
	return out, err
}

// NodesFromRuns collects the nodes that runs have under a path; see [FromRuns].
func (t *Trajectory) NodesFromRuns(path string, o ...FromRunsOptions) ([]RunValue[Node], error) {
	var out []RunValue[Node]
	err := t.eachRun(path, first(o), func(i int, n Node) error {
		out = append(out, RunValue[Node]{Index: i, Value: n})
		return nil
	})
	return out, err
}

func first(o []FromRunsOptions) FromRunsOptions {
	if len(o) == 0 {
		return FromRunsOptions{}
	}
	return o[0]
}

// eachRun finds a path in the views of all runs.
func (t *Trajectory) eachRun(path string, o FromRunsOptions, take func(i int, n Node) error) error {
	for i, r := range t.Runs() {
		if o.Where != nil && !o.Where(i) {
			continue
		}
		r.scope.look = o.Look
		n, err := r.Node(path)
		if err == nil && o.OwnOnly && t.RunOf(n.FullName()) != i {
			err = fmt.Errorf("trajectory: %s is not the run's own: %w", n.FullName(), ErrNotFound)
		}
		if isNotFound(err) && !o.Required {
			continue
		}
		if err == nil {
			err = take(i, n)
		}
		if isNotFound(err) && !o.Required {
			continue // a result without such an item
		}
		if err != nil {
			return fmt.Errorf("trajectory: run %d: %w", i, err)
		}
	}
	return nil
}

// getNode reads a leaf as [Get] does.
func getNode[T any](n Node) (T, error) {
	var zero T
	v, err := valueOf(n)
	if err != nil {
		return zero, err
	}
	out, ok := convert(v, reflect.TypeFor[T]())
	if j, isJSON := v.(JSON); !ok && isJSON {
		if err := j.Into(&zero); err != nil {
			return zero, fmt.Errorf("trajectory: %s: %w", n.FullName(), err)
		}
	}
	if !ok {
		return zero, fmt.Errorf("trajectory: %s holds %s, not a %s: %w", n.FullName(), describe(v), reflect.TypeFor[T](), ErrType)
	}
	return out.Interface().(T), nil
}

// Point is a point of the parameter space and the runs that are there.
type Point struct {
	Values []any // of the parameters asked for, in their order
	Runs   []int // rising
}

// UniquePoints lists the distinct combinations that the named parameters take, by
// the first run that has each. Values are the same if a file would have them the same
// to the bit. Without names it is the explored parameters in the order of exploring.
func (t *Trajectory) UniquePoints(names ...string) ([]Point, error) {
	if len(names) == 0 {
		names = t.Explored()
	}
	params := make([]*node, len(names))
	for i, name := range names {
		p, err := t.Parameter(name)
		if err != nil {
			return nil, err
		}
		params[i] = p.n
	}
	// Each distinct value has a number of its own; runs are told apart by those.
	numbers := make([]func(run int) int, len(params))
	for i, n := range params {
		var err error
		if numbers[i], err = n.numbers(); err != nil {
			return nil, err
		}
	}
	var out []Point
	at := map[string]int{}
	var key []byte
	for run := range t.length {
		key = key[:0]
		for _, number := range numbers {
			n := number(run)
			key = append(key, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		}
		i, ok := at[string(key)]
		if !ok {
			i = len(out)
			at[string(key)] = i
			p := Point{Values: make([]any, len(params))}
			for k, n := range params {
				p.Values[k] = (&Parameter{n: n, run: run}).Value()
			}
			out = append(out, p)
		}
		out[i].Runs = append(out[i].Runs, run)
	}
	return out, nil
}

// numbers gives equal values of a parameter's range equal numbers.
func (n *node) numbers() (func(run int) int, error) {
	if n.param.explored == nil {
		return func(int) int { return 0 }, nil
	}
	base := n.param.explored.base()
	number := make([]int, base.Len())
	seen := map[string]int{}
	for i := range number {
		text, err := n.param.valueText(base.At(i))
		if err != nil {
			return nil, fmt.Errorf("trajectory: %s: %w", n.full, err)
		}
		k, ok := seen[text]
		if !ok {
			k = len(seen)
			seen[text] = k
		}
		number[i] = k
	}
	parts := n.param.explored.layout()
	return func(run int) int { return number[parts.place(run)] }, nil
}

// place is the place of one run.
func (l layout) place(run int) int {
	first := 0
	for _, p := range l {
		if run < p.Runs {
			return first + run/p.Stride%p.Places
		}
		run -= p.Runs
		first += p.Places
	}
	return first
}

// valueText is a text that two values have in common if a file would have them the same.
func (p *param) valueText(v any) (string, error) {
	items, err := p.kind.Encode(v, nil)
	if err != nil {
		if items, err = encodeArrayParameter(v, nil); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	for _, it := range items {
		b.WriteString(it.Name + "\x00" + typeText(it.Data) + "\x00")
		writeExact(&b, it.Data)
	}
	return b.String(), nil
}
