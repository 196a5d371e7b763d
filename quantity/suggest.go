package quantity

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// suggest makes the hint for a name that is no unit: the names nearest to it.
func suggest(name string) string {
	switch strings.ToLower(name) {
	case "celsius", "degc", "°c", "fahrenheit":
		return "temperatures are in kelvin, since a scale with an offset is no unit"
	case "minute", "min", "hour", "h", "day", "minutes", "hours", "days":
		return "write the time in seconds"
	}
	if len(name) > 24 {
		return "units are names such as ms, mV, nS, uF/cm^2"
	}
	// The prefixes in use, common ones first, and short names before long ones: so ties are decided.
	order := [...]string{"", "m", "u", "n", "p", "k", "M", "G", "c"}
	bases := slices.SortedFunc(maps.Keys(baseUnits), func(a, b string) int {
		if d := utf8.RuneCountInString(a) - utf8.RuneCountInString(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	best, distance := []string(nil), 3
	for _, prefix := range order {
		for _, base := range bases {
			candidate := prefix + base
			d := editDistance(name, candidate)
			if strings.EqualFold(name, candidate) {
				d = 0
			}
			if d > 0 && 2*d > utf8.RuneCountInString(candidate) { // a two-letter symbol is near to everything
				continue
			}
			if d < distance {
				best, distance = best[:0], d
			}
			if d == distance && distance < 3 && !slices.Contains(best, candidate) {
				best = append(best, candidate)
			}
		}
	}
	switch len(best) {
	case 0:
		return "units are names such as ms, mV, nS, uF/cm^2"
	case 1:
		return fmt.Sprintf("did you mean %s?", best[0])
	}
	return fmt.Sprintf("did you mean %s or %s?", best[0], best[1])
}

// editDistance counts the insertions, deletions, replacements and swaps of neighbours
// that turn a into b.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, row := make([]int, len(t)+1), make([]int, len(t)+1)
	next := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		next[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(t)]
}
