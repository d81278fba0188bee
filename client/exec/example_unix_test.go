//go:build unix

package exec_test

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"os"
	"strings"

	"siptrust/client"
	"siptrust/client/exec"
)

// Any program is a client: it reads what it is to do from its environment. This
// one says what it would do, and that it cannot.
func ExampleNewCommand() {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	driver := exec.NewCommand([]string{"sh", "-c", `
		echo "register $SIPTRUST_URI"
		echo "by TLS with $SIPTRUST_ADDRESS, port $SIPTRUST_PORT, if its certificate is for $SIPTRUST_HOST"
		echo "no TLS in this script"
		exit 89 # it cannot do what it was asked for
	`})
	outcome, err := driver.Attempt(context.Background(), client.Attempt{
		URI: "sips:alice@sip.example.test:5061", Domain: "sip.example.test", Host: "sip.example.test",
		Server: netip.MustParseAddrPort("127.0.0.1:5061"), Dir: dir,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.TrimSpace(outcome.Output))
	fmt.Println("exit status:", outcome.ExitStatus)
	fmt.Println("it cannot, for:", outcome.Unsupported)
	// Output:
	// register sips:alice@sip.example.test:5061
	// by TLS with 127.0.0.1, port 5061, if its certificate is for sip.example.test
	// no TLS in this script
	// exit status: 89
	// it cannot, for: no TLS in this script
}
