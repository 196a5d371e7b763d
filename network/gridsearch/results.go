package gridsearch

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"galvani/monitor"
	"galvani/network"
	"galvani/quantity"
)

// Results are what the copies did: an array per output with the dimensions copy, neuron and
// sample, and the parameters of each copy.
type Results struct {
	Keys    []string      // names of the parameters
	Copies  []Copy        // the parameters of each copy, in the order of the points
	Outputs []Output      // sorted by name
	Elapsed time.Duration // real time that it took, 0 without Spec.Clock
}

// Copy is the model at one point.
type Copy struct {
	Name   string // NAME_0, NAME_1, …: the number is that of the point
	Point  int
	Values []any // of the parameters, in the order of Results.Keys
	Err    error // why there are no results of it; nil if there are
}

// Output is one recorded variable of all copies, or the spikes of a group.
type Output struct {
	Name  string
	Path  string             // what was recorded
	Unit  string             // as the equations have it
	Dim   quantity.Dimension // of the values
	DT    float64            // time step in seconds
	Steps []int64            // of the samples; the time of a sample is Steps[k]*DT
	// Values[copy][neuron][k] is the value (SI) at Steps[k]; nil for a copy that failed.
	Values [][][]float64
	// Spikes are the spikes of each copy, whose neurons are counted from 0; nil for an
	// output of values.
	Spikes []monitor.SpikeRecording
}

// Times are the times of the samples in seconds.
func (o *Output) Times() []float64 {
	t := make([]float64, len(o.Steps))
	for k, s := range o.Steps {
		t[k] = float64(s) * o.DT
	}
	return t
}

// Run simulates all points, those of a batch in one network. If copies ran away to
// infinity the error says which, wraps network.ErrNonFinite, and the results
// hold the others; after any other error there are none.
func (s *Search) Run(ctx context.Context) (*Results, error) {
	points := make([]int, s.Points())
	for i := range points {
		points[i] = i
	}
	return s.RunPoints(ctx, points...)
}

// RunPoints simulates some of the points, as Run does all of them.
func (s *Search) RunPoints(ctx context.Context, points ...int) (*Results, error) {
	values := make([][]any, len(points))
	for k, i := range points {
		if i < 0 || i >= s.Points() {
			return nil, fmt.Errorf("gridsearch: point %d: the grid has 0 to %d", i, s.Points()-1)
		}
		values[k] = s.Values(i)
	}
	res, err := s.run(ctx, points, values)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, c := range res.Copies {
		errs = append(errs, c.Err)
	}
	return res, errors.Join(errs...)
}

// run simulates points with the given parameters in batches.
func (s *Search) run(ctx context.Context, points []int, values [][]any) (*Results, error) {
	var begun time.Time
	if s.spec.Clock != nil {
		begun = s.spec.Clock()
	}
	res := &Results{Keys: s.Keys()}
	for _, o := range s.outputs {
		res.Outputs = append(res.Outputs, o.empty(len(points)))
	}
	numbers := make([][]float64, len(points))
	var good []int // copies whose parameters make sense
	for k, i := range points {
		c := Copy{Name: s.spec.Name + "_" + strconv.Itoa(i), Point: i, Values: values[k]}
		if numbers[k], c.Err = s.point(values[k]); c.Err == nil {
			good = append(good, k)
		}
		res.Copies = append(res.Copies, c)
	}
	size := cmp.Or(s.spec.Batch, max(1, len(points)))
	for batch := range slices.Chunk(good, size) {
		if err := s.simulate(ctx, res, batch, numbers); err != nil {
			return nil, located(err)
		}
	}
	for k, c := range res.Copies {
		if c.Err != nil {
			res.Copies[k].Err = fmt.Errorf("gridsearch: %s (%s): %w", c.Name, describe(res.Keys, c.Values), c.Err)
		}
	}
	if s.spec.Clock != nil {
		res.Elapsed = s.spec.Clock().Sub(begun)
	}
	return res, nil
}

// empty is the output before anything was recorded.
func (o *output) empty(copies int) Output {
	out := Output{Name: o.name, Path: o.path}
	if o.expression == "" {
		out.Spikes = make([]monitor.SpikeRecording, copies)
	} else {
		out.Values = make([][][]float64, copies)
	}
	return out
}

