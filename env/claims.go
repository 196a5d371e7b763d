package env

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"galvani/internal/durable"
	"galvani/trajectory"
)

// What a process claims at once is worth about claimWorth of its time, so that
// claiming costs next to nothing and all processes finish together. Of very many
// runs more are claimed at once: whoever comes later has to read all claims.
const (
	claimWorth  = time.Second
	mostClaims  = 20_000
	claimGrowth = 4 // times the claim before at most: the next runs may take longer
)

// How often a process looks whether others have finished when it has nothing to do.
const (
	pollFirst = 10 * time.Millisecond
	pollLast  = 500 * time.Millisecond
)

// A task is one run to execute.
type task struct {
	run     int
	attempt int
	alone   bool  // nothing else may be executed beside it
	doomed  error // it is not executed any more: it has failed of this
}

// A claim is an entry of the ledger of claims: a process takes these runs.
type claim struct {
	Process string    `json:"process"`
	Round   int       `json:"round,omitempty"` // how many rounds of repeating there were
	Runs    []stretch `json:"runs"`
	Next    int       `json:"next"` // the first run that no one has ever claimed
}

// A stretch is a number of runs in a row.
type stretch struct {
	First int `json:"first"`
	Count int `json:"count"`
}

// A claimer hands out the runs that this process may execute. It claims them in the
// runs folder, so that no two processes do the same work; the runs of a process that
// is lost are claimed again. Should a run be executed twice all the same, its results are
// the same ones.
type claimer struct {
	board  *board
	me     *presence
	others *observer
	slots  int
	chunk  int                        // runs to claim at once; 0 is what is worth claimWorth
	news   func([]trajectory.RunInfo) // is told of runs that others have finished

	mu     sync.Mutex // held by the one who waits, too
	log    ledger
	next   int      // the first run that no one has claimed
	holder []int32  // of each run: index of who claimed it last, from 1
	ids    []string // of processes that have claimed
	number map[string]int32
	mine   []bool // runs that are queued or executed here, or were
	rounds int    // of repeating, that mine and holder know of
	queue  []task
	size   int // of the last claim
	losses losses
	ended  chan struct{} // is sent to when a run of this process has ended

	timing sync.Mutex
	spent  time.Duration // in runs since the last claim
	ran    int
}

func newClaimer(b *board, me *presence, others *observer, slots, chunk int, news func([]trajectory.RunInfo)) *claimer {
	return &claimer{
		board: b, me: me, others: others, slots: slots, chunk: chunk, news: news,
		log:   ledger{dir: filepath.Join(b.dir, claimsDir)},
		ended: make(chan struct{}, 1), holder: make([]int32, len(b.runs)), mine: make([]bool, len(b.runs)), number: map[string]int32{},
	}
}

// took tells how long a run took, by which the next claim is measured.
func (c *claimer) took(d time.Duration) {
	c.timing.Lock()
	c.spent += d
	c.ran++
	c.timing.Unlock()
}

// take returns the next run to execute. It waits as long as others execute runs that
// might become free, and returns false when every run of the sweep has ended or ctx
// is cancelled.
func (c *claimer) take(ctx context.Context) (task, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := pollFirst
	for ctx.Err() == nil {
		for len(c.queue) > 0 {
			t := c.queue[0]
			c.queue = c.queue[1:]
			if c.board.pending(t.run) {
				return t, true, nil
			}
		}
		if err := c.claim(ctx); err != nil {
			if ctx.Err() != nil {
				err = nil
			}
			return task{}, false, err
		}
		if len(c.queue) > 0 {
			continue
		}
		if left, _ := c.board.count(); left == 0 {
			break
		}
		select {
		case <-ctx.Done():
		case <-c.ended:
		case <-time.After(wait):
			wait = min(2*wait, pollLast)
		}
	}
	return task{}, false, nil
}

// wake makes a slot look that waits for runs to become free: the last of all may have ended.
func (c *claimer) wake() {
	select {
	case c.ended <- struct{}{}:
	default:
	}
}

