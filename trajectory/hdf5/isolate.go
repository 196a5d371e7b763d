package hdf5

import (
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"

	"galvani/trajectory"
)

// IsolateOptions of [Isolate].
type IsolateOptions struct {
	Options
	// Command starts a program that calls [Serve] with its standard input and output; usually
	// the program itself with a word that makes its main function do that.
	Command []string
	// Memory is how many bytes the process may take beside those it starts with; 0 means 4 GiB. It
	// is enforced on Linux.
	Memory uint64
	// Timeout is how long one step of reading may take, such as one node; 0 means a minute.
	Timeout time.Duration
}

// Isolated is a [trajectory.Store] for files that nobody vouches for: it reads each in a process of its
// own. A file that makes libhdf5 crash, hang or take too much memory is then an error
// that wraps [trajectory.ErrCorrupt]. Writing is done in the calling process.
type Isolated struct {
	*Store
	o IsolateOptions
}

// Isolate returns a store that reads in processes of their own:
//
//	func main() {
//		if len(os.Args) == 2 && os.Args[1] == "read-hdf5" {
//			if err := hdf5.Serve(os.Stdin, os.Stdout); err != nil {
//				os.Exit(1)
//			}
//			return
//		}
//		self, err := os.Executable()
//		store := hdf5.Isolate(hdf5.IsolateOptions{Command: []string{self, "read-hdf5"}})
//		…
func Isolate(o IsolateOptions) *Isolated {
	o.Memory = cmp.Or(o.Memory, 4<<30)
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	return &Isolated{New(o.Options), o}
}

// Open opens the trajectory called name in the file at path, see [Store.Open], in a new process that
// ends with the reader.
func (s *Isolated) Open(ctx context.Context, path, name string) (trajectory.Reader, error) {
	p, err := s.start(ctx, path)
	if err != nil {
		return nil, err
	}
	a, err := p.ask(request{Op: opOpen, Name: name})
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return &isolatedReader{process: p, header: a.Header}, nil
}

// Names lists the trajectories in the file at path, oldest first.
func (s *Isolated) Names(ctx context.Context, path string) ([]string, error) {
	p, err := s.start(ctx, path)
	if err != nil {
		return nil, err
	}
	a, err := p.ask(request{Op: opNames})
	return a.Names, errors.Join(err, p.stop())
}

// The questions that Serve answers.
const (
	opNames    = "names"
	opOpen     = "open"
	opRuns     = "runs"
	opNode     = "node"
	opOverview = "overview"
	opNodes    = "nodes" // then next until the end, or stop
	opNext     = "next"
	opStop     = "stop"
)

type request struct {
	Op       string
	Path     string // the first time
	Memory   uint64 // the first time
	Name     string
	Skeleton bool
}

type answer struct {
	Failure wireError
	Names   []string
	Header  trajectory.Header
	Runs    []trajectory.RunInfo
	Nodes   []wireNode // one, or the next of many
	Data    wireData
	End     bool // there are no more nodes
}

type wireNode struct {
	Failure wireError
	Record  wireRecord
}

type wireError struct {
	Err string
	Is  []int // which of the known errors Err wraps
}

// known are the errors that programs test; their places are what goes over the wire.
func known() []error {
	return []error{
		trajectory.ErrNotFound, trajectory.ErrCorrupt, trajectory.ErrName, trajectory.ErrType, trajectory.ErrExists, trajectory.ErrThroughLink,
		os.ErrNotExist, os.ErrPermission, ErrNoCgo, context.Canceled, os.ErrClosed,
	}
}

// toldError is an error of the other process.
type toldError struct {
	text string
	is   []error
}

func (e *toldError) Error() string   { return e.text }
func (e *toldError) Unwrap() []error { return e.is }

func (a *wireError) setErr(err error) {
	if err == nil {
		return
	}
	a.Err = err.Error()
	for i, k := range known() {
		if errors.Is(err, k) {
			a.Is = append(a.Is, i)
		}
	}
}

func (a *wireError) err() error {
	if a.Err == "" {
		return nil
	}
	e := &toldError{text: a.Err}
	for _, i := range a.Is {
		if all := known(); i >= 0 && i < len(all) {
			e.is = append(e.is, all[i])
		}
	}
	return e
}

