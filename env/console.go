package env

import (
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// console is the one place that writes to standard error, so that a progress
// bar, log lines and the reasons of failed runs don't run into each other: the
// bar's line is wiped before anything else is written and drawn again below it.
type console struct {
	mu  sync.Mutex
	w   io.Writer
	fd  int // of the terminal, -1 if w is none
	bar string
}

func newConsole(w io.Writer) *console {
	c := &console{w: w, fd: -1}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.fd = int(f.Fd())
	}
	return c
}

func (c *console) isTerminal() bool { return c.fd >= 0 }

// width is the number of columns to use for a bar.
func (c *console) width() int {
	if c.fd >= 0 {
		if w, _, err := term.GetSize(c.fd); err == nil && w > 20 {
			return min(w-1, 120)
		}
	}
	return 79
}

// Write is for the logger: it writes whole lines above the bar.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar == "" {
		return c.w.Write(p)
	}
	io.WriteString(c.w, wipe)
	n, err := c.w.Write(p)
	io.WriteString(c.w, c.bar)
	return n, err
}

func (c *console) printf(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

// setBar draws the line of the bar in place of the one before; an empty line
// takes it away.
func (c *console) setBar(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if line == c.bar {
		return
	}
	io.WriteString(c.w, wipe+line)
	c.bar = line
}

// wipe goes to the start of the line and clears it.
const wipe = "\r\x1b[K"
