package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/env"
	"galvani/network/gridsearch"
	"galvani/trajectory"
)

// golden is the table of the mean rates of PyRates' example over 5 s, which a plain loop gives too.
const golden = `mean rate of PC in Hz
  eta_iin \ eta_op       -5     -2.5        0      2.5        5
---------------------------------------------------------------
                -5  0.07550  0.09912  0.18424  0.49561  0.78507
              -2.5  0.06504  0.08315  0.12944  0.34118  0.51871
                 0  0.05798  0.07078  0.10087  0.22791  0.39529
               2.5  0.05369  0.06349  0.08210  0.13980  0.33443
                 5  0.05054  0.05882  0.07291  0.10426  0.25504

25 copies in one network: `

func execute(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.Zero(t, program().Exec(t.Context(), args, &stdout, &stderr), "%s", &stderr)
	return stdout.String()
}

func TestGoldenOutput(t *testing.T) {
	dir := t.TempDir()
	picture := filepath.Join(dir, "mean_r_pc.png")
	for range 2 { // the second time nothing is left to run
		out := execute(t, "-out", dir, "-workers", "2")
		assert.True(t, strings.HasPrefix(out, golden), "%s", out)
		assert.Regexp(t, `network: +\S+s\n25 networks one after another: +\S+s, \d+ times as long\n25 runs of the sweep added up: +\S+s with \d+ at once\nall 250000 samples of copies and runs are equal, bit for bit\n$`, out)
		f, err := os.Open(picture)
		require.NoError(t, err)
		_, err = png.Decode(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NoError(t, os.Remove(picture))
	}
	execute(t, "-out", dir, "-plots=false")
	assert.NoFileExists(t, picture)
}

func TestWhatDiffersIsFound(t *testing.T) {
	search, err := gridsearch.New(spec())
	require.NoError(t, err)
	e, err := env.New(env.Options{Out: t.TempDir(), Workers: 2})
	require.NoError(t, err)
	tr, err := e.Trajectory("montbrio", trajectory.Options{})
	require.NoError(t, err)
	require.NoError(t, search.Explore(tr))
	runs, err := search.Experiment(0, nil)
	require.NoError(t, err)
	require.NoError(t, e.Run(t.Context(), tr, runs, env.Finally(func(ctx context.Context, tr *trajectory.Trajectory) error {
		res, err := search.Run(ctx)
		require.NoError(t, err)
		_, err = compare(tr, res)
		require.NoError(t, err)
		res.Series("r_iin", 24)[4999] += 1e-17
		res.Series("r_iin", 7)[4000] *= 1 + 3e-16
		_, err = compare(tr, res)
		require.ErrorContains(t, err, "r_iin of run_00000007 differs from that of Net3_7, from sample 4000 on")
		return nil
	})))
}
