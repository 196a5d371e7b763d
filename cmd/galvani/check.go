package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"galvani/internal/durable"
	"galvani/trajectory"
	"galvani/trajectory/merge"
)

func checkCommand() command {
	return command{
		name: "check", args: "FILE", troubleStatus: 2,
		what: "Read all of a file, and of the plan and shards beside it, and print what is damaged, missing or contradictory.",
		more: `The exit status is 0 if all is well, 1 if there are problems, 2 if there was nothing to
check. Notes are no problems: runs that are not merged yet, files that a killed program left.`,
		example: `  galvani check sweep.hdf5
  galvani check -quiet sweep.hdf5 && rm -r sweep.hdf5.runs`,
		setup: func(flags *flag.FlagSet) action {
			quiet := flags.Bool("quiet", false, "print problems only")
			return func(ctx context.Context, args []string, out io.Writer) error {
				if err := oneFile(args, 0); err != nil {
					return err
				}
				s, err := storeFor(args[0], readers())
				if err != nil {
					return err
				}
				path := filepath.Clean(args[0])
				if !exists(path) && !exists(trajectory.RunsDir(path)) {
					return fmt.Errorf("%s: there is neither the file nor a runs folder", path)
				}
				if s.Format() == "hdf5" && os.Getenv(envChild) == "" && exists(path) {
					return checkInChild(ctx, path, *quiet, out)
				}
				c := checker{ctx: ctx, out: out, quiet: *quiet, store: s, path: path}
				return c.check()
			}
		},
	}
}

// envChild tells the program that it is the one which may crash.
const envChild = "GALVANI_CHECK_CHILD"

// checkInChild reads an HDF5 file in a process of its own: libhdf5 can crash on a
// damaged one.
func checkInChild(ctx context.Context, path string, quiet bool, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, self, "check", "-quiet="+fmt.Sprint(quiet), "--", path)
	command.Env = append(os.Environ(), envChild+"=1")
	var errs strings.Builder
	command.Stdout, command.Stderr = out, &errs
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !errors.As(err, &exit):
		return err
	case exit.ExitCode() == 1:
		return exitStatus(1)
	case exit.ExitCode() == 2 && strings.HasPrefix(errs.String(), "galvani check: "):
		return errors.New(strings.TrimSpace(strings.TrimPrefix(errs.String(), "galvani check: ")))
	}
	fmt.Fprintf(out, "problem: %s: reading it crashes libhdf5 (%v)\n%s: 1 problem\n", path, exit, path)
	return exitStatus(1)
}

// checker gathers what is wrong.
type checker struct {
	ctx   context.Context
	out   io.Writer
	quiet bool
	store trajectory.Store
	path  string

	problems, runs, nodes, shards int
}

