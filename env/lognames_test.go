package env

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The names of pypet's log files: those of its test of rename_log_file, and those of its
// default configuration. Where ours are others, the comment says why.
func TestNamesOfLogFiles(t *testing.T) {
	t.Parallel()
	const start = "environment_ab12cd3_2015_10_21_04h23m00s"
	for _, c := range []struct {
		pattern string
		run     int
		worker  bool
		want    string
	}{
		{"$traj_$set_$run", -1, false, "out/test_run_set_ALL_run_ALL"},
		{"$traj_$set_$run", 0, false, "out/test_run_set_00000_run_00000000"},
		{"$traj_$set_$run", 2042, false, "out/test_run_set_00002_run_00002042"},
		{"$env.$proc", -1, false, "out/" + start + ".animals_17"},
		{"", 0, false, ""},
		{"/var/log/$traj", 0, false, "/var/log/test"},
		// pypet's logs/ is in the working directory; ours is in the output folder, so that two
		// sweeps of one name do not share it.
		{defaultMainLog, -1, false, "out/logs/test/" + start + "/LOG.txt"},
		{defaultErrorsLog, -1, false, "out/logs/test/" + start + "/ERROR.txt"},
		// pypet has $run_$proc_LOG.txt, one for each process that it starts for runs, all in
		// one folder. Runs here share processes: a file belongs to a run, whichever process
		// executes it, and there are at most a thousand in a folder.
		{defaultRunLogs, 1003, false, "out/logs/test/" + start + "/run_set_00001/run_00001003_LOG.txt"},
		{defaultRunLogs, 1003, true, "out/logs/test/" + start + "/run_set_00001/run_00001003_LOG.txt"},
		// What a further process says of no run has its own files too, called after it alone.
		{defaultMainLog, -1, true, "out/logs/test/" + start + "/animals_17_LOG.txt"},
		{defaultErrorsLog, -1, true, "out/logs/test/" + start + "/animals_17_ERROR.txt"},
		{"logs/$proc/all.txt", -1, true, "out/logs/animals_17/all.txt"},
		{"logs/$run.txt", -1, true, "out/logs/run_ALL.txt"},
		// $proc is machine and process: processes of one sweep may be on several machines. So
		// the machine needs no wildcard of its own.
		{"$proc", -1, true, "out/animals_17"},
	} {
		n := logNamer{dir: "out", traj: "test", start: start, proc: "animals_17", worker: c.worker}
		assert.Equal(t, filepath.FromSlash(c.want), n.name(c.pattern, c.run), "%s of run %d", c.pattern, c.run)
	}
}
