package policy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "galvani"

// mayImport is the table of DESIGN: what a package of ours may import directly
// of ours, beside quantity and internal/* (which only quantity itself may not).
// A name covers the packages below it. "*" is all.
var mayImport = map[string][]string{
	"quantity":            {},
	"equation":            {},
	"internal":            {"internal"},
	"neuron":              {"equation"},
	"synapse":             {"neuron", "equation"},
	"monitor":             {"neuron", "synapse", "equation"},
	"network":             {"neuron", "synapse", "monitor", "equation", "trajectory", "brianparam"},
	"network/gridsearch":  {"network", "neuron", "synapse", "monitor", "equation", "trajectory", "brianparam"},
	"trajectory":          {},
	"trajectory/dirstore": {"trajectory"},
	"trajectory/hdf5":     {"trajectory"},
	"trajectory/merge":    {"trajectory"},
	"trajectory/storetest": {
		"trajectory",
	},
	"trajectory/paramset": {
		"trajectory",
	},
	"trajectory/design": {"trajectory"},
	"trajectory/shared": {"trajectory"},
	"trajectory/table":  {"trajectory"},
	"brianparam":        {"trajectory", "monitor"},
	"env":               {"trajectory"},
	"env/adaptive":      {"env", "trajectory"},
	"analysis":          {"monitor", "trajectory"},
	"plot":              {"monitor", "trajectory"},
	"cmd":               {"*"},
	"examples":          {"*"},
	"bench":             {"*"},
}

// directDependencies is every module that go.mod may name without "// indirect".
// Each has its line in RATIONALE.md.
var directDependencies = []string{
	"github.com/BurntSushi/toml",
	"github.com/parquet-go/parquet-go",
	"github.com/pkg/profile",
	"github.com/shirou/gopsutil/v4",
	"github.com/stretchr/testify",
	"golang.org/x/sys",
	"golang.org/x/term",
	"gonum.org/v1/gonum",
	"gonum.org/v1/hdf5",
	"gonum.org/v1/plot",
}

// clockless are the packages whose results must not depend on the time of day.
var clockless = []string{"quantity", "equation", "internal/kernel", "internal/rng", "internal/sim", "neuron", "synapse", "monitor", "network"}

type pkg struct {
	ImportPath  string
	Name        string
	Dir         string
	Doc         string
	Imports     []string
	Deps        []string
	GoFiles     []string
	CgoFiles    []string
	IgnoredGo   []string `json:"IgnoredGoFiles"`
	Standard    bool
	TestImports []string
}

func (p pkg) rel() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

func goTool(t *testing.T, env []string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoErrorf(t, err, "go %s: %s", strings.Join(args, " "), &stderr)
	return out
}

func packages(t *testing.T) []pkg {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(goTool(t, nil, "list", "-json", "./...")))
	var all []pkg
	for {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		all = append(all, p)
	}
	require.Greater(t, len(all), 10, "go list finds too few packages")
	return all
}

// rule finds the longest entry of mayImport that covers the package.
func rule(rel string) (string, bool) {
	for name := rel; ; {
		if _, ok := mayImport[name]; ok {
			return name, true
		}
		i := strings.LastIndex(name, "/")
		if i < 0 {
			return "", false
		}
		name = name[:i]
	}
}

func covers(rule, rel string) bool {
	return rule == "*" || rel == rule || strings.HasPrefix(rel, rule+"/")
}

func TestImportsFollowTheTable(t *testing.T) {
	for _, p := range packages(t) {
		name, ok := rule(p.rel())
		if !assert.Truef(t, ok, "package %s is in no row of the table: add it with what it may import", p.ImportPath) {
			continue
		}
		for _, imp := range p.Imports {
			rel, ours := strings.CutPrefix(imp, module+"/")
			if !ours {
				assert.NotEqualf(t, "math/rand", imp, "%s imports math/rand; use internal/rng", p.ImportPath)
				continue
			}
			allowed := slices.ContainsFunc(mayImport[name], func(r string) bool { return covers(r, rel) })
			if p.rel() != "quantity" {
				allowed = allowed || rel == "quantity" || strings.HasPrefix(rel, "internal/")
			}
			assert.Truef(t, allowed, "%s imports %s, which the table of DESIGN does not allow", p.ImportPath, imp)
		}
	}
}

