"""The report of `sparehub report`: one self-contained HTML file about a pair and its failover."""
