// Package trajectory keeps every parameter and result of an experiment in one
// tree, explores parameters, and brings the results of many runs to disk so that none is lost.
package trajectory
