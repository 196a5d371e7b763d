package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/brianparam"
	"galvani/env"
	"galvani/trajectory"
)

// dumpOf runs the program and prints what is in the file that it wrote.
func dumpOf(t *testing.T, file string) (exact, pypet string) {
	var messages bytes.Buffer
	status := program().Exec(context.Background(), []string{"-out", file, "-progress", "none"}, &messages, &messages)
	require.Zero(t, status, messages.String())
	tr, err := trajectory.Open(context.Background(), file, trajectory.OpenOptions{Stores: env.Stores(), Kinds: brianparam.Kinds()})
	require.NoError(t, err)
	defer tr.Close()
	var a, b bytes.Buffer
	require.NoError(t, trajectory.Dump(&a, tr))
	require.NoError(t, trajectory.DumpPypet(&b, tr))
	return a.String(), b.String()
}

// assertSameLines names the first line in which two dumps differ.
func assertSameLines(t *testing.T, want, got string) {
	t.Helper()
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	assert.Len(t, b, len(a))
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			assert.Failf(t, "different", "line %d is %.200q, want %.200q", i+1, b[i], a[i])
			return
		}
	}
}

func TestAllFormatsHoldTheSame(t *testing.T) {
	var first, firstPypet string
	for i, store := range env.Stores() {
		exact, pypet := dumpOf(t, filepath.Join(t.TempDir(), "all"+store.Extensions()[0]))
		if i == 0 {
			first, firstPypet = exact, pypet
		}
		assertSameLines(t, first, exact)
		assertSameLines(t, firstPypet, pypet)
	}
	for _, line := range []string{
		"parameters.scalars.uint64\tdata\tTABLE{data:SCALAR:uint64[1]}\t{\"data\":[18446744073709551615]}",
		"parameters.arrays.empty_matrix\tdata__rr__\tNDARRAY:int32[3 0]\t[]",
		"parameters.explored.list_of_any_length\texplored__rr__.set_00000.xa_00000002\tLIST:int[0]\t[]",
		"results.runs.run_00000001.scalars\ttiny\tfloat\t5e-324",
		"results.runs.run_00000002.value\tvalue\tfloat\t0.3",
		"link_at_the_root\t#link\tname\tparameters.scalars.int",
	} {
		assert.True(t, strings.Contains(first, line+"\n"), line)
	}
}
