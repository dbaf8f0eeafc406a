"""What is right: the contract, the rule book, the oracles, the machines and the reference platform."""
