package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Multiplication")
	assert.Equal(t, "x=1\n<Parameter> parameters.x (len:2, `I am the first dimension!`): 1\n", stdout)
	assert.Equal(t, pypettest.Expected(t), lines)
}
