package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	dates, form := change{plan: []string{"server NotAfter"}}, change{plan: []string{"server EditTBS"}}
	for id, c := range map[string]change{
		"apple.399-days":                dates,
		"apple.820-days":                dates,
		"apple.825-days":                dates,
		"apple.826-days":                dates,
		"apple.issued-before-july-2019": form,
		"apple.issued-after-july-2019":  form,
	} {
		changes[id] = c
	}
	explainUnder(catalogue.Apple, "lifetime", "apple.826-days", "apple.issued-after-july-2019")
}
