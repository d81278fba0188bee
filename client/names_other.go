//go:build !linux

package client

import "errors"

// probe says why a means does not work on this machine; nil: it does.
func probe(m Means) error {
	if m == MeansHosts || m == MeansWrapper {
		return errors.New("only on Linux")
	}
	return nil
}

// apply has nothing to do for the means that work everywhere.
func (m Means) apply(*program, Attempt) error { return nil }
