package suites

// sipNameCases are the cases of the group sip-name.
func sipNameCases() []Case { return nil }
