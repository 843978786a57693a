// Package compose checks what the compose files and the Dockerfile mean, not how
// they are written: they are parsed by compose's own loader, the rules are applied
// to every service, and each rule is shown to catch the weakening that it is for.
package compose
