// Package floorplan is the tests that hold the repository to what
// ARCHITECTURE.md and CONTRIBUTING.md say of it: which room may import which,
// where each file and function is, and what each command runs. It has no other
// code, and no room imports it.
package floorplan
