package dnsprobe

import (
	"regexp"
	"strings"
)

// Service is a hosting service where anybody may take a name that its last user has
// given up, and so answer for every alias that still leads there.
type Service struct {
	Suffix string
	Name   string
	// Unclaimed is in the page that the service answers with for a name that nobody
	// has. "": such a name never exists in the DNS.
	Unclaimed string
}

const (
	noBucket = "NoSuchBucket"
	noApp    = "herokucdn.com/error-pages/no-such-app.html"
	assigned = "herokudns.com" // Heroku makes these names up: one that is gone cannot be asked for
)

// services were reviewed in November 2026 against the operators' documentation and
// the community's list of takeovers (github.com/EdOverflow/can-i-take-over-xyz).
// Services that choose the name themselves are left out, such as CloudFront and Azure
// Front Door: what was given up there cannot be asked for.
var services = []Service{
	{"azurewebsites.net", "Azure App Service", ""},
	{"cloudapp.azure.com", "Azure virtual machines", ""},
	{"trafficmanager.net", "Azure Traffic Manager", ""},
	{"blob.core.windows.net", "Azure Blob Storage", ""},
	{"azurecontainer.io", "Azure Container Instances", ""},
	{"azure-api.net", "Azure API Management", ""},
	{"elasticbeanstalk.com", "AWS Elastic Beanstalk", ""},
	{"trydiscourse.com", "Discourse", ""},
	{"github.io", "GitHub Pages", "There isn't a GitHub Pages site here."},
	{"herokuapp.com", "Heroku", noApp},
	{assigned, "Heroku", noApp},
	{"bitbucket.io", "Bitbucket Cloud", "Repository not found"},
	{"surge.sh", "Surge", "project not found"},
	{"pantheonsite.io", "Pantheon", "404 error unknown site!"},
	{"ghost.io", "Ghost", "The thing you were looking for is no longer here, or never was"},
	{"netlify.app", "Netlify", "Not Found - Request ID:"},
	{"netlify.com", "Netlify", "Not Found - Request ID:"},
	{"hatenablog.com", "Hatena Blog", "404 Blog is not found"},
	{"helpscoutdocs.com", "Help Scout", "No settings were found for this company:"},
	{"youtrack.cloud", "YouTrack", "is not a registered InCloud YouTrack"},
}

// bucket is a name of Amazon S3 with the bucket's before it, in the forms of all regions.
var bucket = regexp.MustCompile(`\.s3(-website)?([.-][a-z0-9-]+)*\.amazonaws\.com$`)

// ServiceOf returns the service that the alias leads to. Some lead on to a name that
// all their customers share; a name that is gone was lost where the aliases end.
func (a Alias) ServiceOf() (Service, bool) {
	names := a.Chain
	if a.Gone {
		names = names[len(names)-1:]
	}
	for _, name := range names {
		if bucket.MatchString(name) {
			return Service{Name: "Amazon S3", Unclaimed: noBucket}, true
		}
		for _, s := range services {
			if strings.HasSuffix(name, "."+s.Suffix) && (!a.Gone || s.Suffix != assigned) {
				return s, true
			}
		}
	}
	return Service{}, false
}
