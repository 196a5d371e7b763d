package adaptive

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/optimize"
)

// CMAES is the evolution strategy with covariance matrix adaptation, beginning with a
// standard deviation of 0.2 of each range. A population of 0 is the usual one, 4 + 3 ln(n) points.
//
// Source: N. Hansen, The CMA evolution strategy: a tutorial, arXiv:1604.00772, with its
// constants, and the Cholesky factor of the covariance matrix in the place of its square root
// (O. Krause, D. R. Arbones, C. Igel, NIPS 2016). It takes the place of gonum's CmaEsChol, which draws
// its points without regard to the step size and needs several times as many.
func CMAES(population int) func(seed uint64) optimize.Method {
	return func(seed uint64) optimize.Method {
		return &cmaES{lambda: population, rng: rand.New(rand.NewPCG(seed, 0))}
	}
}

const (
	firstStep = 0.2
	// lastStep is the standard deviation at which the search has come to its end.
	lastStep = 1e-6
)

// cmaES is a method of gonum/optimize.
type cmaES struct {
	rng     *rand.Rand
	n       int // dimensions
	lambda  int // population
	weights []float64
	muEff   float64

	mean   []float64
	sigma  float64
	c, a   [][]float64 // covariance matrix and its lower Cholesky factor
	pc, ps []float64   // evolution paths
	rounds int
	z      [][]float64 // standard normal numbers behind the points
	broken bool        // the covariance matrix is not positive definite any more
}

// Uses says that values are enough.
func (*cmaES) Uses(optimize.Available) (optimize.Available, error) {
	return optimize.Available{}, nil
}

// Init prepares a search and returns how many points are asked for at once.
func (m *cmaES) Init(dim, _ int) int {
	m.n = dim
	if m.lambda <= 0 {
		m.lambda = 4 + int(3*math.Log(float64(dim)))
	}
	m.lambda = max(m.lambda, 4)
	mu := m.lambda / 2
	sum, squares := 0.0, 0.0
	m.weights = make([]float64, mu)
	for i := range m.weights {
		m.weights[i] = math.Log(float64(m.lambda+1)/2) - math.Log(float64(i+1))
		sum += m.weights[i]
	}
	for i := range m.weights {
		m.weights[i] /= sum
		squares += float64(m.weights[i] * m.weights[i])
	}
	m.muEff = 1 / squares
	m.sigma = firstStep
	m.pc, m.ps, m.mean = make([]float64, dim), make([]float64, dim), make([]float64, dim)
	m.c, m.a, m.z = square(dim), square(dim), make([][]float64, m.lambda)
	for i := range dim {
		m.c[i][i], m.a[i][i] = 1, 1
	}
	return m.lambda
}

func square(n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
	}
	return rows
}

// Run asks for the points of one generation after the other.
func (m *cmaES) Run(operations chan<- optimize.Task, results <-chan optimize.Task, tasks []optimize.Task) {
	defer close(operations)
	copy(m.mean, tasks[0].X)
	values := make([]float64, m.lambda)
	for !m.over() {
		for i, t := range tasks {
			m.draw(i, t.X)
			t.ID, t.Op = i, optimize.FuncEvaluation
			operations <- t
		}
		for range tasks {
			t, ok := <-results
			if !ok || t.Op == optimize.PostIteration {
				drain(results)
				return
			}
			values[t.ID] = t.F
		}
		best := 0
		for i, v := range values {
			if v < values[best] {
				best = i
			}
		}
		t := tasks[best]
		t.F, t.Op, t.ID = values[best], optimize.MajorIteration, -1
		operations <- t
		if t, ok := <-results; !ok || t.Op == optimize.PostIteration {
			drain(results)
			return
		}
		m.adapt(values)
	}
	operations <- optimize.Task{Op: optimize.MethodDone, Location: tasks[0].Location}
	drain(results)
}

func drain(results <-chan optimize.Task) {
	for range results {
	}
}

// Status tells whether the search has come to its end.
func (m *cmaES) Status() (optimize.Status, error) {
	if m.over() {
		return optimize.MethodConverge, nil
	}
	return optimize.NotTerminated, nil
}

