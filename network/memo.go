package network

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"sync"
)

// Sharing bounds the builds that a [Manager] remembers to share them between
// runs. The last build that a component has used is kept in any case.
type Sharing struct {
	Off    bool  // build everything anew for every run
	Builds int   // how many builds are kept; 0: 64
	Bytes  int64 // how much memory their connections may take; 0: 256 MiB
}

// SharingStats says what became of the builds of a [Manager].
type SharingStats struct {
	Built   int64 // builds carried out, successful or not
	Shared  int64 // times a run got what another one had built
	Evicted int64 // builds dropped because of the bounds
	Kept    int   // builds remembered now
	Bytes   int64 // memory of their connections
}

// readKind is the kind of a thing that a build can read.
type readKind uint8

const (
	readParameter readKind = iota // a path in the tree
	readValue                     // a name in the registry
	readSeed                      // the build seed
	readRun                       // the run itself: index, name, seed
)

// readKey names one thing that a build has read.
type readKey struct {
	kind readKind
	name string
}

// read is one thing a build has read, with what it found there.
type read struct {
	key   readKey
	found any // comparable; see fingerprint
}

// memo remembers what builds made under what they read. A build is a pure
// function of that, so a run that would read the same gets the same product.
// Nobody says in advance what a build reads: it is noted while it
// happens, and a build under way is waited for as long as everything it has read so
// far is what the waiting run would read too.
type memo[P any] struct {
	off       bool
	maxBuilds int
	maxBytes  int64

	mu      sync.Mutex
	kept    []*flight[P] // finished builds, the one used last at the end
	flights []*flight[P] // builds under way
	stats   SharingStats
}

// flight is a build, under way or finished.
type flight[P any] struct {
	slot    int // which component builds
	reads   []read
	changed chan struct{} // closed and replaced at every read, closed for good at the end
	made    made[P]       // set when it has succeeded
}

// made is what a build made, shared between runs and never changed, and the
// memory that its bulk takes.
type made[P any] struct {
	product P
	bytes   int64
}

// buildFunc carries a build out. It calls note for everything it reads, before it
// uses it.
type buildFunc[P any] func(note func(readKey, any)) (made[P], error)

func newMemo[P any](s Sharing) *memo[P] {
	m := &memo[P]{off: s.Off, maxBuilds: s.Builds, maxBytes: s.Bytes}
	if m.maxBuilds <= 0 {
		m.maxBuilds = 64
	}
	if m.maxBytes <= 0 {
		m.maxBytes = 256 << 20
	}
	return m
}

// do returns what the component in slot builds for a run: remembered, waited
// for, or built now. look tells what the run finds under a key.
func (m *memo[P]) do(ctx context.Context, slot int, look func(readKey) any, build buildFunc[P]) (P, error) {
	if m.off {
		p, err := build(func(readKey, any) {})
		return p.product, err
	}
	var none P
	seen := make(map[readKey]any)
	matches := func(f *flight[P]) bool {
		if f.slot != slot {
			return false
		}
		for _, r := range f.reads {
			found, ok := seen[r.key]
			if !ok {
				found = look(r.key)
				seen[r.key] = found
			}
			if found != r.found {
				return false
			}
		}
		return true
	}
	m.mu.Lock()
	for {
		if i := slices.IndexFunc(m.kept, matches); i >= 0 {
			f := m.kept[i]
			m.kept = append(slices.Delete(m.kept, i, i+1), f)
			m.stats.Shared++
			m.mu.Unlock()
			return f.made.product, nil
		}
		i := slices.IndexFunc(m.flights, matches)
		if i < 0 {
			break
		}
		changed := m.flights[i].changed
		m.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return none, context.Cause(ctx)
		}
		m.mu.Lock()
	}
	f := &flight[P]{slot: slot, changed: make(chan struct{})}
	m.flights = append(m.flights, f)
	m.stats.Built++
	m.mu.Unlock()
	return m.fly(f, build)
}

// fly carries out a build that others may be waiting for. A build that fails or
// panics is not remembered, and those who waited try for themselves.
func (m *memo[P]) fly(f *flight[P], build buildFunc[P]) (P, error) {
	done := false
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.flights = slices.DeleteFunc(m.flights, func(g *flight[P]) bool { return g == f })
		if done {
			m.keep(f)
		}
		close(f.changed)
	}()
	note := func(key readKey, found any) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if slices.ContainsFunc(f.reads, func(r read) bool { return r.key == key }) {
			return
		}
		f.reads = append(f.reads, read{key, found})
		close(f.changed)
		f.changed = make(chan struct{})
	}
	p, err := build(note)
	if err == nil {
		f.made, done = p, true
	}
	return p.product, err
}

// keep remembers a finished build and drops those unused for longest to
// stay within the bounds, but never the last one that a component has used.
func (m *memo[P]) keep(f *flight[P]) {
	m.kept = append(m.kept, f)
	m.stats.Bytes += f.made.bytes
	for i := 0; i < len(m.kept) && (len(m.kept) > m.maxBuilds || m.stats.Bytes > m.maxBytes); {
		old := m.kept[i]
		again := slices.ContainsFunc(m.kept[i+1:], func(g *flight[P]) bool { return g.slot == old.slot })
		if !again || len(m.kept) <= m.maxBuilds && old.made.bytes == 0 {
			i++
			continue
		}
		m.stats.Bytes -= old.made.bytes
		m.stats.Evicted++
		m.kept = slices.Delete(m.kept, i, i+1)
	}
}

func (m *memo[P]) snapshot() SharingStats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Kept = len(m.kept)
	return s
}

// absent is found where there is nothing.
type absent struct{}

// fingerprint makes a value comparable with ==, exactly: floating-point numbers
// by their bits, everything that is not a plain scalar by a hash of what it prints.
func fingerprint(v any) any {
	switch v := v.(type) {
	case nil:
		return absent{}
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, string:
		return v
	case float64:
		return [2]uint64{64, math.Float64bits(v)}
	case float32:
		return [2]uint64{32, uint64(math.Float32bits(v))}
	}
	h := sha256.New()
	fmt.Fprintf(h, "%T %#v", v, v)
	return [sha256.Size]byte(h.Sum(nil))
}
