package trajectory

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"galvani/internal/durable"
)

// Identity says which program made a plan and how it was called.
type Identity struct {
	Build string   `json:"build,omitempty"` // vcs revision, module sums or a digest
	Args  []string `json:"args,omitempty"`  // what decides about results
}

// Plan is the durable description of a sweep: all parameters with their
// comments and annotations, the explored ranges, what was computed before the
// runs, and seeds. It is written before the first run. When a sweep grows, a further
// generation of its plan is written beside the first one; see [Plan.Next].
type Plan struct {
	Header   Header
	Identity Identity
	// Digest is a hash of everything that results depend on: names, values,
	// ranges, annotations and seed, and the generations before; not of comments,
	// config, name and time.
	Digest string
	// Generation counts how often the sweep was expanded before this plan.
	Generation int

	earlier []generation // as many as Generation says
	records []Record     // with the distinct part of ranges only
	spans   []planSpan

	wildOnce sync.Once
	wild     *wildcards
	wildErr  error
}

// generation is a plan that a sweep had before it was expanded.
type generation struct {
	Digest string `json:"plan"`
	Length int    `json:"length"`
}

// planSpan says how the distinct values of an explored parameter are repeated.
type planSpan struct {
	Name  string `json:"name"`
	Parts layout `json:"parts"`
}

// planNote is the JSON that stands in the plan's file.
type planNote struct {
	Plan     string       `json:"plan"`
	Name     string       `json:"name"`
	Comment  string       `json:"comment,omitempty"`
	Time     time.Time    `json:"time"`
	Seed     string       `json:"seed"` // decimal: JSON numbers end at 2^53
	Length   int          `json:"length"`
	Version  string       `json:"version"`
	Explored []planSpan   `json:"explored,omitempty"`
	Earlier  []generation `json:"earlier,omitempty"`
	Identity
}

// NewPlan describes a trajectory that is set up: its parameters should be
// locked. What wildcards of the program's own stand for is added to its config.
func NewPlan(t *Trajectory, id Identity) (*Plan, error) { return newPlan(t, id, nil) }

func newPlan(t *Trajectory, id Identity, earlier []generation) (*Plan, error) {
	if t == nil {
		return nil, missing("trajectory")
	}
	if err := t.noteWildcards(); err != nil {
		return nil, err
	}
	p := &Plan{Header: t.Header(), Identity: id, Generation: len(earlier), earlier: earlier}
	for r, err := range t.records(t.tree.root, (*node).encodeBase) {
		if err != nil {
			return nil, err
		}
		if r.Name == "" {
			r.Comment = "" // stands in the header
		}
		p.records = append(p.records, r)
	}
	for _, n := range t.explored {
		p.spans = append(p.spans, planSpan{Name: n.full, Parts: n.param.explored.layout()})
	}
	var err error
	p.Digest, err = p.digest()
	return p, err
}

// digest hashes what results depend on.
func (p *Plan) digest() (string, error) {
	var relevant []Record
	for _, r := range p.records {
		if ofNoInfluence(r.Name) {
			continue
		}
		r.Comment = ""
		relevant = append(relevant, r)
	}
	sum := sha256.New()
	note := planNote{Seed: strconv.FormatUint(p.Header.Seed, 10), Length: p.Header.Length, Explored: p.spans, Earlier: p.earlier}
	if err := EncodeShard(sum, note, []RunRecord{{Info: RunInfo{Index: noRun}, Records: relevant}}); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}

// ofNoInfluence tells the config from what decides about results.
func ofNoInfluence(name string) bool {
	return name == branchConfig || name == wildcardBranch || below(name, branchConfig) && !below(name, wildcardBranch)
}

