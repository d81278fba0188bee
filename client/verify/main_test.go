package verify

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"siptrust/client/internal/testpki"
)

// TestMain requires that nothing is left of any verification.
func TestMain(m *testing.M) {
	code := m.Run()
	testpki.Close()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
