// Pypet16 is pypet's example 16, a pool of one's own without an environment: four workers
// carry out 50 tasks and write to disk at the same time.
//
//	go run ./examples/pypet16 -out /tmp/pypet16
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"galvani/env"
	"galvani/trajectory"
	"galvani/trajectory/shared"
)

func main() { program().Main() }

func program() *env.Program {
	return &env.Program{Name: "pypet16", About: "Writes from several workers at once: pypet's example 16.", Run: run}
}

const tasks, workers = 50, 4

// manipulation is a row of the table that the workers write to.
type manipulation struct {
	Task   int64  `column:"task"`
	Worker string `column:"worker"`
}

func run(ctx context.Context, e *env.Environment) error {
	t, err := e.Trajectory("my_trajectory", trajectory.Options{})
	if err != nil {
		return err
	}
	dir := shared.Dir(e.File(t.Name()))
	if err := os.RemoveAll(dir); err != nil { // of an earlier call
		return err
	}
	table, err := shared.CreateTable[manipulation](dir, "manipulations")
	if err != nil {
		return err
	}
	if err := pool(table); err != nil {
		return err
	}
	// All rows are in the table, in the order of the tasks, whoever was first.
	view, err := table.View()
	if err != nil {
		return err
	}
	rows, err := view.Read(0, view.Len())
	if err != nil {
		return err
	}
	last := rows[len(rows)-1]
	fmt.Fprintf(e.Stdout(), "%d rows of %d tasks\n", view.Len(), len(view.Runs()))
	fmt.Fprintf(e.Stdout(), "The last task was number %d, done by: `%s`\n", last.Task, last.Worker)
	return errors.Join(
		view.AddTo(t, "manipulations"),
		t.AddResult("last_process_name", last.Worker, trajectory.Comment("Name of the last process that manipulated the trajectory")),
		trajectory.Save(ctx, t, env.Stores()[0], e.File(t.Name())),
	)
}

// pool lets the workers take one task after the other.
func pool(table *shared.Table[manipulation]) error {
	todo := make(chan int)
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for task := range todo {
				errs[w] = errors.Join(errs[w], manipulate(table, task, fmt.Sprint("worker-", w+1)))
			}
		})
	}
	for task := range tasks {
		todo <- task
	}
	close(todo)
	group.Wait()
	return errors.Join(errs...)
}

// manipulate writes the row of a task, which appears in the table whole or not at all. It
// might as well be called in another process.
func manipulate(table *shared.Table[manipulation], task int, worker string) error {
	rows := table.Appender(task)
	defer rows.Discard()
	if err := rows.Append(manipulation{int64(task), worker}); err != nil {
		return err
	}
	return rows.Commit()
}