// WritePlan publishes a plan in a runs folder, which is made if need be. It is
// durable when WritePlan returns. If there is a plan of this generation already,
// the error wraps [ErrExists]; if the one before is not that which p grew
// from, [ErrPlanDiffers].
func WritePlan(dir string, p *Plan) error {
	if p == nil {
		return missing("plan")
	}
	if err := p.follows(dir); err != nil {
		return err
	}
	h := p.Header
	note := planNote{
		Plan: p.Digest, Name: h.Name, Comment: h.Comment, Time: h.Time, Seed: strconv.FormatUint(h.Seed, 10), Length: h.Length,
		Version: h.Version, Explored: p.spans, Earlier: p.earlier, Identity: p.Identity,
	}
	err := durable.MakeDir(dir)
	if err == nil {
		_, err = durable.Publish(dir, func(w io.Writer) error {
			return EncodeShard(w, note, []RunRecord{{Info: RunInfo{Index: noRun}, Records: p.records}})
		}, func(uint64) string { return planFile(p.Generation) }, true)
	}
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("trajectory: there is a plan in %s: %w", filepath.Join(dir, planFile(p.Generation)), ErrExists)
	}
	if err != nil {
		return fmt.Errorf("trajectory: writing the plan: %w", err)
	}
	return nil
}

// ReadPlan reads the plan of a runs folder, the newest generation of it. If there
// is none the error wraps [ErrNotFound], if it is damaged [ErrCorrupt].
func ReadPlan(dir string) (*Plan, error) {
	newest, err := newestGeneration(dir)
	if err != nil {
		return nil, err
	}
	return ReadPlanAt(dir, newest)
}

