package env

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"galvani/trajectory"
)

// A board shows what has become of every run, as the shards in the runs folder
// say, and which runs are to be repeated. All its methods may be called from any
// goroutine.
type board struct {
	dir  string
	plan *trajectory.Plan

	mu     sync.Mutex
	runs   []standing
	failed map[int]trajectory.RunInfo // the last attempt of runs that failed, and have not been done
	shards map[string]bool            // what has been read
	left   int                        // runs that still have to be executed
	rounds []round                    // of repeating runs
	read   int64                      // how much of their file has been read
}

// A standing is what is known of a run.
type standing struct {
	state   trajectory.State // of the attempt that counts; "" if there is none yet
	seed    uint64
	attempt int32 // that counts
	latest  int32 // that ended; -1 if there is none
	wanted  int32 // attempt that was asked for: a failed one before it does not end the run
	round   int32 // which asked for it, from 1; 0 is none
	handed  bool  // finished in this process and on its way to the disk
}

func (s *standing) ended() bool {
	return s.handed || s.state == trajectory.Done || s.latest >= s.wanted
}

func newBoard(dir string, plan *trajectory.Plan) *board {
	b := &board{
		dir: dir, plan: plan, runs: make([]standing, plan.Header.Length), failed: map[int]trajectory.RunInfo{},
		shards: map[string]bool{}, left: plan.Header.Length,
	}
	for i := range b.runs {
		b.runs[i].latest = -1
	}
	return b
}

// refresh reads what has come since the last time and returns the rows of runs
// that have ended by it. With verify the checksums of all that is read are compared:
// better to hear of a damaged shard now than after days of computing.
func (b *board) refresh(ctx context.Context, verify bool) ([]trajectory.RunInfo, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.readRounds(); err != nil {
		return nil, err
	}
	paths, err := trajectory.Shards(b.dir)
	if err != nil {
		return nil, err
	}
	var news []trajectory.RunInfo
	for _, path := range paths {
		if b.shards[path] {
			continue
		}
		if ctx.Err() != nil {
			return news, fmt.Errorf("env: reading %s: %w", b.dir, context.Cause(ctx))
		}
		rows, err := b.open(path, verify)
		if errors.Is(err, errAhead) {
			continue
		}
		if errors.Is(err, trajectory.ErrCorrupt) {
			return news, corrupt(err)
		}
		if err != nil {
			return news, err
		}
		b.shards[path] = true
		for _, r := range rows {
			if b.note(r) {
				news = append(news, r)
			}
		}
	}
	return news, nil
}

// open reads the rows of a shard, which must belong to the plan.
func (b *board) open(path string, verify bool) ([]trajectory.RunInfo, error) {
	shard, err := trajectory.OpenShard(path)
	if err != nil {
		return nil, err
	}
	defer shard.Close()
	var note struct {
		Plan string `json:"plan"`
	}
	if err := shard.Note(&note); err != nil {
		return nil, err
	}
	length, ok := b.plan.Covers(note.Plan)
	if !ok && b.ahead(note.Plan) {
		return nil, errAhead
	}
	if !ok {
		return nil, fmt.Errorf("env: shard %s belongs to another plan: %w", path, trajectory.ErrPlanDiffers)
	}
	rows := shard.Runs()
	for _, r := range rows {
		if r.Index < 0 || r.Index >= min(length, len(b.runs)) {
			return nil, fmt.Errorf("env: shard %s holds run %d of a sweep of %d runs: %w", path, r.Index, length, trajectory.ErrCorrupt)
		}
	}
	if verify {
		err = shard.Verify()
	}
	return rows, err
}

// note takes the row of an attempt and tells whether the run has ended by it.
func (b *board) note(r trajectory.RunInfo) bool {
	s := &b.runs[r.Index]
	before := s.ended()
	done := r.State == trajectory.Done
	switch {
	case done && s.state != trajectory.Done,
		done == (s.state == trajectory.Done) && (s.state == "" || int32(r.Attempt) < s.attempt):
		s.state, s.seed, s.attempt = r.State, r.Seed, int32(r.Attempt)
	}
	if !done && s.state != trajectory.Done && int32(r.Attempt) >= s.latest {
		b.failed[r.Index] = r
	}
	if s.state == trajectory.Done {
		delete(b.failed, r.Index)
	}
	s.latest = max(s.latest, int32(r.Attempt))
	if !before && s.ended() {
		b.left--
		return true
	}
	return false
}

// handIn notes that this process has finished a run, before it is on disk.
func (b *board) handIn(run int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &b.runs[run]
	if !s.ended() {
		b.left--
	}
	s.handed = true
}

// published notes the rows of a shard that this process has written.
func (b *board) published(path string, rows []trajectory.RunInfo) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shards[path] = true
	for _, r := range rows {
		b.note(r)
		b.runs[r.Index].handed = false
	}
}

// pending tells whether a run still has to be executed.
func (b *board) pending(run int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.runs[run].ended()
}

// attempt is the number of a run's next attempt.
func (b *board) attempt(run int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int(b.runs[run].wanted)
}

// count tells how many runs have to be executed still, and how many have failed.
func (b *board) count() (left, failed int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.failed {
		if b.runs[i].ended() {
			failed++
		}
	}
	return b.left, failed
}

// failures are the rows of the runs that failed and are not to be repeated.
func (b *board) failures() []trajectory.RunInfo {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []trajectory.RunInfo
	for i, r := range b.failed {
		if b.runs[i].ended() {
			all = append(all, r)
		}
	}
	return all
}

// standings are what is known of all runs that have ended, by rising index, as a
// merge finds it.
func (b *board) standings() []trajectory.RunInfo {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]trajectory.RunInfo, 0, len(b.runs))
	for i, s := range b.runs {
		if s.state != "" {
			all = append(all, trajectory.RunInfo{Index: i, State: s.state, Seed: s.seed, Attempt: int(s.attempt)})
		}
	}
	return all
}
