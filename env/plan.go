package env

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"galvani/trajectory"
)

// settlePlan writes the plan, or compares it with the one on disk and finds that
// the sweep there may go on.
func (s *sweep) settlePlan(ctx context.Context) error {
	id := s.identity()
	const hint = "-force starts anew and moves what is there aside, -out takes another folder"
	plan, err := trajectory.ReadPlan(s.dir)
	switch {
	case errors.Is(err, trajectory.ErrCorrupt) && s.env.o.Force:
		return s.startAnew(ctx)
	case errors.Is(err, trajectory.ErrCorrupt):
		return fmt.Errorf("%w; %s", err, hint)
	case errors.Is(err, trajectory.ErrNotFound):
		return s.newPlan(ctx)
	case err != nil:
		return err
	}
	s.plan, s.board = plan, newBoard(s.dir, plan)
	if err := s.board.learnRounds(); err != nil {
		return err
	}
	differs := s.differences(plan, id)
	changes := buildChanges(s.board.build(), id.Build)
	switch {
	case len(differs) == 0 && len(changes) == 0:
		return s.follow(plan)
	case len(differs) == 0 && s.env.o.Retry != "":
		if err := s.follow(plan); err != nil {
			return err
		}
		if err := s.keepSources(ctx); err != nil {
			return err
		}
		r := round{Build: s.identity().Build, Host: s.host, Time: time.Now()}
		if s.commit != nil {
			r.Commit = s.commit.hexsha
		}
		return s.board.ask(r)
	case len(differs) == 0 && !s.env.o.Force:
		return fmt.Errorf("env: %s %w: %s; -retry goes on with this program, %s", s.dir, trajectory.ErrPlanDiffers, strings.Join(changes, "; "), hint)
	case s.env.o.Force:
		return s.startAnew(ctx)
	}
	if l, err := readLaunch(s.dir); err == nil && l.Program != s.env.o.Name {
		return fmt.Errorf("env: %s %w: it belongs to the program %s, this is %s; %s", s.dir, trajectory.ErrPlanDiffers, l.Program, s.env.o.Name, hint)
	}
	reuse := ""
	if len(changes) == 0 {
		reuse = fmt.Sprintf(", and with -reuse %s the runs that are the same", s.path)
	}
	differs = append(differs, changes...)
	return fmt.Errorf("env: %s %w: %s; %s%s", s.dir, trajectory.ErrPlanDiffers, strings.Join(differs, "; "), hint, reuse)
}

// hasPlan tells whether the runs folder has a plan.
func (s *sweep) hasPlan() bool {
	_, err := os.Stat(filepath.Join(s.dir, "plan.npz"))
	return !errors.Is(err, fs.ErrNotExist)
}

// startAnew moves aside what is there and writes the plan.
func (s *sweep) startAnew(ctx context.Context) error {
	if err := s.keepSources(ctx); err != nil {
		return err // before anything is moved
	}
	if err := s.moveAside(ctx); err != nil {
		return err
	}
	return s.newPlan(ctx)
}

// arguments are the settings that decide about results, as the flags that set
// them, by name.
func (s *sweep) arguments() []string {
	args := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.env.o.Settings)) {
		if !slices.Contains(s.cosmetic, name) {
			args = append(args, "-"+name+"="+s.env.o.Settings[name])
		}
	}
	return args
}

// differences names everything but the program in which this start is not the
// planned one.
func (s *sweep) differences(plan *trajectory.Plan, id trajectory.Identity) []string {
	var all []string
	if p, err := s.basis(plan); err == nil {
		plan = p
	}
	for _, d := range plan.Compare(s.t, id) {
		switch d.What {
		case "build", "arguments": // named in detail below and by the caller
		case "comment": // changes no result; the first one stays
		default:
			all = append(all, d.String())
		}
	}
	return append(all, changedFlags(plan.Identity.Args, id.Args)...)
}

// changedFlags names what differs between the settings of two sweeps.
func changedFlags(before, now []string) (all []string) {
	for _, a := range now {
		if !slices.Contains(before, a) {
			all = append(all, "flag "+a+was(before, a))
		}
	}
	for _, a := range before {
		if name, _, _ := strings.Cut(a, "="); was(now, a) == "" && !slices.Contains(now, a) {
			all = append(all, "flag "+name+" is gone")
		}
	}
	return all
}

// was tells what the flag of the same name was before.
func was(args []string, now string) string {
	name, _, _ := strings.Cut(now, "=")
	for _, a := range args {
		if value, ok := strings.CutPrefix(a, name+"="); ok {
			return " (was " + value + ")"
		}
	}
	return ""
}

// newPlan makes the plan durable, with what this start is.
func (s *sweep) newPlan(ctx context.Context) error {
	if held, err := s.held(ctx); err != nil {
		return err
	} else if held && !s.env.o.Force {
		return fmt.Errorf("env: %s holds a trajectory %s already, but the runs it was made of are not in %s; -force starts anew and moves it aside, -out takes another folder", s.path, s.t.Name(), s.dir)
	} else if err := s.keepSources(ctx); err != nil {
		return err
	} else if held {
		if err := s.moveAside(ctx); err != nil {
			return err
		}
	}
	if err := s.describe(ctx); err != nil {
		return err
	}
	s.t.Lock()
	plan, err := trajectory.NewPlan(s.t, s.identity())
	if err != nil {
		return err
	}
	if err := trajectory.WritePlan(s.dir, plan); err != nil {
		return fmt.Errorf("env: the plan cannot be saved: %w", err)
	}
	s.plan, s.board = plan, newBoard(s.dir, plan)
	return nil
}

// held tells whether the file holds a trajectory of this name. A file that is
// no trajectory file is an error here, before anything has been run for it.
func (s *sweep) held(ctx context.Context) (bool, error) {
	if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	names, err := s.store.Names(ctx, s.path)
	if err != nil {
		return false, fmt.Errorf("env: the results are to go into a file that cannot be read: %w; move it away or choose another -out", err)
	}
	return slices.Contains(names, s.t.Name()), nil
}

// moveAside renames file and runs folder to NAME.old1.EXT, old2 and so on, where
// they stay readable as what they are. This process goes over to a new folder.
func (s *sweep) moveAside(ctx context.Context) error {
	if err := s.alone(); err != nil {
		return fmt.Errorf("%w; nothing is moved aside while it works there", err)
	}
	ext := filepath.Ext(s.path)
	old := ""
	for n := 1; ; n++ {
		old = fmt.Sprintf("%s.old%d%s", strings.TrimSuffix(s.path, ext), n, ext)
		_, noFile := os.Lstat(old)
		_, noRuns := os.Lstat(trajectory.RunsDir(old))
		if errors.Is(noFile, fs.ErrNotExist) && errors.Is(noRuns, fs.ErrNotExist) {
			break
		}
	}
	s.leave() // some systems don't rename a folder with an open file
	if err := os.Rename(s.dir, trajectory.RunsDir(old)); err != nil {
		return fmt.Errorf("env: moving the old runs aside: %w", err)
	}
	if err := os.Rename(s.path, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("env: moving the old results aside: %w", err)
	}
	s.env.say("starting anew; what was there is now %s and %s", old, trajectory.RunsDir(old))
	return s.join(ctx)
}