// process is a running reader. It belongs to one goroutine.
type process struct {
	path    string
	timeout time.Duration
	cmd     *exec.Cmd
	in      io.WriteCloser
	to      *gob.Encoder
	from    *gob.Decoder
	said    head // on standard error
	memory  uint64
	first   bool
	broken  error // why no more can be asked
}

func (s *Isolated) start(ctx context.Context, path string) (*process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(s.o.Command) == 0 {
		return nil, errors.New("hdf5: no command to read files with: set IsolateOptions.Command")
	}
	p := &process{path: path, timeout: s.o.Timeout, memory: s.o.Memory, first: true, cmd: exec.Command(s.o.Command[0], s.o.Command[1:]...)}
	p.cmd.Stderr = &p.said
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("hdf5: starting the reader of %s: %w", path, err)
	}
	p.in, p.to, p.from = in, gob.NewEncoder(in), gob.NewDecoder(out)
	return p, nil
}

// ask sends a question and waits for the answer.
func (p *process) ask(q request) (answer, error) {
	var a answer
	if p.broken != nil {
		return a, p.broken
	}
	if p.first {
		q.Path, q.Memory, p.first = p.path, p.memory, false
	}
	late := time.AfterFunc(p.timeout, func() { _ = p.cmd.Process.Kill() })
	err := p.to.Encode(q)
	if err == nil {
		err = p.from.Decode(&a)
	}
	if !late.Stop() {
		p.broken = fmt.Errorf("hdf5: %s: reading a part of it takes longer than %v: %w", p.path, p.timeout, trajectory.ErrCorrupt)
	} else if err != nil {
		p.broken = p.died(err)
	}
	if p.broken != nil {
		_ = p.stop()
		return a, p.broken
	}
	return a, a.Failure.err()
}

// died says why the process is gone.
func (p *process) died(err error) error {
	_ = p.in.Close()
	state := p.cmd.Wait()
	said := p.said.first()
	switch {
	case regexp.MustCompile(`SIG(SEGV|BUS|ABRT|FPE|ILL)|signal: (segmentation|bus|aborted|floating|illegal)`).MatchString(said + fmt.Sprint(state)):
		return fmt.Errorf("hdf5: %s: libhdf5 crashed while reading it (%v): %w", p.path, state, trajectory.ErrCorrupt)
	case regexp.MustCompile(`out of memory|cannot allocate memory|address space`).MatchString(said):
		return fmt.Errorf("hdf5: %s: reading it takes more than %d MB of memory: %w", p.path, p.memory>>20, trajectory.ErrCorrupt)
	}
	return fmt.Errorf("hdf5: %s: the process that read it ended (%v, %w): %s", p.path, state, err, said)
}

// stop ends the process.
func (p *process) stop() error {
	if p.broken == nil {
		p.broken = fmt.Errorf("hdf5: %s: %w", p.path, os.ErrClosed)
	}
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
	return nil
}

// head keeps the beginning of what is written: a Go program that crashes says why first.
type head struct {
	mu   sync.Mutex
	text []byte
}

func (h *head) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, b[:min(len(b), 4096-min(4096, len(h.text)))]...)
	return len(b), nil
}

func (h *head) first() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.text)
}

// isolatedReader is a trajectory.Reader in another process.
type isolatedReader struct {
	process *process
	header  trajectory.Header
}

func (r *isolatedReader) Header() trajectory.Header {
	h := r.header
	h.Explored = append([]string(nil), h.Explored...)
	return h
}

func (r *isolatedReader) Runs() ([]trajectory.RunInfo, error) {
	a, err := r.process.ask(request{Op: opRuns})
	return a.Runs, err
}

func (r *isolatedReader) Node(name string) (trajectory.Record, error) {
	a, err := r.process.ask(request{Op: opNode, Name: name})
	if err != nil || len(a.Nodes) != 1 {
		return trajectory.Record{Name: name}, err
	}
	return a.Nodes[0].record()
}

// record is the node, or what could be read of it.
func (w *wireNode) record() (trajectory.Record, error) {
	rec, bad := w.Record.record()
	return rec, errors.Join(w.Failure.err(), bad)
}

