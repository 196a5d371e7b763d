package kernel_test

import (
	"fmt"
	"go/ast"
	"os/exec"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"galvani/internal/kernel"
)

func ExampleSet() {
	k := kernel.Go()
	v := []float64{0.25, 0.5, 1}
	k.LinFlush[1](v, &[5]float64{0.5, 1, 0, 0, 0.125}, v, []float64{0, 1, 2}, nil, nil)
	spikes := make([]int32, len(v))
	n := k.FindGE(spikes, v, 1, 0)
	fmt.Println(v, spikes[:n])
	// Output: [0.25 1.375 2.625] [1 2]
}

func ExampleByName() {
	_, err := kernel.ByName("abacus")
	fmt.Println(strings.SplitAfter(err.Error(), "available: go")[0])
	// Output: kernel: no path "abacus" on this processor, available: go
}

func TestByName(t *testing.T) {
	best, err := kernel.ByName("")
	require.NoError(t, err)
	assert.Equal(t, kernel.Best().Name, best.Name)
	for _, k := range kernel.Available() {
		got, err := kernel.ByName(k.Name)
		require.NoError(t, err)
		assert.Equal(t, k.Name, got.Name)
	}
	assert.Equal(t, "go", kernel.Available()[0].Name)
}

// TestComplete says that every path has every kernel.
func TestComplete(t *testing.T) {
	eachPath(t, func(t *testing.T, k *kernel.Set) {
		v := reflect.ValueOf(k).Elem()
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			require.True(t, ast.IsExported(name))
			switch f := v.Field(i); f.Kind() {
			case reflect.Func:
				assert.False(t, f.IsNil(), name)
			case reflect.Array:
				for j := range f.Len() {
					assert.False(t, f.Index(j).IsNil(), name)
				}
			}
		}
	})
}

// TestNoFusedMultiplyAdd compiles the package for processors that have the
// instruction and looks for it in the listings: a product contracted with a sum
// is rounded once instead of twice, which would change results from machine to
// machine.
func TestNoFusedMultiplyAdd(t *testing.T) {
	for _, c := range []struct {
		env   []string
		fused []string
	}{
		{[]string{"GOARCH=amd64", "GOAMD64=v3"}, []string{"VFMADD", "VFMSUB", "VFNMADD", "VFNMSUB"}},
		{[]string{"GOARCH=arm64"}, []string{"FMADD", "FMSUB", "FNMADD", "FNMSUB"}},
	} {
		t.Run(strings.Join(c.env, " "), func(t *testing.T) {
			for _, pkg := range []string{"galvani/internal/kernel", "galvani/internal/rng"} {
				cmd := exec.Command("go", "build", "-gcflags="+pkg+"=-S", pkg)
				cmd.Env = append(append(cmd.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS), c.env...)
				listing, err := cmd.CombinedOutput()
				require.NoError(t, err, string(listing))
				require.Contains(t, string(listing), "TEXT", "the listing is there")
				for _, line := range strings.Split(string(listing), "\n") {
					for _, op := range c.fused {
						assert.NotContains(t, line, op)
					}
				}
			}
		})
	}
}
