package env

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrDiskFull is the cause of stopping a sweep because there is hardly room left for
// its results.
var ErrDiskFull = errors.New("the disk is nearly full")

// When room and time are estimated: after so many runs for each slot, and not for
// sweeps that are over before one has read it.
const (
	estimateRuns  = 2
	estimateAfter = time.Second
	estimateWorth = 10 * time.Second
	roomEvery     = time.Second // how often the free room is looked at
)

// defaultReserve is how much room has to be left on the disk: a hundredth of it, or so
// many bytes if that is more.
const defaultReserve = 256 << 20

// A room watches the disk that the results go to. It belongs to the one who writes them.
type room struct {
	dir     string
	reserve int64 // bytes that have to be left; 0 is the usual
	space   func(dir string) (free, total uint64, err error)

	bytes   int64 // of the shards written
	runs    int   // in them
	looked  time.Time
	told    bool
	started time.Time
}

// wrote takes note of a shard.
func (r *room) wrote(path string, runs int) {
	if info, err := os.Stat(path); err == nil {
		r.bytes += info.Size()
	}
	r.runs += runs
}

// check returns an error that wraps ErrDiskFull if there is hardly room left.
func (r *room) check(now time.Time) error {
	if now.Sub(r.looked) < roomEvery {
		return nil
	}
	r.looked = now
	free, total, err := r.space(r.dir)
	if err != nil {
		return nil // it is not known, and no reason to stop
	}
	reserve := uint64(r.reserve)
	if reserve == 0 {
		reserve = min(total/100, defaultReserve)
	}
	if free < reserve {
		return fmt.Errorf("%w: %s are free where the results go, %s have to be", ErrDiskFull, size(free), size(reserve))
	}
	return nil
}

// estimate tells once, after the first runs, how long the sweep takes and how much
// room; "" before and afterwards.
func (r *room) estimate(now time.Time, slots, left int, rate float64) (text string, warning bool) {
	if r.told || r.runs < estimateRuns*slots || now.Sub(r.started) < estimateAfter || left <= 0 {
		return "", false
	}
	each := float64(r.bytes) / float64(r.runs)
	// The results are there twice in the end: in the shards and in the file.
	need := 2 * each * float64(left)
	free, _, err := r.space(r.dir)
	warning = err == nil && need > float64(free)
	if !warning && float64(left) < rate*estimateWorth.Seconds() {
		return "", false
	}
	r.told = true
	text = fmt.Sprintf("after %d runs: %s each on disk, about %s for all", r.runs, size(uint64(each)), size(uint64(need)+uint64(r.bytes)))
	if rate > 0 {
		text += ", " + span(time.Duration(float64(left)/rate*float64(time.Second))) + " to go"
	}
	if warning {
		text += fmt.Sprintf("; but only %s are free there", size(free))
	}
	return text, warning
}

// size is a number of bytes for people.
func size(n uint64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	x := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		x /= 1000
		if x < 1000 || unit == "TB" {
			return fmt.Sprintf("%.3g %s", x, unit)
		}
	}
	return ""
}