// over tells whether all points of a generation are nearly the same.
func (m *cmaES) over() bool {
	widest := 0.0
	for i := range m.c {
		widest = math.Max(widest, m.c[i][i])
	}
	step := float64(m.sigma * math.Sqrt(widest))
	return m.broken || !(step > lastStep) || math.IsInf(step, 0)
}

// draw draws point i: mean + sigma A z.
func (m *cmaES) draw(i int, x []float64) {
	z := make([]float64, m.n)
	for k := range z {
		z[k] = m.rng.NormFloat64()
	}
	m.z[i] = z
	for k := range x {
		x[k] = m.mean[k] + float64(m.sigma*m.stretched(z, k))
	}
}

// stretched is coordinate k of A z.
func (m *cmaES) stretched(z []float64, k int) float64 {
	sum := 0.0
	for j := 0; j <= k; j++ {
		sum += float64(m.a[k][j] * z[j])
	}
	return sum
}

// adapt moves mean, step size and covariance matrix towards the better half of the points.
func (m *cmaES) adapt(values []float64) {
	n := float64(m.n)
	cc := (4 + m.muEff/n) / (n + 4 + 2*m.muEff/n)
	cs := (m.muEff + 2) / (n + m.muEff + 5)
	c1 := 2 / (float64((n+1.3)*(n+1.3)) + m.muEff)
	cmu := math.Min(1-c1, 2*(m.muEff-2+1/m.muEff)/(float64((n+2)*(n+2))+m.muEff))
	damping := 1 + 2*math.Max(0, math.Sqrt((m.muEff-1)/(n+1))-1) + cs
	expected := math.Sqrt(n) * (1 - 1/(4*n) + 1/float64(21*n*n)) // length of a standard normal vector

	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })

	zw := make([]float64, m.n) // weighted means of the best, before and after stretching
	for i, w := range m.weights {
		for k, z := range m.z[order[i]] {
			zw[k] += float64(w * z)
		}
	}
	yw := make([]float64, m.n)
	length := 0.0
	for k := range yw {
		yw[k] = m.stretched(zw, k)
		m.mean[k] += float64(m.sigma * yw[k])
		m.ps[k] = float64((1-cs)*m.ps[k]) + float64(math.Sqrt(cs*(2-cs)*m.muEff)*zw[k])
		length += float64(m.ps[k] * m.ps[k])
	}
	length = math.Sqrt(length)
	m.rounds++
	// The path of the covariance stands still while the step size grows fast.
	still := length/math.Sqrt(1-math.Pow(1-cs, 2*float64(m.rounds))) >= (1.4+2/(n+1))*expected
	lost := 0.0
	for k := range m.pc {
		m.pc[k] *= 1 - cc
		if !still {
			m.pc[k] += float64(math.Sqrt(cc*(2-cc)*m.muEff) * yw[k])
		}
	}
	if still {
		lost = c1 * cc * (2 - cc)
	}
	for i := range m.c {
		for j := 0; j <= i; j++ {
			m.c[i][j] = float64((1-c1-cmu+lost)*m.c[i][j]) + float64(c1*float64(m.pc[i]*m.pc[j]))
		}
	}
	for k, w := range m.weights {
		z := m.z[order[k]]
		y := make([]float64, m.n)
		for i := range y {
			y[i] = m.stretched(z, i)
		}
		for i := range m.c {
			for j := 0; j <= i; j++ {
				m.c[i][j] += float64(float64(cmu*w) * float64(y[i]*y[j]))
			}
		}
	}
	m.sigma *= math.Exp(cs / damping * (length/expected - 1))
	m.broken = !factorise(m.a, m.c)
}

// factorise makes a the lower Cholesky factor of c, of which the lower half is used; false if
// c is not positive definite.
func factorise(a, c [][]float64) bool {
	for i := range c {
		for j := 0; j <= i; j++ {
			sum := c[i][j]
			for k := range j {
				sum -= float64(a[i][k] * a[j][k])
			}
			if i > j {
				a[i][j] = sum / a[j][j]
				continue
			}
			if !(sum > 0) {
				return false
			}
			a[i][i] = math.Sqrt(sum)
		}
	}
	return true
}
