package plot

import (
	"fmt"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"galvani/quantity"
)

// TracesOptions describe traces of one variable: a panel per row of Values, one
// above the other, over a common time axis. Only Steps, DT and Values are needed.
type TracesOptions struct {
	Steps  []int64     // when the values were taken, in rising order
	DT     float64     // seconds per step
	Values [][]float64 // a row per neuron, a value per step, in SI units
	Names  []string    // of the rows, such as "neuron 100"; may be nil

	Start, Stop float64 // seconds shown; both 0: from the first step to where the one after the last would be
	SameScale   bool    // give all panels the same vertical axis

	Title    string
	XLabel   string // without unit; "": time
	YLabel   string // the variable, without unit
	Unit     string // in which the values are shown; "": as they are, no unit
	TimeUnit string // "": ms

	Width, Height float64 // inches; 0: 8 by 1 plus 1.2 for each panel, at least 3
}

// maxPanels is how many traces still make a readable figure.
const maxPanels = 32

// Traces makes a figure of traces.
func Traces(o TracesOptions) (*Figure, error) {
	if len(o.Values) == 0 || len(o.Values) > maxPanels {
		return nil, fmt.Errorf("plot: traces: %d rows of values, want 1 to %d", len(o.Values), maxPanels)
	}
	for i, row := range o.Values {
		if len(row) != len(o.Steps) {
			return nil, fmt.Errorf("plot: traces: row %d has %d values for %d steps", i, len(row), len(o.Steps))
		}
	}
	if o.Names != nil && len(o.Names) != len(o.Values) {
		return nil, fmt.Errorf("plot: traces: %d names for %d rows", len(o.Names), len(o.Values))
	}
	for k := range o.Steps {
		if k > 0 && o.Steps[k] <= o.Steps[k-1] {
			return nil, fmt.Errorf("plot: traces: step %d comes after step %d, want rising steps", o.Steps[k], o.Steps[k-1])
		}
	}
	timeUnit, err := timeAxis(o.DT, o.TimeUnit)
	if err != nil {
		return nil, err
	}
	scale := 1.0
	if o.Unit != "" {
		u, err := quantity.ParseUnit(o.Unit)
		if err != nil {
			return nil, fmt.Errorf("plot: traces: %w", err)
		}
		scale = u.Scale
	}
	if o.Start == 0 && o.Stop == 0 {
		o.Stop = 1
		if n := len(o.Steps); n > 0 {
			end := o.Steps[n-1] + 1
			if n > 1 {
				end = o.Steps[n-1] + (o.Steps[n-1] - o.Steps[n-2])
			}
			o.Start, o.Stop = float64(o.Steps[0])*o.DT, float64(end)*o.DT
		}
	}
	x := limits{o.Start / timeUnit.Scale, o.Stop / timeUnit.Scale}
	if err := x.check("time"); err != nil {
		return nil, err
	}
	lines := make([]*trace, len(o.Values))
	all := nothing()
	for i, row := range o.Values {
		lines[i] = &trace{steps: o.Steps, perStep: o.DT / timeUnit.Scale, values: row, scale: scale, x: x, y: nothing()}
		lines[i].measure()
		if lines[i].y.min <= lines[i].y.max {
			all.add(lines[i].y.min)
			all.add(lines[i].y.max)
		}
	}
	for _, l := range lines {
		if o.SameScale {
			l.y = all
		}
		l.y = l.y.padded(0.05)
		if err := l.y.check(orElse(o.YLabel, "value")); err != nil {
			return nil, err
		}
	}
	return newFigure(o.Width, o.Height, 8, 1+math.Max(2, 1.2*float64(len(lines))), func(s sheet) {
		o.draw(margin(s.Canvas), lines, x, withUnit(orElse(o.XLabel, "time"), timeUnit.Name))
	})
}

// draw sets title and vertical label once for all panels and the rows' names on the right.
func (o TracesOptions) draw(area draw.Canvas, lines []*trace, x limits, xLabel string) {
	if o.Title != "" {
		s := style(titleSize, draw.XCenter, draw.YTop)
		area.FillText(s, vg.Point{X: area.Center().X, Y: area.Max.Y}, o.Title)
		area.Max.Y -= s.Height(o.Title) + vg.Points(8)
	}
	label := withUnit(o.YLabel, o.Unit)
	if label != "" {
		area.Min.X += style(labelSize, 0, 0).Height(label) + vg.Points(6)
	}
	names := style(tickSize, draw.XLeft, draw.YCenter)
	var widest vg.Length
	for _, name := range o.Names {
		widest = max(widest, names.Width(name))
	}
	if widest > 0 {
		area.Max.X -= widest + vg.Points(6)
	}

	plots := make([][]*gonum.Plot, len(lines))
	for i, l := range lines {
		last := i == len(lines)-1
		xl := ""
		if last {
			xl = xLabel
		}
		p := newPlot("", xl, "", x, l.y)
		p.X.Tick.Marker = ticks{about: 8, silent: !last}
		p.Y.Tick.Marker = ticks{about: 3}
		p.Add(l)
		plots[i] = []*gonum.Plot{p}
	}
	tiles := draw.Tiles{Rows: len(lines), Cols: 1, PadY: vg.Points(10)}
	cells := gonum.Align(plots, tiles, area)
	var middle vg.Length
	for i, row := range plots {
		row[0].Draw(cells[i][0])
		data := row[0].DataCanvas(cells[i][0])
		if o.Names != nil {
			area.FillText(names, vg.Point{X: data.Max.X + vg.Points(6), Y: data.Center().Y}, o.Names[i])
		}
		middle += data.Center().Y / vg.Length(len(plots))
	}
	if label != "" {
		s := style(labelSize, draw.XCenter, draw.YTop)
		s.Rotation = math.Pi / 2
		area.FillText(s, vg.Point{X: area.Min.X - s.Height(label) - vg.Points(6), Y: middle}, label)
	}
}

// trace is the line of one neuron.
type trace struct {
	steps   []int64
	perStep float64 // time units per step
	values  []float64
	scale   float64
	x, y    limits
}

// measure finds the vertical range of what is shown.
func (l *trace) measure() {
	for k, step := range l.steps {
		if t := float64(step) * l.perStep; l.x.min <= t && t <= l.x.max {
			l.y.add(l.values[k] / l.scale)
		}
	}
}

// Plot implements gonum's Plotter.
func (l *trace) Plot(c draw.Canvas, _ *gonum.Plot) {
	columns := int((c.Max.X - c.Min.X).Dots(DPI))
	at := func(k int) vg.Point {
		t, v := float64(l.steps[k])*l.perStep, l.values[k]/l.scale
		return vg.Point{
			X: c.X((t - l.x.min) / (l.x.max - l.x.min)),
			Y: c.Y((v - l.y.min) / (l.y.max - l.y.min)),
		}
	}
	line := draw.LineStyle{Color: series[0], Width: vg.Points(0.8)}
	for _, run := range thin(l.steps, l.perStep, l.values, l.x, max(columns, 1)) {
		points := make([]vg.Point, len(run))
		for i, k := range run {
			points[i] = at(k)
		}
		if len(points) == 1 { // a value between gaps
			points = append(points, vg.Point{X: points[0].X + line.Width, Y: points[0].Y})
		}
		// The rasteriser's work grows with the square of a path's crossings per row of pixels, so a
		// long line is drawn in pieces.
		const piece = 48
		for len(points) > 1 {
			n := min(piece, len(points))
			c.StrokeLines(line, c.ClipLinesXY(points[:n])...)
			points = points[n-1:]
		}
	}
}
