package suites

// signatureCases are the cases of the group signature.
func signatureCases() []Case { return nil }
