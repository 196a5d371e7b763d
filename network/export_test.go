package network

// RunAhead makes the network run ahead however small it is, and tells whether it may.
func (n *Network) RunAhead() bool {
	n.cache, n.plan = 0, nil
	return n.ready() == nil && n.plan.ahead != nil && n.plan.ahead.longest > 1
}
