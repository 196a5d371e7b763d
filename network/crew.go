package network

import (
	"fmt"
	"runtime/debug"
)

// crew is the goroutines that share the work of a run with the one that called
// it, which is worker 0. They wait on channels: looking at a counter instead
// wakes them faster on an idle machine, but where other runs want the processors, as
// in a sweep, it was measured to slow a run down tenfold.
type crew struct {
	net    *Network
	begin  []chan *phase // of the workers from 1 on
	done   chan struct{}
	panics []string // by worker
}

func newCrew(n *Network) *crew {
	c := &crew{net: n, done: make(chan struct{}, n.workers), panics: make([]string, n.workers)}
	for w := 1; w < n.workers; w++ {
		begin := make(chan *phase, 1)
		c.begin = append(c.begin, begin)
		go func() {
			for p := range begin {
				c.share(p, w)
				c.done <- struct{}{}
			}
		}()
	}
	return c
}

// work does the parts of a phase and returns when all are done.
func (c *crew) work(p *phase) {
	for _, begin := range c.begin {
		begin <- p
	}
	c.share(p, 0)
	for range c.begin {
		<-c.done
	}
	for _, text := range c.panics {
		if text != "" {
			panic(text)
		}
	}
}

// share does a worker's part of a phase. A panic there, of a native update for
// example, is handed to the goroutine that runs the network, where it can be
// recovered from.
func (c *crew) share(p *phase, worker int) {
	defer func() {
		if r := recover(); r != nil {
			c.panics[worker] = fmt.Sprintf("%v\n%s", r, debug.Stack())
		}
	}()
	c.net.share(p, worker)
}

func (c *crew) dismiss() {
	for _, begin := range c.begin {
		close(begin)
	}
}
