package api

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/pkg/errs"
	"doorstep.example/services/audit-engine/internal/tier"
)

var (
	idPattern    = regexp.MustCompile(`^[A-Za-z0-9._:-]{0,64}$`)
	colorPattern = regexp.MustCompile(`^(#[0-9A-Fa-f]{6})?$`)
)

// readRequest reads and checks an audit's request. What is wrong comes back at
// once, by field. The target's own rules are the guard's.
func readRequest(body io.Reader) (auditapi.Request, error) {
	var r auditapi.Request
	decoder := json.NewDecoder(body)
	if err := decoder.Decode(&r); err != nil {
		if tooLarge(err) {
			return r, err
		}
		return r, errs.Wrap(errs.Invalid, err, "The body must be JSON with target_url, target_name, tier, order_id and report_id.")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return r, errs.New(errs.Invalid, "The body must be one JSON object and nothing after it.")
	}
	fields := map[string]string{}
	if r.TargetURL == "" {
		fields["target_url"] = "is required"
	}
	if _, known := tier.ByName(r.Tier); !known {
		fields["tier"] = "must be automated, compliance or redteam"
	}
	if !idPattern.MatchString(r.OrderID) {
		fields["order_id"] = "must be at most 64 letters, digits, dots, colons, dashes"
	}
	if !idPattern.MatchString(r.ReportID) {
		fields["report_id"] = "must be at most 64 letters, digits, dots, colons, dashes"
	}
	if !colorPattern.MatchString(r.Seller.Color) {
		fields["seller.color"] = "must be #rrggbb"
	}
	for name, value := range map[string]string{"seller.url": r.Seller.URL, "verify_url": r.VerifyURL} {
		if u, err := url.Parse(value); value != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
			fields[name] = "must be an http:// or https:// address"
		}
	}
	for name, value := range map[string]string{"target_name": r.TargetName, "seller.name": r.Seller.Name, "seller.email": r.Seller.Email} {
		if utf8.RuneCountInString(value) > 200 {
			fields[name] = "must be at most 200 characters"
		}
	}
	if len(fields) > 0 {
		return r, &errs.Error{Kind: errs.Invalid, Message: "The request cannot be used as it is.", Fields: fields}
	}
	r.ReportID = cmp.Or(r.ReportID, rand.Text())
	return r, nil
}

// tooLarge reports an error of the body limit, which has a status of its own.
func tooLarge(err error) bool {
	return errs.KindOf(err) == errs.TooLarge || isStatus(err, http.StatusRequestEntityTooLarge)
}

func isStatus(err error, status int) bool {
	he, ok := errors.AsType[*echo.HTTPError](err)
	return ok && he.Code == status
}
