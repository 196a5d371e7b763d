package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

// The SHA-256 of the 2508 lines that pypet 0.6.1 prints of the file of its example.
const digest = "1825b60dc93350654b807ef970865d0bd2c5f67fda3b487a10750e58929177c6"

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Multiplication")
	assert.Equal(t, "The result of run 2042 is:\n1680\nThe result of run 2044 is:\n1760\n", stdout)
	lines = pypettest.Purge(lines)
	assert.Contains(t, lines, "results.run_set_00002.run_00002042.z\tz\t1680")
	assert.Len(t, lines, 2508)
	assert.Equal(t, digest, pypettest.Digest(lines))
}
