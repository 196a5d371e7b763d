package main

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSimulateSavesARaster(t *testing.T) {
	file := filepath.Join(t.TempDir(), "raster.png")
	require.NoError(t, simulate(context.Background(), file))
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	image, err := png.Decode(f)
	require.NoError(t, err)
	assert.Greater(t, image.Bounds().Dx(), 100)
	assert.Error(t, simulate(context.Background(), filepath.Join(file, "a file is no folder.png")))
}
