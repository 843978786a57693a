module doorstep.example/services/stripe-sandbox

go 1.26.0

require doorstep.example/pkg v0.0.0

replace doorstep.example/pkg => ../../pkg
