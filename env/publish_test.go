package env

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func runPublisher(p publisher, feed func(chan<- outcome)) (failures []error) {
	in := make(chan outcome)
	go func() {
		feed(in)
		close(in)
	}()
	p.publish(in, func(err error) { failures = append(failures, err) })
	return failures
}

func ended(index int) (o outcome) {
	o.Info.Index = index
	return o
}

func indices(batch []outcome) (all []int) {
	for _, o := range batch {
		all = append(all, o.Info.Index)
	}
	return all
}

func TestPublisherWritesWhatIsLeftAtTheEnd(t *testing.T) {
	t.Parallel()
	var got [][]int
	p := publisher{every: time.Hour, limit: 1 << 40, size: func(outcome) int64 { return 1 },
		write: func(b []outcome) error { got = append(got, indices(b)); return nil }}
	assert.Empty(t, runPublisher(p, func(in chan<- outcome) {
		for i := range 5 {
			in <- ended(i)
		}
	}))
	assert.Equal(t, [][]int{{0, 1, 2, 3, 4}}, got)
}

func TestPublisherWritesFullBatches(t *testing.T) {
	t.Parallel()
	var got [][]int
	p := publisher{every: time.Hour, limit: 20, size: func(outcome) int64 { return 10 },
		write: func(b []outcome) error { got = append(got, indices(b)); return nil }}
	assert.Empty(t, runPublisher(p, func(in chan<- outcome) {
		for i := range 5 {
			in <- ended(i)
		}
	}))
	assert.Equal(t, [][]int{{0, 1}, {2, 3}, {4}}, got)
}

func TestPublisherWritesWhenTheTimeHasCome(t *testing.T) {
	t.Parallel()
	written := make(chan []int)
	p := publisher{every: time.Millisecond, limit: 1 << 40, size: func(outcome) int64 { return 1 },
		write: func(b []outcome) error { written <- indices(b); return nil }}
	assert.Empty(t, runPublisher(p, func(in chan<- outcome) {
		in <- ended(1)
		assert.Equal(t, []int{1}, <-written) // though nothing more has come
		in <- ended(2)
		assert.Equal(t, []int{2}, <-written)
	}))
}

func TestPublisherBoundsWhatWaits(t *testing.T) {
	t.Parallel()
	var held int // how many were taken while the writer stood still
	gate := make(chan struct{})
	p := publisher{every: time.Hour, limit: 3, size: func(outcome) int64 { return 1 },
		write: func([]outcome) error { <-gate; return nil }}
	runPublisher(p, func(in chan<- outcome) {
		for {
			select {
			case in <- ended(0):
				held++
				continue
			case <-time.After(50 * time.Millisecond):
			}
			break
		}
		close(gate)
	})
	assert.Equal(t, 6, held, "one batch being written and a full one behind it")
}

func TestPublisherTellsOnceAndGoesOnTaking(t *testing.T) {
	t.Parallel()
	writes := 0
	p := publisher{every: time.Hour, limit: 1, size: func(outcome) int64 { return 1 },
		write: func([]outcome) error { writes++; return errors.New("disk full") }}
	failures := runPublisher(p, func(in chan<- outcome) {
		for i := range 10 {
			in <- ended(i)
		}
	})
	assert.Len(t, failures, 1)
	assert.Equal(t, 1, writes)
}
