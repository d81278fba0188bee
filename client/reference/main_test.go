package reference

import (
	"fmt"
	"os"
	"testing"

	"siptrust/client/internal/testpki"

	"go.uber.org/goleak"
)

// TestMain demands that nothing is left of any attempt.
func TestMain(m *testing.M) {
	code := m.Run()
	testpki.Close()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
