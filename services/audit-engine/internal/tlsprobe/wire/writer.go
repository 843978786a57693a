package wire

import "encoding/binary"

// writer builds messages. A vector is written by a function and preceded by its length.
type writer struct{ out []byte }

func (w *writer) uint8(v uint8)   { w.out = append(w.out, v) }
func (w *writer) uint16(v uint16) { w.out = binary.BigEndian.AppendUint16(w.out, v) }
func (w *writer) bytes(b []byte)  { w.out = append(w.out, b...) }

func (w *writer) uint16s(values []uint16) {
	for _, v := range values {
		w.uint16(v)
	}
}

func (w *writer) extension(number uint16, content func()) {
	w.uint16(number)
	w.vector16(content)
}

func (w *writer) vector8(content func())  { w.vector(1, content) }
func (w *writer) vector16(content func()) { w.vector(2, content) }
func (w *writer) vector24(content func()) { w.vector(3, content) }

func (w *writer) vector(width int, content func()) {
	at := len(w.out)
	w.out = append(w.out, make([]byte, width)...)
	content()
	length := len(w.out) - at - width
	for i := range width {
		w.out[at+i] = byte(length >> (8 * (width - 1 - i)))
	}
}
