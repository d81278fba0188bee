package fakeserver

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// epoch counts the keys of one direction in TLS 1.3.
type epoch int

const (
	epochPlain epoch = iota
	epochHandshake
	epochApplication
)

// secrets are the traffic secrets of one connection, as the key log gives
// them (RFC 8446 7.1).
type secrets struct {
	client, server [epochApplication + 1][]byte
}

// add takes one line of the key log.
func (s *secrets) add(line string) {
	label, rest, _ := strings.Cut(line, " ")
	_, value, ok := strings.Cut(rest, " ")
	if !ok {
		return
	}
	var slot *[]byte
	switch label {
	case "CLIENT_HANDSHAKE_TRAFFIC_SECRET":
		slot = &s.client[epochHandshake]
	case "SERVER_HANDSHAKE_TRAFFIC_SECRET":
		slot = &s.server[epochHandshake]
	case "CLIENT_TRAFFIC_SECRET_0":
		slot = &s.client[epochApplication]
	case "SERVER_TRAFFIC_SECRET_0":
		slot = &s.server[epochApplication]
	default:
		return // TLS 1.2's master secret is not needed
	}
	if secret, err := hex.DecodeString(strings.TrimSpace(value)); err == nil {
		*slot = secret
	}
}

// opener decrypts the records of one direction and epoch (RFC 8446 5.2, 5.3).
type opener struct {
	suite  uint16
	secret []byte
	aead   cipher.AEAD
	iv     []byte
	seq    uint64
	plain  []byte // reused
}

// newOpener derives key and IV from a traffic secret; nil for a suite that is
// not of TLS 1.3.
func newOpener(suite uint16, secret []byte) *opener {
	newHash, keyLen := sha256.New, 16
	switch suite {
	case tls.TLS_AES_128_GCM_SHA256:
	case tls.TLS_AES_256_GCM_SHA384:
		newHash, keyLen = sha512.New384, 32
	case tls.TLS_CHACHA20_POLY1305_SHA256:
		keyLen = chacha20poly1305.KeySize
	default:
		return nil
	}
	key, err := expandLabel(newHash, secret, "key", keyLen)
	if err != nil {
		return nil
	}
	o := &opener{suite: suite, secret: secret}
	if o.iv, err = expandLabel(newHash, secret, "iv", 12); err != nil {
		return nil
	}
	if suite == tls.TLS_CHACHA20_POLY1305_SHA256 {
		o.aead, err = chacha20poly1305.New(key)
	} else {
		var block cipher.Block
		if block, err = aes.NewCipher(key); err == nil {
			o.aead, err = cipher.NewGCM(block)
		}
	}
	if err != nil {
		return nil
	}
	return o
}

// next gives the opener after a KeyUpdate (RFC 8446 7.2).
func (o *opener) next() *opener {
	newHash := sha256.New
	if o.suite == tls.TLS_AES_256_GCM_SHA384 {
		newHash = sha512.New384
	}
	secret, err := expandLabel(newHash, o.secret, "traffic upd", newHash().Size())
	if err != nil {
		return nil
	}
	return newOpener(o.suite, secret)
}

// open decrypts one record and gives its content and inner type. The content
// is valid until the next call. A record that does not open leaves the
// sequence number as it is: what a peer sends under other keys is skipped.
func (o *opener) open(header, body []byte) (content []byte, kind uint8, ok bool) {
	var nonce [12]byte
	copy(nonce[:], o.iv)
	tail := nonce[4:]
	binary.BigEndian.PutUint64(tail, binary.BigEndian.Uint64(tail)^o.seq)
	plain, err := o.aead.Open(o.plain[:0], nonce[:], body, header)
	if err != nil {
		return nil, 0, false
	}
	o.seq++
	o.plain = plain
	for len(plain) > 0 && plain[len(plain)-1] == 0 { // padding
		plain = plain[:len(plain)-1]
	}
	if len(plain) == 0 {
		return nil, 0, false
	}
	return plain[:len(plain)-1], plain[len(plain)-1], true
}

// expandLabel is HKDF-Expand-Label with an empty context (RFC 8446 7.1).
func expandLabel(newHash func() hash.Hash, secret []byte, label string, length int) ([]byte, error) {
	info := make([]byte, 0, 4+len("tls13 ")+len(label))
	info = binary.BigEndian.AppendUint16(info, uint16(length))
	info = append(info, byte(len("tls13 ")+len(label)))
	info = append(info, "tls13 "...)
	info = append(info, label...)
	info = append(info, 0)
	return hkdf.Expand(newHash, secret, string(info), length)
}
