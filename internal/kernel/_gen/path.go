package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A path emits code for one instruction set. Its methods stand for operations
// on vectors of 64-bit lanes, so that a kernel is written once for both.
type path struct {
	*build.Context
	*pool
	wide     bool // AVX-512, else AVX2
	name     string
	wrappers *strings.Builder
	labels   int
}

type (
	op  = operand.Op
	vec = reg.VecVirtual
	gp  = reg.GPVirtual
)

// A constantOp is a constant in memory, broadcast to all lanes when it is used.
type constantOp struct{ operand.Mem }

// Predicates of VCMPPD: ordered ones are false for NaN, the negated ones true.
const (
	cmpEQ  = operand.U8(0x00)
	cmpNE  = operand.U8(0x04)
	cmpUN  = operand.U8(0x03)
	cmpORD = operand.U8(0x07)
	cmpLT  = operand.U8(0x11)
	cmpLE  = operand.U8(0x12)
	cmpNLT = operand.U8(0x15)
	cmpNLE = operand.U8(0x16)
	cmpNGE = operand.U8(0x19)
	cmpNGT = operand.U8(0x1A)
	cmpGE  = operand.U8(0x1D)
	cmpGT  = operand.U8(0x1E)
)

// lanes is the number of 64-bit lanes of a vector.
func (p *path) lanes() int {
	if p.wide {
		return 8
	}
	return 4
}

// vec returns a fresh vector register.
func (p *path) vec() vec {
	if p.wide {
		return p.ZMM()
	}
	return p.YMM()
}

// label returns a fresh label.
func (p *path) label(name string) string {
	p.labels++
	return fmt.Sprintf("%s%d", name, p.labels)
}

// function starts an assembly function.
func (p *path) function(name, signature string) {
	p.Function(name)
	p.Attributes(attr.NOSPLIT)
	p.SignatureExpr(signature)
}

// param loads a parameter into a general register.
func (p *path) param(name string) gp {
	return p.Load(p.Param(name), p.GP64()).(gp)
}

// end ends an assembly function that used vectors.
func (p *path) end() {
	p.VZEROUPPER()
	p.RET()
}

// wrap writes Go source that goes around an assembly function; PATH stands for
// the name of the path.
func (p *path) wrap(format string, args ...any) {
	p.wrappers.WriteString(strings.ReplaceAll(fmt.Sprintf(format, args...), "PATH", p.name))
	p.wrappers.WriteString("\n")
}

// constant returns a constant of package kernel by its name.
func (p *path) constant(name string) op {
	n, ok := p.numbers[name]
	if !ok {
		panic("no constant " + name)
	}
	return constantOp{p.at(name, uint64(n))}
}

// float returns a constant by its value, named after its use.
func (p *path) float(name string, x float64) op {
	return constantOp{p.at(name, math.Float64bits(x))}
}

// bits returns a constant by its bits, named after its use.
func (p *path) bits64(name string, b uint64) op {
	return constantOp{p.at(name, b)}
}

type instruction = func(...op)

// binary emits dst = a op b; b may be in memory.
func (p *path) binary(plain, broadcast instruction, a, b op) vec {
	dst := p.vec()
	a = p.register(a)
	if c, ok := b.(constantOp); ok {
		if p.wide {
			broadcast(c.Mem, a, dst)
			return dst
		}
		b = c.Mem
	}
	plain(b, a, dst)
	return dst
}

// register returns a's value in a register.
func (p *path) register(a op) op {
	switch a := a.(type) {
	case constantOp:
		dst := p.vec()
		p.VBROADCASTSD(a.Mem, dst)
		return dst
	case operand.Mem:
		dst := p.vec()
		p.VMOVUPD(a, dst)
		return dst
	}
	return a
}

func (p *path) add(a, b op) vec { return p.binary(p.VADDPD, p.VADDPD_BCST, a, b) }
func (p *path) sub(a, b op) vec { return p.binary(p.VSUBPD, p.VSUBPD_BCST, a, b) }
func (p *path) mul(a, b op) vec { return p.binary(p.VMULPD, p.VMULPD_BCST, a, b) }
func (p *path) div(a, b op) vec { return p.binary(p.VDIVPD, p.VDIVPD_BCST, a, b) }

