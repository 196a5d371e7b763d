package main

import (
	"context"
	"math"

	"galvani/internal/rng"
	"galvani/quantity"
	"galvani/trajectory"
)

// nodes is how many brain areas there are. Each has an excitatory and an
// inhibitory mass (H. Wilson, J. Cowan 1972), and the excitatory ones excite each other.
const nodes = 2

// network is all parameters of the model, in groups.
type network struct {
	Model coupling `param:"model"`
	Node0 node     `param:"node_0"`
	Node1 node     `param:"node_1"`
	Noise noise    `param:"noise"`
}

type coupling struct {
	Input    float64           `param:"exc_ext" comment:"external input to excitatory masses"`
	Global   float64           `param:"K_gl" comment:"coupling between nodes"`
	EE       float64           `param:"c_excexc" comment:"excitatory to excitatory"`
	EI       float64           `param:"c_excinh" comment:"excitatory to inhibitory"`
	IE       float64           `param:"c_inhexc" comment:"inhibitory to excitatory"`
	II       float64           `param:"c_inhinh" comment:"inhibitory to inhibitory"`
	Duration quantity.Quantity `param:"duration"`
	DT       quantity.Quantity `param:"dt"`
}

type node struct {
	Exc mass `param:"exc"`
	Inh mass `param:"inh"`
}

type mass struct {
	Tau quantity.Quantity `param:"tau" comment:"time constant"`
}

// noise is an Ornstein-Uhlenbeck process that is added to the input of each node.
type noise struct {
	Tau   quantity.Quantity `param:"tau" comment:"correlation time"`
	Sigma float64           `param:"sigma" comment:"standard deviation"`
}

func defaults() network {
	ms := func(x float64) quantity.Quantity { return quantity.New(x*1e-3, quantity.DimTime) }
	n := node{Exc: mass{ms(2.5)}, Inh: mass{ms(3.75)}}
	return network{
		Model: coupling{Input: 0.6, EE: 16, EI: 15, IE: 12, II: 3, Duration: ms(200), DT: ms(0.1)},
		Node0: n, Node1: n,
		Noise: noise{Tau: ms(5), Sigma: 0.05},
	}
}

// outputs is what a run of the model gives, sampled every millisecond.
type outputs struct {
	t   []float64 // s
	exc []float64 // node by time
}

// simulate runs the model with the parameters of a run. It makes all that it
// changes, so any number of runs may go on at once.
func simulate(ctx context.Context, r *trajectory.Run) (*outputs, error) {
	all, err := trajectory.Bind[network](r, "parameters")
	if err != nil {
		return nil, err
	}
	p, ou := all.Model, all.Noise
	tauE := [nodes]float64{all.Node0.Exc.Tau.SI(), all.Node1.Exc.Tau.SI()}
	tauI := [nodes]float64{all.Node0.Inh.Tau.SI(), all.Node1.Inh.Tau.SI()}
	dt := p.DT.SI()
	steps := int(math.Round(p.Duration.SI() / dt))
	every := int(math.Round(1e-3 / dt))
	samples := steps / every
	out := &outputs{exc: make([]float64, nodes*samples)}
	random := rng.NewSequence(rng.NewKey(r.Seed(), "boxsearch"), 0)
	var e, i, input [nodes]float64
	for n := range nodes {
		e[n], i[n] = 0.1*random.Uniform(), 0.1*random.Uniform()
	}
	for step := range steps {
		if step%every == 0 {
			if err := ctx.Err(); err != nil {
				return nil, context.Cause(ctx)
			}
			if k := step / every; k < samples {
				out.t = append(out.t, float64(k)*1e-3)
				for n := range nodes {
					out.exc[n*samples+k] = e[n]
				}
			}
		}
		old := e
		for n := range nodes {
			input[n] += -input[n]*dt/ou.Tau.SI() + ou.Sigma*math.Sqrt(2*dt/ou.Tau.SI())*random.Normal()
			drive := p.EE*old[n] - p.IE*i[n] + p.Global*old[1-n] + p.Input + input[n]
			brake := p.EI*old[n] - p.II*i[n]
			e[n] += dt / tauE[n] * (-old[n] + (1-old[n])*sigmoid(1.5*(drive-3)))
			i[n] += dt / tauI[n] * (-i[n] + (1-i[n])*sigmoid(1.5*(brake-3)))
		}
	}
	return out, nil
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// mean and swing of the first node after the transient.
func (o *outputs) summary() (mean, swing float64) {
	late := o.exc[len(o.t)/2 : len(o.t)]
	low, high := late[0], late[0]
	for _, x := range late {
		mean += x / float64(len(late))
		low, high = min(low, x), max(high, x)
	}
	return mean, high - low
}
