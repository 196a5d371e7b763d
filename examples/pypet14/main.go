// Pypet14 is pypet's example 14: links, which give nodes further names.
//
//	go run ./examples/pypet14 -out /tmp/pypet14
package main

import (
	"context"
	"errors"
	"fmt"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet14", About: "Gives parameters further names: pypet's example 14.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Multiplication", trajectory.Options{Comment: "How to use links"})
	if err != nil {
		return err
	}
	err = errors.Join(
		t.AddParameter("x", 1, trajectory.Comment("I am the first dimension!")),
		t.AddParameter("y", 1, trajectory.Comment("I am the second dimension!")),
		t.Explore(trajectory.Over("x", trajectory.Values(3, 4))),
		t.AddLink("mylink1", "x"),
		t.AddLink("parameters.mynewgroup.mylink2", "y"), // makes the group, too
	)
	if err != nil {
		return err
	}
	x, err := t.Parameter("mylink1")
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout(), "x=%v\n%v\n", x.Value(), x)
	return e.Run(ctx, t, env.Func(multiply))
}

func multiply(_ context.Context, r *trajectory.Run) error {
	x, errX := trajectory.Get[int](r, "mylink1")
	y, errY := trajectory.Get[int](r, "mylink2")
	comment := "" // pypet keeps a comment that repeats only with the first run
	if r.Index() == 0 {
		comment = "Result of our simulation!"
	}
	return errors.Join(errX, errY, r.AddResult("runs.$.z", x*y, trajectory.Comment(comment)))
}
