package equation

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Template replaces keys that stand inside identifiers: with PRE -> e, tau_PRE
// becomes tau_e and dx_PRE/dt becomes dx_e/dt. A key is found where its ends are
// not joined to a letter of the same case, so PRE is not found in EXPRESS. The
// longest key wins where several begin, and what was put in is not searched again.
func Template(text string, replace map[string]string) string {
	keys := slices.SortedFunc(maps.Keys(replace), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	var b strings.Builder
	for i := 0; i < len(text); {
		n := nameLength(text[i:])
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text[i:])
			b.WriteString(text[i : i+n])
		} else {
			templateName(&b, text[i:i+n], keys, replace)
		}
		i += n
	}
	return b.String()
}

// templateName writes one identifier with its keys replaced.
func templateName(b *strings.Builder, name string, keys []string, replace map[string]string) {
	var before rune
	for i := 0; i < len(name); {
		k := slices.IndexFunc(keys, func(key string) bool {
			rest, ok := strings.CutPrefix(name[i:], key)
			if !ok || key == "" {
				return false
			}
			after, _ := utf8.DecodeRuneInString(rest)
			first, _ := utf8.DecodeRuneInString(key)
			last, _ := utf8.DecodeLastRuneInString(key)
			return !joined(before, first) && !joined(last, after)
		})
		size := 0
		if k >= 0 {
			b.WriteString(replace[keys[k]])
			size = len(keys[k])
		} else {
			_, size = utf8.DecodeRuneInString(name[i:])
			b.WriteString(name[i : i+size])
		}
		before, _ = utf8.DecodeLastRuneInString(name[:i+size])
		i += size
	}
}

// joined reports whether two neighbours are letters of the same case.
func joined(a, b rune) bool {
	return unicode.IsUpper(a) && unicode.IsUpper(b) || unicode.IsLower(a) && unicode.IsLower(b)
}
