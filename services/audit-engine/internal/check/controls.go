package check

import (
	"slices"

	"doorstep.example/pkg/auditapi"
)

// The names of the frameworks, as the report prints them.
const (
	owasp2021 = "OWASP Top 10 2021"
	owasp2025 = "OWASP Top 10 2025"
	asvs      = "OWASP ASVS 5.0.0"
	pci       = "PCI DSS 4.0.1"
	soc2      = "SOC 2 TSC"
	iso27001  = "ISO/IEC 27001:2022"
	csf       = "NIST CSF 2.0"
	gdpr      = "GDPR"
	hipaa     = "HIPAA"
	owaspAPI  = "OWASP API Security Top 10 2023"
	owaspLLM  = "OWASP LLM Top 10 2025"
	owaspMCP  = "OWASP MCP Top 10 2025 (beta)"
)

// topic is a group of clauses that the same weaknesses bear on. Only clauses that
// were verified against the text of the framework stand here.
type topic []auditapi.Control

func clauses(framework string, numbers ...string) topic {
	var t topic
	for _, n := range numbers {
		t = append(t, auditapi.Control{Framework: framework, Clause: n})
	}
	return t
}

var (
	transportCrypto = slices.Concat(
		clauses(owasp2021, "A02"), clauses(owasp2025, "A04"), clauses(pci, "2.2.7", "4.2.1", "4.2.1.1"),
		clauses(soc2, "CC6.1", "CC6.7"), clauses(iso27001, "A.5.14", "A.8.21", "A.8.24"), clauses(csf, "PR.DS-02"),
		clauses(gdpr, "Art. 32(1)(a)"), clauses(hipaa, "164.312(e)(1)", "164.312(e)(2)(i)", "164.312(e)(2)(ii)"))
	hardening = slices.Concat(
		clauses(owasp2021, "A05"), clauses(owasp2025, "A02"), clauses(pci, "2.2.1", "2.2.4", "2.2.6"),
		clauses(soc2, "CC6.6", "CC7.1"), clauses(iso27001, "A.8.9", "A.8.26"), clauses(csf, "PR.PS-01"),
		clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(a)(1)"))
	clientCode = slices.Concat(
		clauses(owasp2021, "A03", "A08"), clauses(owasp2025, "A05", "A08"), clauses(pci, "6.2.4"),
		clauses(soc2, "CC6.8", "CC7.1"), clauses(iso27001, "A.8.26", "A.8.28"), clauses(csf, "PR.PS-05", "PR.PS-06"),
		clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(c)(1)"))
	sessions = slices.Concat(
		clauses(owasp2021, "A07"), clauses(owasp2025, "A07"), clauses(pci, "6.2.4"),
		clauses(soc2, "CC6.1"), clauses(iso27001, "A.8.5"), clauses(csf, "PR.AA-03"),
		clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(a)(2)(iii)", "164.312(d)"))
	access = slices.Concat(
		clauses(owasp2021, "A01"), clauses(owasp2025, "A01"), clauses(pci, "6.2.4"),
		clauses(soc2, "CC6.1", "CC6.3"), clauses(iso27001, "A.8.3", "A.8.12"), clauses(csf, "PR.AA-05"),
		clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(a)(1)"))
	exposedData = slices.Concat(
		clauses(owasp2021, "A01", "A05"), clauses(owasp2025, "A01", "A02"), clauses(pci, "2.2.6"),
		clauses(soc2, "CC6.1", "CC6.7"), clauses(iso27001, "A.5.17", "A.8.4", "A.8.12"), clauses(csf, "PR.AA-01", "PR.DS-01"),
		clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(a)(1)"))
	leaks = slices.Concat(
		clauses(owasp2021, "A05"), clauses(owasp2025, "A02", "A10"), clauses(pci, "2.2.6", "6.2.4"),
		clauses(soc2, "CC7.1"), clauses(iso27001, "A.8.9", "A.8.12"), clauses(csf, "PR.PS-01"),
		clauses(gdpr, "Art. 32(1)(b)"))
	interfaces = slices.Concat( // for programs and models; each check adds its numbers of OWASP's lists
		clauses(owasp2021, "A01", "A07"), clauses(owasp2025, "A01", "A07"), clauses(pci, "6.2.4"),
		clauses(soc2, "CC6.1", "CC6.6"), clauses(iso27001, "A.8.3", "A.8.5", "A.8.26"), clauses(csf, "PR.AA-03", "PR.AA-05"),
		clauses(gdpr, "Art. 32(1)(b)"), clauses(hipaa, "164.312(a)(1)", "164.312(d)"))
	disclosure = slices.Concat(
		clauses(owasp2021, "A09"), clauses(owasp2025, "A09"), clauses(pci, "6.3.1"),
		clauses(soc2, "CC7.1"), clauses(iso27001, "A.8.8"), clauses(gdpr, "Art. 32(1)(d)"))
)

// controls returns the clauses of a topic and the check's own numbers of the ASVS.
func controls(t topic, verification ...string) []auditapi.Control {
	return slices.Concat(t, clauses(asvs, verification...))
}
