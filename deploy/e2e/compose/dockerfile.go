package compose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Instruction is one line of a Dockerfile, continuations joined.
type Instruction struct{ Name, Args string }

// ParseDockerfile splits a Dockerfile into its instructions. It knows comments and
// continuation lines, not here-documents: ours has none, and one is an error.
func ParseDockerfile(text string) ([]Instruction, error) {
	var all []Instruction
	var line string
	for raw := range strings.Lines(text) {
		raw = strings.TrimSpace(raw)
		if raw == "" || strings.HasPrefix(raw, "#") {
			continue
		}
		if head, ok := strings.CutSuffix(raw, `\`); ok {
			line += head
			continue
		}
		name, args, ok := strings.Cut(line+raw, " ")
		if !ok || strings.Contains(args, "<<") {
			return nil, fmt.Errorf("cannot read the instruction %q", line+raw)
		}
		all, line = append(all, Instruction{strings.ToUpper(name), strings.TrimSpace(args)}), ""
	}
	if line != "" {
		return nil, fmt.Errorf("the file ends within the instruction %q", line)
	}
	return all, nil
}

// JudgeDockerfile says what is wrong with the image that the file makes.
func JudgeDockerfile(all []Instruction) []string {
	last := 0
	for i, in := range all {
		if in.Name == "FROM" {
			last = i
		}
	}
	build, final := all[:last], all[last:]
	var c []string
	require := func(where []Instruction, name, pattern, complaint string) {
		if !slices.ContainsFunc(where, func(in Instruction) bool {
			return in.Name == name && regexp.MustCompile(pattern).MatchString(in.Args)
		}) {
			c = append(c, complaint)
		}
	}
	require(build, "FROM", `\bgolang:1\.26\.\d+-\w+ AS `, "the compiler's version is not pinned")
	require(build, "ARG", `^SERVICE$`, "ARG SERVICE is missing")
	require(build, "ENV", `\bGOWORK=off\b`, "the workspace is not switched off")
	require(build, "ENV", `\bCGO_ENABLED=0\b`, "the binary would need a C library")
	require(build, "RUN", `-trimpath .*-X doorstep\.example/pkg/service\.Version=\$VERSION`, "the binary does not know its version")
	require(final, "FROM", `^scratch$`, "the image is not from scratch")
	require(final, "COPY", `ca-certificates\.crt /etc/ssl/certs/ca-certificates\.crt$`, "no CA certificates: every call over TLS fails")
	require(final, "COPY", `--chown=65532:65532 \S+ `+state+`$`, "the program cannot write to "+state)
	require(final, "USER", `^65532:65532$`, "it runs as root")
	require(final, "ENTRYPOINT", `^\["/service"\]$`, "the entry point is not the binary alone")
	for _, in := range final {
		if in.Name == "RUN" || in.Name == "ADD" || (in.Name == "USER" && in.Args != "65532:65532") {
			c = append(c, "unexpected "+in.Name+" "+in.Args)
		}
	}
	return c
}
