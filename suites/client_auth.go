package suites

// clientAuthCases are the cases of the group client-auth.
func clientAuthCases() []Case { return nil }
