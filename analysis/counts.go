package analysis

import "fmt"

// Counts are numbers of spikes, one row per neuron and one column per window.
type Counts struct {
	Neurons []int32 // what the rows are
	Bins    Bins    // what the columns are
	data    []int64
}

// Row is the counts of the i-th neuron of Neurons, one per window. It is a view.
func (c *Counts) Row(i int) []int64 { return c.data[i*c.Bins.N : (i+1)*c.Bins.N : (i+1)*c.Bins.N] }

// Total is the number of spikes counted.
func (c *Counts) Total() int64 {
	var n int64
	for _, x := range c.data {
		n += x
	}
	return n
}

// Count counts the spikes of the given neurons in windows. Rows are in the order
// given; ids of neurons that do not exist are left out, and nil means all
// neurons. Spikes outside the windows are not counted.
func Count(s Spikes, bins Bins, neurons []int32) (*Counts, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := bins.check(); err != nil {
		return nil, err
	}
	c := &Counts{Bins: bins, Neurons: existing(s.N, neurons)}
	const most = 1 << 31 // counts: 16 GB, which nobody means
	if len(c.Neurons) > 0 && bins.N > most/len(c.Neurons) {
		return nil, fmt.Errorf("analysis: %d windows for %d neurons are too many", bins.N, len(c.Neurons))
	}
	c.data = make([]int64, len(c.Neurons)*bins.N)
	row := make([]int, s.N) // first row of a neuron, -1 if it has none
	for i := range row {
		row[i] = -1
	}
	for r, i := range c.Neurons {
		if row[i] < 0 {
			row[i] = r
		}
	}
	stop := bins.stop()
	for k, step := range s.Steps {
		if r := row[s.Neurons[k]]; r >= 0 && bins.Start <= step && step < stop {
			c.data[r*bins.N+int((step-bins.Start)/bins.Width)]++
		}
	}
	for r, i := range c.Neurons { // a neuron named twice
		if first := row[i]; first != r {
			copy(c.Row(r), c.Row(first))
		}
	}
	return c, nil
}

// existing are those of the neurons that a population of n has; all of them for nil.
func existing(n int, neurons []int32) []int32 {
	if neurons == nil {
		all := make([]int32, n)
		for i := range all {
			all[i] = int32(i)
		}
		return all
	}
	list := make([]int32, 0, len(neurons))
	for _, i := range neurons {
		if 0 <= i && int(i) < n {
			list = append(list, i)
		}
	}
	return list
}
