//go:build !linux

package exec

import (
	"errors"

	"siptrust/client"
	"siptrust/client/profile"
)

// probe says why a means does not work on this machine; nil: it works.
func probe(m profile.Means) error {
	if m == profile.MeansHosts || m == profile.MeansWrapper {
		return errors.New("only on Linux")
	}
	return nil
}

// apply has nothing to do for the means that work everywhere.
func apply(profile.Means, *program, client.Attempt) error { return nil }
