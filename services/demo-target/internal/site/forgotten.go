package site

import (
	"embed"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed forgotten
var forgottenFiles embed.FS

// forgotten maps an address to the file behind it: what a hurried deployment
// leaves in the document root. All of it is invented. The files have other names
// here because git and build tools treat the real ones specially.
var forgotten = map[string]string{
	"/.git/HEAD":                       "git-head.txt",
	"/.git/config":                     "git-config.txt",
	"/.env.bak":                        "env-bak.txt",
	"/robots.txt":                      "robots.txt",
	"/backup/":                         "backup-index.html",
	"/backup/northwind-2023-11-02.sql": "northwind-dump.txt",
	"/backup/deploy-notes.txt":         "deploy-notes.txt",
}

func forgottenRoutes(get func(string, echo.HandlerFunc)) {
	for path, file := range forgotten {
		get(path, func(c echo.Context) error {
			content, err := forgottenFiles.ReadFile("forgotten/" + file)
			if err != nil {
				return err
			}
			contentType := "text/plain; charset=utf-8"
			if strings.HasSuffix(file, ".html") {
				contentType = "text/html"
			}
			return c.Blob(http.StatusOK, contentType, content)
		})
	}
}