// take cuts what was recorded of copies of n neurons, side by side, into those with the
// given places in the results.
func (o *Output) take(m monitor.Monitor, net *network.Network, n int, places []int) {
	switch m := m.(type) {
	case *monitor.StateMonitor:
		rec := m.Recording(net)
		o.Unit, o.Dim, o.DT, o.Steps = rec.Units[0], rec.Dimensions[0], rec.DT, rec.Steps
		rows := rec.Values[rec.Variables[0]]
		for c, at := range places {
			o.Values[at] = rows[c*n : (c+1)*n : (c+1)*n]
		}
	case *monitor.SpikeMonitor:
		rec := m.Recording(net)
		o.Unit, o.DT = "1", rec.DT
		for c, at := range places {
			one := rec
			one.Name, one.Source, one.N = o.Name, m.Source().Group().Name(), n
			one.Counts = slices.Clone(rec.Counts[c*n : (c+1)*n])
			one.Steps, one.Neurons = []int64{}, []int32{}
			o.Spikes[at] = one
		}
		for j, neuron := range rec.Neurons {
			one := &o.Spikes[places[int(neuron)/n]]
			one.Steps, one.Neurons = append(one.Steps, rec.Steps[j]), append(one.Neurons, neuron%int32(n))
		}
	}
}

// Output finds an output by its name, nil if there is none.
func (r *Results) Output(name string) *Output {
	k := slices.IndexFunc(r.Outputs, func(o Output) bool { return o.Name == name })
	if k < 0 {
		return nil
	}
	return &r.Outputs[k]
}

// Series is the course of an output in the first neuron of a copy: all there is of a
// model with one neuron. It is nil if there is no such output or copy, or the copy failed.
func (r *Results) Series(output string, copy int) []float64 {
	o := r.Output(output)
	if o == nil || copy < 0 || copy >= len(o.Values) || len(o.Values[copy]) == 0 {
		return nil
	}
	return o.Values[copy][0]
}

// WriteCSV writes outputs of values, all of them if none is named, as a table: a row per sample, a
// column per output, copy and neuron. The first row has the names of the outputs, the
// second those of the copies (with [i] for neuron i where there are several), then time in
// seconds and values follow. Failed copies are left out. Outputs that are written
// together have to be sampled at the same times.
func (r *Results) WriteCSV(w io.Writer, outputs ...string) error {
	if len(outputs) == 0 {
		for _, o := range r.Outputs {
			if o.Spikes == nil {
				outputs = append(outputs, o.Name)
			}
		}
	}
	head, second := []string{""}, []string{"time"}
	var columns [][]float64
	var first *Output
	for _, name := range outputs {
		o := r.Output(name)
		switch {
		case o == nil || o.Spikes != nil:
			return fmt.Errorf("gridsearch: there is no output %s of values", name)
		case first == nil:
			first = o
		case o.DT != first.DT || !slices.Equal(o.Steps, first.Steps):
			return fmt.Errorf("gridsearch: %s and %s are sampled at different times: write one table for each", first.Name, o.Name)
		}
		for c, rows := range o.Values {
			for i, row := range rows {
				label := r.Copies[c].Name
				if len(rows) > 1 {
					label = fmt.Sprintf("%s[%d]", label, i)
				}
				head, second, columns = append(head, o.Name), append(second, label), append(columns, row)
			}
		}
	}
	table := csv.NewWriter(w)
	if err := errors.Join(table.Write(head), table.Write(second)); err != nil {
		return fmt.Errorf("gridsearch: %w", err)
	}
	if first != nil {
		line := make([]string, len(head))
		for k, t := range first.Times() {
			line[0] = number(t)
			for c, column := range columns {
				line[c+1] = number(column[k])
			}
			if err := table.Write(line); err != nil {
				return fmt.Errorf("gridsearch: %w", err)
			}
		}
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("gridsearch: %w", err)
	}
	return nil
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// WriteMap writes the parameters of the copies as a table: a row per copy, a column per parameter.
func (r *Results) WriteMap(w io.Writer) error {
	out := csv.NewWriter(w)
	errs := []error{out.Write(append([]string{"copy"}, r.Keys...))}
	for _, c := range r.Copies {
		line := []string{c.Name}
		for _, v := range c.Values {
			line = append(line, fmt.Sprint(v))
		}
		errs = append(errs, out.Write(line))
	}
	out.Flush()
	if err := errors.Join(append(errs, out.Error())...); err != nil {
		return fmt.Errorf("gridsearch: %w", err)
	}
	return nil
}
