package suites

// nameCases are the cases of the group name.
func nameCases() []Case { return nil }
