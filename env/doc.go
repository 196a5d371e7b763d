// Package env runs an experiment at every point that a trajectory explores: in
// parallel, so that no finished run is ever lost and the same command goes on
// where the last one stopped. It knows nothing of what an experiment computes.
//
//	func main() {
//		scale := 1.0
//		env.Main("squares", func(fs *flag.FlagSet) {
//			fs.Float64Var(&scale, "scale", scale, "factor of all results")
//		}, func(ctx context.Context, e *env.Environment) error {
//			t, err := e.Trajectory("squares", trajectory.Options{})
//			if err != nil {
//				return err
//			}
//			if err := t.AddParameter("x", 0.0); err != nil {
//				return err
//			}
//			if err := t.Explore(trajectory.Over("x", trajectory.Arange(0, 10, 1))); err != nil {
//				return err
//			}
//			return e.Run(ctx, t, env.Func(func(ctx context.Context, r *trajectory.Run) error {
//				x, err := trajectory.Get[float64](r, "x")
//				if err != nil {
//					return err
//				}
//				return r.AddResult("square", scale*x*x)
//			}))
//		})
//	}
//
// # The command
//
// A program made with [Main] or a [Program] has flags beside its own, such as -out,
// -workers, -seed, -progress, -timeout, -force and -retry, and -h lists them. Its
// exit status is 0 if all is well, 1 after an error or when a run failed, and 130 when
// it was stopped by Ctrl-C, SIGTERM or -deadline before it was finished. Every error is one
// line on standard error; standard output belongs to the program.
//
// The first Ctrl-C or SIGTERM starts no run any more; those running may finish for the time
// of -grace. Then their context is cancelled, and what does not return is given up. What is
// finished is saved, and it is said how to go on. The second Ctrl-C leaves at once, which
// is safe too. -deadline does the same as the first one, in time before a job's limit.
//
// A command that is always the same may stand in a file, for -config: flags in its section
// environment, and values of parameters below the section parameters, which every trajectory takes when the
// program adds them ([trajectory.Trajectory.Preset]). Flags on the command line go first.
//
//	[environment]
//	workers = 4
//	[parameters.model]
//	tau_e = "20 ms"
//
// # What is on disk
//
// The results of a sweep are assembled in one file, OUT/NAME.hdf5, or NAME.traj in
// a program built without cgo. Beside it lies the folder NAME.hdf5.runs. In it
// are the plan (parameters, ranges, seed, the program's flags and which program it
// is), written before the first run, and shards, each with runs that were finished
// within a tenth of a second or fill 64 MB. A shard is published in one step and never
// changed: kill -9 at any moment costs the runs in progress and those of the last
// tenth of a second, which are run again.
//
// # Going on
//
// The same command goes on: finished runs are reused, the others run. When none is
// left it says so, puts the file together if it is missing or lacks runs, calls the functions of
// [Finally] and exits 0. If parameters, ranges, seed, the program's own
// flags or the program itself are not those of the plan, what differs is named and
// nothing is run, unless -force says to start anew: then file and folder are renamed to
// NAME.old1.hdf5 and kept. Flags that don't matter to results are named with [Cosmetic].
//
// The program is identified by a digest set at link time, by the revision of a
// clean checkout, or by the executable's own SHA-256, in this order, and by the
// modules built in. The same command (`go run`, or `go build`) makes the same program of
// the same sources, as often as it is called.
//
// Failed runs are results too and are not run again, since the same code would fail
// again. After the mistake is mended, -retry runs them once more with the new
// program, which the sweep then goes on with; -retry=3,5-9 and -retry='R_ee>=2, trial=1'
// choose some of them. Flags about how runs are executed, such as -workers and -timeout, are not
// part of the plan and hold for one start: -retry without -timeout sets no limit, and what is always to hold
// stands in a file for -config. Finished runs stay as they are. All attempts are kept, with the reason
// of each failure and the program: [trajectory.Attempts] lists them.
//
// When a run fails, the command is printed that repeats just that run, with the flags that the sweep
// had: -only 17 executes it at once, also while the sweep goes on, shows its results or where it failed, compares
// what is saved, and saves nothing.
//
// A sweep that was planned anew, because more points are wanted, need not execute again what
// another one has computed: -reuse FILE takes the runs of the sweep in FILE, or in its runs folder, that
// were executed by the same program with the same settings, seed and values of all parameters. A
// run whose seed depends on its index has the same one in both if the points were added behind the others;
// explore trials, whose seeds do not, to be free. Which run comes from where is noted in reused.jsonl in the runs folder.
//
// # Failures
//
// A run that returns an error or panics is a failed run: why is printed when it happens
// and kept with its parameters, seed and, of a panic, the stack. The others go on,
// unless [FailFast] or [StopAfter] say otherwise. A run that takes longer than -timeout
// is cancelled and fails ([ErrTimeout]). [Environment.Run] returns a [*SweepError] with
// all of them. A panic in a goroutine that a run started itself ends the process, as Go
// has it; the finished runs are safe then as well. A run that is suspected of it, because
// the crash report names it or because processes were lost while it was executed, is executed
// alone after the next start, and given up as failed ([CrashError]) when that has cost too
// many processes.
//
// # Resources
//
// As many runs are executed at once as there are processors, or -workers says. With -threads
// each may use several ([Threads]). -max-memory, -max-swap and -max-cpu hold back runs while
// the machine, or the container or cluster job that the process is in, is used more than that;
// one run is always executed. -nice leaves the processors to others. After the first runs it is
// said how much room and time the sweep will take, and before the disk is full it is
// stopped in good order ([ErrDiskFull]). -dry-run shows what would be done and checks every point
// ([Checker]), and does nothing.
//
// # Where results come from
//
// The trajectory tells in config.environment.START what it was computed by: program, modules,
// compiler, machine, settings, and what git says of the working directory and its changes. It is that of the
// start that made the plan; [trajectory.Dump] leaves it out. Hosts and times of the runs are
// in the side log.
//
// -git-commit commits the changes of files that git keeps before the first run of a program, and
// notes the commit in config.git; -git-fail runs nothing while there are any ([ErrGitDiff]). Both
// are about programs that are new to the sweep: when it begins and when -retry goes on with a changed
// one. A program built of these changes is still the same when it is built again of the commit,
// in a checkout without other files, unless sources were changed after it was built.
//
// # Logs
//
// A run has a logger, [Log], and a writer for text, [Output]. What it logs is in
// OUT/logs/TRAJECTORY/START/SET/RUN_LOG.txt, with the reason if it failed; a run that logs
// nothing has no file. LOG.txt and ERROR.txt above it tell about the sweep: what
// was said at the terminal, warnings of runs, and what [Environment.Logger] is told. START is a
// name like environment_ab12cd3_2026_01_31_15h04m05s, new for each start. -log-runs, -log-file and
// -log-errors give the files other names ([Logs]), -log-level and -log-format say what is
// in them.
//
// # What is missing
//
// When all runs have ended, the results are looked through: a result that some runs have
// and others, which are done as well, have not, is an error ([AuditError]) unless it is
// [Optional]; results that every run must have are named with [Declare]. An explored parameter
// that changes no result at all is worth a warning.
//
// # Raw data
//
// What runs leave goes to disk while the sweep goes on, and memory does not grow with the
// number of runs. Where recordings are large and only a few numbers of each run are of
// interest, a [Summary] makes these in the process that executed the run, and the recordings are
// dropped; [KeepRaw] keeps them.
//
// # Adding runs
//
// When all runs have ended, functions of [PostProcess] see the results and may add points,
// which are run in turn; [Explore] lets an [Explorer] choose them, such as those of package
// env/adaptive. The points of each round are a further generation of the plan, and durable
// before they are run. Workers wait for them while the main process is there.
//
// They are called when all runs have ended, and not, as with pypet's immediate_postproc, when
// the last ones still go on: which results there are then is a matter of chance, and so would
// be what is added. Rounds of several times as many runs as there are workers leave few of them idle.
//
// # Reproducibility
//
// A run is a pure function of plan, index and seed. Number of workers, order,
// interruptions and retries change no bit of a result. Times and hosts of the runs are
// logged beside the shards, not in them.
//
// # Several processes
//
// Any number of processes may work on one sweep, on one machine or on several that
// share a file system. They are started with
//
//	prog worker OUT/NAME.hdf5.runs [flags]
//
// at any time, also before the sweep. A worker repeats the set-up with the arguments
// of the command that started the sweep, in the same working directory, and refuses to
// work if parameters, ranges, seed or program are other ones. Flags behind the folder are
// its own, such as -workers. It needs write access to the output folder alone.
//
// -hosts starts workers on other machines, by ssh or another command, and they end with the
// command that started them:
//
//	prog -hosts animals,spanien/8
//	prog -hosts 'one/4*10=srun -N1, two=ssh -p 2222 two'
//
// The program is copied into the runs folder for them. The process of a host that fails
// is left out; the others take over its runs. What a host says is logged in host_NAME.txt.
//
// Processes claim ranges of runs that take about a second, in a list of small files
// in the folder to which they append. Runs of a process that is lost are claimed again:
// at once if it was on the same machine, else when it has given no sign of life for the time
// of -lease. Signs of life are dated by the file server, and what counts is whether they go
// on, so clocks may differ and be set. Should a run be executed twice all the same,
// its results are the same, and one of them counts.
//
// The command itself is one of these processes, and the one that puts the results
// together when all runs have ended. There is one of that kind at a time ([ErrInUse]); when it
// is killed its workers go on, and the same command joins them.
//
// # Concurrency
//
// Runs are executed by as many goroutines as there are workers; one more
// publishes what they finished. When that cannot keep up the workers wait, so that
// memory stays bounded.
//
// # Caveats
//
// A trajectory made with AddTime has a new name at each start, and so nothing to go on
// with. A worker counts the failures of [StopAfter] for itself.
package env
