package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// A number is a constant of package kernel: the bits of a float or an integer.
type number uint64

// readConstants evaluates the constants of a Go file.
func readConstants(file string) (map[string]number, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		return nil, err
	}
	cfg := types.Config{Importer: importer.Default()}
	pkg, err := cfg.Check("kernel", fset, []*ast.File{f}, nil)
	if err != nil {
		return nil, err
	}
	numbers := map[string]number{}
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if !ok {
			continue
		}
		switch v := c.Val(); v.Kind() {
		case constant.Int:
			u, exact := constant.Uint64Val(v)
			if !exact {
				return nil, fmt.Errorf("constant %s is no 64-bit number", name)
			}
			numbers[name] = number(u)
		case constant.Float:
			x, _ := constant.Float64Val(v)
			numbers[name] = number(math.Float64bits(x))
		}
	}
	return numbers, nil
}

// A pool collects the constants that the functions of a file read from memory.
// Each stands there four times: AVX2 loads all four, AVX-512 broadcasts one.
type pool struct {
	numbers map[string]number
	index   map[string]int
	names   []string
	bits    []uint64
	tables  []table
}

// A table is a constant that is not the same in all lanes.
type table struct {
	name  string
	lanes []uint64
}

// table returns the address of a table.
func (p *pool) table(name string, lanes []uint64) operand.Mem {
	if !slices.ContainsFunc(p.tables, func(t table) bool { return t.name == name }) {
		p.tables = append(p.tables, table{name, lanes})
	}
	return operand.NewDataAddr(operand.NewStaticSymbol(name), 0)
}

// tailTable returns the address of four lanes of ones and four of zeros.
func (p *pool) tailTable() operand.Mem {
	const ones = math.MaxUint64
	return p.table("tailMasks", []uint64{ones, ones, ones, ones, 0, 0, 0, 0})
}

// at returns the address of a constant.
func (p *pool) at(name string, bits uint64) operand.Mem {
	if _, ok := p.index[name]; !ok {
		p.index[name] = len(p.names)
		p.names = append(p.names, name)
		p.bits = append(p.bits, bits)
	}
	return operand.NewDataAddr(operand.NewStaticSymbol(name), 0)
}

// emit writes the constants to the file.
func (p *pool) emit(ctx *build.Context) {
	for _, t := range p.tables {
		ctx.StaticGlobal(t.name)
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for lane, bits := range t.lanes {
			ctx.AddDatum(8*lane, operand.U64(bits))
		}
	}
	for i, name := range p.names {
		ctx.StaticGlobal(name)
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for lane := range 4 {
			ctx.AddDatum(8*lane, operand.U64(p.bits[i]))
		}
	}
}
