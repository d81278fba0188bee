package pkiforge

import (
	"crypto/rand"
	"encoding/hex"
)

// NewRun gives a fresh word of eight hexadecimal digits for [Names.Run], which
// is part of every name that is forged: clients keep intermediates by name.
func NewRun() string {
	var token [4]byte
	rand.Read(token[:])
	return hex.EncodeToString(token[:])
}
