package pkiforge_test

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
	"howett.net/plist"
	"software.sslmate.com/src/go-pkcs12"

	"siptrust/pkiforge"
)

func readProfile(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var profile map[string]any
	format, err := plist.Unmarshal(data, &profile)
	if err != nil {
		t.Fatal(err)
	}
	if format != plist.XMLFormat {
		t.Errorf("the profile is no XML but %s", plist.FormatNames[format])
	}
	return profile
}

func payloads(t *testing.T, profile map[string]any) []map[string]any {
	t.Helper()
	list, ok := profile["PayloadContent"].([]any)
	if !ok {
		t.Fatalf("PayloadContent is %T", profile["PayloadContent"])
	}
	var all []map[string]any
	for _, item := range list {
		all = append(all, item.(map[string]any))
	}
	return all
}

// What the profile installs is what the material has.
func TestMobileConfig(t *testing.T) {
	t.Parallel()
	m := withIdentity(t, pkiforge.ECDSA)
	data, err := pkiforge.MobileConfig(m.CustomRoots, m.Identity)
	if err != nil {
		t.Fatal(err)
	}
	profile := readProfile(t, data)
	if profile["PayloadType"] != "Configuration" {
		t.Errorf("the profile's type is %v", profile["PayloadType"])
	}
	all := payloads(t, profile)
	if len(all) != len(m.CustomRoots)+1 {
		t.Fatalf("%d payloads", len(all))
	}
	for i, root := range m.CustomRoots {
		content, _ := all[i]["PayloadContent"].([]byte)
		if all[i]["PayloadType"] != "com.apple.security.root" || !bytes.Equal(content, root.DER) {
			t.Errorf("payload %d (%v) is not the root %s", i, all[i]["PayloadType"], root.Name)
		}
	}
	last := all[len(all)-1]
	content, _ := last["PayloadContent"].([]byte)
	password, _ := last["Password"].(string)
	if last["PayloadType"] != "com.apple.security.pkcs12" || password == "" {
		t.Errorf("the identity's payload is %v with the password %q", last["PayloadType"], password)
	}
	key, cert, err := pkcs12.Decode(content, password)
	if err != nil {
		t.Fatal(err)
	}
	sameKey(t, key, m.Identity[0].Key)
	if !bytes.Equal(cert.Raw, m.Identity[0].DER) {
		t.Error("the identity is another")
	}
	for _, p := range append(all, profile) {
		for _, field := range []string{"PayloadIdentifier", "PayloadDisplayName"} {
			if text, _ := p[field].(string); text == "" {
				t.Errorf("%v has no %s", p["PayloadType"], field)
			}
		}
		if p["PayloadVersion"] != uint64(1) {
			t.Errorf("the version is %v (%T)", p["PayloadVersion"], p["PayloadVersion"])
		}
	}
}

// A later profile replaces an earlier one: same identifiers, other UUIDs.
func TestMobileConfigReplaces(t *testing.T) {
	t.Parallel()
	var identifiers, uuids [2][]string
	for i := range 2 {
		m := withIdentity(t, pkiforge.ECDSA)
		data, err := pkiforge.MobileConfig(m.CustomRoots, m.Identity)
		if err != nil {
			t.Fatal(err)
		}
		profile := readProfile(t, data)
		for _, p := range append(payloads(t, profile), profile) {
			id, _ := p["PayloadUUID"].(string)
			if err := uuid.Validate(id); err != nil {
				t.Error(err)
			}
			uuids[i] = append(uuids[i], id)
			identifier, _ := p["PayloadIdentifier"].(string)
			identifiers[i] = append(identifiers[i], identifier)
		}
	}
	seen := map[string]bool{}
	for i := range identifiers[0] {
		if identifiers[0][i] != identifiers[1][i] {
			t.Errorf("%s became %s", identifiers[0][i], identifiers[1][i])
		}
		if seen[identifiers[0][i]] {
			t.Errorf("%s is in one profile twice", identifiers[0][i])
		}
		seen[identifiers[0][i]] = true
		for _, id := range []string{uuids[0][i], uuids[1][i]} {
			if seen[id] {
				t.Errorf("UUID %s was used before", id)
			}
			seen[id] = true
		}
	}
}
