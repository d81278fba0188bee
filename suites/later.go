package suites

import (
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// comesBack has the server end the first connection once it has answered, and
// lets edit say what it is like before and after.
func comesBack(words string, edit func(first, later *fakeserver.Behaviour)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		s.Later = &Later{Plan: s.Plan.Clone(), Server: s.Server}
		s.Server.Script = fakeserver.Script{fakeserver.AwaitRegister, fakeserver.Respond{}, fakeserver.EndClose}
		edit(&s.Server, &s.Later.Server)
		return nil
	}}
}

// ofLaterPKI makes a change of the PKI one of what the later server presents.
func ofLaterPKI(words string, change func(*Scenario) pkiforge.Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { return change(s).Apply(&s.Later.Plan) }}
}

// ofLaterServer makes a change of the server's behaviour one of the later server.
func ofLaterServer(words string, edit func(*fakeserver.Behaviour)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(&s.Later.Server); return nil }}
}

// always is a change that does not depend on the scenario.
func always(change pkiforge.Change) func(*Scenario) pkiforge.Change {
	return func(*Scenario) pkiforge.Change { return change }
}

// The changes of what is presented later.
var (
	laterExpired = ofLaterPKI("the certificate of the second connection has expired", always(pkiforge.Expired(pkiforge.Server)))
	laterWrong   = func(s *Scenario) pkiforge.Change { return pkiforge.WrongName(s.Names.Other) }

	laterWrongName    = ofLaterPKI("the certificate of the second connection names another host", laterWrong)
	laterUnknownRoot  = ofLaterPKI("the chain of the second connection leads to a root that is not installed", always(otherRoot))
	laterBadSignature = ofLaterPKI("the signature on the certificate of the second connection does not verify", always(pkiforge.BadSignature(pkiforge.Server)))
)

// otherRoot renames the root of a plan: another root with another key.
var otherRoot = pkiforge.ChangeCert("other", pkiforge.Root, func(c *pkiforge.Cert) error {
	c.Subject.CommonName += " 2"
	return nil
})
