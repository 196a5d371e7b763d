package env

import (
	"fmt"
	"strconv"
	"strings"
)

// A RunError is the failure of one run. The environment prints it when it
// happens; [Environment.Run] returns all of them in a [*SweepError].
type RunError struct {
	Index   int
	Name    string // of the run, such as run_00000017
	Params  string // the explored parameters and their values
	Attempt int    // 0 for the first
	Err     error
	Stack   string // if the run panicked
}

// Error says which run failed, with which parameters, and why, in one line.
func (e *RunError) Error() string {
	s := fmt.Sprintf("run %d", e.Index)
	if e.Params != "" {
		s += " (" + e.Params + ")"
	}
	if e.Attempt > 0 {
		s += fmt.Sprintf(", attempt %d,", e.Attempt+1)
	}
	return s + " failed: " + oneLine(e.Err.Error())
}

// Unwrap is the reason.
func (e *RunError) Unwrap() error { return e.Err }

// A PanicError is the reason of a run that panicked.
type PanicError struct {
	Value any // what the run panicked with
}

// Error is the text of the panic.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap is the value if it is an error, as that of a runtime panic.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A SweepError says that runs of a sweep failed. With [errors.As] the single
// [*RunError] are found in it.
type SweepError struct {
	Failed []*RunError // by rising index
	Runs   int         // of the sweep
	Left   int         // runs not begun, if the sweep was to stop after failures

	replayed bool // there is nothing to repeat
}

// Error counts the failures and names the runs; their reasons are in Failed.
func (e *SweepError) Error() string {
	var names []string
	for _, f := range e.Failed[:min(len(e.Failed), 10)] {
		names = append(names, strconv.Itoa(f.Index))
	}
	if len(e.Failed) > len(names) {
		names = append(names, "…")
	}
	s := fmt.Sprintf("env: %d of %d runs failed: %s", len(e.Failed), e.Runs, strings.Join(names, ", "))
	if e.Left > 0 {
		s += fmt.Sprintf("; stopped with %d runs left", e.Left)
	}
	if e.replayed {
		return s
	}
	return s + "; -retry runs them again"
}

// Unwrap lists the failures.
func (e *SweepError) Unwrap() []error {
	all := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		all[i] = f
	}
	return all
}

// oneLine joins the lines of a text, without those that only point at a column
// of the line above.
func oneLine(s string) string {
	var kept []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); strings.Trim(l, "^~- ") != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "; ")
}

// frames makes of a stack trace what identifies the place of a panic and
// nothing else: the calls of the run with file and line, without goroutine
// numbers, addresses and the calls around it, which differ from one execution
// to the next.
func frames(stack string) string {
	rows := strings.Split(strings.TrimSpace(stack), "\n")
	first := 1
	for i := 1; i+1 < len(rows); i += 2 {
		if strings.HasPrefix(rows[i], "panic(") {
			first = i + 2 // what comes before is the handling of the panic
		}
	}
	var kept []string
	for i := first; i+1 < len(rows); i += 2 {
		call, place := rows[i], strings.TrimSpace(rows[i+1])
		if strings.HasPrefix(call, "galvani/env.(*crew)") {
			break
		}
		call, _, _ = strings.Cut(call, " in goroutine ")
		if at := strings.LastIndex(call, "("); at > 0 {
			call = call[:at]
		}
		if at := strings.LastIndex(place, " +0x"); at > 0 {
			place = place[:at]
		}
		kept = append(kept, call+"\n\t"+place)
	}
	return strings.Join(kept, "\n")
}
