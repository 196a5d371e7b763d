package neuron

import (
	"fmt"
	"strings"
)

// Range is the neurons Lo <= i < Hi of a group.
type Range struct{ Lo, Hi int }

// View is a group or a part of one: some ranges of its neurons in rising order.
// Neurons of a view are numbered from 0 in that order.
type View interface {
	// Group is the group that the view looks at.
	Group() *Group
	// Name is the group's name, for a part followed by its ranges: "e[0:80]".
	Name() string
	// N is the number of neurons in the view.
	N() int
	// Ranges lists the view's neurons by their numbers in the group. The ranges are
	// not empty, rise, and do not touch.
	Ranges() []Range
	// Err tells what is wrong with the group, or with the way a part of it was
	// cut. Whatever uses a view that has an error reports it.
	Err() error
	// Slice is the part of the neurons lo <= i < hi of this view. Limits out of
	// range are an error of the part.
	Slice(lo, hi int) View
	// Chunks cuts the view into parts of size neurons each; the last one is shorter
	// if they don't come out even.
	Chunks(size int) []View
	// Except is the view without the neurons of another view of the same group.
	Except(other View) View
	// Set records what a variable starts with, as [Group.Set].
	Set(variable string, value any)

	view()
}

// subgroup is a part of a group.
type subgroup struct {
	group  *Group
	ranges []Range
	err    error
}

// broken is an empty part that tells what is wrong. The group is not touched: it may
// be shared by others who cut it well.
func (s *subgroup) broken(format string, args ...any) *subgroup {
	err := s.err
	if err == nil {
		err = fmt.Errorf("neuron: "+format, args...)
	}
	return &subgroup{group: s.group, err: err}
}

func (s *subgroup) Err() error { return s.err }

func (*subgroup) view() {}

func (s *subgroup) Group() *Group { return s.group }

func (s *subgroup) Ranges() []Range { return s.ranges }

func (s *subgroup) N() int {
	n := 0
	for _, r := range s.ranges {
		n += r.Hi - r.Lo
	}
	return n
}

func (s *subgroup) Name() string {
	switch {
	case s.err != nil:
		return s.group.Name() + "[?]"
	case s.N() == s.group.n:
		return s.group.Name()
	}
	var b strings.Builder
	b.WriteString(s.group.Name())
	b.WriteByte('[')
	for k, r := range s.ranges {
		if k > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d:%d", r.Lo, r.Hi)
	}
	b.WriteByte(']')
	return b.String()
}

func (s *subgroup) Slice(lo, hi int) View {
	if s.err != nil || lo < 0 || hi < lo || hi > s.N() {
		return s.broken("slice [%d:%d] of %s, which has %d neurons", lo, hi, s.Name(), s.N())
	}
	part := &subgroup{group: s.group}
	at := 0 // number in the view of the range's first neuron
	for _, r := range s.ranges {
		n := r.Hi - r.Lo
		if a, b := max(lo-at, 0), min(hi-at, n); a < b {
			part.ranges = append(part.ranges, Range{Lo: r.Lo + a, Hi: r.Lo + b})
		}
		at += n
	}
	return part
}

func (s *subgroup) Chunks(size int) []View {
	if s.err != nil || size <= 0 {
		return []View{s.broken("chunks of %d neurons of %s: want a positive size", size, s.Name())}
	}
	var parts []View
	for lo, n := 0, s.N(); lo < n; lo += size {
		parts = append(parts, s.Slice(lo, min(lo+size, n)))
	}
	return parts
}

func (s *subgroup) Except(other View) View {
	switch {
	case s.err != nil || other == nil || other.Group() != s.group:
		name := "nothing"
		if other != nil {
			name = other.Name()
		}
		return s.broken("%s except %s: want a part of the same group", s.Name(), name)
	case other.Group() != other && other.Err() != nil:
		return &subgroup{group: s.group, err: other.Err()}
	}
	rest := &subgroup{group: s.group}
	out := other.Ranges()
	for _, r := range s.ranges {
		lo := r.Lo
		for _, o := range out {
			if o.Hi <= lo || o.Lo >= r.Hi {
				continue
			}
			if o.Lo > lo {
				rest.ranges = append(rest.ranges, Range{Lo: lo, Hi: o.Lo})
			}
			lo = max(lo, o.Hi)
		}
		if lo < r.Hi {
			rest.ranges = append(rest.ranges, Range{Lo: lo, Hi: r.Hi})
		}
	}
	return rest
}

func (s *subgroup) Set(variable string, value any) { s.group.set(s, variable, value) }
