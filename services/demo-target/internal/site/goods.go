package site

// Good is one thing that the shop sells.
type Good struct {
	Slug     string   `json:"slug"`
	Name     string   `json:"name"`
	Tagline  string   `json:"tagline"`
	Story    string   `json:"story"`
	Facts    []string `json:"facts"`
	PriceEUR int      `json:"price_eur"`
}

// goods is the shop's whole stock, in the order of the home page. Each has a
// drawing of the same name in assets/.
var goods = []Good{
	{
		Slug: "harbour-lamp", Name: "Harbour lamp", PriceEUR: 248,
		Tagline: "Spun brass, warm light",
		Story:   "The shade is spun from one sheet of brass and left bare inside, so the light that reaches your desk is the colour of a late afternoon. The arm stays where you leave it.",
		Facts:   []string{"Brass and oiled oak", "46 cm tall, 2.1 kg", "E27, up to 8 W LED", "Textile cable, 180 cm"},
	},
	{
		Slug: "fjord-bowl", Name: "Fjord bowl", PriceEUR: 86,
		Tagline: "Stoneware, two glazes",
		Story:   "Thrown thin and dipped twice. Where the glazes meet, each bowl draws a shoreline of its own; no two are alike and none is a second.",
		Facts:   []string{"Stoneware, fired at 1,260 °C", "27 cm across, 9 cm deep", "Safe in oven and dishwasher"},
	},
	{
		Slug: "ash-stool", Name: "Ash stool", PriceEUR: 195,
		Tagline: "Three legs never wobble",
		Story:   "Three legs find the floor wherever you put them down. The seat is carved from one board of ash, the joints are wedged, and there is not a screw in it.",
		Facts:   []string{"Ash, soap finish", "45 cm tall, seat 34 cm", "Carries 140 kg"},
	},
	{
		Slug: "linen-throw", Name: "Linen throw", PriceEUR: 129,
		Tagline: "Washed soft, woven wide",
		Story:   "A herringbone of long flax, washed until it falls like an old shirt. Cool in July, warm enough for an evening in March.",
		Facts:   []string{"European flax, 310 g/m²", "140 × 200 cm", "Machine wash, 40 °C"},
	},
	{
		Slug: "slate-clock", Name: "Slate clock", PriceEUR: 164,
		Tagline: "Quiet hours",
		Story:   "A disc of slate, split by hand, and two brass hands that sweep without a tick. There are no figures on it; you will not miss them.",
		Facts:   []string{"Slate and brass", "26 cm across", "Silent movement, one AA cell"},
	},
	{
		Slug: "arch-bookends", Name: "Arch bookends", PriceEUR: 112,
		Tagline: "A pair, cast and cut",
		Story:   "Cast in one piece and cut in two, so the halves meet exactly. Heavy enough for a metre of paperbacks or a single atlas.",
		Facts:   []string{"Pigmented plaster, cork base", "14 cm tall, 1.6 kg each", "Sold as a pair"},
	},
}

// find returns the good called slug.
func find(slug string) (Good, bool) {
	for _, g := range goods {
		if g.Slug == slug {
			return g, true
		}
	}
	return Good{}, false
}
