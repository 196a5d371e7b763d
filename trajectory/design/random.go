package design

import (
	"fmt"
	"math/bits"

	"galvani/internal/rng"
	"galvani/trajectory"
)

// Random is N independent points.
type Random struct {
	N       int
	Seed    uint64
	Factors []Factor
	// Skip leaves out that many points at the beginning: an exploration of
	// 100 points is expanded by those that come after the first 100.
	Skip int
}

// Columns draws the points. Those of a larger N begin with those of a smaller one.
func (r Random) Columns() ([]trajectory.Axis, error) {
	if r.Skip < 0 || r.Skip > maxPoints {
		return nil, fmt.Errorf("design: a random design without its first %d points (want 0 to %d)", r.Skip, maxPoints)
	}
	return draw("a random design", r.N, r.Factors, func(_ int, f Factor) func(int) float64 {
		key := rng.NewKey(r.Seed, "design", "random", f.names[0])
		return func(i int) float64 { return rng.NewSequence(key, uint64(r.Skip+i)).Uniform() }
	})
}

// LatinHypercube is N points that are spread evenly over each factor by itself:
// when the distribution of a factor is cut into N equally likely parts, exactly one
// point lies in each part. How the parts of different factors meet is random
// (M. McKay, R. Beckman, W. Conover: A comparison of three methods for selecting values
// of input variables. Technometrics 21, 1979).
type LatinHypercube struct {
	N       int
	Seed    uint64
	Factors []Factor
	// Centred takes the middle of each part instead of a random place in it.
	Centred bool
}

// Columns draws the points.
func (l LatinHypercube) Columns() ([]trajectory.Axis, error) {
	return draw("a Latin hypercube", l.N, l.Factors, func(_ int, f Factor) func(int) float64 {
		part := newShuffle(l.N, l.Seed, "latin hypercube", f.names[0])
		key := rng.NewKey(l.Seed, "design", "latin hypercube place", f.names[0])
		return func(i int) float64 {
			place := 0.5
			if !l.Centred {
				// 2^-24 away from the borders, so that rounding leads to none of them.
				const cells = 1 << 23
				place = (float64(rng.NewSequence(key, uint64(i)).Uint64()%cells) + 0.5) / cells
			}
			return (float64(part.at(i)) + place) / float64(l.N)
		}
	})
}

// Subset is N different points of another design, chosen at random: what can be
// afforded of a large grid. With as many as there are, it is all of them in random order.
type Subset struct {
	Of   trajectory.Design
	N    int
	Seed uint64
}

// Columns chooses the points. Those of a larger N begin with those of a smaller one.
func (s Subset) Columns() ([]trajectory.Axis, error) {
	columns, err := trajectory.Zip{s.Of}.Columns()
	if err != nil {
		return nil, err
	}
	total := columns[0].Range.Len()
	if s.N < 1 || s.N > total {
		return nil, fmt.Errorf("design: a subset of %d points of a design of %d", s.N, total)
	}
	order := newShuffle(total, s.Seed, "subset", "")
	for i, c := range columns {
		columns[i].Range = reordered{base: c.Range, n: s.N, order: order}
	}
	return columns, nil
}

type reordered struct {
	base  trajectory.Range
	n     int
	order shuffle
}

func (r reordered) Len() int     { return r.n }
func (r reordered) At(i int) any { return r.base.At(r.order.at(i)) }

// shuffle is a random permutation of the numbers below n that is computed place
// by place, without a list: the swap-or-not cipher of V. Hoang, B. Morris and P.
// Rogaway (An enciphering scheme based on a card shuffle. CRYPTO 2012). A round
// pairs x with k-x modulo n and swaps each pair or not, by a random bit.
type shuffle struct {
	n      uint64
	rounds []round
}

type round struct{ k, key uint64 }

func newShuffle(n int, seed uint64, what, name string) shuffle {
	draws := rng.NewSequence(rng.NewKey(seed, "design", what, name), 0)
	// More than the proof asks for at any n, and enough for the smallest.
	rounds := make([]round, 24+6*bits.Len(uint(n)))
	for i := range rounds {
		rounds[i] = round{k: uint64(draws.IntN(int64(n))), key: draws.Uint64()}
	}
	return shuffle{n: uint64(n), rounds: rounds}
}

func (s shuffle) at(i int) int {
	x := uint64(i)
	for _, r := range s.rounds {
		y := r.k + s.n - x
		if y >= s.n {
			y -= s.n
		}
		if coin(r.key, max(x, y)) {
			x = y
		}
	}
	return int(x)
}

// coin is a random bit of a key for every number.
func coin(key, x uint64) bool { return rng.NewKey(key ^ x)[0]&1 != 0 }
