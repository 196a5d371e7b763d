package paramset_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"galvani/trajectory/paramset"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// write makes files below a fresh folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, text := range files {
		path := filepath.Join(folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return folder
}

func TestIncludes(t *testing.T) {
	folder := write(t, map[string]string{
		"main.param":       `{"exc": url("cells/exc.toml"), "inh": url('file://` + "FOLDER" + `/cells/inh.json'), "dt": 0.1}`,
		"cells/exc.toml":   "tau = \"10 ms\"\nsyn = \"= url('../syn/ampa.param')\"\n",
		"cells/inh.json":   `{"tau": "20 ms", "syn": "=url(\"../syn/gaba.param\")"}`,
		"syn/ampa.param":   `{"E": 0.0}`,
		"syn/gaba.param":   `{"E": -75.0}`,
		"other/else.param": `{}`,
	})
	main := filepath.Join(folder, "main.param")
	raw, err := os.ReadFile(main)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(main, []byte(strings.ReplaceAll(string(raw), "FOLDER", folder)), 0o644))

	s, err := paramset.Load(main)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"exc.tau": q("10 ms"), "exc.syn.E": 0.0, "inh.tau": q("20 ms"), "inh.syn.E": -75.0, "dt": 0.1}, s.Flatten("."))
	assert.Equal(t, filepath.Join(folder, "syn/ampa.param"), get[*paramset.Set](t, s, "exc.syn").Source())

	assert.Equal(t, "{\n  \"exc\": url(\"cells/exc.toml\"),\n  \"inh\": url(\"cells/inh.json\"),\n  \"dt\": 0.1,\n}", s.String())
	// What has been changed is written out, and what it includes has the right path.
	require.NoError(t, s.Set("exc.tau", q("11 ms")))
	assert.Equal(t, "{\n  \"exc\": {\n    \"tau\": \"11 ms\",\n    \"syn\": url(\"syn/ampa.param\"),\n  },\n  \"inh\": url(\"cells/inh.json\"),\n  \"dt\": 0.1,\n}", s.String())

	for _, name := range []string{"other/copy.param", "other/copy.toml", "copy.json", "deep/link/x.param"} {
		path := filepath.Join(folder, name)
		if name == "deep/link/x.param" {
			// Links to folders don't bend relative paths.
			require.NoError(t, os.MkdirAll(filepath.Join(folder, "deep"), 0o755))
			require.NoError(t, os.Symlink(filepath.Join(folder, "cells"), filepath.Join(folder, "deep/link")))
		}
		require.NoError(t, s.Save(path, false))
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Contains(t, string(raw), "inh.json", name)
		back, err := paramset.Load(path)
		require.NoError(t, err, name)
		assert.True(t, s.Equal(back), name)
		require.NoError(t, s.Save(path, true))
		raw, err = os.ReadFile(path)
		require.NoError(t, err)
		assert.NotContains(t, string(raw), "url", name)
		back, err = paramset.Load(path)
		require.NoError(t, err, name)
		assert.True(t, s.Equal(back), name)
	}
	// A file that is saved over one that it includes does not include itself.
	require.NoError(t, s.Save(filepath.Join(folder, "cells/inh.json"), false))
	back, err := paramset.Load(filepath.Join(folder, "cells/inh.json"))
	require.NoError(t, err)
	assert.True(t, s.Equal(back))

	entries, err := filepath.Glob(filepath.Join(folder, "*", ".paramset*"))
	require.NoError(t, err)
	assert.Empty(t, entries, "temporary files are gone")
}

func TestCycles(t *testing.T) {
	folder := write(t, map[string]string{
		"a.param":     `{"b": url("sub/b.param")}`,
		"sub/b.param": "{\n  \"a\": url(\"../link.param\"),\n}",
		"self.toml":   "x = 1\nme = \"= url('self.toml')\"",
		"twice.json":  `{"x": "= url('leaf.param')", "y": "= url('leaf.param')"}`,
		"leaf.param":  `{"z": 1}`,
	})
	require.NoError(t, os.Symlink(filepath.Join(folder, "a.param"), filepath.Join(folder, "link.param")))
	_, err := paramset.Load(filepath.Join(folder, "a.param"))
	require.ErrorIs(t, err, paramset.ErrCycle)
	at := func(name string) string { return filepath.Join(folder, name) }
	assert.EqualError(t, err, fmt.Sprintf("paramset: %s:2:8: files include each other: %s -> %s -> %s: going round in circles (included at %s:1:7)",
		at("sub/b.param"), at("a.param"), at("sub/b.param"), at("a.param"), at("a.param")))
	_, err = paramset.Load(at("self.toml"))
	require.ErrorIs(t, err, paramset.ErrCycle)
	assert.ErrorContains(t, err, at("self.toml")+":2:9: files include each other")
	s, err := paramset.Load(at("twice.json"))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"x.z": 1, "y.z": 1}, s.Flatten("."))
}

