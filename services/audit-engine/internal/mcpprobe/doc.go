// Package mcpprobe looks for an endpoint of the Model Context Protocol (MCP) on a
// site, and records what a stranger without credentials is shown there:
//
//	candidates ─ initialize ─▶ found ─▶ sessions ─▶ lists ─▶ origins, headers, errors ─▶ Result
//	                  │                     (401: challenge and metadata instead)
//	                  └─▶ nothing: nil
//
// It speaks the raw wire, because client libraries hide what is judged: the header of
// a 401, the status of a refusal, the text of an error. Three generations are known:
//
//   - HTTP+SSE (2024-11-05): a stream opened with GET tells where to POST, and the
//     answers come over the stream;
//   - streamable HTTP with sessions (2025-03-26 to 2025-11-25): POST initialize, then
//     Mcp-Session-Id on every request; answers are JSON or an event stream;
//   - streamable HTTP without state (2026-07-28): every request carries its version in
//     _meta and in headers, there is no initialize.
//
// It asks for lists and who answers, and once each for a method that does not exist and
// with half a message, to see the errors. What it may send is the closed set of method constants in
// message.go: nothing that calls a tool, reads a resource or renders a prompt. Sessions
// that it opened are ended. All that the site sends is data: bounded and not followed.
//
// Sources: https://modelcontextprotocol.io/specification, revisions 2024-11-05,
// 2025-03-26, 2025-11-25 and 2026-07-28; RFC 9728 for the metadata.
package mcpprobe
