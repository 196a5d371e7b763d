package analysis

import (
	"fmt"
	"math"
)

// FanoFactor is the population variance of the counts divided by their mean,
//
//	(n Σc² - (Σc)²) / (n Σc),
//
// computed in integers up to the division. It is 0 if there was no spike, and
// NaN if there is no count.
func FanoFactor(counts []int64) float64 {
	if len(counts) == 0 {
		return math.NaN()
	}
	n, sum, squares := int64(len(counts)), int64(0), int64(0)
	for _, c := range counts {
		sum += c
		squares += c * c
	}
	if sum == 0 {
		return 0
	}
	return float64(n*squares-sum*sum) / float64(n*sum)
}

// FanoFactors are the Fano factors of the given neurons, in their order: of each
// neuron's counts over the windows. Ids that do not exist are left out; nil
// means all neurons.
func FanoFactors(s Spikes, bins Bins, neurons []int32) ([]float64, error) {
	c, err := Count(s, bins, neurons)
	if err != nil {
		return nil, err
	}
	return c.fanoFactors(), nil
}

func (c *Counts) fanoFactors() []float64 {
	ff := make([]float64, len(c.Neurons))
	for i := range ff {
		ff[i] = FanoFactor(c.Row(i))
	}
	return ff
}

// MeanFanoFactor is the mean of [FanoFactors] over the given neurons that exist,
// silent ones included with 0; nil means all neurons. If none of them spiked in
// the windows it is NaN with an error that wraps [ErrNoSpikes], so that a caller
// may keep the NaN; it is another error if none of the neurons exists.
func MeanFanoFactor(s Spikes, bins Bins, neurons []int32) (float64, error) {
	c, err := Count(s, bins, neurons)
	if err != nil {
		return math.NaN(), err
	}
	if len(c.Neurons) == 0 {
		return math.NaN(), fmt.Errorf("analysis: Fano factor of %d neurons, none of which is among the %d there are", len(neurons), s.N)
	}
	if c.Total() == 0 {
		return math.NaN(), fmt.Errorf("analysis: Fano factor of %d neurons over %d windows is not a number: %w", len(c.Neurons), bins.N, ErrNoSpikes)
	}
	return Mean(c.fanoFactors()), nil
}
