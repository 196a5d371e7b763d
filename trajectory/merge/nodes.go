package merge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"galvani/trajectory"
)

// nodeKind says what there is of a name in the target.
type nodeKind int

const (
	nothing nodeKind = iota
	group
	leaf
	link
)

// copier writes the merged trajectory.
type copier struct {
	*merger
	ctx      context.Context
	w        trajectory.Writer
	explored []string
	kinds    map[string]nodeKind // of nodes of the target that belong to no run
	packed   bool                // new runs have no groups
	pack     packer
	scalars  *scalars
}

func newCopier(ctx context.Context, m *merger, w trajectory.Writer, explored []string) *copier {
	groups := m.o.PerRunGroups
	if groups == 0 {
		groups = defaultRunGroups
	}
	c := &copier{merger: m, ctx: ctx, w: w, explored: explored, kinds: map[string]nodeKind{"": group}, packed: m.target.packs != nil || m.space.runs > groups}
	c.pack.w = w
	if p := m.target.packs; p != nil {
		c.pack.first, c.pack.last = slices.Clone(p.first), slices.Clone(p.last)
	}
	return c
}

func (c *copier) run() error {
	var columns []trajectory.Column
	for _, name := range c.space.names {
		p := c.space.params[name]
		if p.changed {
			if err := c.w.Node(p.record()); err != nil {
				return err
			}
		}
	}
	for _, name := range inTreeOrder(c.explored) {
		columns = append(columns, parameterColumns(c.space.params[name].record(), c.space.runs)...)
	}
	var err error
	before := 0
	for _, name := range c.target.header.Explored {
		if p := c.target.params[name]; p != nil {
			before += len(parameterColumns(p.rec, c.target.header.Length))
		}
	}
	if c.scalars, err = readScalars(c.target.reader, c.target.header.Length, before); err != nil {
		return err
	}
	if err := c.rows(); err != nil {
		return err
	}
	for _, r := range c.names.records() {
		if err := c.w.Node(r); err != nil {
			return err
		}
	}
	for i, s := range c.others {
		c.moved = append(c.moved, map[string]bool{})
		if err := c.nodes(s, i); err != nil {
			return fmt.Errorf("from %s: %w", s.Stored, err)
		}
		if c.o.Progress != nil {
			c.o.Progress(i+1, len(c.others))
		}
	}
	if err := c.pack.close(c.space.runs); err != nil {
		return err
	}
	if c.scalars != nil {
		for name, table := range c.scalars.tables(c.space.states, columns) {
			if err := c.w.Overview(name, table); err != nil {
				return err
			}
		}
	}
	return c.info()
}

