// Package page renders what buyers see. It knows no orders and no database:
// handlers fill a typed struct a page and get HTML.
//
//	page.go      Shop, Renderer, New: everything is parsed once, at start
//	<page>.go    the struct of one page and the method that writes it
//	form.go      the forms that several pages have
//	template/    layout, shared partials (_name.tmpl) and one folder a page
//	text/        what the pages say, a file a language; see package lang
//	speaker.go   how templates say it: texts, money, times, words that may break
//	language.go  which languages a visitor may choose from
//	theme.go     the palette, computed from the shop's one colour
//	asset.go     style sheet, script, fonts and drawings under /static/
//
// Structs carry values and the keys of texts, never sentences. Where other services
// explain something in words of theirs (Field.Error, Order.Note, …), a text may stand
// in place of a key and is shown as it is.
//
// The pages work without JavaScript and contain no inline script or style; what
// they load is listed in Policy.
package page

// Policy is the part of the Content-Security-Policy that says what pages load:
// only what Static serves. Whoever sets the header adds form-action,
// base-uri and frame-ancestors.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'"
