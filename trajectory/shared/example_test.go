package shared_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"galvani/env"
	"galvani/trajectory"
	"galvani/trajectory/shared"
)

// A table grows over 100 runs that 4 workers execute, and is queried on disk.
func Example() {
	type spike struct {
		Time   float64 `column:"time"`
		Neuron int32   `column:"neuron"`
	}
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "net.traj")
	e, err := env.New(env.Options{Out: file, Workers: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, _ := e.Trajectory("net", trajectory.Options{})
	t.AddParameter("trial", 0)
	t.Explore(trajectory.Over("trial", trajectory.Trials(100)))

	run := env.Func(func(_ context.Context, r *trajectory.Run) error {
		table, err := shared.CreateTable[spike](shared.Dir(file), "spikes")
		if err != nil {
			return err
		}
		rows := table.Appender(r.Index())
		defer rows.Discard()
		for i := range 10 {
			if err := rows.Append(spike{Time: float64(r.Index()) + float64(i)/10, Neuron: int32(i)}); err != nil {
				return err
			}
		}
		return rows.Commit()
	})
	if err := e.Run(context.Background(), t, run); err != nil {
		fmt.Println(err)
		return
	}

	table, err := shared.OpenTable[spike](shared.Dir(file), "spikes")
	if err != nil {
		fmt.Println(err)
		return
	}
	view, err := table.View()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(view.Len(), "rows of", len(view.Runs()), "runs")
	for s, err := range view.Where(func(s spike) bool { return s.Time > 98.5 && s.Neuron < 2 }) {
		fmt.Println(s, err)
	}
	// Output:
	// 1000 rows of 100 runs
	// {99 0} <nil>
	// {99.1 1} <nil>
}

// An array that every run writes its own row of.
func ExampleArray() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	a, err := shared.CreateArray[float64](dir, "rates", 3, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	run := 1
	fmt.Println(a.WriteAt([]float64{4.5, 5.5}, run*2), a.Sync())
	all := make([]float64, 6)
	fmt.Println(a.ReadAt(all, 0), all)
	// Output:
	// <nil> <nil>
	// <nil> [0 0 4.5 5.5 0 0]
}

// Rows are changed and removed all together.
func ExampleTable_Edit() {
	type sample struct {
		Value float64
		Good  bool
	}
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	table, _ := shared.CreateTable[sample](dir, "samples")
	rows := table.Appender(shared.Before)
	rows.Append(sample{1, true}, sample{2, false}, sample{3, true})
	fmt.Println(rows.Commit())
	n, err := table.Edit(func(i int, s *sample) (shared.Action, error) {
		if !s.Good {
			return shared.Remove, nil
		}
		s.Value *= 10
		return shared.Change, nil
	})
	fmt.Println(n, err)
	view, _ := table.View()
	fmt.Println(view.Read(0, view.Len()))
	// Output:
	// <nil>
	// 3 <nil>
	// [{10 true} {30 true}] <nil>
}
