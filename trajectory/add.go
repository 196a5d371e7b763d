package trajectory

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// AddOption is given to the Add functions.
type AddOption struct {
	comment    string
	annotation string
	value      any
	limit      *limit
}

// Comment gives a node its comment.
func Comment(text string) AddOption { return AddOption{comment: text} }

// Annotate gives a node an annotation; see [Trajectory.Annotate] for values.
func Annotate(name string, value any) AddOption { return AddOption{annotation: name, value: value} }

func (n *node) apply(opts []AddOption) error {
	for _, o := range opts {
		switch {
		case o.limit != nil:
			if n.param == nil {
				return fmt.Errorf("trajectory: %s is no parameter and has no limits: %w", orRoot(n.full), ErrType)
			}
			n.limits = append(n.limits, o.limit)
		case o.annotation != "":
			if bad := badPart(o.annotation); bad != "" {
				return fmt.Errorf("trajectory: annotation of %s: %s: %w", n.full, bad, ErrName)
			}
			it, err := encodeNote(o.annotation, o.value)
			if err != nil {
				return fmt.Errorf("trajectory: annotation %q of %s: %w", o.annotation, n.full, err)
			}
			n.annotate(it)
		case o.value != nil:
			return fmt.Errorf("trajectory: an annotation of %s has no name: %w", n.full, ErrName)
		case o.comment != "":
			n.comment = strings.ToValidUTF8(o.comment, "\uFFFD")
		}
	}
	return nil
}

// AddParameter adds a parameter below parameters. The groups of the path
// are made. Slices are copied; everything that [Encode] takes is allowed
// except maps and tables, and what a kind of Options.Kinds matches.
func (t *Trajectory) AddParameter(path string, value any, opts ...AddOption) error {
	return t.addParameter(branchParameters, path, value, opts)
}

// AddConfig adds a parameter below config: for settings of the program that
// have no influence on results, such as the number of workers.
func (t *Trajectory) AddConfig(path string, value any, opts ...AddOption) error {
	return t.addParameter(branchConfig, path, value, opts)
}

// AddDerived adds a parameter below derived_parameters: what was computed from
// parameters before the runs.
func (t *Trajectory) AddDerived(path string, value any, opts ...AddOption) error {
	return t.addParameter(branchDerived, path, value, opts)
}

// AddResult adds a result below results: a value, or several as [Items] or [Numbered].
func (t *Trajectory) AddResult(path string, value any, opts ...AddOption) error {
	full, err := t.fullName(branchResults, path, noRun)
	if err != nil {
		return err
	}
	n, err := t.newResult(full, value, opts)
	if err != nil {
		return err
	}
	return t.insert(n)
}

// AddGroup adds an empty group. A path that starts with none of the branches
// config, parameters, derived_parameters and results makes a branch of its own.
func (t *Trajectory) AddGroup(path string, opts ...AddOption) error {
	full, err := t.fullName("", path, noRun)
	if err != nil {
		return err
	}
	n := &node{full: full, children: map[string]*node{}}
	if err := n.apply(opts); err != nil {
		return err
	}
	return t.insert(n)
}

// AddLink adds a link that leads to the node found under target. Nothing can
// be added below a link.
func (t *Trajectory) AddLink(path, target string) error {
	full, err := t.fullName("", path, noRun)
	if err != nil {
		return err
	}
	switch full {
	case branchConfig, branchParameters, branchDerived, branchResults:
		return fmt.Errorf("trajectory: %s is a branch and cannot be a link: %w", full, ErrName)
	}
	to, err := t.scope().lookup(t.tree.root, target)
	if err != nil {
		return err
	}
	if to == t.tree.root {
		return fmt.Errorf("trajectory: link %s: the root cannot be linked: %w", full, ErrName)
	}
	return t.insert(&node{full: full, link: to.full})
}

// SetComment changes the comment of a node; see [Trajectory.Node] for paths.
func (t *Trajectory) SetComment(path, comment string) error {
	n, err := t.scope().lookup(t.tree.root, path)
	if err != nil {
		return err
	}
	if n == t.tree.root {
		t.comment = strings.ToValidUTF8(comment, "\uFFFD")
		return nil
	}
	n.comment = strings.ToValidUTF8(comment, "\uFFFD")
	return nil
}

