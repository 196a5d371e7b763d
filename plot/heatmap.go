package plot

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// HeatmapOptions describe a value over two parameters: a cell of equal size for each pair,
// coloured by a scale that stands beside the map. Only X, Y and Values are needed.
type HeatmapOptions struct {
	X, Y   []float64   // of the columns, from the left, and of the rows, from below
	Values [][]float64 // Values[row][column]; cells whose value is not finite stay grey

	Low, High float64 // ends of the colour scale; both 0: those of the values. What lies beyond has the colour of the end
	Log       bool    // logarithmic colour scale; values that are not positive stay grey

	Title  string
	XLabel string // with unit, such as "delay (ms)"
	YLabel string
	Label  string // of the colour scale

	Width, Height float64 // inches; 0: 6 by 4.5
}

// maxCells is how many columns or rows a map can have: a PNG has no more pixels.
const maxCells = maxInches * DPI

// Heatmap makes a map of values over two parameters. Where there is room, the cells have
// their values written in them.
func Heatmap(o HeatmapOptions) (*Figure, error) {
	if len(o.X) == 0 || len(o.Y) == 0 || len(o.X) > maxCells || len(o.Y) > maxCells {
		return nil, fmt.Errorf("plot: heat map of %d columns and %d rows, want 1 to %d of each", len(o.X), len(o.Y), maxCells)
	}
	if len(o.Values) != len(o.Y) {
		return nil, fmt.Errorf("plot: heat map: %d rows of values for %d y", len(o.Values), len(o.Y))
	}
	for i, row := range o.Values {
		if len(row) != len(o.X) {
			return nil, fmt.Errorf("plot: heat map: row %d has %d values for %d x", i, len(row), len(o.X))
		}
	}
	scale, err := o.scale()
	if err != nil {
		return nil, err
	}
	f, err := newFigure(o.Width, o.Height, 6, 4.5, func(s sheet) { o.draw(s, scale) })
	if err != nil {
		return nil, err
	}
	f.exact = true
	return f, nil
}

// colourScale maps values to colours.
type colourScale struct {
	limits
	log bool
}

// scale finds the ends of the colour scale.
func (o HeatmapOptions) scale() (colourScale, error) {
	s := colourScale{limits: limits{o.Low, o.High}, log: o.Log}
	if o.Low == 0 && o.High == 0 {
		s.limits = nothing()
		for _, row := range o.Values {
			for _, v := range row {
				if !o.Log || v > 0 {
					s.add(v)
				}
			}
		}
		switch {
		case s.min > s.max && o.Log:
			s.limits = limits{1, 10}
		case s.min == s.max && o.Log:
			s.limits = limits{s.min / 1.05, s.max * 1.05}
		case s.min >= s.max:
			s.limits = s.padded(0)
		}
	}
	if s.log && !(s.min > 0) {
		return s, fmt.Errorf("plot: logarithmic colour scale from %v, want a positive number", s.min)
	}
	return s, s.check("colour")
}

// position is where on the scale a value lies, from 0 to 1; false for no value.
func (s colourScale) position(v float64) (float64, bool) {
	if !finite(v) || s.log && v <= 0 {
		return 0, false
	}
	at := (v - s.min) / (s.max - s.min)
	if s.log {
		at = math.Log(v/s.min) / math.Log(s.max/s.min)
	}
	return math.Max(0, math.Min(1, at)), true
}

// color is that of a value.
func (s colourScale) color(v float64) color.RGBA {
	at, ok := s.position(v)
	if !ok {
		return missing
	}
	return shade(at)
}

// missing is the colour of cells without a value.
var missing = color.RGBA{R: 0xd8, G: 0xd8, B: 0xd8, A: 0xff}

// scaleColours are the marks of the colour scale, from low to high: dark blue to pale yellow, lighter all the
// way, so that it can be read in black and white and with any colour vision.
var scaleColours = [...]color.RGBA{
	{R: 0x14, G: 0x16, B: 0x40, A: 0xff},
	{R: 0x1c, G: 0x3f, B: 0x7e, A: 0xff},
	{R: 0x1a, G: 0x70, B: 0x93, A: 0xff},
	{R: 0x2f, G: 0x9e, B: 0x8f, A: 0xff},
	{R: 0x7d, G: 0xc4, B: 0x7f, A: 0xff},
	{R: 0xd3, G: 0xe0, B: 0x86, A: 0xff},
	{R: 0xfb, G: 0xf6, B: 0xc4, A: 0xff},
}

// shade is the colour at a place of the scale, 0 <= at <= 1.
func shade(at float64) color.RGBA {
	at *= float64(len(scaleColours) - 1)
	k := min(int(at), len(scaleColours)-2)
	a, b, part := scaleColours[k], scaleColours[k+1], at-float64(k)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + part*(float64(b)-float64(a)))) }
	return color.RGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}

