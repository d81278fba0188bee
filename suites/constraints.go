package suites

// constraintCases are the cases of the group constraints.
func constraintCases() []Case { return nil }
