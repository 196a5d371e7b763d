package gridsearch

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReplace(t *testing.T) {
	names := map[string]string{"i": "(i % 4)", "w": "w_of_0_post", "e3": "no"}
	for text, want := range map[string]string{
		"i + I_syn_i*i_post + 1e3*e3": "(i % 4) + I_syn_i*i_post + 1e3*no",
		"τi*i # i\nx = w; w_pre":      "τi*(i % 4) # i\nx = w_of_0_post; w_pre",
		"2.i":                         "2.i",
		"":                            "",
	} {
		assert.Equal(t, want, replace(text, names))
	}
	assert.True(t, mentions("x + rand()", "rand", "randn"))
	assert.False(t, mentions("x + grand # rand", "rand", "randn"))
}

func FuzzReplace(f *testing.F) {
	f.Add("dV/dt = (mu - V)/tau : volt # comment\nx = 1e-3*i", "i")
	f.Fuzz(func(t *testing.T, text, name string) {
		assert.Equal(t, text, replace(text, map[string]string{name: name}))
		if !mentions(text, name) {
			assert.Equal(t, text, replace(text, map[string]string{name: "other"}))
		}
	})
}
