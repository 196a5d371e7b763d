package env

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"galvani/trajectory"
)

// Logs says which log files a sweep has and how they are written. In names of files
// $traj stands for the trajectory, $env for this start of the sweep, $proc for the
// process, $run for the run (run_00000017; of no single run, run_ALL), and $set for the
// thousand runs that it belongs to (run_set_00000). Names are relative to the output
// folder. A file is made when there is something to write.
type Logs struct {
	Main   string // of the sweep as a whole; "": none
	Errors string // what of it are errors; "": none
	Runs   string // of each run; "": none
	Level  slog.Level
	JSON   bool // a JSON object a line instead of key=value
}

// The log files of a [Program].
const (
	defaultMainLog   = "logs/$traj/$env/LOG.txt"
	defaultErrorsLog = "logs/$traj/$env/ERROR.txt"
	defaultRunLogs   = "logs/$traj/$env/$set/$run_LOG.txt"
)

// Log is the logger of the run that ctx belongs to. What it logs goes into the log
// file of the run, and from warnings on also to standard error and the log of the sweep.
// With a context of somewhere else nothing is logged.
func Log(ctx context.Context) *slog.Logger {
	s := scopeOf(ctx)
	if s == nil || s.logs == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(router{logs: s.logs, scope: s})
}

// Output takes text, line by line, for the log of the run that ctx belongs to: for
// what is written to standard output elsewhere.
func Output(ctx context.Context) io.Writer { return &lineWriter{log: Log(ctx)} }

// A lineWriter logs whole lines.
type lineWriter struct {
	log  *slog.Logger
	mu   sync.Mutex
	rest []byte
}

// Write logs the lines that are complete.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		w.log.Info(string(bytes.TrimSuffix(line, []byte("\r"))))
		w.rest = rest
	}
}

// logs are the log files of an environment and its console.
type logs struct {
	Logs
	console slog.Handler
	broken  func(error) // is told once when a file cannot be written
	once    sync.Once

	mu   sync.Mutex
	main *logFile // nil while there is no sweep
	errs *logFile
	runs func(run int) string // path of a run's file, "" for none

	extra []*logFile // to be closed with them
}

func newLogs(o Logs, con *console) *logs {
	return &logs{
		Logs: o, console: slog.NewTextHandler(con, &slog.HandlerOptions{Level: o.Level}),
		broken: func(err error) { con.printf("no log can be written: %v", err) },
	}
}

// A logNamer gives log files their names.
type logNamer struct {
	dir, traj, start, proc string
	worker                 bool
}

// name is the file that a pattern means for a run, -1 for none; "" if there is no pattern.
func (n logNamer) name(pattern string, run int) string {
	if pattern == "" {
		return ""
	}
	if n.worker && !strings.Contains(pattern, "$run") && !strings.Contains(pattern, "$proc") {
		// Files of the whole sweep belong to one process each.
		pattern = filepath.Join(filepath.Dir(pattern), "$proc_"+filepath.Base(pattern))
	}
	name := strings.NewReplacer("$traj", n.traj, "$env", n.start, "$proc", n.proc,
		"$run", trajectory.RunName(run), "$set", trajectory.RunSetName(run)).Replace(pattern)
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(n.dir, name)
}

// open starts the log files of a sweep, which close ends.
func (l *logs) open(n logNamer) (close func()) {
	main, errs := l.file(n.name(l.Main, -1), l.Level), l.file(n.name(l.Errors, -1), max(l.Level, slog.LevelError))
	l.mu.Lock()
	l.main, l.errs, l.runs = main, errs, func(run int) string { return n.name(l.Runs, run) }
	l.mu.Unlock()
	return func() {
		l.mu.Lock()
		extra := l.extra
		l.main, l.errs, l.runs, l.extra = nil, nil, nil, nil
		l.mu.Unlock()
		for _, f := range extra {
			f.close()
		}
		main.close()
		errs.close()
	}
}

// file is the log file at path; nil if the path is empty.
func (l *logs) file(path string, level slog.Level) *logFile {
	if path == "" {
		return nil
	}
	f := &logFile{path: path, broken: func(err error) { l.once.Do(func() { l.broken(err) }) }}
	o := &slog.HandlerOptions{Level: level}
	f.Handler = slog.NewTextHandler(f, o)
	if l.JSON {
		f.Handler = slog.NewJSONHandler(f, o)
	}
	return f
}

// handlers are those that a record goes to, of a run or of none.
func (l *logs) handlers(s *scope, level slog.Level) (all []slog.Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	add := func(f *logFile) {
		if f != nil {
			all = append(all, f)
		}
	}
	if s != nil {
		if s.log == nil && l.runs != nil {
			s.log = l.file(l.runs(s.run), l.Level)
		}
		add(s.log)
		if level < slog.LevelWarn && !s.aloud {
			return all
		}
	}
	all = append(all, l.console)
	add(l.main)
	add(l.errs)
	return all
}

// note writes to the log of the sweep what was said at the terminal.
func (l *logs) note(level slog.Level, text string) {
	l.mu.Lock()
	files := []*logFile{l.main, l.errs}
	l.mu.Unlock()
	for _, f := range files {
		if f != nil && f.Enabled(context.Background(), level) {
			_ = f.Handle(context.Background(), slog.NewRecord(time.Now(), level, text, 0)) // the file tells when it is broken
		}
	}
}

// A router is the handler of loggers: it hands records to the files that they belong to.
type router struct {
	logs  *logs
	scope *scope // of the run, if the logger belongs to one
	with  []func(slog.Handler) slog.Handler
}

// Enabled tells whether anything is logged at that level.
func (r router) Enabled(_ context.Context, level slog.Level) bool { return level >= r.logs.Level }

// Handle writes a record wherever it belongs.
func (r router) Handle(ctx context.Context, rec slog.Record) error {
	s := r.scope
	if s == nil {
		s = scopeOf(ctx)
	}
	for _, h := range r.logs.handlers(s, rec.Level) {
		if !h.Enabled(ctx, rec.Level) {
			continue
		}
		if s != nil {
			h = h.WithAttrs([]slog.Attr{slog.Int("run", s.run)})
		}
		for _, f := range r.with {
			h = f(h)
		}
		_ = h.Handle(ctx, rec.Clone()) // the file tells when it is broken
	}
	return nil
}

// WithAttrs adds attributes to all that is logged.
func (r router) WithAttrs(attrs []slog.Attr) slog.Handler {
	return r.and(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup puts what is added from here on into a group.
func (r router) WithGroup(name string) slog.Handler {
	return r.and(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (r router) and(f func(slog.Handler) slog.Handler) router {
	r.with = append(r.with[:len(r.with):len(r.with)], f)
	return r
}

// A logFile is made when something is written to it. Several processes may append to it.
type logFile struct {
	slog.Handler
	path   string
	broken func(error)

	mu     sync.Mutex
	file   *os.File
	failed bool
}

// Write appends a line.
func (f *logFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed {
		return len(p), nil
	}
	err := f.open()
	if err == nil {
		_, err = f.file.Write(p)
	}
	if err != nil { // no reason to end a simulation
		f.failed = true
		f.broken(err)
	}
	return len(p), nil
}

func (f *logFile) open() (err error) {
	if f.file != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
		return err
	}
	f.file, err = os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	return err
}

func (f *logFile) close() {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file != nil {
		f.file.Close()
		f.file = nil
	}
}

// processName names this process among those of a sweep.
func processName(host string) string { return host + "_" + strconv.Itoa(os.Getpid()) }
