package cases

import (
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// comesBack makes the server close the first connection once it has answered; edit
// sets how the server behaves before and after that.
func comesBack(words string, edit func(first, later *fakeserver.Behaviour)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error {
		s.Later = &Later{Plan: s.Plan.Clone(), Server: s.Server}
		s.Server.Script = fakeserver.Script{fakeserver.AwaitRegister, fakeserver.Respond{}, fakeserver.EndClose}
		edit(&s.Server, &s.Later.Server)
		return nil
	}}
}

// ofLaterPKI turns a change of the PKI into a change of what the later server
// presents.
func ofLaterPKI(words string, change func(*Scenario) pkiforge.Change) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { return change(s).Apply(&s.Later.Plan) }}
}

// ofLaterServer turns an edit of a server's behaviour into a change of the later
// server.
func ofLaterServer(words string, edit func(*fakeserver.Behaviour)) Change {
	return Change{Name: words, Apply: func(s *Scenario) error { edit(&s.Later.Server); return nil }}
}

// always is a change that does not depend on the scenario.
func always(change pkiforge.Change) func(*Scenario) pkiforge.Change {
	return func(*Scenario) pkiforge.Change { return change }
}

// The changes of what is presented later.
var (
	laterExpired = ofLaterPKI("the server certificate of the second connection has expired", always(pkiforge.Expired(pkiforge.Server)))
	laterWrong   = func(s *Scenario) pkiforge.Change { return pkiforge.WrongName(s.Names.Other) }

	laterWrongName    = ofLaterPKI("the server certificate of the second connection names another host", laterWrong)
	laterUnknownRoot  = ofLaterPKI("the chain of the second connection leads to a root that is not installed", always(otherRoot))
	laterBadSignature = ofLaterPKI("the signature on the server certificate of the second connection is invalid", always(pkiforge.BadSignature(pkiforge.Server)))
)

// otherRoot renames the root of a plan, which makes it another root with another key.
var otherRoot = pkiforge.ChangeCert("other", pkiforge.Root, func(c *pkiforge.Cert) error {
	c.Subject.CommonName += " 2"
	return nil
})
