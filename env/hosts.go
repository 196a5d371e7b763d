package env

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"galvani/internal/durable"
)

// A Host is a place where a further process of a sweep is started: a machine that
// shares the file system.
type Host struct {
	Name string
	// Command is what starts a process there, and is given the process's command
	// line, for a POSIX shell, as its last argument. Nil: ssh NAME.
	Command []string
	// Program is the path of the program there. Empty: a copy in the runs folder.
	// It has to be the same program: see [Environment.Run].
	Program string
	// Workers is how many runs are executed there at once. 0: one per processor.
	Workers int
	// Chunk is how many runs it claims at once. 0: as many as are worth a second.
	Chunk int
}

// parseHosts reads NAME[/WORKERS][*CHUNK][=COMMAND], separated by commas.
func parseHosts(text string) ([]Host, error) {
	var all []Host
	for part := range strings.SplitSeq(text, ",") {
		place, command, ok := strings.Cut(part, "=")
		h := Host{Command: strings.Fields(command)}
		if ok && len(h.Command) == 0 {
			return nil, fmt.Errorf("host %q has no command behind =", strings.TrimSpace(part))
		}
		var err error
		count := func(sep string, into *int) {
			name, digits, ok := strings.Cut(place, sep)
			if !ok {
				return
			}
			n, bad := strconv.Atoi(strings.TrimSpace(digits))
			if bad != nil || n < 1 {
				err = fmt.Errorf("host %q: want NAME/WORKERS*CHUNK=COMMAND with whole numbers from 1; all but the name may be left out", strings.TrimSpace(part))
			}
			place, *into = name, n
		}
		count("*", &h.Chunk)
		count("/", &h.Workers)
		if h.Name = strings.TrimSpace(place); err == nil && h.Name == "" {
			err = fmt.Errorf("host %q has no name", strings.TrimSpace(part))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// hostsFlag is the flag that lists hosts.
type hostsFlag struct{ hosts []Host }

func (f *hostsFlag) String() string { return "" }

func (f *hostsFlag) Set(text string) (err error) {
	f.hosts, err = parseHosts(text)
	return err
}

// A fleet is the processes that were started on hosts. A host whose process fails is
// left out; its runs are free when the process is known to be lost.
type fleet struct {
	say   func(format string, args ...any)
	ships []*ship
	done  sync.WaitGroup

	mu       sync.Mutex
	sunk     bool // the sweep is over: that processes end is no failure
	patience time.Duration
}

// A ship is the process on one host. It ends when its standard input does, and so
// together with this process, however that ends.
type ship struct {
	host  Host
	cmd   *exec.Cmd
	stdin io.Closer
	last  *lastLine
}

// launchHosts starts a process on every host.
func (s *sweep) launchHosts() (*fleet, error) {
	f := &fleet{say: s.env.say, patience: s.env.o.Grace + 2*time.Second}
	if len(s.env.o.Hosts) == 0 || s.env.role != nil {
		return f, nil
	}
	if s.env.command == nil {
		return f, errors.New("env: hosts need a program that can be called again: see Program")
	}
	copied := ""
	for _, h := range s.env.o.Hosts {
		if h.Program == "" {
			if copied == "" {
				var err error
				if copied, err = s.copyProgram(); err != nil {
					return f, fmt.Errorf("env: the program for the hosts: %w", err)
				}
			}
			h.Program = copied
		}
		if err := f.launch(h, s.dir, s.env.logs.host(h.Name)); err != nil {
			f.say("host %s is left out: %v", h.Name, err)
		}
	}
	return f, nil
}

// copyProgram puts the program where all hosts find it.
func (s *sweep) copyProgram() (string, error) {
	from, err := openExecutable()
	if err != nil {
		return "", err
	}
	defer from.Close()
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "program")
	err = durable.Replace(path, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
	return path, errors.Join(err, os.Chmod(path, 0o755))
}

func (f *fleet) launch(h Host, dir string, log io.Writer) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	words := []string{h.Program, workerCommand, dir, attachedFlag}
	if h.Workers > 0 {
		words = append(words, "-workers", strconv.Itoa(h.Workers))
	}
	if h.Chunk > 0 {
		words = append(words, "-chunk", strconv.Itoa(h.Chunk))
	}
	for i, w := range words {
		words[i] = shellQuote(w)
	}
	command := h.Command
	if command == nil {
		command = []string{"ssh", h.Name}
	}
	cmd := exec.Command(command[0], append(command[1:len(command):len(command)], "exec "+strings.Join(words, " "))...)
	v := &ship{host: h, cmd: cmd, last: &lastLine{}}
	cmd.Stdout, cmd.Stderr = log, io.MultiWriter(log, v.last)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	v.stdin = stdin
	if err := cmd.Start(); err != nil {
		return err
	}
	f.ships = append(f.ships, v)
	f.done.Add(1)
	go f.watch(v)
	return nil
}

// watch says when the process on a host ends that should not.
func (f *fleet) watch(v *ship) {
	defer f.done.Done()
	err := v.cmd.Wait()
	f.mu.Lock()
	sunk := f.sunk
	f.mu.Unlock()
	if err != nil && !sunk {
		reason := err.Error()
		if last := v.last.String(); last != "" {
			reason += ": " + last
		}
		f.say("host %s is left out: %s", v.host.Name, reason)
	}
}

// release tells the processes on all hosts to end.
func (f *fleet) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sunk = true
	for _, v := range f.ships {
		v.stdin.Close()
	}
}

// end ends the processes on all hosts, and kills those that do not listen.
func (f *fleet) end() {
	f.release()
	over := make(chan struct{})
	go func() {
		f.done.Wait()
		close(over)
	}()
	select {
	case <-over:
	case <-time.After(f.patience):
		for _, v := range f.ships {
			_ = v.cmd.Process.Kill()
		}
		<-over
	}
}

// host is the log of the process on a host.
func (l *logs) host(name string) io.Writer {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.main == nil {
		return io.Discard
	}
	path := filepath.Join(filepath.Dir(l.main.path), "host_"+strings.Map(fileLetter, name)+".txt")
	f := l.file(path, slog.LevelInfo)
	l.extra = append(l.extra, f)
	return f
}

// fileLetter replaces what has no place in the name of a file.
func fileLetter(r rune) rune {
	if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '-'
}

// lastLine keeps the last line that was written to it, in part.
type lastLine struct {
	mu   sync.Mutex
	text []byte
}

// Write takes text.
func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if n := bytes.LastIndexByte(bytes.TrimRight(l.text, "\n"), '\n'); n >= 0 {
		l.text = l.text[n+1:]
	}
	l.text = l.text[:min(len(l.text), 500)]
	return len(p), nil
}

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.TrimSpace(string(l.text))
}