// ReadPlanAt reads a generation of the plan of a runs folder: 0 is the one that the
// sweep began with.
func ReadPlanAt(dir string, generation int) (*Plan, error) {
	path := filepath.Join(dir, planFile(generation))
	s, err := OpenShard(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("trajectory: there is no plan in %s: %w", dir, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var note planNote
	if err := s.Note(&note); err != nil {
		return nil, corrupt(path, err)
	}
	seed, err := strconv.ParseUint(note.Seed, 10, 64)
	if err != nil || note.Length < 1 || note.Length > maxRuns || note.Name == "" {
		return nil, corrupt(path, fmt.Errorf("bad header of the plan"))
	}
	p := &Plan{
		Header:   Header{Name: note.Name, Comment: note.Comment, Time: note.Time, Seed: seed, Length: note.Length, Version: note.Version},
		Identity: note.Identity, Digest: note.Plan, spans: note.Explored, Generation: generation, earlier: note.Earlier,
	}
	if len(p.earlier) != generation || !grows(p.earlier, note.Length) {
		return nil, corrupt(path, fmt.Errorf("it is not the plan of generation %d", generation))
	}
	if p.records, err = s.Load(noRun, false); err != nil {
		return nil, err
	}
	for _, x := range p.spans {
		p.Header.Explored = append(p.Header.Explored, x.Name)
		if err := x.Parts.check(note.Length); err != nil {
			return nil, corrupt(path, fmt.Errorf("range of %s: %w", clip(x.Name), err))
		}
	}
	if digest, err := p.digest(); err != nil || digest != p.Digest {
		return nil, corrupt(path, fmt.Errorf("the content is not what its digest says"))
	}
	return p, nil
}

// Records yields the plan's nodes as stores write them, with ranges in full.
func (p *Plan) Records() iter.Seq2[Record, error] {
	spans := p.layouts()
	return func(yield func(Record, error) bool) {
		for _, r := range p.records {
			if l := spans[r.Name]; l != nil {
				var err error
				if r.Items, err = tileItems(r.Items, l); err != nil {
					yield(r, fmt.Errorf("trajectory: %s: %w", r.Name, err))
					return
				}
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Trajectory makes the trajectory that a plan describes, locked and with
// all runs pending.
func (p *Plan) Trajectory(kinds []Kind) (*Trajectory, error) {
	return p.trajectory(kinds, &OpenOptions{})
}

func (p *Plan) trajectory(kinds []Kind, o *OpenOptions) (*Trajectory, error) {
	wild, err := p.wildcards()
	if err != nil {
		return nil, err
	}
	t, err := newFromHeader(p.Header, kinds, wild)
	if err != nil {
		return nil, err
	}
	spans := p.layouts()
	for _, r := range p.records {
		if !o.wants(r.Name) && spans[r.Name] == nil {
			continue
		}
		if err := t.place(r, held(r.Items)); err != nil {
			return nil, err
		}
		if n := t.tree.nodes[r.Name]; n.param != nil {
			n.param.layout = spans[r.Name]
		}
	}
	t.Lock()
	return t, t.relinkExplored(p.Header.Explored)
}

// layouts are those of the explored parameters by full name.
func (p *Plan) layouts() map[string]layout {
	m := make(map[string]layout, len(p.spans))
	for _, x := range p.spans {
		m[x.Name] = x.Parts
	}
	return m
}

// newFromHeader makes an empty trajectory that something is read into.
func newFromHeader(h Header, kinds []Kind, wild *wildcards) (*Trajectory, error) {
	all, err := allKinds(kinds)
	if err != nil {
		return nil, err
	}
	if h.Length < 1 {
		h.Length = 1
	}
	t := &Trajectory{
		name: h.Name, comment: h.Comment, made: h.Time, seed: h.Seed, version: h.Version, length: h.Length,
		stored: true, kinds: all, wild: wild, tree: newTree(wild.runOf),
	}
	t.outside = scope{t: t, run: noRun}
	return t, nil
}

// relinkExplored finds the explored parameters of what was read. One whose
// range is not of the trajectory's length is an error; one that is missing, as in
// files of programs that died, is left out.
func (t *Trajectory) relinkExplored(names []string) error {
	for _, name := range names {
		n := t.tree.nodes[name]
		if n == nil || n.param == nil {
			continue
		}
		if err := n.ready(); err != nil {
			return err
		}
		x := n.param.explored
		if x == nil {
			continue // a class that nobody knows keeps its range to itself
		}
		if x.Len() != t.length {
			return fmt.Errorf("trajectory: %s has a range of %d values for %d runs: %w", name, x.Len(), t.length, ErrCorrupt)
		}
		t.explored = append(t.explored, n)
	}
	return nil
}

// Difference is one thing in which a set-up differs from a plan.
type Difference struct {
	What string // parameter, range, seed, length, comment, result, build or arguments
	Name string // full name of the node, "" if it is about the whole
	Plan string // what the plan says, "" if it has nothing there
	Now  string // what the program says now, "" if it has nothing there
}

// String says it in a line.
func (d Difference) String() string {
	subject := d.What
	if d.Name != "" {
		subject = d.What + " " + d.Name
	}
	plan, now := d.Plan, d.Now
	switch {
	case plan == "":
		return fmt.Sprintf("%s is new (%s)", subject, now)
	case now == "":
		return fmt.Sprintf("%s is gone (it was %s)", subject, plan)
	}
	return fmt.Sprintf("%s is %s, in the plan %s", subject, now, plan)
}

// Compare lists what differs between the plan and a program's set-up now, in
// the order seed, length, nodes by name, build, arguments. The branch config is
// left out. A set-up that no plan can be made of differs in its error.
func (p *Plan) Compare(t *Trajectory, id Identity) []Difference {
	now, err := newPlan(t, id, p.earlier)
	if err != nil {
		return []Difference{{What: "parameter", Now: err.Error()}}
	}
	var out []Difference
	add := func(what, name, plan, now string) {
		if plan != now {
			out = append(out, Difference{What: what, Name: name, Plan: plan, Now: now})
		}
	}
	add("seed", "", fmt.Sprint(p.Header.Seed), fmt.Sprint(now.Header.Seed))
	add("length", "", fmt.Sprintf("%d runs", p.Header.Length), fmt.Sprintf("%d runs", now.Header.Length))
	before, after := p.byName(), now.byName()
	names := sortedKeys(before)
	for name := range after {
		if _, ok := before[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if ofNoInfluence(name) {
			continue
		}
		compareNodes(t, name, before[name], after[name], add)
	}
	add("build", "", orNone(p.Identity.Build), orNone(id.Build))
	add("arguments", "", orNone(strings.Join(p.Identity.Args, " ")), orNone(strings.Join(id.Args, " ")))
	return out
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// planned is a node of a plan with the repetition of its range.
type planned struct {
	Record
	layout layout // of its range; nil if it has none
}

func (p *Plan) byName() map[string]*planned {
	m := make(map[string]*planned, len(p.records))
	for _, r := range p.records {
		m[r.Name] = &planned{Record: r}
	}
	for _, x := range p.spans {
		if r := m[x.Name]; r != nil {
			r.layout = x.Parts
		}
	}
	return m
}

// texts prints value and range of a node.
func (r *planned) texts(t *Trajectory) (value, explored string) {
	if r.Link != "" {
		return "a link to " + r.Link, ""
	}
	if !r.Leaf {
		return "a group", ""
	}
	k := t.kind(r.Class)
	if k == nil || k.Result {
		var items []string
		for _, it := range r.Items {
			v, _ := Decode(it.Data)
			items = append(items, it.Name+"="+PythonText(v))
		}
		return r.Class + " " + strings.Join(items, ", "), ""
	}
	v, x, err := k.Decode(r.Items)
	if err != nil {
		return err.Error(), ""
	}
	p := Parameter{n: &node{param: &param{kind: k}}}
	value = p.text(v)
	if x == nil {
		return value, ""
	}
	var values []string
	for i := range x.Len() {
		if i == maxListed {
			values = append(values, fmt.Sprintf("… (%d values)", x.Len()))
			break
		}
		values = append(values, p.text(x.At(i)))
	}
	return value, strings.Join(values, ", ")
}

// sameRange tells whether two nodes have the same value in every run, however
// their ranges are put together.
func (r *planned) sameRange(s *planned) bool {
	if r.layout == nil || s.layout == nil {
		return false
	}
	x, err := tileItems(r.Items, r.layout)
	if err != nil {
		return false
	}
	y, err := tileItems(s.Items, s.layout)
	return err == nil && EqualItems(x, y)
}

func compareNodes(t *Trajectory, name string, a, b *planned, add func(what, name, plan, now string)) {
	what := "parameter"
	if name == branchResults || below(name, branchResults) {
		what = "result"
	}
	if a == nil || b == nil {
		var plan, now string
		if a != nil {
			plan, _ = a.texts(t)
		} else {
			now, _ = b.texts(t)
		}
		if plan != "a group" && now != "a group" {
			add(what, name, plan, now)
		}
		return
	}
	same := EqualItems(a.Items, b.Items) && slices.Equal(a.layout, b.layout)
	if !same && !slices.Equal(a.layout, b.layout) {
		same = a.sameRange(b)
	}
	if !same || a.Class != b.Class || a.Link != b.Link || a.Leaf != b.Leaf {
		v, x := a.texts(t)
		w, y := b.texts(t)
		if x != y || v == w {
			describe := func(p *planned, values string) string {
				if p.layout == nil {
					return "not explored"
				}
				return fmt.Sprintf("%s (%s)", values, p.layout)
			}
			if d, e := describe(a, x), describe(b, y); d != e {
				add("range", name, d, e)
			} else if v == w {
				add(what, name, v+" ("+a.Class+")", w+" (now stored otherwise)")
			}
		}
		if v != w {
			add(what, name, v, w)
		}
	}
	if !EqualItems(a.Annotations, b.Annotations) {
		add("annotations", name, orNone(notesText(a.Annotations)), orNone(notesText(b.Annotations)))
	}
	add("comment", name, orNone(a.Comment), orNone(b.Comment))
}

func notesText(notes []Item) string {
	var out []string
	for _, it := range notes {
		name, v := decodeNote(it)
		out = append(out, name+"="+PythonText(v))
	}
	return strings.Join(out, "; ")
}
