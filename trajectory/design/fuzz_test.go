package design_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"galvani/quantity"
	"galvani/trajectory/design"
)

// FuzzBounds reads texts as bounds: an error, or a factor from one to the other.
func FuzzBounds(f *testing.F) {
	for _, s := range [][2]string{
		{"5 ms", "20 ms"}, {"1", "2"}, {"-70 mV", "0.1 V"}, {"2*nS*mV", "3*nS*mV"}, {"1/ms", "2 kHz"}, {"", "x"}, {"nan", "inf"}, {"1e308 GV", "2e308 GV"}, {"1 1", "2  1"}, {"5e-324 qs", "1"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, low, high string) {
		u := design.Uniform("x", low, high)
		if u.Err() != nil {
			return
		}
		for _, p := range []float64{0, 0.25, 0.5, 1} {
			switch v := u.At(p).(type) {
			case float64:
				assert.LessOrEqual(t, u.At(0), v)
				assert.GreaterOrEqual(t, u.At(1), v)
			case quantity.Quantity:
				least, err := v.Cmp(u.At(0).(quantity.Quantity))
				assert.NoError(t, err)
				most, err := v.Cmp(u.At(1).(quantity.Quantity))
				assert.NoError(t, err)
				assert.True(t, least >= 0 && most <= 0, "%v from %v to %v", v, u.At(0), u.At(1))
			default:
				t.Errorf("%q to %q gives a %T", low, high, v)
			}
		}
		// What a text says does not depend on the other bound.
		if q, err := quantity.Parse(low); err == nil && !q.Dimension().IsNone() {
			assert.InEpsilon(t, 1+q.SI(), 1+u.At(0).(quantity.Quantity).SI(), 1e-12)
		}
	})
}

// FuzzStar reads texts as star notation: an error, or parameters that are there.
func FuzzStar(f *testing.F) {
	for _, s := range []string{"*tau", "*tau|noise", "a|b|c", "[a-z]*", "[!a", "?", "", "|", "**|**", "[]a]", "[^", "a-]"} {
		f.Add(s)
	}
	traj := tree(f, map[string]any{"e.tau": 1.0, "i.tau": 1.0, "i.noise.tau": 1.0, "n": 1.0})
	f.Fuzz(func(t *testing.T, text string) {
		names, err := design.Star(traj, text).Names()
		if err != nil {
			assert.Empty(t, names)
			return
		}
		assert.NotEmpty(t, names)
		for _, n := range names {
			assert.True(t, traj.Contains(n))
		}
	})
}
