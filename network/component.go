package network

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"

	"galvani/trajectory"
)

// A Component contributes a part of an experiment: parameters, groups, connections,
// monitors. Embed [Base] for the methods you don't need. One value serves
// all runs at the same time, so what belongs to a run is kept with [Put] and found
// with [Get], never in the component's own fields.
type Component interface {
	// AddParameters adds the component's parameters, before anything is explored.
	AddParameters(t *trajectory.Trajectory) error
	// PreBuild makes, before the sweep, what all runs share. Reading an explored
	// parameter here is an error. A component that makes anything here is
	// not asked to Build.
	PreBuild(b *PreBuild) error
	// Build makes what a run needs. Runs that read the same parameters, values and
	// seed share what the first of them has made.
	Build(b *Build) error
	// AddToNetwork is called before each subrun.
	AddToNetwork(s *Subrun) error
	// RemoveFromNetwork is called after each subrun.
	RemoveFromNetwork(s *Subrun) error
}

// An Analyser is a component that evaluates a subrun when it is over.
type Analyser interface {
	Component
	// Analyse is called after a subrun, before anything is removed.
	Analyse(s *Subrun) error
}

// A Runner is the component that says how the network is run. Embed
// [RunnerBase]; normally only AddParameters, which adds the durations of the subruns, is left to write.
type Runner interface {
	Component
	// Settings says which subruns there are and how the network is made.
	Settings() RunnerBase
}

// Components is a list of components in the order in which they are called: what one
// needs from another has to be listed before it.
type Components []Component

// Analysers is a list of analysers, called after the components.
type Analysers []Analyser

// Base has every method of a [Component] and none of them does anything.
type Base struct{}

// AddParameters does nothing.
func (Base) AddParameters(*trajectory.Trajectory) error { return nil }

// PreBuild does nothing.
func (Base) PreBuild(*PreBuild) error { return nil }

// Build does nothing.
func (Base) Build(*Build) error { return nil }

// AddToNetwork does nothing.
func (Base) AddToNetwork(*Subrun) error { return nil }

// RemoveFromNetwork does nothing.
func (Base) RemoveFromNetwork(*Subrun) error { return nil }

// RunnerBase is a [Runner] but for the durations of the subruns, which its groups
// of parameters hold: one parameter per subrun, with a time as value and an integer annotation "order".
// Subruns run by rising order, which need not be consecutive.
type RunnerBase struct {
	Base
	Durations    string       // group of the subruns; "": simulation.durations
	PreDurations string       // group of the pre-run's subruns, if any; "": simulation.pre_durations
	Network      Options      // time step, workers, kernel path, reports; the seeds are set for each run
	Logger       *slog.Logger // told of subruns, and with a clock in Network of their progress; nil: slog.Default()
	Sharing      Sharing      // bounds of the builds remembered between runs
}

// Settings returns r with its defaults filled in.
func (r RunnerBase) Settings() RunnerBase {
	if r.Durations == "" {
		r.Durations = "simulation.durations"
	}
	if r.PreDurations == "" {
		r.PreDurations = "simulation.pre_durations"
	}
	if r.Logger == nil {
		r.Logger = slog.Default()
	}
	if r.Network.ReportPeriod == 0 {
		r.Network.ReportPeriod = 10 * time.Second
	}
	return r
}

// hooks are the methods that the manager calls.
func hooks() []string {
	return []string{"AddParameters", "PreBuild", "Build", "AddToNetwork", "RemoveFromNetwork", "Analyse", "Settings"}
}

// checkMethods refuses a component with a method that is nearly a hook, which
// would be silently never called, and one that stands in the wrong list.
func checkMethods(c Component) error {
	var errs []error
	t := reflect.TypeOf(c)
	for m := range t.Methods() {
		for _, hook := range hooks() {
			if m.Name != hook && nearlySame(m.Name, hook) {
				errs = append(errs, fmt.Errorf("network: %s has a method %s, which is never called: did you mean %s?", componentName(c), m.Name, hook))
			}
		}
	}
	if _, isAnalyser := c.(Analyser); !isAnalyser {
		if _, ok := t.MethodByName("Analyse"); ok {
			errs = append(errs, fmt.Errorf("network: the method Analyse of %s does not have the form Analyse(*network.Subrun) error", componentName(c)))
		}
	}
	return errors.Join(errs...)
}

// componentName names a component in messages by its type.
func componentName(c Component) string {
	return strings.TrimPrefix(strings.TrimPrefix(fmt.Sprintf("%T", c), "*"), "main.")
}

// nearlySame tells whether two method names differ by no more than case,
// underscores and one slip of the hand.
func nearlySame(a, b string) bool {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	a, b = fold(a), fold(b)
	return a == b || len(b) > 4 && oneSlip(a, b)
}

// oneSlip tells whether a becomes b by one letter put in, left out, replaced or
// swapped with its neighbour.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(a) < len(b):
		return a[i:] == b[i+1:]
	case i == len(a):
		return true
	case a[i+1:] == b[i+1:]:
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
