//go:build unix

package explain

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
)

// lookAtService looks whether the HTTP service of a behaviour is at a port.
func (o *onlooker) lookAtService(port string) {
	client := &http.Client{Timeout: limit, Transport: &http.Transport{DisableKeepAlives: true}}
	paths := o.b.Service.Documents
	for _, d := range paths {
		method := http.MethodGet
		if d.Path == pkiforge.OCSPPath {
			method = http.MethodPost
		}
		if o.b.Service.Fault == fakeserver.ServiceSilent {
			client.Timeout = 300 * time.Millisecond
		}
		request, err := http.NewRequestWithContext(o.Context(), method, "http://"+netJoin(handServer.Addr().String(), port)+d.Path, strings.NewReader("a request"))
		if err != nil {
			o.Fatal(err)
		}
		status, body := 0, []byte(nil)
		response, err := client.Do(request)
		if err == nil {
			status = response.StatusCode
			body, err = io.ReadAll(response.Body)
			_ = response.Body.Close()
		}
		ok := false
		switch o.b.Service.Fault {
		case fakeserver.ServiceSilent:
			ok = os.IsTimeout(err)
		case fakeserver.ServiceReset:
			ok = errors.Is(err, syscall.ECONNRESET)
		case fakeserver.ServiceFailing:
			ok = status == http.StatusInternalServerError
		default:
			ok = status == http.StatusOK && bytes.Equal(body, d.Body)
		}
		if !ok {
			o.Errorf("%s %s with the fault %q: status %d, %d bytes, %v", method, d.Path, o.b.Service.Fault, status, len(body), err)
		}
	}
}
