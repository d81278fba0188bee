package pkiforge_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"siptrust/pkiforge"
)

var (
	styles     = []pkiforge.Style{pkiforge.CustomCA, pkiforge.SelfSigned, pkiforge.PublicCA, pkiforge.DirectRoot}
	algorithms = []pkiforge.KeyAlgorithm{pkiforge.ECDSA, pkiforge.RSA}
)

func testNames() pkiforge.Names {
	return pkiforge.Names{
		Run:    "r4t9",
		Host:   "sip.r4t9.test",
		Domain: "r4t9.test",
		Other:  "other.r4t9.test",
	}
}

// sound returns the sound plan of a style.
func sound(t testing.TB, style pkiforge.Style) pkiforge.Plan {
	t.Helper()
	p, err := pkiforge.NewPlan(style, testNames())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// with returns a copy of a plan with the changes applied in order.
func with(p pkiforge.Plan, changes ...pkiforge.Change) (pkiforge.Plan, error) {
	c := p.Clone()
	for _, change := range changes {
		if err := change.Apply(&c); err != nil {
			return pkiforge.Plan{}, fmt.Errorf("apply change %q to a %s plan: %w", change.Name, p.Style, err)
		}
	}
	return c, nil
}

// faulty returns the plan of a style with changes.
func faulty(t testing.TB, style pkiforge.Style, changes ...pkiforge.Change) pkiforge.Plan {
	t.Helper()
	p, err := with(sound(t, style), changes...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rsaForge is shared by all tests that need RSA keys and no forge of their own:
// its CAs and leaf keys are made once.
var rsaForge = sync.OnceValue(func() *pkiforge.Forge {
	f := pkiforge.New(pkiforge.Options{KeyAlgorithm: pkiforge.RSA})
	closeShared = f.Close
	return f
})

var closeShared = func() {}

// TestMain fails the package when goroutines are left after all tests.
func TestMain(m *testing.M) {
	code := m.Run()
	closeShared()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// forgeOf returns a forge for keys of an algorithm.
func forgeOf(t testing.TB, algorithm pkiforge.KeyAlgorithm) *pkiforge.Forge {
	t.Helper()
	if algorithm == pkiforge.RSA {
		return rsaForge()
	}
	return newForge(t, pkiforge.Options{KeyAlgorithm: algorithm})
}

// newForge returns a forge that is closed with the test.
func newForge(t testing.TB, o pkiforge.Options) *pkiforge.Forge {
	t.Helper()
	f := pkiforge.New(o)
	t.Cleanup(f.Close)
	return f
}

func forge(t testing.TB, f *pkiforge.Forge, p pkiforge.Plan) *pkiforge.Material {
	t.Helper()
	m, err := f.Forge(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// openssl runs the openssl program and returns what it printed, or skips the
// test where there is none.
func openssl(t testing.TB, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl on this machine: no second opinion")
	}
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	return string(out), err
}

// opensslOK is openssl for what must succeed.
func opensslOK(t testing.TB, args ...string) string {
	t.Helper()
	out, err := openssl(t, args...)
	if err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, out)
	}
	return out
}

// wellFormed says whether a signature value decodes as what a key of that
// kind makes.
func wellFormed(signature []byte, public crypto.PublicKey) error {
	switch public := public.(type) {
	case *ecdsa.PublicKey:
		var value struct{ R, S *big.Int }
		rest, err := asn1.Unmarshal(signature, &value)
		if err != nil || len(rest) > 0 {
			return fmt.Errorf("no SEQUENCE of two INTEGERs (%w), %d octets left", err, len(rest))
		}
		order := public.Curve.Params().N
		for _, n := range []*big.Int{value.R, value.S} {
			if n.Sign() <= 0 || n.Cmp(order) >= 0 {
				return fmt.Errorf("%x is out of range", n)
			}
		}
		return nil
	case *rsa.PublicKey:
		if len(signature) != public.Size() || new(big.Int).SetBytes(signature).Cmp(public.N) >= 0 {
			return errors.New("not an integer below the modulus, of its length")
		}
		return nil
	}
	return fmt.Errorf("unknown key %T", public)
}
