package env

import (
	"os"
	"slices"
	"sync"
)

// A process is the operating system's, if the program has it to itself: what
// concerns all of it is done only then.
type process struct {
	mu    sync.Mutex
	hooks []*func()
}

// owned tells whether the program has the process to itself; p may be nil.
func (p *process) owned() bool { return p != nil }

// atExit adds what has to be done should the process be ended at once, and returns
// how to take it back.
func (p *process) atExit(f func()) (undo func()) {
	if p == nil {
		return func() {}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hooks = append(p.hooks, &f)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.hooks = slices.DeleteFunc(p.hooks, func(g *func()) bool { return g == &f })
	}
}

// exit ends the process at once.
func (p *process) exit(status int) {
	if p.mu.TryLock() {
		for _, f := range p.hooks {
			(*f)()
		}
	}
	os.Exit(status)
}
