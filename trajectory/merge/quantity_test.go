package merge_test

import "galvani/quantity"

type quantityOf = quantity.Quantity

func brianQuantity(seconds float64) quantity.Quantity { return quantity.New(seconds, quantity.DimTime) }
