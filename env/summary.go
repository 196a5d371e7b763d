package env

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"galvani/trajectory"
)

// Summary adds a function that reduces what a run has left to what is kept of it: in the
// process that executed the run, before anything is saved. It reads results of the run and
// adds its own. Those of the experiment are raw data then and are dropped, but for
// those of [KeepRaw]. An error fails the run.
func Summary(f func(ctx context.Context, r *trajectory.Run) error) Option {
	return func(o *options) { o.summaries = append(o.summaries, f) }
}

// KeepRaw names results of the experiment that are kept although there is a [Summary], as
// the run names them; * stands for any letters. Without names all are kept. If a flag
// decides about it, the flag is a setting of the sweep like others: it cannot be
// changed in the middle.
func KeepRaw(results ...string) Option {
	if len(results) == 0 {
		results = []string{"*"}
	}
	return func(o *options) { o.keepRaw = append(o.keepRaw, results...) }
}

// summarise calls the functions of Summary for a run, and drops what was there before.
func (s *sweep) summarise(ctx context.Context, r *trajectory.Run) error {
	if len(s.summaries) == 0 {
		return nil
	}
	prefix := "results.runs." + r.Name() + "."
	var raw []string
	for _, rec := range r.Records() {
		if !rec.Leaf {
			continue
		}
		name, own := strings.CutPrefix(rec.Name, prefix)
		kept := slices.ContainsFunc(s.keepRaw, func(pattern string) bool {
			match, err := path.Match(pattern, name)
			return err == nil && match
		})
		if own && !kept {
			raw = append(raw, rec.Name)
		}
	}
	for _, f := range s.summaries {
		if err := f(ctx, r); err != nil {
			return err
		}
	}
	var bad []error
	for _, name := range raw {
		bad = append(bad, r.Remove(name))
	}
	return errors.Join(bad...)
}
