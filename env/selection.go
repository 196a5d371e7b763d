package env

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"galvani/trajectory"
)

// selectRuns finds the runs of a trajectory that a text names: indices and ranges
// of them such as "3,5-9", or conditions on parameters that all have to hold, such as
// "R_ee>=2, trial=1". Numbers are compared as numbers, everything else as text.
func selectRuns(t *trajectory.Trajectory, text string) ([]int, error) {
	if strings.ContainsAny(text, "<>=!") {
		return matchingRuns(t, text)
	}
	chosen := map[int]bool{}
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		lo, err := strconv.Atoi(first)
		hi := lo
		if err == nil && isRange {
			hi, err = strconv.Atoi(last)
		}
		if err != nil || lo > hi {
			return nil, fmt.Errorf("runs %q: want indices such as 3,5-9 or conditions such as \"R_ee>=2, trial=1\"", text)
		}
		if hi >= t.Len() {
			return nil, fmt.Errorf("there is no run %d: %s has %d, counted from 0", hi, t.Name(), t.Len())
		}
		for i := lo; i <= hi; i++ {
			chosen[i] = true
		}
	}
	all := make([]int, 0, len(chosen))
	for i := range chosen {
		all = append(all, i)
	}
	slices.Sort(all)
	return all, nil
}

// A condition compares a parameter with a value.
type condition struct{ name, op, value string }

func parseCondition(text string) (condition, error) {
	// Two letters first, or <= is taken for < with the value "=…".
	for _, op := range []string{"<=", ">=", "!=", "==", "<", ">", "="} {
		name, value, ok := strings.Cut(text, op)
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if ok && name != "" && value != "" && !strings.ContainsAny(name, "<>=!") {
			return condition{name, strings.TrimPrefix(op, "="), value}, nil
		}
	}
	return condition{}, fmt.Errorf("condition %q: want a parameter, one of < <= > >= = != and a value", strings.TrimSpace(text))
}

// holds compares with the text of the parameter's value.
func (c condition) holds(text string) bool {
	order := strings.Compare(text, c.value)
	x, errX := strconv.ParseFloat(text, 64)
	y, errY := strconv.ParseFloat(c.value, 64)
	if errX == nil && errY == nil {
		order = 0
		switch {
		case x < y:
			order = -1
		case x > y:
			order = 1
		case x != y: // NaN
			return c.op == "!="
		}
	}
	switch c.op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "!=":
		return order != 0
	}
	return order == 0
}

func matchingRuns(t *trajectory.Trajectory, text string) ([]int, error) {
	var conditions []condition
	for part := range strings.SplitSeq(text, ",") {
		c, err := parseCondition(part)
		if err != nil {
			return nil, err
		}
		if _, err := t.Parameter(c.name); err != nil {
			return nil, err
		}
		conditions = append(conditions, c)
	}
	var all []int
	for i := range t.Len() {
		r, err := t.Run(i)
		if err != nil {
			return nil, err
		}
		match := true
		for _, c := range conditions {
			p, err := r.Parameter(c.name)
			if err != nil {
				return nil, err
			}
			match = match && c.holds(strings.Trim(p.Text(), `'"`))
		}
		if match {
			all = append(all, i)
		}
	}
	return all, nil
}
