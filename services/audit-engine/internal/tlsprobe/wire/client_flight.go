package wire

const kindClientKeyExchange = 16

// finishedSize is that of a Finished under encryption, in bytes: whole blocks of every
// cipher, and more than any MAC.
const finishedSize = 64

// ClientKeyExchange returns a record with the client's secret under the server's RSA
// key, RFC 5246 section 7.4.7.1, for TLS 1.0 to 1.2.
func ClientKeyExchange(version uint16, encrypted []byte) []byte {
	return clientRecord(recordHandshake, version, func(w *writer) {
		w.uint8(kindClientKeyExchange)
		w.vector24(func() { w.vector16(func() { w.bytes(encrypted) }) })
	})
}

// ChangeCipherSpec returns the record that announces encryption, RFC 5246 section 7.1.
func ChangeCipherSpec(version uint16) []byte {
	return clientRecord(recordChangeCipherSpec, version, func(w *writer) { w.uint8(1) })
}

// FalseFinished returns a record of random bytes in the place of the client's encrypted
// Finished. No key opens it.
func FalseFinished(version uint16) []byte {
	return clientRecord(recordHandshake, version, func(w *writer) { w.bytes(random(finishedSize)) })
}

func clientRecord(kind uint8, version uint16, content func(*writer)) []byte {
	var w writer
	w.uint8(kind)
	w.uint16(version)
	w.vector16(func() { content(&w) })
	return w.out
}
