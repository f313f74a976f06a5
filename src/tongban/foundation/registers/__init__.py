"""Facts the government keeps: registers of companies and people, the address tree, who lives where."""
