package brianparam

import (
	"fmt"
	"math"
	"slices"

	"galvani/monitor"
	"galvani/quantity"
	"galvani/trajectory"
)

// maxNeurons bounds the memory that a number in a file can ask for.
const maxNeurons = 1 << 26

// secondUnit is what the older package called the unit of times.
const secondUnit = "second"

// FromSpikes makes a result of recorded spikes, with the items
//
//	monitor_type name source when num_spikes record_variables t i
//
// as pypet has them for Brian 2 (t and i are absent without spikes), of its older
// package
//
//	nspikes record delay spiketimes_unit storage_mode neurons_with_spikes
//	spikes (a table of neuron and spiketimes), and count if spikes were only counted,
//
// and its own dt, start_step and n_neurons.
func FromSpikes(r monitor.SpikeRecording) *MonitorResult {
	items := head("SpikeMonitor", r.Name, r.Source, r.DT, "thresholds")
	total := r.Total()
	items = append(items,
		trajectory.Item{Name: "num_spikes", Data: scalar(trajectory.Int32, int32(min(total, math.MaxInt32)))},
		trajectory.Item{Name: "record_variables", Data: list(trajectory.Str, []string{"t", "i"})},
		trajectory.Item{Name: "nspikes", Data: scalar(trajectory.Int, total)},
		trajectory.Item{Name: "record", Data: scalar(trajectory.Bool, !r.CountsOnly)},
		trajectory.Item{Name: "delay", Data: scalar(trajectory.Int, int64(0))},
		trajectory.Item{Name: "delay_unit", Data: text("time bins of dt")},
		trajectory.Item{Name: "spiketimes_unit", Data: text(secondUnit)},
		trajectory.Item{Name: "storage_mode", Data: text("TABLE")},
		trajectory.Item{Name: "start_step", Data: scalar(trajectory.Int, r.Start)},
		trajectory.Item{Name: "n_neurons", Data: scalar(trajectory.Int, int64(r.N))},
	)
	if r.CountsOnly {
		items = append(items, trajectory.Item{Name: "count", Data: array(trajectory.Int64, r.Counts)})
	}
	if len(r.Steps) == 0 {
		return &MonitorResult{items}
	}
	times := r.Times()
	spiked := slices.Clone(r.Neurons)
	slices.Sort(spiked)
	var ids []int64
	for _, i := range slices.Compact(spiked) {
		ids = append(ids, int64(i))
	}
	items = append(items, pair("t", array(trajectory.Float64, times), quantity.DimTime)...)
	items = append(items,
		trajectory.Item{Name: "i", Data: array(trajectory.Int32, r.Neurons)},
		trajectory.Item{Name: "neurons_with_spikes", Data: list(trajectory.Int, ids)},
		trajectory.Item{Name: "spikes", Data: table(
			column("neuron", trajectory.Int32, r.Neurons),
			column("spiketimes", trajectory.Float64, times),
		)},
	)
	return &MonitorResult{items}
}

// FromState makes a result of recorded variables, with the items
//
//	monitor_type name source when record record_variables t
//
// and the variables themselves, a row per neuron, as pypet has them for Brian 2 (t and
// variables are absent without samples), of its older package
//
//	varname unit timestep times_unit, for several variables vars and VARIABLE_unit,
//
// and its own dt.
func FromState(r monitor.StateRecording) *MonitorResult {
	record := make([]int32, len(r.Neurons))
	for k, i := range r.Neurons {
		record[k] = int32(i)
	}
	items := append(head("StateMonitor", r.Name, r.Source, r.DT, r.When),
		trajectory.Item{Name: "record", Data: array(trajectory.Int32, record)},
		trajectory.Item{Name: "record_variables", Data: list(trajectory.Str, r.Variables)},
		trajectory.Item{Name: "times_unit", Data: text(secondUnit)},
	)
	if len(r.Steps) > 1 {
		items = append(items, trajectory.Item{Name: "timestep", Data: scalar(trajectory.Int, r.Steps[1]-r.Steps[0])})
	}
	if len(r.Variables) == 1 {
		items = append(items, trajectory.Item{Name: "varname", Data: text(r.Variables[0])}, trajectory.Item{Name: "unit", Data: text(r.Units[0])})
	} else {
		items = append(items, trajectory.Item{Name: "vars", Data: list(trajectory.Str, r.Variables)})
		for k, v := range r.Variables {
			items = append(items, trajectory.Item{Name: v + "_unit", Data: text(r.Units[k])})
		}
	}
	if len(r.Steps) == 0 {
		return &MonitorResult{items}
	}
	items = append(items, trajectory.Item{Name: "t", Data: array(trajectory.Float64, r.Times())})
	for k, v := range r.Variables {
		values := array(trajectory.Float64, slices.Concat(r.Values[v]...), len(r.Neurons), len(r.Steps))
		if r.Dimensions[k].IsNone() {
			items = append(items, trajectory.Item{Name: v, Data: values})
		} else {
			items = append(items, pair(v, values, r.Dimensions[k])...)
		}
	}
	return &MonitorResult{items}
}

