// Pypet17 is pypet's example 17: wrap an existing project, whose functions stay as they
// are, so that its parameters can be explored and its results are kept.
//
// The project is automaton.go, cellular automata after Stephen Wolfram. This file is all
// that is added.
//
//	go run ./examples/pypet17 -out /tmp/pypet17
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet17", About: "Explores cellular automata: pypet's example 17.", Run: run}
}

type parameters struct {
	Cells       int    `param:"ncells" comment:"Number of cells"`
	Steps       int    `param:"steps" comment:"Number of timesteps"`
	RuleNumber  int    `param:"rule_number" comment:"The ca rule"`
	InitialName string `param:"initial_name" comment:"The type of initial state"`
	Seed        int    `param:"seed" comment:"RNG Seed"`
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("cellular_automata", trajectory.Options{})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddStruct("parameters", parameters{Cells: 400, Steps: 250, RuleNumber: 30, InitialName: "random", Seed: 100042}),
		t.Explore(trajectory.Grid{
			trajectory.Over("rule_number", trajectory.Values(10, 30, 90, 110, 184)),
			trajectory.Over("initial_name", trajectory.Values("single", "random")),
		}),
	)
	if err != nil {
		return err
	}
	return e.Run(ctx, t, env.Func(wrap), env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
		for i := range t.Len() {
			if err := plot(e, t, i); err != nil {
				return err
			}
		}
		return nil
	}))
}

// wrap calls the project's functions with the parameters of a run.
func wrap(_ context.Context, r *trajectory.Run) error {
	p, err := trajectory.Bind[parameters](r, "parameters")
	if err != nil {
		return err
	}
	initial, err := makeInitialState(p.InitialName, p.Cells, uint32(p.Seed))
	if err != nil {
		return err
	}
	pattern := trajectory.Array[uint8]{Shape: []int{p.Steps, p.Cells}, Data: automaton(initial, p.RuleNumber, p.Steps)}
	return r.AddResult("pattern", pattern, trajectory.Comment("Development of CA over time"))
}

// plot draws the pattern of a run and says how many of its cells are alive.
func plot(e *env.Environment, t *trajectory.Trajectory, i int) error {
	r, err := t.Run(i)
	if err != nil {
		return err
	}
	name, errName := fileName(r)
	pattern, err := trajectory.Get[trajectory.Array[uint8]](r, "crun.pattern")
	if err := errors.Join(errName, err); err != nil {
		return err
	}
	alive := 0
	for _, cell := range pattern.Data {
		alive += int(cell)
	}
	fmt.Fprintf(e.Stdout(), "%-40s %6d cells alive\n", name, alive)
	return plotPattern(pattern.Data, pattern.Shape[1], e.Path(name))
}

// fileName is made of whatever is explored.
func fileName(r *trajectory.Run) (string, error) {
	var parts []string
	for _, name := range r.Trajectory().Explored() {
		p, err := r.Parameter(name)
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf("%s_%v", p.Name(), p.Value()))
	}
	return strings.Join(parts, "__") + ".png", nil
}