// min is a < b ? a : b, max is a > b ? a : b: b where one of them is NaN.
func (p *path) min(a, b op) vec { return p.binary(p.VMINPD, p.VMINPD_BCST, a, b) }
func (p *path) max(a, b op) vec { return p.binary(p.VMAXPD, p.VMAXPD_BCST, a, b) }

func (p *path) and(a, b op) vec { return p.binary(p.VANDPD, p.VANDPD_BCST, a, b) }
func (p *path) or(a, b op) vec  { return p.binary(p.VORPD, p.VORPD_BCST, a, b) }
func (p *path) xor(a, b op) vec { return p.binary(p.VXORPD, p.VXORPD_BCST, a, b) }

// add64 and sub64 are of integers.
func (p *path) add64(a, b op) vec { return p.binary(p.VPADDQ, p.VPADDQ_BCST, a, b) }
func (p *path) sub64(a, b op) vec { return p.binary(p.VPSUBQ, p.VPSUBQ_BCST, a, b) }

func (p *path) sqrt(a op) vec {
	dst := p.vec()
	p.VSQRTPD(a, dst)
	return dst
}

// shiftLeft and shiftRight shift integers, filling with zeros.
func (p *path) shiftLeft(a op, n int) vec {
	dst := p.vec()
	p.VPSLLQ(operand.U8(n), p.register(a), dst)
	return dst
}

func (p *path) shiftRight(a op, n int) vec {
	dst := p.vec()
	p.VPSRLQ(operand.U8(n), p.register(a), dst)
	return dst
}

// unpackLow and unpackHigh interleave the even or odd lanes of a and b.
func (p *path) unpackLow(a, b op) vec {
	dst := p.vec()
	p.VUNPCKLPD(b, a, dst)
	return dst
}

func (p *path) unpackHigh(a, b op) vec {
	dst := p.vec()
	p.VUNPCKHPD(b, a, dst)
	return dst
}

// zero returns a vector of zeros.
func (p *path) zero() vec {
	dst := p.vec()
	if p.wide {
		p.VPXORQ(dst, dst, dst)
	} else {
		p.VXORPD(dst, dst, dst)
	}
	return dst
}

// magnitude is |a|.
func (p *path) magnitude(a op) vec { return p.and(a, p.bits64("notSign", 1<<63-1)) }

// compare returns the mask of lanes where a predicate b holds: a mask register,
// or for AVX2 a vector of all ones or all zeros.
func (p *path) compare(predicate operand.U8, a, b op) op {
	a = p.register(a)
	if !p.wide {
		if c, ok := b.(constantOp); ok {
			b = c.Mem
		}
		dst := p.vec()
		p.VCMPPD(predicate, b, a, dst)
		return dst
	}
	k := p.K()
	if c, ok := b.(constantOp); ok {
		p.VCMPPD_BCST(predicate, c.Mem, a, k)
	} else {
		p.VCMPPD(predicate, b, a, k)
	}
	return k
}

// choose returns a where the mask is set, else b.
func (p *path) choose(mask, a, b op) vec {
	dst := p.vec()
	a, b = p.register(a), p.register(b)
	if p.wide {
		p.VBLENDMPD(a, b, mask, dst)
	} else {
		p.VBLENDVPD(mask, a, b, dst)
	}
	return dst
}

// keep returns a where the mask is set, else +0.
func (p *path) keep(mask, a op) vec {
	if !p.wide {
		return p.and(mask, a)
	}
	dst := p.vec()
	if c, ok := a.(constantOp); ok {
		p.VBROADCASTSD_Z(c.Mem, mask, dst)
	} else {
		p.VMOVAPD_Z(a, mask, dst)
	}
	return dst
}

// one is the constant 1.
func (p *path) one() op { return p.float("one", 1) }

// tailMask returns the mask of the first n lanes, n being less than a vector.
func (p *path) tailMask(n gp) op {
	if p.wide {
		ones := p.GP32()
		p.MOVL(operand.U32(0xFF), ones)
		p.BZHIL(n.As32(), ones, ones)
		k := p.K()
		p.KMOVW(ones, k)
		return k
	}
	// Four lanes of ones and four of zeros, read from four-n on.
	table := p.tailTable()
	address, negative := p.GP64(), p.GP64()
	p.LEAQ(table, address)
	p.MOVQ(n, negative)
	p.NEGQ(negative)
	mask := p.vec()
	p.VMOVUPD(operand.Mem{Base: address, Index: negative, Scale: 8, Disp: 32}, mask)
	return mask
}

