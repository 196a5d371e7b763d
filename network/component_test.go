package network_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/network"
	"galvani/trajectory"
)

type runner struct{ network.RunnerBase }

func (runner) AddParameters(t *trajectory.Trajectory) error {
	if err := t.AddParameter("simulation.durations.initial_run", millis(5), trajectory.Annotate("order", 0)); err != nil {
		return err
	}
	return t.AddParameter("simulation.durations.measurement_run", millis(10), trajectory.Annotate("order", 1))
}

type (
	plain       struct{ network.Base }
	capital     struct{ network.Base }
	american    struct{ network.Base }
	slip        struct{ network.Base }
	underscores struct{ network.Base }
	unrelated   struct{ network.Base }
	misplaced   struct{ network.Base }
)

func (capital) Prebuild(*network.PreBuild) error         { return nil }
func (american) Analyze(*network.Subrun) error           { return nil }
func (american) Analyse(*network.Subrun) error           { return nil }
func (*slip) RemoveFromNetwrok(*network.Subrun) error    { return nil }
func (underscores) Add_To_Network(*network.Subrun) error { return nil }
func (unrelated) Rebuilt(*network.PreBuild) error        { return nil }
func (unrelated) Builders() int                          { return 0 }
func (misplaced) Analyse(*network.Subrun) error          { return nil }

func TestNewManagerRefusesMethodsThatAreNearlyHooks(t *testing.T) {
	for _, test := range []struct {
		component    network.Component
		method, hook string
	}{
		{capital{}, "Prebuild", "PreBuild"},
		{&capital{}, "Prebuild", "PreBuild"},
		{&slip{}, "RemoveFromNetwrok", "RemoveFromNetwork"},
		{underscores{}, "Add_To_Network", "AddToNetwork"},
	} {
		_, err := network.NewManager(runner{}, network.Components{plain{}, test.component}, nil)
		require.Error(t, err)
		assert.ErrorContains(t, err, test.method)
		assert.ErrorContains(t, err, "did you mean "+test.hook)
	}
	_, err := network.NewManager(runner{}, nil, network.Analysers{american{}})
	assert.ErrorContains(t, err, "Analyze")
	_, err = network.NewManager(runner{}, network.Components{misplaced{}}, nil)
	assert.ErrorContains(t, err, "stands among the components")
	_, err = network.NewManager(runner{}, network.Components{nil}, nil)
	assert.ErrorContains(t, err, "nil")
	_, err = network.NewManager(nil, nil, nil)
	assert.ErrorContains(t, err, "runner")
	_, err = network.NewManager(runner{}, network.Components{plain{}, unrelated{}, &plain{}}, network.Analysers{misplaced{}})
	assert.NoError(t, err)
}
