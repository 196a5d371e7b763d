package pypettest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/examples/internal/pypettest"
)

func TestPurge(t *testing.T) {
	first := []string{
		"results.run_set_00000.run_00000001.z\t#comment\tproduct",
		"results.run_set_00000.run_00000000.z\tz\t5",
		"results.run_set_00000.run_00000001.z\tz\t6",
		"results.z\t#comment\tproduct",
	}
	every := append([]string{"results.run_set_00000.run_00000000.z\t#comment\tproduct"}, first...)
	want := []string{
		"results.run_ALL.run_ALL.z\t#comment\tproduct",
		"results.run_set_00000.run_00000000.z\tz\t5",
		"results.run_set_00000.run_00000001.z\tz\t6",
		"results.z\t#comment\tproduct",
	}
	assert.Equal(t, want, pypettest.Purge(first))
	assert.Equal(t, want, pypettest.Purge(every))
	other := append([]string{"results.run_set_00000.run_00000000.z\t#comment\tanother"}, first...)
	assert.NotEqual(t, want, pypettest.Purge(other))
}

func TestWithAndWithout(t *testing.T) {
	lines := []string{"a.x\t1", "a.y\t2", "b.x\t3"}
	assert.Equal(t, []string{"a.x\t1", "b.x\t3"}, pypettest.With(lines, "a.x", "b."))
	assert.Equal(t, []string{"a.y\t2"}, pypettest.Without(lines, "a.x", "b."))
	assert.Len(t, lines, 3)
	assert.NotEqual(t, pypettest.Digest(lines), pypettest.Digest(lines[:2]))
}
