// Pypet09 is pypet's example 09, large results: after they are stored they take no memory
// until one of their items is asked for.
//
//	go run ./examples/pypet09 -out /tmp/pypet09
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"galvani/env"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet09", About: "Stores large arrays and reads them again: pypet's example 09.", Run: run}
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("example_09_huge_data", trajectory.Options{})
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(t.Seed(), 0))
	matrix := func(shape ...int) trajectory.Array[float64] {
		n, _ := trajectory.Elements(shape)
		a := trajectory.Array[float64]{Shape: shape, Data: make([]float64, n)}
		for k := range a.Data {
			a.Data[k] = random.Float64()
		}
		return a
	}
	err = errors.Join(
		t.AddResult("huge_matrices", trajectory.Items{"mat1": matrix(100, 100, 100), "mat2": matrix(1000, 1000)}),
		show(e, t),
		trajectory.Save(ctx, t, env.Stores()[0], e.File(t.Name())),
	)
	if err != nil {
		return err
	}
	if t, err = open(ctx, e, t.Name()); err != nil { // from here on the matrices are on disk only
		return err
	}
	defer t.Close()
	err = errors.Join(
		extend(t, "huge_matrices", "monty", "Always look on the bright side of life!"),
		trajectory.Save(ctx, t, env.Stores()[0], e.File(t.Name())),
	)
	if err != nil {
		return err
	}
	// Somebody else, later.
	if t, err = open(ctx, e, t.Name()); err != nil {
		return err
	}
	defer t.Close()
	result, err := t.Result("huge_matrices")
	if err != nil {
		return err
	}
	monty, err := result.Item("monty")
	fmt.Fprintf(e.Stdout(), "And do not forget: %v\n", monty)
	return errors.Join(err, show(e, t))
}

func open(ctx context.Context, e *env.Environment, name string) (*trajectory.Trajectory, error) {
	return trajectory.Open(ctx, e.File(name), trajectory.OpenOptions{Stores: env.Stores()})
}

// extend gives a result one more item. A result that is there does not change: another
// one takes its place.
func extend(t *trajectory.Trajectory, path, name string, value any) error {
	result, err := t.Result(path)
	if err != nil {
		return err
	}
	items, err := result.Items()
	if err != nil {
		return err
	}
	items[name] = value
	return errors.Join(t.Remove(result.FullName(), false), t.AddResult(result.FullName(), items))
}

// show prints an element of the first matrix.
func show(e *env.Environment, t *trajectory.Trajectory) error {
	result, err := t.Result("huge_matrices")
	if err != nil {
		return err
	}
	item, err := result.Item("mat1")
	if err != nil {
		return err
	}
	mat1, ok := item.(trajectory.Array[float64])
	if !ok || len(mat1.Data) != 1e6 {
		return fmt.Errorf("mat1 is a %T of %d elements: want a million of float64", item, len(mat1.Data))
	}
	fmt.Fprintf(e.Stdout(), "mat1 contains %f at position [10,10,10]\n", mat1.Data[(10*100+10)*100+10])
	return nil
}
