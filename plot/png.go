package plot

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"gonum.org/v1/plot/vg"
)

// pixels gives direct access to the image under a canvas, whose origin is below left.
type pixels struct {
	image  draw.Image
	height vg.Length
}

// column and row find the pixel that holds a point of the canvas.
func (p *pixels) column(x vg.Length) int { return int(math.Floor(x.Dots(DPI))) }
func (p *pixels) row(y vg.Length) int    { return int(math.Floor((p.height - y).Dots(DPI))) }

// rgba is the image, of which vgimg makes no other kind.
func (p *pixels) rgba() (*image.RGBA, bool) {
	img, ok := p.image.(*image.RGBA)
	return img, ok
}

// encodePNG writes img with its resolution. An image of at most 256 colours is written with
// a palette, which takes half the size and time; where smoothed edges make more shades, 32
// per channel do as well, unless the colours have to be exact.
func encodePNG(w io.Writer, img image.Image, exact bool) error {
	if rgba, ok := img.(*image.RGBA); ok {
		for _, keep := range [...]uint32{0xffffffff, 0xfff8f8f8} {
			if paletted := withPalette(rgba, keep); paletted != nil {
				img = paletted
				break
			}
			if exact {
				break
			}
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&b, img); err != nil {
		return err
	}
	// The chunk with the resolution goes behind the signature (8 bytes) and the header chunk (25).
	const header = 8 + 25
	chunk := []byte("pHYs")
	perMetre := uint32(math.Round(DPI / 0.0254))
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // per metre
	all := append([]byte{}, b.Bytes()[:header]...)
	all = binary.BigEndian.AppendUint32(all, uint32(len(chunk)-4))
	all = append(all, chunk...)
	all = binary.BigEndian.AppendUint32(all, crc32.ChecksumIEEE(chunk))
	all = append(all, b.Bytes()[header:]...)
	_, err := w.Write(all)
	return err
}

// withPalette converts an opaque image of few colours, of which the bits in keep count; nil
// if there are more than 256.
func withPalette(img *image.RGBA, keep uint32) *image.Paletted {
	bounds := img.Bounds()
	out := image.NewPaletted(bounds, nil)
	index := make(map[uint32]uint8, 256)
	var last uint32 // 0 is no opaque colour
	var at uint8
	for y := range bounds.Dy() {
		from, to := img.Pix[y*img.Stride:y*img.Stride+4*bounds.Dx()], out.Pix[y*out.Stride:]
		for x := 0; x < len(from); x += 4 {
			if c := binary.LittleEndian.Uint32(from[x : x+4]); c != last {
				last = c
				c = c&keep | c>>5&^keep // the upper bits again in place of the lower ones, so that white stays white
				i, ok := index[c]
				if !ok {
					if len(out.Palette) == 256 || c>>24 != 255 {
						return nil
					}
					i = uint8(len(out.Palette))
					index[c] = i
					out.Palette = append(out.Palette, color.RGBA{R: uint8(c), G: uint8(c >> 8), B: uint8(c >> 16), A: 255})
				}
				at = i
			}
			to[x/4] = at
		}
	}
	return out
}
