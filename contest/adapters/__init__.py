"""Adapters of the ports; only ``contest.wiring`` chooses among them."""
