package npz

// deflate compresses as zlib does at its level 6, to the last bit, so that an archive
// is the one that Python would make of the same arrays; compress/flate chooses other
// matches and other blocks. The result is a whole deflate stream.
func deflate(data []byte) []byte {
	d := deflater{data: data, matchLength: minMatch - 1, literals: newTree(numLiterals, 15), distances: newTree(numDistances, 15), lengths: newTree(numLengths, 7)}
	d.fill()
	d.startBlock()
	d.compress()
	return d.out
}

// zlib's constants for a window of 32 KB, memory level 8 and level 6.
const (
	windowSize   = 1 << 15
	windowMask   = windowSize - 1
	minMatch     = 3
	maxMatch     = 258
	minLookahead = maxMatch + minMatch + 1
	maxDistance  = windowSize - minLookahead
	tooFar       = 4096 // matches of three bytes do not pay from here on
	blockSymbols = 1<<14 - 1
	goodLength   = 8
	maxLazy      = 16
	niceLength   = 128
	maxChain     = 128
	hashSize     = 1 << 15
)

type deflater struct {
	data   []byte // what has not been brought into the window
	window [2 * windowSize]byte
	head   [hashSize]uint16   // last place of a hash, 0 for none
	prev   [windowSize]uint16 // the place before with the same hash

	start, lookahead        int
	blockStart              int
	matchStart, matchLength int
	prevMatch, prevLength   int
	available               bool // a literal waits for the next match to be shorter
	symbols                 []symbol
	literals, distances     *tree
	lengths                 *tree // of the codes of the other two
	optimalBits, staticBits int
	out                     []byte
	bits                    uint64
	bitCount                uint
}

// symbol is a literal, or a match if distance is not 0.
type symbol struct {
	distance uint16
	value    uint8 // the literal, or length-3
}

// fill brings data into the window, and the newer half of the window to its beginning
// when the end is near.
func (d *deflater) fill() {
	for {
		if d.start >= windowSize+maxDistance {
			copy(d.window[:windowSize], d.window[windowSize:])
			d.matchStart -= windowSize
			d.start -= windowSize
			d.blockStart -= windowSize
			for _, table := range [][]uint16{d.head[:], d.prev[:]} {
				for i, at := range table {
					table[i] = at - min(at, windowSize)
				}
			}
		}
		n := copy(d.window[d.start+d.lookahead:], d.data)
		d.data = d.data[n:]
		d.lookahead += n
		if d.lookahead >= minLookahead || len(d.data) == 0 {
			return
		}
	}
}

// insert notes the three bytes at a place and gives the last place with the same hash.
func (d *deflater) insert(at int) int {
	h := (uint(d.window[at])<<10 ^ uint(d.window[at+1])<<5 ^ uint(d.window[at+2])) & (hashSize - 1)
	head := d.head[h]
	d.prev[at&windowMask] = head
	d.head[h] = uint16(at)
	return int(head)
}

func (d *deflater) compress() {
	for {
		if d.lookahead < minLookahead {
			d.fill()
			if d.lookahead == 0 {
				break
			}
		}
		head := 0
		if d.lookahead >= minMatch {
			head = d.insert(d.start)
		}
		d.prevLength, d.prevMatch = d.matchLength, d.matchStart
		d.matchLength = minMatch - 1
		if head != 0 && d.prevLength < maxLazy && d.start-head <= maxDistance {
			d.matchLength = d.longestMatch(head)
			if d.matchLength == minMatch && d.start-d.matchStart > tooFar {
				d.matchLength = minMatch - 1
			}
		}
		switch {
		case d.prevLength >= minMatch && d.matchLength <= d.prevLength:
			last := d.start + d.lookahead - minMatch
			full := d.tally(symbol{uint16(d.start - 1 - d.prevMatch), uint8(d.prevLength - minMatch)})
			d.lookahead -= d.prevLength - 1
			for range d.prevLength - 2 {
				if d.start++; d.start <= last {
					d.insert(d.start)
				}
			}
			d.available, d.matchLength = false, minMatch-1
			d.start++
			if full {
				d.endBlock(false)
			}
		case d.available:
			if d.tally(symbol{value: d.window[d.start-1]}) {
				d.endBlock(false)
			}
			d.start++
			d.lookahead--
		default:
			d.available = true
			d.start++
			d.lookahead--
		}
	}
	if d.available {
		d.tally(symbol{value: d.window[d.start-1]})
	}
	d.endBlock(true)
}

