package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pypet's example ends with u=3 and stores nothing.
func TestOutput(t *testing.T) {
	var out, messages bytes.Buffer
	dir := t.TempDir()
	require.Zero(t, program().Exec(context.Background(), []string{"-out", dir + "/none"}, &out, &messages), messages.String())
	assert.Equal(t, `Told you: trajectory: parameters.u is there already, as a Parameter: exists already
Told you: trajectory: parameters.u holds int 1 and cannot be set to float64 2.5: wrong type
t: <Parameter> parameters.t (`+"`Third dimension`"+`): 1
w: <Parameter> parameters.subgroup.subsubgroup.w: 2
subgroup.v: <Parameter> parameters.subgroup.v (`+"`Fourth dimension`"+`): 2
u: <Parameter> parameters.u (`+"`Fifth dimension`"+`): 3
mylink: <Parameter> parameters.x (`+"`I am the first dimension!`"+`): 1
im_new: Group im_new: 
parameters.subgroup: Group parameters.subgroup: subsubgroup, v
mean: Result results.mean: error=0.1, value=0.5
`, out.String())
	assert.NoDirExists(t, dir+"/none")
}
