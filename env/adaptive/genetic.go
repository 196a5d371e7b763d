package adaptive

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"galvani/env"
	"galvani/trajectory"
)

// Genetic is a genetic algorithm over genomes of genes T. Of a population the parents of the
// next one are drawn by tournaments; neighbours are crossed, and all may mutate. Only genomes
// that have never been run are run.
type Genetic[T any] struct {
	// Names are parameters: one that holds a genome as an array, or one for each gene.
	Names     []string
	Objective Objective
	Trials    Trials
	// Genome draws a genome of the first population.
	Genome func(rng *rand.Rand) []T
	// Cross exchanges genes of two genomes, in place. See [TwoPoint].
	Cross func(rng *rand.Rand, a, b []T)
	// Mutate changes genes, in place. See [Flip] and [Gaussian].
	Mutate func(rng *rand.Rand, genome []T)
	// Population is how many genomes there are at a time, and Generations how
	// many populations follow on the first.
	Population, Generations int
	// CrossRate and MutateRate are the probabilities of a pair to be crossed and of a genome to mutate.
	CrossRate, MutateRate float64
	// Tournament is how many genomes are drawn of which the best becomes a parent. 0: 3.
	Tournament int
	// Elite is how many of the best go on unchanged.
	Elite int
	// Seed is of everything drawn by chance.
	Seed uint64
}

// Next returns the genomes of the next population that have not been run.
func (g Genetic[T]) Next(done []env.Outcome) (trajectory.Design, error) {
	_, k, err := g.play(done)
	if err != nil {
		return nil, err
	}
	return k.design(), nil
}

// A Population is one of a genetic algorithm.
type Population[T any] struct {
	Genomes [][]T
	Values  []float64 // of the objective
	New     int       // genomes that none before had
}

// History is the populations of which all have been run, the first one first.
func (g Genetic[T]) History(done []env.Outcome) ([]Population[T], error) {
	all, _, err := g.play(done)
	return all, err
}

func (g Genetic[T]) check() error {
	switch {
	case len(g.Names) == 0:
		return errors.New("adaptive: a genetic algorithm needs parameters for its genomes")
	case g.Genome == nil || g.Cross == nil || g.Mutate == nil:
		return errors.New("adaptive: a genetic algorithm needs Genome, Cross and Mutate")
	case g.Population < 2 || g.Generations < 0:
		return fmt.Errorf("adaptive: %d generations of %d genomes (want at least two)", g.Generations, g.Population)
	case !(g.CrossRate >= 0 && g.CrossRate <= 1 && g.MutateRate >= 0 && g.MutateRate <= 1):
		return fmt.Errorf("adaptive: rates of %g and %g (want probabilities)", g.CrossRate, g.MutateRate)
	case g.Elite < 0 || g.Elite > g.Population || g.Tournament < 0:
		return fmt.Errorf("adaptive: an elite of %d and tournaments of %d for a population of %d", g.Elite, g.Tournament, g.Population)
	}
	return nil
}

// play plays the algorithm up to the first population that has not been run.
func (g Genetic[T]) play(done []env.Outcome) ([]Population[T], *known, error) {
	if err := g.check(); err != nil {
		return nil, nil, err
	}
	k, err := learn(done, g.Names, g.Objective, g.Trials)
	if err != nil {
		return nil, nil, err
	}
	rng := rand.New(rand.NewPCG(g.Seed, 0))
	genomes := make([][]T, g.Population)
	for i := range genomes {
		if genomes[i] = g.Genome(rng); len(g.Names) > 1 && len(genomes[i]) != len(g.Names) {
			return nil, nil, fmt.Errorf("adaptive: a genome has %d genes for %d parameters", len(genomes[i]), len(g.Names))
		}
	}
	var history []Population[T]
	seen := map[string]bool{}
	for generation := 0; ; generation++ {
		p := Population[T]{Genomes: genomes, Values: make([]float64, len(genomes))}
		for i, genome := range genomes {
			at := g.point(genome)
			p.Values[i], _ = k.value(at)
			if key := at.key(); !seen[key] {
				seen[key] = true
				p.New++
			}
		}
		if len(k.missing) > 0 {
			return history, k, nil
		}
		history = append(history, p)
		if generation == g.Generations {
			return history, k, nil
		}
		// A stream for each generation: how many numbers one takes changes nothing in the next.
		genomes = g.breed(rand.New(rand.NewPCG(g.Seed, uint64(generation)+1)), p)
	}
}

// breed makes the next population.
func (g Genetic[T]) breed(rng *rand.Rand, p Population[T]) [][]T {
	next := make([][]T, 0, g.Population)
	for range g.Population {
		best := rng.IntN(g.Population)
		for range cmp.Or(g.Tournament, 3) - 1 {
			if other := rng.IntN(g.Population); p.Values[other] < p.Values[best] {
				best = other
			}
		}
		next = append(next, slices.Clone(p.Genomes[best]))
	}
	for i := 0; i+1 < len(next); i += 2 {
		if rng.Float64() < g.CrossRate {
			g.Cross(rng, next[i], next[i+1])
		}
	}
	for _, genome := range next {
		if rng.Float64() < g.MutateRate {
			g.Mutate(rng, genome)
		}
	}
	order := make([]int, g.Population)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Values[a], p.Values[b]) })
	for i := range g.Elite {
		next[i] = slices.Clone(p.Genomes[order[i]])
	}
	return next
}

// point is what the parameters hold for a genome.
func (g Genetic[T]) point(genome []T) point {
	if len(g.Names) == 1 {
		return point{slices.Clone(genome)}
	}
	p := make(point, len(genome))
	for i, gene := range genome {
		p[i] = gene
	}
	return p
}

// TwoPoint exchanges the genes between two places that are drawn by chance.
func TwoPoint[T any](rng *rand.Rand, a, b []T) {
	if len(a) != len(b) || len(a) < 2 {
		return
	}
	from, to := rng.IntN(len(a)), rng.IntN(len(a))+1
	if from >= to {
		from, to = to-1, from+1
	}
	for i := from; i < to; i++ {
		a[i], b[i] = b[i], a[i]
	}
}

// Flip makes 1 of 0 and 0 of 1, each gene with probability p.
func Flip(p float64) func(rng *rand.Rand, genome []int) {
	return func(rng *rand.Rand, genome []int) {
		for i := range genome {
			if rng.Float64() < p {
				genome[i] = 1 - genome[i]
			}
		}
	}
}

// Gaussian adds to each gene, with probability p, a normal number of the standard deviation
// sigma, and keeps it from low to high.
func Gaussian(p, sigma, low, high float64) func(rng *rand.Rand, genome []float64) {
	return func(rng *rand.Rand, genome []float64) {
		for i := range genome {
			if rng.Float64() < p {
				genome[i] = math.Max(low, math.Min(high, genome[i]+float64(sigma*rng.NormFloat64())))
			}
		}
	}
}
