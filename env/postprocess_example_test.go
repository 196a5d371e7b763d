package env_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"galvani/env"
	"galvani/trajectory"
)

// square is the experiment of the examples.
func square(_ context.Context, r *trajectory.Run) error {
	x, err := trajectory.Get[float64](r, "x")
	if err != nil {
		return err
	}
	return r.AddResult("square", x*x)
}

// After the runs a function looks at the results and adds others, until it adds none: pypet's
// f_add_postprocessing and f_expand.
func ExamplePostProcess() {
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
	t, err := e.Trajectory("roots", trajectory.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		t.AddParameter("x", 0.0),
		t.Explore(trajectory.Over("x", trajectory.Values(1.0, 3.0, 5.0))),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	// Where does the square come to 20? Between two points that have been run.
	halve := env.PostProcess(func(_ context.Context, _ *trajectory.Trajectory, done []env.Outcome) (trajectory.Design, error) {
		lo, hi := math.Inf(-1), math.Inf(1)
		for _, o := range done {
			x, errX := trajectory.Get[float64](o, "x")
			y, errY := trajectory.Get[float64](o, "square")
			if err := errors.Join(errX, errY); err != nil {
				return nil, err
			}
			if y < 20 {
				lo = max(lo, x)
			} else {
				hi = min(hi, x)
			}
		}
		fmt.Printf("%d runs: between %.4g and %.4g\n", len(done), lo, hi)
		if hi-lo < 0.2 {
			return nil, nil
		}
		return trajectory.Over("x", trajectory.Values((lo+hi)/2)), nil
	})
	if err := e.Run(context.Background(), t, env.Func(square), halve); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 3 runs: between 3 and 5
	// 4 runs: between 4 and 5
	// 5 runs: between 4 and 4.5
	// 6 runs: between 4.25 and 4.5
	// 7 runs: between 4.375 and 4.5
}

// A pipeline is a function: what comes before the runs, the runs, and what comes after
// them. With pypet's f_pipeline such a function returned the two others; here it hands them to Run.
//
//	pypet                                   here
//	env.f_pipeline(pipeline)                env.Main(name, flags, pipeline)
//	def pipeline(traj): …                   func pipeline(ctx, e) error { t, err := e.Trajectory(…); …
//	return (run,), (post,)                  return e.Run(ctx, t, env.Func(run), env.PostProcess(post)) }
//	run, args and kwargs                    a method or a closure
//	f_add_postprocessing(post)              env.PostProcess(post)
//	do_single_runs=False and None           no Run, or trajectory.Open to look at what there is
//
// What all runs share, such as networks built beforehand, belongs to the Prepare of an
// [env.Experiment], since workers need it too.
func Example_pipeline() {
	run := square
	post := func(_ context.Context, t *trajectory.Trajectory, done []env.Outcome) (trajectory.Design, error) {
		sum := 0.0
		for _, o := range done {
			y, err := trajectory.Get[float64](o, "square")
			if err != nil {
				return nil, err
			}
			sum += y
		}
		fmt.Printf("%d runs, sum of squares %g\n", len(done), sum)
		if len(done) >= 4 {
			return nil, nil
		}
		return trajectory.Over("x", trajectory.Values(sum)), nil
	}
	pipeline := func(ctx context.Context, e *env.Environment) error {
		t, err := e.Trajectory("squares", trajectory.Options{})
		if err != nil {
			return err
		}
		err = errors.Join(
			t.AddParameter("x", 0.0),
			t.Explore(trajectory.Over("x", trajectory.Values(1.0, 2.0))),
		)
		if err != nil {
			return err
		}
		return e.Run(ctx, t, env.Func(run), env.PostProcess(post))
	}

	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	// In a main function: env.Main("squares", nil, pipeline)
	p := env.Program{Name: "squares", Run: pipeline}
	fmt.Println("exit status", p.Exec(context.Background(), []string{"-out", dir, "-progress", "none"}, os.Stdout, os.Stderr))
	// Output:
	// 2 runs, sum of squares 5
	// 3 runs, sum of squares 30
	// 4 runs, sum of squares 930
	// exit status 0
}
