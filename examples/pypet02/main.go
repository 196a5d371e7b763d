// Pypet02 is pypet's example 02: how nodes are found, and storing and loading
// without running anything.
//
//	go run ./examples/pypet02 -out /tmp/pypet02
package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet02", About: "Finds, stores and loads nodes: pypet's example 02.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("Example", trajectory.Options{Comment: "Access and Storage!"})
	if err != nil {
		return err
	}
	// The groups starwars and characters are made on the way.
	err = errors.Join(
		t.AddParameter("starwars.characters.han_solo", "Harrison Ford"),
		t.AddParameter("starwars.characters.luke_skywalker", "Mark Hamill", trajectory.Comment("May the force be with you!")),
	)
	if err != nil {
		return err
	}
	if err := access(e, t); err != nil {
		return err
	}
	err = errors.Join(
		t.AddResult("starwars.gross_income_of_film", trajectory.Items{"amount": math.Pow(10.1, 11), "currency": "$$$"},
			trajectory.Comment("George Lucas is rich, dude!")),
		trajectory.Save(ctx, t, env.Stores()[0], e.File(t.Name())),
		// What comes later is in memory only.
		t.AddResult("starwars.robots", trajectory.Items{"c3p0": "android", "r2d2": "beeep!"}, trajectory.Comment("Help me Obiwan!")),
	)
	if err != nil {
		return err
	}
	robots, err := t.Result("results.starwars.robots")
	if err != nil {
		return err
	}
	fmt.Fprintln(e.Stdout(), robots.Comment())
	return reload(ctx, e, t.Name())
}

// access shows how nodes are found.
func access(e *env.Environment, t *trajectory.Trajectory) error {
	luke, err := t.Parameter("luke_skywalker") // a shortcut: it is unique
	if err != nil {
		return err
	}
	fmt.Fprintln(e.Stdout(), "The full name of the new Skywalker Parameter is", luke.FullName())
	if err := t.AddGroup("parameters.spaceballs.characters"); err != nil {
		return err
	}
	if _, err := t.Group("characters"); errors.Is(err, trajectory.ErrNotUnique) {
		fmt.Fprintln(e.Stdout(), "Damn it, there are two characters groups in the trajectory:", err)
	}
	if _, err := t.Group("starwars.characters"); err != nil { // more specific: unique again
		return err
	}
	actor, err := trajectory.Get[string](t, "luke_skywalker")
	fmt.Fprintf(e.Stdout(), "The name of the actor playing Luke is %s.\n", actor)
	fmt.Fprintf(e.Stdout(), "The object found for luke_skywalker is `%v`.\n", luke)
	return err
}

// reload opens the file: the data of results are read when they are asked for.
func reload(ctx context.Context, e *env.Environment, name string) error {
	t, err := trajectory.Open(ctx, e.File(name), trajectory.OpenOptions{Stores: env.Stores()})
	if err != nil {
		return err
	}
	defer t.Close()
	income, err := t.Result("gross_income_of_film")
	if err != nil {
		return err
	}
	items, err := income.Items()
	fmt.Fprintf(e.Stdout(), "George Lucas earned %.5f%v!\n", items["amount"], items["currency"])
	return err
}
