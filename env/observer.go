package env

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// An observer tells which of the other processes of a sweep are alive.
type observer struct {
	me    *presence
	lease time.Duration
	clock func() time.Time // of this process; only differences count

	seen map[string]sighting

	server, asked time.Time // the file server's clock, and when it was asked
}

// A sighting is the last change seen in the sign of life of a process.
type sighting struct {
	mark time.Time // what the sign of life said
	at   time.Time // when it was first seen, by this process's own clock
	from time.Time // when the process was first looked at
}

func newObserver(me *presence, lease time.Duration) *observer {
	return &observer{me: me, lease: lease, clock: time.Now, seen: map[string]sighting{}}
}

// A verdict on another process.
type verdict int

const (
	absent  verdict = iota // it left, or its loss has been noted
	alive                  // it is at work
	unclear                // it gave a sign of life lately, but may be gone
	lost                   // it is gone
)

// look judges a process. On the same machine the lock of its file tells at once. Else
// it is lost when its last sign of life is older than the lease: by the clock of
// the file server, which dates all signs, and twice in a row, so that a leap of
// that clock harms nobody; or because the sign has not changed in that time by the
// clock of this process, which helps when clocks have been set back.
func (o *observer) look(id string) (verdict, trace, error) {
	f, err := os.Open(filepath.Join(o.me.dir, processesDir, id))
	if errors.Is(err, fs.ErrNotExist) {
		delete(o.seen, id)
		return absent, trace{}, nil
	}
	if err != nil {
		return unclear, trace{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return unclear, trace{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return unclear, trace{}, err
	}
	t, err := parseTrace(text)
	if err != nil {
		return unclear, trace{}, err
	}
	here := t.Locked && t.Boot == o.me.who.Boot
	if here {
		if free, err := tryLock(f, false); err == nil && free {
			return lost, t, nil
		}
	}
	now := o.clock()
	s, known := o.seen[id]
	if !known {
		s.from = now
	}
	if !known || !s.mark.Equal(info.ModTime()) {
		s.mark, s.at = info.ModTime(), now
		o.seen[id] = s
		if known || here {
			return alive, t, nil
		}
	}
	if now.Sub(s.at) > o.lease {
		return lost, t, nil
	}
	if here {
		return alive, t, nil
	}
	if now.Sub(o.asked) > o.lease/20 {
		if o.server, err = o.me.now(); err != nil {
			return unclear, t, err
		}
		o.asked = now
	}
	if o.server.Sub(s.mark) > o.lease && now.Sub(s.from) > o.lease/5 {
		return lost, t, nil
	}
	return unclear, t, nil
}

// bury notes that a process is lost, so that all see it at once, and keeps what it
// was at. The first who does it wins.
func (o *observer) bury(id string) error {
	from, to := filepath.Join(o.me.dir, processesDir), filepath.Join(o.me.dir, lostDir)
	err := os.Rename(filepath.Join(from, id+crashSuffix), filepath.Join(to, id+crashSuffix))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(filepath.Join(from, id), filepath.Join(to, id))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