// loadTail loads the lanes of a mask, the others become 0.
func (p *path) loadTail(m operand.Mem, mask op) vec {
	dst := p.vec()
	if p.wide {
		p.VMOVUPD_Z(m, mask, dst)
	} else {
		p.VMASKMOVPD(m, mask, dst)
	}
	return dst
}

// storeTail stores the lanes of a mask.
func (p *path) storeTail(v op, mask op, m operand.Mem) {
	if p.wide {
		p.VMOVUPD(v, mask, m)
	} else {
		p.VMASKMOVPD(v, mask, m)
	}
}

// chunks emits a loop over n elements: steps of unroll vectors, then single
// vectors, then tail for fewer lanes than a vector, with their mask. The
// register i counts elements, n is used up.
func (p *path) chunks(i, n gp, unroll int, body func(vectors int), tail func(mask op)) {
	p.XORQ(i, i)
	for _, u := range []int{unroll, 1} {
		width := operand.U32(u * p.lanes())
		loop, rest := p.label("loop"), p.label("rest")
		p.SUBQ(width, n)
		p.JLT(operand.LabelRef(rest))
		p.Label(loop)
		body(u)
		p.ADDQ(width, i)
		p.SUBQ(width, n)
		p.JGE(operand.LabelRef(loop))
		p.Label(rest)
		p.ADDQ(width, n)
		if unroll == 1 {
			break
		}
	}
	done := p.label("done")
	p.JEQ(operand.LabelRef(done))
	tail(p.tailMask(n))
	p.Label(done)
}

// element is the address of element i of a slice, vectors further on.
func (p *path) element(base, i gp, vectors int) operand.Mem {
	return operand.Mem{Base: base, Index: i, Scale: 8, Disp: 8 * p.lanes() * vectors}
}

// elementwise emits the loop of a kernel whose lanes do not see each other:
// every source's vector goes through f to dst. f may get a source in memory, and
// puts it into a register if several instructions read it.
func (p *path) elementwise(dst gp, sources []gp, n gp, unroll int, f func(in []op) vec) {
	i := p.GP64()
	p.chunks(i, n, unroll,
		func(vectors int) {
			out := make([]vec, vectors)
			for u := range vectors {
				in := make([]op, len(sources))
				for s, source := range sources {
					in[s] = p.element(source, i, u)
				}
				out[u] = f(in)
			}
			for u, v := range out {
				p.VMOVUPD(v, p.element(dst, i, u))
			}
		},
		func(mask op) {
			in := make([]op, len(sources))
			for s, source := range sources {
				in[s] = p.loadTail(p.element(source, i, 0), mask)
			}
			p.storeTail(f(in), mask, p.element(dst, i, 0))
		})
}

// mapKernel emits the whole of an element-wise kernel of the sources a, b, c …
// and its wrapper.
func (p *path) mapKernel(name string, sources, unroll int, f func(in []op) vec) {
	names := strings.Split("abcd", "")[:sources]
	list := strings.Join(names, ", ")
	asm := "asm" + title(name) + p.name
	p.wrap("// %[1]sPATH is %[1]sGo in assembly.\nfunc %[1]sPATH(dst, %[2]s []float64) {", name, list)
	for _, s := range names {
		p.wrap("covers(len(%s), len(dst))", s)
	}
	p.wrap("%s(unsafe.SliceData(dst)%s, len(dst))\n}\n", asm, dataOf(names))
	p.function(asm, fmt.Sprintf("func(dst, %s *float64, n int)", list))
	dst, n := p.param("dst"), p.param("n")
	var in []gp
	for _, s := range names {
		in = append(in, p.param(s))
	}
	p.elementwise(dst, in, n, unroll, f)
	p.end()
}

// title returns a name with its first letter in upper case.
func title(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// dataOf returns the arguments that are the data of slices.
func dataOf(names []string) string {
	var b strings.Builder
	for _, s := range names {
		fmt.Fprintf(&b, ", unsafe.SliceData(%s)", s)
	}
	return b.String()
}

// broadcastParam loads a parameter of 64 bits into all lanes.
func (p *path) broadcastParam(name string) vec {
	address, err := p.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	dst := p.vec()
	p.VBROADCASTSD(address.Addr, dst)
	return dst
}
