//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// accelerated returns the paths beside the reference that this processor can
// run, slowest first.
func accelerated() []*Set {
	x := &cpu.X86
	if !(x.HasAVX2 && x.HasBMI1 && x.HasBMI2 && x.HasPOPCNT) {
		return nil
	}
	sets := []*Set{avx2()}
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512BW {
		sets = append(sets, avx512())
	}
	return sets
}

// scalar returns the reference path with what assembly does better, but not
// with vectors.
func scalar(name string) *Set {
	s := Go()
	s.Name = name
	s.Gather, s.Scatter, s.GatherI64 = gatherAsm, scatterAsm, gatherI64Asm
	s.AddAt, s.AddAtEach = addAtAsm, addAtEachAsm
	return s
}

// avx2 returns the path with 256-bit vectors.
func avx2() *Set {
	s := scalar("avx2")
	s.Fill, s.Flush = fillAVX2, flushAVX2
	s.Add, s.Sub, s.Mul, s.Div, s.Min, s.Max = addAVX2, subAVX2, mulAVX2, divAVX2, minAVX2, maxAVX2
	s.Neg, s.Abs, s.Sqrt, s.Exp, s.Expm1, s.Log, s.Sin, s.Cos, s.Tanh, s.Floor, s.Ceil, s.Trunc, s.Sign = negAVX2, absAVX2, sqrtAVX2, expAVX2, expm1AVX2, logAVX2, sinAVX2, cosAVX2, tanhAVX2, floorAVX2, ceilAVX2, truncAVX2, signAVX2
	s.LT, s.LE, s.GT, s.GE, s.EQ, s.NE = ltAVX2, leAVX2, gtAVX2, geAVX2, eqAVX2, neAVX2
	s.And, s.Or, s.Not, s.Select, s.AtMost = andAVX2, orAVX2, notAVX2, selectAVX2, atMostAVX2
	s.FindGT, s.FindGE, s.FindLT, s.FindLE, s.FindNonZero = findGTAVX2, findGEAVX2, findLTAVX2, findLEAVX2, findNonZeroAVX2
	s.NonFinite, s.Sum = nonFiniteAVX2, sumAVX2
	s.Philox, s.Uniform, s.Normal, s.Jumps, s.Below = philoxAVX2, uniformAVX2, normalAVX2, jumpsAVX2, belowAVX2
	s.Lin = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){lin1AVX2, lin2AVX2, lin3AVX2, lin4AVX2}
	s.LinFlush = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linFlush1AVX2, linFlush2AVX2, linFlush3AVX2, linFlush4AVX2}
	s.LinOnto = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linOnto1AVX2, linOnto2AVX2, linOnto3AVX2, linOnto4AVX2}
	s.LinOntoFlush = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linOntoFlush1AVX2, linOntoFlush2AVX2, linOntoFlush3AVX2, linOntoFlush4AVX2}
	return s
}

// avx512 returns the path with 512-bit vectors.
func avx512() *Set {
	s := scalar("avx512")
	s.Fill, s.Flush = fillAVX512, flushAVX512
	s.Add, s.Sub, s.Mul, s.Div, s.Min, s.Max = addAVX512, subAVX512, mulAVX512, divAVX512, minAVX512, maxAVX512
	s.Neg, s.Abs, s.Sqrt, s.Exp, s.Expm1, s.Log, s.Sin, s.Cos, s.Tanh, s.Floor, s.Ceil, s.Trunc, s.Sign = negAVX512, absAVX512, sqrtAVX512, expAVX512, expm1AVX512, logAVX512, sinAVX512, cosAVX512, tanhAVX512, floorAVX512, ceilAVX512, truncAVX512, signAVX512
	s.LT, s.LE, s.GT, s.GE, s.EQ, s.NE = ltAVX512, leAVX512, gtAVX512, geAVX512, eqAVX512, neAVX512
	s.And, s.Or, s.Not, s.Select, s.AtMost = andAVX512, orAVX512, notAVX512, selectAVX512, atMostAVX512
	s.FindGT, s.FindGE, s.FindLT, s.FindLE, s.FindNonZero = findGTAVX512, findGEAVX512, findLTAVX512, findLEAVX512, findNonZeroAVX512
	s.NonFinite, s.Sum = nonFiniteAVX512, sumAVX512
	s.Philox, s.Uniform, s.Normal, s.Jumps, s.Below = philoxAVX512, uniformAVX512, normalAVX512, jumpsAVX512, belowAVX512
	s.Lin = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){lin1AVX512, lin2AVX512, lin3AVX512, lin4AVX512}
	s.LinFlush = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linFlush1AVX512, linFlush2AVX512, linFlush3AVX512, linFlush4AVX512}
	s.LinOnto = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linOnto1AVX512, linOnto2AVX512, linOnto3AVX512, linOnto4AVX512}
	s.LinOntoFlush = [4]func([]float64, *[5]float64, []float64, []float64, []float64, []float64){linOntoFlush1AVX512, linOntoFlush2AVX512, linOntoFlush3AVX512, linOntoFlush4AVX512}
	return s
}
