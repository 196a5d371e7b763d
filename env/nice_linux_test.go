package env_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNiceness(t *testing.T) {
	t.Parallel()
	cmd, out, errs := childProcess("nice", "-nice", "7")
	require.NoError(t, cmd.Run(), errs)
	for _, n := range strings.Fields(out.String()) {
		assert.Equal(t, "7", n, "of a thread")
	}
	assert.NotEmpty(t, out.String())
	cmd, out, errs = childProcess("nice")
	require.NoError(t, cmd.Run(), errs)
	assert.Equal(t, "0", strings.Fields(out.String())[0])
}
