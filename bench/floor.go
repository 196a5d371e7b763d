package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

//go:embed floor/floor.c
var floorSource []byte

// floor is the compiled C program.
type floor struct{ dir string }

// floorResult is what it prints.
type floorResult struct {
	CPU      float64 `json:"cpu_s_per_bio_s"`
	RateE    float64 `json:"rate_e"` // Hz
	RateI    float64 `json:"rate_i"` // Hz
	Synapses int     `json:"synapses"`
}

// newFloor compiles the floor; call remove when done.
func newFloor(ctx context.Context) (*floor, error) {
	dir, err := os.MkdirTemp("", "galvani-floor-")
	if err != nil {
		return nil, err
	}
	f := &floor{dir: dir}
	source := filepath.Join(dir, "floor.c")
	if err := os.WriteFile(source, floorSource, 0o600); err != nil {
		f.remove()
		return nil, err
	}
	cc := cmp.Or(os.Getenv("CC"), "cc")
	cmd := exec.CommandContext(ctx, cc, "-O3", "-march=native", "-ffast-math", source, "-lm", "-o", f.program())
	if out, err := cmd.CombinedOutput(); err != nil {
		f.remove()
		return nil, fmt.Errorf("compiling the floor with %s: %w: %s", cc, err, bytes.TrimSpace(out))
	}
	return f, nil
}

func (f *floor) program() string { return filepath.Join(f.dir, "floor") }

func (f *floor) remove() { os.RemoveAll(f.dir) }

func (f *floor) run(ctx context.Context, scale, ree, seconds float64, seed int) (floorResult, error) {
	text := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	out, err := exec.CommandContext(ctx, f.program(), text(scale), text(ree), text(seconds), strconv.Itoa(seed)).Output()
	if err != nil {
		return floorResult{}, fmt.Errorf("running the floor: %w", err)
	}
	var r floorResult
	if err := json.Unmarshal(out, &r); err != nil {
		return floorResult{}, fmt.Errorf("reading what the floor printed, %q: %w", out, err)
	}
	return r, nil
}
