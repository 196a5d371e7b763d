package kernel_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/internal/kernel"
)

// TestSpecialValues lists what the scalar functions give where they change
// their ways. (The standard library is no help: its assembly overflows early
// and has no logarithm for subnormal numbers.)
func TestSpecialValues(t *testing.T) {
	inf, nan, negZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	const (
		largest   = math.MaxFloat64
		smallest  = math.SmallestNonzeroFloat64
		subnormal = 0x1p-1050
	)
	for _, c := range []struct {
		name string
		f    func(float64) float64
		want [][2]float64 // argument and result
	}{
		{"Exp", kernel.Exp, [][2]float64{
			{0, 1}, {negZero, 1}, {inf, inf}, {-inf, 0}, {nan, nan}, {smallest, 1}, {-smallest, 1}, {largest, inf}, {-largest, 0},
			{709.782712893384, 1.7976931348622732e308}, {709.7827128933841, inf}, {-744.4400719213812, smallest},
			{-745.1332191019411, smallest}, {-745.1332191019412, 0}, {1, math.E},
		}},
		{"Expm1", kernel.Expm1, [][2]float64{
			{0, 0}, {negZero, negZero}, {inf, inf}, {-inf, -1}, {nan, nan}, {smallest, smallest}, {-smallest, -smallest},
			{subnormal, subnormal}, {709.7827128933841, inf}, {-38, -1}, {-largest, -1}, {largest, inf},
		}},
		{"Log", kernel.Log, [][2]float64{
			{0, -inf}, {negZero, -inf}, {inf, inf}, {-inf, nan}, {nan, nan}, {1, 0}, {-1, nan}, {-smallest, nan},
			{smallest, -744.4400719213812}, {largest, 709.782712893384}, {math.E, 1}, {2, math.Ln2}, {0x1p-1022, -708.3964185322641},
		}},
		{"Log1p", kernel.Log1p, [][2]float64{
			{0, 0}, {negZero, negZero}, {inf, inf}, {-1, -inf}, {-2, nan}, {-inf, nan}, {nan, nan}, {smallest, smallest},
			{-smallest, -smallest}, {0x1p-60, 0x1p-60}, {largest, 709.782712893384},
		}},
		{"Sin", kernel.Sin, [][2]float64{
			{0, 0}, {negZero, negZero}, {inf, nan}, {-inf, nan}, {nan, nan}, {smallest, smallest}, {math.Pi / 2, 1}, {-math.Pi / 2, -1},
			{math.Pi, 1.2246467991473532e-16},
		}},
		{"Cos", kernel.Cos, [][2]float64{
			{0, 1}, {negZero, 1}, {inf, nan}, {-inf, nan}, {nan, nan}, {smallest, 1}, {math.Pi, -1}, {math.Pi / 2, 6.123233995736766e-17},
		}},
		{"Tanh", kernel.Tanh, [][2]float64{
			{0, 0}, {negZero, negZero}, {inf, 1}, {-inf, -1}, {nan, nan}, {smallest, smallest}, {-smallest, -smallest},
			{subnormal, subnormal}, {20, 1}, {-710, -1}, {largest, 1},
		}},
		{"Sign", kernel.Sign, [][2]float64{{0, 0}, {negZero, 0}, {inf, 1}, {-inf, -1}, {nan, nan}, {smallest, 1}, {-3, -1}}},
	} {
		for _, w := range c.want {
			got := c.f(w[0])
			assert.True(t, same(w[1], got), "%s(%v): want %v, got %v", c.name, w[0], w[1], got)
		}
	}
	for _, c := range [][3]float64{
		{0, 0, 1}, {nan, 0, 1}, {nan, negZero, 1}, {1, nan, 1}, {1, inf, 1}, {nan, 1, nan}, {2, nan, nan}, {nan, 2, nan},
		{0, -1, inf}, {negZero, -1, -inf}, {0, -2, inf}, {negZero, -2, inf}, {negZero, -1.5, inf}, {0, -inf, inf}, {negZero, -inf, inf},
		{0, 1, 0}, {negZero, 1, negZero}, {negZero, 3, negZero}, {negZero, 2, 0}, {negZero, 0.5, 0}, {0, inf, 0}, {negZero, inf, 0},
		{-1, inf, 1}, {-1, -inf, 1}, {-1, 3, -1}, {-1, 4, 1}, {-1, 0.5, nan}, {-1, 0x1p60, 1},
		{2, inf, inf}, {2, -inf, 0}, {0.5, inf, 0}, {0.5, -inf, inf}, {-2, inf, inf}, {-0.5, inf, 0}, {-0.5, -inf, inf},
		{inf, 1, inf}, {inf, -1, 0}, {inf, 0.5, inf}, {-inf, 3, -inf}, {-inf, 2, inf}, {-inf, 0.5, inf}, {-inf, -3, negZero}, {-inf, -2, 0},
		{-8, 1.0 / 3, nan}, {-2, 1e300, inf}, {-2, -1e300, 0}, {-2, 0.5, nan}, {-2, 3, -8}, {-2, 2, 4}, {-2, -1, -0.5},
		{2, 10, 1024}, {10, 2, 100}, {2, -1074, smallest}, {2, -1075, 0}, {2, 1024, inf}, {2, 1023, 0x1p1023}, {-2, 1025, -inf},
		{smallest, 0.5, 0x1p-537}, {smallest, -0.5, 0x1p537}, {4, 0.5, 2}, {9, 0.5, 3}, {10, 3, 1000}, {0.5, 2, 0.25}, {largest, 1, largest},
		{math.Nextafter(1, 2), largest, inf}, {math.Nextafter(1, 0), largest, 0}, {3, smallest, 1}, {-3, 0x1p53, inf}, {-3, 0x1p53 - 1, -inf},
	} {
		got := kernel.Pow(c[0], c[1])
		assert.True(t, same(c[2], got), "Pow(%v, %v): want %v, got %v", c[0], c[1], c[2], got)
	}
}
