package brianparam_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/monitor"
	"galvani/quantity"
	"galvani/trajectory"
)

func spikes() monitor.SpikeRecording {
	return monitor.SpikeRecording{
		Name: "spikes", Source: "excgroup", N: 4, DT: 1e-4, Start: 3,
		Steps: []int64{40, 50, 50, 163}, Neurons: []int32{3, 0, 3, 1}, Counts: []int64{1, 1, 0, 2},
	}
}

func states() monitor.StateRecording {
	return monitor.StateRecording{
		Name: "trace", Source: "excgroup[0:80]", DT: 1e-4, When: "end", Steps: []int64{0, 2, 4},
		Variables: []string{"v", "I"}, Units: []string{"1", "Hz"}, Dimensions: []quantity.Dimension{quantity.DimNone, quantity.DimFrequency},
		Neurons: []int{2, 0},
		Values:  map[string][][]float64{"v": {{1, 2, 3}, {4, 5, 6}}, "I": {{math.Inf(1), 0, -1}, {7, 8, 9}}},
	}
}

func items(t *testing.T, m *brianparam.MonitorResult) map[string]trajectory.Data {
	k := kind(t, "Brian2MonitorResult")
	require.True(t, k.Match(m))
	list, err := k.Encode(trajectory.Items{"any": m}, nil)
	require.NoError(t, err)
	found := map[string]trajectory.Data{}
	for _, it := range list {
		require.NotContains(t, found, it.Name)
		found[it.Name] = it.Data
	}
	return found
}

func scalar(typ trajectory.Type, v any) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Scalar, Type: typ, Values: v}
}

func array(typ trajectory.Type, v any, shape ...int) trajectory.Data {
	return trajectory.Data{Coll: trajectory.NDArray, Type: typ, Values: v, Shape: shape}
}

func listOf(typ trajectory.Type, v any, n int) trajectory.Data {
	return trajectory.Data{Coll: trajectory.List, Type: typ, Values: v, Shape: []int{n}}
}

// Names and types as in a real pypet file, and those of pypet's older package.
func TestSpikeItems(t *testing.T) {
	times := spikes().Times()
	assert.Equal(t, map[string]trajectory.Data{
		"monitor_type":     scalar(trajectory.Str, []string{"SpikeMonitor"}),
		"name":             scalar(trajectory.Str, []string{"spikes"}),
		"source":           scalar(trajectory.Str, []string{"NeuronGroup(clock=Clock(dt=100. * usecond, name='defaultclock'), when=start, order=0, name='excgroup')"}),
		"when":             scalar(trajectory.Str, []string{"thresholds"}),
		"num_spikes":       scalar(trajectory.Int32, []int32{4}),
		"i":                array(trajectory.Int32, []int32{3, 0, 3, 1}, 4),
		"t__brn2__value":   array(trajectory.Float64, times, 4),
		"t__brn2__unit":    scalar(trajectory.Str, []string{"1. * second"}),
		"record_variables": listOf(trajectory.Str, []string{"t", "i"}, 2),

		"nspikes":             scalar(trajectory.Int, []int64{4}),
		"record":              scalar(trajectory.Bool, []bool{true}),
		"delay":               scalar(trajectory.Int, []int64{0}),
		"delay_unit":          scalar(trajectory.Str, []string{"time bins of dt"}),
		"spiketimes_unit":     scalar(trajectory.Str, []string{"second"}),
		"storage_mode":        scalar(trajectory.Str, []string{"TABLE"}),
		"neurons_with_spikes": listOf(trajectory.Int, []int64{0, 1, 3}, 3),
		"spikes": table(
			trajectory.Column{Name: "neuron", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int32, Shape: []int{4}, Values: []int32{3, 0, 3, 1}}},
			trajectory.Column{Name: "spiketimes", Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float64, Shape: []int{4}, Values: times}},
		),

		"dt":         scalar(trajectory.Float, []float64{1e-4}),
		"start_step": scalar(trajectory.Int, []int64{3}),
		"n_neurons":  scalar(trajectory.Int, []int64{4}),
	}, items(t, brianparam.FromSpikes(spikes())))
}

