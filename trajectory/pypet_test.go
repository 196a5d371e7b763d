package trajectory_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// PYPET.md has a row for every function and every test of pypet, none of them is
// empty, and the tests of ours that it names are there.
func TestPypetTableIsWhole(t *testing.T) {
	raw, err := os.ReadFile("PYPET.md")
	require.NoError(t, err)
	ours := map[string]bool{}
	definition := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range definition.FindAllSubmatch(source, -1) {
			ours[string(m[1])] = true
		}
		return err
	}))
	quoted := regexp.MustCompile("`(Test\\w+)`")
	for _, m := range quoted.FindAllStringSubmatch(string(raw), -1) {
		assert.True(t, ours[m[1]], "there is no test %s", m[1])
	}

	heading := ""
	mapped := map[string]string{} // what pypet calls it, by the table it is in
	for _, line := range strings.Split(string(raw), "\n") {
		if text, ok := strings.CutPrefix(line, "### "); ok {
			heading = text
		}
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.HasPrefix(line, "|---") {
			continue
		}
		assert.NotEmpty(t, strings.TrimSpace(cells[2]), line)
		for _, m := range regexp.MustCompile("`([fv]_\\w+|test_\\w+)`").FindAllStringSubmatch(cells[1], -1) {
			mapped[m[1]] += heading + ";"
		}
	}
	for _, list := range []string{"pypet_functions.txt", "pypet_tests.txt"} {
		raw, err := os.ReadFile(filepath.Join("testdata", list))
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
		require.Greater(t, len(lines), 100)
		for _, line := range lines {
			where, name, _ := strings.Cut(line, " ")
			assert.Contains(t, mapped[name], tableOf(where), "%s of %s", name, where)
		}
	}
}

// tableOf names the table that holds what one of pypet's files has.
func tableOf(file string) string {
	switch file {
	case "trajectory":
		return "(trajectory.py)"
	case "naturalnaming", "parameter", "annotations", "shareddata":
		return "(" + file + ".py)"
	case "shared_data_test", "link_test", "link_multiproc_test":
		return strings.TrimSuffix(strings.TrimSuffix(file, "_multiproc_test"), "_test") + "_test"
	case "brian_parameter_test":
		return "parameter_test"
	case "parameter_test", "trajectory_test", "storage_test", "utils_test", "annotations_test", "merge_test":
		return file
	}
	return "environment_test"
}
