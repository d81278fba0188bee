package reference

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// box relays one connection after another and rewrites the server's Finished.
type box struct {
	damage bool
	keys   keyLog
	done   chan error
	random []byte // the server's, of TLS 1.2
}

// keyLog keeps what the server writes of its keys.
type keyLog struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (k *keyLog) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.log.Write(p)
}

// secret gives the secret that the log has under a label.
func (k *keyLog) secret(label string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for line := range strings.Lines(k.log.String()) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == label {
			return hex.DecodeString(f[2])
		}
	}
	return nil, fmt.Errorf("no %s in the key log", label)
}

func (b *box) reset() {
	b.keys.mu.Lock()
	b.keys.log.Reset()
	b.keys.mu.Unlock()
	b.random = nil
}

func (b *box) wait() error { return <-b.done }

// between listens for clients of the server at addr.
func (b *box) between(t *testing.T, addr netip.AddrPort) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.done = make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b.done <- b.relay(c.(*net.TCPConn), addr)
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return netip.MustParseAddrPort(l.Addr().String())
}

// relay passes the records on; the one that holds the server's Finished it
// opens and seals again.
func (b *box) relay(c *net.TCPConn, addr netip.AddrPort) error {
	defer c.Close()
	conn, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(addr))
	if err != nil {
		return err
	}
	defer conn.Close()
	var up sync.WaitGroup
	up.Go(func() { _, _ = io.Copy(conn, c); _ = conn.CloseWrite() })
	defer up.Wait()
	defer func() { _ = c.CloseWrite() }()
	var sealed uint64 // records of the server under its first keys so far
	encrypted, found := false, false
	for {
		record := make([]byte, 5)
		if _, err := io.ReadFull(conn, record); err != nil {
			if !found {
				return fmt.Errorf("no Finished of the server: %w", err)
			}
			return nil
		}
		record = append(record, make([]byte, binary.BigEndian.Uint16(record[3:]))...)
		if _, err := io.ReadFull(conn, record[5:]); err != nil {
			return err
		}
		switch {
		case found:
		case record[0] == 22 && !encrypted && record[5] == 2: // ServerHello
			b.random = bytes.Clone(record[11:43])
		case record[0] == 20:
			encrypted = true // what follows in TLS 1.2; in 1.3 it means nothing
		case record[0] == 22 && encrypted:
			found, err = true, b.rewrite12(record)
		case record[0] == 23:
			if found, err = b.rewrite13(record, sealed); err == nil {
				sealed++
			}
		}
		if err != nil {
			return err
		}
		if _, err := c.Write(record); err != nil {
			return nil // the client has gone
		}
	}
}

// rewrite12 rewrites the Finished of TLS 1.2 with AES-128-GCM (RFC 5246 6.3,
// RFC 5288 3).
func (b *box) rewrite12(record []byte) error {
	master, err := b.keys.secret("CLIENT_RANDOM")
	if err != nil {
		return err
	}
	b.keys.mu.Lock()
	random, err := hex.DecodeString(strings.Fields(b.keys.log.String())[1])
	b.keys.mu.Unlock()
	if err != nil {
		return err
	}
	block := prf(master, append([]byte("key expansion"), append(bytes.Clone(b.random), random...)...), 40)
	explicit := record[5:13]
	nonce := append(bytes.Clone(block[36:40]), explicit...)
	aad := binary.BigEndian.AppendUint64(nil, 0) // its first record
	aad = append(aad, record[:3]...)
	aad = binary.BigEndian.AppendUint16(aad, uint16(len(record)-5-8-16))
	return b.reseal(block[16:32], nonce, aad, record[13:], func(plain []byte) bool { return plain[0] == 20 })
}

// prf is the pseudorandom function of TLS 1.2 (RFC 5246 5).
func prf(secret, seed []byte, n int) []byte {
	mac := func(b []byte) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write(b)
		return h.Sum(nil)
	}
	var out []byte
	for a := mac(seed); len(out) < n; a = mac(a) {
		out = append(out, mac(append(bytes.Clone(a), seed...))...)
	}
	return out[:n]
}

// rewrite13 rewrites the record if it holds the Finished of TLS 1.3 with
// AES-128-GCM (RFC 8446 5.2, 7.3), and says whether it does.
func (b *box) rewrite13(record []byte, sequence uint64) (found bool, err error) {
	secret, err := b.keys.secret("SERVER_HANDSHAKE_TRAFFIC_SECRET")
	if err != nil {
		return false, err
	}
	expand := func(label string, n int) []byte {
		info := binary.BigEndian.AppendUint16(nil, uint16(n))
		info = append(info, byte(len("tls13 "+label)))
		info = append(append(info, "tls13 "+label...), 0)
		out, expandErr := hkdf.Expand(sha256.New, secret, string(info), n)
		if expandErr != nil {
			err = expandErr
		}
		return out
	}
	key, nonce := expand("key", 16), expand("iv", 12)
	if err != nil {
		return false, err
	}
	for i, o := range binary.BigEndian.AppendUint64(nil, sequence) {
		nonce[4+i] ^= o
	}
	err = b.reseal(key, nonce, record[:5], record[5:], func(plain []byte) bool {
		found = plain[0] == 20
		return found
	})
	return found, err
}

// reseal opens sealed in place of itself; where it is a Finished, it changes a
// bit of the verify_data if this box does damage.
func (b *box) reseal(key, nonce, aad, sealed []byte, finished func([]byte) bool) error {
	block, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return err
	}
	plain, err := aead.Open(nil, nonce, sealed, aad)
	if err != nil {
		return fmt.Errorf("open the server's record: %w", err)
	}
	if finished(plain) && b.damage {
		plain[4] ^= 1 // behind the handshake header
	}
	copy(sealed, aead.Seal(nil, nonce, plain, aad))
	return nil
}
