package template

import (
	"embed"
	"io/fs"

	"doorstep.example/pkg/lang"
)

//go:embed text/*.yaml
var textFiles embed.FS

// texts are the words of all mails.
var texts = loadTexts()

func loadTexts() *lang.Catalogue {
	files, err := fs.Sub(textFiles, "text")
	if err != nil {
		panic("template: the embedded texts are missing: " + err.Error())
	}
	c, err := lang.Load(files)
	if err != nil {
		panic("template: " + err.Error())
	}
	return c
}
