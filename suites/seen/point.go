package seen

import "siptrust/fakeserver"

// Point is the moment in a handshake from which on a refusal says something of
// what a case is about.
type Point string

// The points. The zero value is [AfterCertificate].
const (
	// AfterCertificate: the server's Certificate was sent, or a session was
	// resumed, which takes none.
	AfterCertificate Point = ""
	// AfterClientHello: the ClientHello came. To offer nothing of what the server
	// insists on is the refusal that the case asks for.
	AfterClientHello Point = "ClientHello"
)

// Reached says whether the connection came to that point; nil: it did not.
func (p Point) Reached(c *fakeserver.Connection) bool {
	switch {
	case c == nil:
		return false
	case p == AfterClientHello && c.NothingInCommon != "":
		return true
	}
	return c.Handshake.CertificateSent || c.Handshake.Resumed
}
