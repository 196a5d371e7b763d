package trajectory

import (
	"bytes"
	"errors"
	"fmt"
)

// Sweeps of very many runs do not have a group per run in their file, which
// costs minutes and gigabytes. Their nodes are stacked as in shards, and the
// bytes of these .npz archives lie in tables beside the tree, packed_00000 and
// so on, each with one column of bytes; packed_index says which runs lie where.

const (
	packedIndex = "packed_index"
	packedBytes = "npz"
	packRuns    = 100_000
	packSize    = 64 << 20
)

func packedName(i int) string { return fmt.Sprintf("packed_%05d", i) }

// packer gathers runs, in order, until they are worth an archive.
type packer struct {
	w     Writer
	wild  *wildcards
	runs  []RunRecord
	size  int
	first []int64 // of each archive written
	last  []int64
}

func (p *packer) add(r RunRecord) error {
	p.runs = append(p.runs, r)
	for _, rec := range r.Records {
		p.size += rec.Size()
	}
	if len(p.runs) < packRuns && p.size < packSize {
		return nil
	}
	return p.flush()
}

// flush writes the gathered runs.
func (p *packer) flush() error {
	if len(p.runs) == 0 {
		return nil
	}
	var archive bytes.Buffer
	if err := encodeShard(&archive, nil, p.runs, p.wild); err != nil {
		return err
	}
	column := Data{Coll: Scalar, Type: Uint8, Shape: []int{archive.Len()}, Values: archive.Bytes()}
	if err := p.w.Overview(packedName(len(p.first)), Data{Coll: Table, Columns: []Column{{Name: packedBytes, Data: column}}}); err != nil {
		return err
	}
	p.first = append(p.first, int64(p.runs[0].Info.Index))
	p.last = append(p.last, int64(p.runs[len(p.runs)-1].Info.Index))
	p.runs, p.size = nil, 0
	return nil
}

// close writes what is left and the index.
func (p *packer) close() error {
	if err := p.flush(); err != nil {
		return err
	}
	column := func(name string, v []int64) Column {
		return Column{Name: name, Data: Data{Coll: Scalar, Type: Int64, Shape: []int{len(v)}, Values: append([]int64{}, v...)}}
	}
	return p.w.Overview(packedIndex, Data{Coll: Table, Columns: []Column{column("first", p.first), column("last", p.last)}})
}

// packed finds runs in the archives of a file. It keeps the one used last.
type packed struct {
	read        func(name string) (Data, error)
	first, last []int64
	at          int // of the archive that is open
	open        *Shard
}

// openPacked reads the index; nil if the file has none.
func openPacked(read func(name string) (Data, error)) (*packed, error) {
	table, err := read(packedIndex)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &packed{read: read, at: -1}
	for name, into := range map[string]*[]int64{"first": &p.first, "last": &p.last} {
		d, _, err := tableColumn([]Item{{Name: packedIndex, Data: table}}, packedIndex, name)
		if err != nil {
			return nil, err
		}
		v, ok := d.Values.([]int64)
		if !ok {
			return nil, fmt.Errorf("trajectory: column %q of %s holds %s: %w", name, packedIndex, d.Type, ErrCorrupt)
		}
		*into = v
	}
	return p, nil
}

// shard opens the archive that holds a run; ErrNotFound if there is none.
func (p *packed) shard(run int) (*Shard, error) {
	for i := range p.first {
		if int64(run) >= p.first[i] && int64(run) <= p.last[i] {
			return p.archive(i)
		}
	}
	return nil, fmt.Errorf("trajectory: no archive holds run %d: %w", run, ErrNotFound)
}

// archive opens one of them.
func (p *packed) archive(i int) (*Shard, error) {
	if i == p.at {
		return p.open, nil
	}
	name := packedName(i)
	table, err := p.read(name)
	if err != nil {
		return nil, err
	}
	d, _, err := tableColumn([]Item{{Name: name, Data: table}}, name, packedBytes)
	if err != nil {
		return nil, err
	}
	raw, ok := d.Values.([]uint8)
	if !ok {
		return nil, fmt.Errorf("trajectory: table %s holds %s: %w", name, d.Type, ErrCorrupt)
	}
	s, err := DecodeShard(name, raw)
	if err != nil {
		return nil, err
	}
	p.open, p.at = s, i
	return s, nil
}
