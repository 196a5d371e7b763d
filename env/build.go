package env

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// sourceDigest is a digest of the program's sources, set at link time with
//
//	-ldflags "-X galvani/env.sourceDigest=…"
//
// by those who build one sweep's workers in several places.
var sourceDigest string

// identify says which program this process runs, as lines of text. The first
// identifies the code: "source …" for the digest set at link time, "revision …"
// for the version of a checkout without changes, and else "executable …", the
// SHA-256 of the program file. Lines "module PATH VERSION SUM" follow. In a plan there may be
// "or revision …" between them, by which the program is known as well; see orRevision.
//
// Go builds are reproducible: the same sources built again by the same command in
// the same folder (with -trimpath in any folder) are the same executable. `go run`
// leaves out symbols that `go build` keeps, so their programs differ.
func identify() (string, error) {
	info, _ := debug.ReadBuildInfo()
	var code string
	switch revision := cleanRevision(); {
	case sourceDigest != "":
		code = "source " + sourceDigest
	case revision != "":
		code = revision
	default:
		sum, err := executableDigest()
		if err != nil {
			return "", fmt.Errorf("env: which program is this? %w", err)
		}
		code = "executable " + sum
	}
	return strings.Join(append([]string{code}, modules(info)...), "\n"), nil
}

func modules(info *debug.BuildInfo) []string {
	if info == nil {
		return nil
	}
	var all []string
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		all = append(all, strings.TrimSpace("module "+m.Path+" "+m.Version+" "+m.Sum))
	}
	slices.Sort(all)
	return all
}

// buildSettings are what the program was built with.
func buildSettings() map[string]string {
	all := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			all[s.Key] = s.Value
		}
	}
	return all
}

// cleanRevision is the version of the sources if they were built as checked in.
func cleanRevision() string {
	set := buildSettings()
	if set["vcs.modified"] != "false" {
		return ""
	}
	return revisionLine(set["vcs.revision"])
}

// revisionLine identifies the program that this one is when it is built of a clean checkout.
func revisionLine(revision string) string {
	// Build tags choose files: the same revision is another program with them.
	return strings.TrimSpace("revision " + revision + " " + buildSettings()["-tags"])
}

// orRevision adds to what identifies a program the revision that its sources were committed
// as: built again, that is what it is known by.
func orRevision(build, revision string) string {
	code, modules, some := strings.Cut(build, "\n")
	code += "\nor " + revisionLine(revision)
	if some {
		code += "\n" + modules
	}
	return code
}

func executableDigest() (string, error) {
	f, err := openExecutable()
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// openExecutable opens the file of the program that runs.
func openExecutable() (*os.File, error) {
	// The link stays with the running file when a build replaces it.
	if f, err := os.Open("/proc/self/exe"); err == nil {
		return f, nil
	}
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// buildChanges names what differs between two programs, one by one.
func buildChanges(was, now string) []string {
	old, before := buildParts(was)
	cur, after := buildParts(now)
	var all []string
	if !slices.ContainsFunc(cur, func(code string) bool { return slices.Contains(old, code) }) {
		all = append(all, fmt.Sprintf("the program changed: %s, was %s", short(cur[0]), short(old[0])))
	}
	for _, m := range after {
		if !slices.Contains(before, m) {
			all = append(all, m+" is new in the program")
		}
	}
	for _, m := range before {
		if !slices.Contains(after, m) {
			all = append(all, m+" is not in the program any more")
		}
	}
	return all
}

// buildParts takes apart what identifies a program: what its code is known by, and its modules.
func buildParts(build string) (codes, modules []string) {
	for i, line := range strings.Split(build, "\n") {
		also, ok := strings.CutPrefix(line, "or ")
		switch {
		case ok:
			codes = append(codes, also)
		case i == 0:
			codes = append(codes, line)
		default:
			modules = append(modules, line)
		}
	}
	return codes, modules
}

// short cuts digests to what people compare.
func short(code string) string {
	kind, value, _ := strings.Cut(code, " ")
	return kind + " " + clip(value, 12)
}
