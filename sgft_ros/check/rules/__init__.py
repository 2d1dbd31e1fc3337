"""The rules of a check: findings from facts, contract and checkpoint; nothing else is asked."""
