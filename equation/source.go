package equation

import (
	"strings"
	"unicode/utf8"
)

// source is one text, and what it is called in errors if it is not the one that
// is being compiled.
type source struct {
	what string
	text string
}

// span is a place in a source: the bytes [start, end).
type span struct {
	src        *source
	start, end int
}

// at is where an error or a node is; the zero span is nowhere.
func (s *source) at(start, end int) span { return span{s, start, end} }

// to joins two places of the same source.
func (s span) to(e span) span {
	if s.src == nil {
		return e
	}
	if e.src != s.src {
		return s
	}
	return span{s.src, min(s.start, e.start), max(s.end, e.end)}
}

// position is the line and column, in characters from 1.
func (s span) position() (line, col int) {
	if s.src == nil {
		return 0, 0
	}
	before := s.src.text[:s.start]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// excerpt is the line with carets under the place, "" for the nowhere span.
func (s span) excerpt() string {
	if s.src == nil {
		return ""
	}
	begin := strings.LastIndexByte(s.src.text[:s.start], '\n') + 1
	line := s.src.text[begin:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = strings.TrimRight(line, " \t\r")
	offset := s.start - begin
	width := 1
	if end := min(s.end-begin, len(line)); end > offset {
		width = max(1, utf8.RuneCountInString(line[offset:end]))
	}
	indent := 0
	if offset <= len(line) {
		indent = utf8.RuneCountInString(line[:offset])
	} else {
		indent = utf8.RuneCountInString(line)
	}
	trimmed := strings.TrimLeft(line, " \t")
	indent -= min(indent, len(line)-len(trimmed))
	trimmed = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, trimmed)
	return "    " + trimmed + "\n    " + strings.Repeat(" ", indent) + strings.Repeat("^", width)
}
