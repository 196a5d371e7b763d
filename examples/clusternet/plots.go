package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"galvani/analysis"
	"galvani/brianparam"
	"galvani/env"
	"galvani/plot"
	"galvani/quantity"
	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/hdf5"
)

// replot draws all pictures of a stored trajectory beside its file.
func replot(ctx context.Context, e *env.Environment, path string) error {
	stores := []trajectory.Store{hdf5.New(hdf5.Options{}), dirstore.New()}
	t, err := trajectory.Open(ctx, path, trajectory.OpenOptions{Stores: stores, Kinds: brianparam.Kinds()})
	if err != nil {
		return err
	}
	defer t.Close()
	return errors.Join(summarise(e.Stdout(), t), draw(ctx, t, filepath.Dir(path), e.Workers()))
}

// point is what the trials of one value of R_ee gave.
type point struct {
	ree                              float64
	ff, ffAll, rateE, rateI, seconds []float64
}

// points collects the statistics of all finished runs by R_ee.
func points(t *trajectory.Trajectory) ([]point, error) {
	var list []point
	var errs []error
	for i := range t.Len() {
		info, err := t.RunInfo(i)
		if err != nil {
			return nil, err
		}
		if info.State != trajectory.Done {
			continue
		}
		r, err := t.Run(i)
		if err != nil {
			return nil, err
		}
		ree, err := trajectory.Get[float64](r, "connections.R_ee")
		at := slices.IndexFunc(list, func(p point) bool { return p.ree == ree })
		if at < 0 {
			at = len(list)
			list = append(list, point{ree: ree})
		}
		p := &list[at]
		ff, err1 := trajectory.Get[float64](r, "mean_fano_factor")
		ffAll, err2 := trajectory.Get[float64](r, "mean_fano_factor_all")
		rateE, err3 := trajectory.Get[quantity.Quantity](r, "rate_e")
		rateI, err4 := trajectory.Get[quantity.Quantity](r, "rate_i")
		errs = append(errs, err, err1, err2, err3, err4)
		p.ff, p.ffAll = append(p.ff, ff), append(p.ffAll, ffAll)
		p.rateE, p.rateI = append(p.rateE, rateE.SI()), append(p.rateI, rateI.SI())
		p.seconds = append(p.seconds, info.Finish.Sub(info.Start).Seconds())
	}
	return list, errors.Join(errs...)
}

// summarise prints a line for each value of R_ee, means over its trials.
func summarise(w io.Writer, t *trajectory.Trajectory) error {
	list, err := points(t)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%6s %7s %11s %11s %10s %10s %10s\n", "R_ee", "trials", "rate e (Hz)", "rate i (Hz)", "Fano", "Fano all", "time (s)")
	for _, p := range list {
		fmt.Fprintf(w, "%6.3g %7d %11.2f %11.2f %10.3f %10.3f %10.2f\n", p.ree, len(p.ff),
			analysis.Mean(p.rateE), analysis.Mean(p.rateI), analysis.Mean(p.ff), analysis.Mean(p.ffAll), analysis.Mean(p.seconds))
	}
	return nil
}

// draw makes the pictures of all finished runs, several at once, and the one
// of the Fano factors.
func draw(ctx context.Context, t *trajectory.Trajectory, dir string, workers int) error {
	folder, err := trajectory.Get[string](t, "analysis.plot_folder")
	if err != nil {
		return err
	}
	if wanted, err := trajectory.Get[int](t, "analysis.make_plots"); err != nil || wanted == 0 {
		return err
	}
	errs := make([]error, t.Len()+1)
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < t.Len() && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				errs[i] = drawRun(t, i, filepath.Join(dir, folder))
			}
		})
	}
	errs[t.Len()] = drawFano(t, filepath.Join(dir, "fano.png"))
	group.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// drawRun draws the spikes and the recorded variables of a run.
func drawRun(t *trajectory.Trajectory, i int, dir string) error {
	if info, err := t.RunInfo(i); err != nil || info.State != trajectory.Done {
		return err
	}
	r, err := t.Run(i)
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, r.Name())
	ree, err := trajectory.Get[float64](r, "connections.R_ee")
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%s, R_ee = %.3g", r.Name(), ree)

	result, err := trajectory.Get[*brianparam.MonitorResult](r, "monitors.spikes_e")
	if err != nil {
		return err
	}
	spikes, err := result.Spikes()
	if err != nil {
		return err
	}
	start, end, err := measured(r)
	if err != nil {
		return err
	}
	raster, err := plot.Raster(plot.RasterOptions{
		Steps: spikes.Steps, Neurons: spikes.Neurons, DT: spikes.DT, N: spikes.N, Start: start, Stop: end,
		Title: title, YLabel: "excitatory neuron",
	})
	if err != nil {
		return err
	}
	if err := raster.Save(filepath.Join(dir, "spike.png")); err != nil {
		return err
	}
	for _, v := range stateVariables() {
		result, err := trajectory.Get[*brianparam.MonitorResult](r, "monitors."+v)
		if err != nil {
			return err
		}
		trace, err := result.State()
		if err != nil {
			return err
		}
		var names []string
		for _, n := range trace.Neurons {
			names = append(names, fmt.Sprintf("neuron %d", n))
		}
		figure, err := plot.Traces(plot.TracesOptions{
			Steps: trace.Steps, DT: trace.DT, Values: trace.Values[v], Names: names, Start: start, Stop: end,
			Title: title, YLabel: v, Unit: strings.TrimPrefix(trace.Units[0], "1"),
		})
		if err != nil {
			return err
		}
		if err := figure.Save(filepath.Join(dir, v+".png")); err != nil {
			return err
		}
	}
	return nil
}

// drawFano draws the mean Fano factors over R_ee.
func drawFano(t *trajectory.Trajectory, path string) error {
	list, err := points(t)
	if err != nil || len(list) == 0 {
		return err
	}
	some, all := plot.Series{Name: "neuron_ids"}, plot.Series{Name: "all excitatory neurons"}
	for _, p := range list {
		some.X, all.X = append(some.X, p.ree), append(all.X, p.ree)
		some.Trials, all.Trials = append(some.Trials, p.ff), append(all.Trials, p.ffAll)
	}
	figure, err := plot.Curve(plot.CurveOptions{
		Series: []plot.Series{some, all}, XLabel: "R_ee", YLabel: "mean Fano factor", YZero: true, Title: "Fano factors of the clustered network",
	})
	if err != nil {
		return err
	}
	return figure.Save(path)
}
