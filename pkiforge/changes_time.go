package pkiforge

import (
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Ended moves the validity of a certificate back as a whole, so that it ended
// that long ago.
func Ended(cert string, ago time.Duration) Change {
	return ChangeCert(fmt.Sprintf("ended %v ago", ago), cert, func(c *Cert) error {
		c.NotBefore -= c.NotAfter + ago
		c.NotAfter = -ago
		return nil
	})
}

// Begins moves the validity of a certificate as a whole, so that it begins
// after that time.
func Begins(cert string, in time.Duration) Change {
	return ChangeCert(fmt.Sprintf("begins in %v", in), cert, func(c *Cert) error {
		c.NotAfter += in - c.NotBefore
		c.NotBefore = in
		return nil
	})
}

// Inverted makes a certificate end a day ago and begin in a day.
func Inverted(cert string) Change {
	return ChangeCert("inverted", cert, func(c *Cert) error {
		c.NotBefore, c.NotAfter = day, -day
		return nil
	})
}

// Valid sets when a certificate's validity begins and when it ends, both from
// now.
func Valid(cert string, notBefore, notAfter time.Duration) Change {
	return ChangeCert(fmt.Sprintf("valid from %v to %v", notBefore, notAfter), cert, func(c *Cert) error {
		c.NotBefore, c.NotAfter = notBefore, notAfter
		return nil
	})
}

// TimeForm is how a date of the validity is written. The zero value is the
// form that RFC 5280 4.1.2.5 requires for the date.
type TimeForm struct {
	Generalized bool   // GeneralizedTime, otherwise UTCTime
	Layout      string // as in package time: the date in this form
	Text        string // not empty: this text, whatever the date
}

// String names the form, with all that it is made of.
func (f TimeForm) String() string {
	kind := "UTCTime "
	if f.Generalized {
		kind = "GeneralizedTime "
	}
	switch {
	case f.Text != "":
		return kind + f.Text
	case f.Layout != "":
		return kind + f.Layout
	}
	return "as RFC 5280 requires"
}

func (f TimeForm) add(b *cryptobyte.Builder, t time.Time) {
	text, tag := f.Text, cbasn1.UTCTime
	if text == "" && f.Layout == "" {
		addTime(b, t)
		return
	}
	if text == "" {
		text = t.UTC().Format(f.Layout)
	}
	if f.Generalized {
		tag = cbasn1.GeneralizedTime
	}
	b.AddASN1(tag, raw(text))
}

// TimeForms writes the two dates of a certificate's validity in other forms.
func TimeForms(cert string, notBefore, notAfter TimeForm) Change {
	name := fmt.Sprintf("time forms: not before %s, not after %s", notBefore, notAfter)
	return ChangeTBS(name, cert, func(t *TBS) error {
		b := cryptobyte.NewBuilder(nil)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			notBefore.add(b, t.NotBefore)
			notAfter.add(b, t.NotAfter)
		})
		var err error
		t.Validity, err = b.Bytes()
		return err
	})
}
