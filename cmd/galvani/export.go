package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"galvani/internal/durable"
	"galvani/trajectory"
	"galvani/trajectory/merge"
)

func exportCommand() command {
	return command{
		name: "export", args: "FILE [NEWFILE]",
		what: "Write a trajectory for other programs: a table of its runs, a file with pypet's group per run, or arrays for numpy.",
		more: `Tables go to the standard output if no file is given. In an .npz archive, each item of a
result is one array with a row per run, under the node's name with $ for the run's and a
slash before the item; galvani import reads none of these.`,
		example: `  galvani export -format csv sweep.hdf5 > sweep.csv
  galvani export -format parquet sweep.hdf5 sweep.parquet
  galvani export -pypet sweep.hdf5 forpypet.hdf5
  galvani export -npz sweep.hdf5 sweep.npz
  python3 -c 'import numpy; a = numpy.load("sweep.npz"); print(a["results.runs.$.rate/rate"])'`,
		setup: func(flags *flag.FlagSet) action {
			var r runTable
			r.flags(flags, "csv")
			pypet := flags.Bool("pypet", false, "write an HDF5 file with a group per run, however many there are")
			npz := flags.Bool("npz", false, "write an archive of arrays that numpy.load opens")
			force := flags.Bool("force", false, "write over, or with -pypet into, a file that is there already")
			return func(ctx context.Context, args []string, w io.Writer) error {
				if err := oneFile(args, 1); err != nil {
					return err
				}
				switch {
				case *pypet && *npz:
					return &usageError{"-pypet and -npz are two things"}
				case *pypet:
					return copyTo(ctx, args, *r.name, "", *force, merge.CopyOptions{PerRunGroups: -1}, w)
				case *npz && len(args) == 1:
					return &usageError{"-npz needs a new file"}
				case *npz:
					return toFile(args[1], *force, func(w io.Writer) error { return exportNPZ(ctx, args[0], *r.name, w) })
				}
				t, err := r.read(ctx, args[0])
				if err != nil {
					return err
				}
				if len(args) == 1 {
					return r.write(t, w)
				}
				return toFile(args[1], *force, func(w io.Writer) error { return r.write(t, w) })
			}
		},
	}
}

// toFile writes a file that appears under its name when it is whole.
func toFile(path string, force bool, write func(io.Writer) error) error {
	if err := fresh(path, force); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	return durable.Replace(filepath.Clean(path), func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<16)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	})
}

// exportNPZ writes all leaves as stacked arrays, those of no run in a row with number -1.
func exportNPZ(ctx context.Context, path, name string, w io.Writer) error {
	at, done, err := whole(ctx, path, name, readers())
	if err != nil {
		return err
	}
	defer done()
	c, err := merge.OpenContents(ctx, at)
	if err != nil {
		return err
	}
	defer c.Close()
	shared := trajectory.RunRecord{Info: trajectory.RunInfo{Index: -1}}
	for r, err := range c.Shared() {
		if err != nil {
			return err
		}
		if r.Leaf || r.Link != "" {
			shared.Records = append(shared.Records, r)
		}
	}
	all := []trajectory.RunRecord{shared}
	for r, err := range c.Runs() {
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	h := c.Header()
	return trajectory.EncodeShard(w, map[string]any{"trajectory": h.Name, "comment": h.Comment, "length": h.Length, "explored": h.Explored}, all)
}
