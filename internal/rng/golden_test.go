package rng_test

import "galvani/internal/rng"

// The numbers of TestGolden.
var (
	goldenKey           = rng.Key{0x83f8f049, 0xf4bae884}
	goldenUniform       = []float64{0.7492179890106511, 0.34110758575161293, 0.797374688883696}
	goldenNormal        = []float64{-0.4116308418662941, 0.6387571099462775, 0.6671261177010668}
	goldenGeometric     = []int64{2, 10, 2, 36, 7, 11}
	goldenBinomialSmall = []int64{4, 2, 4, 0, 3, 2}
	goldenBinomialLarge = []int64{712, 691, 723, 690, 708, 718}
	goldenTargets       = map[float64][]int32{
		0.1: {6, 14, 26, 33, 44},
		0.3: {1, 6, 11, 14, 23, 24, 25, 30, 31, 37, 39, 40, 41, 44, 50, 51},
	}
	goldenSequence = []any{uint64(0x1215e8f8a4b3e325), 0.6841770909722314, 0.1106885821883631, int64(161), int64(75), int64(25), 0.5329910408658228}
)
