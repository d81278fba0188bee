package reference

import (
	"strings"

	"siptrust/pkiforge"
)

// nameSituations are about the parts of the comparison of identities.
func nameSituations() []situation {
	var list []situation
	for _, s := range []struct{ name, want, identities string }{
		{"second-name", "accepted", "DNS:{other} DNS:{host}"},
		{"capital-name", "accepted", "DNS:{HOST}"},
		{"parent-domain", "failed", "DNS:{parent}"},
		{"nul-name", "failed", "DNS:{host}\x00.{other}"},
		{"partial-wildcard", "failed", "DNS:{first}*.{parent}"},
		{"common-name", "failed", "CN:{host} DNS:{other}"},
		{"user-uri", "accepted", "URI:sip:alice@{other} DNS:{host}"},
		{"sips-uri", "accepted", "URI:sips:{other} DNS:{host}"},
	} {
		list = append(list, situation{
			name: s.name, changes: []pkiforge.Change{pkiforge.Presents(strings.Fields(s.identities)...)}, want: s.want,
		})
	}
	return list
}
