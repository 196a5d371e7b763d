package env

import (
	"context"
	"log/slog"

	"galvani/trajectory"
)

// A scope is what belongs to a run while it is executed, and is found by the context
// that the run has.
type scope struct {
	run     int
	report  func(fraction float64)
	threads int
	logs    *logs
	log     *logFile // of the run, from the first time that something is logged
	aloud   bool     // all is logged at the terminal as well
}

type scopeKey struct{}

// scopeOf is the scope of the run that ctx belongs to; nil if it belongs to none.
func scopeOf(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// executeIn calls the experiment for a run, in a scope that ends with it.
func (s *sweep) executeIn(ctx context.Context, r *trajectory.Run, sc *scope) error {
	sc.run, sc.logs, sc.threads = r.Index(), s.env.logs, s.env.o.Threads
	ctx = context.WithValue(ctx, scopeKey{}, sc)
	defer sc.logs.end(sc)
	if err := s.x.Run(ctx, r); err != nil {
		return err
	}
	return s.summarise(ctx, r)
}

// end closes the log file of a run.
func (l *logs) end(s *scope) {
	l.mu.Lock()
	f := s.log
	l.mu.Unlock()
	f.close()
}

// failure writes into the log of a run why it failed.
func (l *logs) failure(f *RunError) {
	s := &scope{run: f.Index}
	for _, h := range l.handlers(s, slog.LevelInfo) { // of the run alone
		log := slog.New(h)
		if f.Stack != "" {
			log = log.With("stack", f.Stack)
		}
		log.Error("failed", "run", f.Index, "parameters", f.Params, "attempt", f.Attempt, "error", oneLine(f.Err.Error()))
	}
	l.end(s)
}
