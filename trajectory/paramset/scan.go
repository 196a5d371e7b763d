package paramset

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind says what a token is.
type kind byte

const (
	endOfText kind = iota
	word           // a name: ref, pi, True
	textToken      // a string; value is what it says
	numberToken
	symbol // one of ( ) [ ] { } , : = + - * / **
)

type token struct {
	kind  kind
	value string
	at    Position
}

func (t token) String() string {
	switch t.kind {
	case endOfText:
		return "the end of the text"
	case textToken:
		return fmt.Sprintf("the text %q", clip(t.value))
	case numberToken:
		return "the number " + clip(t.value)
	}
	return fmt.Sprintf("%q", clip(t.value))
}

// scanner cuts a text into tokens. In strict mode these are JSON's, otherwise
// Python's as far as parameter sets need them.
type scanner struct {
	src    string
	strict bool
	pos    int
	at     Position // of src[pos]
}

func newScanner(src, file string, strict bool) *scanner {
	return &scanner{src: strings.TrimPrefix(src, "\ufeff"), strict: strict, at: Position{File: file, Line: 1, Col: 1}}
}

func (s *scanner) fail(at Position, format string, args ...any) error {
	return &Error{Position: at, Msg: fmt.Sprintf(format, args...), Err: ErrSyntax}
}

// advance goes on by n bytes.
func (s *scanner) advance(n int) {
	for end := s.pos + n; s.pos < end; {
		r, size := utf8.DecodeRuneInString(s.src[s.pos:])
		s.pos += size
		if r == '\n' {
			s.at.Line++
			s.at.Col = 1
		} else {
			s.at.Col++
		}
	}
}

// blanks skips white space, comments and continued lines.
func (s *scanner) blanks() {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' && !s.strict:
			s.advance(1)
		case c == '#' && !s.strict:
			n := strings.IndexByte(s.src[s.pos:], '\n')
			if n < 0 {
				n = len(s.src) - s.pos
			}
			s.advance(n)
		case c == '\\' && !s.strict && (strings.HasPrefix(s.src[s.pos+1:], "\n") || strings.HasPrefix(s.src[s.pos+1:], "\r\n")):
			s.advance(strings.IndexByte(s.src[s.pos:], '\n') + 1)
		default:
			return
		}
	}
}

