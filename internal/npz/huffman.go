package npz

import "math/bits"

// The alphabets of deflate.
const (
	endOfBlock   = 256
	numLiterals  = 286
	numDistances = 30
	numLengths   = 19
)

// lengthOrder is the order in which the lengths of the codes for code lengths are written.
var lengthOrder = [numLengths]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func staticLiteralLength(code int) int {
	switch {
	case code < 144:
		return 8
	case code < 256:
		return 9
	case code < 280:
		return 7
	}
	return 8
}

// literalExtra is the number of bits behind a code for a length.
func literalExtra(code int) int {
	c := code - endOfBlock - 1
	if c < 8 || c == 28 {
		return 0
	}
	return c/4 - 1
}

func lengthBase(c int) uint {
	if c < 8 {
		return uint(c)
	}
	return uint(4+c%4) << (c/4 - 1)
}

// lengthCode is the code for a length, less three.
func lengthCode(l uint8) int {
	switch {
	case l == maxMatch-minMatch:
		return 28
	case l < 8:
		return int(l)
	}
	n := bits.Len8(l) - 3
	return 4*n + int(l>>n)
}

// distanceExtra is the number of bits behind a code for a distance.
func distanceExtra(code int) int { return max(0, code/2-1) }

func distanceBase(c int) uint {
	if c < 4 {
		return uint(c)
	}
	return uint(2+c%2) << (c/2 - 1)
}

// distanceCode is the code for a distance, less one.
func distanceCode(d uint16) int {
	if d < 4 {
		return int(d)
	}
	n := bits.Len16(d) - 2
	return 2*n + int(d>>n)
}

// lengthExtra is the number of bits behind a code for code lengths.
func lengthExtra(code int) int {
	switch code {
	case 16:
		return 2
	case 17:
		return 3
	case 18:
		return 7
	}
	return 0
}

// tree is a Huffman code.
type tree struct {
	size, limit int   // of the alphabet; of a code in bits
	frequency   []int // also of inner nodes
	length      []int
	code        []uint
	most        int // the last that occurs
}

func newTree(size, limit int) *tree {
	return &tree{size: size, limit: limit, frequency: make([]int, 2*size+1), length: make([]int, 2*size+1), code: make([]uint, size)}
}

func (t *tree) clear() { clear(t.frequency) }

// staticTree is a code that does not depend on the data.
func staticTree(size int, length func(int) int) *tree {
	t := newTree(size, 15)
	t.most = size - 1
	count := [16]int{}
	for i := range size {
		t.length[i] = length(i)
		count[t.length[i]]++
	}
	t.number(count)
	return t
}

// number gives codes in the order of the alphabet, shorter ones first.
func (t *tree) number(count [16]int) {
	var next [16]uint
	code := uint(0)
	for l := 1; l < len(next); l++ {
		code = (code + uint(count[l-1])) << 1
		next[l] = code
	}
	for i := range t.most + 1 {
		if l := t.length[i]; l > 0 {
			t.code[i] = uint(bits.Reverse16(uint16(next[l])) >> (16 - l))
			next[l]++
		}
	}
}

// build makes the code for the frequencies of t, and adds up what the data takes with it
// and with a static one, if there is one. Which of several equally good codes it is depends on the
// order in which a heap is worked off: this is zlib's.
func (d *deflater) build(t *tree, static, extra func(int) int) {
	var heap []int // from 1
	heap = append(heap, 0)
	depth := make([]int, 2*t.size+1)
	parent := make([]int, 2*t.size+1)
	t.most = -1
	for i := range t.size {
		t.length[i] = 0
		if t.frequency[i] > 0 {
			heap = append(heap, i)
			t.most = i
		}
	}
	for len(heap) < 3 { // a code of one would have no bits
		node := 0
		if t.most < 2 {
			t.most++
			node = t.most
		}
		heap = append(heap, node)
		t.frequency[node] = 1
		d.optimalBits--
		if static != nil {
			d.staticBits -= static(node)
		}
	}
	smaller := func(a, b int) bool {
		return t.frequency[a] < t.frequency[b] || t.frequency[a] == t.frequency[b] && depth[a] <= depth[b]
	}
	down := func(k int) {
		v := heap[k]
		for j := 2 * k; j < len(heap); j *= 2 {
			if j+1 < len(heap) && smaller(heap[j+1], heap[j]) {
				j++
			}
			if smaller(v, heap[j]) {
				break
			}
			heap[k] = heap[j]
			k = j
		}
		heap[k] = v
	}
	for k := (len(heap) - 1) / 2; k >= 1; k-- {
		down(k)
	}
	var taken []int // by rising frequency
	for node := t.size; ; node++ {
		a := heap[1]
		heap[1] = heap[len(heap)-1]
		heap = heap[:len(heap)-1]
		down(1)
		b := heap[1]
		taken = append(taken, a, b)
		t.frequency[node] = t.frequency[a] + t.frequency[b]
		depth[node] = max(depth[a], depth[b]) + 1
		parent[a], parent[b] = node, node
		heap[1] = node
		down(1)
		if len(heap) < 3 {
			t.length[node] = 0
			break
		}
	}
	count, over := [16]int{}, 0
	for i := len(taken) - 1; i >= 0; i-- {
		n := taken[i]
		l := t.length[parent[n]] + 1
		if l > t.limit {
			l = t.limit
			over++
		}
		t.length[n] = l
		if n > t.most {
			continue
		}
		count[l]++
		d.optimalBits += t.frequency[n] * (l + extra(n))
		if static != nil {
			d.staticBits += t.frequency[n] * (static(n) + extra(n))
		}
	}
	if over > 0 {
		d.shorten(t, taken, &count, over)
	}
	t.number(count)
}

// shorten makes the codes obey the limit.
func (d *deflater) shorten(t *tree, taken []int, count *[16]int, over int) {
	for ; over > 0; over -= 2 {
		l := t.limit - 1
		for count[l] == 0 {
			l--
		}
		count[l]--
		count[l+1] += 2
		count[t.limit]--
	}
	at := 0
	for l := t.limit; l > 0; l-- {
		for n := count[l]; n > 0; at++ {
			i := taken[at]
			if i > t.most {
				continue
			}
			d.optimalBits += (l - t.length[i]) * t.frequency[i]
			t.length[i] = l
			n--
		}
	}
}

// runs gives the codes that describe the lengths of t, with what stands behind each.
func (d *deflater) runs(t *tree, use func(code, extra, bits int)) {
	previous := -1
	for i := 0; i <= t.most; {
		l, n := t.length[i], 1
		most, least := 7, 4
		switch {
		case l == 0:
			most, least = 138, 3
		case l == previous:
			most, least = 6, 3
		}
		for n < most && i+n <= t.most && t.length[i+n] == l {
			n++
		}
		i += n
		switch {
		case n < least:
			for range n {
				use(l, 0, 0)
			}
		case l != 0:
			if l != previous {
				use(l, 0, 0)
				n--
			}
			use(16, n-3, 2)
		case n <= 10:
			use(17, n-3, 3)
		default:
			use(18, n-11, 7)
		}
		previous = l
	}
}