// Spikes returns the recording of a spike monitor, also of one that pypet has stored. A
// recording of pypet's does not tell how many neurons there were: up to the last that spiked.
func (m *MonitorResult) Spikes() (monitor.SpikeRecording, error) {
	fail := func(format string, args ...any) (monitor.SpikeRecording, error) {
		return monitor.SpikeRecording{}, fmt.Errorf("brianparam: "+format, args...)
	}
	if m.Type() != "SpikeMonitor" {
		return fail("a recording of a %s has no spikes", m.Type())
	}
	dt, err := m.step()
	if err != nil {
		return fail("%w", err)
	}
	r := monitor.SpikeRecording{Name: m.Name(), Source: m.group(), DT: dt, Steps: []int64{}, Neurons: []int32{}}
	if d, ok := find(m.items, "record"); ok {
		b, ok := flat[bool](d, 0)
		r.CountsOnly = ok && !b[0]
	}
	start, _ := m.number("start_step")
	r.Start = int64(start)
	if t, ok := find(m.items, "t"+mark+"value"); ok {
		times, ok := numbers[float64](t, 1)
		if !ok {
			return fail("%w: times of spikes", ErrFormat)
		}
		i, _ := find(m.items, "i")
		if r.Neurons, ok = numbers[int32](i, 1); !ok || len(r.Neurons) != len(times) {
			return fail("%w: %d times of spikes, but not as many neurons", ErrFormat, len(times))
		}
		if r.Steps, err = steps(times, dt); err != nil {
			return fail("%w", err)
		}
	}
	last := int32(-1)
	for k, i := range r.Neurons {
		if i < 0 || i >= maxNeurons {
			return fail("%w: spike %d is of neuron %d", ErrFormat, k, i)
		}
		last = max(last, i)
	}
	r.N = int(last) + 1
	if n, ok := m.number("n_neurons"); ok {
		if !(n >= float64(r.N) && n <= maxNeurons) {
			return fail("%w: n_neurons is %v, want from %d to %d", ErrFormat, n, r.N, maxNeurons)
		}
		r.N = int(n)
	}
	if d, ok := find(m.items, "count"); ok {
		if r.Counts, ok = flat[int64](d, 1); !ok || len(r.Counts) != r.N {
			return fail("%w: count is not a number for each of %d neurons", ErrFormat, r.N)
		}
		return r, nil
	}
	r.Counts = make([]int64, r.N)
	for _, i := range r.Neurons {
		r.Counts[i]++
	}
	return r, nil
}

// State returns the recording of a state monitor, also of one that pypet has stored.
func (m *MonitorResult) State() (monitor.StateRecording, error) {
	fail := func(format string, args ...any) (monitor.StateRecording, error) {
		return monitor.StateRecording{}, fmt.Errorf("brianparam: "+format, args...)
	}
	if m.Type() != "StateMonitor" {
		return fail("a recording of a %s has no variables", m.Type())
	}
	dt, err := m.step()
	if err != nil {
		return fail("%w", err)
	}
	r := monitor.StateRecording{Name: m.Name(), Source: m.group(), DT: dt, When: m.text("when"), Steps: []int64{}, Values: map[string][][]float64{}}
	d, _ := find(m.items, "record_variables")
	var ok bool
	if r.Variables, ok = flat[string](d, 1); !ok {
		return fail("%w: record_variables is not a list of names", ErrFormat)
	}
	d, _ = find(m.items, "record")
	record, ok := numbers[int32](d, 1)
	if !ok {
		return fail("%w: record is not a list of neurons", ErrFormat)
	}
	for _, i := range record {
		r.Neurons = append(r.Neurons, int(i))
	}
	if d, ok = find(m.items, "t"); ok {
		times, ok := numbers[float64](d, 1)
		if !ok {
			return fail("%w: t is not an array of times", ErrFormat)
		}
		if r.Steps, err = steps(times, dt); err != nil {
			return fail("%w", err)
		}
	}
	for _, v := range r.Variables {
		rows, dim, err := m.variable(v, len(record), len(r.Steps))
		if err != nil {
			return fail("variable %s: %w", v, err)
		}
		unit := m.text(v + "_unit")
		if len(r.Variables) == 1 {
			unit = m.text("unit")
		}
		if unit == "" {
			unit = dim.String()
		}
		r.Values[v] = rows
		r.Dimensions = append(r.Dimensions, dim)
		r.Units = append(r.Units, unit)
	}
	return r, nil
}

// variable reads the values of a recorded variable, a row per neuron.
func (m *MonitorResult) variable(name string, neurons, samples int) ([][]float64, quantity.Dimension, error) {
	var dim quantity.Dimension
	rows := make([][]float64, neurons)
	if samples == 0 {
		if unit := m.text("unit"); unit != "" {
			if u, err := quantity.ParseUnit(unit); err == nil {
				dim = u.Dim
			}
		}
		for k := range rows {
			rows[k] = []float64{}
		}
		return rows, dim, nil
	}
	d, ok := find(m.items, name)
	if !ok {
		unit, err := quantity.ParseBrian(m.text(name + mark + "unit"))
		if err != nil {
			return nil, dim, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		dim = unit
		d, _ = find(m.items, name+mark+"value")
	}
	values, ok := numbers[float64](d, 2)
	if !ok || d.Shape[0] != neurons || d.Shape[1] != samples {
		return nil, dim, fmt.Errorf("%w: not %d rows of %d values", ErrFormat, neurons, samples)
	}
	for k := range rows {
		rows[k] = values[k*samples : (k+1)*samples : (k+1)*samples]
	}
	return rows, dim, nil
}
