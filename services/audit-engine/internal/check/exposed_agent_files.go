package check

import (
	"context"

	"doorstep.example/pkg/auditapi"
	"doorstep.example/services/audit-engine/internal/exposed"
	"doorstep.example/services/audit-engine/internal/tier"
)

func init() {
	register(Check{
		ID: exposed.AgentFiles, Title: "Files of developers and their AI agents stay private", Area: AreaExposure,
		Tiers: tier.From(auditapi.TierAutomated), Severity: auditapi.Critical,
		Impact: "These files are written for the people and programs that build the site. They name machines inside, commands, the tools an AI agent may use and often its keys, and they show which components are in use and how old they are.",
		Remediation: denyFiles("Publish only the finished site: build it into a folder of its own (such as dist or public) and let the server see nothing else. Replace the keys in these files; an agent's settings should name environment variables in their place. Refuse what slips through:",
			`(/\.(mcp\.json|claude|cursor|cursorrules|github|gitlab-ci\.yml|travis\.yml|vscode|idea)|/(CLAUDE|AGENTS)\.md$|/(mcp|composer|package)\.json$|/composer\.lock$|/(Dockerfile|Jenkinsfile|docker-compose\.yml)$)`),
		References: []string{"https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices", "https://cwe.mitre.org/data/definitions/538.html"},
		Controls:   controls(exposedData, "13.4.7"),
		Run: func(_ context.Context, site *Site) Result {
			return exposedResult(site, exposed.AgentFiles, keysInside)
		},
	})
}
