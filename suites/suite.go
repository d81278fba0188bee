package suites

// suiteCases are the cases of the group suite.
func suiteCases() []Case { return nil }
