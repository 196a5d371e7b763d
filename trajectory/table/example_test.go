package table_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"galvani/brianparam"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/design"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/table"
)

// swept runs a small sweep and opens its file: the rate of a neuron over a time constant
// and three trials; one run fails.
func swept(dir string) (path string, err error) {
	t, err := trajectory.New("rates", trajectory.Options{
		Seed: 1, Kinds: brianparam.Kinds(), Now: func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		return "", err
	}
	t.AddParameter("neuron.tau", quantity.MustParse("10 ms"))
	t.AddParameter("trial", 0)
	if err := t.Explore(design.WithTrials(design.Linspace("tau", "5 ms", "15 ms", 3), "trial", 3)); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "rates.traj")
	runs := trajectory.RunsDir(path)
	plan, err := trajectory.NewPlan(t, trajectory.Identity{})
	if err != nil {
		return "", err
	}
	if err := trajectory.WritePlan(runs, plan); err != nil {
		return "", err
	}
	var done []trajectory.RunRecord
	for i := range t.Len() {
		r, err := t.Run(i)
		if err != nil {
			return "", err
		}
		info := trajectory.RunInfo{Index: i, State: trajectory.Done, Seed: uint64(i + 100)}
		tau, err := trajectory.Get[quantity.Quantity](r, "tau")
		if err != nil {
			return "", err
		}
		if i == 4 {
			info.State, info.Error = trajectory.Failed, "it blew up"
		} else {
			rate := 1/tau.SI()/10 + float64(i%3)
			r.AddResult("rate", quantity.New(rate, quantity.DimFrequency))
			r.AddResult("spikes", int(rate))
			r.AddResult("trace", trajectory.Items{"t": []float64{0, 1, 2}, "v": []float64{0, rate, 2 * rate}})
		}
		done = append(done, trajectory.RunRecord{Info: info, Records: r.Records()})
	}
	if _, err := trajectory.WriteShard(runs, plan, done...); err != nil {
		return "", err
	}
	_, err = trajectory.Merge(context.Background(), runs, dirstore.New(), path, trajectory.MergeOptions{})
	return path, err
}

// example makes the sweep's table.
func example(o table.Options) *table.Table {
	dir, err := os.MkdirTemp("", "table")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path, err := swept(dir)
	if err != nil {
		panic(err)
	}
	t, err := table.Read(context.Background(), path, trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}, Kinds: brianparam.Kinds()}, o)
	if err != nil {
		panic(err)
	}
	return t
}

