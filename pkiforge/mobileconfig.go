package pkiforge

import (
	"fmt"

	"github.com/google/uuid"
	"howett.net/plist"
)

// Identifiers of the configuration profile. They are the same in every run, so
// that a new profile takes the place of the one that is installed.
const (
	profileIdentifier  = "test.siptrust.profile"
	rootIdentifier     = profileIdentifier + ".root."
	identityIdentifier = profileIdentifier + ".identity"
)

// MobileConfig returns an Apple configuration profile (.mobileconfig, an XML
// property list), unsigned: a payload for each root and, if identity is not
// empty, one with its chain and key as PKCS#12 under [ExportPassword]. Payload
// identifiers come from the names of the certificates, which must differ;
// payload UUIDs are fresh.
func MobileConfig(roots, identity []*Certificate) ([]byte, error) {
	var payloads []payload
	for _, root := range roots {
		p := newPayload("com.apple.security.root", rootIdentifier+root.Name, "siptrust root: "+root.Name)
		p.FileName = root.Name + ".cer"
		p.Content = root.DER
		payloads = append(payloads, p)
	}
	if len(identity) > 0 {
		data, err := IdentityPKCS12(identity, ExportPassword)
		if err != nil {
			return nil, err
		}
		p := newPayload("com.apple.security.pkcs12", identityIdentifier, "siptrust identity: "+identity[0].Name)
		p.FileName = identity[0].Name + ".p12"
		p.Password = ExportPassword
		p.Content = data
		payloads = append(payloads, p)
	}
	profile := newPayload("Configuration", profileIdentifier, "siptrust test profile")
	profile.Content = payloads
	data, err := plist.MarshalIndent(profile, plist.XMLFormat, "\t")
	if err != nil {
		return nil, fmt.Errorf("encode configuration profile: %w", err)
	}
	return data, nil
}

// payload is a payload dictionary; the profile itself is one too. Content is
// []byte (data) or []payload (array).
type payload struct {
	Type        string `plist:"PayloadType"`
	Version     int    `plist:"PayloadVersion"`
	Identifier  string `plist:"PayloadIdentifier"`
	UUID        string `plist:"PayloadUUID"`
	DisplayName string `plist:"PayloadDisplayName"`
	FileName    string `plist:"PayloadCertificateFileName,omitempty"`
	Password    string `plist:"Password,omitempty"`
	Content     any    `plist:"PayloadContent"`
}

func newPayload(kind, identifier, display string) payload {
	return payload{
		Type:        kind,
		Version:     1,
		Identifier:  identifier,
		UUID:        uuid.NewString(),
		DisplayName: display,
	}
}
