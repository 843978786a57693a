package dnsprobe

import "strings"

// Service is a hosting service where anybody may take a name that its last user has
// given up, and so answer for every alias that still leads there.
type Service struct {
	Suffix string
	Name   string
	// Unclaimed is in the page that the service answers with for a name that nobody
	// has. "": such a name does not exist in the DNS.
	Unclaimed string
}

const (
	noBucket = "NoSuchBucket"
	noApp    = "herokucdn.com/error-pages/no-such-app.html"
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
	{"s3.amazonaws.com", "Amazon S3", noBucket},
	{"s3-website-us-east-1.amazonaws.com", "Amazon S3", noBucket},
	{"s3-website-us-west-2.amazonaws.com", "Amazon S3", noBucket},
	{"s3-website-eu-west-1.amazonaws.com", "Amazon S3", noBucket},
	{"s3-website.eu-central-1.amazonaws.com", "Amazon S3", noBucket},
	{"github.io", "GitHub Pages", "There isn't a GitHub Pages site here."},
	{"herokuapp.com", "Heroku", noApp},
	{"herokudns.com", "Heroku", noApp},
	{"bitbucket.io", "Bitbucket Cloud", "Repository not found"},
	{"surge.sh", "Surge", "project not found"},
}

// ServiceOf returns the service that the alias ends at.
func (a Alias) ServiceOf() (Service, bool) {
	for _, s := range services {
		if strings.HasSuffix(a.End(), "."+s.Suffix) {
			return s, true
		}
	}
	return Service{}, false
}
