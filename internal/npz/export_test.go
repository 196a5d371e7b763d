package npz

// Deflate is there for the fuzzer.
var Deflate = deflate
