// Montbrio searches a grid of 25 points of a mean-field model, PyRates' example of its
// grid_search: two populations of quadratic integrate-and-fire neurons (Montbrió, Pazó and
// Roxin, Macroscopic description for networks of spiking neurons, Physical Review X 5, 2015), one of
// pyramidal cells (PC) and one of inhibitory interneurons (IIN), coupled both ways. The
// points differ in the mean excitability eta of each.
//
// The points are executed as 25 runs, whose results go into a trajectory file, and once more
// side by side in one network. Both give the same bits:
//
//	go run ./examples/montbrio
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"galvani/analysis"
	"galvani/env"
	"galvani/network/gridsearch"
	"galvani/plot"
	"galvani/trajectory"
)

func main() { program().Main() }

func program() *env.Program {
	plots := true
	return &env.Program{
		Name:    "montbrio",
		About:   "Searches 25 points of two coupled mean fields, run by run and all at once.",
		Example: "montbrio -out /tmp/montbrio",
		Flags:   func(f *flag.FlagSet) { f.BoolVar(&plots, "plots", plots, "draw a picture") },
		Run:     func(ctx context.Context, e *env.Environment) error { return run(ctx, e, plots) },
	}
}

func run(ctx context.Context, e *env.Environment, plots bool) error {
	search, err := gridsearch.New(spec())
	if err != nil {
		return err
	}
	t, err := e.Trajectory("montbrio", trajectory.Options{Comment: "Two coupled mean fields of Montbrió, Pazó and Roxin (2015)"})
	if err != nil {
		return err
	}
	if err := search.Explore(t); err != nil {
		return err
	}
	x, err := search.Experiment(1, nil) // every run for itself; 0 would simulate them together
	if err != nil {
		return err
	}
	return e.Run(ctx, t, x, env.Cosmetic("plots"), env.Finally(func(ctx context.Context, t *trajectory.Trajectory) error {
		batched, err := search.Run(ctx)
		if err != nil {
			return err
		}
		runs, err := compare(t, batched)
		if err != nil {
			return err
		}
		single, err := oneByOne(ctx, search)
		if err != nil {
			return err
		}
		m := means(batched)
		m.print(e.Stdout())
		n := len(batched.Copies)
		fmt.Fprintf(e.Stdout(), "\n%d copies in one network:       %9v\n", n, batched.Elapsed.Round(100*time.Microsecond))
		fmt.Fprintf(e.Stdout(), "%d networks one after another: %9v, %.0f times as long\n", n, single.Round(100*time.Microsecond), single.Seconds()/batched.Elapsed.Seconds())
		fmt.Fprintf(e.Stdout(), "%d runs of the sweep added up: %9v with %d at once\n", n, runs.Round(100*time.Microsecond), e.Workers())
		fmt.Fprintf(e.Stdout(), "all %d samples of copies and runs are equal, bit for bit\n", samples(batched))
		if !plots {
			return nil
		}
		return m.draw(e.Path("mean_r_pc.png"))
	}))
}

// compare holds every sample of the batch against that of the run, and adds up the time
// that the runs took.
func compare(t *trajectory.Trajectory, batched *gridsearch.Results) (time.Duration, error) {
	var total time.Duration
	for i := range t.Len() {
		info, err := t.RunInfo(i)
		if err != nil {
			return 0, err
		}
		total += info.Finish.Sub(info.Start)
		r, err := t.Run(i)
		if err != nil {
			return 0, err
		}
		for _, o := range batched.Outputs {
			values, err := trajectory.Get[[]float64](r, "outputs."+o.Name)
			if err != nil {
				return 0, err
			}
			together := batched.Series(o.Name, i)
			for k := range max(len(values), len(together)) {
				if len(values) != len(together) || math.Float64bits(values[k]) != math.Float64bits(together[k]) {
					return 0, fmt.Errorf("%s of %s differs from that of %s, from sample %d on", o.Name, r.Name(), batched.Copies[i].Name, k)
				}
			}
		}
	}
	return total, nil
}

// oneByOne simulates each point in a network of its own and adds up the times.
func oneByOne(ctx context.Context, search *gridsearch.Search) (time.Duration, error) {
	var total time.Duration
	for i := range search.Points() {
		res, err := search.RunPoints(ctx, i)
		if err != nil {
			return 0, err
		}
		total += res.Elapsed
	}
	return total, nil
}

// samples counts the values in results.
func samples(res *gridsearch.Results) int {
	n := 0
	for _, o := range res.Outputs {
		for c := range o.Values {
			n += len(o.Values[c][0])
		}
	}
	return n
}

// table is the mean rate of PC over the two excitabilities.
type table struct {
	etaPC, etaIIN []float64
	mean          [][]float64 // by eta_iin, then eta_op
}

// means computes the table. In the grid eta_op changes fastest.
func means(res *gridsearch.Results) table {
	var t table
	for k, c := range res.Copies {
		iin, pc := c.Values[0].(float64), c.Values[1].(float64)
		if len(t.etaIIN) == 0 || t.etaIIN[len(t.etaIIN)-1] != iin {
			t.etaIIN, t.mean = append(t.etaIIN, iin), append(t.mean, nil)
		}
		row := len(t.mean) - 1
		if row == 0 {
			t.etaPC = append(t.etaPC, pc)
		}
		t.mean[row] = append(t.mean[row], analysis.Mean(res.Series("r_pc", k)))
	}
	return t
}

// print writes the table.
func (t table) print(w io.Writer) {
	fmt.Fprintf(w, "mean rate of PC in Hz\n%18s", "eta_iin \\ eta_op")
	for _, x := range t.etaPC {
		fmt.Fprintf(w, "%9.4g", x)
	}
	fmt.Fprintf(w, "\n%s\n", strings.Repeat("-", 18+9*len(t.etaPC)))
	for i, y := range t.etaIIN {
		fmt.Fprintf(w, "%18.4g", y)
		for _, m := range t.mean[i] {
			fmt.Fprintf(w, "%9.5f", m)
		}
		fmt.Fprintln(w)
	}
}

// draw saves the table as a picture.
func (t table) draw(file string) error {
	f, err := plot.Heatmap(plot.HeatmapOptions{
		X: t.etaPC, Y: t.etaIIN, Values: t.mean, Log: true,
		Title: "mean rate of the pyramidal cells", XLabel: "eta_op, excitability of PC", YLabel: "eta_iin, excitability of IIN", Label: "mean rate (Hz)",
	})
	if err != nil {
		return err
	}
	return f.Save(file)
}
