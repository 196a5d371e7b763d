package env

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// commandWith is the shell command that calls the program as it was called, with
// further flags; "" if it cannot be called again.
func (e *Environment) commandWith(flags ...string) string {
	if e.command == nil {
		return ""
	}
	words := append(programWords(os.Args[0]), flags...)
	if e.process == nil {
		words = append([]string{e.o.Name}, flags...)
	}
	for _, a := range e.command {
		// How the sweep was to go on then says nothing about the next time.
		if name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "="); strings.HasPrefix(a, "-") && slices.Contains([]string{"force", "retry", "dry-run", "git-commit", "git-fail"}, name) {
			continue
		}
		words = append(words, a)
	}
	for i, w := range words {
		words[i] = shellQuote(w)
	}
	return strings.Join(words, " ")
}

// programWords is how the program is called: `go run PACKAGE` if it was called so.
func programWords(path string) []string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.Contains(path, "go-build") && info.Path != "command-line-arguments" {
		return []string{"go", "run", info.Path}
	}
	return []string{path}
}

// shellQuote makes a word of a text for a POSIX shell.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./=,:+@%", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
