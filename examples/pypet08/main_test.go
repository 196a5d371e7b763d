package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Example08")
	assert.Equal(t, `The run names and results for parameter combinations with x==2 or y==8:
run_00000002: x=1, y=8, z=8
run_00000003: x=2, y=6, z=12
run_00000004: x=2, y=7, z=14
run_00000005: x=2, y=8, z=16
run_00000008: x=3, y=8, z=24
run_00000011: x=4, y=8, z=32
`, stdout)
	assert.Equal(t, pypettest.Expected(t), lines)
}