// Set changes the value of a parameter that is not explored. The new value has
// the type of the old one. After Lock it is an error that wraps [ErrLocked].
func (t *Trajectory) Set(path string, value any) error {
	n, err := t.scope().lookup(t.tree.root, path)
	if err != nil {
		return err
	}
	if n.param == nil {
		return fmt.Errorf("trajectory: %s is no parameter: %w", n.full, ErrType)
	}
	if t.locked {
		return fmt.Errorf("trajectory: %s cannot be changed: the runs have started: %w", n.full, ErrLocked)
	}
	if n.locked {
		return n.lockedError("changed")
	}
	if err := n.ready(); err != nil {
		return err
	}
	if n.param.explored != nil {
		return fmt.Errorf("trajectory: %s is explored; its value is that of each run", n.full)
	}
	return t.assign(n, value)
}

// assign checks a new value against the old one and takes it over.
func (t *Trajectory) assign(n *node, value any) error {
	p := n.param
	if _, err := n.decoder(); err != nil {
		return err
	}
	value, err := t.plain(value)
	if err != nil {
		return fmt.Errorf("trajectory: %s: %w", n.full, err)
	}
	if !p.kind.same(p.value, value) {
		return fmt.Errorf("trajectory: %s holds %s and cannot be set to %s: %w", n.full, describe(p.value), describe(value), ErrType)
	}
	value, class, err := t.canonical(p.kind, value)
	if err != nil {
		return fmt.Errorf("trajectory: %s: %w", n.full, err)
	}
	p.value, p.raw, n.class = value, nil, class
	return nil
}

func (k *Kind) same(a, b any) bool {
	if k.Same != nil {
		return k.Same(a, b)
	}
	return fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b)
}

// describe names type and value for an error.
func describe(v any) string {
	text := PythonText(v)
	if len(text) > 40 {
		text = text[:37] + "..."
	}
	return fmt.Sprintf("%T %s", v, text)
}

// Preset says what the parameter of that full name will be set to when it is
// added, whatever the program adds it as; the branch parameters may be left
// out, config and derived_parameters not.
// [Trajectory.Unused] lists presets that no parameter took, and [Trajectory.Check] refuses them.
func (t *Trajectory) Preset(path string, value any) error {
	branch, _ := t.wild.translate(Branch(path), noRun)
	if branch != branchConfig && branch != branchDerived {
		branch = branchParameters
	}
	full, err := t.fullName(branch, path, noRun)
	if err != nil {
		return err
	}
	if t.scope().get(full) != nil {
		return fmt.Errorf("trajectory: %s is there already; use Set: %w", full, ErrExists)
	}
	if t.presets == nil {
		t.presets = map[string]any{}
	}
	t.presets[full] = value
	return nil
}

// Unused lists the presets that no parameter has taken up so far.
func (t *Trajectory) Unused() []string { return sortedKeys(t.presets) }

