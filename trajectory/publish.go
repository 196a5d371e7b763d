package trajectory

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"galvani/internal/durable"
)

// Names in a runs folder. What starts with durable.TempPrefix is being
// written, or was when its writer died.
const (
	shardPrefix = "shard_"
	planPrefix  = "plan"
	logPrefix   = "times_"
	npzSuffix   = ".npz"
)

// RunsDir is the folder that holds plan and shards of the trajectory file at path.
func RunsDir(path string) string { return path + ".runs" }

// shardNote ties a shard to its plan.
type shardNote struct {
	Plan string `json:"plan"`
}

// WriteShard publishes finished runs of a plan durably in its folder and returns the
// file's path. When it returns, they survive a crash of program or machine;
// before, the file is not there. Start, Finish and Host of the rows do not get
// into it; see [LogRuns]. Publishing the same runs twice is harmless.
func WriteShard(dir string, p *Plan, runs ...RunRecord) (string, error) {
	if p == nil {
		return "", missing("plan")
	}
	if len(runs) == 0 {
		return "", fmt.Errorf("trajectory: a shard needs runs")
	}
	first := runs[0].Info.Index
	for _, r := range runs {
		i := r.Info.Index
		if i < 0 || i >= p.Header.Length {
			return "", fmt.Errorf("trajectory: run %d does not belong to a plan of %d runs", i, p.Header.Length)
		}
		first = min(first, i)
	}
	wild, err := p.wildcards()
	if err != nil {
		return "", err
	}
	name := func(hash uint64) string {
		return fmt.Sprintf("%s%08d_%d_%016x%s", shardPrefix, first, len(runs), hash, npzSuffix)
	}
	path, err := durable.Publish(dir, func(w io.Writer) error {
		return encodeShard(w, shardNote{Plan: p.Digest}, runs, wild)
	}, name, false)
	if err != nil {
		return "", fmt.Errorf("trajectory: publishing runs in %s: %w", dir, err)
	}
	return path, nil
}

// listDir lists the files of a folder that have prefix and suffix, sorted.
func listDir(dir, prefix, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), suffix) {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// Shards lists the published shards of a runs folder by name.
func Shards(dir string) ([]string, error) {
	paths, err := listDir(dir, shardPrefix, npzSuffix)
	if err != nil {
		return nil, fmt.Errorf("trajectory: %w", err)
	}
	return paths, nil
}
