package wire

import "fmt"

// Alert is a fatal alert, or the notice that the server closes. It is an error.
type Alert uint8

// The alerts that tell probes apart, RFC 8446 section 6 and RFC 7507.
const (
	AlertBadRecordMAC          Alert = 20
	AlertDecryptionFailed      Alert = 21 // of TLS 1.0, RFC 2246
	AlertHandshakeFailure      Alert = 40
	AlertProtocolVersion       Alert = 70
	AlertInsufficientSecurity  Alert = 71
	AlertInternalError         Alert = 80
	AlertInappropriateFallback Alert = 86
	AlertNoRenegotiation       Alert = 100 // RFC 5246 section 7.2.2

	alertCloseNotify = 0
	alertWarning     = 1
)

var alertNames = map[Alert]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
	30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate",
	43: "unsupported_certificate", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
	50: "decode_error", 51: "decrypt_error", 60: "export_restriction", 70: "protocol_version",
	71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation",
	109: "missing_extension", 110: "unsupported_extension", 112: "unrecognized_name",
	116: "certificate_required", 120: "no_application_protocol",
}

func (a Alert) Error() string {
	if name, known := alertNames[a]; known {
		return "alert " + name
	}
	return fmt.Sprintf("alert %d", uint8(a))
}

// parseAlert reads an alert record. Warnings such as unrecognized_name are not fatal:
// the handshake goes on. One that was declined does not.
func parseAlert(payload []byte) (alert Alert, fatal bool, err error) {
	if len(payload) != 2 {
		return 0, false, fmt.Errorf("%w: alert of %d bytes", ErrMalformed, len(payload))
	}
	alert = Alert(payload[1])
	return alert, payload[0] != alertWarning || alert == alertCloseNotify || alert == AlertNoRenegotiation, nil
}
