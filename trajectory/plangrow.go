package trajectory

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// planFile is where a generation of a plan lies: plan.npz, plan_00001.npz, …
func planFile(generation int) string {
	if generation == 0 {
		return planPrefix + npzSuffix
	}
	return numbered(planPrefix+"_", generation, 5) + npzSuffix
}

// newestGeneration finds the newest plan of a runs folder; 0 if there is none.
func newestGeneration(dir string) (int, error) {
	paths, err := listDir(dir, planPrefix+"_", npzSuffix)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("trajectory: %w", err)
	}
	newest := 0
	for _, path := range paths {
		digits := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), planPrefix+"_"), npzSuffix)
		if n, err := strconv.Atoi(digits); err == nil && planFile(n) == filepath.Base(path) {
			newest = max(newest, n)
		}
	}
	return newest, nil
}

// Next describes how a sweep goes on after [Trajectory.Expand]: the plan's next
// generation. The trajectory must be what the plan describes and have more
// runs; otherwise the error wraps [ErrPlanDiffers]. [WritePlan] puts it beside the
// generations before, and from then on it is the plan: shards of earlier generations
// still belong to it, and a worker that knows only the earlier one does no harm.
func (p *Plan) Next(t *Trajectory, id Identity) (*Plan, error) {
	if t == nil {
		return nil, missing("trajectory")
	}
	if t.length <= p.Header.Length {
		return nil, fmt.Errorf("trajectory: the plan has %d runs and the trajectory %d; expand it first: %w", p.Header.Length, t.length, ErrPlanDiffers)
	}
	next, err := newPlan(t, id, append(p.earlier[:len(p.earlier):len(p.earlier)], generation{p.Digest, p.Header.Length}))
	if err != nil {
		return nil, err
	}
	next.Header.Time = p.Header.Time // the sweep is the same
	if d := p.grownBy(next); d != "" {
		return nil, fmt.Errorf("trajectory: expanding the plan: %s: %w", d, ErrPlanDiffers)
	}
	next.keepConfig(p)
	return next, nil
}

// keepConfig takes the config over that the plan had before, since a program that
// goes on with a sweep need not repeat it.
func (p *Plan) keepConfig(before *Plan) {
	isConfig := func(r Record) bool { return ofNoInfluence(r.Name) }
	p.records = slices.DeleteFunc(p.records, isConfig)
	for _, r := range before.records {
		if isConfig(r) {
			p.records = append(p.records, r)
		}
	}
	slices.SortFunc(p.records, func(a, b Record) int {
		return slices.Compare(strings.Split(a.Name, "."), strings.Split(b.Name, "."))
	})
}

// grownBy names a thing in which the runs that p has are others in next, "" if there is none.
func (p *Plan) grownBy(next *Plan) string {
	if p.Header.Seed != next.Header.Seed || p.Header.Name != next.Header.Name {
		return fmt.Sprintf("it is called %s with seed %d, the trajectory %s with seed %d", p.Header.Name, p.Header.Seed, next.Header.Name, next.Header.Seed)
	}
	before, after := p.byName(), next.byName()
	for name, a := range before {
		if ofNoInfluence(name) || below(name, wildcardBranch) {
			continue
		}
		b := after[name]
		if b == nil {
			return name + " is gone"
		}
		if !a.startOf(b, p.Header.Length) {
			return name + " is not what it was"
		}
		delete(after, name)
	}
	for name := range after {
		if !ofNoInfluence(name) && !below(name, wildcardBranch) {
			return name + " is new"
		}
	}
	return ""
}

// startOf tells whether b has the same value in the first runs.
func (r *planned) startOf(b *planned, runs int) bool {
	if r.Leaf != b.Leaf || r.Link != b.Link || (r.layout == nil) != (b.layout == nil) || !EqualItems(r.Annotations, b.Annotations) {
		return false
	}
	if r.layout == nil {
		return r.Class == b.Class && EqualItems(r.Items, b.Items)
	}
	k, other := builtinKind(r.Class), builtinKind(b.Class)
	if k == nil || other == nil {
		return r.Class == b.Class && sameRows(r, b)
	}
	// A range of arrays may be stored otherwise now that others have joined it.
	v, x, err := k.Decode(r.Items)
	if err != nil {
		return false
	}
	w, y, err := other.Decode(b.Items)
	if err != nil || !sameValue(v, w) {
		return false
	}
	if n := len(r.layout); n <= len(b.layout) && slices.Equal(r.layout, b.layout[:n]) {
		places, _ := r.layout.places()
		return sameFirst(x, y, places)
	}
	return sameFirst(r.layout.span(x), b.layout.span(y), runs)
}

func sameFirst(a, b Range, n int) bool {
	for i := range n {
		if !sameValue(a.At(i), b.At(i)) {
			return false
		}
	}
	return true
}

func builtinKind(class string) *Kind {
	for _, k := range builtinKinds() {
		if k.Class == class {
			return &k
		}
	}
	return nil
}

