package env

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunErrorSaysWhichRunAndWhy(t *testing.T) {
	t.Parallel()
	e := &RunError{Index: 17, Name: "run_00000017", Params: "R_ee=1.2, trial=3", Err: errors.New("network: line 2:\n  V = U\n      ^\nno variable U")}
	assert.Equal(t, "run 17 (R_ee=1.2, trial=3) failed: network: line 2:; V = U; no variable U", e.Error())
	e.Attempt, e.Params = 1, ""
	assert.Contains(t, e.Error(), "run 17, attempt 2, failed: ")
}

func TestSweepErrorHoldsItsRuns(t *testing.T) {
	t.Parallel()
	sweep := error(&SweepError{Runs: 20, Left: 4, Failed: []*RunError{
		{Index: 2, Err: &PanicError{Value: io.ErrUnexpectedEOF}}, {Index: 5, Err: os.ErrDeadlineExceeded},
	}})
	assert.Equal(t, "env: 2 of 20 runs failed: 2, 5; stopped with 4 runs left; -retry runs them again", sweep.Error())
	assert.ErrorIs(t, sweep, io.ErrUnexpectedEOF)
	assert.ErrorIs(t, sweep, os.ErrDeadlineExceeded)
	var run *RunError
	require.ErrorAs(t, sweep, &run)
	assert.Equal(t, 2, run.Index)
	var p *PanicError
	assert.ErrorAs(t, sweep, &p)
	assert.NoError(t, (&PanicError{Value: "text"}).Unwrap())
	many := &SweepError{Runs: 99}
	for i := range 12 {
		many.Failed = append(many.Failed, &RunError{Index: i})
	}
	assert.Contains(t, many.Error(), "12 of 99 runs failed: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …;")
}

func TestBuildChangesAreNamedOneByOne(t *testing.T) {
	t.Parallel()
	was := "executable 0123456789abcdef\nmodule a v1 h1:x\nmodule b v1 h1:y"
	assert.Empty(t, buildChanges(was, was))
	assert.Equal(t, []string{
		"the program changed: revision fedcba987654, was executable 0123456789ab",
		"module b v2 h1:z is new in the program",
		"module b v1 h1:y is not in the program any more",
	}, buildChanges(was, "revision fedcba9876543210\nmodule a v1 h1:x\nmodule b v2 h1:z"))
	either := orRevision(was, "fedcba9876543210")
	assert.Equal(t, "executable 0123456789abcdef\nor revision fedcba9876543210\nmodule a v1 h1:x\nmodule b v1 h1:y", either)
	assert.Empty(t, buildChanges(either, was))
	assert.Empty(t, buildChanges(either, "revision fedcba9876543210\nmodule a v1 h1:x\nmodule b v1 h1:y"))
	assert.Equal(t, []string{"the program changed: revision 1111, was executable 0123456789ab"}, buildChanges(either, "revision 1111\nmodule a v1 h1:x\nmodule b v1 h1:y"))
	id, err := identify()
	require.NoError(t, err)
	again, err := identify()
	require.NoError(t, err)
	assert.Equal(t, id, again)
	assert.Regexp(t, `^(executable|revision|source) [0-9a-f]{40,}`, id)
}
