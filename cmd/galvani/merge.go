package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"galvani/internal/durable"
	"galvani/trajectory/merge"
)

func mergeCommand() command {
	return command{
		name: "merge", args: "TARGET OTHER...",
		what: "Add the runs of other trajectories, with their results, to a target, which changes in one step.",
		more: `All must have the same parameters with values of the same types. FILE#NAME is one of several
trajectories in a file; a file's newest if no name is given.`,
		example: `  galvani merge -remove-duplicates first.hdf5 second.hdf5
  galvani merge -trial simulation.trial -out all.hdf5 monday.hdf5 tuesday.hdf5 wednesday.traj
  galvani merge -ignore 'results.runs.$.monitors' -ignore results.summary a.hdf5 b.hdf5
  galvani merge -delete -backup=false both.hdf5#first both.hdf5#second`,
		setup: func(flags *flag.FlagSet) action {
			var o merge.Options
			out := flags.String("out", "", "make a new `file` of target and others, and leave the target as it is")
			flags.StringVar(&o.TrialParameter, "trial", "", "`parameter` that counts trials from 0 in each; the others' trials are put behind the target's")
			flags.BoolVar(&o.RemoveDuplicates, "remove-duplicates", false, "drop runs at points of the parameter space that the target has")
			flags.Func("ignore", "leave out the node of this full `name` and all below it; $ stands for any run; may be given several times", func(s string) error {
				o.IgnoreData = append(o.IgnoreData, s)
				return nil
			})
			backup := flags.Bool("backup", true, "keep copies of the target's file and of the other's, if it is one: backup_NAME")
			flags.BoolVar(&o.MoveData, "move", false, "remove from the others what was taken over")
			flags.BoolVar(&o.DeleteOther, "delete", false, "delete the others")
			info := flags.Bool("info", true, "note the merge below config.merge")
			otherInfo := flags.Bool("other-info", true, "note there what the others were")
			config := flags.Bool("config", true, "take over config.git, config.environment and config.merge of the others")
			flags.IntVar(&o.PerRunGroups, "groups", 0, "up to how many `runs` there is a group per run, as pypet wants it; 0 is 10000, less than 0 none")
			return func(ctx context.Context, args []string, w io.Writer) error {
				if len(args) < 2 {
					return &usageError{"want a target and at least one other trajectory"}
				}
				o.NoBackup, o.NoInfo, o.NoOtherInfo, o.NoConfig = !*backup, !*info, !*otherInfo, !*config
				var all []merge.Stored
				for _, arg := range args {
					at, err := storedAs(arg, stores())
					if err != nil {
						return err
					}
					all = append(all, at)
				}
				if *out != "" {
					return mergeInto(ctx, *out, all[0], o, all[1:], w)
				}
				report, err := merge.Merge(ctx, all[0], o, all[1:]...)
				if report != nil {
					err = errors.Join(printMerge(w, all[0].Path, report), err)
				}
				return err
			}
		},
	}
}

// mergeInto merges into a copy of the target, which gets its name when it is whole.
func mergeInto(ctx context.Context, path string, target merge.Stored, o merge.Options, others []merge.Stored, w io.Writer) error {
	if err := fresh(path, false); err != nil {
		return err
	}
	to, err := stored(path, target.Name, stores())
	if err != nil {
		return err
	}
	if err := merge.Finished(ctx, target); err != nil {
		return err
	}
	if err := durable.MakeDir(filepath.Dir(to.Path)); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(to.Path), durable.TempPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	temporary := merge.Stored{Store: to.Store, Path: filepath.Join(dir, filepath.Base(to.Path)), Name: to.Name}
	if target.Store.Format() == to.Store.Format() {
		err = merge.CopyFile(target.Path, temporary.Path)
	} else {
		_, err = merge.Copy(ctx, target, temporary, merge.CopyOptions{})
	}
	if err != nil {
		return err
	}
	o.NoBackup = true
	report, err := merge.Merge(ctx, temporary, o, others...)
	if report == nil {
		return err
	}
	if renamed := os.Rename(temporary.Path, to.Path); renamed != nil {
		return errors.Join(err, renamed)
	}
	return errors.Join(durable.SyncDir(filepath.Dir(to.Path)), printMerge(w, to.Path, report), err)
}

