package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"galvani/internal/kernel"
)

// metric is one measured figure, as -json prints it.
type metric struct {
	Case    string  `json:"case"`
	Metric  string  `json:"metric"`
	Unit    string  `json:"unit"`
	Value   float64 `json:"value"`
	Repeats int     `json:"repeats"`
	Path    string  `json:"path"`
	Workers int     `json:"workers"`
}

// report prints the metrics of the case that runs.
type report struct {
	out     io.Writer
	json    bool
	repeats int
	kernel  *kernel.Set // the path asked for
	name    string      // of the case
	workers int         // that the case uses; 0 is one
}

// add prints the median of the values, measured on the path asked for.
func (r *report) add(name, unit string, values ...float64) error {
	return r.addOn(r.kernel.Name, name, unit, values...)
}

// addOn prints the median of the values, measured on another path.
func (r *report) addOn(path, name, unit string, values ...float64) error {
	m := metric{Case: r.name, Metric: name, Unit: unit, Value: median(values), Repeats: len(values), Path: path, Workers: max(1, r.workers)}
	if r.json {
		return json.NewEncoder(r.out).Encode(m)
	}
	_, err := fmt.Fprintf(r.out, "%-11s %-44s %12.5g %-8s %s, %d repeats\n", m.Case, m.Metric, m.Value, m.Unit, m.Path, m.Repeats)
	return err
}

func median(values []float64) float64 {
	s := slices.Clone(values)
	slices.Sort(s)
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// cpuTime is the user and system time this process has used.
func cpuTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(fmt.Sprintf("bench: getrusage: %v", err)) // it cannot fail with these arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// perOp runs f(n) with n raised until it takes long enough to time, then
// returns the CPU nanoseconds of one of the n, once for each repeat.
func (r *report) perOp(f func(n int)) []float64 {
	const enough = 50 * time.Millisecond
	n := 1
	for {
		start := cpuTime()
		f(n)
		if d := cpuTime() - start; d >= enough {
			break
		}
		n *= 2
	}
	values := make([]float64, r.repeats)
	for i := range values {
		start := cpuTime()
		f(n)
		values[i] = float64(cpuTime()-start) / float64(n)
	}
	return values
}

// scaled divides every value by the same number.
func scaled(values []float64, by float64) []float64 {
	s := make([]float64, len(values))
	for i, v := range values {
		s[i] = v / by
	}
	return s
}
