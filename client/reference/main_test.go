package reference

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain demands that nothing is left of any attempt.
func TestMain(m *testing.M) {
	code := m.Run()
	forge().Close()
	publisher().Close()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
