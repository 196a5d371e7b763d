package network

import (
	"slices"
	"strings"

	"galvani/internal/sim"
)

// Entry is a line of a schedule: its slot, its order inside the slot, its name.
type Entry = sim.Entry

// Schedule lists what a step does, in its order.
type Schedule []Entry

// Schedule lists what a step of the network does. Objects with a longer time step
// of their own sit out the steps between.
func (n *Network) Schedule() Schedule {
	var s Schedule
	for _, o := range n.objects {
		s = append(s, o.Entries()...)
	}
	slices.SortStableFunc(s, Entry.Compare)
	return s
}

// String prints a line for each entry.
func (s Schedule) String() string {
	var b strings.Builder
	for _, e := range s {
		b.WriteString(e.String())
		b.WriteByte('\n')
	}
	return b.String()
}
