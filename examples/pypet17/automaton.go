package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
)

// This file is the project that is there already: one-dimensional cellular automata. It
// knows nothing of parameters and runs.

// convertRule is the table of a rule from 0 to 255: the new state of a cell for each of
// the eight states of its neighbourhood, of which the left cell counts 1, the cell
// itself 2 and the right one 4.
func convertRule(number int) (table [8]uint8) {
	for k := range table {
		table[k] = uint8(number >> k & 1)
	}
	return table
}

// makeInitialState is a single live cell in the middle ("single") or a pattern drawn from
// a seed ("random").
func makeInitialState(name string, cells int, seed uint32) ([]uint8, error) {
	state := make([]uint8, cells)
	switch name {
	case "single":
		state[cells/2] = 1
	case "random":
		random := newMersenne(seed)
		for k := range state {
			state[k] = uint8(random.next() & 1)
		}
	default:
		return nil, fmt.Errorf("unknown initial state %q: want single or random", name)
	}
	return state, nil
}

// automaton computes the rows of a pattern, one after the other, on a ring of cells.
func automaton(initial []uint8, rule, rows int) []uint8 {
	n, table := len(initial), convertRule(rule)
	pattern := make([]uint8, rows*n)
	copy(pattern, initial)
	for at := n; at < len(pattern); at += n {
		old, row := pattern[at-n:at], pattern[at:at+n]
		for k := range row {
			row[k] = table[old[(k+n-1)%n]|old[k]<<1|old[(k+1)%n]<<2]
		}
	}
	return pattern
}

// plotPattern draws a pattern, a point per cell, rows from top to bottom.
func plotPattern(pattern []uint8, cells int, file string) error {
	picture := image.NewPaletted(image.Rect(0, 0, cells, len(pattern)/cells), color.Palette{color.White, color.Black})
	copy(picture.Pix, pattern)
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		return err
	}
	return f.Close()
}
