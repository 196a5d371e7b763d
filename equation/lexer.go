package equation

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind uint8

const (
	tokEnd     kind = iota // end of the text
	tokNewline             // end of a line outside brackets
	tokNumber
	tokName
	tokOp // text says which
	tokBad
)

type token struct {
	kind kind
	text string
	at   span
}

// is reports whether the token is the operator or keyword.
func (t token) is(op string) bool { return t.kind == tokOp && t.text == op }

// operators, longest first where one begins with another.
var operators = [...]string{
	"**=", "//=",
	"**", "//", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "%=", "&&", "||",
	"+", "-", "*", "/", "%", "<", ">", "=", "(", ")", ",", ":", ";", "^", "!", "[", "]", "&", "|", "~",
}

// lex cuts the text of a source into tokens. Lines end at newlines outside
// brackets; what cannot be a token becomes tokBad and an error.
func lex(src *source, fail *failures) []token {
	return joinLines(cut(src, fail))
}

// joinLines drops the newlines between a bracket and the one that closes it. A
// bracket that is never closed joins nothing, so that it spoils one line only.
func joinLines(list []token) []token {
	closing := make(map[int]int)
	var open []int
	for i, t := range list {
		switch {
		case t.is("(") || t.is("["):
			open = append(open, i)
		case (t.is(")") || t.is("]")) && len(open) > 0:
			closing[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	joined := list[:0]
	until := 0
	for i, t := range list {
		until = max(until, closing[i])
		if t.kind != tokNewline || i >= until {
			joined = append(joined, t)
		}
	}
	return joined
}

// cut finds the tokens, with all newlines.
func cut(src *source, fail *failures) []token {
	var list []token
	text := src.text
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\n':
			list = append(list, token{tokNewline, "\n", src.at(i, i+1)})
			i++
			continue
		case c == ' ' || c == '\t' || c == '\r':
			i++
			continue
		case c == '#':
			if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
				i += n
			} else {
				i = len(text)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '_' || unicode.IsLetter(r):
			end := i + nameLength(text[i:])
			t := token{tokName, text[i:end], src.at(i, end)}
			if t.text == "and" || t.text == "or" || t.text == "not" {
				t.kind = tokOp
			}
			list = append(list, t)
			i = end
			continue
		case c >= '0' && c <= '9' || c == '.' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			end := i + numberLength(text[i:])
			t := token{tokNumber, text[i:end], src.at(i, end)}
			if x, err := strconv.ParseFloat(t.text, 64); err != nil || math.IsInf(x, 0) {
				fail.add(ErrSyntax, t.at, "the number %s is too large for a float64", t.text)
				t.kind = tokBad
			}
			list = append(list, t)
			i = end
			continue
		}
		op := ""
		for _, o := range operators {
			if strings.HasPrefix(text[i:], o) {
				op = o
				break
			}
		}
		if op == "" {
			at := src.at(i, i+size)
			if r == utf8.RuneError {
				fail.add(ErrSyntax, at, "the text is not valid UTF-8")
			} else {
				fail.add(ErrSyntax, at, "unexpected character %q", r)
			}
			list = append(list, token{tokBad, text[i : i+size], at})
			i += size
			continue
		}
		list = append(list, token{tokOp, op, src.at(i, i+len(op))})
		i += len(op)
	}
	return append(list, token{tokEnd, "", src.at(len(text), len(text))})
}

// nameLength is the length of the identifier at the beginning of s.
func nameLength(s string) int {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return i
		}
	}
	return len(s)
}

// numberLength is the length of the decimal number at the beginning of s:
// digits, a point, digits, and an exponent if it is complete.
func numberLength(s string) int {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	i := digits(0)
	if i < len(s) && s[i] == '.' {
		i = digits(i + 1)
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if k := digits(j); k > j {
			i = k
		}
	}
	return i
}