func printMerge(w io.Writer, path string, r *merge.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d runs, %d before\n", path, r.Length, r.Before)
	for _, o := range r.Others {
		fmt.Fprintf(&b, "%s (%s): %s, %d merged", o.Path, o.Name, plural(o.Length, "run"), o.Merged)
		if o.Duplicates > 0 {
			fmt.Fprintf(&b, ", %s dropped", plural(o.Duplicates, "duplicate"))
		}
		if o.OtherSeeds > 0 {
			fmt.Fprintf(&b, " (%d of them with another seed)", o.OtherSeeds)
		}
		if o.Filled > 0 {
			fmt.Fprintf(&b, ", %d took the place of runs that were not done", o.Filled)
		}
		b.WriteByte('\n')
	}
	for _, name := range r.Explored {
		fmt.Fprintf(&b, "explored now: %s\n", name)
	}
	for _, path := range r.Backups {
		fmt.Fprintf(&b, "backup: %s\n", path)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "left out: %s\n", s)
	}
	for _, s := range r.Warnings {
		fmt.Fprintf(&b, "note: %s\n", s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func compactCommand() command {
	return command{
		name: "compact", args: "FILE",
		what: "Write a file anew without the space that nothing uses, compare both, and put the new one in the place of the old.",
		example: `  galvani compact sweep.hdf5
  galvani compact -backup=false sweep.hdf5`,
		setup: func(flags *flag.FlagSet) action {
			backup := flags.Bool("backup", true, "keep a copy of the old file: NAME_backup")
			return func(ctx context.Context, args []string, w io.Writer) error {
				if err := oneFile(args, 0); err != nil {
					return err
				}
				at, err := stored(args[0], "", stores())
				if err != nil {
					return err
				}
				before, err := sizeOnDisk(at.Path)
				if err != nil {
					return err
				}
				if _, err := at.Store.Names(ctx, at.Path); err != nil {
					return err // before anything is copied
				}
				if *backup {
					ext := filepath.Ext(at.Path)
					copyPath := strings.TrimSuffix(at.Path, ext) + "_backup" + ext
					if err := merge.CopyFile(at.Path, copyPath); err != nil {
						return fmt.Errorf("backup: %w; see -backup", err)
					}
				}
				if err := merge.Compact(ctx, at.Store, at.Path); err != nil {
					return err
				}
				after, err := sizeOnDisk(at.Path)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(w, "%s: %d bytes, %d before\n", at.Path, after, before)
				return err
			}
		},
	}
}

// sizeOnDisk adds up the sizes of a file, or of those in a folder.
func sizeOnDisk(path string) (int64, error) {
	var size int64
	err := filepath.WalkDir(path, func(_ string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

func importCommand() command {
	return command{
		name: "import", args: "FILE NEWFILE",
		what: "Copy a trajectory that pypet wrote into a file of ours: with a table of scalars, in any format.",
		more: `What only Python can decode comes along as it is (pickles, in HDF5 files also frames of
pandas) or is left out, and listed. The exit status is 3 if something was left out.`,
		example: `  galvani import pypet.hdf5 ours.hdf5
  galvani import pypet.hdf5 ours.traj            a folder of .npz files, readable without HDF5`,
		setup: func(flags *flag.FlagSet) action {
			name := nameFlag(flags)
			as := flags.String("as", "", "`name` of the trajectory in the new file, if not the same")
			force := flags.Bool("force", false, "write into a file that is there already, beside the trajectories in it")
			return func(ctx context.Context, args []string, w io.Writer) error {
				return copyTo(ctx, args, *name, *as, *force, merge.CopyOptions{SkipForeign: true}, w)
			}
		},
	}
}

// copyTo copies a trajectory into another file, for import and export.
func copyTo(ctx context.Context, args []string, name, as string, force bool, o merge.CopyOptions, w io.Writer) error {
	if len(args) != 2 {
		return &usageError{fmt.Sprintf("want a file and a new one, got %s", plural(len(args), "argument"))}
	}
	if err := fresh(args[1], force); err != nil {
		return err
	}
	to, err := stored(args[1], as, stores())
	if err != nil {
		return err
	}
	from, done, err := whole(ctx, args[0], name, stores())
	if err != nil {
		return err
	}
	defer done()
	report, err := merge.Copy(ctx, from, to, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s, %s\n", to.Path, plural(report.Runs, "run"), plural(report.Nodes, "node"))
	for _, s := range report.Skipped {
		fmt.Fprintf(w, "left out: %s: %s\n", s.Name, s.Why)
	}
	pickles, err := picklesIn(ctx, from)
	if err != nil {
		return err
	}
	for _, p := range pickles {
		fmt.Fprintf(w, "pickle, bytes only: %s\n", p)
	}
	if len(report.Skipped) > 0 {
		return exitStatus(3)
	}
	return nil
}

// picklesIn lists the leaves that hold pickles.
func picklesIn(ctx context.Context, at merge.Stored) ([]string, error) {
	r, err := at.Store.Open(ctx, at.Path, at.Name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []string
	for rec, err := range r.Nodes("", true) {
		if err != nil {
			return nil, err
		}
		if rec.Leaf && strings.HasPrefix(rec.Class, "Pickle") {
			out = append(out, rec.Name)
		}
	}
	return out, nil
}
