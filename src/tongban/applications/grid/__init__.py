"""社区网格: where communities and grid workers keep the registers true with the least typing."""
