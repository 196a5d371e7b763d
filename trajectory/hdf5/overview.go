//go:build cgo

package hdf5

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"galvani/trajectory"
)

// The tables beside the tree that this package knows. All but the last three are pypet's.
const (
	tableInfo         = "info"
	tableRuns         = "runs"
	tableExplorations = "explorations"
	tableSettings     = "hdf5_settings"
	tableGalvani      = "galvani"
	tableGalvaniRuns  = "galvani_runs"
	tableErrors       = "galvani_errors"
)

// The widths of pypet's columns; longer texts are cut and end in three dots.
const (
	widthName     = 128
	widthLocation = 512
	widthValue    = 64
	widthComment  = 512
	widthRange    = 1024
	widthRuntime  = 18
	widthHexsha   = 7
	widthTime     = 20
)

const pypetTime = "2006_01_02_15h04m05s"

// What pypet writes for a run that has not been made.
const (
	noTime    = ">>Maybe time`s gone "
	noStart   = 42.0
	noFinish  = 1.337
	noRuntime = "forever and ever"
	noSummary = "Not yet my friend!"
	noHexsha  = "N/A"
)

// header reads what is known of a trajectory as a whole.
func (f file) header(name string) (trajectory.Header, error) {
	h := trajectory.Header{Name: name, Length: 1}
	info, err := f.overviewTable(name, tableInfo)
	if err != nil {
		return h, err
	}
	h.Comment = firstOf[string](info, "comment")
	h.Version = firstOf[string](info, "version")
	h.Time = timeOf(firstOf[float64](info, "timestamp"))
	if n := integersOf(info, "length"); len(n) > 0 && n[0] > 0 {
		h.Length = int(n[0])
	}
	// The comment there is cut to the width of its column; the node has all of it.
	if o, err := f.find(name); err == nil {
		a, err := attributesOf(o.id, f.size)
		if err == nil && a.text(attrComment) != "" {
			h.Comment = a.text(attrComment)
		}
		closeID(o.id)
	}
	explored, err := f.overviewTable(name, tableExplorations)
	if err == nil {
		h.Explored, _ = column[[]string](explored, "explorations")
	} else if !errors.Is(err, trajectory.ErrNotFound) {
		return h, err
	}
	ours, err := f.overviewTable(name, tableGalvani)
	if err == nil {
		h.Seed = firstOf[uint64](ours, "seed")
		if ns := integersOf(ours, "time_ns"); len(ns) > 0 {
			h.Time = timeOfNanos(ns[0])
		}
	} else if !errors.Is(err, trajectory.ErrNotFound) {
		return h, err
	}
	return h, nil
}

// firstOf is the first value of a column, zero if there is none.
func firstOf[T any](table trajectory.Data, name string) T {
	var none T
	if v, ok := column[[]T](table, name); ok && len(v) > 0 {
		return v[0]
	}
	return none
}

func integersOf(table trajectory.Data, name string) []int64 {
	v, _ := column[any](table, name)
	n, _ := asInt64(v)
	return n
}

// nanos is a time as a number; the zero time has one of its own.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return math.MinInt64
	}
	return t.UnixNano()
}

func timeOfNanos(ns int64) time.Time {
	if ns == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// runRow is a row of the run table, with what pypet alone has in it.
type runRow struct {
	trajectory.RunInfo
	name      string
	time      string
	runtime   string
	hexsha    string
	start     float64
	finish    float64
	completed bool
}

// runs reads the rows of all runs by rising index.
func (f file) runs(name string) ([]runRow, error) {
	table, err := f.overviewTable(name, tableRuns)
	if errors.Is(err, trajectory.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	idx := integersOf(table, "idx")
	names, _ := column[[]string](table, "name")
	times, _ := column[[]string](table, "time")
	starts, _ := column[[]float64](table, "timestamp")
	finishes, _ := column[[]float64](table, "finish_timestamp")
	runtimes, _ := column[[]string](table, "runtime")
	summaries, _ := column[[]string](table, "parameter_summary")
	hexshas, _ := column[[]string](table, "short_environment_hexsha")
	completed := integersOf(table, "completed")
	rows := make([]runRow, len(idx))
	at := make(map[int]int, len(idx))
	for i, index := range idx {
		r := runRow{
			name: get(names, i), time: get(times, i), runtime: get(runtimes, i), hexsha: get(hexshas, i),
			start: get(starts, i), finish: get(finishes, i), completed: get(completed, i) != 0,
		}
		r.Index, r.State = int(index), trajectory.Pending
		if r.completed {
			r.State = trajectory.Done
		}
		if r.Summary = get(summaries, i); !r.completed && (r.Summary == noSummary || r.Summary == "Test") {
			r.Summary = ""
		}
		if !r.dummy() {
			r.Start, r.Finish = timeOf(r.start), timeOf(r.finish)
		}
		rows[i] = r
		at[r.Index] = i
	}
	if err := f.ownRuns(name, rows, at); err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b runRow) int { return a.Index - b.Index })
	return rows, nil
}

