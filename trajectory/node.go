package trajectory

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Node is a group, parameter or result of a trajectory or of a run's view of it.
type Node interface {
	// FullName is the parts from the root joined by dots; "" is the root.
	FullName() string
	// Name is the last part of the full name.
	Name() string
	// Comment is what the node was given as a comment.
	Comment() string
	// Annotations returns a copy of the node's annotations.
	Annotations() map[string]any
	// IsLeaf tells parameters and results from groups.
	IsLeaf() bool
	// Class is the class name in the file: Parameter, Result, …; "" for a
	// group of the standard class.
	Class() string
}

// Getter is what values are read from: *Trajectory, *Group and *Run, and
// whatever wraps them. A path is a full name, a name relative to the receiver or a
// shortcut (see [Trajectory.Node]).
type Getter interface {
	Node(path string) (Node, error)
}

// source is where the items of a leaf are read from.
type source struct {
	all  func() ([]Item, error)
	some func(names ...string) ([]Item, error) // nil if they can only be read together
}

// held is the source of items that are in memory.
func held(items []Item) source {
	return source{all: func() ([]Item, error) { return items, nil }}
}

// items reads those of a result, unless they are kept in memory.
func (n *node) items() ([]Item, error) {
	if n.kept != nil {
		return *n.kept, nil
	}
	return n.source.all()
}

// node is the common storage behind the handles; it never leaves the package.
type node struct {
	name, full string
	depth      int
	run        int // index of the run it hangs under, noRun if none
	leaf       bool
	class      string
	comment    string
	notes      []Item // annotations by name
	children   map[string]*node
	link       string // full name of the target of a link
	param      *param
	limits     []*limit // of the values of a parameter
	locked     bool     // a parameter that was locked alone
	source     source   // of a result's items
	kept       *[]Item  // what was read of them and is kept
}

// param is the content of a parameter. It is loaded at most once, then
// only Set and Explore change it, before the runs.
type param struct {
	once     sync.Once
	source   source // empty if it was made in memory
	kind     *Kind  // nil: class unknown
	value    any    // an Items of what the file holds, if the class is unknown or cannot decode it
	explored span   // nil if it is not explored
	raw      []Item // as loaded, while unchanged
	layout   layout // of the rows of raw's range; nil if there is one per run
	err      error  // of reading
	strange  error  // why the class could not decode it
}

// ready loads what comes from a file.
func (n *node) ready() error {
	p := n.param
	p.once.Do(func() {
		if p.source.all == nil {
			return
		}
		p.raw, p.err = p.source.all()
		if p.err != nil {
			return
		}
		if p.kind == nil {
			p.value = rawItems(p.raw)
			return
		}
		if len(p.raw) == 0 {
			return // an empty parameter
		}
		var explored Range
		var err error
		if p.value, explored, err = p.kind.Decode(p.raw); err != nil {
			p.strange = fmt.Errorf("trajectory: %s of class %s: %w", n.full, n.class, err)
			p.value = rawItems(p.raw)
			return
		}
		switch {
		case explored == nil:
		case p.layout != nil:
			p.explored = p.layout.span(explored)
		default:
			p.explored = span{{base: explored, stride: 1, n: explored.Len()}}
		}
	})
	return p.err
}

// decoder is the kind that the value of a parameter is of, once it is ready; without one the
// value is what the file holds, and the error says why.
func (n *node) decoder() (*Kind, error) {
	switch p := n.param; {
	case p.strange != nil:
		return nil, p.strange
	case p.kind == nil:
		return nil, fmt.Errorf("trajectory: %s is of class %s, for which no kind was passed: %w", n.full, n.class, ErrType)
	}
	return n.param.kind, nil
}

// rawItems makes values of items whose class nobody knows.
func rawItems(items []Item) Items {
	m := make(Items, len(items))
	for _, it := range items {
		v, err := Decode(it.Data)
		if err != nil {
			v = it.Data
		}
		m[it.Name] = v
	}
	return m
}

func (n *node) annotations() map[string]any {
	m := make(map[string]any, len(n.notes))
	for _, it := range n.notes {
		name, v := decodeNote(it)
		m[name] = v
	}
	return m
}

// annotate adds an annotation or replaces the one of its name.
func (n *node) annotate(it Item) {
	notes := slices.DeleteFunc(slices.Clone(n.notes), func(old Item) bool { return noteName(old) == noteName(it) })
	i, _ := slices.BinarySearchFunc(notes, it.Name, func(it Item, s string) int { return strings.Compare(it.Name, s) })
	n.notes = slices.Insert(notes, i, it)
}

// Group is a node that has children. A group handed out by a run shows the
// run's values and what the run added.
type Group struct {
	n     *node
	scope *scope
}

// FullName implements [Node].
func (g *Group) FullName() string { return g.n.full }

// Name implements [Node].
func (g *Group) Name() string { return g.n.name }

// Comment implements [Node].
func (g *Group) Comment() string { return g.n.comment }

// Annotations implements [Node].
func (g *Group) Annotations() map[string]any { return g.n.annotations() }

