package env

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"galvani/trajectory"
)

// The file in the runs folder that says which runs are to be repeated and which
// program may go on with the sweep, a line of JSON for each time it was asked for.
const roundsFile = "rounds.jsonl"

// A round is one request to go on with another program or to repeat runs, or both.
// A run that was asked for again has an attempt more for each time.
type round struct {
	Build string `json:"build"`          // the program from here on
	Runs  []int  `json:"runs,omitempty"` // to be repeated
	// Commit is what git has of the program's sources, if it was asked.
	Commit string    `json:"commit,omitempty"`
	Host   string    `json:"host,omitempty"`
	Time   time.Time `json:"time"`
}

// retryFailed is the choice of all failed runs.
const retryFailed = "failed"

// retry asks once more for the failed runs that were chosen. Runs that are done stay
// what they are.
func (s *sweep) retry() error {
	failed := map[int]bool{}
	for _, r := range s.board.failures() {
		failed[r.Index] = true
	}
	again := slices.Collect(maps.Keys(failed))
	if choice := s.env.o.Retry; choice != retryFailed {
		chosen, err := selectRuns(s.t, choice)
		if err != nil {
			return fmt.Errorf("env: -retry: %w", err)
		}
		again = slices.DeleteFunc(chosen, func(i int) bool { return !failed[i] })
		if len(again) == 0 {
			s.env.say("no run of -retry=%s has failed: none is repeated", choice)
		}
	}
	if len(again) == 0 {
		return nil
	}
	return s.board.ask(round{Build: s.board.build(), Runs: again, Host: s.host, Time: time.Now()})
}

// readRounds reads the rounds that came since the last time.
func (b *board) readRounds() error {
	f, err := os.Open(filepath.Join(b.dir, roundsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("env: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("env: %w", err)
	}
	text := make([]byte, max(0, info.Size()-b.read))
	if _, err := f.ReadAt(text, b.read); err != nil {
		return fmt.Errorf("env: reading %s: %w", f.Name(), err)
	}
	for {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return nil // it is just being written, or its writer died: it never counted
		}
		var r round
		if err := json.Unmarshal(line, &r); err == nil {
			b.apply(r)
		}
		b.read += int64(len(text) - len(rest))
		text = rest
	}
}

// apply asks for the attempts of a round.
func (b *board) apply(r round) {
	b.rounds = append(b.rounds, r)
	for _, i := range r.Runs {
		if i < 0 || i >= len(b.runs) {
			continue
		}
		s := &b.runs[i]
		if s.ended() && s.state != trajectory.Done {
			b.left++
		}
		s.wanted++
		s.round, s.handed = int32(len(b.rounds)), false
	}
}

// ask writes a round durably.
func (b *board) ask(r round) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.Sort(r.Runs)
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	path := filepath.Join(b.dir, roundsFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("env: %w", err)
	}
	// Behind what counts: the rest of a line whose writer died goes.
	if err = f.Truncate(b.read); err == nil {
		_, err = f.WriteAt(append(line, '\n'), b.read)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("env: writing %s: %w", path, err)
	}
	return b.readRounds()
}

// build is the program that the sweep goes on with, and lastRound how many rounds there were.
func (b *board) build() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.rounds) == 0 {
		return b.plan.Identity.Build
	}
	return b.rounds[len(b.rounds)-1].Build
}

// roundOf is the last round that asked for a run, from 1; 0 if there was none.
func (b *board) roundOf(run int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int(b.runs[run].round)
}

// repeatedSince lists the runs that later rounds asked for.
func (b *board) repeatedSince(rounds int) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []int
	for _, r := range b.rounds[rounds:] {
		for _, i := range r.Runs {
			if i >= 0 && i < len(b.runs) {
				all = append(all, i)
			}
		}
	}
	return all
}

// roundCount is how many rounds there were.
func (b *board) roundCount() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.rounds)
}

// learnRounds reads the rounds without the shards.
func (b *board) learnRounds() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.readRounds()
}
