package env

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"galvani/trajectory"
)

// A Checker is an [Experiment] that can tell whether a run is possible, without
// executing it: -dry-run asks it about every point.
type Checker interface {
	// Check returns an error if the run cannot be executed, such as parameters that
	// do not go together. It may be called from one goroutine at a time.
	Check(ctx context.Context, r *trajectory.Run) error
}

// maxListed is how many values of a range, or runs that are not possible, are listed.
const maxListed = 8

// dryRun prints what a sweep would do and finds out whether every point is possible.
// Nothing is executed and nothing written.
func (s *sweep) dryRun(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	s.t.Lock()
	w, t := s.env.stdout, s.t
	fmt.Fprintf(w, "%s: %d runs, %d at once, seed %d\n", t.Name(), t.Len(), min(s.env.o.Workers, t.Len()), t.Seed())
	fmt.Fprintf(w, "results: %s\n", s.path)
	fmt.Fprintf(w, "program: %s\n", s.program)
	for _, name := range t.Explored() {
		p, err := t.Parameter(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s: %s\n", name, rangeText(p))
	}
	b, err := s.standing(ctx, w)
	if err != nil {
		return err
	}
	if err := s.foundElsewhere(ctx, w, b); err != nil {
		return err
	}
	return s.checkPoints(ctx, w)
}

// rangeText lists the distinct values of an explored parameter in their order.
func rangeText(p *trajectory.Parameter) string {
	seen := map[string]bool{}
	var values []string
	r := p.Range()
	for i := range r.Len() {
		if text := fmt.Sprint(r.At(i)); !seen[text] {
			seen[text] = true
			values = append(values, text)
		}
	}
	n := len(values)
	if n > maxListed {
		values = append(values[:maxListed-1], "…", values[n-1])
	}
	return fmt.Sprintf("%d values: %s", n, strings.Join(values, ", "))
}

// standing prints what is on disk of the sweep, and returns its board if it would go on.
func (s *sweep) standing(ctx context.Context, w io.Writer) (*board, error) {
	plan, err := trajectory.ReadPlan(s.dir)
	if errors.Is(err, trajectory.ErrNotFound) {
		fmt.Fprintln(w, "on disk: nothing yet")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b := newBoard(s.dir, plan)
	if _, err := b.refresh(ctx, false); err != nil {
		return nil, err
	}
	left, failed := b.count()
	n := plan.Header.Length
	fmt.Fprintf(w, "on disk: %d of %d runs done, %d failed\n", n-left-failed, n, failed)
	differs := append(s.differences(plan, s.identity()), buildChanges(b.build(), s.build)...)
	for _, d := range differs {
		fmt.Fprintf(w, "differs from what is on disk: %s\n", d)
	}
	if len(differs) > 0 {
		return nil, nil
	}
	return b, nil
}

// foundElsewhere prints how many runs would be taken from other sweeps.
func (s *sweep) foundElsewhere(ctx context.Context, w io.Writer, b *board) error {
	if len(s.env.o.Reuse) == 0 {
		return nil
	}
	if b == nil {
		plan, err := trajectory.NewPlan(s.t, trajectory.Identity{})
		if err != nil {
			return err
		}
		b = newBoard(s.dir, plan)
	}
	return s.findElsewhere(ctx, b.plan, b, func(o *otherSweep, found map[int][]match) error {
		n := 0
		for _, here := range found {
			n += len(here)
		}
		fmt.Fprintf(w, "elsewhere: %d runs in %s\n", n, o.dir)
		return nil
	})
}

// checkPoints makes the view of every run and asks the experiment about it.
func (s *sweep) checkPoints(ctx context.Context, w io.Writer) error {
	checker, _ := s.x.(Checker)
	bad := 0
	for i := range s.t.Len() {
		if ctx.Err() != nil {
			return fmt.Errorf("env: stopped: %w", context.Cause(ctx))
		}
		r, err := s.t.Run(i)
		if err == nil && checker != nil {
			err = checker.Check(ctx, r)
		}
		if err == nil {
			continue
		}
		if bad++; bad <= maxListed {
			s.env.complain("run %d (%s) is not possible: %s", i, strings.Join(strings.Fields(r.Summary()), " "), oneLine(err.Error()))
		}
	}
	if bad > 0 {
		return fmt.Errorf("env: %d of %d runs are not possible", bad, s.t.Len())
	}
	if checker != nil {
		fmt.Fprintln(w, "every run is possible")
	}
	return nil
}
