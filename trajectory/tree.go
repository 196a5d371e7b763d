package trajectory

import (
	"fmt"
	"slices"
	"strings"
)

// tree holds nodes and finds them by full name and by last name.
type tree struct {
	root   *node
	nodes  map[string]*node
	byName map[string]*namesakes
	links  namesakes                     // all links
	runOf  func(part string) (int, bool) // which run a part of a name stands for

	ofOneRun bool // all nodes are what one run added
}

// namesakes are the nodes with the same last name, those of each run apart, so
// that a search in a run does not look at the others.
type namesakes struct {
	common []*node
	runs   map[int][]*node
	first  [1]*node // room for common: most names are there once
}

func newTree(runOf func(part string) (int, bool)) *tree {
	root := &node{run: noRun, children: map[string]*node{}}
	return &tree{root: root, nodes: map[string]*node{"": root}, byName: map[string]*namesakes{}, runOf: runOf}
}

// group returns the group of that full name and makes it and those above it
// if need be.
func (t *tree) group(full string) (*node, error) {
	if n, ok := t.nodes[full]; ok {
		switch {
		case n.link != "":
			return nil, fmt.Errorf("trajectory: %s is a link, nothing can be added below it: %w", full, ErrThroughLink)
		case n.leaf:
			return nil, fmt.Errorf("trajectory: %s is a %s, nothing can be added below it: %w", full, n.class, ErrExists)
		}
		return n, nil
	}
	return t.insert(&node{full: full, children: map[string]*node{}})
}

// insert adds a node under its full name; the groups above it are made.
func (t *tree) insert(n *node) (*node, error) {
	if old, ok := t.nodes[n.full]; ok {
		what := "group"
		if old.leaf {
			what = old.class
		} else if old.link != "" {
			what = "link"
		}
		return nil, fmt.Errorf("trajectory: %s is there already, as a %s: %w", n.full, what, ErrExists)
	}
	above, name := cutLast(n.full)
	parent, err := t.group(above)
	if err != nil {
		return nil, err
	}
	n.name, n.depth, n.run = name, parent.depth+1, parent.run
	if n.run == noRun {
		if i, ok := t.runOf(name); ok {
			n.run = i
		}
	}
	parent.children[name] = n
	t.nodes[n.full] = n
	s := t.byName[name]
	if s == nil {
		s = &namesakes{}
		t.byName[name] = s
	}
	s.add(n, t.ofOneRun)
	if n.link != "" {
		t.links.add(n, t.ofOneRun)
	}
	return n, nil
}

func (s *namesakes) add(n *node, ofOneRun bool) {
	if n.run == noRun || ofOneRun {
		if s.common == nil {
			s.common = s.first[:0]
		}
		s.common = append(s.common, n)
		return
	}
	if s.runs == nil {
		s.runs = map[int][]*node{}
	}
	s.runs[n.run] = append(s.runs[n.run], n)
}

func (s *namesakes) remove(n *node) {
	drop := func(list []*node) []*node { return slices.DeleteFunc(list, func(m *node) bool { return m == n }) }
	s.common = drop(s.common)
	if s.runs == nil {
		return
	}
	if list := drop(s.runs[n.run]); len(list) > 0 {
		s.runs[n.run] = list
	} else {
		delete(s.runs, n.run)
	}
}

func (t *tree) hasLinks() bool { return len(t.links.common)+len(t.links.runs) > 0 }

// remove takes a node and all below it out.
func (t *tree) remove(n *node) {
	for _, c := range n.children {
		t.remove(c)
	}
	delete(t.nodes, n.full)
	above, _ := cutLast(n.full)
	delete(t.nodes[above].children, n.name)
	t.byName[n.name].remove(n)
	if n.link != "" {
		t.links.remove(n)
	}
}

func cutLast(full string) (above, name string) {
	if i := strings.LastIndexByte(full, '.'); i >= 0 {
		return full[:i], full[i+1:]
	}
	return "", full
}

// below tells whether the node called full lies below the one called top,
// comparing whole parts.
func below(full, top string) bool {
	if top == "" {
		return full != ""
	}
	return len(full) > len(top) && full[len(top)] == '.' && full[:len(top)] == top
}

func join(above, name string) string {
	if above == "" || name == "" {
		return above + name
	}
	return above + "." + name
}
