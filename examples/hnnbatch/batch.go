package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"galvani/env"
	"galvani/internal/durable"
	"galvani/internal/npz"
	"galvani/trajectory"
)

// metadata is what hnn-core notes in its files.
type metadata struct {
	BatchSize int     `json:"batch_size"`
	Trials    int     `json:"n_trials"`
	TStop     float64 `json:"tstop"`
	DT        float64 `json:"dt"`
}

// writeBatches writes the batch files sim_run_{start}-{end}.npz into the output folder: one
// array per explored parameter, per summary statistic and per recording that is kept, with a
// row per simulation. One batch is in memory at a time.
func (o *options) writeBatches(e *env.Environment, t *trajectory.Trajectory, kept []string) error {
	dt, err := trajectory.Get[float64](t, "simulation.dt")
	if err != nil {
		return err
	}
	note, err := json.Marshal(metadata{o.batch, o.trials, o.tstop, dt})
	if err != nil {
		return err
	}
	done, err := env.Outcomes(t)
	if err != nil {
		return err
	}
	done = slices.DeleteFunc(done, func(o env.Outcome) bool { return !o.Done() })
	for batch := range slices.Chunk(done, o.batch) {
		path := e.Path(fmt.Sprintf("sim_run_%d-%d.npz", batch[0].Index, batch[len(batch)-1].Index+1))
		if _, err := os.Stat(path); err == nil && !o.overwrite {
			return fmt.Errorf("%s: %w; -overwrite writes it again", path, fs.ErrExist)
		}
		err := durable.Replace(path, func(w io.Writer) error { return writeBatch(w, batch, kept, string(note)) })
		if err != nil {
			return fmt.Errorf("batch file %s: %w", path, err)
		}
		fmt.Fprintf(e.Stdout(), "%s: %d simulations\n", filepath.Base(path), len(batch))
	}
	return nil
}

func writeBatch(to io.Writer, batch []env.Outcome, kept []string, note string) (err error) {
	w := npz.NewWriter(to)
	n := len(batch)
	numbers := func(array string, of func(env.Outcome) (float64, error)) error {
		values := make([]float64, n)
		for i, o := range batch {
			if values[i], err = of(o); err != nil {
				return err
			}
		}
		return w.Write(array, []int{n}, values)
	}
	for _, name := range []string{"weight_basket", "weight_pyr"} {
		err = cmp.Or(err, numbers("param_values."+name, func(o env.Outcome) (float64, error) { return trajectory.Get[float64](o, name) }))
	}
	for i, name := range []string{"min_peak", "max_peak", "max_at"} {
		err = cmp.Or(err, numbers("summary_statistics."+name, func(o env.Outcome) (float64, error) {
			s, err := trajectory.Bind[summary](o, "results.runs.$.peaks")
			return [...]float64{s.Min, s.Max, s.At}[i], err
		}))
	}
	for _, name := range kept {
		err = cmp.Or(err, writeRecording(w, name, batch))
	}
	err = cmp.Or(err, w.Write("metadata", nil, npz.Text{note}))
	return cmp.Or(err, w.Close())
}

// writeRecording writes a recording of all simulations; the ragged ones with where
// each of them ends.
func writeRecording(w *npz.Writer, name string, batch []env.Outcome) error {
	var all []float64
	var shape []int
	var cells, ends []int64
	for _, o := range batch {
		n, err := o.Node("results.runs.$." + name)
		if err != nil {
			return err
		}
		result, ok := n.(*trajectory.Result)
		if !ok {
			return fmt.Errorf("%s is no result", n.FullName())
		}
		if name == "spiking" {
			times, errT := result.Item("times")
			ids, errC := result.Item("cells")
			if err := errors.Join(errT, errC); err != nil {
				return err
			}
			list, _ := times.([]float64)
			all = append(all, list...)
			numbers, _ := ids.([]int64)
			cells = append(cells, numbers...)
			ends = append(ends, int64(len(all)))
			continue
		}
		v, err := result.Item(name)
		if err != nil {
			return err
		}
		switch v := v.(type) {
		case []float64:
			shape, all = []int{len(v)}, append(all, v...)
		case trajectory.Array[float64]:
			shape, all = v.Shape, append(all, v.Data...)
		case [][]float64:
			shape = []int{len(v), len(v[0])}
			for _, row := range v {
				all = append(all, row...)
			}
		default:
			return fmt.Errorf("%s is a %T", result.FullName(), v)
		}
	}
	if name != "spiking" {
		return w.Write(name, append([]int{len(batch)}, shape...), all)
	}
	return cmp.Or(
		w.Write("spiking.times", []int{len(all)}, all),
		w.Write("spiking.cells", []int{len(cells)}, cells),
		w.Write("spiking.ends", []int{len(ends)}, ends),
	)
}

// loadBatch reads arrays of a batch file: all of them, or those that are named.
func loadBatch(path string, names ...string) (map[string]npz.Array, error) {
	f, err := npz.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if len(names) == 0 {
		names = f.Names()
	}
	arrays := map[string]npz.Array{}
	for _, name := range names {
		if arrays[name], err = f.Read(name); err != nil {
			return nil, err
		}
	}
	return arrays, nil
}

// loadAll reads the batch files of a folder in the order of their simulations.
func loadAll(dir string, names ...string) ([]map[string]npz.Array, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "sim_run_*.npz"))
	if err != nil {
		return nil, err
	}
	first := func(path string) (n int) {
		_, _ = fmt.Sscanf(filepath.Base(path), "sim_run_%d-", &n)
		return n
	}
	slices.SortFunc(paths, func(a, b string) int { return first(a) - first(b) })
	var all []map[string]npz.Array
	for _, path := range paths {
		arrays, err := loadBatch(path, names...)
		if err != nil {
			return nil, err
		}
		all = append(all, arrays)
	}
	return all, nil
}
