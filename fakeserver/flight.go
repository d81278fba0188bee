package fakeserver

import "net"

// segmented writes to a connection in pieces of size octets.
func segmented(c net.Conn, b []byte, size int) (n int, err error) {
	for n < len(b) {
		m, err := c.Write(b[n:min(n+size, len(b))])
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// heldBack gives the server's first flight without its last record. False: what is
// written is no such flight, for it has two records at most.
func heldBack(flight []byte) ([]byte, bool) {
	records, last := 0, 0
	for at := 0; at+recordHeader <= len(flight); records++ {
		last = at
		at += recordHeader + int(flight[at+3])<<8 + int(flight[at+4])
	}
	return flight[:last], records > 2
}