func (r *isolatedReader) Overview(name string) (trajectory.Data, error) {
	a, err := r.process.ask(request{Op: opOverview, Name: name})
	if err != nil {
		return trajectory.Data{}, err
	}
	return a.Data.data()
}

func (r *isolatedReader) Nodes(prefix string, skeleton bool) iter.Seq2[trajectory.Record, error] {
	return func(yield func(trajectory.Record, error) bool) {
		if _, err := r.process.ask(request{Op: opNodes, Name: prefix, Skeleton: skeleton}); err != nil {
			yield(trajectory.Record{Name: prefix}, err)
			return
		}
		for {
			a, err := r.process.ask(request{Op: opNext})
			if err != nil {
				yield(trajectory.Record{Name: prefix}, err)
				return
			}
			for i := range a.Nodes {
				if !yield(a.Nodes[i].record()) {
					_, _ = r.process.ask(request{Op: opStop}) // the next question tells if something is wrong
					return
				}
			}
			if a.End {
				return
			}
		}
	}
}

// Close ends the process.
func (r *isolatedReader) Close() error { return r.process.stop() }

// Serve answers the questions of an [Isolated] store in another process, until in ends.
func Serve(in io.Reader, out io.Writer) error {
	s := server{from: gob.NewDecoder(in), to: gob.NewEncoder(out), store: New(Options{})}
	defer s.close()
	for {
		var q request
		if err := s.from.Decode(&q); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("hdf5: serving: %w", err)
		}
		if q.Path != "" {
			s.path = q.Path
			limitMemory(q.Memory)
		}
		a := s.answer(q)
		if err := s.to.Encode(a); err != nil {
			return fmt.Errorf("hdf5: serving: %w", err)
		}
	}
}

type server struct {
	from   *gob.Decoder
	to     *gob.Encoder
	store  *Store
	path   string
	reader trajectory.Reader
	next   func() (trajectory.Record, error, bool)
	stop   func()
}

func (s *server) close() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
	if s.reader != nil {
		_ = s.reader.Close() // nothing was written
	}
}

// nodes are the next ones, as many as make the way to the other process worth it.
func (s *server) nodes() (nodes []wireNode, end bool) {
	const most, large, long = 256, 1 << 20, 50 * time.Millisecond
	bytes := 0
	for begun := time.Now(); len(nodes) < most && bytes < large && time.Since(begun) < long; {
		rec, err, more := s.next()
		if !more {
			return nodes, true
		}
		nodes = append(nodes, nodeOf(rec, err))
		for _, it := range nodes[len(nodes)-1].Record.Items {
			bytes += len(it.Data.Raw)
		}
	}
	return nodes, false
}

func nodeOf(rec trajectory.Record, err error) wireNode {
	n := wireNode{Record: wireOf(rec)}
	n.Failure.setErr(err)
	return n
}

func (s *server) answer(q request) (a answer) {
	ctx := context.Background()
	var err error
	switch {
	case q.Op == opNames:
		a.Names, err = s.store.Names(ctx, s.path)
	case q.Op == opOpen:
		if s.reader, err = s.store.Open(ctx, s.path, q.Name); err == nil {
			a.Header = s.reader.Header()
		} else {
			s.reader = nil
		}
	case s.reader == nil:
		err = errors.New("hdf5: no trajectory is open")
	case q.Op == opRuns:
		a.Runs, err = s.reader.Runs()
	case q.Op == opNode:
		a.Nodes = []wireNode{nodeOf(s.reader.Node(q.Name))}
	case q.Op == opOverview:
		var d trajectory.Data
		d, err = s.reader.Overview(q.Name)
		a.Data = wireDataOf(d)
	case q.Op == opNodes:
		if s.stop != nil {
			s.stop()
		}
		s.next, s.stop = iter.Pull2(s.reader.Nodes(q.Name, q.Skeleton))
	case q.Op == opStop || q.Op == opNext && s.next == nil:
		if s.stop != nil {
			s.stop()
		}
		s.next, s.stop, a.End = nil, nil, true
	case q.Op == opNext:
		a.Nodes, a.End = s.nodes()
	default:
		err = fmt.Errorf("hdf5: unknown question %q", q.Op)
	}
	a.Failure.setErr(err)
	return a
}
