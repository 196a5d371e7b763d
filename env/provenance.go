package env

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"

	"galvani/trajectory"
)

// gitPatience is how long git may take to tell about the sources.
const gitPatience = 3 * time.Second

// maxDiff is how many bytes of changes to the sources are kept.
const maxDiff = 1 << 18

// describe adds to the trajectory's config, below config.environment and the name of
// this start, by what its runs are computed: program, modules, versions, machine and
// state of the sources, in pypet's words where it has them. What differs between two
// starts that give the same results is to be found there and nowhere else, but for the commit
// of [Git].
func (s *sweep) describe(ctx context.Context) error {
	root := "environment." + s.start
	if s.t.Contains("config."+root) || s.t.Locked() {
		return nil
	}
	var bad []error
	group := func(path, comment string) {
		if !s.t.Contains("config." + path) {
			bad = append(bad, s.t.AddGroup("config."+path, trajectory.Comment(comment)))
		}
	}
	add := func(name string, value any, comment string) {
		bad = append(bad, s.t.AddConfig(root+"."+name, value, trajectory.Comment(comment)))
	}
	group("environment", "Settings for the different environments used to run the experiments")
	group(root, "One start of the program")
	add("timestamp", unixSeconds(s.began), "When the program came to the sweep, in seconds since 1970")
	add("trajectory.name", s.t.Name(), "Name of the trajectory")
	add("trajectory.timestamp", unixSeconds(s.t.Time()), "When the trajectory was made")
	add("hexsha", s.hexsha, "What identifies the program: commit of its sources, or a digest")
	add("seed", s.t.Seed(), "Root seed of all random numbers")
	add("multiproc", s.env.o.Workers > 1, "Whether several runs were executed at once")
	add("ncores", s.env.o.Workers, "Number of runs executed at once")
	add("ncores_per_run", s.env.o.Threads, "Number of processors that a run might use")
	caps := s.env.o.Caps
	add("cpu_cap", cmp.Or(caps.CPU, 100), "Percent of the processors in use above which no run was started")
	add("memory_cap", cmp.Or(caps.Memory, 100), "The same of memory")
	add("swap_cap", cmp.Or(caps.Swap, 100), "The same of swap space")
	if s.env.command != nil {
		add("arguments", append([]string{}, s.env.command...), "The command's arguments")
	}

	add("versions.go", runtime.Version(), "Version of the compiler and of its library")
	add("versions.galvani", trajectory.Version, "Version of the layout of trajectories")
	info, ok := debug.ReadBuildInfo()
	if ok {
		add("script", cmp.Or(info.Path, "N/A"), "The program's package")
		add("modules", orNothing(modules(info)), "What the program is built of: path, version and sum")
		settings := buildSettings()
		add("build.vcs", cmp.Or(settings["vcs.revision"], "N/A"), "Revision that the program was built of")
		add("build.modified", settings["vcs.modified"] == "true", "Whether the sources were changed since")
		add("build.flags", buildFlags(settings), "Settings of the compiler")
	}
	add("machine.os", runtime.GOOS, "Operating system")
	add("machine.arch", runtime.GOARCH, "Architecture")
	add("machine.processor", processorModel(), "Processor")
	add("machine.processors", runtime.NumCPU(), "How many there are")

	for name, value := range gitState(ctx) {
		add("git."+name, value, gitComments()[name])
	}
	return errors.Join(append(bad, s.describeCommit())...)
}

func unixSeconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// digestOf is what identifies a program, without the kind of it and the modules.
func digestOf(build string) string {
	code, _, _ := strings.Cut(build, "\n")
	_, digest, _ := strings.Cut(code, " ")
	return cmp.Or(digest, "N/A")
}

// orNothing keeps an empty list from being none.
func orNothing(list []string) []string {
	if len(list) == 0 {
		return []string{"none"}
	}
	return list
}

// buildFlags are the settings that make a difference to what is computed.
func buildFlags(settings map[string]string) []string {
	var all []string
	for _, key := range []string{"-compiler", "-tags", "CGO_ENABLED", "GOARCH", "GOAMD64", "GOARM64", "GOOS"} {
		if v, ok := settings[key]; ok {
			all = append(all, key+"="+v)
		}
	}
	return orNothing(all)
}

func processorModel() string {
	info, err := cpu.Info()
	if err != nil || len(info) == 0 {
		return "N/A"
	}
	return cmp.Or(strings.TrimSpace(info[0].ModelName), "N/A")
}

func gitComments() map[string]string {
	return map[string]string{
		"hexsha": "Commit that the working directory was at", "name_rev": "Its name by branches and tags",
		"committed_date": "When it was made", "message": "What it says", "modified": "Files of it that were changed since",
		"diff": "How they were changed",
	}
}

// gitState is what git says of the working directory; nothing if there is no git or no repository.
func gitState(ctx context.Context) map[string]any {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	c, err := headCommit(ctx)
	if err != nil {
		return nil
	}
	subject, _, _ := strings.Cut(c.message, "\n")
	state := map[string]any{"hexsha": c.hexsha, "committed_date": c.time.Format(time.RFC3339), "message": subject, "name_rev": c.nameRev}
	files, err := changedFiles(ctx)
	if err != nil {
		return state
	}
	state["modified"] = orNothing(files)
	if diff, err := git(ctx, "diff", "--no-ext-diff", "--no-color", "HEAD"); err == nil && len(files) > 0 {
		if len(diff) > maxDiff {
			diff = fmt.Sprintf("%s\n… and %s more", diff[:maxDiff], size(uint64(len(diff)-maxDiff)))
		}
		state["diff"] = strings.ToValidUTF8(diff, "?")
	}
	return state
}

// introduce finds out which program this is.
func (s *sweep) introduce() error {
	build, err := identify()
	if err != nil {
		return err
	}
	s.build, s.program, s.hexsha = build, programName(build), digestOf(build)
	s.start = startName(s.hexsha, s.t.Time())
	return nil
}

// programName is what a program is called in the log of attempts.
func programName(build string) string {
	code, _, _ := strings.Cut(build, "\n")
	return short(code)
}

// startTime is how pypet writes times in names.
const startTime = "2006_01_02_15h04m05s"

// startName names this start of a sweep, for its log files and its notes in the
// trajectory: pypet's environment_HEX_TIME.
func startName(hexsha string, t time.Time) string {
	return fmt.Sprintf("environment_%s_%s", clip(hexsha, 7), t.Format(startTime))
}
