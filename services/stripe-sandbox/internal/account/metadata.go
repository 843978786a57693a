package account

import "encoding/json"

// metadataOrNothing is metadata where Stripe also takes the empty string, which
// means none.
type metadataOrNothing map[string]string

// UnmarshalJSON reads an object or "".
func (m *metadataOrNothing) UnmarshalJSON(raw []byte) error {
	if string(raw) == `""` {
		*m = nil
		return nil
	}
	return json.Unmarshal(raw, (*map[string]string)(m))
}