func TestStateItems(t *testing.T) {
	r := states()
	assert.Equal(t, map[string]trajectory.Data{
		"monitor_type":     scalar(trajectory.Str, []string{"StateMonitor"}),
		"name":             scalar(trajectory.Str, []string{"trace"}),
		"source":           scalar(trajectory.Str, []string{"NeuronGroup(clock=Clock(dt=100. * usecond, name='defaultclock'), when=start, order=0, name='excgroup[0:80]')"}),
		"when":             scalar(trajectory.Str, []string{"end"}),
		"record":           array(trajectory.Int32, []int32{2, 0}, 2),
		"record_variables": listOf(trajectory.Str, []string{"v", "I"}, 2),
		"t":                array(trajectory.Float64, r.Times(), 3),
		"v":                array(trajectory.Float64, []float64{1, 2, 3, 4, 5, 6}, 2, 3),
		"I__brn2__value":   array(trajectory.Float64, []float64{math.Inf(1), 0, -1, 7, 8, 9}, 2, 3),
		"I__brn2__unit":    scalar(trajectory.Str, []string{"1. * hertz"}),
		"vars":             listOf(trajectory.Str, []string{"v", "I"}, 2),
		"v_unit":           scalar(trajectory.Str, []string{"1"}),
		"I_unit":           scalar(trajectory.Str, []string{"Hz"}),
		"times_unit":       scalar(trajectory.Str, []string{"second"}),
		"timestep":         scalar(trajectory.Int, []int64{2}),
		"dt":               scalar(trajectory.Float, []float64{1e-4}),
	}, items(t, brianparam.FromState(r)))
}

func TestRecordingsComeBack(t *testing.T) {
	k := kind(t, "Brian2MonitorResult")
	again := func(m *brianparam.MonitorResult) *brianparam.MonitorResult {
		list, err := k.Encode(trajectory.Items{"m": m}, nil)
		require.NoError(t, err)
		v, _, err := k.Decode(list)
		require.NoError(t, err)
		return v.(*brianparam.MonitorResult)
	}
	silent := spikes()
	silent.Steps, silent.Neurons, silent.Counts = []int64{}, []int32{}, make([]int64, 4)
	counts := silent
	counts.CountsOnly, counts.Counts = true, []int64{5, 0, 1, 0}
	for name, r := range map[string]monitor.SpikeRecording{"spikes": spikes(), "no spikes": silent, "counts": counts} {
		got, err := again(brianparam.FromSpikes(r)).Spikes()
		require.NoError(t, err, name)
		assert.Equal(t, r, got, name)
	}
	one := states()
	one.Variables, one.Units, one.Dimensions = one.Variables[1:], one.Units[1:], one.Dimensions[1:]
	one.Values = map[string][][]float64{"I": one.Values["I"]}
	none := one
	none.Steps, none.Values = []int64{}, map[string][][]float64{"I": {{}, {}}}
	for name, r := range map[string]monitor.StateRecording{"two variables": states(), "one": one, "no samples": none} {
		got, err := again(brianparam.FromState(r)).State()
		require.NoError(t, err, name)
		assert.Equal(t, r, got, name)
	}
}

