package env

import (
	"runtime/metrics"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/mem"
)

// A machine tells how busy the computer is.
type machine struct {
	memory func() (used, limit uint64, err error) // bytes in use, and how many there are for this process
	swap   func() (percent float64, err error)
	cpu    func() (percent float64, err error) // of all processors, since the last call
	own    func() uint64                       // bytes of memory that this process takes
	disk   func(dir string) (free, total uint64, err error)
}

func thisMachine() machine {
	return machine{memory: memoryInUse, swap: swapInUse, cpu: processorsInUse, own: ownMemory, disk: diskSpace}
}

// memoryInUse is the machine's memory, or that of the group of processes to which this one
// belongs if its limit is nearer, as in a container or in a job of a cluster.
func memoryInUse() (used, limit uint64, err error) {
	m, err := mem.VirtualMemory()
	if err != nil {
		return 0, 0, err
	}
	used, limit = m.Total-m.Available, m.Total
	for _, g := range memoryGroups() {
		if g.limit > 0 && float64(g.used)/float64(g.limit) > float64(used)/float64(limit) {
			used, limit = g.used, g.limit
		}
	}
	return used, limit, nil
}

// A memoryGroup is a group of processes that share a limit of memory.
type memoryGroup struct{ used, limit uint64 }

func swapInUse() (float64, error) {
	s, err := mem.SwapMemory()
	if err != nil || s.Total == 0 {
		return 0, err
	}
	return s.UsedPercent, nil
}

func processorsInUse() (float64, error) {
	p, err := cpu.Percent(0, false)
	if err != nil || len(p) == 0 {
		return 0, err
	}
	return p[0], nil
}

func ownMemory() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64() - sample[1].Value.Uint64()
}

func diskSpace(dir string) (free, total uint64, err error) {
	d, err := disk.Usage(dir)
	if err != nil {
		return 0, 0, err
	}
	return d.Free, d.Total, nil
}
