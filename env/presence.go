package env

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"galvani/internal/durable"
)

// Folders of the runs folder in which the processes that share it find each other.
const (
	processesDir = "processes" // a file for each process at work
	lostDir      = "lost"      // the files of processes that vanished
	claimsDir    = "claims"    // who has which runs, as a ledger
	mainsDir     = "mains"     // which process merges, as a ledger
)

// Who a process is, as the first line of its file has it.
type who struct {
	Host   string    `json:"host"`
	Boot   string    `json:"boot"` // the same for all processes of a machine until it is started anew
	PID    int       `json:"pid"`
	Since  time.Time `json:"since"`
	Locked bool      `json:"locked"` // the process holds the lock of its file
}

// A presence is the file by which a process that works on a sweep is known to the
// others: who it is, a sign of life every so often (the time of the file's last
// change, which is the file server's), and which runs it executes at the moment.
// It is text: a line of JSON, a line that counts the signs of life, and a line for
// each run that can be executed at once.
type presence struct {
	dir   string // runs folder
	who   who
	every time.Duration
	gone  func(error) // called when the folder is no longer there
	crash bool        // what Go writes when the process crashes is kept beside the file

	mu    sync.Mutex
	id    string
	file  *os.File
	at    int64    // where the lines of fixed width begin
	slots []string // what stands in them
	beats int

	stop chan struct{}
	done chan struct{}
}

const slotWidth = 24

func slotLine(text string) []byte { return fmt.Appendf(nil, "%-*s\n", slotWidth-1, text) }

// enter makes this process known in a runs folder, which must be there.
func enter(dir string, slots int, every time.Duration, crash bool, gone func(error)) (*presence, error) {
	for _, sub := range []string{processesDir, lostDir, claimsDir, mainsDir} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("env: runs folder: %w", err)
		}
	}
	p := &presence{
		dir: dir, every: every, gone: gone, crash: crash, slots: make([]string, slots),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	for i := range p.slots {
		p.slots[i] = idle
	}
	host, _ := os.Hostname()
	p.who = who{Host: cmp.Or(host, "unknown"), Boot: bootID(), PID: os.Getpid(), Since: time.Now()}
	if err := p.appear(); err != nil {
		return nil, fmt.Errorf("env: runs folder: %w", err)
	}
	go p.live()
	return p, nil
}

// idle stands in a slot without a run.
const idle = "-"

// appear makes the file. It is locked before others can see it.
func (p *presence) appear() error {
	random := make([]byte, 4)
	rand.Read(random)
	host := strings.Map(fileLetter, p.who.Host)
	id := clip(host, 60) + "_" + strconv.Itoa(p.who.PID) + "_" + hex.EncodeToString(random)
	folder := filepath.Join(p.dir, processesDir)
	f, err := os.OpenFile(filepath.Join(folder, durable.TempPrefix+id), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	p.who.Locked, _ = tryLock(f, true)
	head, err := json.Marshal(p.who)
	if err != nil {
		return err
	}
	head = append(head, '\n')
	text := append(bytes.Clone(head), slotLine("beat 0")...)
	for _, s := range p.slots {
		text = append(text, slotLine(s)...)
	}
	if _, err = f.Write(text); err == nil {
		err = os.Rename(f.Name(), filepath.Join(folder, id))
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return err
	}
	if p.file != nil {
		p.file.Close()
	}
	p.id, p.file, p.at, p.beats = id, f, int64(len(head)), 0
	if p.crash {
		return reportCrashes(filepath.Join(folder, id+crashSuffix))
	}
	return nil
}

// reportCrashes makes Go write to a file, too, why it ends the process.
func reportCrashes(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(debug.SetCrashOutput(f, debug.CrashOptions{}), f.Close())
}

// ID names the process. It changes when the others took it for lost.
func (p *presence) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.id
}

// mark notes which run a slot executes. It is known afterwards even if the
// process is killed right away; after a crash of the machine it may be wrong.
func (p *presence) mark(slot int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slots[slot] == text {
		return
	}
	p.slots[slot] = text
	// What cannot be noted costs a warning at most when the process is lost.
	_, _ = p.file.WriteAt(slotLine(text), p.at+int64(1+slot)*slotWidth)
}

// live gives signs of life until the process leaves.
func (p *presence) live() {
	defer close(p.done)
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			if err := p.beat(); errors.Is(err, fs.ErrNotExist) {
				p.gone(err)
			}
		}
	}
}

// beat gives a sign of life. A process whose file is gone was taken for lost, as
// one that stood still for a while: it goes on under a new name.
func (p *presence) beat() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := os.Stat(filepath.Join(p.dir, processesDir, p.id)); errors.Is(err, fs.ErrNotExist) {
		return p.appear()
	}
	p.beats++
	if _, err := p.file.WriteAt(slotLine("beat "+strconv.Itoa(p.beats)), p.at); err != nil {
		return err
	}
	return p.file.Sync() // a file server does not hear of it otherwise
}

// now is the time of the file server, by which the others' signs of life are dated.
func (p *presence) now() (time.Time, error) {
	if err := p.beat(); err != nil {
		return time.Time{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	info, err := p.file.Stat()
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// leave takes the file away: what the process had claimed and not finished is
// free at once.
func (p *presence) leave() {
	close(p.stop)
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	p.file.Close() // first: some systems don't remove an open file
	p.vanish()
}

// vanish removes what the process has written of itself, as far as that can be done
// in a moment.
func (p *presence) vanish() {
	path := filepath.Join(p.dir, processesDir, p.id)
	os.Remove(path)
	if p.crash {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		os.Remove(path + crashSuffix)
	}
}

// A trace is what the file of a process says.
type trace struct {
	who
	running []string // what stands in the slots that are not idle
}

func parseTrace(text []byte) (trace, error) {
	head, rest, _ := bytes.Cut(text, []byte("\n"))
	var t trace
	if err := json.Unmarshal(head, &t.who); err != nil {
		return trace{}, err
	}
	lines := strings.Split(string(rest), "\n")
	for _, l := range lines[min(1, len(lines)):] {
		if l = strings.TrimSpace(l); l != "" && l != idle {
			t.running = append(t.running, l)
		}
	}
	return t, nil
}

// String says who it is.
func (t trace) String() string { return fmt.Sprintf("process %d on %s", t.PID, t.Host) }
