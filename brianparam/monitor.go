package brianparam

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"galvani/quantity"
	"galvani/trajectory"
)

// MonitorResult is what a monitor recorded, in the form in which it is stored. Make one
// with [FromSpikes] or [FromState]; one that was read from a file may be of any
// monitor that pypet knows.
type MonitorResult struct{ items []trajectory.Item }

// Type is the class of the monitor: SpikeMonitor, StateMonitor, PopulationRateMonitor.
func (m *MonitorResult) Type() string { return m.text("monitor_type") }

// Name is the name of the monitor.
func (m *MonitorResult) Name() string { return m.text("name") }

// Source describes the recorded group in Brian 2's words.
func (m *MonitorResult) Source() string { return m.text("source") }

// Items returns all stored items. They are not to be changed.
func (m *MonitorResult) Items() []trajectory.Item { return slices.Clip(m.items) }

func (m *MonitorResult) text(name string) string {
	d, _ := find(m.items, name)
	if s, ok := flat[string](d, 0); ok {
		return s[0]
	}
	return ""
}

// number returns a stored number.
func (m *MonitorResult) number(name string) (float64, bool) {
	d, _ := find(m.items, name)
	if x, ok := numbers[float64](d, 0); ok {
		return x[0], true
	}
	return 0, false
}

// encodeMonitor makes the items of a result that holds a monitor's recording, and
// beside it what else the user filed there.
func encodeMonitor(value any, _ trajectory.Range) ([]trajectory.Item, error) {
	named, ok := value.(trajectory.Items)
	if !ok {
		return nil, fmt.Errorf("brianparam: got a %T, want trajectory.Items", value)
	}
	var monitor *MonitorResult
	others := trajectory.Items{}
	for name, v := range sorted(named) {
		switch m, ok := v.(*MonitorResult); {
		case !ok:
			others[name] = v
		case monitor != nil:
			return nil, fmt.Errorf("brianparam: a result holds one monitor, got two; give each a result of its own")
		default:
			monitor = m
		}
	}
	if monitor == nil {
		return nil, fmt.Errorf("brianparam: a monitor result without a monitor")
	}
	items := slices.Clone(monitor.items)
	for k, it := range items {
		if _, ok := find(items[:k], it.Name); ok {
			return nil, fmt.Errorf("brianparam: %w: the recorded variable %s has the name of another item of a monitor result", trajectory.ErrExists, it.Name)
		}
	}
	more, err := encodeResult(others, nil)
	if err != nil {
		return nil, err
	}
	for _, it := range more {
		if _, ok := find(items, it.Name); ok {
			return nil, fmt.Errorf("brianparam: %w: item %q is the monitor's", trajectory.ErrExists, it.Name)
		}
		items = append(items, it)
	}
	return items, nil
}

// decodeMonitor is the reverse; the recording is read when it is asked for.
func decodeMonitor(items []trajectory.Item) (any, trajectory.Range, error) {
	m := &MonitorResult{items: slices.Clone(items)}
	if m.Type() == "" {
		return nil, nil, fmt.Errorf("%w: no text called monitor_type", ErrFormat)
	}
	return m, nil, nil
}

// head is what the results of all monitors begin with.
func head(class, name, group string, dt float64, when string) []trajectory.Item {
	return []trajectory.Item{
		{Name: "monitor_type", Data: text(class)},
		{Name: "name", Data: text(name)},
		{Name: "source", Data: text(source(group, dt))},
		{Name: "when", Data: text(when)},
		{Name: "dt", Data: scalar(trajectory.Float, dt)},
	}
}

// source describes a group as Brian 2 prints it.
func source(group string, dt float64) string {
	return fmt.Sprintf("NeuronGroup(clock=Clock(dt=%s, name='defaultclock'), when=start, order=0, name='%s')", brianTime(dt), group)
}

// brianTime writes a time in seconds as Brian 2 does: 0.0001 is "100. * usecond".
func brianTime(t float64) string {
	scale, unit := 1.0, "second"
	for _, u := range []struct {
		scale float64
		unit  string
	}{{1e3, "msecond"}, {1e6, "usecond"}, {1e9, "nsecond"}} {
		if t*scale < 0.999999 {
			scale, unit = u.scale, u.unit
		}
	}
	number := strconv.FormatFloat(t*scale, 'g', 12, 64)
	if !strings.Contains(number, ".") {
		number += "."
	}
	return number + " * " + unit
}

// step finds the time step: the item dt, or what pypet has: the clock in the
// description of the source.
func (m *MonitorResult) step() (float64, error) {
	if dt, ok := m.number("dt"); ok && dt > 0 && !math.IsInf(dt, 0) {
		return dt, nil
	}
	if found := regexp.MustCompile(`Clock\(dt=([^,()]*)`).FindStringSubmatch(m.Source()); found != nil {
		if q, err := quantity.Parse(found[1]); err == nil && q.Dimension() == quantity.DimTime && q.SI() > 0 {
			// "100. * usecond" is one bit off 0.1 ms; twelve digits of it are not.
			return strconv.ParseFloat(strconv.FormatFloat(q.SI(), 'g', 12, 64), 64)
		}
	}
	return 0, fmt.Errorf("%w: neither dt nor a clock in %q", ErrFormat, m.Source())
}

// group finds the name of the recorded group in the description of the source.
func (m *MonitorResult) group() string {
	found := regexp.MustCompile(`name='([^']*)'\)$`).FindStringSubmatch(m.Source())
	if found == nil {
		return m.Source()
	}
	return found[1]
}

// steps turns times into steps, which they have to be within a thousandth of.
func steps(times []float64, dt float64) ([]int64, error) {
	list := make([]int64, len(times))
	for i, t := range times {
		k := math.Round(t / dt)
		if !(math.Abs(t/dt-k) < 1e-3) || math.Abs(k) > 1<<53 {
			return nil, fmt.Errorf("%w: time %v s is no multiple of dt = %v s", ErrFormat, t, dt)
		}
		list[i] = int64(k)
	}
	return list, nil
}
