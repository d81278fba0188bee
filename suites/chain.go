package suites

// chainCases are the cases of the group chain.
func chainCases() []Case { return nil }
