"""``tongban-witness``: cosigns the heads of logs that only ever grow (C2SP tlog-witness). Anyone can run one."""
