package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestSameAsPypet(t *testing.T) {
	stdout, lines := pypettest.Run(t, program(), "my_trajectory")
	assert.Regexp(t, "^50 rows of 50 tasks\nThe last task was number 49, done by: `worker-[1-4]`\n$", stdout)
	// pypet's file has these two lines, with a name like ForkPoolWorker-2, and no table.
	table := pypettest.With(lines, "results.manipulations\tmanipulations\t{task:[0 1 2 3")
	assert.Len(t, table, 1)
	rest := pypettest.Without(lines, "results.manipulations\t")
	assert.Len(t, rest, 2)
	assert.Equal(t, "results.last_process_name\t#comment\tName of the last process that manipulated the trajectory", rest[0])
	assert.Regexp(t, "^results.last_process_name\tlast_process_name\tworker-[1-4]$", rest[1])
}
