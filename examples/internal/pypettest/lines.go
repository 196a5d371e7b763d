package pypettest

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var runNames = regexp.MustCompile(`run_set_\d{5}|run_\d{8}`)

// Purge makes of the comments of all runs that are the same one, of run_ALL. pypet keeps a
// comment that repeats with the run that it stored first, which of several processes
// is a matter of chance; ours keep it with every run.
func Purge(lines []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, line := range lines {
		if name, comment, ok := strings.Cut(line, "\t#comment\t"); ok && runNames.MatchString(name) {
			line = runNames.ReplaceAllString(name, "run_ALL") + "\t#comment\t" + comment
			if seen[line] {
				continue
			}
			seen[line] = true
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// With keeps the lines that begin with one of the texts.
func With(lines []string, begin ...string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return !slices.ContainsFunc(begin, func(text string) bool { return strings.HasPrefix(line, text) })
	})
}

// Without leaves out the lines that begin with one of the texts.
func Without(lines []string, begin ...string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return slices.ContainsFunc(begin, func(text string) bool { return strings.HasPrefix(line, text) })
	})
}

// Digest is the SHA-256 of lines, for files too long for testdata.
func Digest(lines []string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(lines, "\n")+"\n")))
}
