package env

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"galvani/trajectory"
)

// Git says what is done when files that git keeps in the working directory's repository were
// changed since the last commit. It is asked before the first run of a program: when a sweep
// begins, and when [Options.Retry] goes on with a changed program. Who goes on with the
// program that the sweep has is asked nothing, since its sources are known. Files that git
// does not keep do not count, and are never added.
type Git struct {
	// Commit commits the changes. Message stands in front of what the sweep is.
	Commit  bool
	Message string
	// Fail runs nothing when there are changes: the error wraps [ErrGitDiff].
	Fail bool
}

// ErrGitDiff is wrapped by the error of [Git.Fail].
var ErrGitDiff = errors.New("uncommitted changes")

// check finds what cannot be done together.
func (g Git) check() error {
	if g.Commit && g.Fail {
		return errors.New("env: -git-commit commits changes, -git-fail refuses them: want one of them")
	}
	return nil
}

// A gitFlag says that changes are to be committed, perhaps with a message.
type gitFlag struct{ *Git }

func (f gitFlag) String() string {
	if f.Git == nil || !f.Commit {
		return ""
	}
	return cmp.Or(f.Message, "true")
}

func (f gitFlag) Set(text string) error {
	f.Commit, f.Message = text != "false" && text != "", ""
	if f.Commit && text != "true" {
		f.Message = text
	}
	return nil
}

// IsBoolFlag lets the flag stand alone.
func (f gitFlag) IsBoolFlag() bool { return true }

// A commit is the one that the working directory is at.
type commit struct {
	hexsha, message, nameRev string
	time                     time.Time
	built                    bool // this program was certainly built of it
}

// git runs git in the working directory and returns what it prints.
func git(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "log.showSignature=false"}, args...)...)
	// Looking must not keep somebody else from committing.
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C.UTF-8")
	// A commit that is given up must not leave a lock behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	text := strings.TrimRight(string(out), "\n")
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return text, err
	}
	// One line of what it says: hooks and hints may be long.
	said := cmp.Or(string(exit.Stderr), text, err.Error())
	if strings.Contains(said, "tell me who you are") {
		return text, errors.New("git does not know who commits: set user.name and user.email with git config")
	}
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "fatal: ") {
			said = line
		}
	}
	return text, errors.New(clip(oneLine(said), 300))
}

// headCommit is the commit that the working directory is at.
func headCommit(ctx context.Context) (*commit, error) {
	text, err := git(ctx, "log", "-1", "--format=%H%n%ct%n%B")
	if err != nil {
		return nil, err
	}
	hexsha, text, _ := strings.Cut(text, "\n")
	date, message, _ := strings.Cut(text, "\n")
	seconds, err := strconv.ParseInt(date, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("git's date of the last commit: %w", err)
	}
	c := &commit{hexsha: hexsha, message: message, time: time.Unix(seconds, 0)}
	c.nameRev, err = git(ctx, "name-rev", "--name-only", "HEAD")
	return c, err
}

// changedFiles are the files that git keeps and that are not as they were committed, with
// the letters of git's short status.
func changedFiles(ctx context.Context) (files []string, err error) {
	status, err := git(ctx, "status", "--porcelain", "--untracked-files=no")
	for line := range strings.Lines(status) {
		files = append(files, strings.TrimSpace(line))
	}
	return files, err
}

// keepSources does what [Git] says, once.
func (s *sweep) keepSources(ctx context.Context) error {
	o := s.env.o.Git
	if s.commit != nil || !o.Commit && !o.Fail {
		return nil
	}
	flag := "-git-fail"
	if o.Commit {
		flag = "-git-commit"
	}
	files, err := changedFiles(ctx)
	if err == nil && len(files) > 0 {
		if o.Fail {
			return fmt.Errorf("env: -git-fail: there are %w: %s; commit them, or let -git-commit do it", ErrGitDiff, clip(strings.Join(files, ", "), 300))
		}
		err = commitAll(ctx, s.commitMessage())
	}
	if err == nil {
		s.commit, err = headCommit(ctx)
	}
	if err != nil {
		return fmt.Errorf("env: %s: %w; nothing is run", flag, err)
	}
	s.commit.built = builtOf(ctx, s.commit.hexsha)
	if len(files) > 0 {
		s.hexsha = s.commit.hexsha
		s.start = startName(s.hexsha, s.t.Time())
		s.env.say("the changes of %d files are committed as %s", len(files), clip(s.hexsha, 7))
	}
	return nil
}

