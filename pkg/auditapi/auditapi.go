// Package auditapi is the wire of the audit-engine: what it is asked, what it
// answers, and a client.
package auditapi

import "time"

// Tiers of an audit, in rising order.
const (
	TierAutomated  = "automated"
	TierCompliance = "compliance"
	TierRedTeam    = "redteam"
)

// Request asks for one audit.
type Request struct {
	TargetURL  string     `json:"target_url"`
	TargetName string     `json:"target_name"` // the name on the cover
	Tier       string     `json:"tier"`
	OrderID    string     `json:"order_id"`
	ReportID   string     `json:"report_id"`
	Seller     Seller     `json:"seller"`
	VerifyURL  string     `json:"verify_url,omitempty"` // where a reader checks that the report is genuine
	Ownership  *Ownership `json:"ownership,omitempty"`
}

// Seller is whose name and colour the report carries. All fields may be empty.
type Seller struct {
	Name  string `json:"name,omitempty"`
	Color string `json:"color,omitempty"` // #rrggbb
	URL   string `json:"url,omitempty"`
	Email string `json:"email,omitempty"`
}

// Ownership holds the token that proves control of a red-team target.
type Ownership struct {
	Token string `json:"token"`
}

// Proof is what was found of the token on a target. Detail says where it is, or in
// words for the buyer where it was looked for in vain.
type Proof struct {
	Proven bool      `json:"proven"`
	Method string    `json:"method,omitempty"` // dns, file or meta
	Detail string    `json:"detail"`
	At     time.Time `json:"at"`
}

// ProofRequest asks whether a target is proven, without scanning it.
type ProofRequest struct {
	TargetURL string `json:"target_url"`
	Token     string `json:"token"`
}

// Severity of a finding.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities lists them worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Report is what an audit found.
type Report struct {
	ReportID   string           `json:"report_id"`
	OrderID    string           `json:"order_id,omitempty"`
	Target     string           `json:"target"` // the URL that was asked for
	TargetName string           `json:"target_name"`
	FinalURL   string           `json:"final_url,omitempty"` // where its redirects led
	Tier       string           `json:"tier"`
	StartedAt  time.Time        `json:"started_at"`
	FinishedAt time.Time        `json:"finished_at"`
	Grade      string           `json:"grade"` // A+ … F
	Score      int              `json:"score"` // 0–100
	Grades     []SideGrade      `json:"grades,omitempty"`
	Summary    map[Severity]int `json:"summary"` // findings by severity; every severity is present
	Findings   []Finding        `json:"findings"`
	Passed     []Passed         `json:"passed"`
	Skipped    []Skipped        `json:"skipped"`
	Controls   []Control        `json:"controls"`
	Proof      *Proof           `json:"proof,omitempty"` // of a tier that needs one
	Seller     Seller           `json:"seller"`
	VerifyURL  string           `json:"verify_url,omitempty"`
}

// SideGrade is a grade by the public rules of somebody else, as the audit-engine reckons
// it, for comparison. It has no influence on Grade.
type SideGrade struct {
	Name  string      `json:"name"`  // MDN HTTP Observatory (our reckoning)
	Grade string      `json:"grade"` // A+ … F; of SSL Labs also T and M
	Score int         `json:"score"` // of the Observatory it may exceed 100
	Tests []GradeTest `json:"tests,omitempty"`
	Caps  []string    `json:"caps,omitempty"` // what keeps the grade down, "B: TLS 1.0 is offered"
	Check string      `json:"check"`          // where a reader has the original reckon
}

// GradeTest is a part of a SideGrade.
type GradeTest struct {
	Name     string `json:"name"`
	Verdict  string `json:"verdict"`
	Modifier int    `json:"modifier"` // points added or taken off
}

// Finding is one weakness that was proven.
type Finding struct {
	ID          string    `json:"id"`    // unique in the report: F-01, F-02, …
	Check       string    `json:"check"` // the check that found it
	Title       string    `json:"title"` // one line
	Severity    Severity  `json:"severity"`
	Area        string    `json:"area"`
	Evidence    string    `json:"evidence"`    // what was seen; may have several lines; hostile text
	Impact      string    `json:"impact"`      // what it means for the customer
	Remediation string    `json:"remediation"` // what to do; may have several lines
	References  []string  `json:"references"`  // URLs
	Controls    []Control `json:"controls"`
}

// Control is a clause of a framework that a finding or check bears on.
type Control struct {
	Framework string `json:"framework"`
	Clause    string `json:"clause"`
}

// Passed is a check that found nothing to say.
type Passed struct {
	Check string `json:"check"`
	Title string `json:"title"`
	Area  string `json:"area"`
}

// Skipped is a check that could not be assessed.
type Skipped struct {
	Check  string `json:"check"`
	Title  string `json:"title"`
	Reason string `json:"reason"`
}

// Check describes a check, as GET /api/checks lists it.
type Check struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Area     string    `json:"area"`
	Tiers    []string  `json:"tiers"`
	Severity Severity  `json:"severity"` // the worst it gives by default
	Controls []Control `json:"controls"`
}

// Names of the lines of a progress stream.
const (
	EventProgress = "progress"
	EventResult   = "result"
	EventError    = "error"
)

// Event is one line of the application/x-ndjson stream. Progress lines have
// Check, Title, Done and Total; the last line is a result or an error.
type Event struct {
	Event     string  `json:"event"`
	Check     string  `json:"check,omitempty"`
	Title     string  `json:"title,omitempty"`
	Done      int     `json:"done,omitempty"`
	Total     int     `json:"total,omitempty"`
	Report    *Report `json:"report,omitempty"`
	PDF       []byte  `json:"pdf,omitempty"` // base64 on the wire
	Code      string  `json:"code,omitempty"`
	Message   string  `json:"message,omitempty"`
	Permanent bool    `json:"permanent,omitempty"`
}

// Codes of refusals. All of them are permanent except CodeBusy and CodeTimeout.
const (
	CodeScheme            = "scheme"
	CodePort              = "port"
	CodeCredentials       = "credentials"
	CodeHostSyntax        = "host_syntax"
	CodeZone              = "zone"
	CodeNotPublicName     = "not_public_name"
	CodeDNSFailed         = "dns_failed"
	CodeForbiddenAddress  = "forbidden_address"
	CodeRedirectForbidden = "redirect_forbidden"
	CodeRedirectLoop      = "redirect_loop"
	CodeTooManyRedirects  = "too_many_redirects"
	CodeUnreachable       = "unreachable"
	CodeOwnershipUnproven = "ownership_unproven"
	CodeBusy              = "busy"
	CodeTimeout           = "timeout"
)