func (o HeatmapOptions) draw(s sheet, scale colourScale) {
	area := margin(s.Canvas)
	const gap, bar, beside = vg.Length(14), vg.Length(14), vg.Length(7)
	marks := scale.ticks()
	text := style(tickSize, draw.XLeft, draw.YCenter)
	var widest vg.Length
	for _, m := range marks {
		widest = max(widest, text.Width(m.Label))
	}
	right := gap + bar + beside + widest
	name := style(labelSize, draw.XCenter, draw.YTop)
	if o.Label != "" {
		right += vg.Points(8) + name.Height(o.Label)
	}
	area.Max.X -= right

	p := newPlot(o.Title, o.XLabel, o.YLabel, limits{-0.5, float64(len(o.X)) - 0.5}, limits{-0.5, float64(len(o.Y)) - 0.5})
	x, y := newCells(o.X, 8), newCells(o.Y, 6)
	p.X.Tick.Marker, p.Y.Tick.Marker = &x, &y
	data := p.DataCanvas(area)
	label := style(tickSize, draw.XCenter, draw.YCenter)
	x.fit((data.Max.X-data.Min.X)/vg.Length(len(o.X)), x.widest(label)+vg.Points(6))
	y.fit((data.Max.Y-data.Min.Y)/vg.Length(len(o.Y)), label.Height("0")+vg.Points(4))
	data = p.DataCanvas(area)

	s.tiles(data.Rectangle, len(o.X), len(o.Y), func(column, row int) color.RGBA { return scale.color(o.Values[row][column]) })
	o.write(data, scale)
	p.Draw(area)
	s.frame(data.Rectangle)

	// The scale is as high as the map.
	at := vg.Rectangle{Min: vg.Point{X: data.Max.X + gap, Y: data.Min.Y}, Max: vg.Point{X: data.Max.X + gap + bar, Y: data.Max.Y}}
	const steps = 200
	s.tiles(at, 1, steps, func(_, row int) color.RGBA { return shade(float64(row) / (steps - 1)) })
	s.frame(at)
	c, line := s.Canvas, edge()
	for _, m := range marks {
		part, _ := scale.position(m.Value)
		h := at.Min.Y + vg.Length(part)*(at.Max.Y-at.Min.Y)
		c.StrokeLine2(line, at.Max.X, h, at.Max.X+vg.Points(4), h)
		c.FillText(text, vg.Point{X: at.Max.X + beside, Y: h}, m.Label)
	}
	if o.Label != "" {
		name.Rotation = math.Pi / 2
		c.FillText(name, vg.Point{X: at.Max.X + beside + widest + vg.Points(8), Y: (at.Min.Y + at.Max.Y) / 2}, o.Label)
	}
}

// edge is the line of axes and frames.
func edge() draw.LineStyle { return draw.LineStyle{Color: grey, Width: vg.Points(0.75)} }

// frame draws the sides of a rectangle.
func (s sheet) frame(r vg.Rectangle) {
	s.StrokeLines(edge(), []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min})
}

// write writes the values into the cells if all of them have room.
func (o HeatmapOptions) write(data draw.Canvas, scale colourScale) {
	w := (data.Max.X - data.Min.X) / vg.Length(len(o.X))
	h := (data.Max.Y - data.Min.Y) / vg.Length(len(o.Y))
	text := style(tickSize, draw.XCenter, draw.YCenter)
	if h < text.Height("0")+vg.Points(4) || w < text.Width("0.00")+vg.Points(4) {
		return
	}
	labels := make([][]string, len(o.Y))
	whole := o.whole()
	for i, row := range o.Values {
		labels[i] = make([]string, len(row))
		for j, v := range row {
			if _, ok := scale.position(v); !ok {
				continue
			}
			if labels[i][j] = significant(v); whole {
				labels[i][j] = minus(strconv.FormatFloat(v, 'f', 0, 64))
			}
			if w < text.Width(labels[i][j])+vg.Points(4) {
				return
			}
		}
	}
	for i, row := range labels {
		for j, s := range row {
			text.Color = ink
			if at, _ := scale.position(o.Values[i][j]); at < 0.5 {
				text.Color = color.White
			}
			data.FillText(text, vg.Point{X: data.Min.X + (vg.Length(j)+0.5)*w, Y: data.Min.Y + (vg.Length(i)+0.5)*h}, s)
		}
	}
}

// whole reports whether all values are whole numbers that are not too long to be written out.
func (o HeatmapOptions) whole() bool {
	for _, row := range o.Values {
		for _, v := range row {
			if finite(v) && (v != math.Trunc(v) || math.Abs(v) >= 1e6) {
				return false
			}
		}
	}
	return true
}

// significant writes a number with three digits.
func significant(x float64) string {
	size := math.Floor(math.Log10(math.Abs(x)))
	if x == 0 || size < -4 || size > 4 {
		return minus(strconv.FormatFloat(x, 'g', 3, 64))
	}
	return minus(strconv.FormatFloat(x, 'f', max(0, 2-int(size)), 64))
}