func TestSimulationNeverSeesATrajectory(t *testing.T) {
	for _, p := range packages(t) {
		for _, blind := range []string{"neuron", "synapse", "monitor", "equation"} {
			if !covers(blind, p.rel()) {
				continue
			}
			for _, dep := range p.Deps {
				assert.Falsef(t, covers(module+"/trajectory", dep), "%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}

func TestOnlyTheHDF5RoomNeedsCgo(t *testing.T) {
	for _, p := range packages(t) {
		if p.rel() != "trajectory/hdf5" {
			assert.Emptyf(t, p.CgoFiles, "%s has files that need cgo", p.ImportPath)
		}
	}
	goTool(t, []string{"CGO_ENABLED=0"}, "build", "./...")
}

func TestPackageNames(t *testing.T) {
	for _, p := range packages(t) {
		for _, bad := range []string{"util", "utils", "common", "helper", "helpers", "misc"} {
			assert.NotEqualf(t, bad, p.Name, "%s: a package is named after what it is for", p.ImportPath)
		}
	}
}

func TestDirectDependencies(t *testing.T) {
	f, err := os.Open(filepath.Join(root(t), "go.mod"))
	require.NoError(t, err)
	defer f.Close()
	rationale, err := os.ReadFile(filepath.Join(root(t), "RATIONALE.md"))
	require.NoError(t, err)
	var direct []string
	in := false
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		switch {
		case strings.HasPrefix(line, "require ("):
			in = true
		case line == ")":
			in = false
		case strings.HasPrefix(line, "require ") || in && line != "":
			line = strings.TrimPrefix(line, "require ")
			if !strings.Contains(line, "// indirect") {
				direct = append(direct, strings.Fields(line)[0])
			}
		}
	}
	slices.Sort(direct)
	assert.Equal(t, directDependencies, direct, "go.mod's direct dependencies; a new one needs its line in RATIONALE.md and here")
	for _, d := range direct {
		assert.Containsf(t, string(rationale), "`"+d+"`", "RATIONALE.md says nothing of %s", d)
	}
}

// files parses the Go files of a package that are not tests, whatever their
// build tags.
func files(t *testing.T, fset *token.FileSet, p pkg) []*ast.File {
	t.Helper()
	var parsed []*ast.File
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGo) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
		require.NoError(t, err)
		parsed = append(parsed, f)
	}
	return parsed
}

func TestEverythingExportedIsDocumented(t *testing.T) {
	for _, p := range packages(t) {
		doc := filepath.Join(p.Dir, "doc.go")
		if p.Name != "main" {
			if _, err := os.Stat(doc); err != nil {
				assert.Failf(t, "no doc.go", "%s", p.ImportPath)
			}
		}
		want := "Package " + p.Name
		if p.Name == "main" {
			want = "Command "
			if strings.HasPrefix(p.Doc, "Package main") {
				want = "Package main"
			}
		}
		prefixes := []string{want, "The ", strings.ToUpper(filepath.Base(p.Dir)[:1]) + filepath.Base(p.Dir)[1:]}
		ok := slices.ContainsFunc(prefixes, func(s string) bool { return strings.HasPrefix(p.Doc, s) })
		assert.Truef(t, ok, "%s: package comment starts with %.40q, want %q", p.ImportPath, p.Doc, want)
		if p.Name == "main" {
			continue
		}
		fset := token.NewFileSet()
		for _, f := range files(t, fset, p) {
			for _, d := range f.Decls {
				documented(t, fset, d)
			}
		}
	}
}

func documented(t *testing.T, fset *token.FileSet, d ast.Decl) {
	complain := func(pos token.Pos, name string) {
		assert.Failf(t, "not documented", "%s: %s wants a comment that starts with its name", fset.Position(pos), name)
	}
	starts := func(c *ast.CommentGroup, name string) bool {
		if c == nil {
			return false
		}
		words := strings.Fields(c.Text())
		for len(words) > 0 && slices.Contains([]string{"A", "An", "The"}, words[0]) {
			words = words[1:]
		}
		return len(words) > 0 && strings.Trim(words[0], ".,:;") == name || strings.HasPrefix(c.Text(), "Deprecated:")
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && exportedReceiver(d) && !starts(d.Doc, d.Name.Name) {
			complain(d.Pos(), d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && !starts(s.Doc, s.Name.Name) && !(len(d.Specs) == 1 && starts(d.Doc, s.Name.Name)) {
					complain(s.Pos(), s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					// In a group one comment for all of them is enough.
					grouped := d.Lparen.IsValid() && (d.Doc != nil || s.Doc != nil || s.Comment != nil)
					if n.IsExported() && !grouped && !starts(d.Doc, n.Name) {
						complain(s.Pos(), n.Name)
					}
				}
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	x := d.Recv.List[0].Type
	for {
		switch y := x.(type) {
		case *ast.StarExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.IndexListExpr:
			x = y.X
		case *ast.Ident:
			return y.IsExported()
		default:
			return false
		}
	}
}

func TestNoMutablePackageState(t *testing.T) {
	for _, p := range packages(t) {
		fset := token.NewFileSet()
		parsed := files(t, fset, p)
		vars := map[string]*ast.ValueSpec{}
		for _, f := range parsed {
			for _, d := range f.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok || g.Tok != token.VAR {
					continue
				}
				for _, s := range g.Specs {
					s := s.(*ast.ValueSpec)
					for _, n := range s.Names {
						if n.Name != "_" {
							vars[n.Name] = s
						}
					}
					if s.Type != nil {
						mutableType(t, fset, s.Type)
					}
					for _, v := range s.Values {
						mutableType(t, fset, v)
					}
				}
			}
		}
		for _, f := range parsed {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					if n.Tok != token.DEFINE {
						for _, l := range n.Lhs {
							assigned(t, fset, l, vars)
						}
					}
				case *ast.IncDecStmt:
					assigned(t, fset, n.X, vars)
				case *ast.UnaryExpr:
					if n.Op == token.AND {
						assigned(t, fset, n.X, vars)
					}
				}
				return true
			})
		}
	}
}

// mutableType refuses types that exist only to be changed.
func mutableType(t *testing.T, fset *token.FileSet, x ast.Expr) {
	ast.Inspect(x, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && (id.Name == "sync" || id.Name == "atomic") {
			assert.Failf(t, "mutable package state", "%s: a package-level variable holds %s.%s", fset.Position(n.Pos()), id.Name, sel.Sel.Name)
		}
		return true
	})
}

// assigned complains if the expression is a package-level variable or a part of one.
func assigned(t *testing.T, fset *token.FileSet, x ast.Expr, vars map[string]*ast.ValueSpec) {
	for {
		switch y := x.(type) {
		case *ast.IndexExpr:
			x = y.X
		case *ast.SelectorExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		case *ast.StarExpr:
			x = y.X
		case *ast.Ident:
			spec, ok := vars[y.Name]
			if !ok || y.Obj != nil && y.Obj.Decl != spec {
				return // no variable of the package, or a local one of the same name
			}
			assert.Failf(t, "mutable package state", "%s: package-level variable %s is changed or its address taken", fset.Position(y.Pos()), y.Name)
			return
		default:
			return
		}
	}
}

func TestSimulationsDoNotReadTheClock(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.ContainsFunc(clockless, func(r string) bool { return covers(r, p.rel()) }) {
			continue
		}
		fset := token.NewFileSet()
		for _, f := range files(t, fset, p) {
			ast.Inspect(f, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if id, ok := sel.X.(*ast.Ident); ok && id.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Tick", "NewTimer", "NewTicker"}, sel.Sel.Name) {
					assert.Failf(t, "clock", "%s: time.%s in a simulation package; take a clock from the options", fset.Position(n.Pos()), sel.Sel.Name)
				}
				return true
			})
		}
	}
}