// dummy tells the rows that pypet fills the table with; old versions use other numbers.
func (r *runRow) dummy() bool {
	return r.start == noStart && r.finish == noFinish || r.start == 1337 && r.finish == 42
}

func get[T any](s []T, i int) T {
	var none T
	if i < len(s) {
		return s[i]
	}
	return none
}

// ownRuns adds what pypet's table has no column for. Where pypet has changed a run since, pypet is right.
func (f file) ownRuns(name string, rows []runRow, at map[int]int) error {
	table, err := f.overviewTable(name, tableGalvaniRuns)
	if errors.Is(err, trajectory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var reasons, stacks []string
	if t, err := f.overviewTable(name, tableErrors); err == nil {
		reasons, _ = column[[]string](t, "error")
		stacks, _ = column[[]string](t, "stack")
	} else if !errors.Is(err, trajectory.ErrNotFound) {
		return err
	}
	idx := integersOf(table, "idx")
	states, _ := column[[]string](table, "state")
	seeds, _ := column[[]uint64](table, "seed")
	attempts := integersOf(table, "attempt")
	starts := integersOf(table, "start_ns")
	finishes := integersOf(table, "finish_ns")
	hosts, _ := column[[]string](table, "host")
	summaries, _ := column[[]string](table, "summary")
	errs := integersOf(table, "error")
	for i, index := range idx {
		j, ok := at[int(index)]
		if !ok {
			continue
		}
		r := &rows[j]
		state := trajectory.State(get(states, i))
		r.Seed, r.Attempt, r.Host = get(seeds, i), int(get(attempts, i)), get(hosts, i)
		if r.completed && state != trajectory.Done {
			continue // pypet has made it
		}
		r.State = state
		if s := get(summaries, i); s != "" {
			r.Summary = s
		}
		if start := timeOfNanos(get(starts, i)); start.IsZero() == r.Start.IsZero() && math.Abs(start.Sub(r.Start).Seconds()) < 1e-3 {
			r.Start, r.Finish = start, timeOfNanos(get(finishes, i))
		}
		if e := int(get(errs, i)); e >= 0 {
			r.Error, r.Stack = get(reasons, e), get(stacks, e)
		}
	}
	return nil
}

// row makes what pypet knows of a run.
func row(info trajectory.RunInfo, old *runRow) runRow {
	r := runRow{
		RunInfo: info, name: fmt.Sprintf("run_%08d", info.Index), time: noTime, runtime: noRuntime, hexsha: noHexsha,
		start: noStart, finish: noFinish, completed: info.State == trajectory.Done,
	}
	if old != nil && old.hexsha != "" {
		r.hexsha = old.hexsha
	}
	if !info.Start.IsZero() {
		r.start, r.time = seconds(info.Start), info.Start.Format(pypetTime)
	}
	if !info.Finish.IsZero() {
		r.finish = seconds(info.Finish)
		if !info.Start.IsZero() {
			r.runtime = runtimeText(info.Finish.Sub(info.Start))
		}
	}
	return r
}

// runtimeText prints a duration as Python does: 1 day, 2:03:04.500000.
func runtimeText(d time.Duration) string {
	d = max(d, 0)
	days, rest := d/(24*time.Hour), d%(24*time.Hour)
	s := fmt.Sprintf("%d:%02d:%02d", rest/time.Hour, rest/time.Minute%60, rest/time.Second%60)
	if us := rest % time.Second / time.Microsecond; us != 0 {
		s += fmt.Sprintf(".%06d", us)
	}
	switch {
	case days == 1:
		s = "1 day, " + s
	case days > 1:
		s = fmt.Sprintf("%d days, %s", days, s)
	}
	return shorten(s, widthRuntime)
}

// shorten cuts a text to a column's width as pypet does, at the border of a character. pypet
// decodes these columns as UTF-8 and loads nothing at all if one is not.
func shorten(s string, width int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= width {
		return s
	}
	if width <= 3 {
		return s[:width]
	}
	cut := width - 3
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "..."
}

// runTables makes the tables of all runs.
func runTables(rows []runRow) (pypet, own, reasons trajectory.Data) {
	n := len(rows)
	var idx, completed, attempts, errs []int32
	var names, times, runtimes, summaries, full, hexshas, states, hosts []string
	var starts, finishes []float64
	var seeds []uint64
	var startNs, finishNs []int64
	var why, stacks []string
	known := map[[2]string]int32{}
	for i := range n {
		r := &rows[i]
		idx = append(idx, int32(r.Index))
		names = append(names, r.name)
		times = append(times, shorten(r.time, widthTime))
		starts, finishes = append(starts, r.start), append(finishes, r.finish)
		runtimes = append(runtimes, r.runtime)
		summary := r.Summary
		if summary == "" && !r.completed {
			summary = noSummary
		}
		short := shorten(summary, widthComment)
		summaries = append(summaries, short)
		if short == r.Summary || r.Summary == "" {
			full = append(full, "")
		} else {
			full = append(full, r.Summary)
		}
		hexshas = append(hexshas, shorten(r.hexsha, widthHexsha))
		done := int32(0)
		if r.completed {
			done = 1
		}
		completed = append(completed, done)
		states = append(states, string(r.State))
		seeds = append(seeds, r.Seed)
		attempts = append(attempts, int32(r.Attempt))
		startNs, finishNs = append(startNs, nanos(r.Start)), append(finishNs, nanos(r.Finish))
		hosts = append(hosts, r.Host)
		e := int32(-1)
		if r.Error != "" || r.Stack != "" {
			// Many runs fail for one reason; the text is stored once.
			key := [2]string{r.Error, r.Stack}
			var ok bool
			if e, ok = known[key]; !ok {
				e = int32(len(why))
				known[key] = e
				why, stacks = append(why, r.Error), append(stacks, r.Stack)
			}
		}
		errs = append(errs, e)
	}
	pypet = tableOf(
		numberColumn("idx", trajectory.Int32, idx), textColumn("name", names), textColumn("time", times),
		numberColumn("timestamp", trajectory.Float64, starts), numberColumn("finish_timestamp", trajectory.Float64, finishes),
		textColumn("runtime", runtimes), textColumn("parameter_summary", summaries),
		textColumn("short_environment_hexsha", hexshas), numberColumn("completed", trajectory.Int32, completed),
	)
	own = tableOf(
		numberColumn("idx", trajectory.Int32, idx), textColumn("state", states), numberColumn("seed", trajectory.Uint64, seeds),
		numberColumn("attempt", trajectory.Int32, attempts), numberColumn("start_ns", trajectory.Int64, startNs),
		numberColumn("finish_ns", trajectory.Int64, finishNs), textColumn("host", hosts), textColumn("summary", full),
		numberColumn("error", trajectory.Int32, errs),
	)
	reasons = tableOf(textColumn("error", why), textColumn("stack", stacks))
	return pypet, own, reasons
}

func tableOf(columns ...trajectory.Column) trajectory.Data {
	return trajectory.Data{Coll: trajectory.Table, Columns: columns}
}

// summary is a row of the small overview tables.
type summary struct {
	location, name, value, comment string
	length                         int
	rng                            string
}

// summarise makes the row of a parameter.
func summarise(r trajectory.Record) summary {
	at := strings.LastIndexByte(r.Name, '.')
	s := summary{location: r.Name[:max(at, 0)], name: r.Name[at+1:], comment: r.Comment}
	for _, item := range r.Items {
		switch {
		case strings.HasPrefix(item.Name, "explored_data"):
			s.length, s.rng = rangeText(item.Data)
		case s.value == "" && strings.HasPrefix(item.Name, "data"):
			s.value = valueText(item.Data)
		}
	}
	return s
}

// valueText prints a value for the eye; the width of the column is all that there is.
func valueText(d trajectory.Data) string {
	if d.Coll == trajectory.Table || d.Coll == trajectory.Dict {
		var parts []string
		for _, c := range d.Columns {
			if v := elementsText(c.Data.Values, 8); v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, " ")
	}
	return elementsText(d.Values, 16)
}

func rangeText(d trajectory.Data) (int, string) {
	if len(d.Columns) == 0 || len(d.Columns[0].Data.Shape) == 0 {
		return 0, ""
	}
	c := d.Columns[0].Data
	return c.Shape[0], elementsText(c.Values, 64)
}

// elementsText prints the first elements of a slice.
func elementsText(values any, most int) string {
	switch v := values.(type) {
	case []float64:
		return join(v, most)
	case []float32:
		return join(v, most)
	case []bool:
		return join(v, most)
	case []string:
		return join(v, most)
	case []complex128:
		return join(v, most)
	case []complex64:
		return join(v, most)
	case []uint64:
		return join(v, most)
	}
	if n, ok := asInt64(values); ok {
		return join(n, most)
	}
	return ""
}

func join[T any](v []T, most int) string {
	parts := make([]string, 0, min(len(v), most))
	for i, x := range v {
		if i == most {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, fmt.Sprint(x))
	}
	return strings.Join(parts, ", ")
}
