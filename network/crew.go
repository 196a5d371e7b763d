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
	begin  []chan func(worker int) // of the workers from 1 on
	done   chan struct{}
	panics []string // by worker
}

func newCrew(workers int) *crew {
	c := &crew{done: make(chan struct{}, workers), panics: make([]string, workers)}
	for w := 1; w < workers; w++ {
		begin := make(chan func(worker int), 1)
		c.begin = append(c.begin, begin)
		go func() {
			for share := range begin {
				c.share(share, w)
				c.done <- struct{}{}
			}
		}()
	}
	return c
}

// work lets each worker do its share and returns when all are done.
func (c *crew) work(share func(worker int)) {
	for _, begin := range c.begin {
		begin <- share
	}
	c.share(share, 0)
	for range c.begin {
		<-c.done
	}
	for _, text := range c.panics {
		if text != "" {
			panic(text)
		}
	}
}

// share does a worker's share. A panic there, of a native update for example, is
// handed to the goroutine that runs the network, where it can be recovered from.
func (c *crew) share(share func(worker int), worker int) {
	defer func() {
		if r := recover(); r != nil {
			c.panics[worker] = fmt.Sprintf("%v\n%s", r, debug.Stack())
		}
	}()
	share(worker)
}

func (c *crew) dismiss() {
	for _, begin := range c.begin {
		close(begin)
	}
}
