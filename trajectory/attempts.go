package trajectory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Attempts reads the rows of all attempts that have ended, with what the side logs
// know of them, by rising index and attempt: the history of every run of a runs
// folder. An attempt that two processes have finished is listed once.
func Attempts(ctx context.Context, dir string) ([]RunInfo, error) {
	paths, err := Shards(dir)
	if err != nil {
		return nil, err
	}
	logs, err := readLogs(dir)
	if err != nil {
		return nil, err
	}
	var all []RunInfo
	for _, path := range paths {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("trajectory: reading %s: %w", dir, context.Cause(ctx))
		}
		shard, err := OpenShard(path)
		if err != nil {
			return nil, err
		}
		for _, info := range shard.Runs() {
			if l, ok := logs[attempt{info.Index, info.Attempt}]; ok {
				info.Start, info.Finish, info.Host, info.Program = l.Start, l.Finish, l.Host, l.Program
			}
			all = append(all, info)
		}
		shard.Close()
	}
	slices.SortStableFunc(all, func(a, b RunInfo) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(a.Attempt, b.Attempt))
	})
	return slices.CompactFunc(all, func(a, b RunInfo) bool { return a.Index == b.Index && a.Attempt == b.Attempt }), nil
}
