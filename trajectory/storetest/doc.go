// Package storetest is the suite that every implementation of
// [trajectory.Store] passes:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) trajectory.Store { return dirstore.New() })
//	}
//
// It writes into fresh temporary folders. The function is called from several
// goroutines.
package storetest
