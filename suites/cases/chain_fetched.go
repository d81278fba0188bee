package cases

import (
	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// withService are the places of a case whose certificates point to the HTTP
// service for revocation data and issuers.
var withService = fakeserver.Places{Service: true}

// fetchedCases: the issuer of the server certificate is not sent, and the
// certificate says where it lies (RFC 5280 4.2.2.1). No clause has a client
// fetch it.
func fetchedCases() []Case {
	return []Case{
		{
			ID:      "chain.issuer-fetchable",
			Title:   "The server leaves its issuer out, and its certificate says where to fetch it",
			Why:     "Browsers and some platforms fetch it, so that the missing certificate goes unnoticed until a phone comes that does not; nobody has to.",
			Twin:    customSound,
			Change:  ofPKI("the issuer of the server certificate is not sent and lies at the place that the certificate names", pkiforge.UnsentFetchable(pkiforge.Issuing)),
			Places:  withService,
			Expect:  Observe,
			Level:   Should,
			Clauses: []Clause{infoAccess, chainTLS12, chainTLS13},
		},
		{
			ID:      "chain.fetched-stranger",
			Title:   "The server leaves its issuer out, and where its certificate says that it lies there is another CA",
			Why:     "What is fetched comes over HTTP from anyone: it has to be verified like what the server sends.",
			Twin:    customSound,
			Change:  ofPKI("the issuer of the server certificate is not sent, and an unrelated CA lies at the place that the certificate names", pkiforge.UnsentFetchable(pkiforge.Stranger)),
			Places:  withService,
			Expect:  Refuse,
			Level:   Must,
			Clauses: []Clause{infoAccess, linkSignature, noRegister},
		},
	}
}
