package env

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// FuzzParse: whatever the arguments are, there is an error of one line or none.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"-workers 2", "-wrokers", "-plots false", "--", "-", "---x", "-seed=-1", "-log-level\x00loud", "-h", "-progress=bar now", "-\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, positional := range []bool{false, true} {
			fs := flag.NewFlagSet("prog", flag.ContinueOnError)
			new(standard).register(fs, "prog")
			fs.Bool("plots", true, "")
			if err := parse(fs, strings.Split(text, " "), positional); err != nil {
				assert.NotContains(t, err.Error(), "\n")
			}
		}
	})
}

// FuzzFrames: a stack trace of any form is cut without harm.
func FuzzFrames(f *testing.F) {
	f.Add("goroutine 1 [running]:\npanic({0x1, 0x2})\n\tpanic.go:1 +0x2\nmain.f(0x1)\n\tmain.go:3 +0x4\ngalvani/env.(*crew).execute(0x1)\n\tschedule.go:9 +0x1")
	f.Add("goroutine")
	f.Fuzz(func(t *testing.T, stack string) {
		assert.LessOrEqual(t, len(frames(stack)), 2*len(stack)+2)
	})
}

func TestFramesKeepThePlace(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "main.f\n\tmain.go:3", frames("goroutine 1 [running]:\nruntime/debug.Stack()\n\tstack.go:26 +0x5e\npanic({0x1, 0x2})\n\tpanic.go:1 +0x2\nmain.f(0x1)\n\tmain.go:3 +0x4\ngalvani/env.(*crew).execute(0x1)\n\tschedule.go:9 +0x1"))
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"workers", "worker", 1}, {"wrokers", "workers", 1}, {"abc", "xyz", 3}, {"kitten", "sitting", 3}} {
		assert.Equal(t, c.want, distance(c.a, c.b), "%s %s", c.a, c.b)
		assert.Equal(t, c.want, distance(c.b, c.a), "%s %s", c.b, c.a)
	}
}
