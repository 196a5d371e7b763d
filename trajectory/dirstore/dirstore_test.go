package dirstore_test

import (
	"testing"

	"galvani/trajectory"
	"galvani/trajectory/dirstore"
	"galvani/trajectory/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) trajectory.Store { return dirstore.New() })
}
