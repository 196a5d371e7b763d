package trajectory

import (
	"errors"
	"sync"
)

// shelfSize is how many shards of a sweep are open at once. A long sweep has
// more shards than a process may have files.
const shelfSize = 32

// shelf keeps the shards that were used last open. It is for many goroutines.
type shelf struct {
	mu     sync.Mutex
	open   map[string]*shelved
	clock  int
	closed bool
}

type shelved struct {
	shard *Shard
	users int
	last  int // when it was used last
}

var errShelfClosed = errors.New("trajectory: the trajectory is closed")

// use calls a function with the shard at path open.
func (s *shelf) use(path string, f func(*Shard) error) error {
	e, err := s.take(path)
	if err != nil {
		return err
	}
	defer s.giveBack(e)
	return f(e.shard)
}

func (s *shelf) take(path string) (*shelved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errShelfClosed
	}
	e := s.open[path]
	if e == nil {
		shard, err := OpenShard(path)
		if err != nil {
			return nil, err
		}
		if s.open == nil {
			s.open = map[string]*shelved{}
		}
		e = &shelved{shard: shard}
		s.open[path] = e
	}
	s.clock++
	e.last = s.clock
	e.users++
	s.trim()
	return e, nil
}

// trim closes what was not used for longest.
func (s *shelf) trim() {
	for len(s.open) > shelfSize {
		oldest := ""
		for path, e := range s.open {
			if e.users == 0 && (oldest == "" || e.last < s.open[oldest].last) {
				oldest = path
			}
		}
		if oldest == "" {
			return
		}
		s.open[oldest].shard.Close()
		delete(s.open, oldest)
	}
}

func (s *shelf) giveBack(e *shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.users--
	if s.closed && e.users == 0 {
		e.shard.Close()
	}
}

// close closes all shards that are not in use, and the others when they are given back.
func (s *shelf) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for path, e := range s.open {
		if e.users == 0 {
			e.shard.Close()
		}
		delete(s.open, path)
	}
}
