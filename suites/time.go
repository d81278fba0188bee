package suites

// timeCases are the cases of the group time.
func timeCases() []Case { return nil }