func (t *Trajectory) addParameter(branch, path string, value any, opts []AddOption) error {
	full, err := t.fullName(branch, path, noRun)
	if err != nil {
		return err
	}
	if t.locked {
		return fmt.Errorf("trajectory: %s cannot be added: the runs have started: %w", full, ErrLocked)
	}
	n, err := t.newParameter(full, value, opts)
	if err != nil {
		return err
	}
	preset, ok := t.presets[full]
	if ok {
		if err := t.assign(n, preset); err != nil {
			return fmt.Errorf("trajectory: preset: %w", err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err = t.tree.insert(n); err == nil && ok {
		delete(t.presets, full)
	}
	return err
}

// newParameter makes a node that is in no tree yet.
func (t *Trajectory) newParameter(full string, value any, opts []AddOption) (*node, error) {
	value, err := t.plain(value)
	if err != nil {
		return nil, fmt.Errorf("trajectory: %s: %w", full, err)
	}
	k, err := t.kindFor(value)
	if err != nil {
		return nil, fmt.Errorf("trajectory: %s: %w", full, err)
	}
	value, class, err := t.canonical(k, value)
	if err != nil {
		return nil, fmt.Errorf("trajectory: %s: %w", full, err)
	}
	n := &node{full: full, leaf: true, class: class, param: &param{kind: k, value: value}}
	return n, n.apply(opts)
}

// canonical copies a value of a built-in kind into the form it would have when
// read from a file, and names its class.
func (t *Trajectory) canonical(k *Kind, value any) (any, string, error) {
	if k.Class == classSparseParameter {
		return copySparse(value)
	}
	if k.Class != classParameter && k.Class != classArrayParameter {
		return value, k.Class, nil
	}
	if j, ok := value.(JSON); ok {
		return j, classParameter, nil
	}
	d, err := Encode(value)
	if err != nil {
		return nil, "", err
	}
	class := classParameter
	if !inTable([]Data{d}) {
		class = classArrayParameter
	}
	v, err := Decode(d)
	return v, class, err
}

// newResult makes a node that is in no tree yet; values are encoded at once.
func (t *Trajectory) newResult(full string, value any, opts []AddOption) (*node, error) {
	encoded, class, err := t.encodeResult(full, value)
	if err != nil {
		return nil, fmt.Errorf("trajectory: %s: %w", full, err)
	}
	n := &node{full: full, leaf: true, class: class, source: held(encoded)}
	return n, n.apply(opts)
}

// encodeResult makes the items of a result and names its class.
func (t *Trajectory) encodeResult(full string, value any) ([]Item, string, error) {
	if v, ok := value.(Numbered); ok {
		_, name := cutLast(full)
		value = v.named(name)
	}
	items, several := value.(Items)
	if !several {
		_, name := cutLast(full)
		v, err := t.plain(value)
		if err != nil {
			return nil, "", err
		}
		k := t.resultKindFor(v)
		if k == nil {
			it, err := encodeItem(name, v)
			return []Item{it}, classResult, err
		}
		items = Items{name: v}
	}
	items, err := t.plainItems(items)
	if err != nil {
		return nil, "", err
	}
	names := sortedKeys(items)
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, "/\x00") || !utf8.ValidString(name) {
			return nil, "", fmt.Errorf("item name %q (it must be text, not empty, without / and NUL): %w", name, ErrName)
		}
	}
	k := t.resultKindOf(items, names)
	encoded, err := k.Encode(items, nil)
	if err != nil {
		return nil, "", err
	}
	seen := make(map[string]bool, len(encoded))
	for _, it := range encoded {
		if seen[it.Name] {
			return nil, "", fmt.Errorf("two items are called %q: %w", it.Name, ErrExists)
		}
		seen[it.Name] = true
		if err := it.Data.check(); err != nil {
			return nil, "", fmt.Errorf("item %q: %w", it.Name, err)
		}
	}
	return encoded, k.Class, nil
}

// fullName makes the full name of what is added: abbreviations and wildcards are
// replaced, the branch put in front, the name checked. In a run, runs and the
// run's name follow the branch unless the path names the run itself.
func (t *Trajectory) fullName(branch, path string, run int) (string, error) {
	if run != noRun && branch != "" && isWell(path) && !t.wild.special(path) {
		return branch + ".runs." + t.wild.run(run) + "." + path, nil
	}
	parts, wild := t.wild.path(path, run)
	named := wild
	for _, p := range parts {
		i, ok := t.wild.runOf(p)
		if !ok {
			continue
		}
		if run != noRun && i != run {
			return "", fmt.Errorf("trajectory: %q: run %d adds only what is its own: %w", clip(path), run, ErrName)
		}
		named = true
	}
	if branch != "" && parts[0] != branch {
		for _, b := range []string{branchConfig, branchParameters, branchDerived, branchResults} {
			if parts[0] == b {
				return "", fmt.Errorf("trajectory: %q cannot be added below %s: %w", clip(path), branch, ErrName)
			}
		}
		parts = append([]string{branch}, parts...)
	}
	if run != noRun && !named {
		rest := parts[1:]
		if len(rest) > 0 && rest[0] == "runs" {
			rest = rest[1:]
		}
		parts = append([]string{parts[0], "runs", t.wild.run(run)}, rest...)
	}
	full := strings.Join(parts, ".")
	if err := ValidateName(full); err != nil {
		return "", err
	}
	if full == branch {
		return "", fmt.Errorf("trajectory: %q names the branch itself: %w", clip(path), ErrName)
	}
	return full, nil
}