// A row for each run, with what was explored and what came out.
func ExampleRead() {
	dir, err := os.MkdirTemp("", "table")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path, err := swept(dir)
	if err != nil {
		panic(err)
	}
	t, err := table.Read(context.Background(), path, trajectory.OpenOptions{
		Stores: []trajectory.Store{dirstore.New()}, Kinds: brianparam.Kinds(),
	}, table.Options{Units: map[string]string{"tau": "ms"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(t)
	fmt.Println(t.Omitted)
	// Output:
	// run  state   seed  neuron.tau [ms]  trial  rate [Hz]  spikes
	//   0  done     100                5      0         20      20
	//   1  done     101                5      1         21      21
	//   2  done     102                5      2         22      22
	//   3  done     103               10      0         10      10
	//   4  failed   104               10      1          -       -
	//   5  done     105               10      2         12      12
	//   6  done     106               15      0    6.66667       6
	//   7  done     107               15      1    7.66667       7
	//   8  done     108               15      2    8.66667       8
	// [{trace.t an array (ask for arrays, or for it by name)} {trace.v an array (ask for arrays, or for it by name)}]
}

func ExampleTable_WriteCSV() {
	t := example(table.Options{})
	t, err := t.Done()
	if err == nil {
		t, err = t.Sort("-rate")
	}
	if err == nil {
		t, err = t.Select("run", "tau", "rate")
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	t.WriteCSV(os.Stdout)
	// Output:
	// run,neuron.tau [s],rate [Hz]
	// 2,0.005,22
	// 1,0.005,21
	// 0,0.005,20
	// 5,0.01,12
	// 3,0.01,10
	// 8,0.015,8.666666666666668
	// 7,0.015,7.666666666666667
	// 6,0.015,6.666666666666667
}

func ExampleTable_WriteNDJSON() {
	t := example(table.Options{Results: []string{"rate", "trace.v"}})
	t, err := t.Filter(func(r table.Row) bool { n, _ := r.Float("trial"); return n == 1 })
	if err != nil {
		fmt.Println(err)
		return
	}
	t.WriteNDJSON(os.Stdout)
	// Output:
	// {"run":1,"state":"done","seed":101,"neuron.tau [s]":0.005,"trial":1,"rate [Hz]":21,"trace.v":[0,21,42]}
	// {"run":4,"state":"failed","seed":104,"neuron.tau [s]":0.01,"trial":1,"rate [Hz]":null,"trace.v":null}
	// {"run":7,"state":"done","seed":107,"neuron.tau [s]":0.015,"trial":1,"rate [Hz]":7.666666666666667,"trace.v":[0,7.666666666666667,15.333333333333334]}
}

// A result over the explored parameters.
func ExampleTable_Grid() {
	t := example(table.Options{Units: map[string]string{"tau": "ms"}})
	rate, err := t.Grid("rate", table.ArrayOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(rate)
	at10, err := rate.Select("tau", "10 ms")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(at10)
	// Output:
	// rate [Hz] (neuron.tau: 3, trial: 3), 1 of 9 missing
	//   * neuron.tau [ms]  5 10 15
	//   * trial            0 1 2
	//   20 21 22
	//   10 - 12
	//   6.66667 7.66667 8.66667
	// rate [Hz] (trial: 3), 1 of 3 missing
	//   * trial  0 1 2
	//   10 - 12
}

// Traces have time as a dimension of their own.
func ExampleTable_Grid_traces() {
	t := example(table.Options{Results: []string{"trace.*"}})
	v, err := t.Grid("trace.v", table.ArrayOptions{Inner: []table.Inner{{Name: "time", From: "trace.t"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	end, err := v.Select("time", 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.Shape(), v.Missing())
	fmt.Print(end)
	// Output:
	// [3 3 3] 3
	// trace.v (neuron.tau: 3, trial: 3), 1 of 9 missing
	//   * neuron.tau [s]  0.005 0.01 0.015
	//   * trial           0 1 2
	//   40 42 44
	//   20 - 24
	//   13.3333 15.3333 17.3333
}

// The mean over the trials with its confidence interval.
func ExampleArray_Summarize() {
	t := example(table.Options{})
	rate, err := t.Grid("rate", table.ArrayOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := rate.Summarize("trial")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(s.Mean.String() + s.Low.String() + s.High.String())
	// Output:
	// rate.mean [Hz] (neuron.tau: 3)
	//   * neuron.tau [s]  0.005 0.01 0.015
	//   21 11 7.66667
	// rate.low [Hz] (neuron.tau: 3)
	//   * neuron.tau [s]  0.005 0.01 0.015
	//   18.5159 -1.7062 5.18253
	// rate.high [Hz] (neuron.tau: 3)
	//   * neuron.tau [s]  0.005 0.01 0.015
	//   23.4841 23.7062 10.1508
}

// The same as a table.
func ExampleTable_Aggregate() {
	t, err := example(table.Options{Units: map[string]string{"tau": "ms"}}).Aggregate("trial", "rate")
	if err != nil {
		fmt.Println(err)
		return
	}
	t.WriteText(os.Stdout)
	// Output:
	// neuron.tau [ms]  rate [Hz]  rate.n  rate.std [Hz]  rate.low [Hz]  rate.high [Hz]
	//               5         21       3              1        18.5159         23.4841
	//              10         11       2        1.41421        -1.7062         23.7062
	//              15    7.66667       3              1        5.18253         10.1508
}

// One run after the other.
func ExampleRuns() {
	dir, err := os.MkdirTemp("", "table")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path, err := swept(dir)
	if err != nil {
		panic(err)
	}
	t, err := trajectory.Open(context.Background(), path, trajectory.OpenOptions{Stores: []trajectory.Store{dirstore.New()}, Kinds: brianparam.Kinds()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer t.Close()
	for r, err := range table.Runs(t, "rate") {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Index, r.State, r.Parameters["neuron.tau"], r.Results["rate"])
	}
	// Output:
	// 0 done 5 ms 20 Hz
	// 1 done 5 ms 21 Hz
	// 2 done 5 ms 22 Hz
	// 3 done 10 ms 10 Hz
	// 4 failed 10 ms <nil>
	// 5 done 10 ms 12 Hz
	// 6 done 15 ms 6.66666666667 Hz
	// 7 done 15 ms 7.66666666667 Hz
	// 8 done 15 ms 8.66666666667 Hz
}
