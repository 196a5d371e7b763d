// Pypet15 is pypet's example 15, more ways to add data. Where Python assigns to
// attributes, these are methods with paths and structs; nothing is written to disk.
//
//	go run ./examples/pypet15
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
	return &env.Program{Name: "pypet15", About: "Adds data in several ways: pypet's example 15.", Run: run}
}

// A struct is a group of parameters; its fields' values are the defaults.
type dimensions struct {
	Y        int      `param:"y" comment:"I am the second dimension!"`
	T        int      `param:"t" comment:"Third dimension"`
	Subgroup subgroup `param:"subgroup"`
}

// A struct in a struct is a group in the group.
type subgroup struct {
	V int `param:"v" comment:"Fourth dimension"`
}

func run(_ context.Context, e *env.Environment) error {
	t, err := e.Trajectory("my_trajectory", trajectory.Options{})
	if err != nil {
		return err
	}
	err = errors.Join(
		// The standard way, one by one.
		t.AddParameter("x", 1, trajectory.Comment("I am the first dimension!")),
		// Many at once.
		t.AddStruct("parameters", dimensions{Y: 1, T: 1, Subgroup: subgroup{V: 2}}),
		// The groups of a path are made on the way.
		t.AddParameter("subgroup.subsubgroup.w", 2),
		// With options that say more than a comment.
		t.AddParameter("u", 1, trajectory.Comment("Fifth dimension"), trajectory.Annotate("unit", "mV")),
		// A group without anything in it, in a branch of its own.
		t.AddGroup("im_new"),
		// A result of several values.
		t.AddResult("mean", trajectory.Items{"value": 0.5, "error": 0.1}),
		// A link: another name of a node that is there.
		t.AddLink("mylink", "x"),
	)
	if err != nil {
		return err
	}
	// What is there cannot be added again, only set, and only to a value of the same type.
	for _, err := range []error{t.AddParameter("u", 2), t.Set("u", 2.5), t.Set("u", 3)} {
		if err != nil {
			fmt.Fprintf(e.Stdout(), "Told you: %v\n", err)
		}
	}
	for _, path := range []string{"t", "w", "subgroup.v", "u", "mylink", "im_new", "parameters.subgroup", "mean"} {
		node, err := t.Node(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.Stdout(), "%s: %v\n", path, node)
	}
	return nil
}
