package network

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// profile adds up how long each entry of the schedule takes.
type profile struct {
	time  map[string]time.Duration
	calls map[string]int64
	slots map[string]Entry
	ticks int64
}

func (p *profile) begin(n *Network) {
	if n.options.Profile && p.time == nil {
		p.time, p.calls, p.slots = map[string]time.Duration{}, map[string]int64{}, map[string]Entry{}
	}
}

// tickProfiled is a tick under the clock, phase by phase.
func (n *Network) tickProfiled(crew *crew) error {
	var failed error
	n.prof.ticks++
	last := n.options.Clock()
	for k := range n.plan.phases {
		p := &n.plan.phases[k]
		if err := n.phase(crew, p); err != nil && failed == nil {
			failed = err
		}
		now := n.options.Clock()
		s := &n.plan.steps[p.lo]
		n.prof.time[s.Name] += now.Sub(last)
		n.prof.slots[s.Name] = s.Entry
		if _, due := s.due(n.now); due {
			n.prof.calls[s.Name]++
		}
		last = now
	}
	return failed
}

// Profile says how long the entries of the schedule took in all runs so far.
type Profile struct {
	Rows []ProfileRow // the longest first
}

// ProfileRow is the cost of one entry of the schedule.
type ProfileRow struct {
	Entry Entry
	Calls int64 // steps in which there was something to do
	Time  time.Duration
	Share float64 // of the time of all rows
}

// Profile tells how long each entry of the schedule took. It is empty without
// Options.Profile. Reading the clock between the entries costs some time itself,
// which is part of what is told.
func (n *Network) Profile() Profile {
	var p Profile
	var total time.Duration
	for name, d := range n.prof.time {
		total += d
		p.Rows = append(p.Rows, ProfileRow{Entry: n.prof.slots[name], Calls: n.prof.calls[name], Time: d})
	}
	for k := range p.Rows {
		if total > 0 {
			p.Rows[k].Share = float64(p.Rows[k].Time) / float64(total)
		}
	}
	slices.SortFunc(p.Rows, func(a, b ProfileRow) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), strings.Compare(a.Entry.Name, b.Entry.Name))
	})
	return p
}

// String prints a table with a line for each entry.
func (p Profile) String() string {
	var b strings.Builder
	for _, r := range p.Rows {
		fmt.Fprintf(&b, "%6.2f %%  %12v  %9d calls  %-10s %s\n", 100*r.Share, r.Time, r.Calls, r.Entry.Slot, r.Entry.Name)
	}
	return b.String()
}
