package mcpprobe

import "net/http"

// Transport is how an endpoint carries messages.
type Transport string

// The transports of the specification that work over a network.
const (
	StreamableHTTP Transport = "streamable HTTP"
	HTTPSSE        Transport = "HTTP+SSE"
)

// Result is what was seen at an endpoint.
type Result struct {
	URL       string // of the endpoint, with its query
	PostURL   string // where HTTP+SSE has messages sent to
	Transport Transport
	// Revisions are those that the endpoint was heard to speak or says that it does.
	Revisions []string
	// Stateless and Sessions tell which eras of the protocol it serves: 2026-07-28, and
	// those before it. Both are false where sign-in hides it.
	Stateless, Sessions bool

	Server       Server
	Instructions string // to the model

	// Refusal is the answer that asked for sign-in. nil: strangers may list.
	Refusal  *Refusal
	Metadata Metadata // looked for only where there is a Refusal

	Tools     List[Tool]
	Prompts   List[Prompt]
	Resources List[Resource]
	Templates List[Resource] // addresses with blanks
	Hash      string         // SHA-256 of the tools in canonical form, in hexadecimal; empty without a whole list

	Origins    []OriginAnswer
	Headers    []HeaderAnswer // only for stateless endpoints
	Unknown    *HeaderAnswer  // to a method that does not exist, from stateless endpoints
	SessionIDs []string       // of two sessions, where the endpoint gives ids
	PlainHTTP  bool           // http:// speaks MCP too, beside https
	RateLimits []string       // names of headers about limits that were seen
	Errors     []string       // texts of errors, one for each answer
}

// Server is what the endpoint says about itself.
type Server struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

func (s Server) cut() Server {
	return Server{Name: cut(s.Name, maxName), Title: cut(s.Title, maxName), Version: cut(s.Version, maxName), Description: cut(s.Description, maxText)}
}

// Refusal is a 401.
type Refusal struct {
	Status     int
	Header     http.Header
	Challenges []Challenge
}

// Bearer returns the challenge for OAuth tokens.
func (r *Refusal) Bearer() (Challenge, bool) {
	for _, c := range r.Challenges {
		if c.Scheme == "bearer" || c.Scheme == "dpop" {
			return c, true
		}
	}
	return Challenge{}, false
}

// List is a list as strangers get it.
type List[T any] struct {
	Seen    bool // it was given, at least its first page
	Items   []T
	Problem string // why it is not whole or not there, in words for the report; may be empty
}

// Tool is a tool as the list describes it. Texts are cut at maxText.
type Tool struct {
	Name, Title, Description string
	Input, Output            map[string]any // JSON Schemas
	Annotations              Annotations
	Annotated                bool // its annotations say something about what it does
}

// Annotations are the hints about what a tool does. nil: not said.
type Annotations struct {
	Title       string `json:"title"`
	ReadOnly    *bool  `json:"readOnlyHint"`
	Destructive *bool  `json:"destructiveHint"`
	OpenWorld   *bool  `json:"openWorldHint"`
}

// Prompt is a prompt as the list describes it.
type Prompt struct {
	Name        string           `json:"name"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Arguments   []PromptArgument `json:"arguments"`
}

// PromptArgument is a value that a prompt asks for.
type PromptArgument struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Resource is a resource as the list describes it.
type Resource struct {
	URI         string `json:"uri"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// OriginAnswer is how the endpoint treats a question that a page of another site
// could make a browser send.
type OriginAnswer struct {
	Origin      string
	Status      int
	Accepted    bool   // it gave the answer that it gives without Origin
	Allow       string // Access-Control-Allow-Origin
	Credentials bool   // Access-Control-Allow-Credentials: true
}

// HeaderAnswer is how a stateless endpoint treats headers that contradict the body.
type HeaderAnswer struct {
	Sent     string // what was wrong
	Status   int
	Code     int // of the error; 0: none was given
	Accepted bool
}

// Metadata is the document of RFC 9728 that tells where to sign in.
type Metadata struct {
	Named     string // resource_metadata of the challenge
	Elsewhere bool   // Named leads to another host, which is not asked
	Unknown   bool   // it could not be asked for
	Path      string // where it was found, or looked for last
	Found     bool   // it is there, and is JSON
	Resource  string
	Servers   []string // authorization_servers
	Methods   []string // bearer_methods_supported
}