// The items of the spike monitor and the state monitor of a file that pypet 0.6.1 wrote.
func TestRecordingsOfPypet(t *testing.T) {
	source := trajectory.Item{Name: "source", Data: scalar(trajectory.Str, []string{"NeuronGroup(clock=Clock(dt=100. * usecond, name='defaultclock'), when=start, order=0, name='excgroup')"})}
	k := kind(t, "Brian2MonitorResult")
	v, _, err := k.Decode([]trajectory.Item{
		{Name: "monitor_type", Data: scalar(trajectory.Str, []string{"SpikeMonitor"})}, source,
		{Name: "i", Data: array(trajectory.Int32, []int32{3, 2, 1}, 3)},
		{Name: "t__brn2__value", Data: array(trajectory.Float64, []float64{0.004, 0.005, 0.0068}, 3)},
		{Name: "t__brn2__unit", Data: scalar(trajectory.Str, []string{"1. * second"})},
	})
	require.NoError(t, err)
	r, err := v.(*brianparam.MonitorResult).Spikes()
	require.NoError(t, err)
	assert.Equal(t, monitor.SpikeRecording{Source: "excgroup", N: 4, DT: 1e-4, Steps: []int64{40, 50, 68}, Neurons: []int32{3, 2, 1}, Counts: []int64{0, 1, 1, 1}}, r)
	v, _, err = k.Decode([]trajectory.Item{
		{Name: "monitor_type", Data: scalar(trajectory.Str, []string{"StateMonitor"})}, source,
		{Name: "record", Data: array(trajectory.Int32, []int32{0, 2}, 2)},
		{Name: "record_variables", Data: listOf(trajectory.Str, []string{"v"}, 1)},
		{Name: "t", Data: array(trajectory.Float64, []float64{0, 1e-4}, 2)},
		{Name: "v", Data: array(trajectory.Float64, []float64{0, 0.015, 1, 2}, 2, 2)},
	})
	require.NoError(t, err)
	s, err := v.(*brianparam.MonitorResult).State()
	require.NoError(t, err)
	assert.Equal(t, []int64{0, 1}, s.Steps)
	assert.Equal(t, map[string][][]float64{"v": {{0, 0.015}, {1, 2}}}, s.Values)
}

func TestMonitorRefuses(t *testing.T) {
	k := kind(t, "Brian2MonitorResult")
	m := brianparam.FromSpikes(spikes())
	_, err := k.Encode(trajectory.Items{"a": m, "b": m}, nil)
	assert.ErrorContains(t, err, "one monitor")
	_, err = k.Encode(trajectory.Items{"a": m, "when": 3}, nil)
	assert.ErrorIs(t, err, trajectory.ErrExists)
	_, err = k.Encode(trajectory.Items{"a": m, "note": 3}, nil)
	assert.NoError(t, err)
	r := states()
	r.Variables[0] = "record"
	r.Values["record"] = r.Values["v"]
	_, err = k.Encode(trajectory.Items{"a": brianparam.FromState(r)}, nil)
	assert.ErrorContains(t, err, "record")
	_, err = m.State()
	assert.ErrorContains(t, err, "SpikeMonitor")
	_, err = brianparam.FromState(states()).Spikes()
	assert.ErrorContains(t, err, "StateMonitor")
	_, _, err = k.Decode(nil)
	assert.ErrorIs(t, err, brianparam.ErrFormat)
}

// Whatever single item is changed or gone, reading does not panic.
func FuzzMonitorDecode(f *testing.F) {
	f.Add(true, uint(3), "t", int32(-1), 0.5, 7)
	f.Add(false, uint(8), "record", int32(9), math.NaN(), -1)
	k := brianparam.Kinds()[0]
	f.Fuzz(func(t *testing.T, ofSpikes bool, which uint, name string, i int32, x float64, n int) {
		m := brianparam.FromState(states())
		if ofSpikes {
			m = brianparam.FromSpikes(spikes())
		}
		for _, d := range []trajectory.Data{
			array(trajectory.Int32, []int32{i, 1}, n), array(trajectory.Float64, []float64{x, 1, 2, 3}, 4),
			array(trajectory.Float64, []float64{x, 1, 2, 3}, 2, n), scalar(trajectory.Int, []int64{int64(i)}), scalar(trajectory.Float, []float64{x}),
		} {
			list := append([]trajectory.Item{}, m.Items()...)
			at := int(which % uint(len(list)))
			list[at].Data = d
			if name != "" {
				list[at].Name = name
			}
			v, _, err := k.Decode(list)
			if err != nil {
				continue
			}
			if r, err := v.(*brianparam.MonitorResult).Spikes(); err == nil {
				assert.Len(t, r.Steps, len(r.Neurons))
			}
			_, _ = v.(*brianparam.MonitorResult).State()
		}
	})
}
