package env

import (
	"time"
)

// A publisher gathers finished runs and writes them in batches. A batch is
// written when its first run is `every` old or it holds `limit` bytes, whichever
// comes first, or when the writer has nothing else to do at the end. While one
// batch is written the next gathers; when that is full too, whoever sends has
// to wait, which bounds the memory that finished runs take.
type publisher struct {
	every time.Duration
	limit int64
	size  func(outcome) int64
	write func([]outcome) error // makes a batch durable
}

// publish takes from in until it is closed and everything is written. The first
// error of writing is told to failed at once; from then on outcomes are thrown
// away, so that no one waits in vain.
func (p *publisher) publish(in <-chan outcome, failed func(error)) {
	batches := make(chan []outcome)
	done := make(chan struct{})
	go func() {
		defer close(done)
		broken := false
		for b := range batches {
			if broken {
				continue
			}
			if err := p.write(b); err != nil {
				broken = true
				failed(err)
			}
		}
	}()
	var batch []outcome
	var bytes int64
	due := false
	timer := time.NewTimer(p.every)
	timer.Stop()
	defer timer.Stop()
	for in != nil || len(batch) > 0 {
		take, give := in, chan<- []outcome(nil)
		if bytes >= p.limit {
			take = nil
		}
		if len(batch) > 0 && (due || bytes >= p.limit || in == nil) {
			give = batches
		}
		select {
		case o, ok := <-take:
			if !ok {
				in = nil
				break
			}
			if len(batch) == 0 {
				due = false
				timer.Reset(p.every)
			}
			batch = append(batch, o)
			bytes += p.size(o)
		case <-timer.C:
			due = true
		case give <- batch:
			batch, bytes, due = nil, 0, false
		}
	}
	close(batches)
	<-done
}