// IsLeaf implements [Node].
func (g *Group) IsLeaf() bool { return false }

// Class implements [Node].
func (g *Group) Class() string { return g.n.class }

// Node finds a node below the group; see [Trajectory.Node]. A full name works
// too when it lies below the group.
func (g *Group) Node(path string) (Node, error) { return g.scope.find(g.n, path) }

// Children lists the direct children by name; links stand as their targets.
func (g *Group) Children() []Node {
	var out []Node
	for _, c := range g.scope.children(g.n) {
		if target := g.scope.resolve(c); target != nil {
			out = append(out, g.scope.handle(target))
		}
	}
	return out
}

// Leaves yields all parameters and results below the group by full name,
// without following links.
func (g *Group) Leaves() iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		g.scope.walk(g.n, func(n *node) bool {
			return !n.leaf || yield(n.full, g.scope.handle(n))
		})
	}
}

// Nodes yields the nodes below the group, parents first, children by name,
// without following links.
func (g *Group) Nodes() iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		g.scope.walk(g.n, func(n *node) bool {
			return n == g.n || n.link != "" || yield(n.full, g.scope.handle(n))
		})
	}
}

// Parameters yields all parameters below the group by full name.
func (g *Group) Parameters() iter.Seq2[string, *Parameter] {
	return func(yield func(string, *Parameter) bool) {
		g.scope.walk(g.n, func(n *node) bool {
			return n.param == nil || yield(n.full, &Parameter{n: n, run: g.scope.run})
		})
	}
}

// Links lists the links that hang directly below the group: name and full
// name of the target.
func (g *Group) Links() map[string]string {
	m := map[string]string{}
	for _, c := range g.scope.children(g.n) {
		if c.link != "" {
			m[c.name] = c.link
		}
	}
	return m
}

// maxChildren is how many children the text of a group names.
const maxChildren = 6

// String prints class, name, comment and the first children, as pypet does.
func (g *Group) String() string {
	if g.n.full == "" {
		return g.scope.t.String()
	}
	class := g.n.class
	if class == "" {
		class = "Group"
	}
	return fmt.Sprintf("%s %s%s: %s", class, g.n.full, inTicks(g.n.comment), g.childrenText())
}

