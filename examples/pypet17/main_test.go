package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/examples/internal/pypettest"
)

// The SHA-256 of the 23 lines that pypet 0.6.1 prints of the file of its example: the
// patterns of all ten runs, the random ones too.
const digest = "d0cf8773c8443b273a3b847d4e44d07411e6a6b6a2fa67efbe881179911677eb"

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "cellular_automata")
	assert.Equal(t, `rule_number_10__initial_name_single.png     250 cells alive
rule_number_10__initial_name_random.png   24609 cells alive
rule_number_30__initial_name_single.png   30343 cells alive
rule_number_30__initial_name_random.png   50023 cells alive
rule_number_90__initial_name_single.png    5427 cells alive
rule_number_90__initial_name_random.png   50123 cells alive
rule_number_110__initial_name_single.png  18153 cells alive
rule_number_110__initial_name_random.png  56442 cells alive
rule_number_184__initial_name_single.png    250 cells alive
rule_number_184__initial_name_random.png  51750 cells alive
`, stdout)
	lines = pypettest.Purge(lines)
	assert.Len(t, lines, 23)
	assert.Equal(t, digest, pypettest.Digest(lines))
}

func TestGoldenLastRows(t *testing.T) {
	assert.Equal(t, [8]uint8{0, 1, 1, 1, 1, 0, 0, 0}, convertRule(30))
	initial, err := makeInitialState("single", 400, 0)
	require.NoError(t, err)
	for rule, want := range map[int]int{10: 1, 30: 205, 90: 36, 110: 145, 184: 1} {
		pattern := automaton(initial, rule, 250)
		alive := 0
		for _, cell := range pattern[249*400:] {
			alive += int(cell)
		}
		assert.Equal(t, want, alive, "rule %d", rule)
	}
	_, err = makeInitialState("double", 400, 0)
	assert.EqualError(t, err, `unknown initial state "double": want single or random`)
}

// The C++ standard says of its mt19937 what the 10 000th number must be.
func TestMersenneTwister(t *testing.T) {
	m := newMersenne(5489)
	for range 9999 {
		m.next()
	}
	assert.EqualValues(t, 4123659995, m.next())
}
