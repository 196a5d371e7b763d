package merge

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"galvani/trajectory"
)

// Files of very many runs do not have a group per run: their nodes lie stacked in
// .npz archives beside the tree, in tables packed_00000, packed_00001, …, as
// trajectory.Merge leaves them and trajectory.Open finds them. packed_index says which
// archive to look into for which runs; a run that is not there has groups.
const (
	packedIndex = "packed_index"
	packedBytes = "npz"
	packRuns    = 20_000
	packSize    = 64 << 20
)

func packedName(i int) string { return fmt.Sprintf("packed_%05d", i) }

// packs are the archives of a file.
type packs struct {
	reader      trajectory.Reader
	first, last []int64
}

// openPacks reads the index; nil if the file has no archives.
func openPacks(r trajectory.Reader) (*packs, error) {
	table, err := r.Overview(packedIndex)
	if errors.Is(err, trajectory.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &packs{reader: r}
	for _, c := range table.Columns {
		v, ok := c.Data.Values.([]int64)
		switch {
		case c.Name == "first" && ok:
			p.first = v
		case c.Name == "last" && ok:
			p.last = v
		}
	}
	if len(p.first) != len(p.last) {
		return nil, fmt.Errorf("table %s has other columns than it should: %w", packedIndex, trajectory.ErrCorrupt)
	}
	return p, nil
}

// archive opens archive i.
func (p *packs) archive(i int) (*trajectory.Shard, error) {
	table, err := p.reader.Overview(packedName(i))
	if err != nil {
		return nil, err
	}
	for _, c := range table.Columns {
		if raw, ok := c.Data.Values.([]uint8); ok && c.Name == packedBytes {
			return trajectory.DecodeShard(packedName(i), raw)
		}
	}
	return nil, fmt.Errorf("table %s holds no archive: %w", packedName(i), trajectory.ErrCorrupt)
}

// find is the archive to look into for a run, -1 if none.
func (p *packs) find(run int) int {
	for i := range p.first {
		if int64(run) >= p.first[i] && int64(run) <= p.last[i] {
			return i
		}
	}
	return -1
}

// load reads the nodes of a run, if the archive has it.
func load(shard *trajectory.Shard, run int) ([]trajectory.Record, error) {
	runs := shard.Runs()
	_, ok := slices.BinarySearchFunc(runs, run, func(r trajectory.RunInfo, run int) int { return r.Index - run })
	if !ok {
		return nil, nil
	}
	return shard.Load(run, false)
}

// packer writes runs into archives, in the order of their indices.
type packer struct {
	w           trajectory.Writer
	runs        []trajectory.RunRecord
	size        int
	first, last []int64 // of the archives there are
}

func (p *packer) add(r trajectory.RunRecord) error {
	p.runs = append(p.runs, r)
	for _, rec := range r.Records {
		p.size += rec.Size()
	}
	if len(p.runs) < packRuns && p.size < packSize {
		return nil
	}
	return p.flush()
}

// flush writes what is gathered as an archive.
func (p *packer) flush() error {
	if len(p.runs) == 0 {
		return nil
	}
	var archive bytes.Buffer
	if err := trajectory.EncodeShard(&archive, nil, p.runs); err != nil {
		return err
	}
	column := trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Uint8, Shape: []int{archive.Len()}, Values: archive.Bytes()}
	table := trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{{Name: packedBytes, Data: column}}}
	if err := p.w.Overview(packedName(len(p.first)), table); err != nil {
		return err
	}
	p.first = append(p.first, int64(p.runs[0].Info.Index))
	p.last = append(p.last, int64(p.runs[len(p.runs)-1].Info.Index))
	p.runs, p.size = nil, 0
	return nil
}

// close writes what is left, and the index, which leaves no run of the
// trajectory out: a reader looks for every run in an archive first.
func (p *packer) close(runs int) error {
	if err := p.flush(); err != nil || len(p.first) == 0 {
		return err
	}
	for i := range p.first {
		if i == 0 {
			p.first[i] = 0
		} else {
			p.first[i] = p.last[i-1] + 1
		}
		if i == len(p.first)-1 {
			p.last[i] = int64(runs - 1)
		} else {
			p.last[i] = p.first[i+1] - 1
		}
	}
	column := func(name string, v []int64) trajectory.Column {
		return trajectory.Column{Name: name, Data: trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Int64, Shape: []int{len(v)}, Values: v}}
	}
	return p.w.Overview(packedIndex, trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{column("first", p.first), column("last", p.last)}})
}
