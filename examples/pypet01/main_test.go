package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Multiplication")
	assert.Equal(t, "The result of run_00000001 is: 7\n", stdout)
	assert.Equal(t, pypettest.Expected(t), lines)
}
