package env

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestControlGroups(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"/g/job/step/memory.max": "max\n", "/g/job/step/memory.current": "900\n",
		"/g/job/memory.max": "1000\n", "/g/job/memory.current": "950\n", "/g/job/memory.stat": "anon 3\ninactive_file 50\n",
		"/g/memory/old/memory.limit_in_bytes": "500\n", "/g/memory/old/memory.usage_in_bytes": "100\n", "/g/memory/old/memory.stat": "cache 7\ntotal_inactive_file 400\n",
		"/g/memory//memory.limit_in_bytes": "9223372036854771712\n",
	}
	read := func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, os.ErrNotExist
		}
		return []byte(text), nil
	}
	got := readMemoryGroups("/g", "5:cpu:/x\n4:memory:/old\n0::/job/step\nbroken\n", read)
	assert.Equal(t, []memoryGroup{{used: 0, limit: 500}, {used: 900, limit: 1000}}, got)
	assert.Empty(t, readMemoryGroups("/g", "", read))
}
