"""From the shortlist over the certified tally to vetoes, winners and the public decision."""
