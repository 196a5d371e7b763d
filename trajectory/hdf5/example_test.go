//go:build cgo

package hdf5_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"galvani/trajectory"
	"galvani/trajectory/hdf5"
)

// A file is written in one step and read node by node.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sweep.hdf5")
	ctx := context.Background()
	store := hdf5.New(hdf5.Options{})

	w, err := store.Create(ctx, path, trajectory.Header{Name: "sweep", Length: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	rate := trajectory.Data{Coll: trajectory.Scalar, Type: trajectory.Float, Values: []float64{7.5}}
	if err := w.Node(trajectory.Record{
		Name: "results.runs.run_00000000.rate", Leaf: true, Class: "Result", Comment: "mean rate in Hz",
		Items: []trajectory.Item{{Name: "rate", Data: rate}},
	}); err != nil {
		fmt.Println(err)
		return
	}
	if err := w.Commit(); err != nil {
		fmt.Println(err)
		return
	}

	r, err := store.Open(ctx, path, "sweep")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	for node, err := range r.Nodes("results", false) {
		fmt.Println(node.Name, node.Comment, node.Items, err)
	}
	// Output:
	// results  [] <nil>
	// results.runs  [] <nil>
	// results.runs.run_00000000  [] <nil>
	// results.runs.run_00000000.rate mean rate in Hz [{rate {COLL_SCALAR float [] [7.5] []}}] <nil>
}
