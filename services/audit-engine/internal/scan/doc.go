// Package scan runs one audit: it gathers what a target shows, lets the checks of
// the tier judge it, and writes the report. It holds the limits of an audit (time,
// number at once, one at a time for each host); the limits of a connection are the
// guard's.
package scan
