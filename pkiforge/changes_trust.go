package pkiforge

import (
	"crypto/x509"
	"fmt"
	"slices"
)

// Names of the certificates that the changes of trust and chains add to a plan.
const (
	FakeRoot  = "fake-root" // a root with the name of the installed one and another key
	NextRoot  = "next-root" // the root that follows the installed one: its name, a new key
	OldRoot   = "old-root"  // the root that came before
	CrossCert = "cross"     // the root's name and key, certified by another root
	Reissued  = "reissued"  // the issuing CA's name and key in another certificate
	Stranger  = "stranger"  // a CA that has issued nothing of the chain
	Bridge    = "bridge"    // a CA that certifies roots
)

// UnknownRoot makes the server send a root, which is not installed, with its
// chain.
func UnknownRoot() Change {
	return Change{Name: "unknown-root", Apply: func(p *Plan) error {
		if err := RootMissing().Apply(p); err != nil {
			return err
		}
		p.Send = append(p.Send, Root)
		return nil
	}}
}

// FakeRootSigns makes a root sign the issuing CA that has the name of the
// installed one and a key of its own. sent: the server sends it.
func FakeRootSigns(sent bool) Change {
	return Change{Name: fmt.Sprintf("fake-root sent %t", sent), Apply: func(p *Plan) error {
		if err := addLike(p, Root, FakeRoot, FakeRoot, nil); err != nil {
			return err
		}
		p.Cert(Issuing).Issuer = FakeRoot
		if sent {
			p.Send = append(p.Send, FakeRoot)
		}
		return nil
	}}
}

// LeafNamedAsRoot makes the server present a certificate that it signed itself
// and whose subject is the installed root's.
func LeafNamedAsRoot() Change {
	return Change{Name: "leaf-named-as-root", Apply: func(p *Plan) error {
		server, root := p.Cert(Server), p.Cert(Root)
		if root == nil {
			return fmt.Errorf("%w: the %s style has no root", ErrNotApplicable, p.Style)
		}
		server.Subject = cloneName(root.Subject)
		server.Issuer = Server
		p.Send = []string{Server}
		return nil
	}}
}

// Installs makes the endpoint trust another certificate in place of the root.
func Installs(cert string) Change {
	return Change{Name: "installs " + cert, Apply: func(p *Plan) error {
		for _, roots := range [][]string{p.Trust.System, p.Trust.Custom} {
			if i := slices.Index(roots, Root); i >= 0 && p.Cert(cert) != nil {
				roots[i] = cert
				return nil
			}
		}
		return fmt.Errorf("%w: the endpoint does not trust the root anyway, or there is no %q", ErrNotApplicable, cert)
	}}
}

// SelfSignedAgain makes the server present another self-signed certificate than
// the installed one, of the same names; sameKey: for the same key.
func SelfSignedAgain(sameKey bool) Change {
	return Change{Name: fmt.Sprintf("self-signed-again same key %t", sameKey), Apply: func(p *Plan) error {
		if err := selfSignedSplit(p); err != nil {
			return err
		}
		if sameKey {
			p.Cert(Server).SameKeyAs = Installed
		}
		return nil
	}}
}

// InstalledIssues makes the installed certificate, which is an end entity's,
// the issuer of the one that the server presents.
func InstalledIssues() Change {
	return Change{Name: "installed-issues", Apply: func(p *Plan) error {
		if err := selfSignedSplit(p); err != nil {
			return err
		}
		server := p.Cert(Server)
		server.Issuer = Installed
		server.Subject.OrganizationalUnit = []string{"Issued"} // it is not self-issued
		return nil
	}}
}

func selfSignedSplit(p *Plan) error {
	if p.Style != SelfSigned {
		return fmt.Errorf("%w: the style %s installs no certificate of a server", ErrNotApplicable, p.Style)
	}
	return splitInstalled(p)
}

// OtherLeafInstalled makes the endpoint trust, in place of the root, another
// certificate that the issuing CA gave the server.
func OtherLeafInstalled() Change {
	return Change{Name: "other-leaf-installed", Apply: func(p *Plan) error {
		if err := addLike(p, Server, Installed, Issuing, nil); err != nil {
			return err
		}
		return Installs(Installed).Apply(p)
	}}
}

// OtherStore moves the root from the custom roots of the endpoint to those of
// the system, or the other way.
func OtherStore() Change {
	return Change{Name: "other-store", Apply: func(p *Plan) error {
		isRoot := func(name string) bool { return name == Root }
		switch t := &p.Trust; {
		case slices.Contains(t.Custom, Root):
			t.Custom, t.System = slices.DeleteFunc(t.Custom, isRoot), append(t.System, Root)
		case slices.Contains(t.System, Root):
			t.System, t.Custom = slices.DeleteFunc(t.System, isRoot), append(t.Custom, Root)
		default:
			return fmt.Errorf("%w: the endpoint does not trust the root", ErrNotApplicable)
		}
		return nil
	}}
}

// RootRollover gives the root a successor of the same name, which signs the
// issuing CA; both are installed, the old one first.
func RootRollover() Change {
	return Change{Name: "root-rollover", Apply: func(p *Plan) error {
		if err := addLike(p, Root, NextRoot, NextRoot, nil); err != nil {
			return err
		}
		p.Cert(Issuing).Issuer = NextRoot
		if i := slices.Index(p.Trust.Custom, Root); i >= 0 {
			p.Trust.Custom = slices.Insert(p.Trust.Custom, i+1, NextRoot)
		} else {
			p.Trust.System = append(p.Trust.System, NextRoot)
		}
		return nil
	}}
}

// RolloverLink gives the root a new key, with which it signs the issuing CA;
// the server sends the certificate of the new key that the old one signed
// (newWithOld, RFC 4210 4.4). Only the old root is installed.
func RolloverLink() Change {
	return Change{Name: "rollover-link", Apply: func(p *Plan) error {
		if err := addLike(p, Root, NextRoot, Root, nil); err != nil {
			return err
		}
		p.Cert(Issuing).Issuer = NextRoot
		p.Send = append(p.Send, NextRoot)
		return nil
	}}
}

// RootForClients gives the root an extended key usage without serverAuth.
func RootForClients() Change {
	return ChangeCert("for clients", Root, func(c *Cert) error {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		return nil
	})
}

// RootWithoutCAs gives the root the path length 0: no CA may follow below it.
func RootWithoutCAs() Change {
	return ChangeCert("without CAs", Root, func(c *Cert) error { c.PathLen = 0; return nil })
}

// addLike adds a certificate of that name to the plan, as the model is
// described but with a key of its own, after its issuer or, self-signed, after
// the model. edit may change more of it.
func addLike(p *Plan, model, name, issuer string, edit func(*Cert)) error {
	m := p.Cert(model)
	if m == nil || p.Cert(name) != nil {
		return fmt.Errorf("%w: the plan has no %q or already a %q", ErrNotApplicable, model, name)
	}
	c := m.Clone()
	c.Name, c.Issuer = name, issuer
	if edit != nil {
		edit(&c)
	}
	after := p.index(model)
	if c.Issuer != name {
		after = max(after, p.index(c.Issuer))
	}
	p.Certs = slices.Insert(p.Certs, after+1, c)
	return nil
}
