package merge_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/merge"
)

// saved saves a trajectory over values of x without any results.
func saved(path, name string, x ...int) merge.Stored {
	store := dirstore.New()
	t, err := trajectory.New(name, trajectory.Options{})
	if err == nil {
		err = errors.Join(t.AddParameter("x", 0), t.Explore(trajectory.Over("x", trajectory.Values(x...))), trajectory.Save(context.Background(), t, store, path))
	}
	if err != nil {
		panic(err)
	}
	return merge.Stored{Store: store, Path: path}
}

func ExampleMerge() {
	dir, _ := os.MkdirTemp("", "merge")
	defer os.RemoveAll(dir)
	a := saved(filepath.Join(dir, "a.traj"), "a", 1, 2, 3)
	b := saved(filepath.Join(dir, "b.traj"), "b", 3, 4)
	report, err := merge.Merge(context.Background(), a, merge.Options{RemoveDuplicates: true, NoBackup: true}, b)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d runs, now %d: %d of %s are new, %d were there\n",
		report.Before, report.Length, report.Others[0].Merged, report.Others[0].Name, report.Others[0].Duplicates)
	// Output: 3 runs, now 4: 1 of b are new, 1 were there
}

func ExampleCopy() {
	dir, _ := os.MkdirTemp("", "merge")
	defer os.RemoveAll(dir)
	a := saved(filepath.Join(dir, "a.traj"), "a", 1, 2, 3)
	report, err := merge.Copy(context.Background(), a, merge.Stored{Store: dirstore.New(), Path: filepath.Join(dir, "copy.traj")}, merge.CopyOptions{})
	fmt.Println(report.Runs, err)
	// Output: 3 <nil>
}