func TestLoadErrors(t *testing.T) {
	folder := write(t, map[string]string{
		"bad.param":      "{\n  \"a\": 1,\n  \"b\": oops,\n}",
		"includes.param": "{\n  \"x\": url(\"bad.param\")}",
		"net.param":      `{"x": url("https://neuralensemble.org/example.param")}`,
		"missing.param":  `{"x": url("nowhere.param")}`,
		"conf.yaml":      "a: 1",
		"dir.param/x":    "",
		"big.param":      strings.Repeat(" ", 9<<20),
		"device.param":   `{"x": url("/dev/zero")}`,
		"bad.json":       "{\n\"a\": [1 2]}",
		"bad.toml":       "a = 1\nb == 2",
		"list.param":     "[1, 2]",
	})
	at := func(name string) string { return filepath.Join(folder, name) }
	require.NoError(t, syscall.Mkfifo(at("pipe.param"), 0o600))
	for _, c := range []struct {
		name, want string
		is         error
	}{
		{"bad.param", `bad.param:3:8: unknown name "oops"`, paramset.ErrSyntax},
		{"includes.param", `bad.param:3:8: unknown name "oops" (names of parameters and texts stand in quotes) (included at ` + at("includes.param") + ":2:8)", paramset.ErrSyntax},
		{"net.param", "net.param:1:7: https://neuralensemble.org/example.param: loading using the https protocol is not implemented", paramset.ErrNetwork},
		{"missing.param", "missing.param:1:7: " + at("nowhere.param") + ": not found", paramset.ErrNotFound},
		{"nowhere.param", "nowhere.param: not found", paramset.ErrNotFound},
		{"no/where.param", "where.param: not found", paramset.ErrNotFound},
		{"conf.yaml", "YAML is not read", paramset.ErrType},
		{"dir.param", "is no regular file", paramset.ErrType},
		{"pipe.param", "is no regular file", paramset.ErrType},
		{"device.param", "device.param:1:7: /dev/zero is no regular file", paramset.ErrType},
		{"big.param", "more than", paramset.ErrTooLarge},
		{"bad.json", `bad.json:2:9: found the number 2, want "," or "]"`, paramset.ErrSyntax},
		{"bad.toml", "bad.toml:2:4: ", paramset.ErrSyntax},
		{"list.param", "list.param:1:1: a list of 2 is no set", paramset.ErrSyntax},
	} {
		_, err := paramset.Load(at(c.name))
		require.ErrorIs(t, err, c.is, c.name)
		assert.ErrorContains(t, err, c.want, c.name)
		assert.Equal(t, 1, strings.Count(err.Error(), "paramset: "), "%v", err)
		assert.NotContains(t, err.Error(), "\n")
	}
	for _, url := range []string{"http://x/y.param", "ftp://x/y", "https://x"} {
		_, err := paramset.Load(url)
		require.ErrorIs(t, err, paramset.ErrNetwork)
		assert.ErrorContains(t, (&paramset.Set{}).Save(url, false), "saving using the "+url[:strings.Index(url, ":")]+" protocol is not implemented")
	}
	_, err := paramset.Load("")
	require.ErrorIs(t, err, paramset.ErrNotFound)
	require.ErrorIs(t, (&paramset.Set{}).Save("", false), paramset.ErrNotFound)
	assert.ErrorContains(t, (&paramset.Set{}).Save(at("x.yaml"), false), "YAML is not written")
	assert.ErrorContains(t, (&paramset.Set{}).Save(at("no/folder/x.param"), false), "saving")
}

