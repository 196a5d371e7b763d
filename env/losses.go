package env

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A run that ends its process each time must not go on doing so for ever. What is
// known of it is which runs a lost process was executing and, if Go itself ended the
// process, which of them was to blame; a kill from outside cannot be told from a
// run that calls os.Exit or takes all memory. So a run that is suspected is executed
// alone, and given up when that has cost a process too often.
const (
	blamedOnce     = 1 // crashes that name the run, after which it is executed alone
	blamedTooOften = 2
	suspectedTwice = 2 // losses while the run was executed, after which it is executed alone
	aloneTooOften  = 5 // losses while nothing but the run was executed
)

// ErrCrashed is the reason of a run that was given up because the process ended each
// time that it was executed.
var ErrCrashed = errors.New("the process ended")

// losses is what lost processes were doing.
type losses struct {
	seen map[string]bool // files that have been read
	runs map[string]*loss
}

// A loss says how often an attempt of a run was lost with its process.
type loss struct {
	times, alone int // without knowing why
	blamed       int
	report       string // of the last crash
}

// read takes note of the processes that were lost since the last time.
func (l *losses) read(dir string) error {
	dir = filepath.Join(dir, lostDir)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("env: %w", err)
	}
	if l.seen == nil {
		l.seen, l.runs = map[string]bool{}, map[string]*loss{}
	}
	for _, e := range entries {
		if l.seen[e.Name()] || strings.HasSuffix(e.Name(), crashSuffix) {
			continue
		}
		l.seen[e.Name()] = true
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue // it was put right by someone
		}
		t, err := parseTrace(text)
		if err != nil {
			continue
		}
		report, _ := os.ReadFile(filepath.Join(dir, e.Name()+crashSuffix))
		l.add(t.running, report)
	}
	return nil
}

func (l *losses) add(running []string, report []byte) {
	guilty := ""
	if m := crashedRun.FindSubmatch(report); m != nil {
		guilty = string(m[1])
	}
	known := false
	for _, r := range running {
		known = known || r == guilty
	}
	for _, r := range running {
		s := l.runs[r]
		if s == nil {
			s = &loss{}
			l.runs[r] = s
		}
		switch {
		case !known:
			s.times++
			if len(running) == 1 {
				s.alone++
			}
			if len(report) > 0 {
				s.report = string(report)
			}
		case r == guilty:
			s.blamed++
			s.report = string(report)
		}
	}
}

// crashedRun finds the run in the heading of the first goroutine of a crash report.
var crashedRun = regexp.MustCompile(`(?m)^goroutine \d+ [^\n]*labels:\{[^\n]*"run": ?"(\d+\.\d+)"`)

// runMark names an attempt of a run, in the files of processes and as a label of
// the goroutines that belong to it.
func runMark(run, attempt int) string { return strconv.Itoa(run) + "." + strconv.Itoa(attempt) }

// judge tells whether an attempt of a run is to be executed alone, or not any more
// and for which reason.
func (l *losses) judge(run, attempt int) (alone bool, doomed error) {
	s := l.runs[runMark(run, attempt)]
	switch {
	case s == nil:
		return false, nil
	case s.blamed >= blamedTooOften:
		return true, &CrashError{Times: s.blamed, Report: s.report}
	case s.alone >= aloneTooOften:
		return true, &CrashError{Times: s.times, Report: s.report}
	}
	return s.blamed >= blamedOnce || s.times >= suspectedTwice, nil
}

// A CrashError is the reason of a run that was given up because it took its process
// with it each time.
type CrashError struct {
	Times  int    // how often
	Report string // what Go wrote when the process crashed; "" if it was ended otherwise
}

// Error says what is known.
func (e *CrashError) Error() string {
	s := fmt.Sprintf("%v %d times while it was executed", ErrCrashed, e.Times)
	if e.Report == "" {
		return s + " (by os.Exit, a signal or for want of memory)"
	}
	first, _, _ := strings.Cut(e.Report, "\n")
	return s + ": " + first
}

// Unwrap is [ErrCrashed].
func (e *CrashError) Unwrap() error { return ErrCrashed }

// stack is where the process crashed, without what differs from one time to the next.
func (e *CrashError) stack() string {
	at := strings.Index(e.Report, "\ngoroutine ")
	if at < 0 {
		return ""
	}
	one, _, _ := strings.Cut(e.Report[at+1:], "\n\n")
	return frames(one)
}

// crashSuffix ends the name of the file that takes what Go writes when a process
// crashes; its name begins with the process's.
const crashSuffix = ".crash"
