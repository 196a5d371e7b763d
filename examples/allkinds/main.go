// Allkinds writes a trajectory with every kind of value that can be stored:
// numbers of all widths, texts, arrays of all types and shapes, lists, tuples,
// maps, tables, empty ones, quantities, sparse matrices, structs and what monitors
// recorded; explored parameters of every kind; links, comments and annotations. It is there to be read by
// other programs, real pypet first of all:
//
//	go run ./examples/allkinds -out /tmp/allkinds.hdf5
//	PYTHONPATH=pypet python3 bench/peers/pypet_allkinds.py /tmp/allkinds.hdf5
package main

import (
	"context"
	"errors"

	"galvani/brianparam"
	"galvani/env"
	"galvani/monitor"
	"galvani/network"
	"galvani/neuron"
	"galvani/quantity"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{
		Name:    "allkinds",
		About:   "Writes a trajectory with every kind of value that can be stored.",
		Example: "allkinds -out /tmp/allkinds.hdf5",
		Run:     run,
	}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("allkinds", trajectory.Options{Comment: "Every kind of value: größer, ≤ und ☃", Kinds: brianparam.Kinds()})
	if err != nil {
		return err
	}
	if err := errors.Join(parameters(t), explored(t), decoration(t)); err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(results))
}

// parameters adds a parameter of every kind.
func parameters(t *trajectory.Trajectory) error {
	var all error
	for _, v := range scalars() {
		all = errors.Join(all, t.AddParameter("scalars."+v.name, v.value, trajectory.Comment("a "+v.name)))
	}
	for _, v := range arrays() {
		all = errors.Join(all, t.AddParameter("arrays."+v.name, v.value))
	}
	for _, v := range sequences() {
		all = errors.Join(all, t.AddParameter("sequences."+v.name, v.value))
	}
	for _, v := range quantities() {
		all = errors.Join(all, t.AddParameter("quantities."+v.name, v.value))
	}
	for _, v := range matrices() {
		all = errors.Join(all, t.AddParameter("matrices."+v.name, v.value))
	}
	for _, v := range structs() {
		all = errors.Join(all, t.AddParameter("structs."+v.name, v.value))
	}
	return all
}

// explored adds parameters with three values each, explored together.
func explored(t *trajectory.Trajectory) error {
	var all error
	var design trajectory.Zip
	for _, x := range ranges() {
		name := "explored." + x.name
		all = errors.Join(all, t.AddParameter(name, x.values[0]))
		design = append(design, trajectory.Over("parameters."+name, trajectory.Values(x.values...)))
	}
	return errors.Join(all, t.Explore(design))
}

// decoration adds what is neither parameter nor result of a run: groups, links,
// comments, annotations, config, derived parameters, and results of the whole.
func decoration(t *trajectory.Trajectory) error {
	opts := []trajectory.AddOption{trajectory.Comment("a group with annotations of every kind")}
	for _, list := range [][]named{scalars(), sequences(), arrays(), structs(), nested(), containers()[:1]} {
		for _, v := range list {
			opts = append(opts, trajectory.Annotate(v.name, v.value))
		}
	}
	return errors.Join(
		t.AddGroup("parameters.annotated", opts...),
		t.AddGroup("parameters.empty", trajectory.Comment("no children")),
		t.AddGroup("branch_of_its_own.deeper"),
		t.AddLink("link_at_the_root", "parameters.scalars.int"),
		t.AddLink("parameters.links.to_a_group", "parameters.scalars"),
		t.AddLink("parameters.links.to_an_explored_parameter", "parameters.explored.float"),
		t.AddConfig("setting", "on", trajectory.Comment("has no influence")),
		t.AddDerived("sum", 17, trajectory.Comment("before the runs")),
		t.AddResult("before", 3.5, trajectory.Comment("before the runs"), trajectory.Annotate("unit", "mV")),
	)
}

// results adds results of every kind to a run.
func results(ctx context.Context, r *trajectory.Run) error {
	add := func(path string, kinds ...[]named) error {
		items := trajectory.Items{}
		for _, list := range kinds {
			for _, v := range list {
				items[v.name] = v.value
			}
		}
		return r.AddResult(path, items)
	}
	x, err := trajectory.Get[float64](r, "parameters.explored.float")
	if err != nil {
		return err
	}
	return errors.Join(
		r.AddDerived("doubled", 2*x),
		r.AddResult("value", x, trajectory.Comment("the only item has the result's name")),
		add("scalars", scalars()), add("arrays", arrays()), add("sequences", sequences()), add("maps_and_tables", containers()),
		add("sparse_matrices", matrices()), add("structs", structs()), add("nested_maps", nested()),
		add("quantities", quantities(), []named{
			{"array", brianparam.Array{Values: []float64{0.001, 0.002}, Dimension: quantity.DimTime}},
			{"matrix", brianparam.Array{Shape: []int{2, 2}, Values: []float64{1, 2, 3, 4}, Dimension: quantity.DimVoltage}},
		}),
		r.AddResult("nested", trajectory.Items{"a.b.c": 5, "a.b.d": "deep", "a.e": []float64{1}}),
		monitors(ctx, r),
	)
}

// monitors records a small network: spikes, several variables, one variable, and no spikes.
func monitors(ctx context.Context, r *trajectory.Run) error {
	net := network.New(network.Options{Seed: r.Seed()})
	g := net.Group("neurons", 5, neuron.Spec{
		Equations: "dV/dt = (mu - V)/(10*ms) : 1 \n mu : 1 \n dU/dt = -U/(5*ms) : volt",
		Threshold: "V > 1", Reset: "V = 0", Refractory: "2 ms",
	})
	silent := net.Group("silent", 2, neuron.Spec{Equations: "V : 1", Threshold: "V > 1"})
	g.Set("mu", "1.1 + 0.1*i")
	g.Set("U", "-60*mV")
	spikes, none := monitor.Spikes(g, monitor.Options{}), monitor.Spikes(silent, monitor.Options{})
	traces := monitor.State(g, []string{"V", "U"}, monitor.StateOptions{Neurons: []int{0, 3}, Every: 10})
	trace := monitor.State(g, []string{"V"}, monitor.StateOptions{Neurons: []int{1}})
	net.Record(spikes, none, traces, trace)
	if err := net.Run(ctx, "40 ms"); err != nil {
		return err
	}
	return errors.Join(
		r.AddResult("monitors.spikes", brianparam.FromSpikes(spikes.Recording(net))),
		r.AddResult("monitors.no_spikes", brianparam.FromSpikes(none.Recording(net))),
		r.AddResult("monitors.traces", brianparam.FromState(traces.Recording(net))),
		r.AddResult("monitors.trace", brianparam.FromState(trace.Recording(net))),
	)
}
