//go:build !linux

package client

// claimPort knows no claims that end with their process here: two runs may
// choose the same port at the same moment.
func claimPort(int) (leave func(), ok bool) { return func() {}, true }
