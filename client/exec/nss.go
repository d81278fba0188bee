package exec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"siptrust/pkiforge"
)

// nickname is the name of the identity in a database.
const nickname = "siptrust-client"

// databases are the NSS databases of a run. To make one takes several programs,
// and most attempts trust the same roots and have no identity. So there is one
// for each set of roots and identity, which attempts share: NSS only reads it.
type databases struct {
	dir string

	mu   sync.Mutex
	made map[[sha256.Size]byte]*database
}

type database struct {
	mu   sync.Mutex
	name string // empty: not made yet
}

// importError says that a format or NSS does not accept a root or an identity.
type importError struct{ err error }

func (e *importError) Error() string { return e.err.Error() }
func (e *importError) Unwrap() error { return e.err }

// open returns the name of the database with these roots and this identity, as
// NSS writes it. A root or an identity that NSS does not accept is an
// [*importError].
func (d *databases) open(ctx context.Context, roots, identity []*pkiforge.Certificate) (string, error) {
	id := sha256.New()
	for _, set := range [][]*pkiforge.Certificate{roots, identity} {
		for _, c := range set {
			sum := sha256.Sum256(c.DER)
			id.Write(sum[:])
		}
		id.Write([]byte{0}) // between the sets
	}
	key := [sha256.Size]byte(id.Sum(nil))
	d.mu.Lock()
	if d.made == nil {
		d.made = map[[sha256.Size]byte]*database{}
	}
	one := d.made[key]
	if one == nil {
		one = &database{}
		d.made[key] = one
	}
	d.mu.Unlock()

	one.mu.Lock()
	defer one.mu.Unlock()
	if one.name != "" {
		return one.name, nil
	}
	dir := filepath.Join(d.dir, hex.EncodeToString(key[:8]))
	if err := fill(ctx, dir, roots, identity); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	one.name = "sql:" + dir
	return one.name, nil
}

// fill makes a database in a new directory.
func fill(ctx context.Context, dir string, roots, identity []*pkiforge.Certificate) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	name := "sql:" + dir
	if _, err := tool(ctx, "", "certutil", "-N", "--empty-password", "-d", name); err != nil {
		return err
	}
	// One program for all the roots: each of its lines is a command.
	var batch strings.Builder
	add := func(nick, trust string, c *pkiforge.Certificate) error {
		file := nick + ".der" // the batch has no way to write a path with a space
		fmt.Fprintf(&batch, "-A -n %s -t %s -i %s\n", nick, trust, file)
		return os.WriteFile(filepath.Join(dir, file), c.DER, 0o600)
	}
	// The roots come last, so that a root that is also in the identity's chain is
	// trusted.
	for i, c := range identity {
		nick := nickname
		if i > 0 {
			nick = fmt.Sprintf("%s-%d", nickname, i)
		}
		if err := add(nick, ",,", c); err != nil {
			return err
		}
	}
	for i, c := range roots {
		if err := add(fmt.Sprintf("root-%d", i), trustFlags(c), c); err != nil {
			return err
		}
	}
	commands := filepath.Join(dir, "commands")
	if err := os.WriteFile(commands, []byte(batch.String()), 0o600); err != nil {
		return err
	}
	if _, err := tool(ctx, dir, "certutil", "-B", "-i", commands, "-d", name); err != nil {
		return notTaken(ctx, err)
	}
	if len(identity) == 0 {
		return nil
	}
	data, err := pkiforge.IdentityPKCS12(identity[:1], pkiforge.ExportPassword)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "identity.p12")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return err
	}
	if _, err := tool(ctx, "", "pk12util", "-i", file, "-d", name, "-W", pkiforge.ExportPassword, "-K", ""); err != nil {
		return notTaken(ctx, err)
	}
	return os.Remove(file)
}

// trustFlags are the flags by which the owner of an endpoint would install a
// certificate: as a trusted peer where it says CA:FALSE, else as a trusted CA.
func trustFlags(c *pkiforge.Certificate) string {
	if cert, err := c.X509(); err == nil && cert.BasicConstraintsValid && !cert.IsCA {
		return "P,,"
	}
	return "C,,"
}

// notTaken is the error of a certificate that NSS does not accept, unless the
// program was only interrupted.
func notTaken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return &importError{err}
}
