// Command _gen writes the assembly of package kernel, its Go declarations and
// the wrappers that check lengths. Run it with
//
//	go generate ./internal/kernel
//
// It reads the numbers that it shares with the reference functions from
// constants.go of that package.
package main

import (
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// A family is a set of close operations that share a file.
type family struct {
	name string
	emit func(p *path) // emits the family for one instruction set
	once func(p *path) // emits what both instruction sets share
}

func main() {
	log.SetFlags(0)
	dir := ".."
	numbers, err := readConstants(filepath.Join(dir, "constants.go"))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range []family{
		{name: "fill", emit: fill},
		{name: "arith", emit: arith},
		{name: "minmax", emit: minmax},
		{name: "round", emit: round},
		{name: "lin", emit: lin},
		{name: "linonto", emit: linOnto},
		{name: "flush", emit: flush},
		{name: "compare", emit: compare},
		{name: "logic", emit: logic},
		{name: "atmost", emit: atMost},
		{name: "find", emit: find},
		{name: "gather", once: gather},
		{name: "addat", once: addAt},
		{name: "nonfinite", emit: nonFinite},
		{name: "sum", emit: sum},
		{name: "exp", emit: exp},
		{name: "expm1", emit: expm1},
		{name: "sincos", emit: sincos},
		{name: "log", emit: logarithm},
		{name: "philox", emit: philox},
		{name: "normal", emit: normal},
		{name: "jumps", emit: jumps},
		{name: "below", emit: below},
	} {
		if err := write(dir, f, numbers); err != nil {
			log.Fatalf("%s: %v", f.name, err)
		}
	}
}

// write makes the two files of a family.
func write(dir string, f family, numbers map[string]number) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("!purego")
	pool := &pool{numbers: numbers, index: map[string]int{}}
	var wrappers strings.Builder
	if f.once != nil {
		f.once(&path{Context: ctx, pool: pool, name: "Asm", wrappers: &wrappers})
	}
	if f.emit != nil {
		for _, wide := range []bool{false, true} {
			name := "AVX2"
			if wide {
				name = "AVX512"
			}
			f.emit(&path{Context: ctx, pool: pool, wide: wide, name: name, wrappers: &wrappers})
		}
	}
	pool.emit(ctx)
	file, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "_gen", Pkg: "kernel"}
	asm, err := printer.NewGoAsm(cfg).Print(file)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, f.name+"_amd64.s"), asm, 0o644); err != nil {
		return err
	}
	src, err := declarations(cfg, file, wrappers.String())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, f.name+"_amd64.go"), src, 0o644)
}

// declarations returns the Go file of a family: its wrappers, then the
// assembly functions.
func declarations(cfg printer.Config, file *ir.File, wrappers string) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n\n//go:build !purego\n\npackage kernel\n\n", cfg.GeneratedWarning())
	if strings.Contains(wrappers, "unsafe.") {
		b.WriteString("import \"unsafe\"\n\n")
	}
	b.WriteString(wrappers)
	for _, fn := range file.Functions() {
		fmt.Fprintf(&b, "//go:noescape\n%s\n\n", fn.Stub())
	}
	return format.Source([]byte(b.String()))
}
