package merge

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"time"

	"galvani/trajectory"
)

// mergeBranch is where merges are noted.
const mergeBranch = branchConfig + ".merge"

// info notes the merge below config.merge, in a group for each of the others.
func (c *copier) info() error {
	if c.o.NoInfo {
		return nil
	}
	const comment = "Settings and information of the different merges"
	if have, _, err := c.have(mergeBranch); err != nil || have == nothing {
		if err == nil {
			err = c.w.Node(trajectory.Record{Name: mergeBranch, Comment: comment})
		}
		if err != nil {
			return err
		}
	}
	before := c.target.header.Length
	for k, s := range c.others {
		if err := c.note(s, c.outcomes[k], before); err != nil {
			return err
		}
		before += c.outcomes[k].merged
	}
	return nil
}

// note writes what there is to say of one of the others; before is how many
// runs there were before its turn.
func (c *copier) note(s *source, out *outcome, before int) error {
	sum := sha1.Sum([]byte(c.target.Name + timestamp(c.target.header.Time) + s.Name + timestamp(s.header.Time) + trajectory.Version))
	hash := hex.EncodeToString(sum[:])
	name := fmt.Sprintf("%s.merge_%s_%s", mergeBranch, hash[:7], c.now.UTC().Format("2006_01_02_15h04m05s"))
	for i := 2; ; i++ {
		have, _, err := c.have(name)
		if err != nil {
			return err
		}
		if have == nothing {
			break
		}
		name = fmt.Sprintf("%s.merge_%s_%s-%d", mergeBranch, hash[:7], c.now.UTC().Format("2006_01_02_15h04m05s"), i)
	}
	c.kinds[name] = group
	var failed error
	put := func(item, comment string, value any) {
		if failed != nil {
			return
		}
		var d trajectory.Data
		if d, failed = trajectory.Encode(value); failed == nil {
			failed = c.w.Node(parameterRecord(name+"."+item, comment, d))
		}
	}
	put("merged_runs", "Number of merged runs", out.merged+out.filled)
	put("timestamp", "Timestamp of merge", seconds(c.now))
	put("hexsha", "SHA-1 identifier of the merge", hash)
	put("remove_duplicates", "Option to remove duplicate entries", c.o.RemoveDuplicates && c.o.TrialParameter == "")
	if len(c.o.IgnoreData) > 0 {
		put("ignore_data", "Data to ignore during merge", trajectory.TupleOf[string](c.o.IgnoreData))
	}
	put("length_before_merge", "Length of trajectory before merge", before)
	if c.target.header.Version != trajectory.Version {
		put("version", "Version of the program that wrote the trajectory before, if it differs", c.target.header.Version)
	}
	if c.space.trial != "" {
		put("trial_parameter", "Name of trial parameter", c.space.trial)
	}
	if !c.o.NoOtherInfo {
		if s.header.Version != c.target.header.Version {
			put("other_trajectory.version", "Version of the program that wrote the other trajectory, if it differs", s.header.Version)
		}
		put("other_trajectory.name", "Name of other trajectory merged into the current one", s.Name)
		put("other_trajectory.timestamp", "Timestamp of creation of other trajectory merged into the current one", seconds(s.header.Time))
		put("other_trajectory.length", "Length of other trajectory", s.header.Length)
		if s.header.Comment != "" {
			put("other_trajectory.comment", "Comment of other trajectory", s.header.Comment)
		}
	}
	return failed
}

// parameterRecord is a parameter as files have it.
func parameterRecord(name, comment string, d trajectory.Data) trajectory.Record {
	r := trajectory.Record{Name: name, Leaf: true, Class: classParameter, Comment: comment}
	values := []trajectory.Data{d}
	if !inTable([][]trajectory.Data{values}) {
		r.Class, r.Items = classArray, []trajectory.Item{{Name: itemArray, Data: d}}
		return r
	}
	column := trajectory.Column{Name: itemData, Data: stack(values, []int32{0})}
	r.Items = []trajectory.Item{{Name: itemData, Data: trajectory.Data{Coll: trajectory.Table, Columns: []trajectory.Column{column}}}}
	return r
}

// seconds is a time as pypet has it; 0 for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

func timestamp(t time.Time) string { return float(seconds(t), 64) }
