package adaptive

import (
	"encoding"
	"errors"
	"fmt"
	"strings"

	"galvani/env"
	"galvani/trajectory"
)

// Trials repeat each point: the parameter called Name, an integer that is explored along, takes
// the values 0 to N-1, and the value of the point is the mean. A parameter called
// trial or seed gives each repetition random numbers of its own, the same ones at every
// point ([trajectory.Run.Seed]). The zero value is one run for each point.
type Trials struct {
	Name string
	N    int
}

// A point is the values of the parameters of a search, in its order.
type point []any

// known are the values of the objective at the points that have been run, and the points
// that were asked for and have not.
type known struct {
	names   []string
	trials  Trials
	means   map[string]*mean
	missing []point
	asked   map[string]bool
}

type mean struct {
	sum float64
	n   int
}

// learn reads the outcomes of a search over the named parameters.
func learn(done []env.Outcome, names []string, f Objective, trials Trials) (*known, error) {
	switch {
	case f == nil:
		return nil, errors.New("adaptive: a search needs an objective")
	case (trials.Name == "") != (trials.N == 0) || trials.N < 0:
		return nil, fmt.Errorf("adaptive: trials need a parameter and how many there are, not %q and %d", trials.Name, trials.N)
	}
	k := &known{names: names, trials: trials, means: map[string]*mean{}, asked: map[string]bool{}}
	failed := 0
	for _, o := range done {
		p := make(point, len(names))
		for i, name := range names {
			n, err := o.Node(name)
			if err != nil {
				return nil, fmt.Errorf("adaptive: run %d: %w", o.Index, err)
			}
			param, ok := n.(*trajectory.Parameter)
			if !ok {
				return nil, fmt.Errorf("adaptive: %s is no parameter: %w", n.FullName(), trajectory.ErrType)
			}
			p[i] = param.Value()
		}
		v, err := f.of(o)
		if err != nil {
			return nil, err
		}
		m := k.means[p.key()]
		if m == nil {
			m = &mean{}
			k.means[p.key()] = m
		}
		if m.n < max(1, trials.N) { // a run more of the same point, as by an earlier design, is left out
			m.sum += v
			m.n++
		}
		if !o.Done() {
			failed++
		}
	}
	if failed > 0 && failed == len(done) {
		return nil, fmt.Errorf("adaptive: all %d runs have failed: there is nothing to go by", failed)
	}
	return k, nil
}

// value is the objective at a point. If it has not been run it is put down as missing.
func (k *known) value(p point) (float64, bool) {
	key := p.key()
	if m := k.means[key]; m != nil && m.n == max(1, k.trials.N) {
		return m.sum / float64(m.n), true
	}
	if !k.asked[key] {
		k.asked[key] = true
		k.missing = append(k.missing, p)
	}
	return 0, false
}

// design is of the points that are missing, nil if none is.
func (k *known) design() trajectory.Design {
	if len(k.missing) == 0 {
		return nil
	}
	points := trajectory.Points{Names: k.names}
	for _, p := range k.missing {
		points.Rows = append(points.Rows, p)
	}
	if k.trials.N == 0 {
		return points
	}
	return trajectory.Grid{points, trajectory.Over(k.trials.Name, trajectory.Trials(k.trials.N))}
}

// key is the same for points whose values are the same; of whatever type their
// integers come back from a file.
func (p point) key() string {
	var b strings.Builder
	for _, v := range p {
		if m, ok := v.(encoding.TextMarshaler); ok {
			if text, err := m.MarshalText(); err == nil {
				b.Write(text)
				b.WriteByte('\n')
				continue
			}
		}
		fmt.Fprintln(&b, v)
	}
	return b.String()
}
