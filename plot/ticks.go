package plot

import (
	"math"
	"strconv"
	"strings"

	gonum "gonum.org/v1/plot"
)

// ticks marks an axis at multiples of 1, 2 or 5 times a power of ten.
type ticks struct {
	about  int  // how many are wanted
	whole  bool // only at whole numbers
	silent bool // marks without numbers
}

var _ gonum.Ticker = ticks{}

// Ticks implements gonum's Ticker.
func (t ticks) Ticks(lo, hi float64) []gonum.Tick {
	step, decimals := t.step(lo, hi)
	if step == 0 {
		return nil
	}
	var list []gonum.Tick
	const slack = 1e-9 // an end of the axis that is a multiple but for rounding keeps its mark
	for i := math.Ceil(lo/step - slack); i <= math.Floor(hi/step+slack) && len(list) < 50; i++ {
		tick := gonum.Tick{Value: math.Max(lo, math.Min(hi, i*step))}
		if !t.silent {
			tick.Label = label(i*step, step, decimals)
		}
		list = append(list, tick)
	}
	return list
}

// step is the distance of the marks and the decimals it takes to write them; 0 if the
// range cannot be marked.
func (t ticks) step(lo, hi float64) (step float64, decimals int) {
	raw := (hi - lo) / float64(max(t.about, 1))
	if !(raw > 0) || math.IsInf(raw, 0) || raw < 1e-12*math.Max(math.Abs(lo), math.Abs(hi)) || raw < 1e-290 {
		return 0, 0
	}
	e := int(math.Floor(math.Log10(raw)))
	if t.whole && raw < 1 {
		return 1, 0
	}
	power := math.Pow10(e)
	for _, m := range [...]float64{1, 2, 5} {
		if raw <= m*power*(1+1e-9) {
			return m * power, max(0, -e)
		}
	}
	return 10 * power, max(0, -e-1)
}

// label writes a mark with the decimals its neighbours need, or with an exponent where
// that would get long.
func label(x, step float64, decimals int) string {
	if math.Abs(x) < step/2 {
		return "0"
	}
	if decimals <= 4 && math.Abs(x) < 1e6 {
		return minus(strconv.FormatFloat(x, 'f', decimals, 64))
	}
	exponent := func(v float64) int { return int(math.Floor(math.Log10(v) + 1e-9)) }
	return minus(strconv.FormatFloat(x, 'e', max(exponent(math.Abs(x))-exponent(step), 0), 64))
}

// minus puts the minus sign, which is as wide as the digits, in place of the hyphen.
func minus(s string) string { return strings.ReplaceAll(s, "-", "\u2212") }
