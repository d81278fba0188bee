package suites_test

import (
	"siptrust/suites/catalogue"
)

func init() {
	leafDates := change{plan: []string{"server NotBefore", "server NotAfter"}}
	leafForm := change{plan: []string{"server EditTBS"}}
	for id, c := range map[string]change{
		"time.expired-an-hour-ago":             leafDates,
		"time.expired-years-ago":               leafDates,
		"time.expired-seconds-ago":             leafDates,
		"time.last-hour":                       leafDates,
		"time.not-yet-valid":                   {plan: []string{"server NotBefore"}},
		"time.not-yet-valid-public-ca":         {plan: []string{"server NotBefore"}},
		"time.not-yet-valid-self-signed":       {plan: []string{"server NotBefore"}},
		"time.begins-in-an-hour":               leafDates,
		"time.begins-in-ten-days":              leafDates,
		"time.begins-in-ten-days-self-signed":  leafDates,
		"time.intermediate-begins-in-ten-days": {plan: []string{"issuing NotBefore", "issuing NotAfter"}},
		"time.begins-in-minutes":               leafDates,
		"time.intermediate-expired":            {plan: []string{"issuing NotAfter"}},
		"time.intermediate-expired-public-ca":  {plan: []string{"issuing NotAfter"}},
		"time.intermediate-not-yet-valid":      {plan: []string{"issuing NotBefore"}},
		"time.root-expired":                    {plan: []string{"root NotAfter"}},
		"time.inverted":                        leafDates,
		"time.utctime-1963":                    leafForm,
		"time.generalized-leaf":                leafForm,
		"time.generalized-ca":                  {plan: []string{"issuing EditTBS"}},
		"time.no-expiry-leaf":                  leafForm,
		"time.no-expiry-ca":                    {plan: []string{"issuing EditTBS"}},
		"time.generalized-before-2050":         leafForm,
		"time.fractional-seconds":              leafForm,
		"time.generalized-offset":              leafForm,
		"time.utctime-offset":                  leafForm,
		"time.utctime-no-seconds":              leafForm,
		"time.not-a-date":                      leafForm,
		"time.generalized-expired":             leafForm,
		"time.utctime-1950-ca":                 {plan: []string{"issuing EditTBS"}},
		"time.utctime-2049-ca":                 {plan: []string{"issuing EditTBS"}},
		"time.outlives-issuer":                 {plan: []string{"issuing NotAfter"}},
		"time.older-than-issuer":               {plan: []string{"issuing NotBefore"}},
		"time.root-not-yet-valid":              {plan: []string{"root NotBefore"}},
	} {
		changes[id] = c
	}
	explains("expiry",
		"time.expired-an-hour-ago", "time.expired-years-ago",
		"time.not-yet-valid", "time.not-yet-valid-public-ca", "time.not-yet-valid-self-signed", "time.begins-in-an-hour",
		"time.intermediate-expired", "time.intermediate-expired-public-ca", "time.intermediate-not-yet-valid",
		"time.begins-in-ten-days", "time.begins-in-ten-days-self-signed", "time.intermediate-begins-in-ten-days",
		"time.inverted", "time.utctime-1963", "time.generalized-expired")
	explains("not-before",
		"time.not-yet-valid", "time.not-yet-valid-public-ca", "time.not-yet-valid-self-signed", "time.begins-in-an-hour",
		"time.begins-in-ten-days", "time.begins-in-ten-days-self-signed", "time.intermediate-begins-in-ten-days",
		"time.intermediate-not-yet-valid")
	explains("issuer-validity",
		"time.intermediate-expired", "time.intermediate-expired-public-ca", "time.intermediate-not-yet-valid",
		"time.intermediate-begins-in-ten-days",
		"chain.every-way-expired")
	explainUnder(catalogue.Apple, "lifetime", "time.generalized-leaf", "time.no-expiry-leaf")
}
