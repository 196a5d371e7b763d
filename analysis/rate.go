package analysis

// Rates are the mean firing rates in Hz of all neurons, by index, over the
// windows taken together.
func Rates(s Spikes, over Bins) ([]float64, error) {
	over, err := over.whole()
	if err != nil {
		return nil, err
	}
	c, err := Count(s, over, nil)
	if err != nil {
		return nil, err
	}
	rates := make([]float64, s.N)
	for i := range rates {
		rates[i] = float64(c.data[i]) / (float64(over.Width) * s.DT)
	}
	return rates, nil
}

// MeanRate is the firing rate in Hz averaged over all neurons and windows; NaN
// of no neuron.
func MeanRate(s Spikes, over Bins) (float64, error) {
	over, err := over.whole()
	if err != nil {
		return 0, err
	}
	rate, err := PopulationRate(s, over)
	if err != nil {
		return 0, err
	}
	return rate[0], nil
}

// PopulationRate is the firing rate in Hz averaged over all neurons, one value
// per window: spikes / (N * width). It is NaN of no neuron.
func PopulationRate(s Spikes, bins Bins) ([]float64, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := bins.check(); err != nil {
		return nil, err
	}
	counts := make([]int64, bins.N)
	stop := bins.stop()
	for _, step := range s.Steps {
		if bins.Start <= step && step < stop {
			counts[(step-bins.Start)/bins.Width]++
		}
	}
	rate := make([]float64, bins.N)
	for b := range rate {
		rate[b] = float64(counts[b]) / (float64(s.N) * (float64(bins.Width) * s.DT))
	}
	return rate, nil
}
