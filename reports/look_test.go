package reports

import (
	"bytes"
	"os"
	"testing"
)

func TestLook(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, sample()); err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/p5/report.html", b.Bytes(), 0o644)
	b.Reset()
	Terminal(&b, sample(), false, "out/report.html")
	Markdown(&b, sample())
	JUnit(&b, sample())
	os.WriteFile("/tmp/p5/rest.txt", b.Bytes(), 0o644)
	b.Reset()
	HTML(&b, hostile())
	os.WriteFile("/tmp/p5/hostile.html", b.Bytes(), 0o644)
}
