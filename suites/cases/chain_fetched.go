package cases

import (
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// withService are the places of a case whose certificates point to the HTTP
// service for revocation data and issuers.
var withService = fakeserver.Places{Service: true}

// fetchedCases: the server does not send the issuer of its certificate, and
// the certificate says where to fetch it (RFC 5280 4.2.2.1). No clause requires
// a client to fetch it.
func fetchedCases() []Case {
	return []Case{
		{
			ID:      "chain.issuer-fetchable",
			Title:   "The server does not send its issuer, and its certificate says where to fetch it",
			Why:     "Browsers and some platforms fetch the missing certificate, so nobody notices that it is missing. Other clients refuse, and no standard requires them to fetch it.",
			Twin:    customSound,
			Change:  ofPKI("the server does not send its issuer, which is at the address in its certificate", pkiforge.UnsentFetchable(pkiforge.Issuing)),
			Places:  withService,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{infoAccess, chainTLS12, chainTLS13},
		},
		{
			ID:      "chain.fetched-stranger",
			Title:   "The server does not send its issuer, and an unrelated CA is where its certificate says to fetch it",
			Why:     "Anyone on the network can change what a client fetches over HTTP. A client that does not verify it lets an attacker choose the issuer.",
			Twin:    customSound,
			Change:  ofPKI("the server does not send its issuer, and an unrelated CA is at the address in its certificate", pkiforge.UnsentFetchable(pkiforge.Stranger)),
			Places:  withService,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{infoAccess, linkSignature, noRegister},
		},
	}
}
