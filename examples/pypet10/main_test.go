package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Example10")
	assert.Contains(t, stdout, "run 141: z=99\nrun 142: z=110\nrun 143: z=121\nz (x: 12, y: 12)\n")
	assert.Equal(t, pypettest.Purge(pypettest.Expected(t)), pypettest.Purge(lines))
}
