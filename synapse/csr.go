package synapse

import (
	"math"
	"slices"
)

// csr holds connections as compressed rows. It is immutable.
type csr struct {
	lo       int     // number in its group of the presynaptic neuron of row 0
	start    []int64 // row r is targets[start[r]:start[r+1]]
	targets  []int32 // numbers in the postsynaptic group
	sorted   bool    // the targets of every row rise
	repeated bool    // some row has a target more than once
	longest  int     // number of synapses in the longest row
}

// row is where the synapses of a presynaptic neuron, given by its number in the
// group, begin and end.
func (c *csr) row(neuron int) (a, b int64) {
	r := neuron - c.lo
	if r < 0 || r >= len(c.start)-1 {
		return 0, 0
	}
	return c.start[r], c.start[r+1]
}

// rows is how many presynaptic neurons the rows cover.
func (c *csr) rows() int { return len(c.start) - 1 }

// examine finds out about order and repetitions of the targets.
func (c *csr) examine() {
	c.sorted, c.repeated, c.longest = true, false, 0
	var seen []int32
	for r := range c.rows() {
		row := c.targets[c.start[r]:c.start[r+1]]
		c.longest = max(c.longest, len(row))
		rising := true // strictly: no repetition either
		for k := 1; k < len(row); k++ {
			if row[k] <= row[k-1] {
				rising = false
				break
			}
		}
		if rising {
			continue
		}
		c.sorted = c.sorted && slices.IsSorted(row)
		if !c.repeated {
			seen = append(seen[:0], row...)
			slices.Sort(seen)
			c.repeated = len(slices.Compact(seen)) < len(row)
		}
	}
}

// fromPairs sorts pairs by presynaptic neuron, keeping the order of those that
// have it in common, and tells where each pair went.
func fromPairs(pre, post []int32, lo, rows int) (c csr, moved []int64) {
	c = csr{lo: lo, start: make([]int64, rows+1), targets: make([]int32, len(pre))}
	for _, p := range pre {
		c.start[int(p)-lo+1]++
	}
	for r := range rows {
		c.start[r+1] += c.start[r]
	}
	next := slices.Clone(c.start)
	moved = make([]int64, len(pre))
	for k, p := range pre {
		at := next[int(p)-lo]
		next[int(p)-lo]++
		c.targets[at], moved[k] = post[k], at
	}
	return c, moved
}

// maxSynapses bounds what one projection may have: 256 GiB of targets.
const maxSynapses = 1 << 36

// expected is how many synapses to make room for if each of so many pairs is
// connected with a probability: hardly ever fewer than there will be.
func expected(pairs, p float64) int {
	mean := pairs * p
	return int(min(pairs, mean+6*math.Sqrt(mean*(1-p))+64))
}