// A value knows the place in its file when it is asked for wrongly.
func TestPlacesOfValues(t *testing.T) {
	folder := write(t, map[string]string{"p.param": "{\n  \"net\": {\n    \"cm\": 'abc',\n    \"r\": ref('nope')\n  }\n}"})
	path := filepath.Join(folder, "p.param")
	s, err := paramset.Load(path)
	require.NoError(t, err)
	_, err = paramset.Get[float64](s, "net.cm")
	assert.EqualError(t, err, "paramset: "+path+`:3:11: net.cm: the text "abc" is no float64: wrong type`)
	_, err = s.Resolve()
	require.ErrorIs(t, err, paramset.ErrNotFound)
	assert.EqualError(t, err, "paramset: "+path+`:4:10: net.r: nope: the set has no "nope" (it has net): not found`)
}

func TestSaveReplaces(t *testing.T) {
	folder := write(t, map[string]string{"p.param": `{"a": 1}`, "q.param": "{}"})
	path := filepath.Join(folder, "p.param")
	require.NoError(t, os.Chmod(path, 0o640))
	s, err := paramset.Load(path)
	require.NoError(t, err)
	require.NoError(t, s.Set("a", 2))
	require.NoError(t, s.Save("", false))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"a\": 2,\n}\n", string(raw))

	// A set that came from a file and was saved elsewhere still belongs to the first file.
	require.NoError(t, s.Save(filepath.Join(folder, "q.param"), false))
	assert.Equal(t, path, s.Source())
	// In another set it is included, relative to the place of that set.
	all := &paramset.Set{}
	require.NoError(t, all.Set("p", s))
	require.NoError(t, all.Save(filepath.Join(folder, "all.toml"), false))
	raw, err = os.ReadFile(filepath.Join(folder, "all.toml"))
	require.NoError(t, err)
	assert.Equal(t, "p = \"= url(\\\"p.param\\\")\"\n", string(raw))
	assert.Equal(t, filepath.Join(folder, "all.toml"), all.Source())
	// Without a file of its own the path is absolute.
	fresh := &paramset.Set{}
	require.NoError(t, fresh.Set("p", s))
	assert.Equal(t, "{\n  \"p\": url(\""+path+"\"),\n}", fresh.String())
}

func TestLoadFS(t *testing.T) {
	files := fstest.MapFS{
		"sets/main.param":  {Data: []byte(`{"cell": url("../cells/e.json"), "dt": 0.1}`)},
		"cells/e.json":     {Data: []byte(`{"tau": "10 ms"}`)},
		"sets/out.param":   {Data: []byte(`{"x": url("../../secret")}`)},
		"sets/abs.param":   {Data: []byte(`{"x": url("/etc/passwd")}`)},
		"sets/cycle.param": {Data: []byte(`{"x": url("./cycle.param")}`)},
	}
	s, err := paramset.LoadFS(files, "sets/main.param")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"cell.tau": q("10 ms"), "dt": 0.1}, s.Flatten("."))
	assert.Equal(t, "{\n  \"cell\": {\n    \"tau\": \"10 ms\",\n  },\n  \"dt\": 0.1,\n}", s.String(), "what is embedded is written out")
	require.ErrorIs(t, s.Save("", false), paramset.ErrNotFound)
	for name, want := range map[string]error{"sets/out.param": paramset.ErrNotFound, "sets/abs.param": paramset.ErrNotFound, "sets/cycle.param": paramset.ErrCycle, "nowhere": paramset.ErrNotFound} {
		_, err := paramset.LoadFS(files, name)
		require.ErrorIs(t, err, want, name)
	}
}

// Files that include each other in a chain, or many times, are bounded.
func TestIncludeBombs(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 40 {
		next := fmt.Sprintf("%d.param", i+1)
		files[fmt.Sprintf("%d.param", i)] = &fstest.MapFile{Data: []byte(`{"x": url("` + next + `"), "y": url("` + next + `")}`)}
	}
	files["40.param"] = &fstest.MapFile{Data: []byte(`{}`)}
	_, err := paramset.LoadFS(files, "0.param")
	require.ErrorIs(t, err, paramset.ErrTooLarge)
	_, err = paramset.LoadFS(files, "20.param")
	require.ErrorIs(t, err, paramset.ErrTooLarge)
	s, err := paramset.LoadFS(files, "33.param")
	require.NoError(t, err)
	assert.True(t, s.Has("x.y.x.y.x.y.x"))

	ranges := strings.Repeat(`arange(100000), `, 100)
	files["lists.param"] = &fstest.MapFile{Data: []byte(`{"x": [` + ranges + `]}`)}
	_, err = paramset.LoadFS(files, "lists.param")
	require.ErrorIs(t, err, paramset.ErrTooLarge)
}
