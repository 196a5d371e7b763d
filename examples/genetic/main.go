// Genetic looks for a row of ones with a genetic algorithm: the OneMax problem of
// pypet's examples 19 and 20, which have the DEAP library for it. Every genome is a run; one
// that was there before is not run again.
//
//	go run ./examples/genetic -out /tmp/genetic
package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"galvani/env"
	"galvani/env/adaptive"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "genetic", About: "Evolves a row of ones: pypet's examples 19 and 20.", Run: run}
}

// length is how many genes a genome has.
const length = 50

func evolution() adaptive.Genetic[int] {
	return adaptive.Genetic[int]{
		Names:     []string{"individual"},
		Objective: adaptive.Negative(adaptive.Result("fitness")),
		Genome: func(rng *rand.Rand) []int {
			genome := make([]int, length)
			for i := range genome {
				genome[i] = rng.IntN(2)
			}
			return genome
		},
		Cross: adaptive.TwoPoint[int], CrossRate: 0.5,
		Mutate: adaptive.Flip(0.05), MutateRate: 0.2,
		Population: 100, Generations: 20, Tournament: 3, Seed: 42,
	}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("onemax", trajectory.Options{Comment: "As many ones as possible"})
	if err != nil {
		return err
	}
	if err := t.AddParameter("individual", make([]int, length), trajectory.Comment("A genome")); err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(evaluate), env.Explore(evolution()),
		env.Finally(func(_ context.Context, t *trajectory.Trajectory) error { return show(e, t) }))
}

func evaluate(_ context.Context, r *trajectory.Run) error {
	genome, err := trajectory.Get[[]int](r, "individual")
	if err != nil {
		return err
	}
	sum := 0
	for _, gene := range genome {
		sum += gene
	}
	return r.AddResult("fitness", float64(sum), trajectory.Comment("Number of ones"))
}

// show prints what became of each generation.
func show(e *env.Environment, t *trajectory.Trajectory) error {
	done, err := env.Outcomes(t)
	if err != nil {
		return err
	}
	history, err := evolution().History(done)
	if err != nil {
		return err
	}
	for k, p := range history {
		sum, squares := 0.0, 0.0
		for _, v := range p.Values {
			sum -= v
			squares += float64(v * v)
		}
		n := float64(len(p.Values))
		fmt.Fprintf(e.Stdout(), "generation %2d: %3d evaluated, min %2.0f, max %2.0f, average %.2f, std %.2f\n", k, p.New,
			-slices.Max(p.Values), -slices.Min(p.Values), sum/n, math.Sqrt(squares/n-float64(sum/n*sum/n)))
	}
	last := history[len(history)-1]
	best := slices.Index(last.Values, slices.Min(last.Values))
	fmt.Fprintf(e.Stdout(), "%d runs for %d genomes; the best of the last has %.0f ones of %d: %d\n",
		len(done), len(history)*len(last.Values), -last.Values[best], length, last.Genomes[best])
	return nil
}