func (g *Group) childrenText() string {
	var names []string
	for i, c := range g.scope.children(g.n) {
		if i == maxChildren {
			names = append(names, "...")
			break
		}
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

func inTicks(comment string) string {
	if comment == "" {
		return ""
	}
	return " (`" + comment + "`)"
}

// Parameter is a leaf that holds one value and, when it is explored, a range
// of values. Parameters, derived parameters and config are of this type. Values
// that are slices or hold some are shared: do not change them.
type Parameter struct {
	n   *node
	run int // the run whose value is shown, noRun for the default
}

// FullName implements [Node].
func (p *Parameter) FullName() string { return p.n.full }

// Name implements [Node].
func (p *Parameter) Name() string { return p.n.name }

// Comment implements [Node].
func (p *Parameter) Comment() string { return p.n.comment }

// Annotations implements [Node].
func (p *Parameter) Annotations() map[string]any { return p.n.annotations() }

// IsLeaf implements [Node].
func (p *Parameter) IsLeaf() bool { return true }

// Class implements [Node].
func (p *Parameter) Class() string { return p.n.class }

// Err says why the value could not be read from its file ([Trajectory.Node] has
// already returned that error for what it handed out), or why its class could not decode it.
func (p *Parameter) Err() error {
	if err := p.n.ready(); err != nil {
		return err
	}
	return p.n.param.strange
}

// Value is the run's value in a run's view and the default elsewhere. A
// parameter of a class that no kind is known for, or whose kind cannot decode it (see
// [Parameter.Err]), has an [Items] of what the file holds.
func (p *Parameter) Value() any {
	if p.n.ready() != nil {
		return nil
	}
	if x := p.n.param.explored; x != nil && p.run != noRun {
		return x.At(p.run)
	}
	return p.n.param.value
}

// Default is the value outside of any run.
func (p *Parameter) Default() any {
	if p.n.ready() != nil {
		return nil
	}
	return p.n.param.value
}

// Explored tells whether the parameter has a range.
func (p *Parameter) Explored() bool { return p.n.ready() == nil && p.n.param.explored != nil }

// Range is the value of every run, nil if the parameter is not explored.
func (p *Parameter) Range() Range {
	if !p.Explored() {
		return nil
	}
	return p.n.param.explored
}

// Text prints the value as a run's summary shows it.
func (p *Parameter) Text() string { return p.text(p.Value()) }

func (p *Parameter) text(v any) string {
	if k, _ := p.n.decoder(); k != nil && k.Text != nil {
		return k.Text(v)
	}
	return PythonText(v)
}

// Empty tells whether the parameter has no value, as one of pypet's may.
func (p *Parameter) Empty() bool { return p.n.ready() == nil && p.n.param.value == nil }

// String prints class, name, number of runs, comment and value, as pypet does.
func (p *Parameter) String() string {
	var about []string
	if r := p.Range(); r != nil {
		about = append(about, fmt.Sprintf("len:%d", r.Len()))
	}
	if p.n.comment != "" {
		about = append(about, "`"+p.n.comment+"`")
	}
	text := fmt.Sprintf("<%s> %s", p.n.class, p.n.full)
	if len(about) > 0 {
		text += " (" + strings.Join(about, ", ") + ")"
	}
	switch err := p.Err(); {
	case err != nil:
		return text + ": " + err.Error()
	case p.n.param.value == nil:
		return text
	}
	return text + ": " + p.Text()
}

// Result is a leaf that holds named items. They are read from their file each
// time they are asked for and not kept, unless [Trajectory.Load] has read them.
type Result struct {
	n     *node
	scope *scope
}

// FullName implements [Node].
func (r *Result) FullName() string { return r.n.full }

// Name implements [Node].
func (r *Result) Name() string { return r.n.name }

// Comment implements [Node].
func (r *Result) Comment() string { return r.n.comment }

// Annotations implements [Node].
func (r *Result) Annotations() map[string]any { return r.n.annotations() }

// IsLeaf implements [Node].
func (r *Result) IsLeaf() bool { return true }

// Class implements [Node].
func (r *Result) Class() string { return r.n.class }

// Items reads all values by name. A result whose kind makes one value of all
// its items has that under the result's own name. A class that no kind is known
// for gives what the file holds.
func (r *Result) Items() (Items, error) {
	raw, err := r.n.items()
	if err != nil {
		return nil, err
	}
	k := r.scope.t.kind(r.n.class)
	if k == nil || !k.Result {
		return rawItems(raw), nil
	}
	v, _, err := k.Decode(raw)
	if err != nil {
		return nil, fmt.Errorf("trajectory: %s of class %s: %w", r.n.full, r.n.class, err)
	}
	if items, ok := v.(Items); ok {
		return items, nil
	}
	return Items{r.n.name: v}, nil
}

// Raw reads the items as the file holds them.
func (r *Result) Raw() ([]Item, error) { return r.n.items() }

// Item reads one value.
func (r *Result) Item(name string) (any, error) {
	if v, ok, err := r.alone(name); ok || err != nil {
		return v, err
	}
	items, err := r.Items()
	if err != nil {
		return nil, err
	}
	v, ok := items[name]
	if !ok {
		return nil, fmt.Errorf("trajectory: result %s has no item %q (it has %s): %w", r.n.full, name, strings.Join(sortedKeys(items), ", "), ErrNotFound)
	}
	return v, nil
}

// alone reads one item without the others, if the file and the class of the
// result allow that. A class that nobody knows has its items as they are stored.
func (r *Result) alone(name string) (v any, ok bool, err error) {
	k := r.scope.t.kind(r.n.class)
	known := k != nil && k.Result
	if r.n.kept != nil || r.n.source.some == nil || known && k.Parts == nil {
		return nil, false, nil
	}
	names := ownName(name)
	if known {
		names = k.Parts(name)
	}
	raw, err := r.n.source.some(names...)
	if err != nil || len(raw) == 0 {
		return nil, false, err
	}
	if !known {
		v, ok = rawItems(raw)[name]
		return v, ok, nil
	}
	all, _, err := k.Decode(raw)
	if err != nil {
		return nil, false, fmt.Errorf("trajectory: %s of class %s: %w", r.n.full, r.n.class, err)
	}
	items, _ := all.(Items)
	v, ok = items[name]
	return v, ok, nil
}

// Value reads the item that is named like the result, or its only item.
func (r *Result) Value() (any, error) {
	if v, ok, err := r.alone(r.n.name); ok || err != nil {
		return v, err
	}
	items, err := r.Items()
	if err != nil {
		return nil, err
	}
	if v, ok := items[r.n.name]; ok {
		return v, nil
	}
	if len(items) == 1 {
		for v := range maps.Values(items) {
			return v, nil
		}
	}
	return nil, fmt.Errorf("trajectory: result %s has the items %s and none called %s: %w", r.n.full, strings.Join(sortedKeys(items), ", "), r.n.name, ErrNotFound)
}

// maxItemsText is how long the text of a result's items is at most.
const maxItemsText = 64

// String prints class, name, comment and the beginning of the items, as pypet does.
func (r *Result) String() string {
	head := fmt.Sprintf("%s %s%s", r.n.class, r.n.full, inTicks(r.n.comment))
	items, err := r.Items()
	if err != nil {
		return head + ": " + err.Error()
	}
	var b strings.Builder
	for _, k := range sortedKeys(items) {
		fmt.Fprintf(&b, "%s=%s, ", k, PythonText(items[k]))
		if b.Len() > 4*maxItemsText {
			break
		}
	}
	text := []rune(b.String())
	switch {
	case len(text) == 0:
		return head
	case len(text) > maxItemsText: // pypet counts the last comma
		return head + ": " + string(text[:maxItemsText-3]) + "..."
	}
	return head + ": " + strings.TrimSuffix(string(text), ", ")
}
