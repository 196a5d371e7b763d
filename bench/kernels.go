package main

import (
	"context"

	"galvani/internal/kernel"
)

// lanes is the length of a block of the vector programs.
const lanes = 512

// kernels measures single kernels on one block that stays in the L1 cache.
func kernels(ctx context.Context, r *report) error {
	for _, set := range kernel.Available() {
		dst, a, b, c, d := column(lanes), column(lanes), column(lanes), column(lanes), column(lanes)
		k := &[5]float64{0.9, 0.01, 0.02, -0.03, 0}
		idx := make([]int32, lanes)
		for i := range idx {
			idx[i] = int32(i)
		}
		key := [2]uint32{1, 2}
		for _, one := range []struct {
			name string
			f    func()
		}{
			{"linflush1", func() { set.LinFlush[0](dst, k, a, nil, nil, nil) }},
			{"linflush2", func() { set.LinFlush[1](dst, k, a, b, nil, nil) }},
			{"linflush4", func() { set.LinFlush[3](dst, k, a, b, c, d) }},
			{"mul", func() { set.Mul(dst, a, b) }},
			{"div", func() { set.Div(dst, a, b) }},
			{"exp", func() { set.Exp(dst, a) }},
			{"log", func() { set.Log(dst, b) }},
			{"find_ge", func() { set.FindGE(idx, a, 2, 0) }},
			{"uniform", func() { set.Uniform(dst, key, [3]uint32{}, 0) }},
		} {
			if err := ctx.Err(); err != nil {
				return err
			}
			ns := r.perOp(func(n int) {
				for range n {
					one.f()
				}
			})
			if err := r.addOn(set.Name, one.name+"_ns_per_lane", "ns", scaled(ns, lanes)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// column is a slice of numbers between 0.5 and 1.5.
func column(n int) []float64 {
	c := make([]float64, n)
	for i := range c {
		c[i] = 0.5 + float64(i*7919%n)/float64(n)
	}
	return c
}