func sameValue(a, b any) bool {
	x, err := Encode(a)
	if err != nil {
		return false
	}
	y, err := Encode(b)
	return err == nil && x.Equal(y)
}

// sameRows tells whether the tables of a begin those of b and the other
// items are the same, but for those that b has more.
func sameRows(a, b *planned) bool {
	x, err := tileItems(a.Items, a.layout)
	if err != nil {
		return false
	}
	y, err := tileItems(b.Items, b.layout)
	if err != nil {
		return false
	}
	byName := map[string]Data{}
	for _, it := range y {
		byName[it.Name] = it.Data
	}
	for _, it := range x {
		d, ok := byName[it.Name]
		if !ok {
			return false
		}
		if strings.HasPrefix(it.Name, itemExplored) && d.Coll == Table {
			d = d.firstRows(it.Data)
		}
		if !it.Data.Equal(d) {
			return false
		}
	}
	return true
}

// firstRows cuts a table to as many rows as another has.
func (d Data) firstRows(like Data) Data {
	out := Data{Coll: Table}
	for i, c := range d.Columns {
		if i >= len(like.Columns) || len(like.Columns[i].Data.Shape) == 0 || len(c.Data.Shape) == 0 || c.Data.Shape[0] < like.Columns[i].Data.Shape[0] {
			return d
		}
		rows := like.Columns[i].Data.Shape[0]
		e := c.Data
		e.Shape = append([]int{rows}, e.Shape[1:]...)
		n, _ := Elements(e.Shape)
		e.Values = sliceValues(e.Values, 0, n)
		out.Columns = append(out.Columns, Column{Name: c.Name, Data: e})
	}
	return out
}

// follows checks that the generation before lies in the folder.
func (p *Plan) follows(dir string) error {
	if p.Generation == 0 {
		return nil
	}
	before, err := ReadPlanAt(dir, p.Generation-1)
	if err != nil {
		return fmt.Errorf("trajectory: expanding the plan: %w", err)
	}
	if want := p.earlier[p.Generation-1].Digest; before.Digest != want {
		return fmt.Errorf("trajectory: expanding the plan in %s: generation %d is %s there, not %s: %w", dir, p.Generation-1, before.Digest, want, ErrPlanDiffers)
	}
	return nil
}

// Covers tells whether shards that name a digest belong to this plan, because
// it is the plan's own or that of an earlier generation, and how many runs
// that one has: such a shard holds none beyond.
func (p *Plan) Covers(digest string) (runs int, ok bool) {
	if digest == p.Digest {
		return p.Header.Length, true
	}
	for _, g := range p.earlier {
		if g.Digest == digest {
			return g.Length, true
		}
	}
	return 0, false
}

// Follow brings a trajectory that is set up as an earlier generation of a plan
// to where the plan is, as [Trajectory.Expand] did when the plan was made. If it is set up as
// none of them, the error wraps [ErrPlanDiffers].
func (t *Trajectory) Follow(p *Plan) error {
	if p == nil {
		return missing("plan")
	}
	for g := 0; g <= p.Generation; g++ {
		length := p.Header.Length
		if g < p.Generation {
			length = p.earlier[g].Length
		}
		if length != t.length {
			continue
		}
		now, err := newPlan(t, Identity{}, p.earlier[:g:g])
		if err != nil {
			return err
		}
		if d, ok := p.Covers(now.Digest); !ok || d != length {
			break
		}
		return t.follow(p)
	}
	return fmt.Errorf("trajectory: it is no earlier generation of the plan: %w", ErrPlanDiffers)
}

// follow takes over the ranges of a plan.
func (t *Trajectory) follow(p *Plan) error {
	full, err := p.Trajectory(t.Kinds())
	if err != nil {
		return err
	}
	if len(full.explored) != len(t.explored) {
		return fmt.Errorf("trajectory: %d parameters are explored, in the plan %d: %w", len(t.explored), len(full.explored), ErrPlanDiffers)
	}
	found := make([]exploration, len(t.explored))
	for i, n := range t.explored {
		m := full.tree.nodes[n.full]
		if m == nil || m.param == nil || m.param.explored == nil {
			return fmt.Errorf("trajectory: %s is not explored in the plan: %w", n.full, ErrPlanDiffers)
		}
		found[i] = exploration{node: n, span: m.param.explored, class: m.class}
	}
	if t.stored {
		t.wild = full.wild // what the file notes ends where the plan did then
		t.tree.runOf = t.wild.runOf
	}
	if err := t.wild.cover(p.Header.Length); err != nil {
		return err
	}
	t.take(found, p.Header.Length)
	return nil
}

// grows tells whether each generation has more runs than the one before.
func grows(earlier []generation, length int) bool {
	last := 0
	for _, g := range earlier {
		if g.Length <= last {
			return false
		}
		last = g.Length
	}
	return length > last
}