// ticks are the marks of the colour scale.
func (s colourScale) ticks() []gonum.Tick {
	if !s.log {
		return ticks{about: 6}.Ticks(s.min, s.max)
	}
	var list []gonum.Tick
	decades := math.Log10(s.max / s.min)
	for e := math.Floor(math.Log10(s.min)); e <= math.Log10(s.max); e++ {
		for _, m := range [...]float64{1, 2, 5} {
			v := m * math.Pow(10, e)
			if v < s.min*(1-1e-9) || v > s.max*(1+1e-9) || decades > 3 && m != 1 || decades > 8 && math.Mod(e, math.Ceil(decades/8)) != 0 {
				continue
			}
			list = append(list, gonum.Tick{Value: v, Label: minus(strconv.FormatFloat(v, 'g', 1, 64))})
		}
	}
	if len(list) < 2 {
		return ticks{about: 6}.Ticks(s.min, s.max)
	}
	return list
}

// cells marks an axis of cells: each with its coordinate, as far as there is room, or, where
// there are many at equal distances, with round numbers.
type cells struct {
	x      []float64
	about  int // round numbers that are wanted
	labels []string
	every  int
}

// manyCells is from how many cells on an axis has round numbers.
const manyCells = 16

func newCells(x []float64, about int) cells {
	c := cells{x: x, about: about, labels: make([]string, len(x)), every: 1}
	for i, v := range x {
		// As short as five digits allow: 2.5 and not 2.5000.
		short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64)
		c.labels[i] = minus(strconv.FormatFloat(short, 'g', -1, 64))
	}
	return c
}

// fit leaves out labels so that each has the room it needs.
func (c *cells) fit(cell, label vg.Length) { c.every = max(1, int(math.Ceil(float64(label/cell)))) }

// widest is the width of the longest label.
func (c *cells) widest(s draw.TextStyle) vg.Length {
	var w vg.Length
	for _, l := range c.labels {
		w = max(w, s.Width(l))
	}
	return w
}

// even is the distance between coordinates, 0 if it is not the same everywhere.
func (c *cells) even() float64 {
	n := len(c.x)
	step := (c.x[n-1] - c.x[0]) / float64(n-1)
	for i, x := range c.x {
		if !(math.Abs(c.x[0]+float64(i)*step-x) <= 1e-3*math.Abs(step)) {
			return 0
		}
	}
	return step
}

// Ticks implements gonum's Ticker.
func (c *cells) Ticks(_, _ float64) []gonum.Tick {
	var list []gonum.Tick
	if len(c.x) >= manyCells {
		if step := c.even(); step != 0 {
			first, last := c.x[0], c.x[len(c.x)-1]
			for _, t := range (ticks{about: c.about}).Ticks(min(first, last), max(first, last)) {
				list = append(list, gonum.Tick{Value: (t.Value - first) / step, Label: t.Label})
			}
			if list != nil {
				return list
			}
		}
	}
	for i := 0; i < len(c.labels); i += c.every {
		list = append(list, gonum.Tick{Value: float64(i), Label: c.labels[i]})
	}
	return list
}

// tiles fills a rectangle with equal cells, the first one below on the left: pixel by pixel on an
// image, so that no seams are seen between them.
func (s sheet) tiles(r vg.Rectangle, columns, rows int, colour func(column, row int) color.RGBA) {
	if s.pixels != nil {
		if img, ok := s.pixels.rgba(); ok {
			left, right := s.pixels.column(r.Min.X), s.pixels.column(r.Max.X)
			top, bottom := s.pixels.row(r.Max.Y), s.pixels.row(r.Min.Y)
			for y := top; y < bottom; y++ {
				row := (bottom - 1 - y) * rows / (bottom - top)
				for x := left; x < right; x++ {
					img.SetRGBA(x, y, colour((x-left)*columns/(right-left), row))
				}
			}
			return
		}
	}
	w, h := (r.Max.X-r.Min.X)/vg.Length(columns), (r.Max.Y-r.Min.Y)/vg.Length(rows)
	for row := range rows {
		for column := range columns {
			x, y := r.Min.X+vg.Length(column)*w, r.Min.Y+vg.Length(row)*h
			// Each reaches a little under the next ones.
			toX, toY := min(x+w+0.5, r.Max.X), min(y+h+0.5, r.Max.Y)
			s.SetColor(colour(column, row))
			s.Fill(vg.Path{
				{Type: vg.MoveComp, Pos: vg.Point{X: x, Y: y}},
				{Type: vg.LineComp, Pos: vg.Point{X: toX, Y: y}},
				{Type: vg.LineComp, Pos: vg.Point{X: toX, Y: toY}},
				{Type: vg.LineComp, Pos: vg.Point{X: x, Y: toY}},
				{Type: vg.CloseComp},
			})
		}
	}
}
