package network

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"galvani/trajectory"
)

// Manager puts an experiment together from components and carries out its runs. It
// is an experiment for package env: Prepare once, then Run for every point, any number of
// them at the same time.
type Manager struct {
	components Components
	analysers  Analysers
	runner     Runner
	all        []Component // in the order in which they are called

	settings RunnerBase
	memo     *memo[product]
	stamps   atomic.Uint64
	report   func(run int, fraction float64)
	base     base
}

// base is what Prepare made: the state from which every run starts.
type base struct {
	prepared bool
	prebuilt []bool // by component
	objects  []Object
	values   []registered
	snapshot *Snapshot // after the pre-run; nil without one
}

// NewManager makes a manager of a runner, components and analysers. Components are
// called in the order components, analysers, runner. The error names methods that are
// nearly hooks and would never be called.
func NewManager(r Runner, c Components, a Analysers) (*Manager, error) {
	m := &Manager{components: c, analysers: a, runner: r}
	var errs []error
	for _, x := range c {
		m.all = append(m.all, x)
		if _, ok := x.(Analyser); ok {
			errs = append(errs, fmt.Errorf("network: %s has a method Analyse, but stands among the components, where it is never called: list it as an analyser", componentName(x)))
		}
	}
	for _, x := range a {
		m.all = append(m.all, x)
	}
	m.all = append(m.all, r)
	for i, x := range m.all {
		switch {
		case x != nil:
			errs = append(errs, checkMethods(x))
		case i == len(m.all)-1:
			errs = append(errs, errors.New("network: the runner is nil"))
		default:
			errs = append(errs, fmt.Errorf("network: component %d is nil", i))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	m.settings = r.Settings()
	m.memo = newMemo[product](m.settings.Sharing)
	return m, nil
}

// AddParameters lets all components add their parameters: components, analysers,
// runner.
func (m *Manager) AddParameters(t *trajectory.Trajectory) error {
	for _, c := range m.all {
		if err := c.AddParameters(t); err != nil {
			return located(componentName(c)+".AddParameters", err)
		}
	}
	return nil
}

// ReportTo makes the manager tell how far each run has come, as a fraction of
// the simulated time.
func (m *Manager) ReportTo(report func(run int, fraction float64)) { m.report = report }

// SharingStats says how often builds were shared between runs.
func (m *Manager) SharingStats() SharingStats { return m.memo.snapshot() }

// Prepare makes what all runs start from: PreBuild of all components, and the
// pre-run if there are durations for one. It must not be called while runs go on.
func (m *Manager) Prepare(ctx context.Context, t *trajectory.Trajectory) error {
	x := m.execution(t, t.AddDerived, t.AddResult)
	x.seed, x.buildSeed = t.Seed(), t.Seed()
	base := base{prepared: true, prebuilt: make([]bool, len(m.all))}
	for i, c := range m.all {
		b := &PreBuild{*x.build(ctx, c, "PreBuild", func(readKey, any) {})}
		p, err := b.finish(c.PreBuild(b))
		if err != nil {
			return err
		}
		base.prebuilt[i] = len(p.objects)+len(p.values)+len(p.derived) > 0
		x.objects = append(x.objects, p.objects...)
	}
	base.objects, base.values = x.objects, x.values.list
	if durations, err := t.Node(m.settings.PreDurations); err == nil {
		if name := explored(durations); name != "" {
			return fmt.Errorf("network: pre-run: %w: %s", ErrExplored, name)
		}
		if len(base.objects) == 0 {
			return fmt.Errorf("network: there are durations for a pre-run in %s, but no component made anything in PreBuild", m.settings.PreDurations)
		}
		if err := m.execute(ctx, x, m.settings.PreDurations); err != nil {
			return fmt.Errorf("pre-run: %w", err)
		}
		var err error
		if base.snapshot, err = x.net.Snapshot(); err != nil {
			return fmt.Errorf("pre-run: %w", err)
		}
	} else if !errors.Is(err, trajectory.ErrNotFound) {
		return err
	}
	m.base = base
	return nil
}

// Run carries out one run: it builds what was not built before, and runs the
// network through the run's subruns.
func (m *Manager) Run(ctx context.Context, r *trajectory.Run) error {
	if !m.base.prepared {
		return errors.New("network: Run before Prepare")
	}
	x := m.execution(r, r.AddDerived, r.AddResult)
	x.run, x.seed, x.buildSeed = r, r.Seed(), r.BuildSeed()
	x.objects, x.values.list = slices.Clone(m.base.objects), slices.Clone(m.base.values)
	x.snapshot = m.base.snapshot
	for i, c := range m.all {
		if m.base.prebuilt[i] {
			continue
		}
		if err := x.shared(ctx, i, c); err != nil {
			return err
		}
	}
	return m.execute(ctx, x, m.settings.Durations)
}

// execution is one run while it goes on, or the pre-run.
type execution struct {
	m               *Manager
	run             *trajectory.Run // nil in the pre-run
	getter          trajectory.Getter
	addDerived      func(path string, value any, opts ...trajectory.AddOption) error
	addResult       func(path string, value any, opts ...trajectory.AddOption) error
	seed, buildSeed uint64
	values          registry
	objects         []Object
	snapshot        *Snapshot
	net             *Network
	remaining       Remaining
	recorded        []recorded
	subrun          string  // the one going on
	passed          float64 // seconds simulated before it
}

type adder = func(path string, value any, opts ...trajectory.AddOption) error

func (m *Manager) execution(g trajectory.Getter, addDerived, addResult adder) *execution {
	return &execution{m: m, getter: g, addDerived: addDerived, addResult: addResult,
		values: registry{stamp: func() uint64 { return m.stamps.Add(1) }}}
}

// options are those of the run's network.
func (x *execution) options() Options {
	o := x.m.settings.Network
	o.Seed, o.BuildSeed, o.Report = x.seed, x.buildSeed, x.report
	return o
}

// report tells everybody who wants to know how far the run is.
func (x *execution) report(p Progress) {
	settings := x.m.settings
	if settings.Network.Report != nil {
		settings.Network.Report(p)
	}
	if settings.Network.Clock != nil && p.Done < p.Total {
		settings.Logger.Info("running", "run", x.name(), "subrun", x.subrun, "percent", int(100*p.Fraction()), "remaining", p.Remaining)
	}
	if x.m.report != nil && x.run != nil {
		total := x.passed + p.Total
		for _, next := range x.remaining.list {
			total += next.Duration.SI()
		}
		x.m.report(x.run.Index(), (x.passed+p.Done)/total)
	}
}

// scope makes what a callback of a component works on.
func (x *execution) scope(c Component, callback string, note func(readKey, any)) scope {
	return scope{where: componentName(c) + "." + callback, getter: x.getter, values: &x.values, note: note, begun: x.m.stamps.Load()}
}

// build makes what a component builds with.
func (x *execution) build(ctx context.Context, c Component, callback string, note func(readKey, any)) *Build {
	o := x.options()
	return &Build{
		Builder: NewBuilder(BuildOptions{Seed: x.buildSeed, DT: o.DT, Workers: o.Workers, Kernel: o.Kernel}),
		scope:   x.scope(c, callback, note),
		ctx:     ctx, run: x.run, add: x.addDerived, before: len(x.values.list),
	}
}

// shared lets a component build, or takes what it built for a run that read the
// same.
func (x *execution) shared(ctx context.Context, slot int, c Component) error {
	own := false
	p, err := x.m.memo.do(ctx, slot, x.look, func(note func(readKey, any)) (made[product], error) {
		own = true
		b := x.build(ctx, c, "Build", note)
		p, err := b.finish(c.Build(b))
		return made[product]{p, size(p.objects)}, err
	})
	if err != nil {
		return err
	}
	x.objects = append(x.objects, p.objects...)
	if own {
		return nil
	}
	for _, v := range p.values {
		if old, ok := x.values.find(v.name); ok {
			return fmt.Errorf("network: %s: %q has been put before, by %s", v.by, v.name, old.by)
		}
		x.values.list = append(x.values.list, v)
	}
	for _, d := range p.derived {
		if err := x.addDerived(d.path, d.value, d.opts...); err != nil {
			return err
		}
	}
	return nil
}

// look tells what this run finds where another one's build has read.
func (x *execution) look(k readKey) any {
	switch k.kind {
	case readParameter:
		return lookNode(x.getter.Node(k.name))
	case readValue:
		if r, ok := x.values.find(k.name); ok {
			return r.stamp
		}
		return absent{}
	case readSeed:
		return x.buildSeed
	default:
		return x.run.Index()
	}
}

// size is the memory of the objects that say how much they take.
func size(objects []Object) int64 {
	var sum int64
	for _, o := range objects {
		if o, ok := o.(interface{ Bytes() int64 }); ok {
			sum += o.Bytes()
		}
	}
	return sum
}

// execute makes the network and runs it through the subruns of a group of
// durations.
func (m *Manager) execute(ctx context.Context, x *execution, durations string) error {
	list, err := planned(x.getter, durations)
	if err != nil {
		return err
	}
	x.net = New(x.options())
	x.net.Add(x.objects...)
	if err := x.net.Err(); err != nil {
		return err
	}
	if x.snapshot != nil {
		if err := x.net.Restore(x.snapshot); err != nil {
			return err
		}
	}
	x.remaining.Replace(list...)
	for index := 0; x.remaining.Len() > 0; index++ {
		if err := m.subrun(ctx, x, index); err != nil {
			return err
		}
	}
	for _, r := range x.recorded {
		result, err := r.result(x.net)
		if err != nil {
			return err
		}
		if err := x.addResult(r.path, result); err != nil {
			return err
		}
	}
	return nil
}

// subrun carries out the next subrun in eight steps.
func (m *Manager) subrun(ctx context.Context, x *execution, index int) error {
	next := x.remaining.next()
	call := func(c Component, callback string, f func(*Subrun) error) error {
		s := &Subrun{scope: x.scope(c, callback, func(readKey, any) {}), ctx: ctx, planned: next, index: index, exec: x}
		err := f(s)
		if err == nil {
			err = s.Err()
		}
		if err != nil {
			return located(fmt.Sprintf("%s in subrun %s", s.where, next.Name), err)
		}
		return nil
	}
	var steps []func() error
	add := func(c Component) {
		steps = append(steps, func() error { return call(c, "AddToNetwork", c.AddToNetwork) })
	}
	remove := func(c Component) {
		steps = append(steps, func() error { return call(c, "RemoveFromNetwork", c.RemoveFromNetwork) })
	}
	for _, c := range m.components {
		add(c)
	}
	for _, a := range m.analysers {
		add(a)
	}
	add(m.runner)
	steps = append(steps, func() error { return m.simulate(ctx, x, next, index) })
	for _, a := range m.analysers {
		steps = append(steps, func() error { return call(a, "Analyse", a.Analyse) })
	}
	remove(m.runner)
	for _, a := range m.analysers {
		remove(a)
	}
	for _, c := range m.components {
		remove(c)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// simulate runs the network for one subrun.
func (m *Manager) simulate(ctx context.Context, x *execution, p Planned, index int) error {
	m.settings.Logger.Debug("starting subrun", "run", x.name(), "subrun", p.Name, "index", index, "duration", p.Duration.String())
	x.subrun = p.Name
	if err := x.net.RunFor(ctx, p.Duration); err != nil {
		return fmt.Errorf("subrun %s: %w", p.Name, err)
	}
	x.passed += p.Duration.SI()
	return nil
}

func (x *execution) name() string {
	if x.run == nil {
		return "pre-run"
	}
	return x.run.Name()
}
