"""``sparehub report``: one self-contained HTML file of the pair, its failover and its findings."""
