package env

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"galvani/internal/durable"
)

// ErrInUse says that another process works on the same runs folder and puts its
// results together.
var ErrInUse = errors.New("in use by another process")

// defaultLease is after how long without a sign of life a process on another
// machine counts as lost. It has to be longer than clocks of file servers leap.
const defaultLease = time.Minute

// join makes this process known in the runs folder; as the main one, if it is no
// worker.
func (s *sweep) join(ctx context.Context) error {
	if s.env.role == nil {
		if err := makeFolder(s.dir); err != nil {
			return fmt.Errorf("env: no runs folder: %w", err)
		}
	}
	var err error
	if s.me, err = enter(s.dir, s.env.o.Workers, s.env.o.Lease/10, s.env.process.owned(), s.gone); err != nil {
		return err
	}
	s.others = newObserver(s.me, s.env.o.Lease)
	s.unregister = s.env.process.atExit(s.me.vanish)
	if s.env.role != nil {
		return nil
	}
	if err = s.becomeMain(ctx); err == nil {
		s.tidy()
	}
	return err
}

// leave is the reverse of join.
func (s *sweep) leave() {
	if s.me != nil {
		s.unregister()
		s.me.leave()
		s.me = nil
	}
}

// becomeMain makes this process the one that puts the results together. There is
// one at a time: each is an entry of a ledger, which is appended to only if the
// process of the last entry is gone.
func (s *sweep) becomeMain(ctx context.Context) error {
	mains := ledger{dir: filepath.Join(s.dir, mainsDir)}
	for {
		last := ""
		for {
			text, ok, err := mains.read()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			last = string(text)
		}
		if last != "" && last == filepath.Base(last) {
			if err := s.outlive(ctx, last); err != nil {
				return err
			}
		}
		ok, err := mains.append([]byte(s.me.ID()))
		if err != nil || ok {
			return err
		}
	}
}

// outlive returns nil when a process is gone, and an error that wraps ErrInUse when
// it is not.
func (s *sweep) outlive(ctx context.Context, id string) error {
	for waited := false; ; waited = true {
		v, t, err := s.others.look(id)
		switch {
		case err != nil:
			return fmt.Errorf("env: %w", err)
		case v == absent:
			return nil
		case v == lost:
			return s.others.bury(id)
		case v == alive:
			return fmt.Errorf("env: %s is %w: %v; wait for it or choose another -out", s.dir, ErrInUse, t)
		}
		if !waited {
			s.env.say("waiting for a sign of life of %v, which was at work on %s", t, s.dir)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("env: %s may be %w: %v: %w", s.dir, ErrInUse, t, context.Cause(ctx))
		case <-time.After(s.others.lease / 20):
		}
	}
}

// alone returns nil if no other process is at work in the runs folder, as far as is
// known: an error that wraps ErrInUse names the one that is.
func (s *sweep) alone() error {
	entries, err := os.ReadDir(filepath.Join(s.dir, processesDir))
	if err != nil {
		return fmt.Errorf("env: %w", err)
	}
	for _, e := range entries {
		if e.Name() == s.me.ID() || strings.HasPrefix(e.Name(), durable.TempPrefix) || strings.HasSuffix(e.Name(), crashSuffix) {
			continue
		}
		if v, t, err := s.others.look(e.Name()); err == nil && (v == alive || v == unclear) {
			return fmt.Errorf("env: %s is %w: %v", s.dir, ErrInUse, t)
		}
	}
	return nil
}

// tidy removes what processes that were killed were writing some time ago. What is
// young may belong to one that is just coming.
func (s *sweep) tidy() {
	now, err := s.me.now()
	if err != nil || s.alone() != nil {
		return
	}
	for _, dir := range []string{s.dir, filepath.Join(s.dir, processesDir)} {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), durable.TempPrefix) && now.Sub(info.ModTime()) > s.env.o.Lease {
				_ = os.Remove(filepath.Join(dir, e.Name())) // it takes room and does no harm
			}
		}
	}
}

// sweepUp removes how the processes shared the runs, when all have ended.
func (s *sweep) sweepUp() {
	for _, dir := range []string{claimsDir, lostDir} {
		_ = os.RemoveAll(filepath.Join(s.dir, dir)) // nothing depends on it
	}
}