func (c *checker) problem(format string, args ...any) {
	c.problems++
	fmt.Fprintf(c.out, "problem: %s\n", strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; "))
}

func (c *checker) note(format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(c.out, "note: %s\n", strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; "))
	}
}

func (c *checker) check() error {
	var names []string
	if exists(c.path) {
		var err error
		if names, err = c.store.Names(c.ctx, c.path); err != nil {
			c.problem("%v", err)
		}
		for _, name := range names {
			if err := c.trajectory(name); err != nil {
				return err
			}
		}
	}
	if exists(trajectory.RunsDir(c.path)) {
		if err := c.folder(names); err != nil {
			return err
		}
	}
	c.leftovers()
	if err := c.ctx.Err(); err != nil {
		return context.Cause(c.ctx)
	}
	if !c.quiet || c.problems > 0 {
		verdict := "all is well"
		if c.problems > 0 {
			verdict = plural(c.problems, "problem")
		}
		fmt.Fprintf(c.out, "%s: %s, %s, %s: %s\n", c.path, plural(c.runs, "run"), plural(c.nodes, "node"), plural(c.shards, "shard"), verdict)
	}
	if c.problems > 0 {
		return exitStatus(1)
	}
	return nil
}

// trajectory checks one trajectory of the file. Problems are printed; an error ends everything.
func (c *checker) trajectory(name string) error {
	r, err := c.store.Open(c.ctx, c.path, name)
	if err != nil {
		c.problem("trajectory %s: %v", name, err)
		return nil
	}
	defer r.Close()
	h := r.Header()
	h.Length = max(h.Length, 1)
	done := c.runTable(name, h, r)
	explored := map[string]bool{}
	for _, full := range h.Explored {
		explored[full] = true
	}
	has := map[int]bool{}
	before := c.problems
	for rec, err := range r.Nodes("", false) {
		if ctx := c.ctx.Err(); ctx != nil {
			return ctx
		}
		if err != nil {
			c.problem("trajectory %s: %v", name, err)
			continue
		}
		c.node(name, rec, h, explored[rec.Name])
		delete(explored, rec.Name)
		if run := trajectory.RunOf(rec.Name); run >= 0 && (rec.Leaf || rec.Link != "") {
			has[run] = true
			if run >= h.Length {
				c.problem("trajectory %s: node %s belongs to none of its %s", name, rec.Name, plural(h.Length, "run"))
			}
		}
	}
	if c.problems == before {
		for full := range explored {
			c.problem("trajectory %s: the explored parameter %s is missing", name, full)
		}
	}
	c.archives(name, r, h, has)
	for run := range done {
		if !has[run] && len(has) > 0 {
			c.problem("trajectory %s: run %d is done, and there is nothing of it", name, run)
		}
	}
	for run := range has {
		if !done[run] && run < h.Length {
			c.note("trajectory %s: run %d is not done, and there is something of it", name, run)
		}
	}
	if c.problems == before {
		return c.scalars(name)
	}
	return nil
}

// runTable checks the rows of runs and says which are done.
func (c *checker) runTable(name string, h trajectory.Header, r trajectory.Reader) map[int]bool {
	done := map[int]bool{}
	rows, err := r.Runs()
	if err != nil {
		c.problem("trajectory %s: run table: %v", name, err)
		return done
	}
	c.runs += len(rows)
	seen := map[int]bool{}
	for _, row := range rows {
		switch row.State {
		case trajectory.Done:
			done[row.Index] = true
		case trajectory.Pending, trajectory.Running, trajectory.Failed, trajectory.Lost, trajectory.Cancelled:
		default:
			c.problem("trajectory %s: run %d has the unknown state %q", name, row.Index, row.State)
		}
		if row.Index < 0 || row.Index >= h.Length || seen[row.Index] {
			c.problem("trajectory %s: the run table has run %d twice, or of %d", name, row.Index, h.Length)
		}
		seen[row.Index] = true
	}
	if len(seen) != h.Length && len(rows) > 0 {
		c.problem("trajectory %s: the run table has %d of %d runs", name, len(seen), h.Length)
	}
	return done
}

// node checks the values of a node.
func (c *checker) node(name string, rec trajectory.Record, h trajectory.Header, explored bool) {
	c.nodes++
	for _, list := range [][]trajectory.Item{rec.Annotations, rec.Items} {
		for _, it := range list {
			if err := it.Data.Check(); err != nil {
				c.problem("trajectory %s: %s, item %s: %v", name, rec.Name, it.Name, err)
			}
		}
	}
	if !explored {
		return
	}
	for _, it := range rec.Items {
		if strings.HasPrefix(it.Name, "explored_data") && it.Data.Coll == trajectory.Table && rowsOf(it.Data) != h.Length {
			c.problem("trajectory %s: %s has a range of %d values for %s", name, rec.Name, rowsOf(it.Data), plural(h.Length, "run"))
		}
	}
}

// archives checks the runs that lie packed beside the tree.
func (c *checker) archives(name string, r trajectory.Reader, h trajectory.Header, has map[int]bool) {
	index, err := r.Overview("packed_index")
	if errors.Is(err, trajectory.ErrNotFound) {
		return
	}
	if err != nil {
		c.problem("trajectory %s: the index of archives: %v", name, err)
		return
	}
	bound := func(column string) []int64 {
		for _, col := range index.Columns {
			if v, ok := col.Data.Values.([]int64); ok && col.Name == column {
				return v
			}
		}
		return nil
	}
	first, last := bound("first"), bound("last")
	if len(first) != len(last) {
		c.problem("trajectory %s: the index of archives has no columns first and last of equal length", name)
		return
	}
	for i := range first {
		if first[i] > last[i] || i > 0 && first[i] <= last[i-1] {
			c.problem("trajectory %s: the index of archives is not in order at archive %d", name, i)
		}
		if err := c.archive(r, fmt.Sprintf("packed_%05d", i), int(first[i]), int(last[i]), h, has); err != nil {
			c.problem("trajectory %s: archive %d: %v", name, i, err)
		}
	}
}

func (c *checker) archive(r trajectory.Reader, name string, first, last int, h trajectory.Header, has map[int]bool) error {
	d, err := r.Overview(name)
	if err != nil {
		return err
	}
	var raw []uint8
	for _, col := range d.Columns {
		raw, _ = col.Data.Values.([]uint8)
	}
	s, err := trajectory.DecodeShard(name, raw)
	if err != nil {
		return err
	}
	for _, info := range s.Runs() {
		if info.Index < first || info.Index > last || info.Index >= h.Length {
			return fmt.Errorf("it holds run %d, and should hold runs %d to %d", info.Index, first, last)
		}
		records, err := s.Load(info.Index, false)
		if err != nil {
			return err
		}
		c.nodes += len(records)
		has[info.Index] = has[info.Index] || len(records) > 0
	}
	return nil
}

// scalars compares the table of all scalars with the runs themselves.
func (c *checker) scalars(name string) error {
	differences, err := merge.CompareScalars(c.ctx, merge.Stored{Store: c.store, Path: c.path, Name: name})
	if err != nil {
		if ctx := c.ctx.Err(); ctx != nil {
			return ctx
		}
		c.problem("trajectory %s: %v", name, err)
	}
	for _, d := range differences {
		c.problem("trajectory %s: %s", name, d)
	}
	return nil
}

// folder checks plan and shards.
func (c *checker) folder(names []string) error {
	dir := trajectory.RunsDir(c.path)
	plan, err := trajectory.ReadPlan(dir)
	if err != nil {
		c.problem("%v", err)
		return nil
	}
	paths, err := trajectory.Shards(dir)
	if err != nil {
		c.problem("%v", err)
		return nil
	}
	type attempt struct {
		path string
		info trajectory.RunInfo
	}
	best := map[int]attempt{}
	for _, path := range paths {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		c.shards++
		err := withShard(path, func(s *trajectory.Shard) error {
			if err := s.Verify(); err != nil {
				return err
			}
			var note struct {
				Plan string `json:"plan"`
			}
			if err := s.Note(&note); err != nil {
				return err
			}
			if note.Plan != plan.Digest {
				return fmt.Errorf("shard %s belongs to another plan (%s, the plan here is %s)", path, clip(note.Plan, 40), plan.Digest)
			}
			for _, info := range s.Runs() {
				if info.Index < 0 || info.Index >= plan.Header.Length {
					return fmt.Errorf("shard %s holds run %d of a sweep of %d runs", path, info.Index, plan.Header.Length)
				}
				records, err := s.Load(info.Index, false)
				if err != nil {
					return err
				}
				old, ok := best[info.Index]
				if ok && old.info.State == trajectory.Done && info.State == trajectory.Done {
					if err := c.agree(old.path, path, info.Index, records); err != nil {
						return err
					}
				}
				if !ok || old.info.State != trajectory.Done && info.State == trajectory.Done {
					best[info.Index] = attempt{path, info}
				}
			}
			return nil
		})
		if err != nil {
			c.problem("%v", err)
		}
	}
	if !slices.Contains(names, plan.Header.Name) {
		c.note("%s in shards; the file does not hold trajectory %s yet", plural(len(best), "run"), plan.Header.Name)
		return nil
	}
	state := map[int]string{}
	for run, a := range best {
		if a.info.State == trajectory.Done {
			state[run] = a.path
		}
	}
	return c.agreement(plan, state)
}

func withShard(path string, f func(*trajectory.Shard) error) error {
	s, err := trajectory.OpenShard(path)
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}

// agree compares two finished attempts of a run.
func (c *checker) agree(one, other string, run int, records []trajectory.Record) error {
	return withShard(one, func(s *trajectory.Shard) error {
		before, err := s.Load(run, false)
		if err == nil && !slices.EqualFunc(before, records, trajectory.Record.Equal) {
			err = fmt.Errorf("run %d has other results in %s than in %s", run, one, other)
		}
		return err
	})
}

// agreement compares the file with plan and shards.
func (c *checker) agreement(plan *trajectory.Plan, done map[int]string) error {
	contents, err := merge.OpenContents(c.ctx, merge.Stored{Store: c.store, Path: c.path, Name: plan.Header.Name})
	if err != nil {
		return nil // was said before
	}
	defer contents.Close()
	h := contents.Header()
	switch age := h.Time.Sub(plan.Header.Time); {
	case age > time.Millisecond:
		c.note("the file was written since the sweep beside it, for example by a merge; they are not compared")
		return nil
	case age < -time.Millisecond:
		c.note("the sweep beside the file is newer; they are not compared")
		return nil
	}
	if h.Length != plan.Header.Length || h.Seed != plan.Header.Seed || !slices.Equal(h.Explored, plan.Header.Explored) {
		c.problem("the file has %d runs and seed %d over %s, the plan beside it %d and %d over %s", h.Length, h.Seed, strings.Join(h.Explored, ", "),
			plan.Header.Length, plan.Header.Seed, strings.Join(plan.Header.Explored, ", "))
		return nil
	}
	there := map[string]trajectory.Record{}
	for r, err := range contents.Shared() {
		if err == nil {
			there[r.Name] = r
		}
	}
	for r, err := range plan.Records() {
		if err != nil {
			c.problem("the plan: %v", err)
			break
		}
		if have, ok := there[r.Name]; r.Leaf && (!ok || !trajectory.EqualItems(have.Items, r.Items)) {
			c.problem("the plan has %s, and the file has it otherwise or not at all", r.Name)
		}
	}
	waiting := 0
	for r, err := range contents.Runs() {
		if err != nil {
			if c.ctx.Err() != nil {
				return err
			}
			continue // was said before
		}
		path, ok := done[r.Info.Index]
		switch {
		case !ok:
			continue
		case r.Info.State != trajectory.Done:
			waiting++
			continue
		}
		err := withShard(path, func(s *trajectory.Shard) error {
			records, err := s.Load(r.Info.Index, false)
			if err == nil && !sameRecords(records, r.Records) {
				err = fmt.Errorf("run %d has other results in the file than in %s", r.Info.Index, path)
			}
			return err
		})
		if err != nil {
			c.problem("%v", err)
		}
	}
	if waiting > 0 {
		c.note("%s in shards that the file does not have yet", plural(waiting, "run"))
	}
	return nil
}

// sameRecords tells whether everything in a is in b; b may have more.
func sameRecords(a, b []trajectory.Record) bool {
	byName := map[string]trajectory.Record{}
	for _, r := range b {
		byName[r.Name] = r
	}
	for _, r := range a {
		if other, ok := byName[r.Name]; !ok || !r.Equal(other) {
			return false
		}
	}
	return true
}

// leftovers names what killed programs have left.
func (c *checker) leftovers() {
	for _, dir := range []string{filepath.Dir(c.path), c.path, trajectory.RunsDir(c.path)} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), durable.TempPrefix) || e.Name() == filepath.Base(c.path)+".tmp" {
				c.note("%s is being written, or was when its writer died", filepath.Join(dir, e.Name()))
			}
		}
	}
}
