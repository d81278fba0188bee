package suites

// strengthCases are the cases of the group strength.
func strengthCases() []Case { return nil }
