package trajectory

import (
	"fmt"
	"strconv"
	"strings"
)

// rowNames says what the wildcards of a program stand for in each row of a
// shard, by a token that takes the name's place, so that nodes of different runs
// stack: $0, $1, …; what $ and $set usually stand for needs no entry.
type rowNames map[string][]string

// rowNames lists the names in rows for these runs; nil if there are only the
// standard wildcards.
func (w *wildcards) rowNames(runs []RunRecord) rowNames {
	if w == nil || len(w.list) == 0 {
		return nil
	}
	k := rowNames{}
	for i, c := range w.list {
		names := make([]string, len(runs))
		for row, r := range runs {
			names[row] = c.Func(r.Info.Index)
		}
		k["$"+strconv.Itoa(i)] = names
	}
	return k
}

// nameMap translates between the names of one run and their tokens.
type nameMap struct {
	run    int
	names  []string
	tokens []string
}

// row is what the names of a row's run are.
func (k rowNames) row(run, row int) nameMap {
	m := nameMap{run: run}
	if run < 0 {
		return m
	}
	for n := range len(k) {
		if token := "$" + strconv.Itoa(n); len(k[token]) > row {
			m.names, m.tokens = append(m.names, k[token][row]), append(m.tokens, token)
		}
	}
	m.names, m.tokens = append(m.names, RunName(run), RunSetName(run)), append(m.tokens, "$", "$set")
	return m
}

// template replaces the names of a run, its set and what else depends on it in
// a full name.
func (m nameMap) template(full string) (string, error) {
	if m.run < 0 {
		return full, nil
	}
	for part := range strings.SplitSeq(full, ".") {
		if strings.HasPrefix(part, "$") {
			return "", fmt.Errorf("trajectory: %q cannot be stored: %w", full, ErrName)
		}
	}
	return replaceParts(full, m.names, m.tokens), nil
}

// fill is the reverse of template.
func (m nameMap) fill(name string) string {
	if m.run < 0 || !strings.Contains(name, "$") {
		return name
	}
	return replaceParts(name, m.tokens, m.names)
}

// replaceParts puts the first of to in the place of parts that are the first
// of from, and so on.
func replaceParts(full string, from, to []string) string {
	var b strings.Builder
	b.Grow(len(full) + 16)
	for rest, more := full, true; more; {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		for i, f := range from {
			if part == f {
				part = to[i]
				break
			}
		}
		b.WriteString(part)
		if more {
			b.WriteByte('.')
		}
	}
	return b.String()
}

// wildcards are those of the program that made the plan.
func (p *Plan) wildcards() (*wildcards, error) {
	p.wildOnce.Do(func() { p.wild, p.wildErr = notedWildcards(p.records, p.Header.Length) })
	return p.wild, p.wildErr
}
