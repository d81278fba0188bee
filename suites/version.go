package suites

// versionCases are the cases of the group version.
func versionCases() []Case { return nil }
