package env_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"galvani/env"
	"galvani/trajectory"
)

// A sweep in five lines: what is done at each point, and what is done with all
// results at the end.
func ExampleEnvironment_Run() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	e, err := env.New(env.Options{Out: dir, Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := e.Trajectory("squares", trajectory.Options{Comment: "squares of small numbers"})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		t.AddParameter("x", 0.0),
		t.Explore(trajectory.Over("x", trajectory.Values(1.0, 2.0, 3.0))),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	square := env.Func(func(_ context.Context, r *trajectory.Run) error {
		x, err := trajectory.Get[float64](r, "x")
		if err != nil {
			return err
		}
		return r.AddResult("square", x*x)
	})
	show := env.Finally(func(_ context.Context, t *trajectory.Trajectory) error {
		squares, err := trajectory.FromRuns[float64](t, "square")
		for _, s := range squares {
			fmt.Println("run", s.Index, "gives", s.Value)
		}
		return err
	})
	if err := e.Run(context.Background(), t, square, show); err != nil {
		fmt.Println(err)
	}
	// Output:
	// run 0 gives 1
	// run 1 gives 4
	// run 2 gives 9
}

// A program with a flag of its own. Its main function is p.Main(), or
// env.Main for programs that need no help text.
func ExampleProgram() {
	name := "world"
	p := env.Program{
		Name: "greet",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&name, "name", name, "`WHOM` to greet")
		},
		Run: func(_ context.Context, e *env.Environment) error {
			fmt.Fprintf(e.Stdout(), "hello %s\n", name)
			return nil
		},
	}
	status := p.Exec(context.Background(), []string{"-name", "Luigi"}, os.Stdout, os.Stdout)
	fmt.Println("exit status", status)
	status = p.Exec(context.Background(), []string{"-naem", "Luigi"}, os.Stdout, os.Stdout)
	fmt.Println("exit status", status)
	// Output:
	// hello Luigi
	// exit status 0
	// greet: there is no flag -naem: did you mean -name? (-h lists all)
	// exit status 1
}

// Which run failed and why can be asked for.
func ExampleRunError() {
	err := error(&env.SweepError{Runs: 8, Failed: []*env.RunError{
		{Index: 3, Name: "run_00000003", Params: "R_ee=1.6", Err: errors.New("V is NaN")},
	}})
	fmt.Println(err)
	var run *env.RunError
	if errors.As(err, &run) {
		fmt.Println(run)
	}
	// Output:
	// env: 1 of 8 runs failed: 3; -retry runs them again
	// run 3 (R_ee=1.6) failed: V is NaN
}
