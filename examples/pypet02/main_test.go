package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "Example")
	assert.Equal(t, "The full name of the new Skywalker Parameter is parameters.starwars.characters.luke_skywalker\n"+
		"Damn it, there are two characters groups in the trajectory: trajectory: \"characters\" below the root is "+
		"parameters.spaceballs.characters as well as parameters.starwars.characters: not unique; give more of the path\n"+
		"The name of the actor playing Luke is Mark Hamill.\n"+
		"The object found for luke_skywalker is `<Parameter> parameters.starwars.characters.luke_skywalker (`May the force be with you!`): 'Mark Hamill'`.\n"+
		"Help me Obiwan!\n"+
		"George Lucas earned 111566834666.53162$$$!\n", stdout)
	assert.Equal(t, pypettest.Expected(t), lines)
}
