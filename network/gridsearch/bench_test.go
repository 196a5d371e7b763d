package gridsearch_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkNet3 simulates the 25 points of PyRates' example together and one by one.
func BenchmarkNet3(b *testing.B) {
	for _, batch := range []int{0, 1} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			spec := montbrio()
			spec.Batch = batch
			s := search(b, spec)
			for b.Loop() {
				_, err := s.Run(b.Context())
				require.NoError(b, err)
			}
		})
	}
}
