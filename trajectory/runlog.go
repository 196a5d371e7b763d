package trajectory

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// logLine is a line of the side log: what is known of an attempt besides its
// results, and would differ the next time.
type logLine struct {
	Run     int       `json:"run"`
	Attempt int       `json:"attempt"`
	State   State     `json:"state"`
	Start   time.Time `json:"start"`
	Finish  time.Time `json:"finish"`
	Host    string    `json:"host"`
	Program string    `json:"program,omitempty"`
}

// LogRuns appends start, finish, host and program of runs to this process's side log in a runs
// folder, a line of JSON each. The log is not needed to understand the shards, and
// its last line may be lost in a crash.
func LogRuns(dir string, runs ...RunInfo) error {
	var lines []byte
	for _, r := range runs {
		line, err := json.Marshal(logLine{Run: r.Index, Attempt: r.Attempt, State: r.State, Start: r.Start, Finish: r.Finish, Host: r.Host, Program: r.Program})
		if err != nil {
			return fmt.Errorf("trajectory: %w", err)
		}
		lines = append(append(lines, line...), '\n')
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	host = strings.Map(func(r rune) rune {
		if badPart("x"+string(r)) != "" {
			return '-'
		}
		return r
	}, host)
	path := filepath.Join(dir, fmt.Sprintf("%s%s_%d.jsonl", logPrefix, host, os.Getpid()))
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("trajectory: %w", err)
	}
	// One write per call: lines of several goroutines do not mix.
	_, err = f.Write(lines)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("trajectory: %w", err)
	}
	return nil
}

// attempt names one attempt of a run.
type attempt struct{ run, attempt int }

// readLogs reads what the side logs know. Lines that are damaged are left out:
// nothing depends on them.
func readLogs(dir string) (map[attempt]logLine, error) {
	paths, err := listDir(dir, logPrefix, ".jsonl")
	if err != nil {
		return nil, fmt.Errorf("trajectory: %w", err)
	}
	out := map[attempt]logLine{}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("trajectory: %w", err)
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var l logLine
			if json.Unmarshal(lines.Bytes(), &l) == nil {
				out[attempt{l.Run, l.Attempt}] = l
			}
		}
		f.Close()
	}
	return out, nil
}
