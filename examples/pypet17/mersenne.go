package main

// mersenne is the generator MT19937 of Matsumoto and Nishimura, Mersenne twister, ACM
// Transactions on Modeling and Computer Simulation 8, 1998: what numpy's old random
// functions draw from, so that the random patterns are those of the original.
type mersenne struct {
	state [624]uint32
	at    int
}

func newMersenne(seed uint32) *mersenne {
	m := &mersenne{}
	m.state[0] = seed
	for k := 1; k < len(m.state); k++ {
		last := m.state[k-1]
		m.state[k] = 1812433253*(last^last>>30) + uint32(k)
	}
	m.at = len(m.state)
	return m
}

func (m *mersenne) next() uint32 {
	n := len(m.state)
	if m.at == n {
		m.at = 0
		for k := range m.state {
			y := m.state[k]&0x80000000 | m.state[(k+1)%n]&0x7fffffff
			m.state[k] = m.state[(k+397)%n] ^ y>>1 ^ 0x9908b0df*(y&1)
		}
	}
	y := m.state[m.at]
	m.at++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}
