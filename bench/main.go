package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/pkg/profile"

	"galvani/internal/kernel"
)

// A benchmark is one case: it measures and reports its metrics.
type benchmark struct {
	name  string
	about string
	run   func(context.Context, *report) error
}

func benchmarks() []benchmark {
	return []benchmark{
		{"kernels", "vector kernels on blocks of 512 lanes, on every kernel path", kernels},
		{"update", "state update of the clustered network's equations with threshold, 10^4 and 10^6 neurons, minimum delay 1.5 ms", update},
		{"events", "synaptic events with targets in cache and not in cache", events},
		{"connecting", "building random connections", connecting},
		{"clusternet", "the clustered network, in turn with the floor in C", clusternet},
		{"sweep", "sweeps of runs that cost nothing, on two workers: 2*10^4 with a scalar, 10^5 with ten, from plan to merged file", sweeps},
		{"trajectory", "a sweep of 10^5 runs with 10 scalars each from plan to table; access to nodes", storage},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	asJSON := fs.Bool("json", false, "print one JSON object a line")
	only := fs.String("case", "", "measure only the case with this `name`")
	list := fs.Bool("list", false, "list the cases")
	repeats := fs.Int("repeats", 5, "how `often` to measure; the median counts")
	path := fs.String("path", "", "kernel `path`: go, avx2 or avx512; empty is the best of this machine")
	prof := fs.String("profile", "", "write a profile: `cpu`, mem or trace")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(stderr, "usage: bench [flags]")
			fs.SetOutput(stderr)
			fs.PrintDefaults()
		}
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; flags only, see -h", fs.Arg(0))
	}
	if *repeats < 1 {
		return fmt.Errorf("-repeats %d: want at least 1", *repeats)
	}
	all := benchmarks()
	if *list {
		for _, b := range all {
			fmt.Fprintf(stdout, "%-12s %s\n", b.name, b.about)
		}
		return nil
	}
	set, err := kernel.ByName(*path)
	if err != nil {
		return err
	}
	if *only != "" {
		i := slices.IndexFunc(all, func(b benchmark) bool { return b.name == *only })
		if i < 0 {
			names := make([]string, len(all))
			for i, b := range all {
				names[i] = b.name
			}
			return fmt.Errorf("no case %q; there are %s", *only, strings.Join(names, ", "))
		}
		all = all[i : i+1]
	}
	switch *prof {
	case "":
	case "cpu":
		defer profile.Start(profile.CPUProfile, profile.ProfilePath("."), profile.Quiet).Stop()
	case "mem":
		defer profile.Start(profile.MemProfile, profile.ProfilePath("."), profile.Quiet).Stop()
	case "trace":
		defer profile.Start(profile.TraceProfile, profile.ProfilePath("."), profile.Quiet).Stop()
	default:
		return fmt.Errorf("-profile %q: want cpu, mem or trace", *prof)
	}
	r := &report{out: stdout, json: *asJSON, repeats: *repeats, kernel: set}
	for _, b := range all {
		r.name = b.name
		if err := b.run(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}
