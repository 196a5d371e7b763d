package plot

import (
	"fmt"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Series is one line of a curve.
type Series struct {
	Name string    // shown above the axes if there are several series
	X    []float64 // as shown: in the unit that the label names
	Y    []float64 // nil: the means of Trials
	Err  []float64 // half the length of the error bars; nil: the standard errors of Trials, or none

	// Trials[i] are single values at X[i], drawn as faint dots.
	Trials [][]float64
}

// CurveOptions describe values over a parameter, such as Fano factors over a
// clustering strength.
type CurveOptions struct {
	Series []Series

	Title  string
	XLabel string // with unit, such as "delay (ms)"
	YLabel string
	YZero  bool // let the vertical axis begin at 0

	Width, Height float64 // inches; 0: 6 by 4
}

// Curve makes a figure of one or several series with error bars and trials.
// Points whose x or y is not finite are left out, and so are error bars.
func Curve(o CurveOptions) (*Figure, error) {
	x, y := nothing(), nothing()
	lines := make([]*line, len(o.Series))
	for i, s := range o.Series {
		l, err := s.line()
		if err != nil {
			return nil, fmt.Errorf("plot: curve: series %d (%s): %w", i, s.Name, err)
		}
		l.color = i % len(series)
		l.extend(&x, &y)
		lines[i] = l
	}
	x, y = x.padded(0.03), y.padded(0.06)
	if o.YZero {
		y.min, y.max = math.Min(0, y.min), math.Max(0, y.max)
		if y.min < 0 && o.nonNegative() {
			y.min = 0
		}
	}
	if err := x.check("horizontal"); err != nil {
		return nil, err
	}
	if err := y.check("vertical"); err != nil {
		return nil, err
	}
	return newFigure(o.Width, o.Height, 6, 4, func(s sheet) {
		area := margin(s.Canvas)
		p := newPlot(o.Title, o.XLabel, o.YLabel, x, y)
		for _, l := range lines {
			p.Add(l)
		}
		if len(lines) > 1 {
			area = o.legend(area, p)
		}
		p.Draw(area)
	})
}

// nonNegative reports whether nothing lies below zero but the margin.
func (o CurveOptions) nonNegative() bool {
	for _, s := range o.Series {
		l, err := s.line()
		if err != nil {
			return false
		}
		x, y := nothing(), nothing()
		l.extend(&x, &y)
		if y.min < 0 {
			return false
		}
	}
	return true
}

// legend draws the names in a row between title and axes, so that it covers no data, and
// returns what is left for the axes. It takes the title with it.
func (o CurveOptions) legend(area draw.Canvas, p *gonum.Plot) draw.Canvas {
	if o.Title != "" {
		s := style(titleSize, draw.XCenter, draw.YTop)
		area.FillText(s, vg.Point{X: area.Center().X, Y: area.Max.Y}, o.Title)
		area.Max.Y -= s.Height(o.Title) + vg.Points(6)
		p.Title.Text = ""
	}
	s := style(tickSize, draw.XLeft, draw.YCenter)
	const sample, gap = vg.Length(16), vg.Length(14)
	height := s.Height("X") + vg.Points(4)
	at := vg.Point{X: area.Min.X + gap, Y: area.Max.Y - height/2}
	for i, one := range o.Series {
		width := sample + vg.Points(4) + s.Width(one.Name) + gap
		if at.X+width > area.Max.X && at.X > area.Min.X+gap { // next row
			at.X = area.Min.X + gap
			at.Y -= height
		}
		area.StrokeLine2(draw.LineStyle{Color: series[i%len(series)], Width: vg.Points(2)}, at.X, at.Y, at.X+sample, at.Y)
		area.FillText(s, vg.Point{X: at.X + sample + vg.Points(4), Y: at.Y}, one.Name)
		at.X += width
	}
	area.Max.Y = at.Y - height/2 - vg.Points(6)
	return area
}

// line is a series ready to be drawn.
type line struct {
	x, y, err []float64
	trials    [][]float64
	color     int
}

// line checks a series and computes what it leaves out.
func (s Series) line() (*line, error) {
	l := &line{x: s.X, y: s.Y, err: s.Err, trials: s.Trials}
	if s.Trials != nil && len(s.Trials) != len(s.X) {
		return nil, fmt.Errorf("trials of %d points for %d x", len(s.Trials), len(s.X))
	}
	if s.Y == nil {
		if s.Trials == nil && len(s.X) > 0 {
			return nil, fmt.Errorf("neither y nor trials for %d x", len(s.X))
		}
		l.y = make([]float64, len(s.X))
		deviations := make([]float64, len(s.X))
		for i, values := range s.Trials {
			l.y[i], deviations[i] = meanAndError(values)
		}
		if l.err == nil {
			l.err = deviations
		}
	}
	if len(l.y) != len(l.x) {
		return nil, fmt.Errorf("%d y for %d x", len(l.y), len(l.x))
	}
	if l.err != nil && len(l.err) != len(l.x) {
		return nil, fmt.Errorf("%d errors for %d x", len(l.err), len(l.x))
	}
	return l, nil
}

// meanAndError are the mean of the finite values and its standard error, NaN if there are
// too few.
func meanAndError(values []float64) (mean, deviation float64) {
	n, sum := 0.0, 0.0
	for _, v := range values {
		if finite(v) {
			n++
			sum += v
		}
	}
	mean = sum / n
	squares := 0.0
	for _, v := range values {
		if finite(v) {
			squares += float64((v - mean) * (v - mean))
		}
	}
	if n < 2 {
		return mean, math.NaN()
	}
	return mean, math.Sqrt(squares / (n - 1) / n)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// extend widens limits to hold all of the series.
func (l *line) extend(x, y *limits) {
	for i := range l.x {
		if !finite(l.x[i]) {
			continue
		}
		x.add(l.x[i])
		y.add(l.y[i])
		if l.err != nil && finite(l.err[i]) {
			y.add(l.y[i] - l.err[i])
			y.add(l.y[i] + l.err[i])
		}
		if l.trials != nil {
			for _, v := range l.trials[i] {
				y.add(v)
			}
		}
	}
}

// Plot implements gonum's Plotter.
func (l *line) Plot(c draw.Canvas, p *gonum.Plot) {
	toX, toY := p.Transforms(&c)
	solid := series[l.color]
	faint := solid
	mix := func(a uint8) uint8 { return uint8((int(a) + 2*255) / 3) } // towards white; no alpha, for a small palette
	faint.R, faint.G, faint.B = mix(solid.R), mix(solid.G), mix(solid.B)
	dot := draw.GlyphStyle{Color: faint, Radius: vg.Points(1.6), Shape: draw.CircleGlyph{}}
	for i, values := range l.trials {
		for _, v := range values {
			if finite(l.x[i]) && finite(v) {
				c.DrawGlyph(dot, vg.Point{X: toX(l.x[i]), Y: toY(v)})
			}
		}
	}
	stroke := draw.LineStyle{Color: solid, Width: vg.Points(1.4)}
	bar := draw.LineStyle{Color: solid, Width: vg.Points(1)}
	const hook = vg.Length(2.5)
	var run []vg.Point
	for i := range l.x {
		if !finite(l.x[i]) || !finite(l.y[i]) {
			c.StrokeLines(stroke, run)
			run = nil
			continue
		}
		x := toX(l.x[i])
		run = append(run, vg.Point{X: x, Y: toY(l.y[i])})
		if l.err != nil && finite(l.err[i]) && l.err[i] != 0 {
			low, high := toY(l.y[i]-l.err[i]), toY(l.y[i]+l.err[i])
			c.StrokeLine2(bar, x, low, x, high)
			c.StrokeLine2(bar, x-hook, low, x+hook, low)
			c.StrokeLine2(bar, x-hook, high, x+hook, high)
		}
	}
	c.StrokeLines(stroke, run)
	point := draw.GlyphStyle{Color: solid, Radius: vg.Points(2.6), Shape: draw.CircleGlyph{}}
	for i := range l.x {
		if finite(l.x[i]) && finite(l.y[i]) {
			c.DrawGlyph(point, vg.Point{X: toX(l.x[i]), Y: toY(l.y[i])})
		}
	}
}
