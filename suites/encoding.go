package suites

// encodingCases are the cases of the group encoding.
func encodingCases() []Case { return nil }
