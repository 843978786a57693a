module doorstep.example/services/storefront

go 1.26.0

require doorstep.example/pkg v0.0.0

replace doorstep.example/pkg => ../../pkg