// longestMatch follows the chain of places with the same hash.
func (d *deflater) longestMatch(at int) int {
	chain, best := maxChain, d.prevLength
	if d.prevLength >= goodLength {
		chain >>= 2
	}
	nice := min(niceLength, d.lookahead)
	limit := max(0, d.start-maxDistance)
	scan := d.window[d.start:min(d.start+maxMatch, len(d.window))]
	for {
		match := d.window[at:]
		if best < len(scan) && match[best] == scan[best] && match[best-1] == scan[best-1] && match[0] == scan[0] && match[1] == scan[1] {
			n := 2
			for n < len(scan) && match[n] == scan[n] {
				n++
			}
			if n > best {
				d.matchStart, best = at, n
				if n >= nice {
					break
				}
			}
		}
		if at = int(d.prev[at&windowMask]); at <= limit {
			break
		}
		if chain--; chain == 0 {
			break
		}
	}
	return min(best, d.lookahead)
}

// tally notes a symbol and tells whether the block is full.
func (d *deflater) tally(s symbol) bool {
	d.symbols = append(d.symbols, s)
	if s.distance == 0 {
		d.literals.frequency[s.value]++
	} else {
		d.literals.frequency[endOfBlock+1+lengthCode(s.value)]++
		d.distances.frequency[distanceCode(s.distance-1)]++
	}
	return len(d.symbols) == blockSymbols
}

func (d *deflater) startBlock() {
	d.literals.clear()
	d.distances.clear()
	d.lengths.clear()
	d.literals.frequency[endOfBlock] = 1
	d.symbols = d.symbols[:0]
	d.optimalBits, d.staticBits = 0, 0
}

// put appends bits, the lowest first.
func (d *deflater) put(value uint, count uint) {
	d.bits |= uint64(value) << d.bitCount
	d.bitCount += count
	for d.bitCount >= 8 {
		d.out = append(d.out, byte(d.bits))
		d.bits >>= 8
		d.bitCount -= 8
	}
}

// align fills the last byte.
func (d *deflater) align() {
	if d.bitCount > 0 {
		d.put(0, 8-d.bitCount)
	}
}

// endBlock writes the symbols noted, in the shortest of three forms.
func (d *deflater) endBlock(last bool) {
	d.build(d.literals, staticLiteralLength, literalExtra)
	d.build(d.distances, func(int) int { return 5 }, distanceExtra)
	d.runs(d.literals, func(code, _, _ int) { d.lengths.frequency[code]++ })
	d.runs(d.distances, func(code, _, _ int) { d.lengths.frequency[code]++ })
	d.build(d.lengths, nil, lengthExtra)
	count := numLengths
	for count > 4 && d.lengths.length[lengthOrder[count-1]] == 0 {
		count--
	}
	d.optimalBits += 3*count + 5 + 5 + 4
	optimal, static := (d.optimalBits+3+7)>>3, (d.staticBits+3+7)>>3
	header := uint(0)
	if last {
		header = 1
	}
	stored := d.start - d.blockStart
	switch {
	case stored+4 <= min(optimal, static) && d.blockStart >= 0:
		d.put(header, 3)
		d.align()
		d.put(uint(stored), 16)
		d.put(uint(^uint16(stored)), 16)
		d.out = append(d.out, d.window[d.blockStart:d.start]...)
	case static <= optimal:
		d.put(1<<1|header, 3)
		d.write(staticTree(numLiterals+2, staticLiteralLength), staticTree(numDistances, func(int) int { return 5 }))
	default:
		d.put(2<<1|header, 3)
		d.put(uint(d.literals.most+1-257), 5)
		d.put(uint(d.distances.most+1-1), 5)
		d.put(uint(count-4), 4)
		for _, at := range lengthOrder[:count] {
			d.put(uint(d.lengths.length[at]), 3)
		}
		send := func(code, extra, bits int) {
			d.put(d.lengths.code[code], uint(d.lengths.length[code]))
			d.put(uint(extra), uint(bits))
		}
		d.runs(d.literals, send)
		d.runs(d.distances, send)
		d.write(d.literals, d.distances)
	}
	d.blockStart = d.start
	d.startBlock()
	if last {
		d.align()
	}
}

// write writes the symbols of a block.
func (d *deflater) write(literals, distances *tree) {
	for _, s := range d.symbols {
		if s.distance == 0 {
			d.put(literals.code[s.value], uint(literals.length[s.value]))
			continue
		}
		c := lengthCode(s.value)
		d.put(literals.code[endOfBlock+1+c], uint(literals.length[endOfBlock+1+c]))
		if bits := literalExtra(endOfBlock + 1 + c); bits > 0 {
			d.put(uint(s.value)-lengthBase(c), uint(bits))
		}
		c = distanceCode(s.distance - 1)
		d.put(distances.code[c], uint(distances.length[c]))
		if bits := distanceExtra(c); bits > 0 {
			d.put(uint(s.distance-1)-distanceBase(c), uint(bits))
		}
	}
	d.put(literals.code[endOfBlock], uint(literals.length[endOfBlock]))
}
