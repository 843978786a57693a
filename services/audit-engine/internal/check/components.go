package check

import "slices"

// components is the topic of software that is built upon: libraries, servers.
var components = slices.Concat(
	clauses(owasp2021, "A06"), clauses(owasp2025, "A03"), clauses(pci, "6.3.2", "6.3.3"),
	clauses(soc2, "CC7.1"), clauses(iso27001, "A.8.8"), clauses(csf, "ID.RA-01", "PR.PS-02"),
	clauses(gdpr, "Art. 32(1)(d)"))