// rows writes the run table: the new rows, and the old ones if what is to be
// said of them has changed.
func (c *copier) rows() error {
	put := func(row trajectory.RunInfo, index int) error {
		row.Index = index
		row.Summary = c.space.summary(index, c.explored)
		return c.w.Run(row)
	}
	if len(c.report.Explored) > 0 {
		for i, row := range c.target.rows {
			if err := put(row, i); err != nil {
				return err
			}
		}
	}
	for k, s := range c.others {
		for i, index := range c.outcomes[k].index {
			if index >= 0 {
				if err := put(s.rows[i], index); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// contents lists the nodes of a source by what they belong to.
type contents struct {
	shared []trajectory.Record // without items: of no run, or of a set of runs
	all    []trajectory.Record // of run_ALL
	runs   map[int][]string    // names by run
}

// list walks through the tree of one of the others.
func (c *copier) list(s *source, out *outcome) (*contents, error) {
	found := &contents{runs: map[int][]string{}}
	for r, err := range s.reader.Nodes("", true) {
		if c.ignored.is(r.Name, s) {
			continue
		}
		if err == nil {
			err = c.ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if r.Name == "" || s.params[r.Name] != nil {
			continue
		}
		// A group comes by itself with what is in it, unless it says something.
		if !r.Leaf && r.Link == "" && r.Comment == "" && r.Class == "" && len(r.Annotations) == 0 {
			continue
		}
		switch branch, rest, _ := strings.Cut(r.Name, "."); branch {
		case branchConfig:
			what, _, below := strings.Cut(rest, ".")
			if !c.o.NoConfig && below && (what == "git" || what == "environment" || what == "merge") {
				found.shared = append(found.shared, r)
			}
			continue
		case branchParameters:
			if r.Link == "" {
				if r.Leaf {
					c.skip(s, r.Name, "parameters of single runs are not merged")
				}
				continue
			}
		}
		switch kind, run := s.place(r.Name); kind {
		case partRun:
			if out.index[run] >= 0 {
				found.runs[run] = append(found.runs[run], r.Name)
			}
		case partAll:
			if r.Link != "" {
				c.skip(s, r.Name, "links under %s lead to a different place in every run", allRuns)
				continue
			}
			found.all = append(found.all, r)
		default:
			found.shared = append(found.shared, r)
		}
	}
	return found, nil
}

// nodes copies what one of the others has.
func (c *copier) nodes(s *source, k int) error {
	out := c.outcomes[k]
	if out.first < 0 {
		return nil
	}
	if err := s.reopen(c.ctx); err != nil {
		return err
	}
	defer s.close()
	found, err := c.list(s, out)
	if err != nil {
		return err
	}
	for _, r := range found.shared {
		if err := c.share(s, k, r); err != nil {
			return err
		}
	}
	common, err := c.common(s, found.all)
	if err != nil {
		return err
	}
	if s.packs == nil {
		for i := range out.index {
			if err := c.runNodes(s, k, i, found.runs[i], nil, common); err != nil {
				return err
			}
			delete(found.runs, i)
		}
		return nil
	}
	return c.packedNodes(s, k, found, common)
}

// packedNodes copies the runs of a source that has archives.
func (c *copier) packedNodes(s *source, k int, found *contents, common []trajectory.Record) error {
	next := 0
	upTo := func(run int) error { // the runs that are in no archive
		for ; next < run; next++ {
			if err := c.runNodes(s, k, next, found.runs[next], nil, common); err != nil {
				return err
			}
		}
		return nil
	}
	for a := range s.packs.first {
		shard, err := s.packs.archive(a)
		if err != nil {
			return err
		}
		for _, info := range shard.Runs() {
			if info.Index < next || info.Index >= len(c.outcomes[k].index) {
				return fmt.Errorf("archive %s holds run %d out of order: %w", packedName(a), info.Index, trajectory.ErrCorrupt)
			}
			if err := upTo(info.Index); err != nil {
				return err
			}
			next++
			if c.outcomes[k].index[info.Index] < 0 {
				continue
			}
			records, err := shard.Load(info.Index, false)
			if err != nil {
				return err
			}
			if err := c.runNodes(s, k, info.Index, found.runs[info.Index], records, common); err != nil {
				return err
			}
		}
	}
	return upTo(len(c.outcomes[k].index))
}

// runNodes copies what a run of a source has left: the nodes of these names, those
// from an archive, and what all runs share.
func (c *copier) runNodes(s *source, k, run int, names []string, records, common []trajectory.Record) error {
	if err := c.ctx.Err(); err != nil {
		return context.Cause(c.ctx)
	}
	index := c.outcomes[k].index[run]
	if index < 0 {
		return nil
	}
	for _, name := range names {
		r, err := s.reader.Node(name)
		if err != nil {
			return fmt.Errorf("%w (it can be left out with IgnoreData)", err)
		}
		records = append(records, r)
	}
	out := make([]trajectory.Record, 0, len(records)+len(common))
	var olds []string // what they are called in the source
	own := make(map[string]bool, len(records))
	for _, r := range records {
		if s.packs != nil && c.ignored.is(r.Name, s) {
			continue
		}
		old := r.Name
		r.Name = c.names.renamed(s, r.Name, index)
		if r.Link != "" {
			target, why := c.linkTarget(s, k, r.Link)
			if why != "" {
				c.skip(s, old, "%s", why)
				continue
			}
			r.Link = target
		}
		own[r.Name] = true
		if ok, err := c.free(s, old, r); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		c.moved[k][old] = true
		out, olds = append(out, r), append(olds, old)
	}
	first := c.outcomes[k].first
	for _, r := range common {
		old := r.Name
		r.Name = c.names.renamed(s, old, index)
		if own[r.Name] {
			continue
		}
		if index != first {
			if !r.Leaf {
				continue
			}
			r = trajectory.Record{Name: r.Name, Link: c.names.renamed(s, old, first)}
		} else if ok, err := c.free(s, old, r); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		out, olds = append(out, r), append(olds, old)
	}
	return c.emit(s, index, s.rows[run], out, olds)
}

// emit writes the nodes of a run of the target.
func (c *copier) emit(s *source, index int, row trajectory.RunInfo, records []trajectory.Record, olds []string) error {
	for _, r := range records {
		c.scalars.result(index, r)
	}
	if c.packed && index >= c.target.header.Length {
		if len(records) == 0 {
			return nil
		}
		row.Index = index
		records = c.packable(s, records, olds)
		return c.pack.add(trajectory.RunRecord{Info: row, Records: records})
	}
	for i, r := range records {
		if err := c.put(s, r, olds[i]); err != nil {
			return err
		}
	}
	return nil
}

// packable leaves out of records what only another program can decode.
func (c *copier) packable(s *source, records []trajectory.Record, olds []string) []trajectory.Record {
	for i := range records {
		var lost []string
		records[i].Items, lost = ours(records[i].Items, nil)
		for _, name := range lost {
			c.skip(s, olds[i]+"."+name, "only Python can read it")
			c.foreign = true
		}
	}
	return records
}

// common reads the nodes under run_ALL, but for those that the target has there, too:
// a run without a node of its own finds them.
func (c *copier) common(s *source, all []trajectory.Record) ([]trajectory.Record, error) {
	var out []trajectory.Record
	for _, r := range all {
		full, err := s.reader.Node(r.Name)
		if err != nil {
			return nil, err
		}
		there, err := c.target.reader.Node(r.Name)
		if err != nil && !errors.Is(err, trajectory.ErrNotFound) {
			return nil, err
		}
		if err == nil && there.Leaf == full.Leaf && there.Link == "" && trajectory.EqualItems(there.Items, full.Items) {
			continue
		}
		out = append(out, full)
	}
	return out, nil
}

// linkTarget is where a link of a source leads in the target; or why it is left out.
func (c *copier) linkTarget(s *source, k int, to string) (target, why string) {
	if c.ignored.is(to, s) {
		return "", fmt.Sprintf("it leads to %s, which is ignored", to)
	}
	kind, run := s.place(to)
	switch kind {
	case partAll:
		return "", fmt.Sprintf("it leads to %s, which stands for a different place in every run", to)
	case partRun:
		index := c.outcomes[k].index[run]
		if index < 0 {
			return "", fmt.Sprintf("it leads to %s, whose run was dropped", to)
		}
		return c.names.renamed(s, to, index), ""
	case partSet:
		index := c.firstOfSet(s, k, to)
		if index < 0 {
			return "", fmt.Sprintf("it leads to %s, whose runs were dropped", to)
		}
		return c.names.renamed(s, to, index), ""
	}
	return to, ""
}

// firstOfSet is the index of the first run that was taken of those which a name of a
// source is about; -1 if none was.
func (c *copier) firstOfSet(s *source, k int, name string) int {
	for i, index := range c.outcomes[k].index {
		if index >= 0 && s.inSet(name, i) {
			return index
		}
	}
	return -1
}

// share copies a node that belongs to no single run.
func (c *copier) share(s *source, k int, r trajectory.Record) error {
	old := r.Name
	if kind, _ := s.place(old); kind == partSet {
		index := c.firstOfSet(s, k, old)
		if index < 0 {
			return nil
		}
		r.Name = c.names.renamed(s, old, index)
	}
	if r.Link != "" {
		target, why := c.linkTarget(s, k, r.Link)
		if why != "" {
			c.skip(s, old, "%s", why)
			return nil
		}
		r.Link = target
	}
	ok, err := c.free(s, old, r)
	if err != nil || !ok {
		return err
	}
	if r.Leaf {
		full, err := s.reader.Node(old)
		if err != nil {
			return fmt.Errorf("%w (it can be left out with IgnoreData)", err)
		}
		r.Items = full.Items
	}
	c.moved[k][old] = true
	switch {
	case r.Leaf:
		c.kinds[r.Name] = leaf
	case r.Link != "":
		c.kinds[r.Name] = link
	default:
		c.kinds[r.Name] = group
	}
	return c.put(s, r, old)
}

// free tells whether a node can be written under its name in the target. If
// not it is reported, unless nothing is lost.
func (c *copier) free(s *source, old string, r trajectory.Record) (bool, error) {
	have, at, err := c.have(r.Name)
	if err != nil {
		return false, err
	}
	isGroup := !r.Leaf && r.Link == ""
	isRun, run := c.target.place(r.Name)
	switch {
	case have == nothing:
		c.occupy(r.Name)
		return true, nil
	case have == leaf && r.Leaf && at == r.Name && isRun == partRun && c.target.rows[run].State != trajectory.Done:
		return true, nil // what a run left that was not done
	case have == group && isGroup, strings.HasPrefix(r.Name, branchConfig+"."):
		return false, nil
	case at != r.Name:
		c.skip(s, old, "the target has something else at %s", at)
		return false, nil
	}
	if have == link && r.Link != "" {
		if there, err := c.target.reader.Node(r.Name); err == nil && there.Link == r.Link {
			return false, nil
		}
	}
	c.skip(s, old, "the target has a node %s already", r.Name)
	return false, nil
}

// occupy remembers that the groups above a node are there now.
func (c *copier) occupy(name string) {
	for {
		name = name[:max(0, strings.LastIndexByte(name, '.'))]
		if c.kinds[name] == group {
			return
		}
		if !hasRun(name) {
			c.kinds[name] = group
		}
	}
}

// have tells what the target has under a name; or above it, if that is no group.
func (c *copier) have(name string) (kind nodeKind, at string, err error) {
	if kind, ok := c.kinds[name]; ok {
		return kind, name, nil
	}
	above := name[:max(0, strings.LastIndexByte(name, '.'))]
	kind, at, err = c.have(above)
	if err != nil || kind == leaf || kind == link {
		return kind, at, err
	}
	if kind == group {
		r, err := c.target.reader.Node(name)
		switch {
		case errors.Is(err, trajectory.ErrNotFound):
			kind = nothing
		case err != nil:
			return nothing, name, err
		case r.Link != "":
			kind = link
		case r.Leaf:
			kind = leaf
		}
	}
	if !hasRun(name) {
		c.kinds[name] = kind
	}
	return kind, name, nil
}

// hasRun tells whether a part of a name is that of a run.
func hasRun(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if _, ok := trajectory.ParseRunName(part); ok {
			return true
		}
	}
	return false
}

// put writes a node that the source calls old. What only another program can decode is
// left out and reported.
func (c *copier) put(s *source, r trajectory.Record, old string) error {
	lost, err := put(c.w, s.reader, old, r)
	for _, name := range lost {
		c.skip(s, old+"."+name, "only Python can read it")
		c.foreign = true
	}
	return err
}

// sharedResult is pypet's class of results that programs change in the file: what makes them so
// no record holds.
const sharedResult = "SharedResult"

// put writes a node that from has under the name old. What is no value of ours is copied as it is, or
// left out and named if the writer cannot do that; of a leaf that is nothing else, nothing is written then.
func put(w trajectory.Writer, from trajectory.Reader, old string, r trajectory.Record) (lost []string, err error) {
	if c, ok := w.(trajectory.LeafCopier); ok && r.Leaf && (r.Class == sharedResult || slices.ContainsFunc(r.Items, func(it trajectory.Item) bool { return it.Data.Foreign() })) {
		if done, err := c.CopyLeaf(from, old, r); done || err != nil {
			return nil, err
		}
	}
	r.Items, lost = ours(r.Items, lost)
	if r.Leaf && len(r.Items) == 0 && len(lost) > 0 {
		return lost, nil
	}
	err = w.Node(r)
	if errors.Is(err, trajectory.ErrType) {
		before := len(lost)
		// Some stores have a form for annotations of any kind.
		if r.Annotations, lost = ours(r.Annotations, lost); len(lost) > before {
			err = w.Node(r)
		}
	}
	return lost, err
}

// ours are the items that are values of ours; the names of the others are
// appended to lost.
func ours(items []trajectory.Item, lost []string) ([]trajectory.Item, []string) {
	if !slices.ContainsFunc(items, func(it trajectory.Item) bool { return it.Data.Foreign() }) {
		return items, lost
	}
	var out []trajectory.Item
	for _, it := range items {
		if it.Data.Foreign() {
			lost = append(lost, it.Name)
		} else {
			out = append(out, it)
		}
	}
	return out, lost
}