// claim takes runs into the queue: such as no one has claimed yet, and then those
// of processes that are lost.
func (c *claimer) claim(ctx context.Context) error {
	if err := c.catchUp(); err != nil {
		return err
	}
	if len(c.ids) > 0 {
		news, err := c.board.refresh(ctx, false)
		if len(news) > 0 {
			c.news(news)
		}
		if err != nil {
			return err
		}
	}
	c.forget()
	size := c.measure()
	for {
		tasks, next, err := c.pick(size)
		if err != nil || len(tasks) == 0 {
			return err
		}
		entry := claim{Process: c.me.ID(), Round: c.rounds, Next: next}
		for _, t := range tasks {
			if n := len(entry.Runs); n > 0 && entry.Runs[n-1].First+entry.Runs[n-1].Count == t.run {
				entry.Runs[n-1].Count++
			} else {
				entry.Runs = append(entry.Runs, stretch{t.run, 1})
			}
		}
		text, err := json.Marshal(entry)
		if err != nil {
			return err
		}
		mine, err := c.log.append(text)
		if err != nil {
			return err
		}
		if mine {
			for _, t := range tasks {
				c.mine[t.run] = true
			}
			c.next, c.queue, c.size = next, tasks, len(tasks)
			return nil
		}
		if err := c.catchUp(); err != nil { // another process was faster
			return err
		}
	}
}

// catchUp reads what others have claimed.
func (c *claimer) catchUp() error {
	for {
		text, ok, err := c.log.read()
		if err != nil || !ok {
			return err
		}
		var e claim
		// One that is damaged, as after a crash of the machine, claims nothing.
		if json.Unmarshal(text, &e) != nil || e.Process == "" {
			continue
		}
		k, ok := c.number[e.Process]
		if !ok {
			c.ids = append(c.ids, e.Process)
			k = int32(len(c.ids))
			c.number[e.Process] = k
		}
		for _, s := range e.Runs {
			for i := max(0, s.First); i < s.First+s.Count && i < len(c.holder); i++ {
				if e.Round >= c.board.roundOf(i) {
					c.holder[i] = k
				}
			}
		}
		c.next = max(c.next, min(e.Next, len(c.holder)))
	}
}

// forget gives up claims on runs that are to be repeated.
func (c *claimer) forget() {
	for _, i := range c.board.repeatedSince(c.rounds) {
		c.holder[i], c.mine[i] = 0, false
	}
	c.rounds = c.board.roundCount()
}

// measure says how many runs to claim.
func (c *claimer) measure() int {
	if c.chunk > 0 {
		return c.chunk
	}
	c.timing.Lock()
	spent, ran := c.spent, c.ran
	c.spent, c.ran = 0, 0
	c.timing.Unlock()
	if ran == 0 {
		return c.slots
	}
	n := int(float64(claimWorth) * float64(c.slots) / (float64(spent)/float64(ran) + 1))
	n = max(n, len(c.holder)/mostClaims)
	if all := c.company(); all > 1 {
		// Less and less towards the end, so that all finish at the same time.
		left, _ := c.board.count()
		n = min(n, max(c.slots, left/(2*all)))
	}
	return max(1, min(n, claimGrowth*max(c.size, c.slots)))
}

// company is how many processes are at work, this one included.
func (c *claimer) company() int {
	entries, _ := os.ReadDir(filepath.Join(c.board.dir, processesDir))
	n := 0
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), durable.TempPrefix) && !strings.HasSuffix(e.Name(), crashSuffix) {
			n++
		}
	}
	return n
}

// pick finds runs to claim, and which run is the next that no one has ever claimed.
func (c *claimer) pick(size int) (tasks []task, next int, err error) {
	next = c.next
	for ; next < len(c.holder) && len(tasks) < size; next++ {
		if !c.mine[next] && c.board.pending(next) {
			tasks = append(tasks, task{run: next, attempt: c.board.attempt(next)})
		}
	}
	if len(tasks) > 0 {
		return tasks, next, nil
	}
	free := map[int32]bool{0: true}
	for i := range c.next {
		if c.mine[i] || !c.board.pending(i) {
			continue
		}
		k := c.holder[i]
		if _, known := free[k]; !known {
			if free[k], err = c.free(c.ids[k-1]); err != nil {
				return nil, 0, err
			}
		}
		if !free[k] {
			continue
		}
		if tasks == nil {
			if err := c.losses.read(c.board.dir); err != nil {
				return nil, 0, err
			}
		}
		t := task{run: i, attempt: c.board.attempt(i)}
		t.alone, t.doomed = c.losses.judge(t.run, t.attempt)
		tasks = append(tasks, t)
		if len(tasks) == size {
			break
		}
	}
	return tasks, next, nil
}

// free tells whether a process is gone, so that what it has claimed is free.
func (c *claimer) free(id string) (bool, error) {
	v, _, err := c.others.look(id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if v == lost {
		return true, c.others.bury(id)
	}
	return v == absent, nil
}
