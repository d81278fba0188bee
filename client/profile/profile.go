// Package profile reads client profiles: YAML files that say how one program is
// run as the client under test. It knows their form and what their texts can
// name; it runs nothing and must never know what a case expects.
package profile

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"siptrust/client"
)

// Profile says how one program is run as the client under test. [Parse] reads it
// from YAML; profile.schema.json describes the form and profiles/README.md shows
// one.
type Profile struct {
	Name  string // as in --client
	Title string // for people; empty: Name

	// Command is the program and its arguments. An argument that renders as
	// nothing is left out.
	Command []Template
	// Debian and NPM name the packages that have the program and what it
	// needs; empty: unknown.
	Debian, NPM string
	// Needs are what else must be there: one word is a program that must be found,
	// several are a command that must exit with 0.
	Needs [][]string
	// Prepare are commands that run once a run, one after the other, in the
	// directory {{.Prepared}}.
	Prepare [][]Template
	Env     []EnvVar
	Files   []File
	Stdin   Stdin

	// Version says how the program's version is read; without a Command it is not.
	Version Version

	// Names are the ways to make the server's name known to the program, in
	// order of preference.
	Names []Means
	// Ports is how many free local ports (for UDP and TCP alike, on every
	// address, consecutive) an attempt takes.
	Ports int

	// Settle, Silence and Timeout are as in [client.Traits]; Timeout 0: the run's.
	Settle, Silence, Timeout time.Duration
	// Parallel is how many attempts may run at once; 0: no limit.
	Parallel int
	// NearTraps is as in [client.Traits].
	NearTraps bool
	// Lacks is as in [client.Traits].
	Lacks map[client.Feature]string
	// Identity and Trust are the formats of the client's own chain and of the
	// roots that it trusts. PEM files are always there.
	Identity IdentityFormat
	Trust    TrustFormat
	// Policy is the rule set that suits the program, for users who name none;
	// empty: there is no hint. What it means is not known here.
	Policy string

	// scripts and scriptsDir are what {{.Scripts}} holds: the files of an embedded
	// profile, which are written for each run, or the directory of a user's.
	scripts    fs.FS
	scriptsDir string
}

// IdentityFormat is how a program takes its own chain and key.
type IdentityFormat string

// The formats of an identity. The zero value is IdentityPEM.
const (
	IdentityPEM    IdentityFormat = "pem"     // {{.CertFile}}, {{.KeyFile}}; {{.IdentityFile}} has both
	IdentityOnePEM IdentityFormat = "one-pem" // all three name the file that has both
	IdentityPKCS12 IdentityFormat = "pkcs12"  // {{.IdentityFile}} is PKCS#12, protected by {{.Password}}
	IdentityNSS    IdentityFormat = "nss"     // {{.Nickname}} in the database {{.NSS}}
)

// TrustFormat is how a program takes the roots that it trusts.
type TrustFormat string

// The formats of trust. The zero value is TrustFile.
const (
	TrustFile      TrustFormat = "file"      // {{.CAFile}}
	TrustDirectory TrustFormat = "directory" // {{.CADir}}, hashed as OpenSSL wants it
	TrustPKCS12    TrustFormat = "pkcs12"    // {{.TrustFile}}, protected by {{.Password}}
	TrustNSS       TrustFormat = "nss"       // the database {{.NSS}}
)

// EnvVar is one variable of the program's environment.
type EnvVar struct {
	Name  string
	Value Template
}

// File is written into the attempt's directory, mode 0600. A Path that ends in
// a slash makes a directory.
type File struct {
	Path string
	Text Template
}

// Stdin is what the program reads. The zero value is an input that stays open
// and empty: several softphones quit when theirs ends.
type Stdin struct {
	Text  Template
	Close bool // end the input after Text
}

// Version says how a program's version is read: it is the first group of Pattern,
// or all that it matches, in what Command prints.
type Version struct {
	Command []Template // they name {{.Siptrust}} at most
	Pattern *regexp.Regexp
}

// Means is a way to make the server's name known to a program.
type Means string

// The means.
const (
	// MeansHosts gives the program an /etc/hosts and /etc/resolv.conf of its own in
	// a mount namespace. It takes root, or a user namespace.
	MeansHosts Means = "hosts"
	// MeansWrapper loads nss_wrapper, and resolv_wrapper where it is installed, by
	// LD_PRELOAD.
	MeansWrapper Means = "wrapper"
	// MeansDNS is a DNS server in the program's own settings: {{.DNS}}.
	MeansDNS Means = "dns"
	// MeansNone does nothing: the program takes name and address apart.
	MeansNone Means = "none"
	// MeansAddress gives the program the address as host; cases about names are
	// then skipped.
	MeansAddress Means = "address"
)

var allMeans = []Means{MeansHosts, MeansWrapper, MeansDNS, MeansNone, MeansAddress}

// Defaults of Settle and Silence.
const (
	DefaultSettle  = 500 * time.Millisecond
	DefaultSilence = 3 * time.Second
)

// Error is a mistake in a profile, in one line.
type Error struct {
	File    string
	Line    int    // from 1
	Key     string // dotted; empty: the document as a whole
	Problem string
}

func (e *Error) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
	}
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Key, e.Problem)
}

// OwnDir is the directory within the attempt's for siptrust's own files.
const OwnDir = "siptrust"

// Load reads a user's profile. Mistakes in it are an [*Error].
func Load(name string) (*Profile, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read client profile: %w", err)
	}
	p, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	if p.scriptsDir, err = filepath.Abs(filepath.Dir(name)); err != nil {
		return nil, fmt.Errorf("read client profile: %w", err)
	}
	return p, nil
}

//go:embed profiles/*.yaml profiles/*/*
var embedded embed.FS

var parseEmbedded = sync.OnceValue(func() []*Profile {
	names, err := fs.Glob(embedded, "profiles/*.yaml")
	if err != nil {
		panic(err) // only a bad pattern
	}
	var all []*Profile
	for _, name := range names {
		if path.Base(name) == exampleFile {
			continue
		}
		data, err := embedded.ReadFile(name)
		if err != nil {
			panic(err) // it was listed
		}
		p, err := Parse(name, data)
		if err != nil {
			panic(err) // a test parses them all
		}
		if p.scripts, err = fs.Sub(embedded, "profiles/"+p.Name); err != nil {
			panic(err) // only a bad path
		}
		all = append(all, p)
	}
	return all
})

// exampleFile shows every key; there is no such client.
const exampleFile = "example.yaml"

// Embedded returns the profiles that come with siptrust, in the order of their
// names. Callers must not change them.
func Embedded() []*Profile { return slices.Clone(parseEmbedded()) }

// Named returns one profile that comes with siptrust. The error lists their names.
func Named(name string) (*Profile, error) {
	var names []string
	for _, p := range parseEmbedded() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return nil, fmt.Errorf("no client profile %q; one of %s, or a file", name, strings.Join(names, ", "))
}

// WriteScripts returns the directory {{.Scripts}}, of the files that belong to the
// profile. A user's profile is in it already; those of an embedded profile are
// written to dir, which must not exist.
func (p *Profile) WriteScripts(dir string) (string, error) {
	if p.scripts == nil {
		return p.scriptsDir, nil
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	if _, err := fs.Stat(p.scripts, "."); errors.Is(err, fs.ErrNotExist) {
		return dir, nil // no file belongs to it
	}
	if err := os.CopyFS(dir, p.scripts); err != nil {
		return "", fmt.Errorf("write the files that belong to the profile: %w", err)
	}
	return dir, nil
}
