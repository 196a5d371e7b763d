package rng_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"galvani/internal/kernel"
	"galvani/internal/rng"
)

// bruteTargets chooses targets as the documentation says, candidate by
// candidate.
func bruteTargets(key rng.Key, row, block uint32, p float64, width int) []int32 {
	var list []int32
	if p >= 0.125 {
		scaled := new(big.Float).SetMantExp(big.NewFloat(p), 64)
		threshold, exact := scaled.Uint64()
		if exact != big.Exact {
			panic("p has more than 64 bits")
		}
		for i := range width {
			trial := kernel.PhiloxBlock(key, [4]uint32{uint32(i / 8), 0, row, block})
			tie := kernel.PhiloxBlock(key, [4]uint32{uint32(i), 1, row, block})
			high := uint64(trial[i/2%4]>>(16*(i%2))) & 0xFFFF
			low := (uint64(tie[0]) | uint64(tie[1])<<32) >> 16
			if high<<48|low < threshold {
				list = append(list, int32(i))
			}
		}
		return list
	}
	at := int64(-1)
	for e := 0; ; e++ {
		w := kernel.PhiloxBlock(key, [4]uint32{uint32(e / 2), 0, row, block})
		u := kernel.UnitOpen(uint64(w[2*(e%2)]) | uint64(w[2*(e%2)+1])<<32)
		at += 1 + int64(min(math.Floor(kernel.Log(u)/kernel.Log1p(-p)), 1e6))
		if at >= int64(width) {
			return list
		}
		list = append(list, int32(at))
	}
}

// TestTargets compares all paths with the definition, ties included: of 300
// blocks about ten have one.
func TestTargets(t *testing.T) {
	key := rng.NewKey(5, "targets")
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		for _, p := range []float64{1e-310, 1e-9, 1e-3, 0.01, 0.1, 0.1249, 0.125, 0.2, 1.0 / 3, 0.5, 0.75, 1 - 0x1p-53} {
			targets, err := rng.NewTargets(rng.Stream{Key: key, Kernel: k}, p)
			require.NoError(t, err)
			for row := range uint32(300) {
				width := []int{2048, 0, 1, 7, 8, 100, 1999}[row%7]
				block := row % 3
				want := append([]int32{-5}, bruteTargets(key, row, block, p, width)...)
				for i := 1; i < len(want); i++ {
					want[i] += 10_000
				}
				got := targets.Append([]int32{-5}, row, block, 10_000, width)
				require.Equal(t, want, got, "p=%v row=%d width=%d", p, row, width)
			}
		}
	})
}

func TestTargetsEnds(t *testing.T) {
	s := rng.Stream{Key: rng.NewKey(1), Kernel: kernel.Best()}
	none, err := rng.NewTargets(s, 0)
	require.NoError(t, err)
	assert.Empty(t, none.Append(nil, 0, 0, 0, 2048))
	all, err := rng.NewTargets(s, 1)
	require.NoError(t, err)
	assert.Equal(t, []int32{7, 8, 9}, all.Append(nil, 0, 0, 7, 3))
	assert.Panics(t, func() { all.Append(nil, 0, 0, 0, 2049) })
	assert.Panics(t, func() { all.Append(nil, 0, 0, 0, -1) })
	for _, p := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		_, err := rng.NewTargets(s, p)
		assert.ErrorContains(t, err, "rng: probability of a connection must be between 0 and 1")
	}
}

// TestTargetsDistribution tests the number of targets per block, and which
// candidates are chosen.
func TestTargetsDistribution(t *testing.T) {
	const rows, width = 20_000, 256
	for _, p := range []float64{0.02, 0.1, 0.125, 0.3, 0.9} {
		targets, err := rng.NewTargets(rng.Stream{Key: rng.NewKey(21, "distribution"), Kernel: kernel.Best()}, p)
		require.NoError(t, err)
		counts, chosen := make([]int, width+1), make([]float64, width)
		var list []int32
		for row := range uint32(rows) {
			list = targets.Append(list[:0], row, 0, 0, width)
			counts[len(list)]++
			for _, j := range list {
				chosen[j]++
			}
		}
		expected := make([]float64, width+1)
		d := distuv.Binomial{N: width, P: p}
		for k := range expected {
			expected[k] = rows * d.Prob(float64(k))
		}
		chiSquare(t, counts, expected, p)
		statistic := 0.0
		for _, c := range chosen {
			statistic += (c - rows*p) * (c - rows*p) / (rows * p * (1 - p))
		}
		likely(t, distuv.ChiSquared{K: width}.Survival(statistic), p)
	}
}
