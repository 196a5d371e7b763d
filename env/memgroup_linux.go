package env

import (
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"
)

// memoryGroups are the control groups to which this process belongs and those above
// them, of both versions of the kernel's interface.
func memoryGroups() []memoryGroup {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	return readMemoryGroups("/sys/fs/cgroup", string(text), os.ReadFile)
}

func readMemoryGroups(root, memberships string, read func(string) ([]byte, error)) (all []memoryGroup) {
	number := func(file string) uint64 {
		b, err := read(file)
		if err != nil {
			return 0
		}
		n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
		if err != nil {
			return 0 // such as "max": no limit
		}
		return n
	}
	for line := range strings.Lines(memberships) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		base, limit, usage, cache := root, "memory.max", "memory.current", "inactive_file"
		switch {
		case parts[1] == "memory":
			base, limit, usage, cache = root+"/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
		case parts[0] != "0":
			continue
		}
		for dir := path.Clean("/" + parts[2]); ; dir = path.Dir(dir) {
			g := memoryGroup{used: number(base + dir + "/" + usage), limit: number(base + dir + "/" + limit)}
			// What is only cached is given back when it is needed.
			g.used -= min(g.used, statOf(read, base+dir+"/memory.stat", cache))
			if g.limit > 0 && g.limit < 1<<60 {
				all = append(all, g)
			}
			if dir == "/" {
				break
			}
		}
	}
	return all
}

func statOf(read func(string) ([]byte, error), file, name string) uint64 {
	b, err := read(file)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(b) {
		if key, value, ok := strings.Cut(strings.TrimSpace(string(line)), " "); ok && key == name {
			n, _ := strconv.ParseUint(value, 10, 64)
			return n
		}
	}
	return 0
}