// next reads a token.
func (s *scanner) next() (token, error) {
	s.blanks()
	at := s.at
	if s.pos == len(s.src) {
		return token{kind: endOfText, at: at}, nil
	}
	rest := s.src[s.pos:]
	c := rest[0]
	switch {
	case c == '"' || c == '\'' && !s.strict:
		return s.text(at)
	case isDigit(c) || !s.strict && c == '.' && len(rest) > 1 && isDigit(rest[1]):
		return s.number(at)
	case isLetter(c):
		n := 1
		for n < len(rest) && (isLetter(rest[n]) || isDigit(rest[n])) {
			n++
		}
		// Python 2 wrote its texts as u'…'.
		if !s.strict && n == 1 && (c == 'u' || c == 'U') && len(rest) > 1 && (rest[1] == '"' || rest[1] == '\'') {
			s.advance(1)
			return s.text(at)
		}
		s.advance(n)
		return token{word, rest[:n], at}, nil
	case strings.HasPrefix(rest, "**") && !s.strict:
		s.advance(2)
		return token{symbol, "**", at}, nil
	case strings.IndexByte("{}[]:,-", c) >= 0 || !s.strict && strings.IndexByte("()=+*/", c) >= 0:
		s.advance(1)
		return token{symbol, rest[:1], at}, nil
	}
	r, size := utf8.DecodeRuneInString(rest)
	if r == utf8.RuneError && size == 1 {
		return token{}, s.fail(at, "a byte that is not UTF-8 (%#x)", c)
	}
	return token{}, s.fail(at, "%q is not expected here", string(r))
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// number takes everything that looks like a number; the parser finds out whether
// it is one.
func (s *scanner) number(at Position) (token, error) {
	rest := s.src[s.pos:]
	n := 1
	for n < len(rest) {
		c := rest[n]
		sign := (c == '+' || c == '-') && (rest[n-1] == 'e' || rest[n-1] == 'E') && !isHex(rest)
		if !isDigit(c) && !isLetter(c) && c != '.' && !sign {
			break
		}
		n++
	}
	s.advance(n)
	return token{numberToken, rest[:n], at}, nil
}

func isHex(s string) bool { return len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') }

// text reads a string with its escapes.
func (s *scanner) text(at Position) (token, error) {
	quote := s.src[s.pos : s.pos+1]
	long := !s.strict && strings.HasPrefix(s.src[s.pos:], quote+quote+quote)
	if long {
		quote += quote + quote
	}
	s.advance(len(quote))
	var b strings.Builder
	for {
		rest := s.src[s.pos:]
		switch {
		case rest == "":
			return token{}, s.fail(at, "a text that starts with %s does not end", quote)
		case strings.HasPrefix(rest, quote):
			s.advance(len(quote))
			return token{textToken, b.String(), at}, nil
		case rest[0] == '\n' && !long:
			return token{}, s.fail(at, "a text that starts with %s does not end in its line", quote)
		case rest[0] == '\\':
			if err := s.escape(&b); err != nil {
				return token{}, err
			}
		case rest[0] < ' ' && s.strict:
			return token{}, s.fail(s.at, "a control character (%#x) in a text", rest[0])
		default:
			r, size := utf8.DecodeRuneInString(rest)
			if r == utf8.RuneError && size == 1 {
				return token{}, s.fail(s.at, "a byte that is not UTF-8 (%#x)", rest[0])
			}
			b.WriteString(rest[:size])
			s.advance(size)
		}
	}
}

// escape reads what follows a backslash.
func (s *scanner) escape(b *strings.Builder) error {
	at := s.at
	rest := s.src[s.pos+1:]
	if rest == "" {
		return s.fail(at, "the text ends after a backslash")
	}
	c := rest[0]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 && (s.strict || c != '/') {
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		s.advance(2)
		return nil
	}
	digits := map[byte]int{'u': 4}
	if !s.strict {
		digits = map[byte]int{'u': 4, 'U': 8, 'x': 2}
	}
	if n, ok := digits[c]; ok {
		r, err := s.code(rest[1:], n, at)
		if err != nil {
			return err
		}
		s.advance(2 + n)
		// Two halves of a character, as JSON writes those beyond 16 bits.
		if r >= 0xd800 && r < 0xdc00 && strings.HasPrefix(s.src[s.pos:], `\u`) {
			low, err := s.code(s.src[s.pos+2:], 4, s.at)
			if err != nil {
				return err
			}
			if low >= 0xdc00 && low < 0xe000 {
				r = (r-0xd800)<<10 + (low - 0xdc00) + 0x10000
				s.advance(6)
			}
		}
		if r >= 0xd800 && r < 0xe000 || r > unicode.MaxRune {
			return s.fail(at, `\%c%0*x is no character`, c, n, r)
		}
		b.WriteRune(r)
		return nil
	}
	if !s.strict {
		if i := strings.IndexByte("'av0\n", c); i >= 0 && !(c == '0' && len(rest) > 1 && isDigit(rest[1])) {
			b.WriteString([...]string{"'", "\a", "\v", "\x00", ""}[i])
			s.advance(2)
			return nil
		}
		if strings.HasPrefix(rest, "\r\n") {
			s.advance(3)
			return nil
		}
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return s.fail(at, `unknown escape \%c (a backslash is written \\)`, r)
}

// code reads n hexadecimal digits.
func (s *scanner) code(digits string, n int, at Position) (rune, error) {
	var r rune
	for i := range n {
		d := -1
		if i < len(digits) {
			d = strings.IndexByte("0123456789abcdefABCDEF", digits[i])
		}
		if d < 0 || r > 0xffffff {
			return 0, s.fail(at, "an escape needs %d hexadecimal digits of a character", n)
		}
		if d > 15 {
			d -= 6
		}
		r = r<<4 | rune(d)
	}
	return r, nil
}
