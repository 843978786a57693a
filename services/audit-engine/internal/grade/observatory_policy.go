package grade

// PolicyFacts is what the Observatory reads in the content security policies of header
// and markup, taken together.
type PolicyFacts struct {
	Sent           bool // a policy that is enforced
	ReportOnly     bool // one that only reports
	Invalid        bool // a directive twice, or 'strict-dynamic' without nonce or hash
	ReportTwice    bool // a directive for reports twice, which is tolerated
	Unsafe         bool // inline scripts, data: or nearly every host for scripts, or nearly every host for plug-ins
	PlainActive    bool // http: or ftp: beside images and media, on an https page
	Eval           bool // 'unsafe-eval' for scripts or styles
	PlainPassive   bool // http: or ftp: for images and media, on an https page
	UnsafeStyle    bool // inline styles, data: or nearly every host for them
	NoneByDefault  bool // default-src 'none'
	FrameAncestors bool // frame-ancestors is there
}

// policy gives the first verdict that fits.
func (f SiteFacts) policy() verdict {
	p := f.Policy
	switch {
	case p.Invalid:
		return verdict{-25, "invalid"}
	case !p.Sent && p.ReportOnly:
		return verdict{-25, "only reports"}
	case !p.Sent:
		return verdict{-25, "not set"}
	case p.Unsafe:
		return verdict{-20, "allows inline scripts or nearly every host"}
	case p.PlainActive:
		return verdict{-20, "allows content over http"}
	case p.Eval:
		return verdict{-10, "allows 'unsafe-eval'"}
	case p.ReportTwice:
		return verdict{0, "names the address for reports twice"}
	case p.PlainPassive:
		return verdict{-10, "allows images or media over http"}
	case p.UnsafeStyle:
		return verdict{0, "unsafe for styles only"}
	case p.NoneByDefault:
		return verdict{10, "nothing unsafe, and default-src 'none'"}
	}
	return verdict{5, "nothing unsafe"}
}
