package wire

import "encoding/binary"

// parser reads a message from its front. After the first read beyond its end it is
// bad, and every further read returns nothing.
type parser struct {
	rest []byte
	bad  bool
}

func (p *parser) bytes(n int) []byte {
	if p.bad || n > len(p.rest) {
		p.bad, p.rest = true, nil
		return nil
	}
	out := p.rest[:n:n]
	p.rest = p.rest[n:]
	return out
}

func (p *parser) uint8() uint8 {
	if b := p.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (p *parser) uint16() uint16 {
	if b := p.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (p *parser) uint24() int {
	if b := p.bytes(3); b != nil {
		return int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	}
	return 0
}

func (p *parser) uint32() uint32 {
	if b := p.bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (p *parser) vector8() []byte  { return p.bytes(int(p.uint8())) }
func (p *parser) vector16() []byte { return p.bytes(int(p.uint16())) }
func (p *parser) vector24() []byte { return p.bytes(p.uint24()) }

func (p *parser) more() bool { return !p.bad && len(p.rest) > 0 }
func (p *parser) done() bool { return !p.bad && len(p.rest) == 0 }

// extensions reads a list of extensions and hands each to visit.
func (p *parser) extensions(visit func(number uint16, data []byte)) {
	list := parser{rest: p.vector16()}
	for list.more() {
		number := list.uint16()
		data := list.vector16()
		if list.bad {
			p.bad = true
			return
		}
		visit(number, data)
	}
}
