package table

import (
	"fmt"
	"strings"
	"time"

	"galvani/trajectory"
	"galvani/trajectory/design"
)

// Info is what neurolib prints about an exploration.
type Info struct {
	Name, Comment string
	Time          time.Time // when it was made
	Runs          int
	States        map[trajectory.State]int
	Explored      []ExploredInfo
	Start, Finish time.Time // of the first and the last run; zero if not known
}

// ExploredInfo is an explored parameter.
type ExploredInfo struct {
	Name   string   // without "parameters."
	Values int      // how many different ones
	First  []string // some of them, as they come
}

// InfoOf gathers what a trajectory is about.
func InfoOf(t *trajectory.Trajectory) (Info, error) {
	info := Info{Name: t.Name(), Comment: t.Comment(), Time: t.Time(), Runs: t.Len(), States: map[trajectory.State]int{}}
	for i := range t.Len() {
		r, err := t.RunInfo(i)
		if err != nil {
			return info, err
		}
		info.States[r.State]++
		if !r.Start.IsZero() && (info.Start.IsZero() || r.Start.Before(info.Start)) {
			info.Start = r.Start
		}
		if r.Finish.After(info.Finish) {
			info.Finish = r.Finish
		}
	}
	for _, full := range t.Explored() {
		p, err := t.Parameter(full)
		if err != nil {
			return info, err
		}
		distinct, _ := design.Distinct(p.Range())
		x := ExploredInfo{Name: shortName(full), Values: len(distinct)}
		for _, v := range distinct[:min(len(distinct), 6)] {
			x.First = append(x.First, cut(fmt.Sprint(v)))
		}
		info.Explored = append(info.Explored, x)
	}
	return info, nil
}

// String prints it, a line for each.
func (i Info) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-20s %s\n", name+":", fmt.Sprintf(format, args...))
	}
	line("Trajectory", "%s", i.Name)
	if i.Comment != "" {
		line("Comment", "%s", i.Comment)
	}
	line("Made", "%s", i.Time.UTC().Format(time.DateTime))
	var states []string
	for _, s := range []trajectory.State{trajectory.Done, trajectory.Failed, trajectory.Running, trajectory.Pending, trajectory.Lost, trajectory.Cancelled} {
		if n := i.States[s]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, s))
		}
	}
	line("Runs", "%d (%s)", i.Runs, strings.Join(states, ", "))
	for k, x := range i.Explored {
		text := fmt.Sprintf("%s, %d values: %s", x.Name, x.Values, strings.Join(x.First, ", "))
		if x.Values > len(x.First) {
			text += ", …"
		}
		if k == 0 {
			line("Explored parameters", "%s", text)
		} else {
			fmt.Fprintf(&b, "%-20s %s\n", "", text)
		}
	}
	if d := i.Finish.Sub(i.Start); !i.Start.IsZero() && d >= 0 {
		line("Duration", "%s", d.Round(time.Millisecond))
	}
	return b.String()
}
