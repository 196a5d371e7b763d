package adaptive

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/optimize"

	"galvani/env"
	"galvani/trajectory"
)

// Minimize searches with a method of gonum/optimize that needs no derivatives. The points
// that the method asks for at once are a generation of runs.
type Minimize struct {
	Over      []Dimension
	Objective Objective
	Trials    Trials
	// Method makes a method, whose coordinates go from 0 to 1 along each dimension; what it
	// does outside is mirrored at the bounds. Nil: CMAES(0).
	Method func(seed uint64) optimize.Method
	// Starts is how many searches go on side by side: the first from the centre, the
	// others from points drawn by chance. 0: one.
	Starts int
	// Runs ends the search when there are so many, at the end of a generation. 0: it ends by itself.
	Runs int
	// Converger says when a search has come to its end. Nil: when the least value has not
	// become less by a part of 10^-6 in 50 iterations of the method.
	Converger func() optimize.Converger
	// Seed is of everything drawn by chance.
	Seed uint64
}

// NelderMead is the simplex method of Nelder and Mead, beginning with a simplex of a
// tenth of each range. It asks for one point at a time; with several starts as many are
// executed at once.
func NelderMead() func(seed uint64) optimize.Method {
	return func(uint64) optimize.Method { return &optimize.NelderMead{SimplexSize: 0.1} }
}

// Next returns what the method asks for next.
func (m Minimize) Next(done []env.Outcome) (trajectory.Design, error) {
	all := dimensions(m.Over)
	if err := all.check(); err != nil {
		return nil, err
	}
	if m.Starts < 0 || m.Runs < 0 {
		return nil, fmt.Errorf("adaptive: %d starts and %d runs", m.Starts, m.Runs)
	}
	k, err := learn(done, all.names(), m.Objective, m.Trials)
	if err != nil {
		return nil, err
	}
	if m.Runs > 0 && len(done) >= m.Runs {
		return nil, nil
	}
	for start := range max(1, m.Starts) {
		rng := rand.New(rand.NewPCG(m.Seed, uint64(start)))
		u := make([]float64, len(all))
		for i := range u {
			u[i] = 0.5
			if start > 0 {
				u[i] = rng.Float64()
			}
		}
		method := CMAES(0)
		if m.Method != nil {
			method = m.Method
		}
		var converger optimize.Converger = &optimize.FunctionConverge{Relative: 1e-6, Iterations: 50}
		if m.Converger != nil {
			converger = m.Converger()
		}
		err := play(method(rng.Uint64()), u, converger, func(u []float64) (float64, bool) { return k.value(all.at(u)) })
		if err != nil {
			return nil, err
		}
	}
	return k.design(), nil
}

// most is how many points a method may ask for at once.
const most = 10_000

// play plays a method from its start until it asks for points without a value, or has
// come to its end.
func play(method optimize.Method, start []float64, converger optimize.Converger, value func([]float64) (float64, bool)) error {
	if method == nil {
		return errors.New("adaptive: there is no method")
	}
	if _, err := method.Uses(optimize.Available{}); err != nil {
		return fmt.Errorf("adaptive: the method needs more than values: %w", err)
	}
	converger.Init(len(start))
	n := cmp.Or(method.Init(len(start), most), 1)
	tasks := make([]optimize.Task, n)
	for i := range tasks {
		tasks[i].Location = &optimize.Location{X: make([]float64, len(start))}
	}
	copy(tasks[0].X, start)
	operations, results := make(chan optimize.Task), make(chan optimize.Task, n)
	go method.Run(operations, results, tasks)
	defer func() { // as gonum ends a method
		results <- optimize.Task{Op: optimize.PostIteration}
		close(results)
		for range operations {
		}
	}()
	open := make([]optimize.Task, 0, n)
	for task := range operations {
		switch task.Op {
		case optimize.NoOperation:
			results <- task
		case optimize.MajorIteration:
			if converger.Converged(task.Location) != optimize.NotTerminated {
				return nil
			}
			results <- task
		case optimize.MethodDone: // which includes that it cannot go on, as from a point of value +Inf
			return nil
		case optimize.FuncEvaluation:
			// A method waits at the latest when all its tasks are out.
			if open = append(open, task); len(open) < n {
				continue
			}
			complete := true
			for i := range open {
				v, ok := value(open[i].X)
				open[i].F = v
				complete = complete && ok
			}
			if !complete {
				return nil
			}
			for _, t := range open {
				results <- t
			}
			open = open[:0]
		default:
			return fmt.Errorf("adaptive: the method asks for %v, and there are only values", task.Op)
		}
	}
	return nil
}
