package suites

// usageCases are the cases of the group usage.
func usageCases() []Case { return nil }
