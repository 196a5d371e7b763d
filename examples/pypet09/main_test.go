package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

// The numbers are random; names, items and how many numbers there are have to be those that
// pypet 0.6.1 prints of the file of its example.
func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "example_09_huge_data")
	assert.Equal(t, `mat1 contains 0.968367 at position [10,10,10]
And do not forget: Always look on the bright side of life!
mat1 contains 0.968367 at position [10,10,10]
`, stdout)
	for i, line := range lines {
		if name, values, ok := strings.Cut(line, "\t["); ok {
			assert.Equal(t, 1_000_000, strings.Count(values, " ")+1, name)
			lines[i] = name
		}
	}
	assert.Equal(t, []string{
		"results.huge_matrices\tmat1",
		"results.huge_matrices\tmat2",
		"results.huge_matrices\tmonty\tAlways look on the bright side of life!",
	}, lines)
}
