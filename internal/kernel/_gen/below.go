package main

import "github.com/mmcloughlin/avo/operand"

// below emits Below over whole vectors of 16-bit halves; the wrapper leaves the
// rest to the reference.
func below(p *path) {
	words := 2 * p.lanes() // of a vector
	p.wrap(`// belowPATH is belowGo in assembly, in groups of %[1]d words.
func belowPATH(idx []int32, words []uint32, threshold uint16, base int32) (n int, tie bool) {
	covers(len(idx), 2*len(words))
	whole := len(words) &^ %[2]d
	n, ties := asmBelowPATH(unsafe.SliceData(idx), unsafe.SliceData(words), whole/%[1]d, threshold, base)
	rest, tie := belowGo(idx[n:], words[whole:], threshold, base+int32(2*whole))
	return n + rest, tie || ties != 0
}
`, words, words-1)
	p.function("asmBelow"+p.name, "func(idx *int32, words *uint32, groups int, threshold uint16, base int32) (n int, ties uint64)")
	idx, source, groups := p.param("idx"), p.param("words"), p.param("groups")
	address, err := p.Param("threshold").Resolve()
	if err != nil {
		panic(err)
	}
	threshold := p.vec()
	p.VPBROADCASTW(address.Addr, threshold)
	count, ties := p.GP64(), p.GP64()
	p.XORQ(count, count)
	p.XORQ(ties, ties)
	done, loop := p.label("done"), p.label("loop")
	if p.wide {
		// The numbers of the next 16 elements.
		places := p.add32(p.broadcast32("base"), p.table("places16", []uint64{
			0 | 1<<32, 2 | 3<<32, 4 | 5<<32, 6 | 7<<32, 8 | 9<<32, 10 | 11<<32, 12 | 13<<32, 14 | 15<<32,
		}))
		step := p.register(p.bits64("sixteens", 16|16<<32))
		p.TESTQ(groups, groups)
		p.JEQ(operand.LabelRef(done))
		p.Label(loop)
		v := p.ZMM()
		p.VMOVDQU64(operand.Mem{Base: source}, v)
		hits, equal := p.K(), p.K()
		p.VPCMPUW(operand.U8(1), threshold, v, hits)
		p.VPCMPEQW(threshold, v, equal)
		e := p.GP64()
		p.KMOVD(equal, e.As32())
		p.ORQ(e, ties)
		high := p.K()
		p.KSHIFTRD(operand.U8(16), hits, high)
		bits := p.GP32()
		p.KMOVD(hits, bits)
		for half, k := range []op{hits, high} {
			packed := p.ZMM()
			p.VPCOMPRESSD_Z(places, k, packed)
			p.VMOVDQU32(packed, operand.Mem{Base: idx, Index: count, Scale: 4})
			n := p.GP64()
			if half == 0 {
				p.MOVWLZX(bits.As16(), n.As32())
			} else {
				p.MOVL(bits, n.As32())
				p.SHRL(operand.U8(16), n.As32())
			}
			p.POPCNTL(n.As32(), n.As32())
			p.ADDQ(n, count)
			p.VPADDD(step, places, places)
		}
	} else {
		// The comparison is of signed numbers; turning the sign bits makes it one of
		// unsigned ones.
		signs := p.register(p.bits64("signs16", 0x8000800080008000))
		p.VPXOR(signs, threshold, threshold)
		at := p.Load(p.Param("base"), p.GP32()).(gp)
		p.TESTQ(groups, groups)
		p.JEQ(operand.LabelRef(done))
		p.Label(loop)
		v := p.YMM()
		p.VPXOR(operand.Mem{Base: source}, signs, v)
		hits, equal := p.YMM(), p.YMM()
		p.VPCMPGTW(v, threshold, hits)
		p.VPCMPEQW(v, threshold, equal)
		e := p.GP64()
		p.VPMOVMSKB(equal, e.As32())
		p.ORQ(e, ties)
		// One byte per element, in order.
		upper, bytes := p.XMM(), p.XMM()
		p.VEXTRACTI128(operand.U8(1), hits, upper)
		p.VPACKSSWB(upper, hits.AsX(), bytes)
		bits := p.GP64()
		p.VPMOVMSKB(bytes, bits.As32())
		none := p.label("none")
		p.TESTL(bits.As32(), bits.As32())
		p.JEQ(operand.LabelRef(none))
		p.writeBits(idx, count, at, bits)
		p.Label(none)
		p.ADDL(operand.U32(16), at)
	}
	p.ADDQ(operand.U32(4*words), source)
	p.DECQ(groups)
	p.JNE(operand.LabelRef(loop))
	p.Label(done)
	p.Store(count, p.Return("n"))
	p.Store(ties, p.Return("ties"))
	p.end()
}