// commitAll commits the changes of all files that git keeps.
func commitAll(ctx context.Context, message string) error {
	// To commit all that is changed would call conflicts resolved.
	if unmerged, err := git(ctx, "ls-files", "--unmerged"); err != nil || unmerged != "" {
		return cmp.Or(err, errors.New("a merge has left conflicts"))
	}
	if _, err := git(ctx, "rev-parse", "--quiet", "--verify", "MERGE_HEAD"); err == nil {
		return errors.New("a merge is not finished")
	}
	// Unlike add -u followed by commit, this leaves the index alone when a hook refuses.
	_, err := git(ctx, "commit", "--quiet", "--all", "-m", message)
	return err
}

// commitMessage says which sweep the changes are committed for, in pypet's words.
func (s *sweep) commitMessage() string {
	text := fmt.Sprintf("Trajectory: `%s`, Time: `%s`", s.t.Name(), s.t.Time().Format(startTime))
	if c := oneLine(s.t.Comment()); c != "" {
		text += fmt.Sprintf(", Comment: `%s`", c)
	}
	if m := s.env.o.Git.Message; m != "" {
		text = m + " -- " + text
	}
	return text
}

// builtOf tells whether this program was certainly built of the files of a commit, which the
// working directory is at: it was built of their repository, where there is nothing that
// is younger, and nothing is gone.
func builtOf(ctx context.Context, hexsha string) bool {
	revision := buildSettings()["vcs.revision"]
	if revision == "" {
		return false
	}
	gone, err := git(ctx, "diff", "--no-renames", "--diff-filter=D", "--name-only", revision, hexsha)
	if err != nil || gone != "" {
		return false
	}
	if files, err := changedFiles(ctx); err != nil || len(files) > 0 {
		return false
	}
	program, err := openExecutable()
	if err != nil {
		return false
	}
	defer program.Close()
	info, err := program.Stat()
	if err != nil {
		return false
	}
	top, err := git(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return false
	}
	files, err := git(ctx, "-C", top, "ls-files", "-z")
	if err != nil {
		return false
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(files, "\x00"), "\x00") {
		f, err := os.Lstat(filepath.Join(top, name))
		if err != nil || f.ModTime().After(info.ModTime()) {
			return false
		}
	}
	return true
}

// identity is the program and its settings, as the plan is to know them.
func (s *sweep) identity() trajectory.Identity {
	id := trajectory.Identity{Build: s.build, Args: s.arguments()}
	if s.commit != nil && s.commit.built {
		id.Build = orRevision(s.build, s.commit.hexsha)
	}
	return id
}

// describeCommit adds the commit to the trajectory's config, where pypet has it.
func (s *sweep) describeCommit() error {
	c := s.commit
	if c == nil {
		return nil
	}
	root := fmt.Sprintf("git.commit_%s_%s", clip(c.hexsha, 7), c.time.Format(startTime))
	if s.t.Contains("config." + root) {
		return nil
	}
	add := func(name string, value any, comment string) error {
		return s.t.AddConfig(root+"."+name, value, trajectory.Comment(comment))
	}
	return errors.Join(
		add("hexsha", c.hexsha, "SHA-1 hash of the commit"),
		add("name_rev", c.nameRev, "Its name by branches and tags"),
		add("committed_date", c.time.Unix(), "When it was made, in seconds since 1970"),
		add("message", c.message, "What it says"),
	)
}
