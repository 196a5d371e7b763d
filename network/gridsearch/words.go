package gridsearch

import (
	"regexp"
	"slices"
)

// token finds identifiers, numbers (so that the e of 1e3 is no identifier) and comments in
// the texts of a model.
var token = regexp.MustCompile(`#[^\n]*|[0-9][\pL\pN_.]*|[\pL_][\pL\pN_]*`)

// mentions tells whether one of some names stands in a text.
func mentions(text string, names ...string) bool {
	return slices.ContainsFunc(token.FindAllString(text, -1), func(w string) bool { return slices.Contains(names, w) })
}

// replace puts other texts in the place of names.
func replace(text string, names map[string]string) string {
	return token.ReplaceAllStringFunc(text, func(w string) string {
		if other, ok := names[w]; ok {
			return other
		}
		return w
	})
}
