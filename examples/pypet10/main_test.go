package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Example10")
	assert.Contains(t, stdout, "[0 11 22 33 44 55 66 77 88 99 110 121]\n")
	assert.Equal(t, pypettest.Purge(pypettest.Expected(t)), pypettest.Purge(lines))
}
