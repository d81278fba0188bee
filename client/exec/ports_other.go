//go:build !linux

package exec

// claimPort knows no claims that end with their process here: two runs may
// choose the same port at the same moment.
func claimPort(int) (leave func(), ok bool) { return func() {}, true }
